"""Signs people in and out at the portals, by way of the identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.chassis import errors
from services.chassis.claims import ClaimNames
from services.chassis.context import Actor
from services.chassis.oidc import CLOCK_SKEW_S
from services.gateway.credentials import Credentials
from services.gateway.cursors import Cursors
from services.gateway.portals import Portal
from services.gateway.provider import Flow, Provider, failed
from services.gateway.sessions import Session

CALLBACK = "/session/callback"


@dataclass(frozen=True, slots=True)
class SignIns:
    """What a sign-in at a portal needs."""

    credentials: Credentials
    provider: Provider
    seal: Cursors
    """Seals sign-ins under way, the same in every replica."""

    async def begin(self, portal: Portal, *, return_to: str, is_strong: bool, max_age_s: int) -> tuple[str, str]:
        """
        Begin a sign-in; returns where to send the browser, and what it must bring back as a cookie.

        Raises:
            Unavailable: PROVIDER_UNAVAILABLE. (UNAVAILABLE)
        """
        wants_strong = is_strong or portal.face.needs_strong
        flow = Flow.begin(portal, return_to=return_to, is_strong=wants_strong, max_age_s=max_age_s)
        return await self.provider.sign_in_url(flow, portal.origin + CALLBACK), flow.sealed(self.seal)

    async def finish(self, portal: Portal, query: Mapping[str, str], cookie: str) -> tuple[str, Session, str]:
        """
        Finish a sign-in; returns the browser's secret, the session, and where it wanted to go.

        Raises:
            Unauthenticated: SIGN_IN_INTERRUPTED, SIGN_IN_FAILED or SIGN_IN_TOO_WEAK. (UNAUTHENTICATED)
            Forbidden: NOT_AT_THIS_PORTAL. (PERMISSION_DENIED)
            Unavailable: PROVIDER_UNAVAILABLE or SESSIONS_UNAVAILABLE. (UNAVAILABLE)
        """
        flow = Flow.read(self.seal, cookie)
        if flow.portal != portal.name:
            raise failed()
        tokens = await self.provider.redeem(flow, query, portal.origin + CALLBACK)
        checked = await self.credentials.verifier.verify(tokens.access_token)
        names = self.credentials.verifier.names
        if checked.actor.actor_id != tokens.claims.get(names.subject.name):
            raise failed()
        actor = _proven(checked.actor, tokens.claims, names)
        if flow.is_strong and actor.strength != "mfa":
            raise errors.Unauthenticated("The second factor is missing.", reason="SIGN_IN_TOO_WEAK")
        if flow.max_age_s >= 0 and actor.auth_time + flow.max_age_s + CLOCK_SKEW_S < flow.start_time:
            raise errors.Unauthenticated("The proof is older than was asked for.", reason="SIGN_IN_TOO_WEAK")
        roles = actor.roles & portal.face.roles
        if not roles:
            raise errors.Forbidden("This portal is for others.", reason="NOT_AT_THIS_PORTAL")
        secret, session = await self.credentials.sessions.begin(
            portal,
            replace(actor, roles=roles),
            provider_names=_names(tokens.claims),
            id_token=tokens.id_token,
        )
        return secret, session, flow.return_to

    async def sign_out(self, portal: Portal, session: Session) -> str:
        """End a session; returns where the browser signs out at the provider too. Raises SESSIONS_UNAVAILABLE."""
        await self.credentials.sessions.end(session)
        return await self.farewell(portal, session)

    async def farewell(self, portal: Portal, session: Session) -> str:
        """Return where a browser signs out at the provider; empty while that can't be told."""
        try:
            return await self.provider.sign_out_url(session.id_token, portal.origin + "/")
        except errors.Unavailable:
            return ""

    async def provider_signed_out(self, token: str) -> list[Session]:
        """
        End what a session at the provider led to, on the provider's word; returns the sessions that ended.

        Raises:
            Unauthenticated: SIGN_IN_FAILED: the word is not the provider's. (UNAUTHENTICATED)
            Unavailable: SESSIONS_UNAVAILABLE. (UNAVAILABLE)
        """
        claims = await self.provider.signed_out(token)
        # One session where the provider names it, all of the person's where it names only the person.
        return await self.credentials.sessions.end_of_provider(_names(claims)[0])


def _names(claims: Mapping[str, Any]) -> list[str]:
    """Return what a session at the provider is called by, the narrowest first."""
    return [f"{kind}|{claims[kind]}" for kind in ("sid", "sub") if claims.get(kind)]


def _proven(actor: Actor, claims: Mapping[str, Any], names: ClaimNames) -> Actor:
    """Return the actor with how and when they proved who they are: the id token is where providers say that."""
    strength = "mfa" if names.strong.is_made(claims) else actor.strength
    return replace(actor, strength=strength, auth_time=int(claims.get("auth_time") or actor.auth_time))
