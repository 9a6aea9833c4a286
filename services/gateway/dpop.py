"""
Checks that whoever sends a token holds the key it was bound to (RFC 9449).

Proofs are used once. With Redis every replica remembers them; without it each remembers its own, and takes only
proofs with a nonce it gave itself, so that a proof is not used a second time elsewhere: slower, never wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

from services.chassis import errors
from services.chassis.oidc import ALGORITHMS
from services.gateway.cache import Cache

NONCE_S: Final = 120
"""Seconds a nonce is good for, and a proof with it."""

CLOCK_S: Final = 300
"""Seconds a phone's clock may differ; the nonce says when a proof was made, the phone only says so too."""

REMEMBERED: Final = 100_000
"""Proofs a process remembers without Redis; beyond it none is taken until old ones have lapsed."""

PROOF_LONGEST: Final = 4_096
"""Characters of a proof at most."""

JTI_LONGEST: Final = 256

_MAC_BYTES: Final = 16
_MEMBERS: Final = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Proofs:
    """
    Checks proofs, each once.

    Args:
        secret: 32 bytes, the same in every replica: nonces of one are good at all.
        origins: Where this API is reached; a proof names one of them.
    """

    def __init__(self, cache: Cache, secret: bytes, origins: frozenset[str]) -> None:
        self._cache = cache
        self._shared = secret
        self._own = os.urandom(32)
        self._origins = origins
        self._seen: dict[bytes, float] = {}

    def nonce(self) -> str:
        """Return a fresh nonce; while Redis is away, one that is good here only."""
        stamp = int(time.time()).to_bytes(6, "big")
        return _text(stamp + _mac(self._shared if self._cache.is_there else self._own, stamp))

    async def check(self, proof: str, *, method: str, path: str, token: str = "") -> str:
        """
        Check a proof and use it up; returns the thumbprint of its key (RFC 7638).

        Args:
            proof: The DPoP header.
            method: Of the request.
            path: Of the request; a query is not part of what a proof names.
            token: The access token it is sent with; empty where one is asked for.

        Raises:
            Unauthenticated: DPOP_PROOF_INVALID, or DPOP_NONCE_NEEDED with a nonce to use. (UNAUTHENTICATED)
            Unavailable: DPOP_BUSY. (UNAVAILABLE)
        """
        claims, thumbprint = _read(proof)
        target = urlsplit(str(claims["htu"]))
        is_here = f"{target.scheme}://{target.netloc}".lower() in self._origins and target.path == path
        if claims["htm"] != method or not is_here or abs(time.time() - claims["iat"]) > CLOCK_S:
            raise _invalid()
        if token and not hmac.compare_digest(str(claims.get("ath", "")).encode(), _digest(token).encode()):
            raise _invalid()
        nonce = str(claims.get("nonce", ""))
        is_own = _is_fresh(self._own, nonce)
        if not is_own and not _is_fresh(self._shared, nonce):
            raise _nonce_needed()
        await self._use_up(hashlib.sha256(f"{thumbprint}|{claims['jti']}".encode()).digest(), is_own)
        return thumbprint

    async def _use_up(self, mark: bytes, is_own: bool) -> None:
        now = time.monotonic()
        if self._seen.get(mark, now) > now:
            raise _invalid()

        async def store(redis: Any) -> tuple[bool]:
            return (bool(await redis.set(f"kept:dpop:{mark.hex()}", 1, nx=True, ex=NONCE_S + CLOCK_S)),)

        found = await self._cache.ask(store)
        if found == (False,):
            raise _invalid()
        if found is None:
            # Danger: a shared nonce is good at other replicas, which can't be told any more that it was used.
            if not is_own:
                raise _nonce_needed()
            self._remember(mark, now)

    def _remember(self, mark: bytes, now: float) -> None:
        if len(self._seen) >= REMEMBERED:
            self._seen = {each: end for each, end in self._seen.items() if end > now}
        if len(self._seen) >= REMEMBERED:
            raise errors.Unavailable("Too many proofs at once.", reason="DPOP_BUSY")
        self._seen[mark] = now + NONCE_S + CLOCK_S


def _read(proof: str) -> tuple[dict[str, Any], str]:
    """Return the claims of a proof whose signature is its own key's, and the key's thumbprint."""
    try:
        if not proof or len(proof) > PROOF_LONGEST:
            raise ValueError("length")
        header = jwt.get_unverified_header(proof)
        jwk = header["jwk"]
        if header.get("typ") != "dpop+jwt" or header.get("alg") not in ALGORITHMS or _PRIVATE & jwk.keys():
            raise ValueError("header")
        key = jwt.PyJWK.from_dict(jwk, algorithm=header["alg"])
        options: Any = {"require": ["jti", "htm", "htu", "iat"], "verify_aud": False, "verify_iat": False}
        claims = jwt.decode(proof, key, algorithms=[header["alg"]], options=options)
        if not isinstance(claims["iat"], int) or not 0 < len(str(claims["jti"])) <= JTI_LONGEST:
            raise ValueError("claims")
        return claims, thumbprint_of(jwk)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
        raise _invalid() from None


def _is_fresh(key: bytes, nonce: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(nonce + "=" * (-len(nonce) % 4))
    except ValueError:
        return False
    stamp, mac = raw[:6], raw[6:]
    is_ours = hmac.compare_digest(mac, _mac(key, stamp))
    return is_ours and 0 <= time.time() - int.from_bytes(stamp, "big") <= NONCE_S


def thumbprint_of(jwk: dict[str, Any]) -> str:
    """Return the thumbprint of a public key (RFC 7638). Raises KeyError for a kind nobody signs with."""
    needed = {name: jwk[name] for name in _MEMBERS[jwk["kty"]]}
    return _digest(json.dumps(needed, sort_keys=True, separators=(",", ":")))


def _digest(text: str) -> str:
    return _text(hashlib.sha256(text.encode()).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(key: bytes, stamp: bytes) -> bytes:
    return hmac.digest(key, stamp, "sha256")[:_MAC_BYTES]


def _nonce_needed() -> errors.Unauthenticated:
    return errors.Unauthenticated("Make a proof with the nonce of this answer.", reason="DPOP_NONCE_NEEDED")


def _invalid() -> errors.Unauthenticated:
    return errors.Unauthenticated("The proof is not valid, or was used before.", reason="DPOP_PROOF_INVALID")
