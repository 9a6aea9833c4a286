"""Policies over real gRPC: fees proposed and forgiven, gates at booking, visits counted, mis-clicks undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2, policy_pb2, policy_service_pb2

from services.booking.adapters.overdue import Overdue
from services.chassis.db.pool import Database
from services.chassis.errors import Forbidden, NotFound, RuleViolated, ServiceError
from tests.integration.booking.desk import Desk
from tests.integration.booking.ledger import FakeLedger

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
State = booking_pb2.Appointment.State


def soon(**after: int) -> str:
    """Return a wall time in UTC, hours or minutes from now."""
    return (datetime.now(UTC) + timedelta(**after)).strftime("%Y-%m-%dT%H:%M")


async def put_policy(desk: Desk, **said: Any) -> None:
    """Let the practice's admin set the default policy."""
    admin = desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))
    request = policy_service_pb2.PutPolicyRequest(policy=policy_pb2.Policy(**said), request_id=str(uuid4()))
    await admin.ask("PutPolicy", request)


async def fees(desk: Desk, client_id: str) -> list[policy_pb2.Fee]:
    """Return a client's fees, newest first."""
    return list((await desk.ask("ListFees", policy_service_pb2.ListFeesRequest(client_id=client_id))).fees)


async def book(desk: Desk, client_id: str, local: str, **wanted: Any) -> booking_pb2.Appointment:
    """Book an hour."""
    return await desk.book(desk.booking(client_id, local, **wanted))


async def complete(desk: Desk, appointment_id: str) -> None:
    """Let a session take place."""
    for step in ("CheckInAppointment", "StartAppointment", "CompleteAppointment"):
        await desk.change(step, appointment_id)


async def test_a_late_cancellation_proposes_a_fee_that_staff_waive_with_a_reason(desk: Desk, rows: Rows) -> None:
    """The first is forgiven by the policy, the second proposed; who waives it, and why, is kept."""
    await put_policy(desk, late_cancel_h=48, late_cancel_fee_minor=8000, currency="EUR", forgives_first=True)
    client_id = await desk.register()
    for hours in (30, 32):
        booked = await book(desk, client_id, soon(hours=hours))
        cancelled = await desk.change(
            "CancelAppointment", booked.appointment_id, reason=booking_pb2.CHANGE_REASON_CONFLICT
        )
        assert cancelled.is_late_cancellation

    proposed, first = await fees(desk, client_id)
    waive = policy_service_pb2.WaiveFeeRequest(
        fee_id=proposed.fee_id, reason=policy_pb2.CLEMENCY_REASON_HARDSHIP, request_id=str(uuid4())
    )
    waived = await desk.ask("WaiveFee", waive)

    assert (first.state, first.reason) == (policy_pb2.Fee.STATE_WAIVED, policy_pb2.CLEMENCY_REASON_FIRST_TIME)
    assert (proposed.state, proposed.amount_minor, proposed.currency) == (policy_pb2.Fee.STATE_PROPOSED, 8000, "EUR")
    assert (waived.state, waived.reason) == (policy_pb2.Fee.STATE_WAIVED, policy_pb2.CLEMENCY_REASON_HARDSHIP)
    assert waived.decide_actor_id == "user:desk"
    told = rows(
        "select split_part(type, '.', 4) from outbox where practice_id = %s and type like '%%.Fee%%' order by event_id",
        desk.actor.practice_id,
    )
    assert told == [("FeeWaived",), ("FeeProposed",), ("FeeWaived",)]


async def test_illness_and_the_practices_own_cancellation_cost_nothing(desk: Desk) -> None:
    """Illness is waived with its reason; what the practice cancels proposes no fee at all."""
    await put_policy(desk, late_cancel_fee_minor=8000, currency="EUR", forgives_illness=True)
    client_id = await desk.register()
    ill = await book(desk, client_id, soon(hours=3))
    absent = await book(desk, client_id, soon(hours=5))

    await desk.change("CancelAppointment", ill.appointment_id, reason=booking_pb2.CHANGE_REASON_ILLNESS)
    off = await desk.change(
        "CancelAppointment", absent.appointment_id, reason=booking_pb2.CHANGE_REASON_THERAPIST_ABSENT
    )

    (fee,) = await fees(desk, client_id)
    assert (fee.appointment_id, fee.reason) == (ill.appointment_id, policy_pb2.CLEMENCY_REASON_ILLNESS)
    assert off.cancelled_by == booking_pb2.Appointment.CANCELLED_BY_PRACTICE


async def test_a_client_sees_their_own_fees_and_decides_about_none(desk: Desk) -> None:
    """Reading is theirs; waiving is not."""
    await put_policy(desk, no_show_fee_minor=5000, currency="EUR")
    client_id = await desk.register()
    missed = await book(desk, client_id, soon(minutes=-30))
    await desk.change("MarkNoShow", missed.appointment_id)
    client = desk.like(actor_id="user:ada", roles=frozenset({"client"}), client_id=client_id)

    (fee,) = await fees(client, client_id)

    accept = policy_service_pb2.AcceptFeeRequest(fee_id=fee.fee_id, request_id=str(uuid4()))
    with pytest.raises(Forbidden):
        await client.ask("AcceptFee", accept)
    assert (await desk.ask("AcceptFee", accept)).state == policy_pb2.Fee.STATE_ACCEPTED


async def test_a_missing_card_refuses_and_a_missing_consent_warns(desk: Desk, ledger: FakeLedger) -> None:
    """The refused hold is given back; once the card is recorded the booking stands, with its warning."""
    await put_policy(desk, card=policy_pb2.DEMAND_REFUSE, consent=policy_pb2.DEMAND_FLAG)
    client_id = await desk.register()

    with pytest.raises(RuleViolated) as refused:
        await book(desk, client_id, soon(days=3))
    requirement = policy_pb2.Requirement(client_id=client_id, kind=policy_pb2.Requirement.KIND_CARD)
    record = policy_service_pb2.RecordRequirementRequest(requirement=requirement, request_id=str(uuid4()))
    await desk.ask("RecordRequirement", record)
    booked = await book(desk, client_id, soon(days=3))

    assert refused.value.reason == "CARD_REQUIRED"
    assert ledger.words == ["hold", "release", "hold"]
    assert list(booked.warnings) == ["CONSENT_MISSING"]
    get = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)
    assert await desk.ask("GetAppointment", get) == booked


async def put_authorisation(desk: Desk, client_id: str, visit_count: int) -> str:
    """Record an insurer's leave for this decade and return its id."""
    authorisation = policy_pb2.Authorisation(
        client_id=client_id, visit_count=visit_count, from_date="2020-01-01", to_date="2039-12-31"
    )
    request = policy_service_pb2.PutAuthorisationRequest(authorisation=authorisation, request_id=str(uuid4()))
    return str((await desk.ask("PutAuthorisation", request)).authorisation_id)


async def used(desk: Desk, client_id: str) -> list[int]:
    """Return how many visits of each authorisation are used."""
    listed = await desk.ask("ListAuthorisations", policy_service_pb2.ListAuthorisationsRequest(client_id=client_id))
    return [each.used_count for each in listed.authorisations]


async def test_of_many_at_once_as_many_book_as_visits_are_left(desk: Desk) -> None:
    """Two visits, six bookings at the same moment: two stand, four are VISITS_EXHAUSTED."""
    await put_policy(desk, visits=policy_pb2.DEMAND_REFUSE)
    client_id = await desk.register()
    await put_authorisation(desk, client_id, 2)

    outcomes = await asyncio.gather(
        *(book(desk, client_id, soon(days=day)) for day in range(2, 8)), return_exceptions=True
    )

    refused = [one.reason for one in outcomes if isinstance(one, ServiceError)]
    assert refused == ["VISITS_EXHAUSTED"] * 4


async def test_a_visit_is_counted_on_completion_and_given_back_by_undoing(desk: Desk) -> None:
    """Completed counts one, undone none, completed again one; the history keeps every step."""
    client_id = await desk.register()
    await put_authorisation(desk, client_id, 5)
    booked = await book(desk, client_id, soon(minutes=-60))
    await complete(desk, booked.appointment_id)
    counted = await used(desk, client_id)

    undone = await desk.change("UndoAppointmentChange", booked.appointment_id)
    after_undo = await used(desk, client_id)
    with pytest.raises(RuleViolated) as twice:
        await desk.change("UndoAppointmentChange", booked.appointment_id)
    await desk.change("CompleteAppointment", booked.appointment_id)

    assert (counted, after_undo, await used(desk, client_id)) == ([1], [0], [1])
    assert undone.state == State.STATE_IN_SESSION
    assert twice.value.reason == "NOTHING_TO_UNDO"
    named = booking_service_pb2.ListAppointmentChangesRequest(appointment_id=booked.appointment_id)
    changes = (await desk.ask("ListAppointmentChanges", named)).changes
    assert [each.state for each in changes][-3:] == [
        State.STATE_COMPLETED,
        State.STATE_IN_SESSION,
        State.STATE_COMPLETED,
    ]
    assert changes[-2].reason == booking_pb2.CHANGE_REASON_UNDONE


async def test_an_undone_miss_waives_its_fee_and_a_late_undo_is_refused(desk: Desk, rows: Rows) -> None:
    """A no-show that was none costs nothing; after 15 minutes the step stands."""
    await put_policy(desk, no_show_fee_minor=5000, currency="EUR")
    client_id = await desk.register()
    booked = await book(desk, client_id, soon(minutes=-30))
    await desk.change("MarkNoShow", booked.appointment_id)

    restored = await desk.change("UndoAppointmentChange", booked.appointment_id)
    (fee,) = await fees(desk, client_id)
    await desk.change("CheckInAppointment", booked.appointment_id)
    rows(
        "update appointments set update_time = now() - interval '16 minutes' where appointment_id = %s returning 1",
        booked.appointment_id,
    )
    with pytest.raises(RuleViolated) as late:
        await desk.change("UndoAppointmentChange", booked.appointment_id)

    assert restored.state == State.STATE_BOOKED
    assert (fee.state, fee.reason) == (policy_pb2.Fee.STATE_WAIVED, policy_pb2.CLEMENCY_REASON_UNDONE)
    assert late.value.reason == "UNDO_TOO_LATE"


async def test_a_cancelled_hour_comes_back_once(desk: Desk, ledger: FakeLedger) -> None:
    """It stands again under a new id that names the old; what came back before does not come back twice."""
    therapist_id, local = str(uuid4()), soon(days=3)
    first = await book(desk, await desk.register(), local, therapist_id=therapist_id)
    await desk.change("CancelAppointment", first.appointment_id)

    restored = await desk.change("UndoAppointmentChange", first.appointment_id)
    await desk.change("CancelAppointment", restored.appointment_id)
    ledger.claims[restored.appointment_id].state = availability_pb2.Claim.STATE_RELEASED

    assert (restored.restores_appointment_id, restored.state) == (first.appointment_id, State.STATE_BOOKED)
    assert restored.start_time == first.start_time
    with pytest.raises(RuleViolated) as before:
        await desk.change("UndoAppointmentChange", first.appointment_id)
    assert before.value.reason == "NOTHING_TO_UNDO"
    assert ledger.words[-1] == "release"


async def test_of_an_undoing_and_a_booking_one_gets_the_hour(desk: Desk, ledger: FakeLedger) -> None:
    """Whoever the ledger gives the time to has it; the other is told SLOT_TAKEN."""
    therapist_id, local = str(uuid4()), soon(days=3)
    first = await book(desk, await desk.register(), local, therapist_id=therapist_id)
    other = await desk.register()
    await desk.change("CancelAppointment", first.appointment_id)
    ledger.claims[first.appointment_id].state = availability_pb2.Claim.STATE_RELEASED

    outcomes = await asyncio.gather(
        book(desk, other, local, therapist_id=therapist_id),
        desk.change("UndoAppointmentChange", first.appointment_id),
        return_exceptions=True,
    )

    refused = [one.reason for one in outcomes if isinstance(one, ServiceError)]
    assert refused == ["SLOT_TAKEN"]


async def test_an_overdue_confirmation_is_told_once(desk: Desk, database: Database, rows: Rows) -> None:
    """The deadline stands in the appointment; when it passes unconfirmed, one event tells so."""
    await put_policy(desk, confirm_by_h=24)
    client_id = await desk.register()
    booked = await book(desk, client_id, soon(days=3))
    confirmed = await book(desk, client_id, soon(days=4))
    await desk.change("ConfirmAppointment", confirmed.appointment_id)
    rows("update appointments set confirm_by_time = now() where practice_id = %s returning 1", desk.actor.practice_id)

    for _ in range(2):
        await Overdue(database).announce(limit=100)

    assert booked.confirm_by_time.seconds == booked.start_time.seconds - 24 * 3600
    told = rows(
        "select aggregate_id from outbox where practice_id = %s and type like '%%.ConfirmationOverdue'",
        desk.actor.practice_id,
    )
    assert [str(each) for (each,) in told] == [booked.appointment_id]


async def test_an_undo_of_what_nobody_booked_is_not_found(desk: Desk) -> None:
    """An id that nobody booked is NOT_FOUND."""
    with pytest.raises(NotFound):
        await desk.change("UndoAppointmentChange", str(uuid4()))
