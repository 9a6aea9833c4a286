"""Says what a calendar app may know of somebody's sessions: when, and no more."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain.appointment import Appointment, State

SECRET_BYTES = 32
"""Bytes of a feed's secret: nobody guesses 256 bits."""

SECRET_CHARACTERS = 43
"""Characters of it in base64url."""

BACK_D, AHEAD_D = 30, 180
"""Days a feed holds: cancellations stay long enough for every calendar app to hear of them."""

FEEDS_MAX = 10
"""Feeds of one person at most: a phone, a tablet, a computer, and a few that were forgotten."""

EXPIRE_D_MAX = 730

ENTRIES_MAX = 5_000
"""Entries of a feed at most; 40 sessions a week for the whole period are 1,200."""

READ_EVERY_H = 1
"""Hours between two notes of when a feed was read: the trail has every reading, the row says that it is in use."""


class Label(StrEnum):
    """What an entry is called."""

    BUSY = "BUSY"
    APPOINTMENT = "APPOINTMENT"
    REFERENCE = "REFERENCE"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of a therapist's or of a client's sessions."""

    feed_id: str
    actor_id: str
    therapist_id: str
    client_id: str
    label: Label
    create_time: datetime
    expire_time: datetime | None = None
    last_read_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One occurrence."""

    uid: str
    start_time: datetime
    end_time: datetime
    sequence: int
    update_time: datetime
    is_cancelled: bool


def new_secret() -> str:
    """Return the secret of a new feed."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> bytes:
    """Return what is kept of a secret. It is random, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).digest()


def period(at: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last instant of a feed that is read at *at*."""
    return at - timedelta(days=BACK_D), at + timedelta(days=AHEAD_D)


def entries_of(appointments: Iterable[Appointment], secret: str) -> list[Entry]:
    """
    Return one entry an occurrence, by start.

    The seats of a group's session are one occurrence: how many there are is nobody's business. It is called off when
    all of them are. Uids are keyed by the secret, so that two feeds of one session have nothing in common.

    Source:
        RFC 5545 3.8.7.4: a sequence only grows; 3.8.4.7: a uid stays. tests/unit/booking/test_feeds.py.
    """
    found: dict[str, Entry] = {}
    for each in appointments:
        occurrence = each.group_session_id or each.appointment_id
        entry = Entry(
            hmac.new(secret.encode(), occurrence.encode(), hashlib.sha256).hexdigest()[:32],
            each.slot.start_time,
            each.slot.end_time,
            each.version - 1,
            each.update_time,
            each.state is State.CANCELLED,
        )
        found[occurrence] = _merged(found[occurrence], entry) if occurrence in found else entry
    return sorted(found.values(), key=lambda entry: (entry.start_time, entry.uid))


def _merged(one: Entry, other: Entry) -> Entry:
    standing = other if one.is_cancelled else one
    return Entry(
        one.uid,
        standing.start_time,
        standing.end_time,
        one.sequence + other.sequence + 1,
        max(one.update_time, other.update_time),
        one.is_cancelled and other.is_cancelled,
    )
