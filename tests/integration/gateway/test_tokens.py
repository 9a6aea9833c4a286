"""Tokens of systems and phones, and tokens that are not what they seem."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import people
from services.chassis.oidc import DemoUser
from tests.integration.gateway.conftest import ISSUER, Gateway, Start

pytestmark = pytest.mark.integration

SYSTEM_KEY = Ed25519PrivateKey.generate()
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def public_jwk(key: Any) -> dict[str, str]:
    """The public half as a JWK."""
    kinds = {ec.EllipticCurvePrivateKey: "ES256", Ed25519PrivateKey: "EdDSA", rsa.RSAPrivateKey: "RS256"}
    alg = next(name for kind, name in kinds.items() if isinstance(key, kind))
    made = jwt.get_algorithm_by_name(alg).to_jwk(key.public_key(), as_dict=True)
    return {name: value for name, value in made.items() if isinstance(value, str)}


@pytest.fixture(scope="module")
def house(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Gateway:
    """A gateway that knows a warehouse's program beside the demo users."""
    users: Path = tmp_path_factory.mktemp("users") / "users.json"
    program = DemoUser(
        "warehouse", "no-password", people.PRACTICE_ID, ("front_desk",), key={**public_jwk(SYSTEM_KEY), "alg": "EdDSA"}
    )
    users.write_text(json.dumps([asdict(each) for each in (*people.USERS, program)]), encoding="utf-8")
    return start(KEPT_DEMO_USERS=str(users))


class Phone:
    """An app with a key of its own, which it proves to hold."""

    def __init__(self, house: Gateway) -> None:
        self.house = house
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.nonce = ""
        self.token = ""

    def proof(self, method: str, path: str, **changes: Any) -> str:
        """A proof for one request."""
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": f"http://issuer.test{path}", "iat": int(time.time())}
        claims |= {"nonce": self.nonce} if self.nonce else {}
        if self.token:
            claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(self.token.encode()).digest()).decode().rstrip("=")
        headers = {"typ": "dpop+jwt", "jwk": public_jwk(self.key), **changes.pop("headers", {})}
        key = changes.pop("key", self.key)
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, key, algorithm="ES256", headers=headers)

    def sign_in(self) -> None:
        """Get a bound token; the first answer says which nonce to use."""
        form = {"grant_type": "password", "username": "client", "password": people.PASSWORD}
        for _ in range(2):
            proof = self.proof("POST", "/dev-issuer/token")
            answer = httpx.post(f"{self.house.url}/dev-issuer/token", data=form, headers={"DPoP": proof})
            self.nonce = answer.headers["dpop-nonce"]
        assert answer.json()["token_type"] == "DPoP"
        self.token = answer.json()["access_token"]

    def me(self, proof: str, scheme: str = "DPoP") -> httpx.Response:
        """Ask who is signed in."""
        return httpx.get(f"{self.house.url}/v1/me", headers={"Authorization": f"{scheme} {self.token}", "DPoP": proof})


@pytest.fixture
def phone(house: Gateway) -> Phone:
    """A phone with a token."""
    made = Phone(house)
    made.sign_in()
    return made


def test_a_phone_s_token_is_good_with_its_key_only(phone: Phone) -> None:
    """As bearer token, without a proof, and with another key's proof it is nothing."""
    good = phone.me(phone.proof("GET", "/v1/me"))
    as_bearer = phone.me(phone.proof("GET", "/v1/me"), "Bearer")
    without = httpx.get(f"{phone.house.url}/v1/me", headers={"Authorization": f"DPoP {phone.token}"})
    thief = Phone(phone.house)
    thief.token, thief.nonce = phone.token, good.headers["dpop-nonce"]

    assert good.status_code == 200
    assert [as_bearer.status_code, without.status_code] == [401, 401]
    assert without.headers["www-authenticate"] == 'DPoP error="invalid_dpop_proof"'
    assert thief.me(thief.proof("GET", "/v1/me")).json()["reason"] == "DPOP_PROOF_INVALID"


def test_a_proof_is_used_once(phone: Phone) -> None:
    """A recorded request is not answered again."""
    proof = phone.proof("GET", "/v1/me")

    assert [phone.me(proof).status_code, phone.me(proof).status_code] == [200, 401]


def test_a_proof_needs_a_fresh_nonce_of_ours(phone: Phone) -> None:
    """What was made in advance, or with a made-up nonce, is sent back with one to use."""
    phone.nonce = base64.urlsafe_b64encode(int(time.time()).to_bytes(6, "big") + b"x" * 16).decode().rstrip("=")
    refused = phone.me(phone.proof("GET", "/v1/me"))
    phone.nonce = refused.headers["dpop-nonce"]

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'DPoP error="use_dpop_nonce"'
    assert phone.me(phone.proof("GET", "/v1/me")).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "POST"},
        {"htu": "http://issuer.test/v1/session"},
        {"htu": "http://evil.test/v1/me"},
        {"ath": "AAAA"},
        {"ath": None},
        {"jti": None},
        {"jti": "x" * 300},
        {"iat": 1},
        {"iat": "now"},
        {"headers": {"typ": "JWT"}},
        {"headers": {"jwk": None}},
        {"headers": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
)
def test_a_proof_names_its_request_its_token_and_its_key(phone: Phone, changes: dict[str, Any]) -> None:
    """RFC 9449 4.3, each check for itself."""
    answer = phone.me(phone.proof("GET", "/v1/me", **changes))

    assert (answer.status_code, answer.json()["reason"]) == (401, "DPOP_PROOF_INVALID")


def test_a_proof_that_shows_a_private_key_is_refused(phone: Phone) -> None:
    """Whoever sends a secret around has lost it."""
    jwk = jwt.get_algorithm_by_name("ES256").to_jwk(phone.key, as_dict=True)
    answer = phone.me(phone.proof("GET", "/v1/me", headers={"jwk": jwk}))

    assert answer.json()["reason"] == "DPOP_PROOF_INVALID"


def test_without_redis_a_proof_is_good_at_one_gateway_only(start: Start) -> None:
    """Two replicas that can't tell each other: each takes what it gave the nonce for, once."""
    one, two = start(KEPT_REDIS_URL="redis://127.0.0.1:9"), start(KEPT_REDIS_URL="redis://127.0.0.1:9")
    phone = Phone(one)
    phone.sign_in()
    proof = phone.proof("GET", "/v1/me")
    here, again = phone.me(proof), phone.me(proof)
    phone.house = two
    there = [phone.me(phone.proof("GET", "/v1/me"))]
    # The first nonce may be from before the gateway noticed that Redis is away; then it gives another.
    while there[-1].status_code != 200 and len(there) < 4:
        phone.nonce = there[-1].headers["dpop-nonce"]
        there.append(phone.me(phone.proof("GET", "/v1/me")))

    assert [here.status_code, again.status_code] == [200, 401]
    assert there[0].json()["reason"] == "DPOP_NONCE_NEEDED"
    assert there[-1].status_code == 200


def assertion(**changes: Any) -> str:
    """What the warehouse's program signs to get a token."""
    now = int(time.time())
    claims = {
        "iss": "warehouse",
        "sub": "warehouse",
        "aud": f"{ISSUER}/token",
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
    }
    key = changes.pop("key", SYSTEM_KEY)
    return jwt.encode(claims | changes, key, algorithm="EdDSA")


def ask_as_system(house: Gateway, signed: str, scope: str = "system/Appointment.rs") -> httpx.Response:
    """Ask for a token by client credentials."""
    form = {"grant_type": "client_credentials", "scope": scope, "client_assertion_type": ASSERTION}
    return httpx.post(f"{house.url}/dev-issuer/token", data=form | {"client_assertion": signed})


def test_a_system_signs_in_by_its_key_and_is_bound_by_its_scopes(house: Gateway) -> None:
    """Client credentials: an actor of its own name, never a compliance officer, once an assertion."""
    signed = assertion()
    given, again = ask_as_system(house, signed), ask_as_system(house, signed)
    token = given.json()["access_token"]
    me = httpx.get(f"{house.url}/v1/me", headers={"Authorization": f"Bearer {token}"}).json()

    assert again.status_code == 401
    assert (me["actor_id"], me["roles"]) == ("system:user:warehouse", ["front_desk"])
    by_password = {"username": "warehouse", "password": "no-password"}
    assert httpx.post(f"{house.url}/dev-issuer/token", data=by_password).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"key": Ed25519PrivateKey.generate()},
        {"aud": "http://evil.test/token"},
        {"exp": 1},
        {"exp": int(time.time()) + 86_400},
        {"iss": "desk"},
        {"sub": "desk", "iss": "desk"},
    ],
)
def test_nobody_else_signs_in_as_a_system(house: Gateway, changes: dict[str, Any]) -> None:
    """Another key, audience, name, or an assertion for days."""
    assert ask_as_system(house, assertion(**changes)).status_code == 401


def test_token_confusion_opens_nothing(house: Gateway) -> None:
    """None, a public key as shared secret, another audience or issuer, an id token, a token of the inside."""
    issuer = house.issuer()
    desk = next(user for user in people.USERS if user.user == "desk")
    claims = jwt.decode(house.token(), options={"verify_signature": False})
    # PyJWT refuses to sign with what looks like a public key; an attacker's library would not.
    public = base64.b64decode(issuer.keys()["keys"][0]["x"] + "==", altchars=b"-_")
    kid = {"kid": issuer._key_id}
    forged = {
        "none": jwt.encode(claims, "", algorithm="none", headers=kid),
        "public key as secret": jwt.encode(claims, public, algorithm="HS256", headers=kid),
        "other key": jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=kid),
        "other audience": jwt.encode(claims | {"aud": "elsewhere"}, issuer._key, algorithm="EdDSA", headers=kid),
        "other issuer": jwt.encode(claims | {"iss": "http://evil"}, issuer._key, algorithm="EdDSA", headers=kid),
        "no expiry": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, issuer._key, "EdDSA", headers=kid),
        "unknown key": jwt.encode(claims, issuer._key, algorithm="EdDSA", headers={"kid": "other"}),
        "id token": issuer.id_token(desk, client_id="kept-portal", nonce="n"),
        "odd binding": jwt.encode(claims | {"cnf": {"x5t#S256": "a"}}, issuer._key, "EdDSA", headers=kid),
        "key in the header": jwt.encode(
            claims, SYSTEM_KEY, "EdDSA", headers={"jwk": public_jwk(SYSTEM_KEY), "kid": "warehouse"}
        ),
    }
    answers = {
        name: httpx.get(f"{house.url}/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
        for name, token in forged.items()
    }

    assert answers == dict.fromkeys(forged, 401)
    other = replace(desk, practice_id=str(uuid.uuid4()))
    strange = httpx.get(f"{house.url}/v1/me", headers={"Authorization": f"Bearer {issuer.access_token(other)}"})
    assert strange.json()["practice_id"] == other.practice_id
