"""Loads examples/practice.yaml through the gateway; loading it again changes nothing."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import httpx
import yaml

from deploy.local.house_calls import Person, Unexpected, gateway_url, sign_in
from deploy.local.people import id_of
from deploy.local.places import REPO

Row = TypeVar("Row")

AT_ONCE = 16
FAR_ENOUGH_DAYS = 3
"""Standing appointments begin this many days ahead, so that every notice period is kept."""

BAR = 30


async def main() -> int:
    """Load everything, with a bar a kind; return 0 when every row is in."""
    practice = yaml.safe_load((REPO / "examples" / "practice.yaml").read_text(encoding="utf-8"))
    async with httpx.AsyncClient(base_url=gateway_url(), timeout=30) as http:
        admin, desk = await sign_in(http, "admin"), await sign_in(http, "desk")
        if await is_loaded(desk, practice):
            print("The example practice is loaded already.")
            return 0
        print(f"Loading {practice['practice']['display_name']} (made-up people):")
        await load("sites", practice["sites"], lambda each: put_site(admin, each))
        await load("rooms", practice["rooms"], lambda each: put_room(admin, each))
        await load("session types", practice["session_types"], lambda each: put_session_type(admin, each))
        await load("therapists", practice["therapists"], lambda each: put_therapist(admin, each))
        await load("clients", practice["clients"], lambda each: register(desk, each))
        zones = {each["id"]: each["time_zone"] for each in practice["therapists"]}
        weeks = [(each, week) for each in practice["standing"] for week in range(each["weeks"])]
        await load("appointments", weeks, lambda each: book(desk, *each, zones[each[0]["therapist"]]))
    return 0


async def is_loaded(desk: Person, practice: dict[str, Any]) -> bool:
    """Tell whether the last standing client has all their appointments."""
    last = practice["standing"][-1]
    found = await desk.ask(
        "GET",
        "/v1/appointments",
        client_id=id_of("client", last["client"]),
        from_time=f"{date.today()}T00:00:00Z",
        to_time=f"{date.today() + timedelta(days=60)}T00:00:00Z",
    )
    return bool(found["appointments"])


async def load(what: str, rows: Sequence[Row], put: Callable[[Row], Awaitable[None]]) -> None:
    """Put every row, some at once, and show how far it is."""
    started, done, gate = time.monotonic(), 0, asyncio.Semaphore(AT_ONCE)

    async def one(row: Row) -> None:
        nonlocal done
        async with gate:
            await put(row)
        done += 1
        if sys.stdout.isatty() or done == len(rows):
            filled = BAR * done // len(rows)
            end = "\n" if done == len(rows) else ""
            head = f"\r  {what:<14} [{'#' * filled}{'.' * (BAR - filled)}] {done:>4}/{len(rows)}"
            print(f"{head}  {time.monotonic() - started:4.1f} s", end=end, flush=True)

    await asyncio.gather(*(one(row) for row in rows))


async def put_site(admin: Person, site: dict[str, Any]) -> None:
    """Put a site under its derived id."""
    body = {"display_name": site["display_name"], "time_zone": site["time_zone"]}
    await admin.ask("PUT", f"/v1/sites/{id_of('site', site['id'])}", body, key=f"example-site-{site['id']}")


async def put_room(admin: Person, room: dict[str, Any]) -> None:
    """Put a room under its derived id."""
    body = {"site_id": id_of("site", room["site"]), "display_name": room["display_name"]}
    await admin.ask("PUT", f"/v1/rooms/{id_of('room', room['id'])}", body, key=f"example-room-{room['id']}")


async def put_session_type(admin: Person, kind: dict[str, Any]) -> None:
    """Put a session type under its derived id."""
    body = {key: value for key, value in kind.items() if key != "id"}
    path = f"/v1/session-types/{id_of('session-type', kind['id'])}"
    await admin.ask("PUT", path, body, key=f"example-type-{kind['id']}")


async def put_therapist(admin: Person, person: dict[str, Any]) -> None:
    """Put a therapist's profile and schedule."""
    path = f"/v1/therapists/{id_of('therapist', person['id'])}"
    hours = [
        {
            **{key: value for key, value in each.items() if key != "site"},
            "site_id": id_of("site", each["site"]) if each["site"] else None,
        }
        for each in person["weekly_hours"]
    ]
    profile = {
        "display_name": person["display_name"],
        "licensed_regions": person["licensed_regions"],
        "specialties": person["specialties"],
        "languages": person["languages"],
        "insurers": person["insurers"],
        "youngest_age": person["ages"][0],
        "oldest_age": person["ages"][1],
        "modalities": sorted({name for each in person["weekly_hours"] for name in each["modalities"]}),
        "is_accepting": person["is_accepting"],
        "capacity": person["capacity"],
    }
    schedule = {
        "time_zone": person["time_zone"],
        "weekly_hours": hours,
        "session_type_ids": [id_of("session-type", each) for each in person["session_types"]],
    }
    await admin.ask("PUT", path, profile, key=f"example-profile-{person['id']}")
    await admin.ask("PUT", f"{path}/schedule", schedule, key=f"example-schedule-{person['id']}")


async def register(desk: Person, client: dict[str, Any]) -> None:
    """Register a client under their derived id, with their contact point."""
    body = {**{key: value for key, value in client.items() if key != "id"}, "client_id": id_of("client", client["id"])}
    await desk.ask("POST", "/v1/clients", body, key=f"example-{client['id']}", wanted=201)


async def book(desk: Person, standing: dict[str, Any], week: int, zone: str) -> None:
    """Book one week of a standing appointment."""
    first = date.today() + timedelta(days=FAR_ENOUGH_DAYS)
    day = first + timedelta(days=(standing["weekday"] - first.isoweekday()) % 7, weeks=week)
    body = {
        "client_id": id_of("client", standing["client"]),
        "therapist_id": id_of("therapist", standing["therapist"]),
        "session_type_id": id_of("session-type", standing["session_type"]),
        "local_start": f"{day}T{standing['start_local']}",
        "time_zone": zone,
        "modality": standing["modality"],
    }
    await desk.ask("POST", "/v1/appointments", body, key=f"example-{standing['client']}-{day}", wanted=201)


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except Unexpected as error:
        sys.exit(f"\nThe example could not be loaded: {error}")
