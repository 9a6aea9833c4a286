"""What a PUT replaces is changed in part by PATCH, through the gateway and the services behind it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from services.gateway.routes.patching import MERGE_PATCH
from tests.e2e.test_conventions import key

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def patch(who: Person, path: str, change: Any, etag: str = "", media: str = MERGE_PATCH) -> httpx.Response:
    """Send a merge patch."""
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key(), "Content-Type": media}
    headers |= {"If-Match": etag} if etag else {}
    return await who.http.request("PATCH", path, json=change, headers=headers)


async def test_only_the_fields_that_are_sent_change(desk: Person) -> None:
    """Others stay, null takes one away, a second edit of the same version is refused with what is there now."""
    particulars = {
        "given_name": "Ines", "family_name": "Roca", "birth_date": "1979-05-17", "phone": "+12065550144",
        "time_zone": "Etc/UTC",
    }  # fmt: skip
    made = await desk.ask("POST", "/v1/clients", particulars, key=key(), wanted=201)
    path = f"/v1/clients/{made['client_id']}"
    tag = (await desk.send("GET", path)).headers["ETag"]

    changed = await patch(desk, path, {"family_name": "Roca-Ruiz", "phone": None}, tag)
    late = await patch(desk, path, {"family_name": "Rojas"}, tag)
    read = await desk.send("GET", path)

    assert changed.status_code == 200, changed.text
    assert {name: read.json()[name] for name in particulars} == {
        **particulars, "family_name": "Roca-Ruiz", "phone": "",
    }  # fmt: skip
    assert read.headers["ETag"] == changed.headers["ETag"] != tag
    assert (late.status_code, late.json()["current"]) == (412, read.json())


async def test_a_patch_that_can_not_be_one_changes_nothing(desk: Person) -> None:
    """Without a version, of another media type, with a field that is not there, with a value that can't be."""
    particulars = {"given_name": "Tomas", "family_name": "Vik", "time_zone": "Etc/UTC"}
    made = await desk.ask("POST", "/v1/clients", particulars, key=key(), wanted=201)
    path = f"/v1/clients/{made['client_id']}"
    read = await desk.send("GET", path)
    tag = read.headers["ETag"]

    refused = [
        await patch(desk, path, {"family_name": "X"}),
        await patch(desk, path, {"family_name": "X"}, tag, "application/json"),
        await patch(desk, path, {"family_name": "X", "role": "admin"}, tag),
        await patch(desk, path, {"family_name": None}, tag),
        await patch(desk, path, [1], tag),
    ]

    assert [each.status_code for each in refused] == [428, 415, 422, 422, 422]
    assert (await desk.send("GET", path)).json() == read.json()


async def test_a_practice_is_patched_by_its_admin(http: httpx.AsyncClient) -> None:
    """Sites, rooms, session types and webhooks: each keeps what is not named, and takes it back."""
    admin = await sign_in(http, "admin")
    webhook = await admin.ask("POST", "/v1/webhooks", {"url": "https://partner.example/kept"}, key=key(), wanted=201)
    receiver = f"/v1/webhooks/{webhook['webhook']['webhook_id']}"
    found: dict[str, tuple[str, Any]] = {receiver: ("is_active", False)}
    for things, id_name in (("sites", "site_id"), ("rooms", "room_id"), ("session-types", "session_type_id")):
        listed = await admin.ask("GET", f"/v1/{things}", limit=1)
        found[f"/v1/{things}/{listed[things.replace('-', '_')][0][id_name]}"] = ("display_name", f"Some {things}")
    for path, (name, value) in found.items():
        before = await admin.send("GET", path)
        changed = await patch(admin, path, {name: value}, before.headers["ETag"])
        assert changed.status_code == 200, changed.text
        back = await patch(admin, path, {name: before.json()[name]}, changed.headers["ETag"])
        varying = {"etag", "version", "update_time", name}
        for each in before.json().keys() - varying:
            assert changed.json()[each] == before.json()[each]
        assert (changed.json()[name], back.json()[name]) == (value, before.json()[name])
    await admin.ask("DELETE", receiver, key=key())
