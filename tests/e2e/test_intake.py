"""A client waits, is given a therapist, is booked, and has a form to answer before the first session begins."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import PASSWORD, PRACTICE_ID, id_of
from deploy.local.suite import Suite
from services.chassis.oidc import DevelopmentIssuer
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

FORM = {
    "title": "Before we meet",
    "items": [{"link_id": "hope", "type": "TEXT", "text": "What do you hope for?", "is_required": True}],
}


def key() -> str:
    """A new idempotency key."""
    return str(uuid.uuid4())


async def until(suite: Suite, client_id: str, count: int) -> None:
    """Wait until booking has heard of so many dues."""
    query = "select count(*) from intake_dues where practice_id = %s and client_id = %s"
    while rows(suite, "booking", query, PRACTICE_ID, client_id) != [(count,)]:  # noqa: ASYNC110 - another process's rows
        await asyncio.sleep(0.1)


async def first_slot(desk: Person, therapist_id: str) -> dict[str, Any]:
    """A free slot of a therapist."""
    now = datetime.now(UTC)
    body = {
        "session_type_id": id_of("session-type", "individual-50"),
        "therapist_ids": [therapist_id],
        "from_time": (now + timedelta(days=3)).isoformat(),
        "to_time": (now + timedelta(days=60)).isoformat(),
        "limit": 1,
    }
    found: dict[str, Any] = (await desk.ask("POST", "/v1/searches/slots", body))["slots"][0]
    return found


async def test_from_the_waitlist_to_the_first_session(
    http: httpx.AsyncClient, issuer: DevelopmentIssuer, pointed: Suite
) -> None:
    """Batch, proposal with reasons, an appointment that booking holds, and no session before the form is done."""
    desk, admin = (Person(http, issuer.sign_in(user, PASSWORD)) for user in ("desk", "admin"))
    person = {"given_name": "Ines", "family_name": "Vale", "time_zone": "America/Los_Angeles"}
    client_id = (await desk.ask("POST", "/v1/clients", person, key=key(), wanted=201))["client_id"]
    form_id = str(uuid.uuid4())
    await admin.ask("PUT", f"/v1/forms/{form_id}", FORM, key=key(), etag="v0")
    given = {"form_id": form_id, "is_before_first": True}
    await desk.ask("POST", f"/v1/clients/{client_id}/dues", given, key=key(), wanted=201)
    await until(pointed, client_id, 1)

    need = {"client_id": client_id, "session_type_id": id_of("session-type", "individual-50")}
    intake = await desk.ask("POST", "/v1/intakes", {"need": need, "priority": "HIGH"}, key=key(), wanted=201)
    batch = await desk.ask("POST", "/v1/intake-batches", {}, key=key(), wanted=201)
    placed = next(each for each in batch["placements"] if each["client_id"] == client_id)
    proposal = await desk.ask("GET", f"/v1/proposals/{placed['proposal_id']}")
    slot = await first_slot(desk, placed["therapist_id"])
    wanted = {
        "session_type_id": need["session_type_id"],
        "local_start": slot["start_wall"]["local"],
        "time_zone": slot["start_wall"]["time_zone"],
        "modality": slot["modality"],
    }
    accepted = await desk.ask(
        "POST", f"/v1/proposals/{placed['proposal_id']}/accept", wanted, key=key(), etag=proposal["etag"]
    )
    path = f"/v1/appointments/{accepted['appointment_id']}"
    booked = await desk.ask("GET", path)
    settled = await desk.ask("GET", f"/v1/intakes/{intake['intake_id']}")

    arrived = await desk.ask("POST", f"{path}/check-ins", key=key(), etag=booked["etag"])
    early = await desk.send("POST", f"{path}/starts", key=key(), etag=arrived["etag"])
    response = await desk.ask(
        "POST", f"/v1/clients/{client_id}/form-responses", {"form_id": form_id}, key=key(), wanted=201
    )
    said = {"answers": [{"link_id": "hope", "values": ["Sleep"]}], "is_submitted": True}
    await desk.ask("POST", f"/v1/form-responses/{response['response_id']}/answers", said, key=key())
    await until(pointed, client_id, 0)
    started = await desk.ask("POST", f"{path}/starts", key=key(), etag=arrived["etag"])

    assert (booked["client_id"], booked["therapist_id"]) == (client_id, placed["therapist_id"])
    assert (accepted["state"], settled["state"]) == ("ACCEPTED", "PLACED")
    assert proposal["reasons"]
    assert (early.status_code, early.json()["reason"]) == (409, "INTAKE_DUE")
    assert started["state"] == "IN_SESSION"


async def test_a_batch_is_started_and_asked_about(http: httpx.AsyncClient, issuer: DevelopmentIssuer) -> None:
    """Answered at once with where to ask; a dry run in a practice where others wait too; then its clients by pages."""
    desk = Person(http, issuer.sign_in("desk", PASSWORD))
    person = {"given_name": "Odile", "family_name": "Vale", "time_zone": "America/Los_Angeles"}
    client_id = (await desk.ask("POST", "/v1/clients", person, key=key(), wanted=201))["client_id"]
    intake = await desk.ask("POST", "/v1/intakes", {"need": {"client_id": client_id}}, key=key(), wanted=201)

    started = await desk.send("POST", "/v1/intake-batch-operations", {"is_dry_run": True}, key=key())
    path = started.headers["Location"]
    found = started.json()
    while found["state"] in ("QUEUED", "RUNNING"):
        assert 0 <= found["done_ratio"] <= 1
        await asyncio.sleep(0.1)
        found = await desk.ask("GET", path)
    placements, cursor = [], ""
    while True:
        page = await desk.ask("GET", f"{path}/placements", limit=1, cursor=cursor)
        placements += page["placements"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    late = await desk.send("POST", f"{path}/cancel", key=key())
    listed = await desk.ask("GET", "/v1/intake-batch-operations", limit=200)
    stands = await desk.ask("GET", f"/v1/intakes/{intake['intake_id']}")

    assert started.status_code == 202
    assert (found["state"], found["done_ratio"], found["reason"]) == ("DONE", 1, "")
    assert client_id in {each["client_id"] for each in placements}
    assert (late.status_code, late.json()["reason"]) == (409, "OPERATION_ENDED")
    assert found["operation_id"] in {each["operation_id"] for each in listed["operations"]}
    assert stands["state"] == "WAITING"
    await desk.ask("POST", f"/v1/intakes/{intake['intake_id']}/withdraw", key=key(), etag=stands["etag"])


async def test_the_practice_brings_the_words_of_a_screener(http: httpx.AsyncClient, issuer: DevelopmentIssuer) -> None:
    """From a file it may use: refused before and shown after, with its permission; the level comes with the answer."""
    desk, admin = (Person(http, issuer.sign_in(user, PASSWORD)) for user in ("desk", "admin"))
    person = {"given_name": "Noor", "family_name": "Vale", "time_zone": "America/Los_Angeles"}
    client_id = (await desk.ask("POST", "/v1/clients", person, key=key(), wanted=201))["client_id"]
    items = [
        {"link_id": f"cssrs-{at}", "text": f"Question {at}?", "options": ["No", "Yes"] + ["Yes, lately"] * (at == 6)}
        for at in range(1, 7)
    ]
    missing = await desk.send("GET", "/v1/instruments/C-SSRS", locale="fr")
    brought = {"items": items, "permission": "By leave of its owner."}

    await admin.ask("PUT", "/v1/instruments/C-SSRS/wordings/en", brought, key=key())
    refused = await desk.send("PUT", "/v1/instruments/C-SSRS/wordings/en", brought, key=key())
    shown = await desk.ask("GET", "/v1/instruments/C-SSRS")
    given = {"instrument": "C-SSRS", "answers": [{"link_id": "cssrs-6", "value": 1}]}
    answered = await desk.ask("POST", f"/v1/clients/{client_id}/screenings", given, key=key(), wanted=201)

    assert (missing.status_code, missing.json()["reason"]) == (409, "WORDING_MISSING")
    assert refused.status_code == 403
    assert (shown["permission"], len(shown["items"][5]["options"])) == ("By leave of its owner.", 3)
    assert (answered["screening"]["severity"], answered["crisis_resources"]["call_number"]) == ("MODERATE", "988")
    flag = answered["screening"]["flag_id"]
    await desk.ask("POST", f"/v1/crisis-flags/{flag}/acknowledge", key=key())
    await desk.ask("POST", f"/v1/crisis-flags/{flag}/close", {"outcome": "MISTAKE"}, key=key())
