"""What somebody agreed to be written about, and where nothing may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.notifications.domain.channel import THE_CLIENT, About, Channel


class Purpose(StrEnum):
    """What a consent is for; ANY covers all."""

    ANY = ""
    APPOINTMENTS = "APPOINTMENTS"
    OFFERS = "OFFERS"
    CARE = "CARE"
    MESSAGES = "MESSAGES"


class Source(StrEnum):
    """How a consent was given or taken back."""

    STAFF = "STAFF"
    CLIENT = "CLIENT"
    REPLY = "REPLY"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    IMPORT = "IMPORT"


class SuppressionReason(StrEnum):
    """Why nothing is sent to an address."""

    OPTED_OUT = "OPTED_OUT"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    STAFF = "STAFF"


PURPOSE_OF = {
    About.APPOINTMENT: Purpose.APPOINTMENTS,
    About.OFFER: Purpose.OFFERS,
    About.FOLLOW_UP: Purpose.CARE,
    About.FORM: Purpose.CARE,
    About.NUDGE: Purpose.CARE,
    About.THREAD: Purpose.MESSAGES,
    About.MATCH: Purpose.OFFERS,
    About.ABSENCE: Purpose.APPOINTMENTS,
}
"""What is about a contact point itself, a code or the notice of a change, asks for no consent."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of the record: granted or taken back, for a purpose and a channel, or for all (None)."""

    consent_id: str
    client_id: str
    is_granted: bool
    source: Source
    create_time: datetime
    purpose: Purpose = Purpose.ANY
    channel: Channel | None = None
    recipient_id: str = THE_CLIENT
    evidence: str = ""
    """A code of the proof, for example the id of the inbound message; never words."""

    actor_id: str = ""


def allows(record: Sequence[Consent], *, purpose: Purpose, channel: Channel, recipient_id: str = THE_CLIENT) -> bool:
    """
    Tell whether the record lets something be sent.

    Args:
        record: The consents of one client, oldest first. The latest entry that covers purpose and channel counts;
            with none, nothing was agreed to.
        purpose: What for.
        channel: By which way. The inbox asks for none: whoever reads it has signed in.
        recipient_id: Whose: a guardian's consent is their own.
    """
    if channel is Channel.INBOX:
        return True
    for entry in reversed(record):
        covers = entry.purpose in (Purpose.ANY, purpose) and entry.channel in (None, channel)
        if covers and entry.recipient_id == recipient_id:
            return entry.is_granted
    return False
