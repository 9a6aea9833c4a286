"""Seeded personal data is looked for everywhere it may not be: tables, queues, logs, metrics, caches, pages."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
import redis
from amqp import Connection as AmqpConnection

from deploy.local import people
from deploy.local.house_calls import Person, sign_in
from deploy.local.people import SECOND_FACTOR, id_of
from deploy.local.suite import Suite
from services.gateway.bootstrap import SERVICES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MARK = "zyxquornvelmarkiptych"
"""Stands in every seeded value and in nothing else; so long that no part of it comes up by chance in base64."""

EMAIL, PHONE, BIRTH = f"{MARK}.mail@example.net", "+12065550166", "1931-02-27"
SPECIALTY = f"{MARK}-specialty"

SECRETS = (MARK, "2065550166", BIRTH)
"""What is looked for, however it is written."""

STEPS = 7

SHORTEST = 8
"""Letters of a spelling; four of them once stood in a random token."""


def key() -> str:
    """A new Idempotency-Key."""
    return str(uuid.uuid4())


def spellings(secret: str) -> set[str]:
    """A value as text, as bytes in hex, and as what base64 makes of it wherever it begins."""
    raw = secret.encode()
    found = {secret.lower(), raw.hex()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        # Characters that depend on the neighbours are left out.
        found.add(encoded[4 if shift else 0 : -4].lower())
    return found


NEEDLES = {spelling for secret in SECRETS for spelling in spellings(secret)}


def found_in(text: str) -> list[str]:
    """Which spellings stand in a text."""
    lowered = text.lower()
    return sorted(each for each in NEEDLES if each in lowered)


class Tap:
    """Listens to every exchange there is, as a stranger with the broker's password could."""

    def __init__(self, suite: Suite) -> None:
        url = httpx.URL(suite.stack.broker_url)
        self._conn = AmqpConnection(
            host=f"{url.host}:{url.port}", userid=url.username, password=url.password,
            virtual_host=url.path.lstrip("/") or "/",
        )  # fmt: skip
        self._conn.connect()
        self._channel = self._conn.channel()
        self.queue = self._channel.queue_declare(exclusive=True).queue
        for service in SERVICES:
            self._channel.queue_bind(self.queue, f"{service}.events", "#")

    def messages(self) -> Iterator[str]:
        """Everything that came by: body, headers and properties."""
        while message := self._channel.basic_get(self.queue, no_ack=True):
            yield f"{message.body!r} {message.properties!r} {message.delivery_info!r}"

    def close(self) -> None:
        """Listen no more."""
        self._conn.close()


@pytest.fixture(scope="module")
def tap(whole_suite: Suite) -> Iterator[Tap]:
    """Begins before anything is seeded."""
    made = Tap(whole_suite)
    yield made
    made.close()


@pytest.fixture
async def scenario(whole_suite: Suite, tap: Tap, http: httpx.AsyncClient) -> str:
    """A client is registered, matched, booked, screened, written to, seen in an emergency, refused and looked for."""
    desk = await sign_in(http, "desk")
    amara = await _strong(http)
    body = {
        "given_name": f"{MARK}-given", "family_name": f"{MARK}-family", "birth_date": BIRTH, "email": EMAIL,
        "phone": "(206) 555-0166", "time_zone": "America/Chicago", "has_consent": True,
    }  # fmt: skip
    client_id = str((await desk.ask("POST", "/v1/clients", body, key=key(), wanted=201))["client_id"])
    path = f"/v1/clients/{client_id}"
    await _allowed(desk, "POST", "/v1/clients", body, 409)
    await _allowed(desk, "POST", "/v1/clients", {**body, "email": f"{MARK}@@", "phone": f"{MARK}"}, 400, 422)
    await desk.ask("POST", "/v1/searches/clients", {"email": EMAIL})
    await desk.ask("GET", path)
    answers = [{"link_id": f"phq9-{at}", "value": 1} for at in range(1, 10)]
    await desk.ask("POST", f"{path}/screenings", {"instrument": "PHQ-9", "answers": answers}, key=key(), wanted=201)
    glass = {
        "reason": "CRISIS", "explanation": f"The neighbour says {MARK} is in danger.",
        "scopes": ["SCHEDULE", "REGISTRY"],
    }  # fmt: skip
    await _allowed(amara, "POST", f"{path}/break-glasses", glass, 201)
    await amara.ask("GET", path)
    need = {"client_id": client_id, "region": "US-IL", "specialties": [SPECIALTY], "languages": ["en"]}
    await _allowed(desk, "POST", "/v1/matches", need, 201)
    await _book(desk, client_id)
    await desk.ask("PUT", f"{path}/care-team/{id_of('therapist', 'amara-osei')}", key=key())
    await _allowed(
        amara, "POST", f"{path}/threads", {"topic": f"{MARK} topic", "words": f"{MARK} words"}, 201, 403, 409
    )
    # What the gateway can't read at all must not come back in its log either.
    await http.post("/v1/clients", content=f'{{"given_name": "{MARK}'.encode())
    await http.get(f"/l/{MARK}")
    return client_id


async def _strong(http: httpx.AsyncClient) -> Person:
    form = {
        "grant_type": "password", "username": "amara", "password": people.PASSWORD, "second_factor": SECOND_FACTOR,
        "otp": SECOND_FACTOR,
    }  # fmt: skip
    answer = await http.post("/dev-issuer/token", data=form)
    answer.raise_for_status()
    return Person(http, str(answer.json()["access_token"]))


async def _allowed(who: Person, method: str, path: str, body: Any, *statuses: int) -> httpx.Response:
    answer = await who.send(method, path, body, key=key())
    assert answer.status_code in statuses, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
    return answer


async def _book(desk: Person, client_id: str) -> None:
    """Book one of the free slots; the confirmation is a mail, the only place that may say when."""
    now = datetime.now(UTC)
    search = {
        "session_type_id": id_of("session_type", "therapy-50"), "from_time": now.isoformat(),
        "to_time": (now + timedelta(days=20)).isoformat(), "limit": 5,
    }  # fmt: skip
    found = await desk.send("POST", "/v1/searches/slots", search)
    for slot in found.json().get("slots", []) if found.status_code == 200 else []:
        booking = {
            "client_id": client_id, "therapist_id": slot["therapist_id"],
            "session_type_id": slot["session_type_id"], "local_start": slot["start_wall"]["local"],
            "time_zone": slot["start_wall"]["time_zone"],
        }  # fmt: skip
        if (await desk.send("POST", "/v1/appointments", booking, key=key())).status_code == 201:
            return


async def test_seeded_personal_data_is_nowhere_it_may_not_be(
    whole_suite: Suite, tap: Tap, http: httpx.AsyncClient, scenario: str
) -> None:
    """Each place is named with what was found there; the client's own ids show that each was looked into."""
    await _settled(whole_suite)
    looked: dict[str, str] = {}
    for service in SERVICES:
        looked |= _tables(whole_suite, service)
    looked["queues"] = "\n".join(tap.messages())
    looked |= {path.name: path.read_text(errors="replace") for path in whole_suite.root.logs.glob("*.log")}
    for name, port in whole_suite.ports.items():
        if name.endswith(".metrics"):
            looked[name] = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    looked["redis"] = _redis(whole_suite)
    for page in ("/docs", "/openapi.json", "/healthz", f"/l/{'x' * 43}", "/v1/me"):
        looked[f"page {page}"] = (await http.get(page)).text

    found = {place: hits for place, text in looked.items() if (hits := found_in(text))}
    assert found == {}
    assert scenario in looked["queues"]
    assert scenario in looked["booking.clients"]
    assert scenario in looked["notifications.contact_points"]
    assert any(scenario.encode().hex() in text for place, text in looked.items() if place == "audit.records")
    assert sum(place.endswith(".metrics") for place in looked) > STEPS


def _tables(suite: Suite, service: str) -> dict[str, str]:
    """Every row of every table, as text; bytes are in hex."""
    found = {}
    with psycopg.connect(suite.stack.database_url(service, "owner")) as conn:
        names = conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (name,) in names:
            rows = conn.execute(f"select t::text from {name} t".encode()).fetchall()
            found[f"{service}.{name}"] = "\n".join(row for (row,) in rows)
    return found


def _redis(suite: Suite) -> str:
    """Every key and value, whatever its kind."""
    found = []
    with redis.Redis.from_url(suite.stack.redis_url) as store:
        for name in store.scan_iter(count=1000):
            found.append(repr(name))
            found.append(repr(store.dump(name)))
    return "\n".join(found)


async def _settled(suite: Suite) -> None:
    """Wait until nothing is on its way any more."""
    for _ in range(300):
        left = 0
        for service in SERVICES:
            with psycopg.connect(suite.stack.database_url(service, "owner")) as conn:
                row = conn.execute(
                    "select (select count(*) from outbox) + (select count(*) from audit_outbox)"
                    " + (select count(*) from inbox where state = 'pending')"
                ).fetchone()
                assert row is not None
                left += int(row[0])
        if not left:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("events are still on their way")


def test_what_is_looked_for_would_be_found() -> None:
    """In plain text, in bytes as PostgreSQL shows them, and inside of base64 at any offset."""
    assert min(map(len, NEEDLES)) >= SHORTEST
    sealed = f"prefix {MARK}.mail@example.net suffix"

    assert found_in(sealed.upper())
    assert found_in(f"\\x{sealed.encode().hex()}")
    for shift in range(3):
        assert found_in(base64.b64encode(b"-" * shift + sealed.encode()).decode())
    assert not found_in("nothing of anybody")
