"""What the door refuses, and who comes in by it, is in the trail before they are answered."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from kept.audit.v1 import capture_service_pb2 as contract

from deploy.local import people
from tests.integration.gateway.conftest import Ear, Gateway, Start

pytestmark = pytest.mark.integration

CLIENT = str(uuid4())


@pytest.fixture
def heard(ear: Ear) -> Ear:
    """The trail's place, with nothing told yet."""
    ear.heard.clear()
    return ear


def test_who_signs_in_and_who_fails_to_is_told(gateway: Gateway, heard: Ear) -> None:
    """The typed name does not leave the door: a keyed hash of it does, the same for the same name."""
    http = httpx.Client(base_url=f"{gateway.url}/dev-issuer")
    for password in ("guess", "guess again", people.PASSWORD):
        http.post("/token", data={"username": "amara", "password": password})

    failed = heard.of(contract.SIGHT_FAIL_SIGN_IN)
    [came_in] = heard.of(contract.SIGHT_SIGN_IN)
    assert len(failed) == 2
    assert {(each.actor_kind, each.actor_id, each.reason) for each in failed} == {("anonymous", "", "SIGN_IN_FAILED")}
    assert len({each.object_id for each in failed}) == 1
    assert "amara" not in str(failed)
    assert (came_in.actor_id, list(came_in.roles)) == ("user:amara", ["therapist"])
    assert came_in.network == failed[0].network != ""
    assert "127.0.0.1" not in str(came_in)


@pytest.mark.parametrize(
    ("headers", "wanted", "reason"),
    [
        ({}, 401, "TOKEN_MISSING"),
        ({"Authorization": "Bearer nonsense"}, 401, "TOKEN_INVALID"),
    ],
)
def test_a_refused_token_is_told_with_whom_it_was_to_open(
    gateway: Gateway, heard: Ear, headers: dict[str, str], wanted: int, reason: str
) -> None:
    """Nobody is known, the client in the path is."""
    answer = httpx.get(f"{gateway.url}/v1/clients/{CLIENT}", headers=headers)

    [refused] = heard.of(contract.SIGHT_REFUSE_TOKEN)
    assert answer.status_code == wanted
    assert (refused.client_id, refused.object_id, refused.reason) == (CLIENT, "getClient", reason)
    assert refused.trace.split("-")[1] == answer.headers["X-Trace-Id"]


def test_a_request_that_never_reaches_a_service_is_told(gateway: Gateway, heard: Ear) -> None:
    """By whom, with which client, and why; a body that is no JSON, an address with an e-mail in it."""
    own = {"Authorization": f"Bearer {gateway.token()}"}
    unreadable = httpx.post(f"{gateway.url}/v1/appointments", headers=own, content=b"{")
    personal = httpx.get(f"{gateway.url}/v1/clients/{CLIENT}?email=a@example.org", headers=own)

    told = heard.of(contract.SIGHT_REFUSE_REQUEST)
    assert [unreadable.status_code, personal.status_code] == [422, 400]
    assert [each.reason for each in told] == ["MALFORMED_REQUEST", "PERSONAL_DATA_IN_URL"]
    assert (told[0].actor_id, told[1].client_id) == ("user:desk", CLIENT)
    assert "example.org" not in str(told)


def test_what_touches_nobody_is_not_told(gateway: Gateway, heard: Ear) -> None:
    """Pages, probes, and paths that nothing answers to."""
    for path in ("/docs", "/healthz", "/v1/no-such-thing", "/favicon.ico", "/problems/none"):
        httpx.get(f"{gateway.url}{path}")

    assert heard.heard == []


def test_a_flood_is_told_in_counts_and_none_of_it_is_left_out(start: Start, heard: Ear) -> None:
    """Each refusal waits for its record; equal ones share one."""
    gateway = start(KEPT_RATE_LIMITS="address=3/3600")
    statuses = [httpx.get(f"{gateway.url}/v1/clients/{CLIENT}").status_code for _ in range(8)]

    throttled = heard.of(contract.SIGHT_THROTTLE)
    assert sum(each.count or 1 for each in throttled) == statuses.count(429) >= 4
    assert sum(each.count or 1 for each in heard.heard) == len(statuses)


def test_without_the_trail_nobody_is_refused_or_let_in_unseen(start: Start) -> None:
    """The answer is that the trail can't be written; a wrong password and a right one look alike."""
    gateway = start(KEPT_TARGET_AUDIT="127.0.0.1:9")
    refused = httpx.get(f"{gateway.url}/v1/clients/{CLIENT}")
    sign_ins = [
        httpx.post(f"{gateway.url}/dev-issuer/token", data={"username": "amara", "password": each})
        for each in ("guess", people.PASSWORD)
    ]

    for answer in (refused, *sign_ins):
        assert (answer.status_code, answer.json()["reason"]) == (503, "AUDIT_UNAVAILABLE")
        assert answer.headers["Retry-After"]
        assert "access_token" not in answer.text


def test_a_door_that_stops_says_so(start: Start, ear: Ear) -> None:
    """Its silence is then no alarm."""
    gateway = start(KEPT_INSTANCE="door-that-stops")
    gateway.process.terminate()
    gateway.process.wait(30)

    assert "door-that-stops" in ear.farewells
