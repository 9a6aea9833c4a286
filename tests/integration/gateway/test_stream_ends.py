"""A stream is open no longer than whoever reads it is signed in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import jwt
import pytest
import redis as redis_client
from redis import Redis

from services.chassis.events.announce import Announcer
from services.chassis.oidc import CLOCK_SKEW_S
from services.gateway import sessions
from tests.integration.gateway.browser import Browser
from tests.integration.gateway.conftest import Gateway, Start
from tests.integration.gateway.test_live import WAIT_S, booked

pytestmark = pytest.mark.integration

SOON_S = (3, 10, 30)
"""Seconds until a sign-in runs out; a machine too slow to open a stream within the first takes the next."""


@pytest.fixture(scope="module")
def house(start: Start) -> Gateway:
    """A gateway with portals."""
    return start(portals=True, KEPT_RATE_LIMITS="off")


@contextmanager
def stream(gateway: Gateway, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
    """Open a stream that is live, and read its beginning."""
    until = time.monotonic() + WAIT_S
    while True:
        with httpx.stream("GET", f"{gateway.url}/v1/events/stream", headers=headers, timeout=WAIT_S * 2) as answer:
            if answer.headers.get("x-kept-live") == "live" or answer.status_code != 200:
                yield answer
                return
        assert time.monotonic() < until
        time.sleep(0.1)


def held(browser: Browser) -> dict[str, str]:
    """The headers a browser opens a stream with."""
    return {"Host": browser.host, "Cookie": f"__Host-sid={browser.cookies['__Host-sid']}"}


@pytest.mark.parametrize("path", ["/v1/session", "/v1/sessions"])
def test_signing_out_ends_the_streams_of_that_session_at_every_gateway(house: Gateway, start: Start, path: str) -> None:
    """Whoever signed out at one gateway hears nothing more at another; everybody else goes on to hear."""
    leaving, staying = Browser(house, "desk"), Browser(house, "desk")
    leaving.sign_in("admin")
    staying.sign_in("desk")
    replica = start(portals=True, KEPT_RATE_LIMITS="off")
    elsewhere = Browser(replica, "desk", dict(leaving.cookies))
    with stream(house, held(leaving)) as ended, stream(house, held(staying)) as open_:
        assert elsewhere.send("DELETE", path).status_code == 200
        heard = list(ended.iter_lines())
        fact = booked()
        Announcer(os.environ["KEPT_TEST_REDIS_URL"]).announce([fact])
        still = next(json.loads(line[6:]) for line in open_.iter_lines() if line.startswith("data:"))

    assert not [line for line in heard if line.startswith("data:")]
    assert still["resource_id"] == fact.subject
    with stream(house, held(leaving)) as again:
        assert again.status_code == 401


def test_a_stream_ends_with_the_token_that_opened_it(house: Gateway) -> None:
    """Before its quarter of an hour is over."""
    issuer = house.issuer()
    token = house.token()
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(token)["kid"]
    for soon_s in SOON_S:
        end = time.time() + soon_s
        short = jwt.encode({**claims, "exp": end - CLOCK_SKEW_S}, issuer._key, algorithm="EdDSA", headers={"kid": kid})
        with stream(house, {"Authorization": f"Bearer {short}"}) as opened:
            if opened.status_code == 200:
                list(opened.iter_lines())
                break

    assert opened.status_code == 200
    assert end - 1 <= time.time()


def test_a_stream_ends_with_the_session_that_nobody_used(house: Gateway, shared_redis: Redis) -> None:
    """Idle time runs while a stream is open: its reader may have left the room."""
    for soon_s in SOON_S:
        browser = Browser(house, "desk")
        browser.sign_in("admin")
        record = sessions._record(browser.send("GET", "/v1/session").json()["session_id"])
        shared_redis.pexpire(record, soon_s * 1000)
        with stream(house, held(browser)) as opened:
            if opened.status_code == 200:
                list(opened.iter_lines())
                break

    assert opened.status_code == 200
    until = time.monotonic() + WAIT_S
    while shared_redis.exists(record):  # seconds are whole at the gateway, milliseconds count in Redis
        assert time.monotonic() < until
    assert browser.send("GET", "/v1/me").json()["reason"] == "SESSION_ENDED"


def test_a_gateway_that_could_not_hear_lets_browsers_come_back(house: Gateway) -> None:
    """Who signed out while it was deaf is not known: streams of sessions end once it hears again, and are looked up."""
    browser = Browser(house, "desk")
    browser.sign_in("admin")
    with stream(house, held(browser)) as opened:
        with redis_client.Redis.from_url(os.environ["KEPT_TEST_REDIS_URL"]) as redis:
            for client in redis.client_list(_type="pubsub"):
                redis.client_kill(client["addr"])
        heard = list(opened.iter_lines())

    assert "event: reset" in heard
    with stream(house, held(browser)) as again:
        assert again.status_code == 200
