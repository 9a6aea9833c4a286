"""A group's life through the gateway, the bus and the jobs: roster, rule, seats, a move, an end."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ZONE = "America/Los_Angeles"
PATIENCE_S = 120.0


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


async def found_group(http: httpx.AsyncClient, desk: Person) -> dict[str, Any]:
    """Let a new therapist work on weekdays by video, and lead a group of two."""
    admin = await sign_in(http, "admin")
    type_id, therapist_id = key(), key()
    kind = {
        "display_name": "Evening group",
        "length_min": 50,
        "horizon_days": 300,
        "grid_min": 30,
        "modalities": ["VIDEO"],
        "capacity": 2,
    }
    await admin.ask("PUT", f"/v1/session-types/{type_id}", kind, key=key())
    hours = [
        {"weekday": day, "start_local": "09:00", "end_local": "20:00", "modalities": ["VIDEO"]} for day in range(1, 6)
    ]
    schedule = {"time_zone": ZONE, "weekly_hours": hours, "session_type_ids": [type_id]}
    await admin.ask("PUT", f"/v1/therapists/{therapist_id}/schedule", schedule, key=key())
    terms = {
        "display_name": "Evening group",
        "therapist_id": therapist_id,
        "session_type_id": type_id,
        "needs_screening": False,
        "is_self_bookable": True,
    }
    made: dict[str, Any] = await desk.ask("POST", "/v1/groups", terms, key=key(), wanted=201)
    return made


async def test_a_group_lives_through_the_door(http: httpx.AsyncClient, desk: Person) -> None:
    """Members are seated in what a rule schedules, hidden from clients, moved together, and let go with the rule."""
    group = await found_group(http, desk)
    path = f"/v1/groups/{group['group_id']}"
    names = ("Ada", "Ben", "Cleo")
    members = []
    for name in names:
        client = {"given_name": name, "family_name": "Group", "time_zone": ZONE}
        made = await desk.ask("POST", "/v1/clients", client, key=key(), wanted=201)
        members.append(made["client_id"])
        await desk.ask("POST", f"{path}/members", {"client_id": made["client_id"]}, key=key(), wanted=201)
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=21 - today.weekday())
    plan = {"local_start": f"{monday}T15:00", "time_zone": ZONE, "rule": "FREQ=WEEKLY;COUNT=3"}

    tried = await desk.ask("POST", f"{path}/series-trials", plan)
    made = await desk.ask("POST", f"{path}/series", plan, key=key(), wanted=201)
    assert tried["conflict_count"] == made["conflict_count"] == 0
    sessions = [each["group_session_id"] for each in made["occurrences"]]

    async def seated() -> dict[str, str] | None:
        session = await desk.ask("GET", f"/v1/group-sessions/{sessions[0]}")
        live = {each["client_id"]: each["state"] for each in session["seats"] if each["state"] == "BOOKED"}
        return live if len(live) == 2 else None

    assert (await eventually(seated)).keys() == set(members[:2])

    listed = await desk.ask(
        "GET",
        "/v1/group-sessions",
        from_time=f"{monday}T00:00:00Z",
        to_time=f"{monday + timedelta(days=5)}T00:00:00Z",
        therapist_id=group["therapist_id"],
    )
    assert [each["group_session_id"] for each in listed["sessions"]] == sessions[:1]
    client = await sign_in(http, "client")
    open_to_all = await client.ask(
        "GET",
        "/v1/open-group-sessions",
        from_time=f"{monday}T00:00:00Z",
        to_time=f"{monday + timedelta(days=30)}T00:00:00Z",
    )
    assert {each["group_session_id"] for each in open_to_all["sessions"]} >= set(sessions)
    assert not [each for each in members if each in str(open_to_all)]
    hidden = await client.send("GET", f"/v1/group-sessions/{sessions[0]}")
    assert hidden.status_code == 403

    session = await desk.ask("GET", f"/v1/group-sessions/{sessions[0]}")
    move = {"local_start": f"{monday}T16:00", "time_zone": ZONE}
    moved = await desk.ask("POST", f"/v1/group-sessions/{sessions[0]}/moves", move, key=key(), etag=session["etag"])
    late = await desk.send("POST", f"/v1/group-sessions/{sessions[0]}/moves", move, key=key(), etag=session["etag"])
    assert (moved["start_wall"]["local"], late.status_code) == (f"{monday}T16:00", 412)
    assert late.json()["current"]["etag"] == moved["etag"]
    seat = next(each for each in moved["seats"] if each["state"] == "BOOKED")
    read = await desk.ask("GET", f"/v1/appointments/{seat['appointment_id']}")
    assert read["start_time"] == moved["start_time"]

    await desk.ask("DELETE", f"{path}/members/{members[0]}", key=key())

    left = await desk.ask("GET", f"/v1/group-sessions/{sessions[1]}")
    assert [each["client_id"] for each in left["seats"] if each["state"] == "BOOKED"] == [members[1]]

    rule = await desk.ask("GET", f"{path}/series")
    week = timedelta(weeks=1)
    later = {"original_start_local": f"{monday + week}T15:00", "local_start": f"{monday + week}T17:00"}
    unread = await desk.send("POST", f"{path}/series/changes", later, key=key())
    changed = await desk.ask("POST", f"{path}/series/changes", later, key=key(), etag=rule["etag"])
    stale = await desk.send("POST", f"{path}/series/changes", later, key=key(), etag=rule["etag"])
    assert (unread.status_code, stale.status_code) == (428, 412)
    assert [each["original_start_wall"]["local"] for each in changed["occurrences"]] == [
        f"{monday + week}T17:00",
        f"{monday + 2 * week}T17:00",
    ]
    days = {"from_date": f"{monday + 2 * week}", "to_date": f"{monday + 2 * week + timedelta(days=1)}"}
    paused = await desk.ask(
        "POST", f"{path}/series/pauses", days | {"keeps_time": True}, key=key(), etag=changed["series"]["etag"]
    )
    assert (await desk.ask("GET", f"/v1/group-sessions/{sessions[2]}"))["state"] == "CANCELLED"
    resumed = await desk.ask("POST", f"{path}/series/resumptions", key=key(), etag=paused["series"]["etag"])
    assert (paused["series"]["state"], resumed["series"]["state"]) == ("PAUSED", "ACTIVE")
    assert (await desk.ask("GET", f"/v1/group-sessions/{sessions[2]}"))["state"] == "SCHEDULED"

    rule = await desk.ask("GET", f"{path}/series")
    ended = await desk.ask("POST", f"{path}/series/endings", {"calls_off": True}, key=key(), etag=rule["etag"])
    assert ended["state"] == "ENDED"

    async def called_off() -> bool:
        found = await desk.ask("GET", f"{path}/sessions")
        return all(each["state"] == "CANCELLED" for each in found["sessions"])

    assert await eventually(called_off)
    times = await desk.ask("GET", f"{path}/occurrences")
    assert [each["group_session_id"] for each in times["occurrences"]] == sessions
