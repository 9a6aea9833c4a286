"""A partner's program is told of a booking, and checks who told it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Signature

from deploy.local.house_calls import Person, sign_in
from tests.e2e.test_conventions import key
from tests.support.pages import OtherHouse

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_a_partner_hears_of_a_client_by_id_alone(http: httpx.AsyncClient, desk: Person) -> None:
    """From the desk's registration through booking, the broker and notifications to the partner."""
    heard: asyncio.Queue[tuple[Mapping[str, str], bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def take(path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        loop.call_soon_threadsafe(heard.put_nowait, (headers, body))
        return 204, b""

    partner = OtherHouse(take)
    admin = await sign_in(http, "admin")
    asked = {"url": partner.url, "event_types": ["client.registered"]}
    made = await admin.ask("POST", "/v1/webhooks", asked, key=key(), wanted=201)
    path = f"/v1/webhooks/{made['webhook']['webhook_id']}"
    refused = await desk.send("GET", path)
    particulars = {"given_name": "Ines", "family_name": "Abara", "time_zone": "Etc/UTC"}
    client = await desk.ask("POST", "/v1/clients", particulars, key=key(), wanted=201)
    async with asyncio.timeout(60):
        headers, body = await heard.get()
    told = Signature(made["secret"]).verify(body, dict(headers))
    said = []
    async with asyncio.timeout(60):
        while not said or said[0]["state"] != "DELIVERED":
            said = (await admin.ask("GET", f"{path}/deliveries"))["deliveries"]
    seen = await admin.ask("GET", path)
    await admin.ask("PUT", path, {**asked, "is_active": False}, key=key(), etag=seen["etag"])
    stale = await admin.send("PUT", path, {**asked, "is_active": True}, key=key(), etag=seen["etag"])
    await admin.ask("DELETE", path, key=key())
    partner.close()

    assert told["data"] == {"id": client["client_id"], "version": 1}
    assert b"Abara" not in body
    assert refused.status_code == 403
    assert "secret" not in str(seen)
    assert (stale.status_code, stale.json()["current"]["is_active"]) == (412, False)
