"""Finds out who sends a request: by token, by a token and its key, or by session."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from services.chassis import errors
from services.chassis.context import Actor
from services.chassis.oidc import CLOCK_SKEW_S, OidcVerifier
from services.gateway.dpop import Proofs
from services.gateway.portals import Portal
from services.gateway.sessions import Session, Sessions

COOKIE: Final = "__Host-sid"
"""The prefix makes browsers keep it to one host, over TLS only, whatever a neighbouring host says."""

COOKIE_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

UNATTENDED: Final = "/v1/events/stream"
"""A stream reconnects by itself: it keeps no session awake."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The ways to say who one is."""

    verifier: OidcVerifier
    proofs: Proofs
    sessions: Sessions
    portals: Mapping[str, Portal]
    """By Host header."""

    async def find(self, request: Request) -> Actor:
        """
        Return who sends a request; `request.state.good_until` says how long that can be believed.

        Raises:
            Unauthenticated: Nobody known, or no longer. (UNAUTHENTICATED)
            Forbidden: FOREIGN_SITE: another site's page used a browser's session. (PERMISSION_DENIED)
            Unavailable: What is needed to tell is away. (UNAVAILABLE)
        """
        authorization = request.headers.get("authorization", "")
        if not authorization and COOKIE in request.headers.get("cookie", ""):
            request.state.session = session = await self.session(request)
            request.state.good_until = min(session.expire_time, time.time() + session.idle_s)
            return session.actor
        scheme, _, token = authorization.partition(" ")
        if authorization and scheme.lower() not in ("bearer", "dpop"):
            raise errors.Unauthenticated("Only bearer and DPoP tokens are taken.")
        checked = await self.verifier.verify(token.strip())
        is_bound = scheme.lower() == "dpop"
        if is_bound != bool(checked.key_thumbprint):
            # A bound token without its proof is a stolen one; a free one with a proof is bound to nothing.
            raise errors.Unauthenticated("The token must come as it was given.", reason="TOKEN_INVALID")
        if is_bound:
            shown = request.headers.getlist("dpop")
            thumbprint = await self.proofs.check(
                shown[0] if len(shown) == 1 else "",
                method=request.method,
                path=request.url.path,
                token=token.strip(),
            )
            if thumbprint != checked.key_thumbprint:
                raise errors.Unauthenticated("The token is another key's.", reason="DPOP_PROOF_INVALID")
            add_header(request, "DPoP-Nonce", self.proofs.nonce())
        request.state.good_until = checked.expire_time + CLOCK_SKEW_S
        return checked.actor

    async def session(self, request: Request) -> Session:
        """
        Return the session of a browser at the portal it asks.

        Raises:
            Unauthenticated: SESSION_ENDED. (UNAUTHENTICATED)
            Forbidden: FOREIGN_SITE. (PERMISSION_DENIED)
            Unavailable: SESSIONS_UNAVAILABLE. (UNAVAILABLE)
        """
        portal = self.portal(request)
        secret = request.cookies.get(COOKIE, "")
        if not secret:
            raise errors.Unauthenticated("The session has ended; please sign in.", reason="SESSION_ENDED")
        if not is_from(request, portal):
            raise errors.Forbidden("The request comes from another site.", reason="FOREIGN_SITE")
        session, renewed = await self.sessions.find(secret, is_used=request.url.path != UNATTENDED)
        if session.portal != portal.name:
            raise errors.Unauthenticated("The session is another portal's.", reason="SESSION_ENDED")
        if renewed:
            give_cookie(request, renewed)
        return session

    def portal(self, request: Request) -> Portal:
        """Return the portal a request was sent to. Raises NotFound: NO_PORTAL."""
        portal = self.portals.get(request.headers.get("host", "").lower())
        if portal is None:
            raise errors.NotFound("No portal is reached by this name.", reason="NO_PORTAL")
        return portal


def is_from(request: Request, portal: Portal) -> bool:
    """
    Tell whether a request was made by the portal's own pages.

    Browsers say so by Sec-Fetch-Site; an old one at least says Origin when it sends something.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin" or (site == "none" and request.method in SAFE)
    origin = request.headers.get("origin")
    return request.method in SAFE if origin is None else origin == portal.origin


def give_cookie(request: Request, secret: str) -> None:
    """Give a browser the secret of its session; an empty one takes it away."""
    lifetime = "" if secret else "; Max-Age=0"
    add_header(request, "Set-Cookie", f"{COOKIE}={secret}; {COOKIE_ATTRIBUTES}{lifetime}")


def add_header(request: Request, name: str, value: str) -> None:
    """Add a header to the answer, whatever it comes to be."""
    request.scope["state"].setdefault("headers", []).append((name.lower().encode(), value.encode()))
