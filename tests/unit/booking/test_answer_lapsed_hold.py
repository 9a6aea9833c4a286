"""Lapsed time: kept for a promise that exists, given back after none can come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, State
from services.booking.usecases.answer_lapsed_hold import SessionWord, answer_lapsed_hold
from services.booking.usecases.waitlist_ports import ClaimStanding
from tests.unit.booking.fakes import FakeAppointments, FakeCall, FakeLedger, with_one
from tests.unit.booking.states import APPOINTMENT_ID, NOW, booked, in_state, slot


async def _answer(
    store: FakeAppointments,
    *,
    asked: int = 1,
    is_move: bool = False,
    versions: tuple[int, ...] = (1,),
    is_kept: bool = False,
    group: SessionWord = SessionWord.NONE,
) -> list[str]:
    """Return what was done, the store's and the ledger's words in one order."""

    async def keeps_time(call: object, appointment_id: str) -> bool:
        return is_kept

    async def ask_groups(call: object, group_session_id: str, claim_version: int, *, is_move: bool) -> SessionWord:
        return group

    ledger = FakeLedger(words=store.log, versions=list(versions))
    await answer_lapsed_hold(
        APPOINTMENT_ID,
        asked,
        is_move,
        FakeCall(),
        appointments=store,
        ledger=ledger,
        clock=lambda: NOW,
        keeps_time=keeps_time,
        to_offers=nobody_waits,
        ask_groups=ask_groups,
    )
    return store.log


async def nobody_waits(practice_id: str, claim_id: str) -> ClaimStanding:
    """Answer that the waitlist knows nothing of a claim."""
    return ClaimStanding.UNKNOWN


async def test_a_hold_with_an_appointment_is_confirmed_under_its_lock() -> None:
    """The promise exists: the ledger is told so while nobody can move it."""
    assert await _answer(with_one()) == ["lock", "confirm", "unlock"]


async def test_a_hold_without_an_appointment_is_abandoned_before_it_is_given_back() -> None:
    """A late commit must lose on the id before anybody else can take the time."""
    assert await _answer(FakeAppointments()) == ["abandon", "release"]


async def test_a_groups_session_keeps_its_time_under_an_abandoned_id() -> None:
    """The session took the id out of use itself: the ledger is told yes."""
    assert await _answer(FakeAppointments(), group=SessionWord.STANDS) == ["abandon", "confirm"]


async def test_a_groups_session_whose_move_never_came_about_keeps_its_old_time() -> None:
    """The move is barred by the groups' own word: only the new time is given back."""
    found = await _answer(FakeAppointments(), group=SessionWord.MOVE_BARRED, asked=2, is_move=True)

    assert found == ["abandon", "release move"]


async def test_a_cancelled_appointment_needs_no_time() -> None:
    """Time of an appointment that was called off is given back."""
    assert await _answer(with_one(in_state(State.CANCELLED))) == ["lock", "release", "unlock"]


async def test_a_paused_standing_hour_keeps_the_time_of_a_cancelled_appointment() -> None:
    """The ledger is told that the time is still wanted; of a move that died, only the new time is given back."""
    cancelled = in_state(State.CANCELLED)

    assert await _answer(with_one(cancelled), is_kept=True) == ["lock", "confirm", "unlock"]
    assert await _answer(with_one(cancelled), is_kept=True, is_move=True) == ["lock", "release move", "unlock"]
    assert await _answer(with_one(cancelled), is_kept=True, versions=(3,)) == ["lock", "unlock"]


@pytest.mark.parametrize("appointment", [booked(), in_state(State.CONFIRMED)])
async def test_a_move_that_was_not_committed_is_barred_before_it_is_taken_back(appointment: Appointment) -> None:
    """The old time stays; a late commit of the move, or of a newer one that died, must lose first."""
    store = with_one(appointment)

    assert await _answer(store, asked=2, is_move=True, versions=(3,)) == ["bar", "lock", "release move", "unlock"]
    assert store.rows[APPOINTMENT_ID].abandoned_claim_version == 3


async def test_a_move_made_while_another_is_taken_back_is_not_hit() -> None:
    """The claim moved on between the bar and the lock: nothing is taken back, the question is tried again."""
    store = with_one()

    with pytest.raises(errors.ClaimChanged):
        await _answer(store, asked=2, is_move=True, versions=(2, 4))

    assert store.log == ["bar", "lock"]


async def test_a_move_that_was_committed_is_confirmed() -> None:
    """The appointment stands on the moved claim: the new time is its own."""
    moved = replace(booked(), slot=slot(claim_version=2))

    assert await _answer(with_one(moved), asked=2, is_move=True, versions=(2,)) == ["lock", "confirm", "unlock"]


@pytest.mark.parametrize("is_move", [False, True])
async def test_a_question_that_comes_late_gets_no_yes(is_move: bool) -> None:
    """A yes ends whatever move is pending now; one that nobody committed may be. The ledger asks again."""
    moved = replace(booked(), slot=slot(claim_version=2))

    assert await _answer(with_one(moved), asked=2, is_move=is_move, versions=(4,)) == ["lock", "unlock"]
