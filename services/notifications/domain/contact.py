"""Where a client may be reached, and whether they agreed to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.message import Reason


class Locale(StrEnum):
    """The languages there are templates in."""

    EN = "en"
    ES = "es"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One client's address, zone, language and consent."""

    client_id: str
    email: str
    time_zone: str
    locale: Locale
    has_consent: bool


def objection(*, is_known: bool, has_consent: bool) -> Reason | None:
    """Say why nothing may be sent to a client, or None if it may."""
    if not is_known:
        return Reason.NO_CONTACT
    return None if has_consent else Reason.NO_CONSENT
