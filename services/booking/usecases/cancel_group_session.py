"""Calls a session of a group off, with every seat ahead in it."""

from __future__ import annotations

from services.booking.domain.appointment import Reason
from services.booking.domain.group import GroupSession
from services.booking.usecases.call_off_seats import call_off_seats
from services.booking.usecases.group_ports import GroupStore
from services.booking.usecases.ports import Appointments, Books, Clock
from services.chassis.context import Call


async def cancel_group_session(
    group_session_id: str,
    etag: str,
    reason: Reason,
    call: Call,
    *,
    store: GroupStore,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> GroupSession:
    """
    Cancel the session and every seat in it that lies ahead, by the practice: it costs no member anything.

    Danger: the session is locked first. Whoever books a seat has it locked against this, so no seat is left behind.

    Raises:
        Unknown: No such session. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: It was called off before. (FAILED_PRECONDITION)
    """
    before = await store.session(call, group_session_id, lock="no key update")
    after = before.cancel(etag)
    seats = await store.seats(call, group_session_id, is_locked=True)
    await call_off_seats(seats, reason, call, appointments=appointments, books=books, at=clock())
    await store.save_session(call, before, after)
    call.resource_id = group_session_id
    return after
