"""A client is erased everywhere on two persons' word, and a certificate says so; the trail's proofs stay."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy.local import people
from deploy.local.house_calls import Person, sign_in
from deploy.local.suite import Suite
from services.audit import cli
from services.audit.cli import _read_key
from services.audit.domain.notes import open_note
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CERTIFIED_TRIES, PAUSE_S = 300, 0.2


def key() -> str:
    """A new Idempotency-Key."""
    return str(uuid.uuid4())


@pytest.fixture
async def admin(http: httpx.AsyncClient) -> Person:
    """The practice's admin."""
    return await sign_in(http, "admin")


async def erased(officer: Person, erasure_id: str) -> dict[str, Any]:
    """Wait until every service has told."""
    for _ in range(CERTIFIED_TRIES):
        found: dict[str, Any] = await officer.ask("GET", f"/v1/audit/erasures/{erasure_id}")
        if found["state"] == "ERASED":
            return found
        await asyncio.sleep(PAUSE_S)
    raise AssertionError(f"not erased in time: {found}")


async def test_a_client_is_erased_by_every_service_and_certified(
    whole_suite: Suite, desk: Person, officer: Person, admin: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, address and scores are noise afterwards, also for who had the ciphertext; who saw them is still told."""
    given, family = "Ottoline", "Quarrendon"
    email = f"ottoline.{uuid.uuid4().hex[:8]}@example.net"
    body = {
        "given_name": given, "family_name": family, "email": email, "phone": "(206) 555-0177",
        "time_zone": "America/Chicago", "has_consent": True,
    }  # fmt: skip
    client = await desk.ask("POST", "/v1/clients", body, key=key(), wanted=201)
    client_id = client["client_id"]
    path = f"/v1/clients/{client_id}"
    answers = [{"link_id": "phq9-1", "value": 1}]
    await desk.ask("POST", f"{path}/screenings", {"instrument": "PHQ-9", "answers": answers}, key=key(), wanted=201)
    held = await officer.ask(
        "POST", "/v1/audit/legal-holds", {"client_id": client_id, "reason": "LITIGATION"}, key=key(), wanted=201
    )
    refused = await officer.send("POST", "/v1/audit/erasures", {"client_id": client_id}, key=key())
    await officer.ask("POST", f"/v1/audit/legal-holds/{held['hold_id']}/lift", key=key())

    asked = await officer.ask("POST", "/v1/audit/erasures", {"client_id": client_id}, key=key(), wanted=201)
    approve = f"/v1/audit/erasures/{asked['erasure_id']}/approve"
    by_officer = await officer.send("POST", approve, key=key())
    by_desk = await desk.send("POST", approve, key=key())
    still_there = await desk.ask("GET", path)
    texted_back(whole_suite, client_id)
    await admin.ask("POST", approve, key=key())
    done = await erased(officer, asked["erasure_id"])

    assert (refused.status_code, refused.json()["reason"]) == (409, "LEGAL_HOLD")
    assert (by_officer.status_code, by_desk.status_code) == (403, 403)
    assert still_there["given_name"] == given
    parts = {each["service"]: each["keys_destroyed"] for each in done["parts"]}
    assert parts == {"booking": 1, "matching": 1, "notifications": 1}
    gone = await desk.send("GET", path)
    assert (gone.status_code, gone.json()["reason"]) == (404, "CLIENT_ERASED")
    contact = await desk.send("GET", f"{path}/contact-point")
    assert email not in contact.text
    found = await desk.ask("POST", "/v1/searches/clients", {"email": email})
    assert found["clients"] == []
    for service, table, column in (
        ("booking", "clients", "wrapped_key"),
        ("matching", "client_keys", "wrapped_key"),
        ("notifications", "contact_points", "wrapped_dek"),
    ):
        stored = rows(whole_suite, service, f"select length({column}) from {table} where client_id = %s", client_id)
        assert stored == [(0,)], table

    assert rows(whole_suite, "notifications", "select 1 from replies where client_id = %s", client_id) == []

    public = _read_key(whole_suite.root.keys / "audit" / "checkpoint.pub")
    text = open_note(done["certificate"].encode(), {public.name: public})
    assert f"client {client_id}" in text
    assert "booking destroyed 1 keys" in text
    assert "requested" in text
    assert await verified(whole_suite, officer, client_id) == cli.OK
    seen = await officer.ask("GET", f"/v1/clients/{client_id}/accesses")
    assert seen["accesses"]
    capsys.readouterr()


def texted_back(suite: Suite, client_id: str) -> None:
    """A reply of the client's: its row holds a copy of their wrapped key."""
    with psycopg.connect(suite.stack.database_url("notifications", "owner")) as conn:
        conn.execute(
            "insert into replies (practice_id, reply_id, client_id, wrapped_dek, sender_sealed, words_sealed,"
            " provider, provider_ref, meaning, state, receive_time)"
            " select practice_id, gen_random_uuid(), client_id, wrapped_dek, 'x', 'x',"
            " 'test', gen_random_uuid()::text, 'OTHER', 'OPEN', now() from contact_points where client_id = %s",
            (client_id,),
        )


async def verified(suite: Suite, officer: Person, client_id: str) -> int:
    """Let the officer's command check the client's records, each by its own proof."""
    arguments = ["--url", suite.gateway_url, "--token", officer.token, "verify", "--client", client_id]
    keys = ["--key", str(Path(suite.root.keys) / "audit" / "checkpoint.pub")]
    return await asyncio.to_thread(cli.main, [*arguments, *keys])


async def test_the_officers_command_keeps_and_erases(
    whole_suite: Suite, desk: Person, officer: Person, admin: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same by `kept-audit`, with exit codes: hold, lift, erase, the retention, and what can't be detached."""

    async def command(who: Person, *arguments: str) -> tuple[int, str]:
        before = ["--url", whole_suite.gateway_url, "--token", who.token]
        code = await asyncio.to_thread(cli.main, [*before, *arguments])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    body = {"given_name": "Ludo", "family_name": "Farthingale", "time_zone": "America/Chicago"}
    client = await desk.ask("POST", "/v1/clients", body, key=key(), wanted=201)
    client_id = client["client_id"]

    code, shown = await command(officer, "hold", "--client", client_id, "--reason", "MINOR", "--reference", "A-1/7")
    hold_id = shown.split()[0]
    assert (code, "A-1/7" in shown) == (0, True)
    assert (await command(officer, "erase", "request", "--client", client_id))[0] == cli.USAGE
    assert (await command(officer, "lift", hold_id))[0] == 0
    assert hold_id not in (await command(officer, "holds", "--open"))[1]
    assert hold_id in (await command(officer, "holds"))[1]
    code, shown = await command(officer, "erase", "request", "--client", client_id)
    erasure_id = shown.split()[0]
    assert (await command(officer, "erase", "approve", erasure_id))[0] == cli.USAGE
    code, shown = await command(admin, "erase", "approve", erasure_id)
    assert code == 0
    code, shown = await command(officer, "erase", "show", erasure_id, "--wait")
    assert (code, "ERASED" in shown, people.PRACTICE_ID in shown) == (0, True, True)
    assert erasure_id in (await command(officer, "erase", "show"))[1]
    assert (await command(officer, "retention"))[1] == "kept for 10 years\n"
    code, shown = await command(officer, "detach", "request")
    assert (code, "NOTHING_TO_DETACH" in shown or "time" in shown) == (cli.USAGE, True)
