"""The generated clients book: one in a real browser's page, one in a program."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from clients.python.kept_client import Kept, KeptProblem
from deploy.local import debian
from deploy.local.house_calls import Person
from deploy.local.people import id_of
from deploy.local.places import REPO
from deploy.local.suite import Suite
from tests.support.whole_suite import PAGES, PARTNER

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CLIENT = id_of("client", "client-150")

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Partner</title></head>
<body><pre id="told">nothing yet</pre>
<script type="module">
import { Kept, KeptProblem } from "/kept.js";
const kept = new Kept({ baseUrl: GATEWAY, token: () => TOKEN });
const told = {};
try {
  const { data: found } = await kept.searchSlots({ body: WANTED });
  const slot = found.slots[0];
  const body = {
    client_id: CLIENT, therapist_id: slot.therapist_id, session_type_id: WANTED.session_type_id,
    local_start: slot.start_wall.local, time_zone: slot.start_wall.time_zone, modality: slot.modality,
  };
  const booked = await kept.bookAppointment({ body, idempotency_key: crypto.randomUUID() });
  told.booked = booked.data;
  told.etag = booked.etag;
  const read = await kept.getAppointment({ appointment_id: booked.data.appointment_id });
  told.read = read.data;
  try {
    await kept.bookAppointment({ body });
  } catch (problem) {
    told.refused = problem instanceof KeptProblem && [problem.status, problem.body.reason];
  }
  const off = await kept.cancelAppointment({ appointment_id: booked.data.appointment_id, if_match: read.etag });
  told.cancelled = off.data.state;
} catch (problem) {
  told.error = `${problem} ${JSON.stringify(problem.body ?? {})}`;
}
document.getElementById("told").textContent = JSON.stringify(told);
</script></body></html>
"""


def wanted() -> dict[str, Any]:
    """A morning that no other test books."""
    return {
        "session_type_id": id_of("session-type", "individual-50"),
        "from_time": f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT00:00:00Z}",
        "to_time": f"{datetime.now(UTC) + timedelta(days=32):%Y-%m-%dT00:00:00Z}",
        "limit": 5,
    }


async def test_a_page_in_a_real_browser_books_an_appointment(whole_suite: Suite, desk: Person) -> None:
    """A partner's page, from another origin, in Chromium: search, book, read, be refused, cancel."""
    browser = debian.browser()
    assert browser, "no Chromium here: `make test` installs it"
    page = PAGE
    for name, value in {
        "GATEWAY": whole_suite.gateway_url, "TOKEN": desk.token, "CLIENT": CLIENT, "WANTED": wanted()
    }.items():  # fmt: skip
        page = re.sub(rf"\b{name}\b", json.dumps(value).replace("\\", "\\\\"), page)
    PAGES["/book"] = page.encode()
    PAGES["/kept.js"] = (REPO / "clients" / "typescript" / "kept.js").read_bytes()
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={whole_suite.root.path / 'browser'}", "--virtual-time-budget=60000", "--dump-dom",
        f"{PARTNER.url}/book",
    ]  # fmt: skip
    running = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    shown, said = await running.communicate()
    found = re.search(r'<pre id="told">(.*?)</pre>', shown.decode(), re.DOTALL)
    assert found, said.decode()[-2000:]
    told = json.loads(unescape(found[1]))

    assert "error" not in told, told
    assert told["booked"]["state"] == "BOOKED"
    assert told["read"]["appointment_id"] == told["booked"]["appointment_id"]
    assert told["etag"] == f'"{told["booked"]["etag"]}"'
    assert told["refused"][0] == 409
    assert told["cancelled"] == "CANCELLED"
    seen = await desk.ask("GET", f"/v1/appointments/{told['booked']['appointment_id']}")
    assert seen["state"] == "CANCELLED"


async def test_a_program_books_by_the_python_client(whole_suite: Suite, desk: Person) -> None:
    """The same walk, with its types."""

    def walk() -> tuple[str, str, str]:
        with httpx.Client(base_url=whole_suite.gateway_url, timeout=30) as http:
            kept = Kept(http, desk.token)
            slot = kept.search_slots(body={**wanted(), "limit": 3}).data["slots"][-1]  # type: ignore[typeddict-item]
            booked = kept.book_appointment(
                body={
                    "client_id": CLIENT,
                    "therapist_id": slot["therapist_id"],
                    "session_type_id": wanted()["session_type_id"],
                    "local_start": slot["start_wall"]["local"],  # type: ignore[index]
                    "time_zone": slot["start_wall"]["time_zone"],  # type: ignore[index]
                    "modality": "IN_PERSON",
                }
            )
            off = kept.cancel_appointment(appointment_id=booked.data["appointment_id"], if_match=booked.etag)
            with pytest.raises(KeptProblem) as refused:
                kept.get_appointment(appointment_id=id_of("appointment", "none"))
            return booked.data["state"], off.data["state"], str(refused.value.body["reason"])

    assert await asyncio.to_thread(walk) == ("BOOKED", "CANCELLED", "NOT_FOUND")
