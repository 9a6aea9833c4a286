"""A provider that fails is left alone, and asked again with one message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.breaker import Breaker
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason
from services.notifications.usecases.carry_by_channel import Carrier

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
FAULT = Delivered(Outcome.PUT_OFF, Reason.SERVER_AWAY, is_fault=True)
TAKEN = Delivered(Outcome.ACCEPTED, provider_ref="SM1")


def test_five_faults_in_a_row_open_it_and_one_probe_after_thirty_seconds_closes_it() -> None:
    """A success between two faults begins the count anew."""
    breaker = Breaker()
    for is_fault in (True, True, True, True, False, True, True, True, True):
        breaker.note(is_fault=is_fault, at=NOW)
    assert breaker.lets_through(at=NOW)

    breaker.note(is_fault=True, at=NOW)
    assert not breaker.lets_through(at=NOW + timedelta(seconds=29))
    assert breaker.lets_through(at=NOW + timedelta(seconds=30))
    assert not breaker.lets_through(at=NOW + timedelta(seconds=30)), "one probe at a time"
    breaker.note(is_fault=False, at=NOW + timedelta(seconds=31))

    assert breaker.lets_through(at=NOW + timedelta(seconds=31))


def test_each_failed_probe_doubles_the_pause_up_to_ten_minutes() -> None:
    """30, 60, 120, 240, 480, 600, 600 seconds."""
    breaker, at, pauses = Breaker(), NOW, []
    for _ in range(5):
        breaker.note(is_fault=True, at=at)
    for _ in range(7):
        pause = next(s for s in range(0, 700, 10) if breaker.lets_through(at=at + timedelta(seconds=s)))
        at += timedelta(seconds=pause)
        breaker.note(is_fault=True, at=at)
        pauses.append(pause)

    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_half_of_twenty_within_a_minute_opens_it_and_old_faults_do_not_count() -> None:
    """Ten faults of a minute ago are forgotten."""
    old, fresh = Breaker(), Breaker()
    for number in range(20):
        old.note(is_fault=number % 2 == 0 and number < 10, at=NOW)
        fresh.note(is_fault=number % 2 == 1, at=NOW)
    for number in range(19):
        old.note(is_fault=number % 2 == 1, at=NOW + timedelta(seconds=61))

    assert (old.is_open, fresh.is_open) == (False, True)


class Fake:
    """A provider that says what it is told to."""

    def __init__(self, name: str, *says: Delivered) -> None:
        self.name = name
        self.says = list(says)
        self.asked = 0

    async def deliver(self, cargo: str) -> Delivered:
        """Say the next thing, and the last for ever."""
        self.asked += 1
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


async def test_another_provider_steps_in_only_for_a_fault() -> None:
    """Away: the second carries it, and after five the first is not even asked."""
    first, second = Fake("a", FAULT), Fake("b", TAKEN)
    carrier = Carrier[str]([first, second], clock=lambda: NOW)

    carried = [await carrier.deliver("hello") for _ in range(8)]

    assert [each.provider for each in carried] == ["b"] * 8
    assert (first.asked, second.asked) == (5, 8)
    assert carrier.standings() == {"a": True, "b": False}


@pytest.mark.parametrize(
    "said",
    [
        Delivered(Outcome.REFUSED, Reason.OPTED_OUT),
        Delivered(Outcome.REFUSED, Reason.ADDRESS_REFUSED),
        Delivered(Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN),
        Delivered(Outcome.PUT_OFF, Reason.PUT_OFF, retry_after_s=30),
    ],
)
async def test_no_other_sender_mends_a_refusal_or_repeats_what_may_have_arrived(said: Delivered) -> None:
    """An opt-out, a bad number, silence, and "not so fast" are the last word; none of them opens the breaker."""
    first, second = Fake("a", said), Fake("b", TAKEN)
    carrier = Carrier[str]([first, second], clock=lambda: NOW)

    for _ in range(30):
        assert said.outcome is (await carrier.deliver("hello")).outcome

    assert (first.asked, second.asked) == (30, 0)


async def test_with_every_provider_broken_a_message_waits() -> None:
    """Nobody is asked, nothing is lost."""
    carrier = Carrier[str]([Fake("a", FAULT)], clock=lambda: NOW)
    for _ in range(5):
        await carrier.deliver("hello")

    said = await carrier.deliver("hello")

    assert (said.outcome, said.reason) == (Outcome.PUT_OFF, Reason.SERVER_AWAY)
