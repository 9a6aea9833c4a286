"""What was given to others outside of the practice, and what allows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.booking.domain import errors

RECIPIENT_MAX_CHARACTERS: Final = 200
ADDRESS_MAX_CHARACTERS: Final = 300

ACCOUNTED: Final = timedelta(days=6 * 365 + 2)
"""How far back a client's accounting goes (45 CFR 164.528: six years)."""

AHEAD: Final = timedelta(minutes=5)
"""How far a clock may be ahead; nothing is told before it happened."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Something of a client that was given to somebody outside."""

    disclosure_id: str
    client_id: str
    recipient_name: str
    recipient_address: str
    contents: tuple[str, ...]
    purpose: str
    basis: str
    disclose_time: datetime
    actor_id: str


def check(given: Disclosure, *, now: datetime) -> None:
    """
    Let a disclosure pass, or not.

    Raises:
        Malformed: A part is missing, too long or in the future. (INVALID_ARGUMENT)
        DisclosureWithoutConsent: Part 2 on another ground than its consent or a law. (FAILED_PRECONDITION)
    """
    name = given.recipient_name
    if not name or len(name) > RECIPIENT_MAX_CHARACTERS or not name.isprintable():
        raise errors.Malformed("A recipient is 1 to 200 printable characters.", field="disclosure.recipient_name")
    if len(given.recipient_address) > ADDRESS_MAX_CHARACTERS:
        raise errors.Malformed("An address is too long.", field="disclosure.recipient_address")
    if not given.contents:
        raise errors.Malformed("Say what was given out.", field="disclosure.contents")
    if given.disclose_time > now + AHEAD:
        raise errors.Malformed("It has not happened yet.", field="disclosure.disclose_time")
    if "PART2" in given.contents and given.basis not in ("PART2_CONSENT", "LAW"):
        raise errors.DisclosureWithoutConsent("Part 2 leaves by the client's consent, or by a law.")
