"""The gate at the moment of sending: by which channel, to which address, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.caps import DEFAULT_CAPS, Caps
from services.notifications.domain.channel import About, Channel, MessageClass
from services.notifications.domain.consent import PURPOSE_OF, Consent, SuppressionReason, allows
from services.notifications.domain.message import Message, Reason
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours, put_off

HELD_FOR = timedelta(minutes=10)
"""Until when a message of a client in danger waits before it is looked at again; taking over releases it at once."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Address:
    """One address as the gate sees it: sealed, found by its hash."""

    contact_point_id: str
    channel: Channel
    sealed: bytes
    address_hash: bytes | None = None
    is_alternative: bool = False
    is_safe: bool = True
    time_zone: str = ""
    locale: str = ""
    code_sealed: bytes = b""
    invitation_sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What one message is judged by, beside itself and what it is about."""

    time_zone: str
    """The recipient's; the address may name another."""

    addresses: Sequence[Address]
    """The active ones of the recipient, or the one address the message must go to."""

    consents: Sequence[Consent]
    """The client's record, oldest first."""

    suppressed: Mapping[tuple[Channel, bytes], SuppressionReason] = field(default_factory=dict)
    is_in_crisis: bool = False
    begun_times: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    """When routine messages were begun in the last seven days, by contact point."""

    available: frozenset[Channel] = frozenset({Channel.EMAIL})
    """The channels there is a way out for."""

    quiet: QuietHours = DEFAULT_QUIET
    caps: Caps = DEFAULT_CAPS
    """How many routine messages an address gets."""


@dataclass(frozen=True, slots=True)
class Go:
    """Send it by this channel; the inbox has no address."""

    channel: Channel
    address: Address | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Look at it again then."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never send it."""

    reason: Reason


Verdict = Go | Wait | Refuse


def judge(message: Message, seen: Circumstances, *, at: datetime) -> Verdict:
    """
    Judge one planned message that still holds.

    In this order: crisis hold; then, for each channel in the message's order, an address, suppression,
    safety, consent and caps, until one lets it pass; then quiet hours. With none, the reason that says most is kept.

    Args:
        message: What is due.
        seen: All that counts, read in the transaction that commits the verdict.
        at: Now, UTC.
    """
    if is_held_in_crisis(message) and seen.is_in_crisis:
        return Wait(min(at + HELD_FOR, message.last_time), Reason.CRISIS_HOLD)
    reasons: list[Reason] = []
    for channel in message.channels:
        found = _by(channel, message, seen, at)
        if isinstance(found, Reason):
            reasons.append(found)
            continue
        until = _quiet_until(message, found, seen, at)
        return Wait(until, Reason.QUIET_HOURS) if until else found
    return Refuse(_telling(reasons))


def is_held_in_crisis(message: Message) -> bool:
    """Tell whether a message is automation: it waits until a human has taken a flag over."""
    if message.message_class is MessageClass.CRISIS or message.about is About.CONTACT:
        return False
    return message.message_class is MessageClass.ROUTINE or message.about is not About.APPOINTMENT


def _by(channel: Channel, message: Message, seen: Circumstances, at: datetime) -> Go | Reason:
    if channel not in seen.available:
        return Reason.NO_ADDRESS
    if channel is Channel.INBOX:
        return Go(channel, None)
    purpose = PURPOSE_OF.get(message.about)
    if channel is Channel.WEBHOOK:
        # The practice's own system knows the address; whether anything may be said is still asked here.
        if purpose and not allows(seen.consents, purpose=purpose, channel=channel, recipient_id=message.recipient_id):
            return Reason.NO_CONSENT
        return Go(channel, None)
    address = _address(channel, seen.addresses)
    if address is None:
        return Reason.NO_ADDRESS
    if address.address_hash and (why := seen.suppressed.get((channel, address.address_hash))):
        return Reason.OPTED_OUT if why is SuppressionReason.OPTED_OUT else Reason.ADDRESS_SUPPRESSED
    if purpose and not address.is_safe:
        return Reason.NOT_SAFE
    if purpose and not allows(seen.consents, purpose=purpose, channel=channel, recipient_id=message.recipient_id):
        return Reason.NO_CONSENT
    return Go(channel, address) if _is_below_cap(message, address, seen, at) else Reason.RATE_CAPPED


def _address(channel: Channel, addresses: Sequence[Address]) -> Address | None:
    """Choose the address of a channel; an alternative one stands in for all others, and why is not asked."""
    fitting = [address for address in addresses if address.channel is channel]
    return next((address for address in fitting if address.is_alternative), fitting[0] if fitting else None)


def _is_below_cap(message: Message, address: Address, seen: Circumstances, at: datetime) -> bool:
    """A day is one of the recipient's calendar, a week seven days back."""
    cap = seen.caps.of(address.channel)
    if message.message_class is not MessageClass.ROUTINE or cap is None:
        return True
    a_day, a_week = cap
    zone = ZoneInfo(address.time_zone or seen.time_zone or UTC.tzname(None))
    times = [time for time in seen.begun_times.get(address.contact_point_id, ()) if time > at - WEEK]
    today = sum(time.astimezone(zone).date() == at.astimezone(zone).date() for time in times)
    return today < a_day and len(times) < a_week


def _quiet_until(message: Message, way: Go, seen: Circumstances, at: datetime) -> datetime | None:
    """Only what is routine waits for the morning, and the inbox wakes nobody."""
    zone = "" if way.channel is Channel.INBOX else (way.address.time_zone if way.address else "") or seen.time_zone
    if message.message_class is not MessageClass.ROUTINE or not zone:
        return None
    return put_off(at=at, start_time=message.last_time, time_zone=zone, quiet=seen.quiet)


def _telling(reasons: Sequence[Reason]) -> Reason:
    """Keep the reason that says most: that a channel has no address says nothing while another one has."""
    return next((reason for reason in reasons if reason is not Reason.NO_ADDRESS), Reason.NO_ADDRESS)
