"""Browsers sign in at three portals and stay signed in no longer, and for nobody else, than they should."""

from __future__ import annotations

import time

import httpx
import jwt
import pytest
from kept.audit.v1 import capture_service_pb2 as contract
from redis import Redis

from deploy.local import people
from services.gateway import sessions
from services.gateway.provider import SIGN_OUT_EVENT
from tests.integration.gateway.browser import Browser, asked
from tests.integration.gateway.conftest import Ear, Gateway, Start

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def house(start: Start) -> Gateway:
    """A gateway with three portals."""
    return start(portals=True)


def test_who_comes_and_goes_is_in_the_trail(house: Gateway, ear: Ear) -> None:
    """By session, with the reason; a sign-in that failed names nobody."""
    browser = Browser(house, "desk")
    browser.sign_in("admin")
    session_id = browser.send("GET", "/v1/session").json()["session_id"]
    browser.send("DELETE", "/v1/session")
    browser.send("GET", "/session/callback?code=made-up", site="cross-site")

    assert session_id in [each.session_id for each in ear.of(contract.SIGHT_SIGN_IN)]
    left = [each for each in ear.of(contract.SIGHT_SIGN_OUT) if each.session_id == session_id]
    assert [(each.actor_id, each.reason) for each in left] == [("user:admin", "SIGNED_OUT")]
    assert "SIGN_IN_INTERRUPTED" in [each.reason for each in ear.of(contract.SIGHT_FAIL_SIGN_IN)]


def test_somebody_signs_in_and_out_at_a_portal(house: Gateway, shared_redis: Redis) -> None:
    """The browser never sees a token; what it holds opens nothing in Redis either."""
    browser = Browser(house, "desk")
    back = browser.sign_in("desk", query="?return_to=/week")
    cookie = next(each for each in back.headers.get_list("set-cookie") if each.startswith("__Host-sid="))
    seen = browser.send("GET", "/v1/session")
    secret = browser.cookies["__Host-sid"]
    stored = b"".join(shared_redis.dump(key) or b"" for key in shared_redis.scan_iter("kept:session:*"))
    gone = browser.send("DELETE", "/v1/session")
    after = browser.send("GET", "/v1/me")

    assert (back.status_code, back.headers["location"]) == (303, "/week")
    assert {each.strip() for each in cookie.split(";")[1:]} == {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}
    assert (seen.json()["portal"], seen.json()["roles"]) == ("desk", ["front_desk"])
    assert secret.encode() not in stored
    assert b"user:desk" not in stored
    assert gone.json()["ended"] == 1
    assert gone.json()["sign_out_url"].startswith("http://issuer.test/dev-issuer/end-session?")
    assert "__Host-sid" not in browser.cookies
    assert after.json()["reason"] == "TOKEN_MISSING"
    browser.cookies["__Host-sid"] = secret
    assert browser.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"


def test_a_portal_is_for_its_own_people(house: Gateway) -> None:
    """A client has no business at the desk, and one factor is not enough for the officer."""
    assert Browser(house, "desk").sign_in("client").status_code == 403
    assert Browser(house, "client").sign_in("client").status_code == 303
    assert Browser(house, "compliance").sign_in("officer").status_code == 401
    officer = Browser(house, "compliance")
    assert officer.sign_in("officer", otp=people.SECOND_FACTOR).status_code == 303
    assert officer.send("GET", "/v1/session").json()["idle_s"] <= 15 * 60


def test_one_portal_s_cookie_opens_no_other(house: Gateway) -> None:
    """Three origins, three cookies: stolen from one, it is nothing at another, nor at the bare API."""
    browser, other = Browser(house, "desk"), Browser(house, "client")
    browser.sign_in("desk")
    other.cookies = dict(browser.cookies)
    bare = httpx.get(f"{house.url}/v1/me", headers={"Cookie": f"__Host-sid={browser.cookies['__Host-sid']}"})

    assert other.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"
    assert bare.status_code == 404


@pytest.mark.parametrize(
    ("method", "site", "origin", "wanted"),
    [
        ("DELETE", "cross-site", None, 403),
        ("DELETE", "same-site", None, 403),
        ("GET", "cross-site", None, 403),
        ("GET", "same-site", None, 403),
        ("DELETE", "none", None, 403),
        ("DELETE", None, "http://evil.test", 403),
        ("DELETE", None, None, 403),
        ("GET", "none", None, 200),
        ("GET", "same-origin", None, 200),
    ],
)
def test_no_other_site_acts_in_a_session(
    house: Gateway, method: str, site: str | None, origin: str | None, wanted: int
) -> None:
    """CSRF: what does not come from the portal's own pages is refused, by fetch metadata or by Origin."""
    browser = Browser(house, "desk")
    browser.sign_in("desk")
    headers = {"Host": browser.host, "Cookie": f"__Host-sid={browser.cookies['__Host-sid']}"}
    headers |= {"Sec-Fetch-Site": site} if site else {}
    headers |= {"Origin": origin} if origin else {}

    assert httpx.request(method, f"{house.url}/v1/session", headers=headers).status_code == wanted
    assert browser.send("GET", "/v1/session").status_code == 200


def test_a_sign_in_ends_in_the_browser_that_began_it(house: Gateway) -> None:
    """Login CSRF: an attacker's code, taken to somebody else's browser, signs nobody in."""
    attacker, victim = Browser(house, "desk"), Browser(house, "desk")
    wish = attacker.send("GET", "/session/sign-in", site="none").headers["location"]
    form = {"username": "desk", "password": people.PASSWORD}
    given = asked(httpx.post(house.url + wish.removeprefix("http://issuer.test"), data=form))
    query = f"?code={given['code']}&state={given['state']}&iss={given['iss']}"
    without = victim.send("GET", f"/session/callback{query}", site="cross-site")
    victim.send("GET", "/session/sign-in", site="none")
    with_own = victim.send("GET", f"/session/callback{query}", site="cross-site")
    mixed_up = attacker.send("GET", f"/session/callback{query}x", site="cross-site")

    assert [each.status_code for each in (without, with_own, mixed_up)] == [401, 401, 401]
    assert "__Host-sid" not in victim.cookies | attacker.cookies


@pytest.mark.parametrize("path", ["//evil.test", "/\\evil.test", "https://evil.test", "/a//b", "/a?b"])
def test_nobody_is_sent_elsewhere_after_a_sign_in(house: Gateway, path: str) -> None:
    """Only a path of ours is gone back to."""
    answer = httpx.get(
        f"{house.url}/session/sign-in",
        params={"return_to": path},
        headers={"Host": Browser(house, "desk").host},
    )
    assert answer.status_code == 422


def test_a_sign_in_changes_the_secret_and_ends_the_former_session(house: Gateway) -> None:
    """Fixation: a secret planted before a sign-in, or known from before a step-up, is good for nothing after it."""
    browser = Browser(house, "desk")
    browser.sign_in("amara")
    former = browser.cookies["__Host-sid"]
    weak = browser.send("GET", "/v1/session").json()
    stepped = browser.sign_in("amara", otp=people.SECOND_FACTOR, query="?level=mfa&max_age_s=0")
    strong = browser.send("GET", "/v1/session").json()
    old = Browser(house, "desk", {"__Host-sid": former})

    assert stepped.status_code == 303
    assert (weak["strength"], strong["strength"]) == ("pwd", "mfa")
    assert strong["auth_time"] >= weak["auth_time"]
    assert old.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"


def test_a_step_up_without_the_second_factor_is_none(house: Gateway) -> None:
    """The provider is asked for two factors, and what it says is looked at."""
    browser = Browser(house, "desk")
    away = asked(browser.send("GET", "/session/sign-in?level=mfa&max_age_s=0", site="none"))

    assert (away["acr_values"], away["max_age"], away["prompt"]) == ("mfa", "0", "login")
    assert browser.sign_in("amara", query="?level=mfa&max_age_s=0").status_code == 401


def test_signing_out_everywhere_ends_every_browser(house: Gateway) -> None:
    """Two browsers, one word; somebody else stays."""
    one, two, other = Browser(house, "desk"), Browser(house, "desk"), Browser(house, "desk")
    for browser, user in ((one, "admin"), (two, "admin"), (other, "desk")):
        browser.sign_in(user)
    listed = one.send("GET", "/v1/sessions").json()["sessions"]
    ended = one.send("DELETE", "/v1/sessions").json()["ended"]

    assert {each["portal"] for each in listed} == {"desk"}
    assert len(listed) == ended == 2
    assert two.send("GET", "/v1/me").status_code == 401
    assert other.send("GET", "/v1/me").status_code == 200


def test_a_session_that_can_not_be_read_keeps_no_other_from_ending(house: Gateway, shared_redis: Redis) -> None:
    """Sealed by a key that was taken away: it opens nothing, and signing out everywhere goes on to work."""
    unreadable, other = Browser(house, "desk"), Browser(house, "desk")
    unreadable.sign_in("admin")
    other.sign_in("admin")
    family = unreadable.send("GET", "/v1/session").json()["session_id"]
    shared_redis.hset(sessions._record(family), "r", "sealed by another key")

    assert unreadable.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"
    assert len(other.send("GET", "/v1/sessions").json()["sessions"]) == 1
    assert other.send("DELETE", "/v1/sessions").json()["ended"] == 1
    assert other.send("GET", "/v1/me").status_code == 401


def test_the_provider_s_word_ends_a_session(house: Gateway) -> None:
    """Back-channel sign-out: by a signed token with the event in it, and by nothing less."""
    browser = Browser(house, "desk")
    browser.sign_in("admin")
    issuer = house.issuer()

    def word(**changes: object) -> int:
        now = int(time.time())
        claims = {
            "iss": issuer.issuer, "aud": "kept-portal", "iat": now, "exp": now + 60, "jti": "j", "sub": "user:admin",
            "events": {SIGN_OUT_EVENT: {}}, **changes,
        }  # fmt: skip
        token = jwt.encode(claims, issuer._key, "EdDSA", headers={"kid": issuer._key_id})
        return httpx.post(f"{house.url}/session/provider-signed-out", data={"logout_token": token}).status_code

    refused = [word(events={}), word(aud="kept"), word(nonce="n"), word(iss="http://evil.test"), word(exp=1)]
    before = browser.send("GET", "/v1/me").status_code
    taken = word()

    assert refused == [401] * 5
    assert before == 200
    assert taken == 200
    assert browser.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"


def test_an_idle_session_ends_and_a_used_one_ends_too(house: Gateway, shared_redis: Redis) -> None:
    """Idle time is counted anew by a request, not by a stream; the end of all is not moved."""
    browser = Browser(house, "desk")
    browser.sign_in("admin")
    record = sessions._record(browser.send("GET", "/v1/session").json()["session_id"])
    shared_redis.pexpire(record, 60_000)
    with httpx.stream(
        "GET", f"{house.url}/v1/events/stream",
        headers={"Host": browser.host, "Cookie": f"__Host-sid={browser.cookies['__Host-sid']}"},
    ) as stream:  # fmt: skip
        assert stream.status_code == 200
    unattended = shared_redis.pttl(record)
    browser.send("GET", "/v1/me")
    used = shared_redis.pttl(record)
    seconds, micro = shared_redis.time()
    shared_redis.hset(record, "end", int(seconds * 1000 + micro / 1000) - 1)

    assert unattended <= 60_000 < used <= 30 * 60_000
    assert browser.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"
    assert not shared_redis.exists(record)


def test_a_secret_is_changed_in_time_and_the_old_one_lapses(house: Gateway, shared_redis: Redis) -> None:
    """Rotation: requests under way with the old secret still pass, and its days are counted."""
    browser = Browser(house, "desk")
    browser.sign_in("admin")
    old = browser.cookies["__Host-sid"]
    seconds, _ = shared_redis.time()
    shared_redis.hset(sessions._secret(old), "at", (seconds - sessions.ROTATE_S - 1) * 1000)
    browser.send("GET", "/v1/me")
    late = Browser(house, "desk", {"__Host-sid": old}).send("GET", "/v1/me")

    assert browser.cookies["__Host-sid"] != old
    assert late.status_code == 200
    assert "set-cookie" not in late.headers
    assert 0 < shared_redis.pttl(sessions._secret(old)) <= sessions.GRACE_S * 1000
    assert browser.send("GET", "/v1/me").status_code == 200


def test_without_redis_sessions_say_so_and_tokens_work(start: Start) -> None:
    """Nobody is told to sign in again for a cache that is away; whoever brings a token is served."""
    alone = start(portals=True, KEPT_REDIS_URL="redis://127.0.0.1:9")
    browser = Browser(alone, "desk", {"__Host-sid": "whatever"})
    held = browser.send("GET", "/v1/me")
    new = browser.sign_in("desk")
    bearer = httpx.get(f"{alone.url}/v1/me", headers={"Authorization": f"Bearer {alone.token()}"})

    assert (held.status_code, held.json()["reason"]) == (503, "SESSIONS_UNAVAILABLE")
    assert held.headers["retry-after"]
    assert new.status_code == 503
    assert bearer.status_code == 200
