"""A client answers a crisis question at the front door; the desk sees it and takes over."""

from __future__ import annotations

import uuid

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import DEMO_CLIENT, PASSWORD, id_of
from services.chassis.oidc import DevelopmentIssuer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CLIENT = f"/v1/clients/{id_of('client', DEMO_CLIENT)}"


async def test_a_crisis_answer_gets_help_and_reaches_the_desk(
    http: httpx.AsyncClient, issuer: DevelopmentIssuer
) -> None:
    """988 in the answer, the flag on the desk's list, taken over and closed; the desk reads no score."""
    client, desk = (Person(http, issuer.sign_in(user, PASSWORD)) for user in ("client", "desk"))
    answers = [{"link_id": "phq9-9", "value": 1}]
    body = {"instrument": "PHQ-9", "answers": answers, "locale": "es"}

    shown = await client.ask("GET", "/v1/instruments/PHQ-9")
    found = await client.ask("POST", f"{CLIENT}/screenings", body, key=str(uuid.uuid4()), wanted=201)
    flags = (await desk.ask("GET", "/v1/crisis-flags"))["flags"]
    flag_id = found["screening"]["flag_id"]
    taken = await desk.ask("POST", f"/v1/crisis-flags/{flag_id}/acknowledge", key=str(uuid.uuid4()))
    closing = {"outcome": "SAFETY_PLAN"}
    closed = await desk.ask(
        "POST", f"/v1/crisis-flags/{flag_id}/close", closing, key=str(uuid.uuid4()), etag=taken["etag"]
    )
    scores = await client.ask("GET", f"{CLIENT}/screenings")
    refused = await desk.send("GET", f"{CLIENT}/screenings")

    assert "No permission required" in shown["permission"]
    assert found["crisis_resources"]["call_number"] == "988"
    assert flag_id in [flag["flag_id"] for flag in flags]
    assert closed["state"] == "CLOSED"
    assert [each["flag_id"] for each in scores["screenings"]] == [flag_id]
    assert refused.status_code == 403
