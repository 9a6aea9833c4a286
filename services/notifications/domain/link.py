"""A link in a message: what its holder may do, once, until the session starts."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from services.notifications.domain.appointment import Appointment
from services.notifications.domain.appointment import State as AppointmentState
from services.notifications.domain.message import Kind

TOKEN_BYTES = 16
"""128 bits: not to be guessed. Source: reference design, actions."""

TOKEN_CHARACTERS = 22
"""What TOKEN_BYTES come to in base64url without padding."""


WITH_LINK = frozenset({Kind.CONFIRMATION, Kind.REMINDER, Kind.MOVED, Kind.UNCONFIRMED})
"""What can be answered from the message itself; the rest is answered after signing in."""


class Action(StrEnum):
    """What a link does."""

    CONFIRM = "CONFIRM"


class State(StrEnum):
    """Where a link stands."""

    OPEN = "OPEN"
    USED = "USED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class ActionLink:
    """
    What one secret stands for; the secret itself is known to the mail alone.

    It is bound to the version of the appointment the mail spoke of, so a link to a time
    that is no longer the appointment's does nothing.
    """

    message_id: str
    client_id: str
    appointment_id: str
    appointment_version: int
    action: Action
    start_time: datetime
    time_zone: str
    use_time: datetime | None = None

    def state(self, appointment: Appointment, *, at: datetime) -> State:
        """Say where the link stands; the start itself is too late."""
        if self.use_time is not None:
            return State.USED
        is_current = (
            appointment.state in (AppointmentState.BOOKED, AppointmentState.CONFIRMED)
            and appointment.placed_version == self.appointment_version
            and appointment.start_time == self.start_time
        )
        return State.OPEN if is_current and at < self.start_time else State.EXPIRED

    def request_id(self, etag: str) -> str:
        """Name the call that uses the link, the same for every try against the same etag."""
        return str(uuid5(UUID(self.message_id), f"{self.action}|{etag}"))


def token_of(secret: bytes) -> str:
    """Write TOKEN_BYTES random bytes as they stand in the link."""
    return urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> bytes:
    """Hash a token as it is stored; 128 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8")).digest()
