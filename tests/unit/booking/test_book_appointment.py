"""Booking: the hold comes first, and no hold outlives a refusal."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import Slot, State
from services.booking.usecases.book_appointment import book_appointment, claim_id
from services.booking.usecases.ports import Wish
from services.chassis.errors import RuleViolated, Unavailable
from tests.unit.booking.fakes import FakeAppointments, FakeCall, FakeLedger, FakePromises, nobody
from tests.unit.booking.states import CLIENT_ID, NOW, PRACTICE_ID, SESSION_TYPE_ID, THERAPIST_ID

WISH = Wish(CLIENT_ID, THERAPIST_ID, SESSION_TYPE_ID, "2030-01-10T12:00", "Etc/UTC", 0, 1)


async def test_a_booking_holds_then_promises() -> None:
    """The appointment has the claim's times and the id that the request gives."""
    ledger, store, call = FakeLedger(), FakeAppointments(), FakeCall()

    booked = await book_appointment(
        WISH, call, ledger=ledger, promises=FakePromises(store), clock=lambda: NOW, audiences=nobody
    )

    assert claim_id(PRACTICE_ID, call.request_id) == booked.appointment_id
    assert State.BOOKED is booked.state
    assert ledger.slot == booked.slot
    assert ledger.words == ["hold staff=True"]


async def test_a_client_gets_no_staff_privilege() -> None:
    """Notice and horizon are asked of whoever is no staff."""
    ledger, call = FakeLedger(), FakeCall(roles=frozenset({"client"}))

    await book_appointment(
        WISH, call, ledger=ledger, promises=FakePromises(FakeAppointments()), clock=lambda: NOW, audiences=nobody
    )

    assert ledger.words == ["hold staff=False"]


async def test_a_taken_slot_promises_nothing() -> None:
    """What the ledger refuses comes through as it is; nothing is committed and nothing released."""
    refusal = RuleViolated("Taken.")
    ledger, store = FakeLedger(refusal=refusal), FakeAppointments()

    with pytest.raises(RuleViolated) as raised:
        await book_appointment(
            WISH, FakeCall(), ledger=ledger, promises=FakePromises(store), clock=lambda: NOW, audiences=nobody
        )

    assert raised.value is refusal
    assert store.rows == {}
    assert ledger.words == ["hold staff=True"]


@pytest.mark.parametrize("refusal", [errors.UnknownClient("No such client."), errors.HoldAbandoned("Given back.")])
async def test_a_refused_promise_gives_its_hold_back(refusal: Exception) -> None:
    """A hold whose promise was refused for a reason is released at once."""
    ledger, promises = FakeLedger(), FakePromises(FakeAppointments(), refusal=refusal)

    with pytest.raises(type(refusal)):
        await book_appointment(WISH, FakeCall(), ledger=ledger, promises=promises, clock=lambda: NOW, audiences=nobody)

    assert ledger.words == ["hold staff=True", "release"]


async def test_an_unknown_outcome_gives_nothing_back() -> None:
    """A lost connection at commit may have committed: the hold waits for HoldLapsed."""
    ledger, promises = FakeLedger(), FakePromises(FakeAppointments(), refusal=Unavailable("Gone."))

    with pytest.raises(Unavailable):
        await book_appointment(WISH, FakeCall(), ledger=ledger, promises=promises, clock=lambda: NOW, audiences=nobody)

    assert ledger.words == ["hold staff=True"]


async def test_who_the_client_is_is_asked_only_when_a_rule_of_priority_is_in_the_way() -> None:
    """The plain path asks nobody; a refusal is tried once more for who the client is, and stands for nobody."""
    asked: list[str] = []

    class Strict(FakeLedger):
        async def hold(self, appointment_id: str, wish: Wish, call: object, *, is_staff: bool) -> Slot:
            if not wish.audiences:
                raise RuleViolated("Not yet.", reason="SLOT_PRIORITISED")
            return await super().hold(appointment_id, wish, call, is_staff=is_staff)

    async def established(_call: object, client_id: str, _therapist_id: str) -> tuple[int, ...]:
        asked.append(client_id)
        return (2,)

    parts = {"promises": FakePromises(FakeAppointments()), "clock": lambda: NOW}
    await book_appointment(WISH, FakeCall(), ledger=FakeLedger(), audiences=established, **parts)
    assert asked == []
    booked = await book_appointment(WISH, FakeCall(), ledger=Strict(), audiences=established, **parts)
    with pytest.raises(RuleViolated) as refused:
        await book_appointment(WISH, FakeCall(), ledger=Strict(), audiences=nobody, **parts)

    assert (booked.state, asked) == (State.BOOKED, [CLIENT_ID])
    assert refused.value.reason == "SLOT_PRIORITISED"


def test_a_retry_names_the_same_claim() -> None:
    """One request of one practice has one id; another practice's request of the same id has another."""
    request_id = str(uuid4())

    assert claim_id(PRACTICE_ID, request_id) == claim_id(PRACTICE_ID, request_id.upper())
    assert claim_id(PRACTICE_ID, request_id) != claim_id(str(uuid4()), request_id)
