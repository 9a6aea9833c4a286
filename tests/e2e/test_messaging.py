"""What is said, when, in which words, and to which address: through the door of the suite."""

from __future__ import annotations

import uuid

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.people import id_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CLIENT = id_of("client", "client-002")


def key() -> str:
    """A key of its own."""
    return str(uuid.uuid4())


async def test_the_admin_tries_a_workflow_out_and_stores_it(http: httpx.AsyncClient) -> None:
    """Preview and dry run, then the next version; who saw an older one is refused."""
    admin = await sign_in(http, "admin")
    # Of a type that nobody books, so that no other test hears of it.
    type_id = key()
    step = {"name": "1d", "trigger": "BEFORE_SESSION", "channels": ["SMS", "EMAIL"], "offset": 1, "unit": "DAYS"}
    made_up = {
        "steps": [step], "book_time": "2030-03-01T12:00:00Z", "start_time": "2030-03-11T16:00:00Z",
        "time_zone": "America/New_York",
    }  # fmt: skip

    preview = await admin.ask("POST", "/v1/workflows/previews", made_up)
    counted = await admin.ask("POST", "/v1/workflows/dry-runs", {"steps": [step]})
    stored = await admin.ask("PUT", "/v1/workflows", {"session_type_id": type_id, "steps": [step]}, key=key())
    stale = await admin.send("PUT", "/v1/workflows", {"session_type_id": type_id, "steps": [step]}, key=key())
    read = await admin.ask("GET", "/v1/workflows", session_type_id=type_id)

    assert preview["messages"][0]["due_time"] == "2030-03-10T16:00:00Z"
    assert [each["locale"] for each in preview["messages"][0]["rendered"]] == ["en", "es"]
    assert counted["appointment_count"] >= 0
    assert (stored["version"], stale.status_code, read["steps"][0]["name"]) == (1, 409, "1d")


async def test_words_that_tell_of_care_are_refused_with_their_reason(http: httpx.AsyncClient) -> None:
    """And what a template does not know; the preview shows both languages."""
    admin = await sign_in(http, "admin")
    template = {"template_key": "check_in.weekly", "locale": "en", "channel": "SMS", "body": "{{ sender }}: hello"}

    shown = await admin.ask("POST", "/v1/message-templates/previews", {"templates": [template]})
    care = await admin.send("PUT", "/v1/message-templates", template | {"body": "Your therapy waits"}, key=key())
    unknown = await admin.send("PUT", "/v1/message-templates", template | {"body": "{{ diagnosis }}"}, key=key())
    listed = await admin.ask("GET", "/v1/message-templates/reminder")

    assert shown["rendered"][0]["segments"] == 1
    assert [each.json()["reason"] for each in (care, unknown)] == ["FORBIDDEN_WORDS", "UNKNOWN_VARIABLE"]
    assert len(listed["templates"]) == 4


async def test_the_desk_keeps_addresses_consents_and_nudges(desk: Person) -> None:
    """A second address, a consent taken back, a nudge that ends."""
    nudge = {
        "trigger": "CHECK_IN", "wall_time": "09:00", "every_days": 7, "from_date": "2030-03-01",
        "until_date": "2030-06-01",
    }  # fmt: skip
    nudge_path = f"/v1/clients/{CLIENT}/nudges/{key()}"

    address = await desk.ask(
        "POST", f"/v1/clients/{CLIENT}/addresses", {"channel": "SMS", "address": "+1 604 555 0199"}, key=key()
    )
    consent = await desk.ask(
        "POST", f"/v1/clients/{CLIENT}/consents", {"is_granted": False, "purpose": "OFFERS"}, key=key()
    )
    begun = await desk.ask("PUT", nudge_path, nudge, key=key())
    ended = await desk.ask("DELETE", nudge_path, key=key())
    gone = await desk.ask("DELETE", f"/v1/clients/{CLIENT}/addresses/{address['contact_point_id']}", key=key())

    assert (address["state"], gone["state"]) == ("ACTIVE", "ENDED")
    assert (consent["source"], begun["is_ended"], ended["is_ended"]) == ("STAFF", False, True)
