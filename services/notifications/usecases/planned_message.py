"""Makes the message that a step of a workflow asks for."""

from __future__ import annotations

from services.notifications.domain.appointment import Wish
from services.notifications.domain.channel import About
from services.notifications.domain.message import Message, State


def planned_message(wish: Wish, about_id: str, *, about: About, version: int, message_id: str) -> Message:
    """Return it, waiting for its time, or kept back already with the reason; *version* is the workflow's."""
    return Message(
        message_id=message_id,
        client_id=wish.client_id,
        appointment_id=about_id,
        appointment_version=wish.version,
        kind=wish.kind,
        start_time=wish.start_time,
        due_time=wish.due_time,
        state=State.SUPPRESSED if wish.reason else State.PLANNED,
        reason=wish.reason,
        step=wish.step.name,
        only_unconfirmed=wish.step.conditions.is_confirmed is False,
        only_confirmed=wish.step.conditions.is_confirmed is True,
        overtake_time=wish.overtake_time,
        end_time=wish.end_time,
        about=about,
        message_class=wish.step.message_class,
        channels=wish.step.channels,
        recipient_id=wish.recipient_id,
        template_key=wish.step.template_key,
        workflow_version=version,
    )
