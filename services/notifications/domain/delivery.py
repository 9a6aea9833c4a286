"""One try to reach somebody by one channel: what the provider said, and what it says later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.message import Outcome, Reason


class Report(StrEnum):
    """What a provider says about a message it took; the words are Twilio's."""

    ACCEPTED = "ACCEPTED"
    SCHEDULED = "SCHEDULED"
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    UNDELIVERED = "UNDELIVERED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    READ = "READ"


RANK = {
    Report.ACCEPTED: 0,
    Report.SCHEDULED: 0,
    Report.QUEUED: 1,
    Report.SENDING: 2,
    Report.SENT: 3,
    Report.DELIVERED: 4,
    Report.UNDELIVERED: 4,
    Report.FAILED: 4,
    Report.CANCELED: 4,
    Report.READ: 5,
}
"""Reports come late, twice and in any order: one of a rank no higher than what is known says nothing new."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """
    What one hand-over came to.

    *is_fault* tells that the provider, not the recipient, is to blame and that nothing can have arrived: then, and only
    then, may another provider try. A recipient's own refusal is never "mended" by another sender.
    """

    outcome: Outcome
    reason: Reason | None = None
    provider: str = ""
    provider_ref: str = ""
    """The provider's own name for the message; it comes back in its reports."""

    code: str = ""
    """The provider's code of a refusal; never its words, which hold addresses."""

    retry_after_s: float | None = None
    segments: int = 0
    is_fault: bool = False
    number_hash: bytes = b""
    """What a reply from this number is found by; texts only."""


def is_news(known: Report | None, said: Report) -> bool:
    """Tell whether a report says more than is known."""
    return known is None or RANK[said] > RANK[known]
