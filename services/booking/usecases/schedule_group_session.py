"""Lets a group meet: the ledger's hold, the members' seats, then the promise to all of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.booking.domain import appointment, errors, facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.group import GroupSession, MemberState, schedule
from services.booking.domain.priority import EVERYBODY
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupStore, Refusal, SeatLedger
from services.booking.usecases.ports import Clock, Wish
from services.chassis.context import Call
from services.chassis.errors import ServiceError


async def schedule_group_session(
    group_id: str, wish: Wish, call: Call, *, store: GroupStore, ledger: SeatLedger, clock: Clock
) -> tuple[GroupSession, list[Appointment], list[Refusal]]:
    """
    Hold the session, with the group's id where a client's stands, then a seat for each active member while any is left.

    All ids come from the request id, so that a retry names the same claims. When nothing is committed, nothing is given
    back here: the ledger asks about each claim later, and no appointment or session stands on it.

    Args:
        wish: Says when and how; the rest is the group's.

    Raises:
        Unknown: No such group. (NOT_FOUND)
        HoldAbandoned: The time was given back meanwhile; ask again under a new request id. (ABORTED)
        ServiceError: Whatever the ledger refuses the session with, with its alternatives.
    """
    group = await store.find(call, group_id)
    session_id = claim_id(call.practice_id, call.request_id)
    whole = Wish(
        client_id=group.group_id,
        therapist_id=group.therapist_id,
        session_type_id=group.session_type_id,
        start_local=wish.start_local,
        time_zone=wish.time_zone,
        fold=wish.fold,
        modality=wish.modality,
        extra_therapist_ids=group.co_therapist_ids,
        audiences=EVERYBODY,
    )
    slot = await ledger.hold(session_id, whole, call, is_staff=True)
    session = schedule(group, session_id, slot)
    # Danger: the group is locked before its roster is read: whoever is taken off it meanwhile loses the seat as well.
    await store.find(call, group_id, is_locked=True)
    active = [each.client_id for each in await store.members(call, group_id) if each.state is MemberState.ACTIVE]
    wanted = [(claim_id(call.practice_id, f"{call.request_id}|{each}"), each) for each in active]
    outcomes = await ledger.take_seats(session_id, wanted, call) if wanted else []
    refusals, held = _sort(wanted, outcomes)
    await store.add_session(call, session)
    booked = [book_seat(session, seat_id, client_id, seat, call, clock=clock) for seat_id, client_id, seat in held]
    refused = await store.book_seats(call, session, booked) if booked else {}
    for each, _ in booked:
        if each.appointment_id in refused:
            refusals.append(Refusal(each.client_id, refused[each.appointment_id].reason))
            await ledger.release(each.appointment_id, call)
    call.resource_id = session_id
    return session, [each for each, _ in booked if each.appointment_id not in refused], refusals


def book_seat(
    session: GroupSession, seat_id: str, client_id: str, seat: Slot, call: Call, *, clock: Clock
) -> tuple[Appointment, facts.Booked]:
    """Agree on a seat with a member."""
    return appointment.book(
        practice_id=session.practice_id,
        appointment_id=seat_id,
        client_id=client_id,
        slot=seat,
        actor_id=call.actor.actor_id,
        at=clock(),
        group_session_id=session.group_session_id,
    )


def _sort(
    wanted: Sequence[tuple[str, str]], outcomes: Sequence[Slot | ServiceError]
) -> tuple[list[Refusal], list[tuple[str, str, Slot]]]:
    """Part those who have a seat from those who have none. Raises HoldAbandoned."""
    refusals: list[Refusal] = []
    held: list[tuple[str, str, Slot]] = []
    for (seat_id, client_id), outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, errors.HoldAbandoned):
            raise outcome
        if isinstance(outcome, ServiceError):
            refusals.append(Refusal(client_id, outcome.reason))
        else:
            held.append((seat_id, client_id, outcome))
    return refusals, held
