"""Takes in one step of an appointment and plans what is to be said about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.domain.appointment import Appointment, Report, Wish, objection, take
from services.notifications.domain.channel import MessageClass
from services.notifications.domain.message import Kind, Message, State


class Timeline(Protocol):
    """One appointment and its messages, inside one transaction."""

    async def appointment(self, appointment_id: str) -> Appointment | None:
        """Return what is known, locked against another report."""

    async def zone_of(self, client_id: str) -> str:
        """Return the zone of the client's clock, or nothing when none is known."""

    async def planned(self, appointment_id: str) -> Sequence[Message]:
        """Return the messages that still wait for their time, locked against the sender."""

    async def save(self, appointment: Appointment, *, changed: Sequence[Message], new: Sequence[Message]) -> None:
        """Store all of it; a new message whose name is taken is left out."""


async def follow_appointment(
    report: Report, *, timeline: Timeline, at: datetime, new_id: Callable[[], str]
) -> Appointment:
    """Update the appointment, keep back what no longer holds, plan what is asked for."""
    known = await timeline.appointment(report.appointment_id)
    appointment, wishes = take(known, report, at=at, recipient_zone=await timeline.zone_of(report.client_id))
    changed = [
        message.suppress(reason)
        for message in await timeline.planned(report.appointment_id)
        if (reason := objection(message, appointment, at=at))
    ]
    new = [_message(wish, appointment, message_id=new_id()) for wish in wishes]
    await timeline.save(appointment, changed=changed, new=new)
    return appointment


def _message(wish: Wish, appointment: Appointment, *, message_id: str) -> Message:
    return Message(
        message_id=message_id,
        client_id=appointment.client_id,
        appointment_id=appointment.appointment_id,
        appointment_version=wish.version,
        kind=wish.kind,
        start_time=wish.start_time,
        due_time=wish.due_time,
        state=State.SUPPRESSED if wish.reason else State.PLANNED,
        reason=wish.reason,
        step=wish.step,
        only_unconfirmed=wish.only_unconfirmed,
        overtake_time=wish.overtake_time,
        message_class=MessageClass.ROUTINE if wish.kind is Kind.REMINDER else MessageClass.TRANSACTIONAL,
    )
