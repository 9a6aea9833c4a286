"""Rules of the limits that need no Redis, and of whose address counts."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.datastructures import Headers

from services.chassis.config import Misconfigured
from services.gateway.addresses import address_of, read_proxies
from services.gateway.cache import Cache
from services.gateway.limits import Limited, Limits, headers_of, read_quotas


async def test_without_redis_a_process_admits_its_share_and_no_more() -> None:
    """Slower, never more than allowed: two of three replicas alone stay under the limit together."""
    quotas, _ = read_quotas("user=60/3600")
    limits = Limits(Cache(""), quotas, replicas=3)

    async def is_admitted() -> bool:
        try:
            await limits.spend(("user", "somebody"))
        except Limited:
            return False
        return True

    admitted = sum([await is_admitted() for _ in range(60)])

    assert 1 <= admitted <= 20
    assert not limits.is_shared


async def test_one_limit_that_is_reached_takes_nothing_from_the_others() -> None:
    """All or none: a person over their own limit does not use up the practice's."""
    quotas, _ = read_quotas("user=1/3600 practice=10/3600")
    limits = Limits(Cache(""), quotas)
    await limits.spend(("user", "a"))
    for _ in range(3):
        with pytest.raises(Limited):
            await limits.spend(("user", "a"), ("practice", "p"))

    (standing,) = await limits.spend(("practice", "p"))

    assert headers_of([standing])["RateLimit-Policy"] == '"practice";q=10;w=3600'
    assert headers_of(()) == {}


@pytest.mark.parametrize("text", ["user", "user=0/60", "user=5", "nobody=5/5", "user=-1/60"])
def test_a_limit_that_can_not_be_read_stops_the_start(text: str) -> None:
    """No half-read limits."""
    with pytest.raises(Misconfigured):
        read_quotas(text)


@pytest.mark.parametrize(
    ("peer", "forwarded", "wanted"),
    [
        ("203.0.113.9", "10.1.1.1", "203.0.113.9"),  # nobody trusted said so
        ("10.0.0.2", "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the left one is the sender's invention
        ("10.0.0.2", "203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ],
)
def test_an_address_is_believed_from_trusted_proxies_only(peer: str, forwarded: str, wanted: str) -> None:
    """A made-up X-Forwarded-For gives nobody a fresh limit."""
    headers = Headers({"x-forwarded-for": forwarded} if forwarded else {})

    found = address_of({"type": "http", "client": (peer, 1)}, headers, (ip_network("10.0.0.0/8"),))

    assert found == wanted
    with pytest.raises(Misconfigured):
        read_proxies("everybody")
