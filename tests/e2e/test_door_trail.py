"""What the door itself saw reaches the officer's trail: sign-ins, refusals, and by whom."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.suite import Suite
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def records_of(officer: Person, **query: Any) -> list[dict[str, Any]]:
    """The door's records, waited for until one is there: they come by the bus. Asking for them is recorded, too."""
    while True:
        found = (await officer.ask("GET", "/v1/audit/records", **query))["records"]
        contents = [each["content"] for each in found if each["operation"].startswith("gateway.")]
        if contents:
            return contents
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


async def test_the_officers_desk_is_there(officer: Person, desk: Person) -> None:
    """Alarms, rules, cases, findings, digests and settings, for officers only."""
    for name in ("alarms", "rules", "cases", "findings", "digests"):
        found = await officer.ask("GET", f"/v1/audit/{name}")
        assert isinstance(found[name], list)
        assert (await desk.send("GET", f"/v1/audit/{name}")).status_code == 403
    settings = {"time_zone": "America/Chicago", "opens": "07:00"}
    kept = await officer.ask("PUT", "/v1/audit/watch-settings", settings, key=str(uuid.uuid4()))
    assert kept == await officer.ask("GET", "/v1/audit/watch-settings")
    assert (kept["opens"], kept["closes"], kept["bulk_clients"]) == ("07:00", "18:00", 30)


async def test_every_process_gives_signs_of_life(whole_suite: Suite) -> None:
    """The servers by their outboxes, the door by its own way; the trail knows each of them."""
    wanted = {"availability", "booking", "matching", "notifications", "audit", "gateway"}
    heard: set[str] = set()
    while not wanted <= heard:
        await asyncio.sleep(0.5)
        heard = {str(name).partition("/")[0] for (name,) in rows(whole_suite, "audit", "select emitter from emitters")}
