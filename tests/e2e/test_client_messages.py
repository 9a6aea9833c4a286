"""What reaches a client: the inbox, files, and the end of a list by one click, through the door of the suite."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.people import PASSWORD, id_of
from deploy.local.story import fresh_mails, wish
from deploy.local.suite import Suite
from services.chassis.oidc import DevelopmentIssuer
from tests.support.clamd_double import EICAR

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PATIENCE_S = 150.0


def key() -> str:
    """A key of its own."""
    return str(uuid.uuid4())


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """Look until there is something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.3)
    raise AssertionError("it did not come")


async def registered(desk: Person) -> tuple[str, str]:
    """Register a client for whom it is about noon, whenever this runs; return id and address."""
    behind = datetime.now(UTC).hour - 12
    email = f"mira.{uuid.uuid4().hex[:10]}@example.net"
    body = {
        "given_name": "Mira", "family_name": "Lund", "email": email, "has_consent": True,
        "time_zone": f"Etc/GMT{behind:+d}" if behind else "Etc/GMT",
    }  # fmt: skip
    return str((await desk.ask("POST", "/v1/clients", body, key=key(), wanted=201))["client_id"]), email


async def seen_by(desk: Person, client_id: str, therapist_id: str) -> None:
    """Book the client in with a therapist, who is their care team from then on."""
    now = datetime.now(UTC)
    search = {
        "session_type_id": id_of("session-type", "individual-50"),
        "from_time": (now + timedelta(days=20)).isoformat(),
        "to_time": (now + timedelta(days=40)).isoformat(),
        "limit": 500,
    }
    slots = (await desk.ask("POST", "/v1/searches/slots", search))["slots"]
    for slot in [each for each in slots if each["therapist_id"] == therapist_id][::7]:
        answer = await desk.send("POST", "/v1/appointments", wish(client_id, slot), key=key())
        if answer.status_code == 201:
            return
    raise AssertionError("the therapist has no free hour")


async def test_one_click_ends_a_list_and_looking_ends_nothing(
    whole_suite: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """A form is asked for by mail; scanners open its page, then a mail program posts to it without a cookie."""
    admin = await sign_in(http, "admin")
    client_id, email = await registered(desk)
    form = {
        "title": "Before we meet",
        "items": [{"link_id": "hope", "type": "TEXT", "text": "What do you hope for?", "is_required": True}],
    }
    form_id = key()
    await admin.ask("PUT", f"/v1/forms/{form_id}", form, key=key(), etag="v0")
    since = time.time()
    await desk.ask("POST", f"/v1/clients/{client_id}/dues", {"form_id": form_id}, key=key(), wanted=201)

    async def asked() -> Any:
        return [mail for mail in fresh_mails(whole_suite.root.mail, since) if mail["X-Envelope-To"] == email]

    [mail] = await eventually(asked)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = httpx.URL(mail["List-Unsubscribe"].strip("<>")).path
    before = await desk.ask("GET", f"/v1/clients/{client_id}/consents")
    async with httpx.AsyncClient(base_url=whole_suite.gateway_url, timeout=30) as program:
        pages = [await program.get(path, headers={"User-Agent": f"scanner/{number}"}) for number in range(5)]
        heads = [await program.head(path) for _ in range(3)]
        after_looks = await desk.ask("GET", f"/v1/clients/{client_id}/consents")
        ended = await program.post(path, data={"List-Unsubscribe": "One-Click"})
        again = await program.post(path, data={"List-Unsubscribe": "One-Click"})
        unknown = await program.get("/u/AAAAAAAAAAAAAAAAAAAAAA")
    after = await desk.ask("GET", f"/v1/clients/{client_id}/consents")

    assert {page.status_code for page in pages} == {200}
    assert all(head.status_code < 500 for head in heads)
    for page in (*pages, ended):
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in page.text + page.headers.get("x-robots-tag", "")
        assert email not in page.text
        assert "Mira" not in page.text
    assert (before["consents"], ended.status_code, again.status_code) == (after_looks["consents"], 200, 200)
    assert unknown.status_code in (404, 410)
    known = {each["consent_id"] for each in before["consents"]}
    [ending] = [each for each in after["consents"] if each["consent_id"] not in known]
    assert (ending["is_granted"], ending["source"]) == (False, "UNSUBSCRIBE")


async def until(lines: AsyncIterator[str], wanted: str) -> AsyncIterator[str]:
    """Read a stream until somebody is named."""
    async for line in lines:
        yield line
        if wanted in line:
            return


async def test_a_client_hears_in_the_inbox_and_exchanges_files(
    whole_suite: Suite, http: httpx.AsyncClient, desk: Person, issuer: DevelopmentIssuer
) -> None:
    """A notice says only that something waits, live; a file goes past the scanner and back as it was."""
    admin = await sign_in(http, "admin")
    amara = Person(http, issuer.sign_in("amara", PASSWORD))
    client_id, _ = await registered(desk)
    issuer._users[client_id] = replace(issuer._users["client"], user=client_id, client_id=client_id)
    mira = Person(http, issuer.sign_in(client_id, PASSWORD))
    await seen_by(desk, client_id, id_of("therapist", "amara-osei"))
    workflow = await admin.ask("GET", "/v1/workflows")
    steps = [
        {**step, "channels": ["INBOX"]} if step["trigger"] == "MESSAGE_WAITING" else step for step in workflow["steps"]
    ]
    stored = await admin.ask(
        "PUT", "/v1/workflows", {"steps": steps, "seen_version": workflow.get("version", 0)}, key=key()
    )
    try:
        upload = f"/v1/clients/{client_id}/attachments"
        content = b"Un diario: lunes, bien.\n"
        file = await _upload(http, mira, upload, content, "diario.txt")
        infected = await _upload(http, mira, upload, EICAR, "worse.txt")
        assert (file.status_code, infected.status_code) == (201, 422), (file.text, infected.text)
        words = {
            "topic": "About Monday", "words": "Here is the page.", "attachment_ids": [file.json()["attachment_id"]],
        }  # fmt: skip

        async def written() -> Any:
            answer = await mira.send("POST", f"/v1/clients/{client_id}/threads", words, key=key())
            return answer.json() if answer.status_code == 201 else None

        thread = await eventually(written)
        thread_id = thread["thread"]["thread_id"] if "thread" in thread else thread["thread_id"]

        async def answered() -> Any:
            reply = {"words": "Thank you, I have read it."}
            answer = await amara.send("POST", f"/v1/threads/{thread_id}/posts", reply, key=key())
            return answer.status_code == 201

        async def told() -> Any:
            return (await mira.ask("GET", f"/v1/clients/{client_id}/inbox")).get("entries", [])

        headers = {"Authorization": f"Bearer {mira.token}"}
        async with (
            httpx.AsyncClient(base_url=whole_suite.gateway_url, timeout=60) as browser,
            browser.stream("GET", "/v1/events/stream", headers=headers) as stream,
        ):
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith("retry:")
            await eventually(answered)
            [entry] = await eventually(told)
            async with asyncio.timeout(60):
                heard = [line async for line in until(lines, entry["message"]["message_id"])]
        seen = await mira.ask("POST", f"/v1/inbox/{entry['message']['message_id']}/readings", key=key())
        other = await sign_in(http, "client")
        foreign = await other.send("GET", f"/v1/clients/{client_id}/inbox")
        path = f"/v1/attachments/{file.json()['attachment_id']}/content"
        got, stolen = await amara.send("GET", path), await other.send("GET", path)
    finally:
        put_back = {"steps": workflow["steps"], "seen_version": stored["version"]}
        await admin.ask("PUT", "/v1/workflows", put_back, key=key())

    assert (got.status_code, got.content) == (200, content)
    assert "diario.txt" in got.headers["content-disposition"]
    assert got.headers["content-disposition"].startswith("attachment")
    assert (foreign.status_code, stolen.status_code) == (403, 403)
    assert seen["read_time"]
    assert "event: notifications.MessageSent" in heard
    assert not [line for line in heard if client_id in line]
    said = str(entry)
    assert "Monday" not in said
    assert "Thank you" not in said


async def _upload(http: httpx.AsyncClient, who: Person, path: str, content: bytes, name: str) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {who.token}",
        "Idempotency-Key": key(),
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return await http.post(path, content=content, headers=headers)
