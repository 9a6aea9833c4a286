"""Bad input gets a clear refusal with a stable reason, writes nothing, and is in the trail."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local import people
from deploy.local.house_calls import Person
from deploy.local.people import id_of
from deploy.local.suite import Suite
from services.chassis.oidc import DevelopmentIssuer
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

_IN_A_WHILE = (datetime.now(UTC) + timedelta(days=45)).date()
FREE_DAY = _IN_A_WHILE + timedelta(days=(3 - _IN_A_WHILE.isoweekday()) % 7)
"""A Wednesday after the standing appointments of the example, within every horizon."""

GOOD = {
    "client_id": id_of("client", "client-001"),
    "therapist_id": id_of("therapist", "amara-osei"),
    "session_type_id": id_of("session-type", "individual-50"),
    "local_start": f"{FREE_DAY}T09:00",
    "time_zone": "America/Los_Angeles",
}

# what is changed in a good booking -> status, problem type
BOOKINGS: list[tuple[dict[str, Any], int, str]] = [
    ({"client_id": "not-a-uuid"}, 422, "malformed"),
    ({"client_id": str(uuid.uuid4())}, 404, "not-found"),
    ({"therapist_id": str(uuid.uuid4())}, 404, "not-found"),
    ({"session_type_id": str(uuid.uuid4())}, 404, "not-found"),
    ({"time_zone": "Mars/Olympus"}, 422, "time-zone-unknown"),
    ({"time_zone": "../../etc/passwd"}, 422, "time-zone-unknown"),
    ({"local_start": "tomorrow"}, 422, "malformed"),
    ({"local_start": "2030-02-30T09:00"}, 422, "malformed"),
    ({"local_start": "2020-03-02T09:00"}, 422, "slot-in-past"),
    ({"local_start": "2027-03-14T02:30"}, 422, "time-does-not-exist"),
    ({"local_start": "2026-11-01T01:30"}, 422, "time-ambiguous"),
    ({"local_start": f"{FREE_DAY}T03:00"}, 409, "slot-not-offered"),
    ({"local_start": f"{FREE_DAY}T09:07"}, 409, "slot-not-offered"),
    ({"modality": "TELEPATHY"}, 422, "malformed"),
    ({"reason_for_visit": "secret"}, 422, "malformed"),
    ({"fold": 7}, 422, "malformed"),
]


def counted(suite: Suite) -> tuple[object, object]:
    """How much booking and availability hold."""
    appointments = rows(suite, "booking", "select count(*) from appointments where state <> 'ABANDONED'")
    return appointments, rows(suite, "availability", "select count(*) from claims where state <> 'released'")


@pytest.mark.parametrize(("changes", "status", "type_"), BOOKINGS, ids=[str(each[0]) for each in BOOKINGS])
async def test_a_bad_booking_is_refused_and_writes_nothing(
    whole_suite: Suite, desk: Person, changes: dict[str, Any], status: int, type_: str
) -> None:
    """The refusal is a problem document that says what is wrong; nothing personal is repeated."""
    before = counted(whole_suite)

    answer = await desk.send("POST", "/v1/appointments", {**GOOD, **changes}, key=str(uuid.uuid4()))

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"/problems/{type_}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert counted(whole_suite) == before


async def test_a_reversed_interval_is_refused(desk: Person) -> None:
    """From after to."""
    answer = await desk.send(
        "GET", "/v1/appointments", from_time="2030-03-02T00:00:00Z", to_time="2030-03-01T00:00:00Z"
    )

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/interval-reversed")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{" * 100, 400),
        (b'{"client_id": ' + b"[" * 50_000, 400),
        (b'{"client_id": "' + b"x" * 70_000 + b'"}', 413),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"", 422),
    ],
)
async def test_a_hostile_body_is_refused(desk: Person, body: bytes, status: int) -> None:
    """Too deep, too large, not JSON, not an object."""
    headers = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json", "Idempotency-Key": "k" * 10}

    answer = await desk.http.post("/v1/appointments", content=body, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def forged(**changes: Any) -> str:
    """A token nobody signed."""
    claims = {"iss": "x", "aud": "kept", "sub": "user:desk", "exp": int(time.time()) + 600, **changes}
    parts = [{"alg": changes.pop("alg", "none"), "typ": "JWT"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


async def test_forged_and_foreign_tokens_open_nothing(
    http: httpx.AsyncClient, desk: Person, issuer: DevelopmentIssuer
) -> None:
    """No token, garbage, alg none, another key, a changed signature: 401 each."""
    head, body, signature = desk.token.split(".")
    assert (await http.get("/v1/me")).status_code == 401
    for token in ("garbage", forged(), f"{head}.{body}.{signature[::-1]}", f"{head}.{body}."):
        answer = await Person(http, token).send("GET", "/v1/me")
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_change_needs_its_key_and_its_version(desk: Person) -> None:
    """No Idempotency-Key is 400; no If-Match is 428."""
    no_key = await desk.send("POST", "/v1/appointments", GOOD)
    no_version = await desk.send("POST", f"/v1/appointments/{uuid.uuid4()}/cancellations", key=str(uuid.uuid4()))

    assert (no_key.status_code, no_key.json()["type"]) == (400, "/problems/idempotency-key-missing")
    assert (no_version.status_code, no_version.json()["type"]) == (428, "/problems/precondition-required")


async def test_a_refusal_is_in_the_trail(desk: Person, officer: Person) -> None:
    """Who asked for what they could not have is asked for by the officer."""
    client_id = str(uuid.uuid4())
    await desk.send("GET", f"/v1/clients/{client_id}")

    deadline = time.monotonic() + 20
    records: list[dict[str, Any]] = []
    while not records and time.monotonic() < deadline:
        records = (await officer.ask("GET", "/v1/audit/records", client_id=client_id))["records"]
        records = [each for each in records if each["operation"] == "booking.GetClient"]
        await asyncio.sleep(0.1)

    assert [(each["stage"], each["actor_id"]) for each in records] == [("error", "user:desk")]


async def test_roles_see_what_they_may(http: httpx.AsyncClient, desk: Person, officer: Person) -> None:
    """The desk has no trail, the officer no chart, a client nobody else's."""
    from deploy.local.house_calls import sign_in

    client = await sign_in(http, "client")
    path = f"/v1/clients/{id_of('client', 'client-001')}"

    assert (await desk.send("GET", path)).status_code == 200
    assert (await desk.send("GET", "/v1/audit/records")).status_code == 403
    assert (await officer.send("GET", path)).status_code == 403
    assert (await client.send("GET", path)).status_code == 403
    assert (await client.send("GET", f"/v1/clients/{id_of('client', people.DEMO_CLIENT)}")).status_code == 200
    assert people.PASSWORD not in (await client.send("GET", "/v1/me")).text


async def test_a_method_a_path_does_not_have_is_named(http: httpx.AsyncClient, desk: Person) -> None:
    """405 lists all methods of the path."""
    answer = await desk.send("DELETE", "/v1/appointments")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
