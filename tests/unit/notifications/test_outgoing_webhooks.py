"""What receivers of webhooks are told, how often it is tried, and where it never goes."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from services.notifications.adapters.outbound import Outbound, check_url, is_public
from services.notifications.domain.errors import UrlRefused
from services.notifications.domain.webhook import DELAYS, Answer, Delivery, State, Webhook

AT = datetime(2030, 3, 4, 9, tzinfo=UTC)
ONE = Delivery("d", "w", "appointment.booked", "a-1", 3, AT, next_attempt_time=AT)


def test_a_message_says_kind_id_and_version_and_no_more() -> None:
    """The receiver fetches the rest."""
    assert json.loads(ONE.body) == {
        "type": "appointment.booked",
        "timestamp": "2030-03-04T09:00:00Z",
        "data": {"id": "a-1", "version": 3},
    }


def test_it_is_tried_for_three_days_and_then_given_up() -> None:
    """Sooner first, later and later; the tries end after 71 to 79 hours."""
    delivery, at = ONE, AT
    while delivery.state is State.PENDING:
        assert delivery.next_attempt_time is not None
        at = delivery.next_attempt_time
        delivery = delivery.tried(Answer(500, "REFUSED"), at=at, jitter=0)

    assert (delivery.state, delivery.attempts) == (State.FAILED, len(DELAYS) + 1)
    assert timedelta(hours=71) < at - AT < timedelta(hours=73)
    assert list(DELAYS[:9]) == sorted(DELAYS[:9])


def test_a_receiver_says_when_to_come_back_or_that_it_is_gone() -> None:
    """Retry-After counts where it is longer; 410 ends it."""
    later = ONE.tried(Answer(429, "REFUSED", timedelta(hours=1)), at=AT, jitter=0)
    gone = ONE.tried(Answer(410, "GONE"), at=AT, jitter=0)
    taken = ONE.tried(Answer(204), at=AT, jitter=0)

    assert later.next_attempt_time == AT + timedelta(hours=1)
    assert (gone.state, taken.state) == (State.FAILED, State.DELIVERED)
    assert taken.replayed(at=AT).attempts == 0


def test_a_receiver_hears_what_it_asked_for() -> None:
    """Nothing named is everything; stopped is nothing."""
    some = Webhook("w", "https://a.example", ("appointment.booked",), True, "", 1, AT)
    every = Webhook("w", "https://a.example", (), True, "", 1, AT)
    stopped = Webhook("w", "https://a.example", (), False, "", 1, AT)

    assert [each.wants("appointment.booked") for each in (some, every, stopped)] == [True, True, False]
    assert [each.wants("client.updated") for each in (some, every, stopped)] == [False, True, False]


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/x",
        "https://partner.example:22/x",
        "https://user:secret@partner.example/x",
        "https://partner.example/x#y",
        "https://partner.example/ x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/x",
        "https://10.1.2.3/x",
        "ftp://partner.example/x",
        "https:///x",
        "https://partner.example:99999/x",
        "https://partner.example/" + "x" * 2000,
    ],
)
def test_an_address_that_is_none_is_refused_when_it_is_given(url: str) -> None:
    """By its spelling already."""
    with pytest.raises(UrlRefused):
        check_url(url, has_trusted=False)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, wanted: bool) -> None:
    """Also those that lead inside by another name."""
    assert is_public(ip_address(address)) is wanted


class Names:
    """Answers look-ups as it was told to, each once."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0)


async def test_a_name_with_one_address_inside_is_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is even tried."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", never)
    names = Names(["93.184.216.34", "10.0.0.1"])
    answer = await Outbound(resolve=names).post("https://rebinding.example/x", "{}", {})

    assert answer.error == "ADDRESS_REFUSED"
    assert names.asked == 1
