"""What the door itself saw reaches the officer's trail: sign-ins, refusals, and by whom."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def records_of(officer: Person, **query: Any) -> list[dict[str, Any]]:
    """The trail's records, waited for until one is there: they come by the bus."""
    while True:
        found = (await officer.ask("GET", "/v1/audit/records", **query))["records"]
        if found:
            return [each["content"] for each in found]
        await asyncio.sleep(0.2)


async def test_what_was_refused_at_the_door_is_in_the_trail(
    http: httpx.AsyncClient, desk: Person, officer: Person
) -> None:
    """By its person and with its client, though no service ever saw the request."""
    client_id = str(uuid.uuid4())
    answer = await desk.send("POST", f"/v1/clients/{client_id}/break-glasses", {"reason": "NONE"}, key="k" * 8)

    [record] = await records_of(officer, client_id=client_id)
    assert answer.status_code == 422
    assert (record["op"], record["stage"], record["actor"]["id"]) == ("gateway.RefuseRequest", "denied", "user:desk")
    assert record["emitter"].startswith("gateway/")
    assert record["trace"].split("-")[1] == answer.headers["X-Trace-Id"]


async def test_a_sign_in_is_in_the_trail(http: httpx.AsyncClient, officer: Person) -> None:
    """Before the token is given out."""
    await sign_in(http, "desk")

    records = await records_of(officer, actor_id="user:desk", limit=1000)
    assert "gateway.SignIn" in {each["op"] for each in records}
