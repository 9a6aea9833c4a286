"""Tokens in the shapes that Keycloak, Auth0 and Entra ID give them say who somebody is, configured as documented."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from deploy.local.places import REPO
from services.chassis import errors
from services.chassis.claims import ClaimNames, read_claim_names
from services.chassis.config import Misconfigured
from services.chassis.context import Actor
from services.chassis.oidc import KeySource, OidcVerifier
from tests.support.pages import OtherHouse

PRACTICE = "0190f000-0000-7000-8000-000000000001"
CLIENT = "0190f000-0000-7000-8000-0000000000c1"
API = "e2a1c5d4-0000-4000-8000-00000000aaaa"
PERSON = "7d0f2f5e-0000-4000-8000-00000000bbbb"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

KEYCLOAK = {
    "iss": "https://id.example/realms/practice",
    "aud": ["kept", "account"],
    "sub": PERSON,
    "typ": "Bearer",
    "azp": "kept-portal",
    "sid": "5b3a",
    "acr": "2",
    "auth_time": 1893456000,
    "allowed-origins": ["https://my.example"],
    "realm_access": {"roles": ["offline_access", "uma_authorization"]},
    "resource_access": {"account": {"roles": ["manage-account"]}},
    "scope": "openid profile email",
    "email_verified": True,
    "preferred_username": "ada",
    "kept_practice": PRACTICE,
    "kept_roles": ["client", "default-roles-practice"],
    "kept_client": CLIENT,
}
AUTH0 = {
    "iss": "https://practice.eu.auth0.example/",
    "aud": ["https://kept.example/api", "https://practice.eu.auth0.example/userinfo"],
    "sub": "auth0|66f0",
    "azp": "JZp3",
    "scope": "openid profile",
    "https://kept.example/practice": PRACTICE,
    "https://kept.example/roles": ["therapist"],
    "https://kept.example/therapist": CLIENT,
}
ENTRA = {
    "iss": "https://login.microsoftonline.com/8f1c/v2.0",
    "aud": API,
    "sub": "pairwise-of-this-application",
    "oid": PERSON,
    "tid": "8f1c",
    "azp": "another-application",
    "azpacr": "1",
    "ver": "2.0",
    "uti": "x",
    "rh": "x",
    "aio": "x",
    "scp": "access_as_user",
    "roles": ["front_desk", "Some.Other.Role"],
    "kept_practice": PRACTICE,
    "acrs": ["p1", "c1"],
}


class House:
    """A provider's page of keys."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self._house = OtherHouse(lambda *_: (200, json.dumps({"keys": list(keys)}).encode()))
        self.url = f"{self._house.url}/keys"
        self.close = self._house.close


@pytest.fixture
def house() -> Iterator[House]:
    """Keys as they are published: one without `alg` (Entra ID), and one for encryption (Keycloak)."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    signing = {**public, "kid": "one", "use": "sig", "x5t": "one", "issuer": "https://login.example/8f1c/v2.0"}
    made = House({**public, "kid": "enc", "use": "enc", "alg": "RSA-OAEP"}, signing)
    yield made
    made.close()


def configured(product: str) -> ClaimNames:
    """The names of claims as the documentation has them for a product."""
    page = (REPO / "docs" / "identity.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith("| `KEPT_OIDC_CLAIMS` |")]
    cells = dict(zip(("Keycloak", "Auth0", "Entra ID"), row.split("|")[2:-1], strict=True))
    found = re.search(r"`([^`]+)`", cells[product])
    return read_claim_names(found[1] if found else "")


async def seen(house: House, claims: dict[str, Any], audience: str, names: ClaimNames) -> Actor:
    """Who the gateway takes the bearer of such a token for."""
    now = int(time.time())
    token = jwt.encode({"iat": now, "exp": now + 300, **claims}, KEY, algorithm="RS256", headers={"kid": "one"})
    verifier = OidcVerifier(claims["iss"], KeySource(house.url), audience=audience, names=names)
    return (await verifier.verify(token)).actor


async def test_a_token_of_keycloak_names_a_client(house: House) -> None:
    """Claims by user attributes, the second factor by the level of authentication."""
    actor = await seen(house, KEYCLOAK, "kept", configured("Keycloak"))

    assert (actor.actor_id, actor.practice_id, actor.roles) == (PERSON, PRACTICE, frozenset({"client"}))
    assert (actor.client_id, actor.strength, actor.session_id, actor.auth_time) == (CLIENT, "mfa", "5b3a", 1893456000)
    assert actor.scopes is None
    weak = await seen(house, {**KEYCLOAK, "acr": "1"}, "kept", configured("Keycloak"))
    assert weak.strength == "pwd"


async def test_a_token_of_auth0_names_a_therapist_behind_a_namespace(house: House) -> None:
    """Its own claims have addresses for names; the audience is a list."""
    actor = await seen(house, AUTH0, "https://kept.example/api", configured("Auth0"))

    assert (actor.actor_id, actor.practice_id, actor.therapist_id) == ("auth0|66f0", PRACTICE, CLIENT)
    assert (actor.roles, actor.strength, actor.scopes) == (frozenset({"therapist"}), "pwd", None)


async def test_a_program_of_auth0_has_its_scopes_and_no_more(house: House) -> None:
    """The grant it used says that it is a program."""
    claims = {**AUTH0, "sub": "JZp3@clients", "gty": "client-credentials", "scope": "system/Appointment.rs openid"}
    claims["https://kept.example/roles"] = ["front_desk", "compliance_officer"]
    actor = await seen(house, claims, "https://kept.example/api", configured("Auth0"))

    assert (actor.actor_id, actor.roles) == ("system:JZp3@clients", frozenset({"front_desk"}))
    assert actor.scopes == frozenset({"user/Appointment.rs"})


async def test_a_token_of_entra_names_the_desk_by_app_roles_and_object_id(house: House) -> None:
    """`sub` differs from application to application there; the second factor is an authentication context."""
    actor = await seen(house, ENTRA, API, configured("Entra ID"))

    assert (actor.actor_id, actor.practice_id, actor.roles) == (PERSON, PRACTICE, frozenset({"front_desk"}))
    assert (actor.strength, actor.scopes) == ("mfa", None)
    weak = await seen(house, {**ENTRA, "acrs": ["p1"]}, API, configured("Entra ID"))
    assert weak.strength == "pwd"


@pytest.mark.parametrize("scopes", ["patient/Appointment.rs", ["patient/Appointment.rs"]])
async def test_scopes_bind_an_app_wherever_a_provider_puts_them(house: House, scopes: str | list[str]) -> None:
    """A bound that is not read is no bound: Entra ID says `scp`, others a list of it."""
    actor = await seen(house, {**ENTRA, "scp": scopes}, API, configured("Entra ID"))

    assert actor.scopes == frozenset({"patient/Appointment.rs"})


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({**AUTH0, "https://kept.example/practice": None}, "Auth0"),
        ({**AUTH0, "https://kept.example/practice": ""}, "Auth0"),
        ({**ENTRA, "oid": ""}, "Entra ID"),
        ({**ENTRA, "roles": "front_desk"}, "Entra ID"),
        ({name: value for name, value in ENTRA.items() if name != "roles"}, "Entra ID"),
        (AUTH0, "Keycloak"),
    ],
)
async def test_a_token_that_does_not_say_who_and_whose_opens_nothing(
    house: House, claims: dict[str, Any], names: str
) -> None:
    """Neither a missing practice nor the names of another product."""
    audience = API if claims.get("ver") else "https://kept.example/api"
    with pytest.raises(errors.Unauthenticated) as refusal:
        await seen(house, claims, audience, configured(names))
    assert refusal.value.reason == "TOKEN_INVALID"


@pytest.mark.parametrize("text", ["boss=x", "roles=", "roles", "practice=a=b", "=x"])
def test_names_that_can_not_be_read_stop_the_start(text: str) -> None:
    """Better than a gateway that lets nobody in, or everybody."""
    with pytest.raises(Misconfigured):
        read_claim_names(text)
