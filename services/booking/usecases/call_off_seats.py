"""Calls seats of groups' sessions off, by the practice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.booking.domain.appointment import Appointment, CancelledBy, Reason
from services.booking.usecases.follow_step import follow_step
from services.booking.usecases.ports import Appointments, Books
from services.chassis.context import Call


async def call_off_seats(
    seats: Sequence[Appointment],
    reason: Reason,
    call: Call,
    *,
    appointments: Appointments,
    books: Books,
    at: datetime,
) -> None:
    """Cancel locked seats that lie ahead, each with its own event: every member hears of their own, and of nobody."""
    for before in seats:
        after, fact = before.cancel(CancelledBy.PRACTICE, at=at)
        await appointments.save(call, before, after, fact, reason=reason)
        await follow_step(after, reason, call, books=books)
