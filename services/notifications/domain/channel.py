"""By which ways, for whom, about what and how urgently something is said."""

from __future__ import annotations

from enum import StrEnum

THE_CLIENT = "00000000-0000-0000-0000-000000000000"
"""Stands as recipient_id for the client; any other id names a guardian."""


class Channel(StrEnum):
    """The ways to reach somebody."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    INBOX = "INBOX"
    WEBHOOK = "WEBHOOK"


class MessageClass(StrEnum):
    """What may hold a message up."""

    TRANSACTIONAL = "TRANSACTIONAL"
    """Answers what has just happened: quiet hours and caps let it through."""

    ROUTINE = "ROUTINE"
    """Waits out quiet hours and crisis holds, and is capped."""

    CRISIS = "CRISIS"
    """Nothing holds it up."""


class About(StrEnum):
    """What kind of thing a message is about."""

    APPOINTMENT = "APPOINTMENT"
    OFFER = "OFFER"
    FOLLOW_UP = "FOLLOW_UP"
    FORM = "FORM"
    NUDGE = "NUDGE"
    THREAD = "THREAD"
    CONTACT = "CONTACT"
    MATCH = "MATCH"
    ABSENCE = "ABSENCE"
