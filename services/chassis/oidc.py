"""Verifies sign-ins: OIDC access tokens, or those of an issuer of our own for development."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import math
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis import errors
from services.chassis.claims import ROLES, ClaimNames
from services.chassis.context import Actor

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key only: "none" and shared secrets are never accepted."""

KEYS_FRESH_S = 600
"""Seconds the issuer's keys are used without asking again."""

REFETCH_AFTER_S = 10
"""Seconds between two fetches at least: unknown key ids must not turn into a flood."""

CLOCK_SKEW_S = 30
"""Seconds the issuer's clock may differ; it is another house's."""

DEFAULT_NAMES: Final = ClaimNames()

REMEMBERED = 16_384
DEVELOPMENT_TOKEN_S = 3600

ASSERTION_S: Final = 300
"""Seconds a program's assertion may be good for at most. Source: SMART Backend Services, five minutes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A token that holds."""

    actor: Actor
    expire_time: float
    """Seconds since 1970."""

    key_thumbprint: str = ""
    """The key whoever sends it must prove to hold (RFC 9449); empty: a bearer token."""


class OidcVerifier:
    """
    Turns an access token into an actor.

    What it reads beside the standard claims, and by which names, stands in `claims.py`.
    `cnf.jkt` binds a token to a key (RFC 9449).
    """

    def __init__(
        self, issuer: str, keys: KeySource, *, audience: str = "kept", names: ClaimNames = DEFAULT_NAMES
    ) -> None:
        self.names = names
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._verified: dict[bytes, Checked] = {}

    async def verify(self, token: str) -> Checked:
        """
        Return who signed in, and the key the token is bound to.

        Raises:
            Unauthenticated: TOKEN_MISSING, TOKEN_EXPIRED or TOKEN_INVALID. (UNAUTHENTICATED)
            Unavailable: The issuer's keys can't be fetched. (UNAVAILABLE)
        """
        if not token:
            raise errors.Unauthenticated("A token is needed.", reason="TOKEN_MISSING")
        mark = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(mark)
        if known is None:
            known = await self._check(token)
            if len(self._verified) >= REMEMBERED:
                self._verified.clear()
            self._verified[mark] = known
        if known.expire_time + CLOCK_SKEW_S <= time.time():
            self._verified.pop(mark, None)
            raise errors.Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED")
        return known

    async def _check(self, token: str) -> Checked:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidAlgorithmError("alg")
            key = await self._keys.key(str(header.get("kid", "")))
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
            return Checked(self.names.actor(claims), float(claims["exp"]), _key_of(claims))
        except jwt.ExpiredSignatureError:
            raise errors.Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED") from None
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise errors.Unauthenticated("The token is not valid.", reason="TOKEN_INVALID") from None


class KeySource:
    """The issuer's keys by id, fetched again when an unknown id turns up."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(timeout=5.0, transport=transport)
        self._url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetch_time = self._try_time = -math.inf
        self._lock = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK:
        """Return a key. Raises KeyError when the issuer has none of this id."""
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    self._try_time = time.monotonic()
                    await self._fetch()
        return self._keys[key_id]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _is_due(self, key_id: str) -> bool:
        """Whether to ask the issuer: known keys go on to be used while it does not answer."""
        now = time.monotonic()
        is_wanted = key_id not in self._keys or now - self._fetch_time >= KEYS_FRESH_S
        return is_wanted and (not self._keys or now - self._try_time >= REFETCH_AFTER_S)

    async def _fetch(self) -> None:
        try:
            response = await self._http.get(self._url)
            response.raise_for_status()
            found = jwt.PyJWKSet.from_dict(response.json())
        except (httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
            if self._keys:
                return
            raise errors.Unavailable("The sign-in service does not answer.", dependency="oidc") from error
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._fetch_time = time.monotonic()


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can sign in at the development issuer."""

    user: str
    password: str
    practice_id: str
    roles: tuple[str, ...]
    client_id: str = ""
    therapist_id: str = ""
    second_factor: str = ""
    """A code that proves more than the password; none for who has no second factor."""
    key: Mapping[str, str] = field(default_factory=dict, hash=False)
    """A program's public key (JWK): it signs in by that, and by nothing else."""


class DevelopmentIssuer(KeySource):
    """An issuer inside the gateway, for machines without an identity provider; never beside a real one."""

    def __init__(self, issuer: str, key: Ed25519PrivateKey, users: Mapping[str, DemoUser]) -> None:
        self.issuer = issuer
        self._key = key
        self._users = users
        self._used: dict[str, float] = {}
        self._key_id = hashlib.sha256(
            key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        ).hexdigest()[:16]
        self._jwk = jwt.PyJWK.from_dict(self.keys()["keys"][0])

    @classmethod
    def read(cls, issuer: str, key_path: Path, users_path: Path | None) -> DevelopmentIssuer:
        """Read the signing key (PEM, Ed25519) and the users (JSON list)."""
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{key_path.name} is no Ed25519 key")
        stored = json.loads(users_path.read_text(encoding="utf-8")) if users_path else []
        users = [DemoUser(**{**each, "roles": tuple(each["roles"])}) for each in stored]
        return cls(issuer, key, {each.user: each for each in users})

    async def key(self, key_id: str) -> jwt.PyJWK:
        """Return our own key."""
        if key_id != self._key_id:
            raise KeyError(key_id)
        return self._jwk

    async def close(self) -> None:
        """Nothing is open."""

    def keys(self) -> dict[str, Any]:
        """Return the JWK set."""
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": "EdDSA"}]}

    def sign_in(self, user: str, password: str, code: str = "", scope: str = "") -> str:
        """
        Return an access token.

        Args:
            user: The name.
            password: The password.
            code: The second factor; with it the sign-in counts as strong.
            scope: What an app asks for (SMART); empty for our own front ends.

        Raises:
            Unauthenticated: SIGN_IN_FAILED, whichever of them was wrong. (UNAUTHENTICATED)
        """
        return self.access_token(self.authenticate(user, password, code), is_strong=bool(code), scope=scope)

    def authenticate(self, user: str, password: str, code: str = "") -> DemoUser:
        """Return who has this password, and this second factor if one is given. Raises Unauthenticated."""
        found = self._users.get(user)
        is_known = (
            found is not None and not found.key and hmac.compare_digest(found.password.encode(), password.encode())
        )
        if found is None or found.key or not is_known or (code and code != found.second_factor):
            raise errors.Unauthenticated("The user or the password is wrong.", reason="SIGN_IN_FAILED")
        return found

    def access_token(
        self, user: DemoUser, *, is_strong: bool = False, scope: str = "", session_id: str = "", thumbprint: str = ""
    ) -> str:
        """Return a token for the gateway; bound to a key when its *thumbprint* is given (RFC 9449)."""
        more: dict[str, Any] = {"scope": scope, "sid": session_id or secrets.token_hex(8)}
        if user.key:
            more["kept_system"] = True
        if thumbprint:
            more["cnf"] = {"jkt": thumbprint}
        return self._signed(user, "kept", is_strong, more)

    def id_token(
        self, user: DemoUser, *, client_id: str, nonce: str, is_strong: bool = False, session_id: str = ""
    ) -> str:
        """Return what tells an application who signed in; its audience is the application, so it opens nothing."""
        more = {"nonce": nonce} if nonce else {}
        return self._signed(user, client_id, is_strong, more | ({"sid": session_id} if session_id else {}))

    def system(self, assertion: str, audience: str) -> DemoUser:
        """
        Return the program that signed an assertion (RFC 7523): it holds a private key, never a shared secret.

        Raises:
            Unauthenticated: SIGN_IN_FAILED. (UNAUTHENTICATED)
        """
        try:
            named = str(jwt.decode(assertion, options={"verify_signature": False})["sub"])
            found = self._users[named]
            key = jwt.PyJWK.from_dict(dict(found.key))
            claims = jwt.decode(
                assertion,
                key,
                algorithms=[key.algorithm_name],
                audience=audience,
                issuer=named,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "aud", "iss", "sub", "jti"]},
            )
            if key.algorithm_name not in ALGORITHMS or float(claims["exp"]) > time.time() + ASSERTION_S:
                raise ValueError("assertion")
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise errors.Unauthenticated("The assertion is wrong.", reason="SIGN_IN_FAILED") from None
        self._use_up(f"{named}|{claims['jti']}", float(claims["exp"]) + CLOCK_SKEW_S)
        return found

    def _use_up(self, assertion: str, end: float) -> None:
        self._used = {each: until for each, until in self._used.items() if until > time.time()}
        if assertion in self._used:
            raise errors.Unauthenticated("The assertion was used before.", reason="SIGN_IN_FAILED")
        self._used[assertion] = end

    def _signed(self, user: DemoUser, audience: str, is_strong: bool, more: Mapping[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "sub": f"user:{user.user}",
            "iat": now,
            "exp": now + DEVELOPMENT_TOKEN_S,
            "kept_practice": user.practice_id,
            "kept_roles": list(user.roles),
            "kept_client": user.client_id,
            "kept_therapist": user.therapist_id,
            "amr": ["pwd", "otp", "mfa"] if is_strong else ["pwd"],
            "auth_time": now,
            **more,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})


def _key_of(claims: Mapping[str, Any]) -> str:
    """Return the thumbprint a token is bound to. Raises ValueError for a binding of another kind: it can't be held."""
    bound = claims.get("cnf")
    if bound is None:
        return ""
    if not isinstance(bound, dict) or set(bound) != {"jkt"} or not bound["jkt"]:
        raise ValueError("cnf")
    return str(bound["jkt"])


def actor_of(user: DemoUser, *, is_strong: bool = False) -> Actor:
    """Return who a demo user is once signed in."""
    return Actor(
        f"system:user:{user.user}" if user.key else f"user:{user.user}",
        "user",
        user.practice_id,
        ROLES & frozenset(user.roles),
        client_id=user.client_id,
        therapist_id=user.therapist_id,
        strength="mfa" if is_strong else "pwd",
    )
