"""Lets one of a session's own people into it by video."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from services.booking.domain.telehealth import Entry, enter
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.ports import Appointments, Clock
from services.chassis.context import Call
from services.chassis.errors import Forbidden

LeadersOf = Callable[[Call, str], Awaitable[Collection[str]]]
"""Gives everybody who leads a session of a group."""


class Rooms(Protocol):
    """Is where sessions by video take place."""

    def address(self, entry: Entry) -> str:
        """Return the address that lets one person in. Raises TelehealthUnconfigured."""


async def join_appointment(
    appointment_id: str,
    call: Call,
    *,
    appointments: Appointments,
    rooms: Rooms,
    clock: Clock,
    leaders_of: LeadersOf,
) -> tuple[str, Entry]:
    """
    Return the caller's own address of the session and what it was made for.

    Of a group's session everybody who leads it moderates.
    Nothing is stored: whoever asks again gets another address of the same room.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        Forbidden: The caller is neither its client, nor acts for one, nor its therapist. (PERMISSION_DENIED)
        NotByVideo, StateForbids, JoinWindowClosed: There is nothing to join now. (FAILED_PRECONDITION)
        TelehealthUnconfigured: This installation has no rooms. (FAILED_PRECONDITION)
    """
    found = await appointments.find(call, appointment_id)
    await authorize_appointment(found, call)
    leaders: Collection[str] = (found.slot.therapist_id,)
    if found.group_session_id and call.actor.therapist_id not in ("", *leaders):
        leaders = await leaders_of(call, found.group_session_id)
    is_moderator = bool(call.actor.therapist_id) and call.actor.therapist_id in leaders
    if "therapist" in call.actor.roles and not is_moderator and call.actor.client_id not in found.client_ids:
        raise Forbidden("Only the session's own therapist joins it.", appointment_id=appointment_id)
    entry = enter(found, actor_id=call.actor.actor_id, is_moderator=is_moderator, at=clock())
    return rooms.address(entry), entry
