"""Tokens: who signed, for whom, until when."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from services.chassis import errors
from services.chassis.context import Actor
from services.chassis.identity import ACTOR_TOKEN_S, CLOCK_SKEW_S, Signer, Verifier, write_key_pair

ADA = Actor(
    "user:ada",
    "user",
    "0192f000-0000-7000-8000-000000000001",
    frozenset({"client"}),
    client_id="0192f000-0000-7000-8000-00000000000a",
    session_id="s1",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys of the gateway and of booking, both trusted."""
    (tmp_path / "trusted").mkdir()
    for issuer in ("gateway", "booking"):
        write_key_pair(tmp_path / f"actor-{issuer}.key", tmp_path / "trusted" / f"{issuer}.pub")
    return tmp_path


def claims(**changes: object) -> dict[str, object]:
    """Claims of a good token, changed."""
    now = int(time.time())
    return {
        "iss": "gateway", "aud": "kept", "sub": "user:ada", "iat": now, "nbf": now, "exp": now + 60, "kind": "user",
        "practice": ADA.practice_id, "roles": ["client"], "client": "", "therapist": "", "purpose": "TREAT",
        "strength": "pwd", "sid": "", **changes,
    }  # fmt: skip


def signed(folder: Path, *, issuer: str = "gateway", kid: str | None = None, **changes: object) -> str:
    """A token with changed claims, signed by an issuer's real key."""
    key = serialization.load_pem_private_key((folder / f"actor-{issuer}.key").read_bytes(), None)
    return jwt.encode(claims(**changes), key, algorithm="EdDSA", headers={"kid": kid or issuer})  # type: ignore[arg-type]


def refusal(folder: Path, token: str) -> str:
    """The reason a token is refused for."""
    with pytest.raises(errors.Unauthenticated) as caught:
        Verifier(folder / "trusted").verify(token)
    return caught.value.reason


def test_an_actor_comes_back_as_signed(folder: Path) -> None:
    """Every field travels."""
    token = Signer.read("gateway", folder).sign(ADA)

    assert Verifier(folder / "trusted").verify(token) == (ADA, "gateway")


def test_a_token_is_signed_once_until_shortly_before_its_end(folder: Path) -> None:
    """So that the services' caches hit."""
    signer = Signer.read("gateway", folder)

    assert signer.sign(ADA) is signer.sign(ADA)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"exp": int(time.time()) - CLOCK_SKEW_S - 1}, "TOKEN_EXPIRED"),
        ({"nbf": int(time.time()) + 86_400}, "TOKEN_INVALID"),
        ({"aud": "another"}, "TOKEN_INVALID"),
        ({"iss": "booking"}, "TOKEN_INVALID"),
        ({"issuer": "booking", "iss": "booking"}, "TOKEN_INVALID"),
        ({"issuer": "booking", "iss": "gateway", "kid": "gateway"}, "TOKEN_INVALID"),
        ({"kid": "../gateway"}, "TOKEN_INVALID"),
        ({"roles": None}, "TOKEN_INVALID"),
    ],
)
def test_a_token_that_is_not_right_is_refused(folder: Path, changes: dict[str, object], wanted: str) -> None:
    """Expired, early, for others, by others, by a service in a person's name, or malformed."""
    assert refusal(folder, signed(folder, **changes)) == wanted  # type: ignore[arg-type]


def test_a_token_without_a_signature_is_refused(folder: Path) -> None:
    """alg none, and HMAC with the public key as secret, are the classics."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "kid": "gateway"}, claims())
    )
    hmac_head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "gateway"}).encode()).decode().rstrip("=")

    assert refusal(folder, f"{head}.{body}.") == "TOKEN_INVALID"
    assert refusal(folder, f"{hmac_head}.{body}.AAAA") == "TOKEN_INVALID"
    assert refusal(folder, "") == "TOKEN_MISSING"


def test_a_remembered_token_expires_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remembering saves the signature check, not the clock."""
    verifier, token = Verifier(folder / "trusted"), Signer.read("gateway", folder).sign(ADA)
    verifier.verify(token)
    later = time.time() + ACTOR_TOKEN_S + CLOCK_SKEW_S + 1
    monkeypatch.setattr(time, "time", lambda: later)

    with pytest.raises(errors.Unauthenticated) as caught:
        verifier.verify(token)
    assert caught.value.reason == "TOKEN_EXPIRED"


def test_an_issuer_that_is_no_longer_trusted_is_refused(folder: Path) -> None:
    """Taking the key out of the folder is enough for new tokens."""
    verifier = Verifier(folder / "trusted")
    verifier.verify(signed(folder))
    (folder / "trusted" / "gateway.pub").unlink()

    assert refusal(folder, signed(folder, sid="new")) == "TOKEN_INVALID"
