"""Seats who waits in a session of their group: the ledger first, then the promise."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import uuid_utils

from services.booking.domain import appointment, errors, facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.group import GroupSession, Member
from services.booking.usecases.group_ports import GroupStore, Refusal, SeatLedger
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.errors import ServiceError

SEATS_TAKEN = "SEATS_TAKEN"
"""The ledger's reason when no seat is left."""

ATTEMPTS = 3
"""Ids tried for a seat that was given back after a crash, before the caller is asked to come again."""


async def seat_members(
    session: GroupSession,
    members: Sequence[Member],
    call: Call,
    *,
    store: GroupStore,
    ledger: SeatLedger,
    clock: Clock,
) -> tuple[list[Appointment], list[Refusal]]:
    """
    Give members seats, in the order given while there are any, and say who got none and why.

    Danger: the caller has locked the group, so that whoever is taken off the roster meanwhile loses the seat as well,
    and the session, so that it neither moves nor is called off. When nothing is committed, nothing is given back here:
    the ledger asks about each claim later, and no appointment stands on it.

    Raises:
        HoldAbandoned: Seats were given back again and again; ask again. (ABORTED)
    """
    refusals: list[Refusal] = []
    held: list[tuple[str, str, Slot]] = []
    left = list(members)
    for attempt in range(ATTEMPTS):
        wanted = [(seat_id(session, each, attempt=attempt), each.client_id) for each in left]
        outcomes = await ledger.take_seats(session.group_session_id, wanted, call) if wanted else []
        again = []
        for member, (appointment_id, client_id), outcome in zip(left, wanted, outcomes, strict=True):
            if isinstance(outcome, errors.HoldAbandoned):
                again.append(member)
            elif isinstance(outcome, ServiceError):
                refusals.append(Refusal(client_id, outcome.reason))
            else:
                held.append((appointment_id, client_id, outcome))
        left = again
    if left:
        raise errors.HoldAbandoned("The seats were given back; ask again.", group_session_id=session.group_session_id)
    booked = [book_seat(session, *each, call, clock=clock) for each in held]
    refused = await store.book_seats(call, session, booked) if booked else {}
    for each, _ in booked:
        if each.appointment_id in refused:
            refusals.append(Refusal(each.client_id, refused[each.appointment_id].reason))
            await ledger.release(each.appointment_id, call)
    return [each for each, _ in booked if each.appointment_id not in refused], refusals


def book_seat(
    session: GroupSession, appointment_id: str, client_id: str, seat: Slot, call: Call, *, clock: Clock
) -> tuple[Appointment, facts.Booked]:
    """
    Agree on a seat with a client.

    Raises:
        HoldAbandoned: The session has moved since the seat was taken. (ABORTED)
    """
    if seat.start_time != session.slot.start_time:
        raise errors.HoldAbandoned("The session has moved; ask again.", group_session_id=session.group_session_id)
    return appointment.book(
        practice_id=session.practice_id,
        appointment_id=appointment_id,
        client_id=client_id,
        slot=seat,
        actor_id=call.actor.actor_id,
        at=clock(),
        group_session_id=session.group_session_id,
    )


def seat_id(session: GroupSession, member: Member, *, attempt: int) -> str:
    """Return the id of a member's seat: the same for a retry, another once they came anew or a pause has ended."""
    space = uuid_utils.UUID(str(UUID(session.group_session_id)))
    name = f"{member.client_id}|{member.create_time.isoformat()}|{attempt}"
    if session.pause_time is not None:
        name += f"|{session.pause_time.isoformat()}"
    return str(uuid_utils.uuid5(space, name))
