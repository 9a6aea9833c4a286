"""What booking publishes reaches the ledger through the inbox, in batches, whatever order it comes in."""

from __future__ import annotations

import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_events_pb2

from services.chassis.events.inbox import InboxRunner
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import Practice, new_id

pytestmark = pytest.mark.integration

STORE = """
insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)
values (%s, %s, 'booking', %s, %s, %s, %s)
"""


def facts(claim: availability_pb2.Claim, version: int) -> booking_events_pb2.AppointmentFacts:
    """Return what booking tells of the appointment on a claim."""
    return booking_events_pb2.AppointmentFacts(
        appointment_id=claim.claim_id,
        client_id=claim.client_id,
        therapist_id=claim.therapist_id,
        start_time=claim.start_time,
        end_time=claim.end_time,
        version=version,
    )


def store(rows: Rows, practice: Practice, event: Message, claim_id: str, version: int) -> None:
    """Keep an event as the worker does."""
    name = event.DESCRIPTOR.full_name
    rows(STORE, practice.door.practice_id, new_id(), name, claim_id, version, MessageToJson(event, indent=None))


async def handle(practice: Practice) -> None:
    """Run the inbox until it is empty."""
    runner = next(each for each in practice.door.parts.background if isinstance(each, InboxRunner))
    while await runner.round():
        pass


def states(rows: Rows, practice: Practice) -> dict[str, int]:
    """Count claims by state."""
    query = "select state, count(*)::int from claims where practice_id = %s group by state"
    return dict(rows(query, practice.door.practice_id))


async def test_booked_and_cancelled_appointments_settle_their_claims(practice: Practice, rows: Rows) -> None:
    """Each event twice; a cancellation that overtakes its booking included."""
    door = practice.door
    held = [await door.as_booking("Hold", practice.hold(practice.at(days=3, hour=hour))) for hour in range(8, 20)]
    for number, claim in enumerate(held):
        booked = booking_events_pb2.AppointmentBooked(appointment=facts(claim, 1))
        cancelled = booking_events_pb2.AppointmentCancelled(appointment=facts(claim, 2))
        told: list[tuple[Message, int]] = [(booked, 1), (booked, 1)]
        if number % 3 == 0:
            told += [(cancelled, 2), (cancelled, 2)]
        if number % 3 == 1:
            told = [(cancelled, 2), (booked, 1)]
        for event, version in told:
            store(rows, practice, event, claim.claim_id, version)

    await handle(practice)

    assert states(rows, practice) == {"released": 8, "confirmed": 4}
    left = rows("select count(*) from occupancies where practice_id = %s", door.practice_id)
    assert left == [(4 * 2,)]
    freed = rows(
        "select count(*) from outbox where practice_id = %s and type like %s", door.practice_id, "%ClaimReleased"
    )
    assert freed == [(8,)]
    assert rows("select count(*) from inbox where state = 'pending'") == [(0,)]


async def test_an_event_of_an_unknown_claim_waits_and_holds_nobody_up(practice: Practice, rows: Rows) -> None:
    """It is tried again later; its neighbours are handled."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    stranger = availability_pb2.Claim(claim_id=new_id(), start_time=Timestamp(seconds=1))
    unknown = booking_events_pb2.AppointmentCancelled(appointment=facts(stranger, 2))
    store(rows, practice, unknown, stranger.claim_id, 2)
    booked = booking_events_pb2.AppointmentBooked(appointment=facts(claim, 1))
    store(rows, practice, booked, claim.claim_id, 1)

    await handle(practice)

    assert states(rows, practice) == {"confirmed": 1}
    waiting = rows(
        "select state, attempt_count >= 1 from inbox where practice_id = %s and aggregate_id = %s",
        practice.door.practice_id,
        stranger.claim_id,
    )
    assert waiting == [("pending", True)]
    rows("delete from inbox where practice_id = %s", practice.door.practice_id)


async def test_a_reschedule_ends_the_pending_move(practice: Practice, rows: Rows) -> None:
    """Booked and rescheduled in one batch; the claim stands at the new time."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    request = availability_service_pb2.MoveRequest(
        claim_id=claim.claim_id, start_wall=practice.hold(practice.at(days=4)).start_wall, request_id=new_id()
    )
    moved = await practice.door.as_booking("Move", request)
    booked = booking_events_pb2.AppointmentBooked(appointment=facts(claim, 1))
    rescheduled = booking_events_pb2.AppointmentRescheduled(appointment=facts(moved, 2))
    store(rows, practice, booked, claim.claim_id, 1)
    store(rows, practice, rescheduled, claim.claim_id, 2)

    await handle(practice)

    read = await practice.door.as_booking("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=claim.claim_id))
    assert (read.state, read.start_time) == (availability_pb2.Claim.STATE_CONFIRMED, moved.start_time)
    blocked = rows("select count(*) from occupancies where practice_id = %s", practice.door.practice_id)
    assert blocked == [(2,)]
