"""Signs and verifies who acts: short-lived tokens between the gateway and the services."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis import errors
from services.chassis.context import Actor

AUDIENCE: Final = "kept"
ALGORITHM: Final = "EdDSA"

PEOPLE_ISSUER: Final = "gateway"
"""The only issuer whose word on people counts; it has seen their sign-in."""

ACTOR_TOKEN_S = 120
"""Seconds a token is valid: what a stolen one is good for at most."""

RENEW_BEFORE_S = 30
"""Seconds before its end a token is signed anew, so that a forwarded one outlives the call."""

CLOCK_SKEW_S = 5
"""Seconds the clocks of two hosts may differ."""

REMEMBERED = 16_384
"""Verified tokens kept per process; verifying costs far more than looking up (see ARCHITECTURE, section 7)."""


class Signer:
    """Signs tokens as one issuer, and reuses each until shortly before its end."""

    def __init__(self, issuer: str, key: Ed25519PrivateKey) -> None:
        self._issuer = issuer
        self._key = key
        self._signed: dict[Actor, tuple[str, float]] = {}

    @classmethod
    def read(cls, issuer: str, keys_dir: Path) -> Signer:
        """Read the issuer's private key, `actor-<issuer>.key` (PEM)."""
        pem = (keys_dir / f"actor-{issuer}.key").read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"actor-{issuer}.key is no Ed25519 key")
        return cls(issuer, key)

    def sign(self, actor: Actor) -> str:
        """Return a token that names *actor*."""
        now = time.time()
        token, end = self._signed.get(actor, ("", 0.0))
        if end - RENEW_BEFORE_S > now:
            return token
        if len(self._signed) >= REMEMBERED:
            self._signed.clear()
        end = now + ACTOR_TOKEN_S
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": actor.actor_id,
            "iat": int(now),
            "nbf": int(now),
            "exp": int(end),
            "kind": actor.kind,
            "practice": actor.practice_id,
            "roles": sorted(actor.roles),
            "client": actor.client_id,
            "therapist": actor.therapist_id,
            "purpose": actor.purpose,
            "strength": actor.strength,
            "sid": actor.session_id,
            "auth_time": actor.auth_time,
            "scope": None if actor.scopes is None else " ".join(sorted(actor.scopes)),
        }
        token = jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._issuer})
        self._signed[actor] = (token, end)
        return token

    def secret(self, purpose: str) -> bytes:
        """Derive 32 secret bytes from the issuer's key (HKDF): the same in every replica, others for each purpose."""
        raw = self._key.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        return HKDF(hashes.SHA256(), 32, None, f"kept {self._issuer} {purpose}".encode()).derive(raw)

    def service_token(self) -> str:
        """Return a token that names this service itself."""
        return self.sign(Actor(f"service:{self._issuer}", "service", "", frozenset({"system"})))


class Verifier:
    """Verifies tokens by the keys in a folder, one `<issuer>.pub` each; a changed folder is read again."""

    def __init__(self, trusted_dir: Path) -> None:
        self._dir = trusted_dir
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._stamp = 0.0
        self._verified: dict[bytes, tuple[Actor, str, float]] = {}

    def verify(self, token: str) -> tuple[Actor, str]:
        """
        Return the actor a token names, and who issued it.

        Raises:
            Unauthenticated: TOKEN_MISSING, TOKEN_EXPIRED or TOKEN_INVALID. (UNAUTHENTICATED)
        """
        if not token:
            raise errors.Unauthenticated("A token is needed.", reason="TOKEN_MISSING")
        mark = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(mark)
        if known is None:
            known = self._check(token)
            if len(self._verified) >= REMEMBERED:
                self._verified.clear()
            self._verified[mark] = known
        actor, issuer, end = known
        if end + CLOCK_SKEW_S <= time.time():
            del self._verified[mark]
            raise errors.Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED")
        return actor, issuer

    def _check(self, token: str) -> tuple[Actor, str, float]:
        try:
            issuer = jwt.get_unverified_header(token).get("kid", "")
            claims = jwt.decode(
                token,
                self._key(issuer),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=issuer,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "nbf", "iss", "aud", "sub"]},
            )
            actor = _actor(claims)
            # A service may speak for itself only: a stolen service key must not make people up.
            if issuer != PEOPLE_ISSUER and actor.kind != "service":
                raise ValueError("issuer")
            return actor, issuer, float(claims["exp"])
        except jwt.ExpiredSignatureError:
            raise errors.Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED") from None
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise errors.Unauthenticated("The token is not valid.", reason="TOKEN_INVALID") from None

    def _key(self, issuer: str) -> Ed25519PublicKey:
        stamp = self._dir.stat().st_mtime
        if stamp != self._stamp:
            self._keys = {path.stem: _public_key(path) for path in self._dir.glob("*.pub")}
            self._stamp = stamp
        return self._keys[issuer]


def _actor(claims: dict[str, Any]) -> Actor:
    return Actor(
        actor_id=str(claims["sub"]),
        kind=str(claims["kind"]),
        practice_id=str(claims["practice"]),
        roles=frozenset(map(str, claims["roles"])),
        client_id=str(claims["client"]),
        therapist_id=str(claims["therapist"]),
        purpose=str(claims["purpose"]),
        strength=str(claims["strength"]),
        session_id=str(claims["sid"]),
        # A gateway of the release before says neither: nobody was bound by scopes then, and nothing needed freshness.
        auth_time=int(claims.get("auth_time") or 0),
        scopes=None if claims.get("scope") is None else frozenset(str(claims["scope"]).split()),
    )


def _public_key(path: Path) -> Ed25519PublicKey:
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path.name} is no Ed25519 key")
    return key


def write_key_pair(private_path: Path, public_path: Path) -> None:
    """Make an Ed25519 key pair; the private half is readable by its owner only."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    public_path.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def main() -> None:
    """Make a key pair: `python -m services.chassis.identity new-key PRIVATE PUBLIC`."""
    parser = argparse.ArgumentParser(description="Makes keys that tokens are signed and verified with.")
    commands = parser.add_subparsers(required=True)
    new_key = commands.add_parser("new-key", help="make an Ed25519 key pair")
    new_key.add_argument("private", type=Path, help="where the private key goes (PEM, PKCS 8)")
    new_key.add_argument("public", type=Path, help="where the public key goes (PEM)")
    chosen = parser.parse_args()
    write_key_pair(chosen.private, chosen.public)


if __name__ == "__main__":
    main()
