"""
Limits how much one address, person or practice may ask for, across all replicas.

A limit is a token bucket in Redis, refilled by its own clock. A process takes tokens in small advances, so that
most requests ask nobody; what it took and does not use is lost to the caller for a moment, never gained. Without
Redis each process keeps buckets of its own, each with its share of the limit: slower, never more than allowed.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from services.chassis import errors
from services.chassis.config import Misconfigured
from services.gateway.cache import Cache

ADVANCE: Final = 20
"""A process takes a limit's tokens in advances of a twentieth."""

ADVANCE_S: Final = 5.0
"""Seconds an advance is good for."""

REMEMBERED: Final = 50_000
"""Buckets a process knows; beyond it all advances are forgotten, which costs callers a moment and admits none more."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in so many seconds, refilled evenly."""

    name: str
    tokens: int
    window_s: int
    is_exact: bool = False
    """Every request asks Redis: for limits so small that an advance would distort them."""

    @property
    def advance(self) -> int:
        """Tokens that are taken at once."""
        return 1 if self.is_exact else max(1, self.tokens // ADVANCE)


QUOTAS: Final[dict[str, Quota]] = {
    each.name: each
    for each in (
        Quota("address", 300, 60),  # requests of an address without a sign-in: links in messages, feeds
        Quota("provider", 60_000, 60),  # reports and replies of a provider: a hundred thousand texts are reported on
        Quota("user", 1_200, 60),  # requests of a signed-in person or system
        Quota("practice", 12_000, 60),  # requests of all people of a practice
        Quota("search", 240, 60),  # searches of a person: what costs the services most
        Quota("feed", 60, 3_600, is_exact=True),  # readings of one calendar feed: apps ask every quarter of an hour
        Quota("stream", 60, 60, is_exact=True),  # event streams a person opens
        Quota("refused", 60, 60, is_exact=True),  # sign-ins and tokens of an address that were refused
        Quota("sign-in", 10, 300, is_exact=True),  # refused sign-ins of one user name
    )
}
"""Source: KEPT_RATE_LIMITS changes them; docs/benchmarks.md has what a gateway can do."""

# Takes from each bucket what is wanted, or what is there; KEYS are buckets, ARGV tokens, window in ms, wanted of each.
SCRIPT: Final = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local out = {}
for i, key in ipairs(KEYS) do
  local most, window, want = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local held = redis.call('HMGET', key, 't', 'm')
  local tokens = tonumber(held[1]) or most
  local since = tonumber(held[2]) or ms
  tokens = math.min(most, tokens + math.max(0, ms - since) * most / window)
  local given = math.min(want, math.floor(tokens))
  tokens = tokens - given
  redis.call('HSET', key, 't', tostring(tokens), 'm', tostring(ms))
  redis.call('PEXPIRE', key, window)
  out[#out + 1] = given
  out[#out + 1] = math.floor(tokens)
  out[#out + 1] = math.ceil((1 - (tokens - math.floor(tokens))) * window / most)
end
return out
"""


@dataclass(slots=True)
class Stock:
    """What this process holds of one bucket."""

    tokens: int = 0
    expire_time: float = 0.0
    left: int = 0
    """Tokens in the bucket when it was last asked."""
    next_token_s: float = 1.0
    own_tokens: float = -1.0
    """The bucket this process keeps for itself while Redis is away; -1: never used."""
    own_time: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands with one limit, for the RateLimit headers."""

    quota: Quota
    left: int
    reset_s: int


@dataclass(slots=True)
class Limits:
    """The buckets of this process and of all."""

    cache: Cache
    quotas: Mapping[str, Quota] = field(default_factory=lambda: QUOTAS)
    replicas: int = 1
    """Gateways that share a limit when Redis can't tell them of each other."""
    is_on: bool = True
    _stocks: dict[tuple[str, str], Stock] = field(default_factory=dict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_shared(self) -> bool:
        """Whether the limits hold across replicas by Redis right now."""
        return self.cache.is_there

    async def spend(self, *keys: tuple[str, str], cost: int = 1) -> Sequence[Standing]:
        """
        Take a request's tokens from each limit, or from none.

        Args:
            keys: Names of limits, each with whom it counts.
            cost: Tokens a request takes; 0 looks whether there is one.

        Raises:
            Exhausted: RATE_LIMITED, with the time until the next token. (RESOURCE_EXHAUSTED)
        """
        if not self.is_on:
            return ()
        wanted = [(self.quotas[name], self._stock(name, key), key) for name, key in keys]
        if any(self._lacks(stock, cost) for _, stock, _ in wanted):
            async with self._asking:
                lacking = [each for each in wanted if self._lacks(each[1], cost)]
                if lacking:
                    await self._refill(lacking, cost)
        standings = [_standing(quota, stock, cost) for quota, stock, _ in wanted]
        for (quota, stock, _), standing in zip(wanted, standings, strict=True):
            if stock.tokens < cost or stock.tokens + stock.left < 1:
                raise Limited(standing, standings, _wait(quota, stock, cost))
        for _, stock, _ in wanted:
            stock.tokens -= cost
        return standings

    def _stock(self, name: str, key: str) -> Stock:
        if len(self._stocks) >= REMEMBERED:
            self._stocks.clear()
        return self._stocks.setdefault((name, key), Stock())

    def _lacks(self, stock: Stock, cost: int) -> bool:
        if stock.expire_time <= time.monotonic():
            stock.tokens = 0
        return stock.tokens < max(1, cost)

    async def _refill(self, lacking: Sequence[tuple[Quota, Stock, str]], cost: int) -> None:
        names = [f"kept:limit:{quota.name}:{_mark(key)}" for quota, _, key in lacking]
        numbers = [
            number
            for quota, stock, _ in lacking
            for number in (quota.tokens, quota.window_s * 1000, _wanted(quota, stock, cost))
        ]

        async def take(redis: Any) -> list[int]:
            return list(await redis.eval(SCRIPT, len(names), *names, *numbers))

        found = await self.cache.ask(take)
        now = time.monotonic()
        for place, (quota, stock, _) in enumerate(lacking):
            if found is None:
                self._refill_alone(quota, stock, cost, now)
            else:
                given, stock.left, next_ms = (int(number) for number in found[3 * place : 3 * place + 3])
                stock.tokens += given
                stock.next_token_s = next_ms / 1000
                stock.own_tokens = -1.0
            stock.expire_time = now + ADVANCE_S

    def _refill_alone(self, quota: Quota, stock: Stock, cost: int, now: float) -> None:
        most = max(1.0, quota.tokens / self.replicas)
        if stock.own_tokens < 0:
            # What the shared bucket held is not known any more: begin with one advance, not with a full one.
            stock.own_tokens, stock.own_time = min(most, max(1.0, quota.advance / self.replicas)), now
        rate = most / quota.window_s
        stock.own_tokens = min(most, stock.own_tokens + (now - stock.own_time) * rate)
        stock.own_time = now
        given = min(max(0, cost - stock.tokens), int(stock.own_tokens))
        stock.own_tokens -= given
        stock.tokens += given
        stock.left = int(stock.own_tokens)
        stock.next_token_s = (1 - stock.own_tokens % 1) / rate


class Limited(errors.Exhausted):
    """A limit is reached; carries where the caller stands."""

    def __init__(self, standing: Standing, standings: Sequence[Standing], retry_after_s: float) -> None:
        super().__init__("Too many requests; come back later.", retry_after_s=retry_after_s, limit=standing.quota.name)
        self.standings = standings


def _wanted(quota: Quota, stock: Stock, cost: int) -> int:
    """Tokens to ask for: none when it is only looked, no more than needed where the limit is exact."""
    return max(0, (max(cost, quota.advance) if cost and not quota.is_exact else cost) - stock.tokens)


def _wait(quota: Quota, stock: Stock, cost: int) -> float:
    missing = max(1, cost) - stock.tokens - 1
    return stock.next_token_s + max(0, missing) * quota.window_s / quota.tokens


def _standing(quota: Quota, stock: Stock, cost: int) -> Standing:
    left = max(0, stock.left + stock.tokens - cost)
    return Standing(quota, left, round((quota.tokens - left) * quota.window_s / quota.tokens))


def headers_of(standings: Sequence[Standing]) -> dict[str, str]:
    """Return RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11) of the tightest and of all."""
    if not standings:
        return {}
    tightest = min(standings, key=lambda each: each.left / each.quota.tokens)
    return {
        "RateLimit-Policy": ", ".join(
            f'"{each.quota.name}";q={each.quota.tokens};w={each.quota.window_s}' for each in standings
        ),
        "RateLimit": f'"{tightest.quota.name}";r={tightest.left};t={tightest.reset_s}',
    }


def read_quotas(text: str) -> tuple[Mapping[str, Quota], bool]:
    """
    Read KEPT_RATE_LIMITS, for example "user=600/60 search=60/60"; "off" limits nothing.

    Raises:
        Misconfigured: A limit is unknown, or is no number of requests per seconds.
    """
    if text.strip() == "off":
        return QUOTAS, False
    found = dict(QUOTAS)
    for part in text.split():
        name, _, numbers = part.partition("=")
        tokens, _, seconds = numbers.partition("/")
        if name not in QUOTAS or not tokens.isdigit() or not seconds.isdigit() or not int(tokens) or not int(seconds):
            raise Misconfigured(f"KEPT_RATE_LIMITS: {part!r} is no limit such as user=600/60")
        found[name] = replace(QUOTAS[name], tokens=int(tokens), window_s=int(seconds))
    return found, True


def _mark(key: str) -> str:
    """Whom a bucket counts is nobody's business but the gateway's."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
