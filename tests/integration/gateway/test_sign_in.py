"""The whole code flow at the development issuer, as an application and a browser do it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from deploy.local import people
from services.gateway.code_flow import challenge_of
from tests.integration.gateway.conftest import ISSUER, Gateway

pytestmark = pytest.mark.integration

VERIFIER = "a-verifier-that-an-application-made-up-at-random"
BACK = "http://localhost:9/callback?from=desk"


def wish(**changes: str) -> dict[str, str]:
    """What an application asks for."""
    return {
        "response_type": "code",
        "client_id": "kept-portal",
        "redirect_uri": BACK,
        "scope": "openid",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }


def test_somebody_signs_in_by_code_and_the_id_token_opens_nothing(gateway: Gateway) -> None:
    """Discovery, page, wrong password, code, tokens, keys, userinfo, sign-out."""
    http = httpx.Client(base_url=f"{gateway.url}/dev-issuer")
    found = http.get("/.well-known/openid-configuration").json()
    page = http.get("/authorize", params=wish())
    amara = {"username": "amara", "password": people.PASSWORD}
    wrong = http.post("/authorize", params=wish(), data={**amara, "password": "guess"})
    half_wrong = http.post("/authorize", params=wish(), data={**amara, "otp": "000000"})
    back = http.post("/authorize", params=wish(), data={**amara, "otp": people.SECOND_FACTOR})
    answer = {name: value for name, (value,) in parse_qs(urlsplit(back.headers["location"]).query).items()}
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "client_id": "kept-portal",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    tokens = http.post("/token", data=form).json()
    again = http.post("/token", data=form)

    assert (found["issuer"], found["code_challenge_methods_supported"]) == (ISSUER, ["S256"])
    assert [each.status_code for each in (page, wrong, half_wrong, back)] == [200, 401, 401, 303]
    assert "form-action 'self' http://localhost:9" in page.headers["content-security-policy"]
    assert (answer["from"], answer["state"], answer["iss"]) == ("desk", "s-1", ISSUER)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    key = jwt.PyJWKSet.from_dict(http.get("/jwks").json()).keys[0]
    claims = jwt.decode(tokens["id_token"], key, ["EdDSA"], audience="kept-portal", issuer=ISSUER)
    assert (claims["nonce"], claims["sub"]) == ("n-1", "user:amara")
    assert "mfa" in claims["amr"]
    with_access = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.get("/userinfo", headers=with_access).json()["kept_roles"] == ["therapist"]
    assert httpx.get(f"{gateway.url}/v1/me", headers=with_access).status_code == 200
    with_id = {"Authorization": f"Bearer {tokens['id_token']}"}
    assert httpx.get(f"{gateway.url}/v1/me", headers=with_id).status_code == 401
    gone = http.get("/end-session", params={"post_logout_redirect_uri": "http://localhost:9/bye"})
    assert (gone.status_code, gone.headers["location"]) == (303, "http://localhost:9/bye")


def test_no_browser_is_sent_elsewhere(gateway: Gateway) -> None:
    """Neither a sign-in nor a sign-out redirects to an address that is not local."""
    for path, query in (
        ("authorize", wish(redirect_uri="https://evil.test/")),
        ("authorize", wish(code_challenge_method="plain")),
        ("end-session", {"post_logout_redirect_uri": "https://evil.test/"}),
    ):
        answer = httpx.get(f"{gateway.url}/dev-issuer/{path}", params=query)
        assert (answer.status_code, answer.headers.get("location")) == (400, None)
