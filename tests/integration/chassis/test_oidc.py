"""Sign-ins of an identity provider are believed exactly as far as its keys reach."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis import errors, oidc
from services.chassis.oidc import DemoUser, DevelopmentIssuer, KeySource, OidcVerifier
from tests.support.pages import OtherHouse

ISSUER = "https://sign-in.example"
PRACTICE = "0190f000-0000-7000-8000-000000000001"


class Provider:
    """An identity provider's key page, on a real port, that can be changed, slowed or broken."""

    def __init__(self) -> None:
        self.keys = {"one": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.is_broken = False
        self.fetches = 0
        self._house = OtherHouse(self._page)
        self.url = f"{self._house.url}/keys"
        self.close = self._house.close

    def _page(self, *_: object) -> tuple[int, bytes]:
        self.fetches += 1
        return (500, b"") if self.is_broken else (200, json.dumps(self.jwks()).encode())

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {
            "keys": [
                {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": name, "alg": "RS256"}
                for name, key in self.keys.items()
            ]
        }

    def token(self, key_id: str = "one", *, signed_by: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
        """A token as the provider issues them, with these claims changed; None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "kept",
            "sub": "user:ada",
            "iat": now,
            "exp": now + 300,
            "kept_practice": PRACTICE,
            "kept_roles": ["front_desk", "astronaut"],
            "amr": ["pwd", "mfa"],
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, signed_by or self.keys[key_id], algorithm=algorithm, headers={"kid": key_id})


def with_shared_secret(token: str, secret: bytes) -> str:
    """The same claims, signed by HMAC with what everybody may know."""
    _, claims, _ = token.split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "one"}).encode()).decode().rstrip("=")
    signature = hmac.digest(secret, f"{head}.{claims}".encode(), "sha256")
    return f"{head}.{claims}." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one key."""
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def verifier(provider: Provider) -> OidcVerifier:
    """A verifier that knows where the keys are."""
    return OidcVerifier(ISSUER, KeySource(provider.url))


async def reason_of(verifier: OidcVerifier, token: str) -> str:
    """Why a token is refused."""
    with pytest.raises(errors.Unauthenticated) as refusal:
        await verifier.verify(token)
    return refusal.value.reason


async def test_a_good_token_names_a_person_with_known_roles(provider: Provider, verifier: OidcVerifier) -> None:
    """Roles nobody here knows are left out; the strength comes from amr."""
    actor = (await verifier.verify(provider.token())).actor

    assert (actor.actor_id, actor.practice_id, actor.roles, actor.strength) == (
        "user:ada",
        PRACTICE,
        frozenset({"front_desk"}),
        "mfa",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": int(time.time()) - 3600}, "TOKEN_EXPIRED"),
        ({"nbf": int(time.time()) + 3600}, "TOKEN_INVALID"),
        ({"iat": int(time.time()) + 3600}, "TOKEN_INVALID"),
        ({"aud": "another-app"}, "TOKEN_INVALID"),
        ({"iss": "https://evil.example"}, "TOKEN_INVALID"),
        ({"exp": None}, "TOKEN_INVALID"),
        ({"sub": None}, "TOKEN_INVALID"),
        ({"kept_practice": None}, "TOKEN_INVALID"),
        ({"kept_roles": "front_desk"}, "TOKEN_INVALID"),
    ],
)
async def test_a_token_that_is_not_right_in_every_claim_is_refused(
    provider: Provider, verifier: OidcVerifier, changes: dict[str, Any], reason: str
) -> None:
    """Time, audience, issuer, subject and practice."""
    assert await reason_of(verifier, provider.token(**changes)) == reason


async def test_a_clock_may_differ_a_little(provider: Provider, verifier: OidcVerifier) -> None:
    """By CLOCK_SKEW_S, and not more."""
    now = int(time.time())
    await verifier.verify(provider.token(exp=now - oidc.CLOCK_SKEW_S + 5))

    assert await reason_of(verifier, provider.token(exp=now - oidc.CLOCK_SKEW_S - 5)) == "TOKEN_EXPIRED"


async def test_a_signature_is_the_providers_own_or_none(provider: Provider, verifier: OidcVerifier) -> None:
    """Not unsigned, not by another key, and not by the public key taken for a shared secret."""
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = (
        provider.keys["one"]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    forged = [
        jwt.encode({"iss": ISSUER}, None, algorithm="none", headers={"kid": "one"}),
        provider.token(signed_by=stranger),
        with_shared_secret(provider.token(), public),
        provider.token()[:-4] + "AAAA",
        "not.a.token",
        "x" * 20_000,
    ]

    assert [await reason_of(verifier, token) for token in forged] == ["TOKEN_INVALID"] * len(forged)


async def test_a_rotated_key_is_found_and_the_old_one_ends(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key id is looked up at once; a key taken off the page is refused when the page is read again."""
    monkeypatch.setattr(oidc, "REFETCH_AFTER_S", 0)
    verifier = OidcVerifier(ISSUER, KeySource(provider.url))
    await verifier.verify(provider.token())
    old = provider.keys["one"]
    provider.keys["two"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    await verifier.verify(provider.token("two"))
    await verifier.verify(provider.token("one", sub="user:still-listed"))
    del provider.keys["one"]
    monkeypatch.setattr(oidc, "KEYS_FRESH_S", 0)

    assert await reason_of(verifier, provider.token("one", signed_by=old, sub="user:late")) == "TOKEN_INVALID"


async def test_unknown_key_ids_do_not_flood_the_provider(provider: Provider, verifier: OidcVerifier) -> None:
    """One look within REFETCH_AFTER_S, however many forged ids come."""
    await verifier.verify(provider.token())
    for number in range(50):
        await reason_of(verifier, provider.token(f"forged-{number}", signed_by=provider.keys["one"]))

    assert provider.fetches == 1


async def test_a_provider_that_is_down_keeps_nobody_out_whose_key_is_known(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known keys go on, with one try in a while; without any key the refusal says whose fault it is."""
    verifier = OidcVerifier(ISSUER, KeySource(provider.url))
    await verifier.verify(provider.token())
    provider.is_broken = True
    monkeypatch.setattr(oidc, "KEYS_FRESH_S", 0)
    monkeypatch.setattr(oidc, "REFETCH_AFTER_S", 0)
    await verifier.verify(provider.token(sub="user:second"))
    monkeypatch.setattr(oidc, "REFETCH_AFTER_S", 60)
    before = provider.fetches
    for number in range(20):
        await verifier.verify(provider.token(sub=f"user:{number}"))
    assert provider.fetches == before

    with pytest.raises(errors.Unavailable) as refusal:
        await OidcVerifier(ISSUER, KeySource(provider.url)).verify(provider.token())
    assert refusal.value.metadata["dependency"] == "oidc"


async def test_the_development_issuer_signs_in_its_own_users_alone() -> None:
    """Its tokens are believed by its verifier, and by no other."""
    user = DemoUser("desk", "secret", PRACTICE, ("front_desk",))
    issuer = DevelopmentIssuer(ISSUER, Ed25519PrivateKey.generate(), {"desk": user})
    another = DevelopmentIssuer(ISSUER, Ed25519PrivateKey.generate(), {})

    actor = (await OidcVerifier(ISSUER, issuer).verify(issuer.sign_in("desk", "secret"))).actor

    assert (actor.actor_id, actor.roles) == ("user:desk", frozenset({"front_desk"}))
    assert await reason_of(OidcVerifier(ISSUER, another), issuer.sign_in("desk", "secret")) == "TOKEN_INVALID"
    for name, password in (("desk", "wrong"), ("nobody", "secret")):
        with pytest.raises(errors.Unauthenticated) as refusal:
            issuer.sign_in(name, password)
        assert refusal.value.reason == "SIGN_IN_FAILED"
