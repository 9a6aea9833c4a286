"""Moves a session of a group with every seat in it."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, Reason
from services.booking.domain.group import GroupSession
from services.booking.domain.policy import with_deadline
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupStore, SeatLedger
from services.booking.usecases.ports import Appointments, Books, Clock, Wish
from services.chassis.context import Call


async def move_group_session(
    group_session_id: str,
    etag: str,
    wish: Wish,
    reason: Reason,
    call: Call,
    *,
    store: GroupStore,
    ledger: SeatLedger,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> GroupSession:
    """
    Take the new time for leaders, room and everybody with a seat, then commit it: all of them, or none.

    The session and its seats stay locked while the ledger moves: no seat is booked, given up or asked about meanwhile.
    Until the events are handled both times block. A retry names the same move. If that move was taken back meanwhile,
    the ledger's stored answer is too old, and the session says so.

    Args:
        wish: Says when and how; modality 0 keeps what the session has.

    Raises:
        Unknown: No such session. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: It was called off, or has begun. (FAILED_PRECONDITION)
        HoldAbandoned: The move was taken back; ask again under a new request id. (ABORTED)
        Gate: The move would bring fenced clients together; it is barred first, then taken back. (FAILED_PRECONDITION)
        ServiceError: Whatever the ledger refuses, with its alternatives; of members who are busy it says who.
    """
    before = await store.session(call, group_session_id, lock="no key update")
    before.expect(etag)
    before.require_ahead(at=clock())
    call.resource_id = group_session_id
    seats = await store.seats(call, group_session_id, is_locked=True)
    slot, seated = await ledger.move_session(
        group_session_id, wish, call, move_id=claim_id(call.practice_id, call.request_id)
    )
    if slot.claim_version <= before.abandoned_claim_version:
        raise errors.HoldAbandoned("The move was taken back; ask again.", group_session_id=group_session_id)
    after = before.move(slot)
    rules = await books.rules.of_call(call)
    try:
        moved = []
        for each in seats:
            fresh, fact = each.reschedule(seated[each.appointment_id], at=clock())
            fresh = with_deadline(fresh, rules.policy(slot.session_type_id))
            await books.gates.check_move(call, fresh, rules, is_staff=True)
            moved.append((each, fresh, fact))
    except errors.Gate as refusal:
        await _take_back(before, seats, slot.claim_version, refusal, call, store=store, ledger=ledger)
        raise
    for each, fresh, fact in moved:
        await appointments.save(call, each, fresh, fact, reason=reason)
    await store.save_session(call, before, after)
    return after


async def _take_back(
    session: GroupSession,
    seats: list[Appointment],
    claim_version: int,
    refusal: errors.Gate,
    call: Call,
    *,
    store: GroupStore,
    ledger: SeatLedger,
) -> None:
    """
    Give the new time back.

    Danger: the session's move is barred, and that is committed, before the ledger hears of it, or a retry would take
    the ledger's stored answer for time that is held.
    """
    await call.close(refusal)
    if await store.abandon_session_move(call, session.group_session_id, claim_version=claim_version):
        ids = [session.group_session_id, *(each.appointment_id for each in seats)]
        await ledger.release_many(ids, call, only_move=True)
