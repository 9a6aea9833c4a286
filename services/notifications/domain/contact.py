"""Where a client, and whoever acts for them, may be reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.channel import THE_CLIENT, Channel


class Locale(StrEnum):
    """The languages there are templates in."""

    EN = "en"
    ES = "es"


class AddressState(StrEnum):
    """Where an address stands."""

    PENDING = "PENDING"
    """Waits for the code that was sent to it; what was there before goes on."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One client's card: main e-mail address, zone, language and consent."""

    client_id: str
    email: str
    time_zone: str
    locale: Locale
    has_consent: bool


@dataclass(frozen=True, slots=True)
class ContactAddress:
    """One address of a client, or of a guardian of theirs."""

    contact_point_id: str
    client_id: str
    channel: Channel
    address: str
    recipient_id: str = THE_CLIENT
    state: AddressState = AddressState.ACTIVE
    is_verified: bool = False
    is_alternative: bool = False
    """Used instead of all others of its channel; why is not asked."""

    is_safe: bool = True
    """A message may be left there, though others may see it."""

    time_zone: str = ""
    """Empty means the client's."""

    locale: Locale | None = None
    """None means the client's."""

    version: int = 1
