"""Somebody cancels and somebody who waits gets the hour: through the gateway, the bus and the jobs."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.people import id_of
from deploy.local.story import wish as booking_of
from deploy.local.suite import Suite
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TYPE = id_of("session-type", "individual-50")
PATIENCE_S = 120.0
WAITING, LEAVING = id_of("client", "client-007"), id_of("client", "client-008")


def key() -> str:
    """A key of its own."""
    return str(uuid.uuid4())


async def eventually(look: Any) -> Any:
    """Look until there is something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.2)
    raise AssertionError("it did not come")


async def test_a_cancelled_hour_goes_to_who_waits(whole_suite: Suite, http: httpx.AsyncClient, desk: Person) -> None:
    """Wish, cancellation, opening with its reasons, offer, acceptance; others can't book it meanwhile."""
    now = datetime.now(UTC)
    search = {
        "session_type_id": TYPE,
        "from_time": (now + timedelta(days=20)).isoformat(),
        "to_time": (now + timedelta(days=40)).isoformat(),
        "limit": 5,
    }
    slot = (await desk.ask("POST", "/v1/searches/slots", search))["slots"][-1]
    booked = await desk.ask("POST", "/v1/appointments", booking_of(LEAVING, slot), key=key(), wanted=201)
    wanted = {
        "client_id": WAITING,
        "session_type_ids": [TYPE],
        "therapist_ids": [slot["therapist_id"]],
        "time_zone": slot["start_wall"]["time_zone"],
        "urgency": "SOON",
        "windows": [
            {
                "weekday": datetime.fromisoformat(slot["start_wall"]["local"]).isoweekday(),
                "from_local": slot["start_wall"]["local"][11:],
                "to_local": "24:00",
            }
        ],
    }
    made = await desk.ask("POST", "/v1/wishes", wanted, key=key(), wanted=201)
    changed = await desk.ask(
        "PUT",
        f"/v1/wishes/{made['wish_id']}",
        {name: value for name, value in wanted.items() if name != "client_id"} | {"notice_min": 60},
        key=key(),
        etag=made["etag"],
    )
    assert (changed["since_time"], changed["notice_min"], changed["urgency"]) == (made["since_time"], 60, "SOON")

    cancelling = f"/v1/appointments/{booked['appointment_id']}/cancellations"
    await desk.ask("POST", cancelling, key=key(), etag=booked["etag"])
    (opening,) = [
        each
        for each in (await desk.ask("GET", "/v1/openings"))["openings"]
        if each["appointment_id"] == booked["appointment_id"]
    ]
    seen = await desk.ask("GET", f"/v1/openings/{opening['opening_id']}")
    assert seen["candidates"][0]["client_id"] == WAITING
    assert seen["candidates"][0]["reason"]["fits"] == ["THERAPIST_NAMED", "TIME_NAMED"]
    rows(
        whole_suite,
        "booking",
        "update openings set look_time = now() where opening_id = %s returning 1",
        opening["opening_id"],
    )

    async def offers() -> list[dict[str, Any]]:
        found = await desk.ask("GET", f"/v1/clients/{WAITING}/offers", is_open_only=True)
        listed: list[dict[str, Any]] = found["offers"]
        return listed

    (offer,) = await eventually(offers)
    taken = await desk.send("POST", "/v1/appointments", booking_of(id_of("client", "client-009"), slot), key=key())
    assert (taken.status_code, taken.json()["reason"]) == (409, "SLOT_TAKEN")
    accepting = f"/v1/offers/{offer['offer_id']}/acceptances"
    got = await desk.ask("POST", accepting, key=key(), wanted=201)
    assert (got["client_id"], got["start_time"]) == (WAITING, slot["start_time"])
    assert (await desk.ask("GET", f"/v1/wishes/{made['wish_id']}"))["state"] == "FULFILLED"
    report = await desk.ask(
        "GET",
        "/v1/reports/refills",
        from_time=(now - timedelta(hours=1)).isoformat(),
        to_time=(now + timedelta(hours=1)).isoformat(),
    )
    assert report["groups"][-1]["filled_count"] == 1

    async def stands() -> list[tuple[object, ...]]:
        return rows(
            whole_suite,
            "availability",
            "select 1 from claims where claim_id = %s and state = 'confirmed'",
            got["appointment_id"],
        )

    await eventually(stands)
    stranger = await sign_in(http, "officer")
    assert (await stranger.send("GET", f"/v1/offers/{offer['offer_id']}")).status_code == 403
    late = await desk.send("POST", f"/v1/offers/{offer['offer_id']}/refusals", key=key())
    assert (late.status_code, late.json()["reason"]) == (409, "OFFER_CLOSED")
