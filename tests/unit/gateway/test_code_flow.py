"""Rules of codes: one use, the same application, the right verifier, in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.oidc import DemoUser
from services.gateway.code_flow import CODE_S, CodeFlow, Invalid, Wish, challenge_of, is_local

VERIFIER = "v" * 43
QUERY = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": "http://127.0.0.1:9/callback",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
GOOD = {"client_id": "portal", "redirect_uri": "http://127.0.0.1:9/callback", "verifier": VERIFIER}
USER = DemoUser("desk", "x", "p", ("front_desk",))


def test_a_code_is_used_once() -> None:
    """The second use fails, and so does one nobody gave out."""
    flow = CodeFlow()
    code = flow.issue(USER, Wish.read(QUERY))

    assert flow.redeem(code, **GOOD).user == USER
    for each in (code, "made-up"):
        with pytest.raises(Invalid, match="invalid_grant"):
            flow.redeem(each, **GOOD)


@pytest.mark.parametrize(
    "change",
    [{"client_id": "other"}, {"redirect_uri": "http://127.0.0.1:8/"}, {"verifier": "w" * 43}, {"verifier": ""}],
)
def test_a_code_is_for_one_application_with_its_verifier(change: dict[str, str]) -> None:
    """A stolen code is worth nothing, and a try with it uses it up."""
    flow = CodeFlow()
    code = flow.issue(USER, Wish.read(QUERY))

    with pytest.raises(Invalid, match="invalid_grant"):
        flow.redeem(code, **{**GOOD, **change})
    with pytest.raises(Invalid, match="invalid_grant"):
        flow.redeem(code, **GOOD)


def test_a_code_ends_by_itself() -> None:
    """A minute is enough for a redirect."""
    now = [0.0]
    flow = CodeFlow(lambda: now[0])
    code = flow.issue(replace(USER), Wish.read(QUERY))
    now[0] = CODE_S

    with pytest.raises(Invalid, match="invalid_grant"):
        flow.redeem(code, **GOOD)


@pytest.mark.parametrize(
    "change",
    [
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"client_id": ""},
        {"redirect_uri": "https://evil.test/"},
        {"state": "a\r\nb"},
    ],
)
def test_a_wish_without_proof_key_or_from_elsewhere_is_refused(change: dict[str, str]) -> None:
    """No implicit flow, no plain challenge, no open redirect, no header splitting."""
    with pytest.raises(Invalid):
        Wish.read({**QUERY, **change})


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1@evil.test/",
        "http://evil.test#@localhost",
        "javascript:alert(1)",
        "//localhost/",
        "http://[::1",
        "http://localhost\\@evil.test",
        "http://localhost:x/",
    ],
)
def test_an_address_that_only_looks_local_is_none(uri: str) -> None:
    """Tricks of spelling."""
    assert not is_local(uri)
