"""Holds when a session by video can be joined, and what the way in says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.domain import errors
from services.booking.domain.appointment import AHEAD, Appointment, State

EARLY_MIN = 15
"""Minutes before the start from which a session can be joined; the contract says so."""

KEY_MIN = 5
"""
Minutes a way in opens the room; who is in stays in.

Source: long enough for a slow device to open the page, too short to be passed on.
"""

VIDEO = 2
"""The contract's number of the modality."""

JOINABLE = AHEAD | {State.CHECKED_IN, State.IN_SESSION}
"""States of a session that has not ended and was not called off."""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    Is one person's way into one room.

    room_seed is what the room is known by inside: it changes when the session moves, so that an address kept from
    before the move opens an empty room, and stays when the client confirms or arrives, so that all meet in one.
    """

    room_seed: str
    person_seed: str
    is_moderator: bool
    from_time: datetime
    expire_time: datetime


def enter(appointment: Appointment, *, actor_id: str, is_moderator: bool, at: datetime) -> Entry:
    """
    Return the way into a session at an instant.

    Raises:
        NotByVideo: It takes place otherwise. (FAILED_PRECONDITION)
        StateForbids: It was called off, missed, or is over. (FAILED_PRECONDITION)
        JoinWindowClosed: It is too early, or past the end. (FAILED_PRECONDITION)
    """
    slot = appointment.slot
    if slot.modality != VIDEO:
        raise errors.NotByVideo("The session is not by video.", appointment_id=appointment.appointment_id)
    if appointment.state not in JOINABLE:
        raise errors.StateForbids(
            "The session can't be joined.", appointment_id=appointment.appointment_id, state=appointment.state.value
        )
    opens = slot.start_time - timedelta(minutes=EARLY_MIN)
    if not opens <= at < slot.end_time:
        raise errors.JoinWindowClosed(
            "The session can't be joined now.", from_time=opens.isoformat(), to_time=slot.end_time.isoformat()
        )
    session_id = appointment.group_session_id or appointment.appointment_id
    seed = (appointment.practice_id, session_id, slot.therapist_id, slot.start_time.isoformat())
    return Entry(
        room_seed="|".join(seed),
        person_seed="|".join((*seed, actor_id)),
        is_moderator=is_moderator,
        from_time=at,
        expire_time=min(at + timedelta(minutes=KEY_MIN), slot.end_time),
    )
