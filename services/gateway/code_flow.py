"""Keeps the codes of the development issuer: authorization code with PKCE, each used once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.chassis.oidc import DemoUser

CODE_S: Final = 60
"""Seconds a code is good for."""

CODES: Final = 1_000
"""Codes at once at most; older ones are forgotten."""

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts a development sign-in returns to: nobody else's application is signed in to by accident."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_PLAIN: Final = re.compile(r"[\x21-\x7e]{0,512}")


class Invalid(Exception):
    """A request the issuer does not follow; its argument is an OAuth error code (RFC 6749)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an application asks for (RFC 6749 4.1.1, RFC 7636)."""

    client_id: str
    redirect_uri: str
    challenge: str
    state: str
    nonce: str
    scope: str = ""
    """What an app is bound to (SMART); `openid` and the like bound nobody and are left out."""
    needs_strong: bool = False
    """Whether a second factor is asked for (`acr_values`)."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wish:
        """Read it. Raises Invalid: without PKCE by S256, or for an application elsewhere, nothing is given."""
        wish = cls(
            query.get("client_id", ""),
            query.get("redirect_uri", ""),
            query.get("code_challenge", ""),
            query.get("state", ""),
            query.get("nonce", ""),
            " ".join(each for each in query.get("scope", "").split() if "/" in each),
            "mfa" in query.get("acr_values", "").split(),
        )
        if query.get("response_type") != "code":
            raise Invalid("unsupported_response_type")
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(wish.challenge):
            raise Invalid("invalid_request")
        texts = (wish.client_id, wish.redirect_uri, wish.state, wish.nonce)
        if not wish.client_id or not all(_PLAIN.fullmatch(each) for each in texts) or not is_local(wish.redirect_uri):
            raise Invalid("invalid_request")
        return wish


@dataclass(frozen=True, slots=True)
class Grant:
    """Who signed in, for which wish, until when."""

    user: DemoUser
    wish: Wish
    expire_time: float
    is_strong: bool


class CodeFlow:
    """The codes that were given out and not used yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._grants: dict[bytes, Grant] = {}
        self._clock = clock

    def issue(self, user: DemoUser, wish: Wish, *, is_strong: bool = False) -> str:
        """Return a code for somebody who has just signed in."""
        while len(self._grants) >= CODES:
            del self._grants[next(iter(self._grants))]
        code = secrets.token_urlsafe(32)
        self._grants[_mark(code)] = Grant(user, wish, self._clock() + CODE_S, is_strong)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Grant:
        """Return what a code stands for, once. Raises Invalid: invalid_grant; the code is then used up as well."""
        grant = self._grants.pop(_mark(code), None)
        if grant is None or grant.expire_time <= self._clock():
            raise Invalid("invalid_grant")
        if (client_id, redirect_uri) != (grant.wish.client_id, grant.wish.redirect_uri):
            raise Invalid("invalid_grant")
        if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge_of(verifier), grant.wish.challenge):
            raise Invalid("invalid_grant")
        return grant


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def is_local(uri: str) -> bool:
    """Tell whether an address is on this machine, and one that a browser reads as we do."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.fragment or "\\" in uri)
    # Browsers resolve every name under localhost to this machine (RFC 6761 6.3).
    is_here = host in LOOPBACK or (host or "").endswith(".localhost")
    return plain and parts.scheme in ("http", "https") and is_here


def _mark(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
