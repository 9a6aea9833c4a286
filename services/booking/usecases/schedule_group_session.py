"""Lets a group meet: the ledger's hold, the members' seats, then the promise to all of them."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment
from services.booking.domain.group import Group, GroupSession, schedule, waiting
from services.booking.domain.priority import EVERYBODY
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, Refusal, SeatLedger
from services.booking.usecases.ports import Clock, Wish
from services.booking.usecases.seat_members import seat_members
from services.chassis.context import Call


async def schedule_group_session(
    group_id: str,
    wish: Wish,
    call: Call,
    *,
    store: GroupStore,
    series: GroupSeriesStore,
    ledger: SeatLedger,
    clock: Clock,
    original_local: str = "",
) -> tuple[GroupSession, list[Appointment], list[Refusal]]:
    """
    Hold the session, with the group's id where a client's stands, then a seat for each active member while any is left.

    All ids come from the request id, so that a retry names the same claims. When nothing is committed, nothing is given
    back here: the ledger asks about each claim later, and no appointment or session stands on it.

    Args:
        wish: Says when and how; the rest is the group's.
        original_local: The time of the group's rule that this session settles; "" for one planned by itself.

    Raises:
        Unknown: No such group. (NOT_FOUND)
        UnknownSeries, UnknownOccurrence: The group's rule has no such conflict. (NOT_FOUND)
        HoldAbandoned: The time was given back meanwhile; ask again under a new request id. (ABORTED)
        ServiceError: Whatever the ledger refuses the session with, with its alternatives.
    """
    group = await store.find(call, group_id)
    rule = await series.find(call, group_id) if original_local else None
    session_id = claim_id(call.practice_id, call.request_id)
    slot = await ledger.hold(session_id, wish_of(group, wish), call, is_staff=True)
    session = schedule(group, session_id, slot, group_series_id=rule.series_id if rule else "")
    # Danger: the group is locked before its roster is read: whoever is taken off it meanwhile loses the seat as well.
    await store.find(call, group_id, is_locked=True)
    await store.add_session(call, session)
    if rule is not None:
        await series.settle(call, rule, original_local, session_id)
    members = waiting(await store.members(call, group_id), {})
    booked, refusals = await seat_members(session, members, call, store=store, ledger=ledger, clock=clock)
    call.resource_id = session_id
    return session, booked, refusals


def wish_of(group: Group, wish: Wish) -> Wish:
    """Return what the ledger is asked for a session of a group."""
    return Wish(
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
