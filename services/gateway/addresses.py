"""Finds out which address a request comes from, behind trusted proxies and no others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from services.chassis.config import Misconfigured

Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64
"""Bits of an IPv6 address that count: a household or a server has all of the rest."""


def read_proxies(text: str) -> tuple[Network, ...]:
    """Read KEPT_TRUSTED_PROXIES, networks with blanks between. Raises Misconfigured when one is none."""
    try:
        return tuple(ip_network(each) for each in text.split())
    except ValueError as error:
        raise Misconfigured(f"KEPT_TRUSTED_PROXIES: {error}") from None


def address_of(scope: Scope, headers: Headers, proxies: Sequence[Network]) -> str:
    """
    Return the nearest address that is no trusted proxy.

    Danger: read from the right; what stands further left in X-Forwarded-For was written by whoever sent it.
    """
    return _nearest((scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for", ""), tuple(proxies))


@lru_cache(maxsize=16_384)
def _nearest(peer: str, forwarded: str, proxies: tuple[Network, ...]) -> str:
    found = _address(peer)
    for text in reversed([each.strip() for each in forwarded.split(",") if each.strip()]):
        if found is None or not any(found in network for network in proxies):
            break
        found = _address(text) or found
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, IPV6_PREFIX), strict=False))
    return str(found or "unknown")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
