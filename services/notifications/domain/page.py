"""A page to staff on call: said again, to more people, until a human takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Outcome

GAPS = (timedelta(minutes=2), timedelta(minutes=3), timedelta(minutes=5))
"""
Waits after the first three rounds: pages at 0, 2, 5 and 10 minutes.

Source: reference design, acceptance check 24; held by tests/unit/notifications/test_pages.py.
"""

LAST_GAP = timedelta(minutes=10)
"""The wait after every later round, without an end: only a human ends a page."""

SOON = timedelta(seconds=10)
"""The wait after a round that reached nobody: the mail server is away, or there is nobody to page yet."""

HIGHEST_LEVEL = 3

CRISIS, COMPLIANCE, CARE, DESK = "crisis", "compliance", "care", "desk"
DUTIES = (CRISIS, COMPLIANCE, CARE, DESK)
"""What somebody is called for: a client in danger, the audit trail, their own clients, or what the desk must settle."""

PRESSING = ("page", "alarm")
"""What is said until somebody has seen it, with a mail's highest urgency."""

MOST_CONTACTS = 50
"""Contacts on call a practice has at most: a round must not outlast its own lease."""

MOST_THERAPISTS = 500
"""Contacts with the duty of care a practice has at most; one notice is for a care team of at most 21 of them."""


@dataclass(frozen=True, slots=True)
class OnCallContact:
    """Somebody of the staff who is paged: level 1 at once, 2 and 3 with the second and third round."""

    contact_id: str
    level: int
    email: str
    locale: Locale
    is_active: bool
    duty: str = CRISIS
    """What they are called for."""


def called(contacts: Sequence[OnCallContact], *, round_number: int) -> list[OnCallContact]:
    """
    Say who is paged in a round, counted from 0.

    Nobody of the levels so far: the lowest level there is. An unstaffed first level never leaves a client unheard.
    """
    active = [contact for contact in contacts if contact.is_active]
    lowest = min((contact.level for contact in active), default=HIGHEST_LEVEL)
    return [contact for contact in active if contact.level <= max(round_number + 1, lowest)]


def after_round(round_number: int, outcomes: Sequence[Outcome], *, at: datetime) -> tuple[int, datetime]:
    """
    Say the next round and when it is due.

    Danger: an unknown outcome counts as nobody reached. A second page costs a glance, a missing one may cost a life.
    """
    if Outcome.ACCEPTED not in outcomes:
        return round_number, at + SOON
    gap = GAPS[round_number] if round_number < len(GAPS) else LAST_GAP
    return round_number + 1, at + gap
