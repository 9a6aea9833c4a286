"""People answer from the message itself, and robots that open every address in it change nothing."""

from __future__ import annotations

import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import id_of
from deploy.local.sink_page import NUMBER, TOKEN
from deploy.local.story import link_in, text_of, wait_for_mail
from deploy.local.story import wish as booking_of
from deploy.local.suite import Suite
from services.notifications.adapters.twilio_signature import signature_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TYPE = id_of("session-type", "individual-50")
ROBOTS = (
    "Mozilla/5.0 (compatible; Barracuda Sentinel)", "Mimecast-URL-Protect", "proofpoint-urldefense/2.0",
    "Mozilla/5.0 (Windows NT 10.0) SafeLinks", "WhatsApp/2.23", "Slackbot-LinkExpanding 1.0", "TelegramBot",
    "facebookexternalhit/1.1", "Google-Safety", "TrendMicro-WRS",
)  # fmt: skip


async def booked_and_mailed(suite: Suite, desk: Person, name: str) -> tuple[dict[str, Any], EmailMessage]:
    """Book somebody in, and wait for the mail about it."""
    client_id = id_of("client", name)
    now = datetime.now(UTC)
    search = {
        "session_type_id": TYPE,
        "from_time": (now + timedelta(days=5)).isoformat(),
        "to_time": (now + timedelta(days=18)).isoformat(),
        "limit": 200,
    }
    slots = (await desk.ask("POST", "/v1/searches/slots", search))["slots"]
    since = time.time()
    for slot in slots[:: max(1, len(slots) // 20)]:
        answer = await desk.send("POST", "/v1/appointments", booking_of(client_id, slot), key=str(uuid.uuid4()))
        if answer.status_code == 201:
            break
    assert answer.status_code == 201, answer.text
    address = (await desk.ask("GET", f"/v1/clients/{client_id}/contact-point"))["email"]
    return answer.json(), await wait_for_mail(suite.root.mail, address, since)


async def standing(desk: Person, booked: dict[str, Any]) -> tuple[str, str, str]:
    """State, start and etag as they are now."""
    found = await desk.ask("GET", f"/v1/appointments/{booked['appointment_id']}")
    return found["state"], found["start_time"], found["etag"]


def links_in(page: str) -> list[str]:
    """Every address of a page that a robot would follow, forms included."""
    return re.findall(r'(?:href|action)="(/l/[^"]+)"', page)


async def test_a_robot_that_opens_every_address_changes_nothing(
    pointed: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """Ten of them five times over, by GET and HEAD, pages behind pages; then a POST without the second step."""
    booked, mail = await booked_and_mailed(pointed, desk, "client-041")
    first = httpx.URL(link_in(mail)).path
    before = await standing(desk, booked)
    addresses = {first, *links_in((await http.get(first)).text)}
    for address in list(addresses):
        addresses.update(links_in((await http.get(address)).text))
    assert {f"{first}/cancel", f"{first}/times"} <= addresses

    for robot in ROBOTS:
        for address in sorted(addresses) * 5:
            await http.get(address, headers={"User-Agent": robot})
        await http.head(first, headers={"User-Agent": robot})
    asked_first = await http.post(f"{first}/cancel", data={"ticket": "guessed"})

    assert asked_first.status_code == 200
    assert 'name="ticket"' in asked_first.text
    assert before == await standing(desk, booked)


async def test_a_client_cancels_from_the_message_and_takes_it_back(
    pointed: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """The page asks once more; then the desk sees it at once, and the undoing puts a new one at the same time."""
    booked, mail = await booked_and_mailed(pointed, desk, "client-042")
    link = httpx.URL(link_in(mail)).path

    asked = await http.get(f"{link}/cancel")
    found = re.search(r'name="ticket" value="([0-9a-f]+)"', asked.text)
    assert found is not None
    done = await http.post(f"{link}/cancel", data={"ticket": found[1]})
    state, start_time, _ = await standing(desk, booked)
    assert (done.status_code, state) == (200, "CANCELLED")
    assert f'action="{link}/undo"' in done.text

    undone = await http.post(f"{link}/undo")
    again = await http.post(f"{link}/undo")
    there = await desk.ask(
        "GET",
        "/v1/appointments",
        client_id=booked["client_id"],
        from_time=start_time,
        to_time=(datetime.fromisoformat(start_time) + timedelta(minutes=1)).isoformat(),
    )

    assert [undone.status_code, again.status_code] == [200, 200], undone.text
    restored = [each for each in there["appointments"] if each["state"] == "BOOKED"]
    assert [booked["appointment_id"]] == [each["restores_appointment_id"] for each in restored]


async def test_a_client_moves_from_the_message_to_a_time_that_is_free(
    pointed: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """The page offers times of the same therapist; one that nobody offered is refused kindly."""
    booked, mail = await booked_and_mailed(pointed, desk, "client-043")
    link = httpx.URL(link_in(mail)).path
    page = await http.get(f"{link}/times")
    offered = re.findall(r'name="start" value="([^"]+)"', page.text)

    never = await http.post(f"{link}/times", data={"start": "2031-01-01T03:07:00Z"})
    unmoved = await standing(desk, booked)
    moved = await http.post(f"{link}/times", data={"start": offered[-1]})
    state, start_time, _ = await standing(desk, booked)

    assert never.status_code == 409
    assert booked["start_time"] == unmoved[1]
    assert moved.status_code == 200, moved.text
    assert datetime.fromisoformat(offered[-1]) == datetime.fromisoformat(start_time)
    assert state == "BOOKED"
    assert (await http.get(f"{link}/cancel")).status_code == 410


async def test_the_mail_and_its_page_say_a_time_and_no_more(
    pointed: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """Neither is kept by a proxy, indexed, or told to where the reader goes next."""
    _, mail = await booked_and_mailed(pointed, desk, "client-044")

    page = await http.get(httpx.URL(link_in(mail)).path)

    assert (
        page.headers["cache-control"],
        page.headers["referrer-policy"],
        page.headers["x-robots-tag"],
    ) == ("no-store", "no-referrer", "noindex, nofollow")
    assert not re.search(r"therap|psych|counsel|individual", text_of(mail) + page.text, re.IGNORECASE)


async def test_a_provider_is_let_in_by_its_signature_alone(http: httpx.AsyncClient, pointed: Suite) -> None:
    """A changed byte, or none at all, is 403; a signed reply is answered as the provider expects it."""
    url = f"{pointed.gateway_url}/v1/providers/sink/replies"
    form = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": "+15005550123", "To": NUMBER, "Body": "hello"}
    signed = {"X-Twilio-Signature": signature_of(TOKEN, url, form.items())}

    answered = await http.post(url, data=form, headers=signed)
    refused = [
        await http.post(url, data=form | {"Body": "X"}, headers=signed),
        await http.post(url, data=form),
        await http.post(url.replace("/sink/", "/nobody/"), data=form, headers=signed),
    ]

    assert (answered.status_code, answered.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert "<Response><Message>Appointment messages." in answered.text
    assert [(each.status_code, each.json()["reason"]) for each in refused] == [(403, "SIGNATURE_INVALID")] * 3
