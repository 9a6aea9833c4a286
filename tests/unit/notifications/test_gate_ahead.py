"""What a dry run says the gate would have made of messages: the way, the wait, or the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.channel import Channel
from services.notifications.domain.gate import Circumstances
from services.notifications.domain.message import Message, Reason
from services.notifications.usecases.gate_ahead import Fate, Outlook, gate_ahead
from tests.unit.notifications.test_gate import MAIL, NIGHT, NOON, PHONE, SEEN, TEXT


def outlook(*messages: Message, seen: Circumstances | None = SEEN) -> tuple[dict[Fate, int], dict[Fate, int]]:
    """Count the fates of these, and those that waited."""
    found = gate_ahead(messages, seen=lambda _: seen, outlook=Outlook(Counter(), Counter()))
    return dict(found.counts), {fate: count for fate, count in found.waits.items() if count}


def at(hours: float, message: Message = TEXT) -> Message:
    """A message of that hour."""
    due_time = NOON + timedelta(hours=hours)
    return replace(message, due_time=due_time, start_time=due_time + timedelta(days=2), step="24h")


def test_each_counts_towards_the_caps_of_those_after_it_whatever_their_order() -> None:
    """Of three texts of a day the first goes by text, the others by mail."""
    counts, _ = outlook(at(2), at(1), at(0))

    assert counts == {Fate("24h", None, Channel.SMS): 1, Fate("24h", None, Channel.EMAIL): 2}


def test_with_nothing_to_fall_back_to_the_cap_is_the_reason() -> None:
    """One address, one text a day, three a week."""
    counts, _ = outlook(*(at(24 * day) for day in range(6)), seen=replace(SEEN, addresses=(PHONE,)))

    assert counts == {Fate("24h", None, Channel.SMS): 3, Fate("24h", Reason.RATE_CAPPED): 3}


def test_who_is_reached_in_the_night_waits_for_the_morning() -> None:
    """It is sent all the same, and said to have waited; what has become useless by then is too late."""
    night = replace(TEXT, due_time=NIGHT, start_time=NIGHT + timedelta(days=1), step="24h")
    useless = replace(night, start_time=NIGHT + timedelta(minutes=30), end_time=NIGHT)
    sent = Fate("24h", None, Channel.SMS)

    assert outlook(night) == ({sent: 1}, {sent: 1})
    assert outlook(useless) == ({Fate("24h", Reason.TOO_LATE): 1}, {})


def test_no_consent_no_address_and_nobody_known_are_said() -> None:
    """What a practice would learn only after it had changed its workflow."""
    assert outlook(at(0), seen=replace(SEEN, consents=())) == ({Fate("24h", Reason.NO_CONSENT): 1}, {})
    assert outlook(at(0), seen=replace(SEEN, addresses=())) == ({Fate("24h", Reason.NO_ADDRESS): 1}, {})
    assert outlook(at(0), seen=None) == ({Fate("24h", Reason.NO_CONTACT): 1}, {})
    assert outlook(at(0), seen=replace(SEEN, addresses=(MAIL,))) == ({Fate("24h", None, Channel.EMAIL): 1}, {})
