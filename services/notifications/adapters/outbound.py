"""Sends a message to a receiver's address, and to no address inside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import httpx

from services.chassis.config import Misconfigured
from services.notifications.domain import errors
from services.notifications.domain.webhook import Answer

TIMEOUT_S: Final = 15.0
"""Seconds a receiver may take. Source: Standard Webhooks 1.0.0, 15 to 30."""

ANSWER_BYTES: Final = 64 * 1024
"""Bytes of an answer that are read at most; nothing in it matters but its status."""

RETRY_AFTER_MAX: Final = timedelta(hours=24)

URL_LONGEST: Final = 1_000
"""Characters of an address."""

PORTS: Final = frozenset({443, 8443})

NAT64: Final = IPv6Network("64:ff9b::/96")
"""Addresses behind which any IPv4 address may stand."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


TIMED_OUT = "TIMED_OUT"
"""Said when no answer came in time: whoever is there may have taken it."""


class Outbound:
    """
    Posts over HTTPS to public addresses.

    A name is looked up once, every address it has must be public, and the connection goes to one of those: whoever
    answers the next look-up otherwise (DNS rebinding) is not asked. Redirects are refusals.

    Args:
        trusted: Networks that may be reached besides the public ones, in the clear too: a receiver next door.
    """

    def __init__(self, trusted: Sequence[Network] = (), resolve: Resolve | None = None) -> None:
        self._trusted = tuple(trusted)
        self._resolve = resolve or _resolve
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits, trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """Send, and say what came of it; never raises for what a receiver does."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(url, body, headers)
        except errors.UrlRefused:
            return Answer(error="ADDRESS_REFUSED")
        except (TimeoutError, httpx.TimeoutException):
            return Answer(error=TIMED_OUT)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return Answer(error="UNREACHABLE")

    async def _post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = await self._address(host, port, is_clear=parts.scheme == "http")
        literal = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        target = httpx.URL(url).copy_with(host=literal)
        asked = self._http.build_request(
            "POST",
            target,
            content=body,
            headers={**headers, "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "webhooks/1"},
            # The certificate must be the name's, though the connection goes to a number.
            extensions={"sni_hostname": host},
        )
        response = await self._http.send(asked, stream=True)
        try:
            size = 0
            async for part in response.aiter_raw():
                size += len(part)
                if size > ANSWER_BYTES:
                    break
        finally:
            await response.aclose()
        return _answer(response)

    async def _address(self, host: str, port: int, *, is_clear: bool) -> Address:
        """Return an address of a name. Raises UrlRefused when one of them is not public."""
        found = [ip_address(each) for each in await self._resolve(host, port)]
        for each in found:
            is_trusted = any(each in network for network in self._trusted if network.version == each.version)
            if not is_trusted and (is_clear or not is_public(each) or port not in PORTS):
                raise errors.UrlRefused("Only public addresses are sent to.", field="url")
        if not found:
            raise OSError("no address")
        return found[0]


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet, and to nothing that leads inside by another name."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_url(url: str, *, has_trusted: bool) -> str:
    """
    Return an address that messages may go to, as far as its spelling tells.

    Raises:
        UrlRefused: It is not HTTPS (or HTTP, where networks are trusted), or holds a user, a fragment or odd signs.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise errors.UrlRefused("That is no address.", field="url") from None
    is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and "@" not in url
    if len(url) > URL_LONGEST or not is_plain or parts.fragment or not parts.hostname:
        raise errors.UrlRefused("That is no address messages are sent to.", field="url")
    if not (parts.scheme == "https" and port in PORTS) and not (has_trusted and parts.scheme in ("http", "https")):
        raise errors.UrlRefused("Messages go to HTTPS, port 443 or 8443.", field="url")
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return url
    if not has_trusted and not is_public(literal):
        raise errors.UrlRefused("Only public addresses are sent to.", field="url")
    return url


def read_trusted(text: str) -> tuple[Network, ...]:
    """Read KEPT_WEBHOOK_NETWORKS, with blanks between. Raises Misconfigured."""
    try:
        return tuple(ip_network(each) for each in text.split())
    except ValueError as error:
        raise Misconfigured(f"KEPT_WEBHOOK_NETWORKS: {error}") from None


def _answer(response: httpx.Response) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(status)
    if status == 410:
        return Answer(status, "GONE")
    if 300 <= status < 400:
        return Answer(status, "REDIRECTED")
    wait = response.headers.get("retry-after", "")
    retry_after = timedelta(seconds=int(wait)) if wait.isdigit() and len(wait) < 7 else timedelta(0)
    return Answer(status, "REFUSED", min(retry_after, RETRY_AFTER_MAX))


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]
