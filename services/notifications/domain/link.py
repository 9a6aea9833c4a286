"""A link in a message: what its holder may do, each thing once, until it is too late."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.notifications.domain.appointment import Appointment
from services.notifications.domain.appointment import State as AppointmentState
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind

TOKEN_BYTES = 16
"""128 bits: not to be guessed. Source: reference design, actions."""

TOKEN_CHARACTERS = 22
"""What TOKEN_BYTES come to in base64url without padding."""

UNDO = timedelta(minutes=2)
"""How long a cancellation by link can be taken back; as long, booking offers the slot to nobody else."""


WITH_LINK = frozenset({Kind.CONFIRMATION, Kind.REMINDER, Kind.MOVED, Kind.UNCONFIRMED, Kind.OFFER})
"""What can be answered from the message itself; the rest is answered after signing in."""

UNSUBSCRIBABLE = frozenset(
    {Kind.AFTER_SESSION, Kind.NO_SHOW, Kind.OFFER, Kind.OFFER_TAKEN, Kind.OFFER_WITHDRAWN, Kind.FOLLOW_UP, Kind.FORM}
    | {Kind.MEDICATION, Kind.CHECK_IN}
)
"""
What its reader can end with one click in the mail program (RFC 8058).

What answers the client's own booking is no mail of a list, and has no such header.
"""


class Action(StrEnum):
    """What a link can do."""

    CONFIRM = "CONFIRM"
    CANCEL = "CANCEL"
    RESCHEDULE = "RESCHEDULE"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    UNDO = "UNDO"
    UNSUBSCRIBE = "UNSUBSCRIBE"


class State(StrEnum):
    """Where a link stands."""

    OPEN = "OPEN"
    USED = "USED"
    EXPIRED = "EXPIRED"


FIRST_ACTION = {
    Kind.CONFIRMATION: Action.CONFIRM,
    Kind.REMINDER: Action.CONFIRM,
    Kind.MOVED: Action.CONFIRM,
    Kind.UNCONFIRMED: Action.CONFIRM,
    Kind.OFFER: Action.ACCEPT,
}
"""What can be answered from the message itself, and what its link does first; the rest is answered after signing in."""


@dataclass(frozen=True, slots=True)
class ActionLink:
    """
    What one secret stands for; the secret itself is known to the message alone.

    It is bound to the version of the appointment the message spoke of, so a link to a time that is no longer the
    appointment's does nothing; or to one offer, until that ends. *action* is what it does first.
    """

    message_id: str
    client_id: str
    appointment_id: str
    appointment_version: int
    action: Action
    start_time: datetime
    time_zone: str
    use_time: datetime | None = None
    use_action: Action | None = None
    offer_id: str = ""
    expire_time: datetime | None = None
    locale: Locale = Locale.EN

    def state(self, appointment: Appointment | None, *, at: datetime) -> State:
        """Say where the link stands; the start itself is too late."""
        if self.use_time is not None:
            return State.USED
        return State.OPEN if self._is_good(appointment, at=at) else State.EXPIRED

    def actions(self, appointment: Appointment | None, *, at: datetime) -> tuple[Action, ...]:
        """
        List what can be done with it now.

        Who has confirmed can still move or cancel; who has cancelled can take it back for two minutes; a moved
        appointment has a new message with a link of its own.
        """
        if self.use_action is Action.CANCEL and self.use_time is not None:
            return (Action.UNDO,) if at < self.use_time + UNDO else ()
        if self.use_action not in (None, Action.CONFIRM) or not self._is_good(appointment, at=at):
            return ()
        if self.offer_id:
            return (Action.ACCEPT, Action.DECLINE)
        changes = (Action.RESCHEDULE, Action.CANCEL)
        return changes if self.use_action is Action.CONFIRM else (Action.CONFIRM, *changes)

    def used(self, action: Action, *, at: datetime) -> ActionLink:
        """Remember what was done with it."""
        return replace(self, use_action=action, use_time=at)

    def request_id(self, etag: str, action: Action = Action.CONFIRM) -> str:
        """Name the call that uses the link, the same for every try against the same etag."""
        return str(uuid5(UUID(self.message_id), f"{action}|{etag}"))

    def _is_good(self, appointment: Appointment | None, *, at: datetime) -> bool:
        if self.offer_id:
            return self.expire_time is not None and at < min(self.expire_time, self.start_time)
        return (
            appointment is not None
            and self.action is Action.CONFIRM
            and appointment.state in (AppointmentState.BOOKED, AppointmentState.CONFIRMED)
            and appointment.placed_version == self.appointment_version
            and appointment.start_time == self.start_time
            and at < self.start_time
        )


def token_of(secret: bytes) -> str:
    """Write TOKEN_BYTES random bytes as they stand in the link."""
    return urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> bytes:
    """Hash a token as it is stored; 128 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8")).digest()
