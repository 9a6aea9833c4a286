"""Talks to the identity provider for browsers: code and PKCE, from the server's side."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import httpx
import jwt

from services.chassis import errors
from services.chassis.claims import TWO_FACTORS, Claim
from services.chassis.oidc import ALGORITHMS, CLOCK_SKEW_S
from services.gateway.code_flow import challenge_of
from services.gateway.cursors import Cursors
from services.gateway.portals import Portal

FLOW_S: Final = 600
"""Seconds somebody may take at the provider's page."""

FRESH_S: Final = 600
"""Seconds the provider's configuration is used without asking again."""

STRONG: Final = "mfa"
"""The authentication context asked for where one factor is not enough, if no other is configured."""

ENTRA_CONTEXTS: Final = "acrs"
"""The claim of Entra ID's authentication contexts, which are asked for by the `claims` parameter."""

SIGN_OUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


class Keys(Protocol):
    """The provider's keys by id."""

    async def key(self, key_id: str) -> jwt.PyJWK:
        """Return a key. Raises KeyError."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way: sealed into a cookie, so that it ends in the browser that began it."""

    portal: str
    verifier: str
    nonce: str
    state: str
    return_to: str
    is_strong: bool
    max_age_s: int
    """Seconds the proof of identity may be old; -1: any age."""
    start_time: int

    @classmethod
    def begin(cls, portal: Portal, *, return_to: str, is_strong: bool, max_age_s: int) -> Flow:
        """Return a new one."""
        verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(portal.name, verifier, nonce, state, return_to, is_strong, max_age_s, int(time.time()))

    def sealed(self, seal: Cursors) -> str:
        """Return it as a cookie's value."""
        return seal.seal(json.dumps(asdict(self)), "flow")

    @classmethod
    def read(cls, seal: Cursors, text: str) -> Flow:
        """Read a cookie's value. Raises Unauthenticated: SIGN_IN_INTERRUPTED."""
        try:
            flow = cls(**json.loads(seal.open(text, "flow")))
        except (errors.InvalidRequest, ValueError, TypeError):
            raise interrupted() from None
        if flow.start_time + FLOW_S < time.time():
            raise interrupted()
        return flow


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave for a code."""

    access_token: str
    id_token: str
    claims: Mapping[str, Any]
    """Those of the id token, verified."""


class Provider:
    """
    The identity provider, as a confidential client knows it.

    Args:
        secret: The client's secret; empty for a provider that knows no secrets (the development issuer).
        acr: The authentication context that is asked for where one factor is not enough.
        strong: How the provider tells that two were proved.
        transport: How it is reached; None: over the network.
    """

    def __init__(
        self,
        issuer: str,
        keys: Keys,
        *,
        client_id: str,
        secret: str = "",
        acr: str = STRONG,
        strong: Claim = TWO_FACTORS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._client_id = client_id
        self._acr = acr
        self._strong = strong
        self._auth = httpx.BasicAuth(client_id, secret) if secret else None
        self._http = httpx.AsyncClient(timeout=5.0, transport=transport)
        self._known: dict[str, Any] = {}
        self._read_time = 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def sign_in_url(self, flow: Flow, redirect_uri: str) -> str:
        """
        Return where a browser is sent to sign in; what is asked for is pushed first where the provider takes that.

        Raises:
            Unavailable: PROVIDER_UNAVAILABLE. (UNAVAILABLE)
        """
        known = await self._configuration()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge_of(flow.verifier),
            "code_challenge_method": "S256",
        }
        if flow.is_strong:
            asked |= self._wish_for_strength()
        if flow.max_age_s >= 0:
            asked |= {"max_age": str(flow.max_age_s), "prompt": "login"}
        if pushed := known.get("pushed_authorization_request_endpoint"):
            answer = await self._post(pushed, asked)
            asked = {"client_id": self._client_id, "request_uri": str(answer["request_uri"])}
        return f"{known['authorization_endpoint']}?{urlencode(asked)}"

    def _wish_for_strength(self) -> dict[str, str]:
        """Return how two factors are asked for: Entra ID knows authentication contexts, others `acr_values`."""
        if self._strong.name != ENTRA_CONTEXTS:
            return {"acr_values": self._acr}
        wish = {"id_token": {ENTRA_CONTEXTS: {"essential": True, "value": self._strong.value}}}
        return {"claims": json.dumps(wish, separators=(",", ":"))}

    async def redeem(self, flow: Flow, query: Mapping[str, str], redirect_uri: str) -> Tokens:
        """
        Turn what came back with the browser into tokens.

        Raises:
            Unauthenticated: SIGN_IN_INTERRUPTED or SIGN_IN_FAILED. (UNAUTHENTICATED)
            Unavailable: PROVIDER_UNAVAILABLE. (UNAVAILABLE)
        """
        known = await self._configuration()
        if not secrets.compare_digest(query.get("state", "").encode(), flow.state.encode()):
            raise interrupted()
        # A code of another provider must not be redeemed here (RFC 9207).
        has_iss = known.get("authorization_response_iss_parameter_supported")
        if query.get("iss", self._issuer if not has_iss else "") != self._issuer or not query.get("code"):
            raise failed()
        form = {
            "grant_type": "authorization_code",
            "code": query["code"],
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
        }
        answer = await self._post(known["token_endpoint"], form)
        id_token = str(answer.get("id_token", ""))
        claims = await self._claims(id_token)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), flow.nonce.encode()):
            raise failed()
        return Tokens(str(answer.get("access_token", "")), id_token, claims)

    async def sign_out_url(self, id_token: str, return_to: str) -> str:
        """Return where a browser signs out at the provider too; empty when there is no such place."""
        known = await self._configuration()
        end = known.get("end_session_endpoint")
        query = {
            "client_id": self._client_id,
            "post_logout_redirect_uri": return_to,
            **({"id_token_hint": id_token} if id_token else {}),
        }
        return f"{end}?{urlencode(query)}" if end else ""

    async def signed_out(self, token: str) -> Mapping[str, Any]:
        """
        Verify a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6) and return its claims.

        Raises:
            Unauthenticated: SIGN_IN_FAILED. (UNAUTHENTICATED)
        """
        claims = await self._claims(token, "jti", "events")
        events = claims["events"]
        is_meant = isinstance(events, dict) and SIGN_OUT_EVENT in events and "nonce" not in claims
        if not is_meant or not (claims.get("sid") or claims.get("sub")):
            raise failed()
        return claims

    async def _claims(self, token: str, *required: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidAlgorithmError("alg")
            key = await self._keys.key(str(header.get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._client_id,
                issuer=self._issuer,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "iat", "iss", "aud", *required]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise failed() from None
        return claims

    async def _configuration(self) -> Mapping[str, Any]:
        if not self._known or time.monotonic() - self._read_time > FRESH_S:
            try:
                answer = await self._http.get(f"{self._issuer}/.well-known/openid-configuration")
                found = answer.raise_for_status().json()
                if found["issuer"] != self._issuer:
                    raise ValueError("issuer")
            except (httpx.HTTPError, ValueError, KeyError, TypeError):
                if not self._known:
                    raise away() from None
                return self._known
            self._known, self._read_time = found, time.monotonic()
        return self._known

    async def _post(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            answer = await self._http.post(url, data=form, auth=self._auth or httpx.USE_CLIENT_DEFAULT)
            found: Any = answer.json()
        except (httpx.HTTPError, ValueError):
            raise away() from None
        if answer.status_code >= 500:
            raise away()
        if answer.status_code >= 400 or not isinstance(found, dict):
            raise failed()
        return found


def interrupted() -> errors.Unauthenticated:
    """Return the refusal of a sign-in that was not begun in this browser, or too long ago."""
    return errors.Unauthenticated("The sign-in was interrupted; begin again.", reason="SIGN_IN_INTERRUPTED")


def failed() -> errors.Unauthenticated:
    """Return the refusal of a sign-in that proves nothing."""
    return errors.Unauthenticated("The sign-in did not succeed.", reason="SIGN_IN_FAILED")


def away() -> errors.Unavailable:
    """Return that the provider does not answer."""
    return errors.Unavailable("The identity provider does not answer.", reason="PROVIDER_UNAVAILABLE")
