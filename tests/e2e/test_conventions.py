"""The conventions of the HTTP API hold on every resource, old and new."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.people import id_of
from tests.e2e.test_bad_input import FREE_DAY

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

THERAPIST = id_of("therapist", "amara-osei")
CLIENT = id_of("client", "client-001")

LISTS = (
    "sites", "schedules", "closures", "series", "series-conflicts", "policies", "fees", "follow-ups", "follow-up-rules",
    "fences", f"therapists/{THERAPIST}/overrides", f"therapists/{THERAPIST}/travels",
    f"therapists/{THERAPIST}/time-off", f"clients/{CLIENT}/care-team", f"clients/{CLIENT}/proxies",
    f"clients/{CLIENT}/authorisations", f"clients/{CLIENT}/requirements", f"clients/{CLIENT}/cadences", "rooms",
    "equipment", "travel-times", "reservations", "holiday-calendars", "absences", "groups",
)  # fmt: skip


def key() -> str:
    """A key of its own."""
    return str(uuid.uuid4())


@pytest.mark.parametrize("path", LISTS)
async def test_the_desk_lists(desk: Person, path: str) -> None:
    """Every list answers with a page and says where the next one begins."""
    found = await desk.ask("GET", f"/v1/{path}", limit=5)

    assert found["next_cursor"] == "" or len(found["next_cursor"]) > 30


async def test_a_page_leads_to_the_next_and_to_nobody_elses(desk: Person, officer: Person) -> None:
    """A cursor is sealed for one person and one list."""
    first = await desk.ask("GET", "/v1/schedules", limit=2)
    second = await desk.ask("GET", "/v1/schedules", limit=2, cursor=first["next_cursor"])
    foreign = await officer.send("GET", "/v1/audit/records", cursor=first["next_cursor"])
    made_up = await desk.send("GET", "/v1/schedules", cursor="bm9pc2U")

    names = [each["therapist_id"] for each in first["schedules"] + second["schedules"]]
    assert len(set(names)) == len(names) == 4
    assert [answer.status_code for answer in (foreign, made_up)] == [422, 422]
    assert made_up.json()["errors"][0]["pointer"] == "#/cursor"


async def test_the_calendar_is_kept_through_the_door(http: httpx.AsyncClient, desk: Person) -> None:
    """A closure and caps: put, seen, deleted; a retry of the deletion gives the first answer."""
    admin = await sign_in(http, "admin")
    path, body = f"/v1/closures/{key()}", {
        "from_date": "2030-12-24", "to_date": "2030-12-26", "display_name": "Winter"
    }  # fmt: skip
    await admin.ask("PUT", path, body, key=key())
    retry = key()
    gone = await admin.ask("DELETE", path, key=retry)
    again = await admin.ask("DELETE", path, key=retry)
    other = await admin.send("DELETE", path, key=key())

    assert gone == again
    assert gone["display_name"] == "Winter"
    assert (other.status_code, other.json()["type"]) == (404, "/problems/not-found")
    caps = {"max_sessions_day": 9, "max_consecutive": 4, "break_min": 15}
    await admin.ask("PUT", f"/v1/therapists/{THERAPIST}/caps", caps, key=key())
    assert (await desk.ask("GET", f"/v1/therapists/{THERAPIST}/caps"))["max_sessions_day"] == 9
    await admin.ask("PUT", f"/v1/therapists/{THERAPIST}/caps", {}, key=key())


async def test_what_was_read_is_replaced_once(http: httpx.AsyncClient) -> None:
    """A PUT with the ETag of a room goes through; the same once more is told what it is now."""
    admin = await sign_in(http, "admin")
    rooms = (await admin.ask("GET", "/v1/rooms", limit=1))["rooms"]
    path, body = f"/v1/rooms/{rooms[0]['room_id']}", {"site_id": rooms[0]["site_id"], "display_name": f"Room {key()}"}
    read = await admin.send("GET", path)

    first = await admin.send("PUT", path, body, key=key(), etag=read.headers["ETag"].strip('"'))
    body["display_name"] += " again"
    second = await admin.send("PUT", path, body, key=key(), etag=read.headers["ETag"].strip('"'))

    assert (first.status_code, first.json()["display_name"]) == (200, body["display_name"].removesuffix(" again"))
    assert (second.status_code, second.json()["type"]) == (412, "/problems/version-conflict")
    assert second.json()["current"] == first.json()
    back = {"site_id": rooms[0]["site_id"], "display_name": rooms[0]["display_name"]}
    await admin.ask("PUT", path, back, key=key())


async def test_what_protects_and_what_gives_priority_is_replaced_once_too(
    http: httpx.AsyncClient, desk: Person
) -> None:
    """A window, a priority and a fence: the ETag lets one change in, and the next is told what stands."""
    admin = await sign_in(http, "admin")
    pair = []
    for name in ("Ida", "Eva"):
        client = {"given_name": name, "family_name": "Apart", "time_zone": "Etc/UTC"}
        pair.append((await desk.ask("POST", "/v1/clients", client, key=key(), wanted=201))["client_id"])
    window = {"session_type_id": id_of("session-type", "individual-50"), "audiences": ["HIGH_NEED"], "open_days": 365}
    fence = {"client_ids": pair, "gap_min": 30, "reason": "CONFLICT"}
    for who, path, body, other in (
        (admin, f"/v1/priority-windows/{key()}", window, {"open_days": 364}),
        (desk, f"/v1/clients/{pair[0]}/priority", {"is_high_need": True}, {"is_high_need": False}),
        (desk, f"/v1/fences/{key()}", fence, {"gap_min": 90}),
    ):
        await who.ask("PUT", path, body, key=key())
        etag = (await who.send("GET", path)).headers["ETag"].strip('"')

        first = await who.send("PUT", path, body | other, key=key(), etag=etag)
        second = await who.send("PUT", path, body, key=key(), etag=etag)

        assert (first.status_code, second.status_code) == (200, 412), path
        assert second.json()["current"] == (await who.ask("GET", path)), path
        if "windows" in path or "fences" in path:
            await who.ask("DELETE", path, key=key())
    start = {
        "therapist_id": THERAPIST,
        "session_type_id": id_of("session-type", "individual-50"),
        "local_start": "2030-03-05T03:00",
        "time_zone": "America/Los_Angeles",
    }
    told = await desk.ask("POST", f"/v1/clients/{pair[0]}/searches/slot-explanations", start)
    assert not told["is_offered"]
    assert told["rules"]


async def test_a_client_is_changed_through_the_door(desk: Person) -> None:
    """The ETag that was read is asked for; a changed address is the registry's, and no URL has it."""
    made = await desk.ask(
        "POST",
        "/v1/clients",
        {"given_name": "Ida", "family_name": "Lund", "time_zone": "Etc/UTC"},
        key=key(),
        wanted=201,
    )
    path = f"/v1/clients/{made['client_id']}"
    body = {"given_name": "Ida", "family_name": "Lund", "phone": "+1 206 555 0177", "time_zone": "Etc/UTC"}

    without = await desk.send("PUT", path, body, key=key())
    changed = await desk.send("PUT", path, body, key=key(), etag=made["etag"])
    late = await desk.send("PUT", path, body | {"given_name": "Eva"}, key=key(), etag=made["etag"])

    assert (without.status_code, changed.status_code, late.status_code) == (428, 200, 412)
    assert changed.json()["phone"] == "+12065550177"
    assert late.json()["current"] == changed.json()


async def test_a_search_is_asked_by_query_too(desk: Person) -> None:
    """QUERY on the resource and POST under /searches give one answer."""
    start = {
        "therapist_id": THERAPIST,
        "session_type_id": id_of("session-type", "individual-50"),
        "local_start": "2030-03-05T03:00",
        "time_zone": "America/Los_Angeles",
    }
    posted = await desk.ask("POST", "/v1/searches/explanations", start)
    queried = await desk.ask("QUERY", "/v1/explanations", start)

    assert posted == queried
    assert not posted["is_offered"]


async def test_a_standing_hour_is_kept_through_the_door(desk: Person) -> None:
    """Tried, booked, refused without a version and with a stale one, called off."""
    day = FREE_DAY + timedelta(days=7)
    wanted = {
        "session_type_id": id_of("session-type", "individual-50"),
        "therapist_ids": [THERAPIST],
        "from_time": f"{day}T08:00:00Z",
        "to_time": f"{day + timedelta(days=1)}T08:00:00Z",
        "modality": "VIDEO",
    }
    slot = (await desk.ask("POST", "/v1/searches/slots", wanted))["slots"][0]
    plan = {
        "client_id": id_of("client", "client-002"),
        "therapist_id": THERAPIST,
        "session_type_id": slot["session_type_id"],
        "modality": "VIDEO",
        "local_start": slot["start_wall"]["local"],
        "time_zone": slot["start_wall"]["time_zone"],
        "rule": "FREQ=WEEKLY;COUNT=2",
    }
    tried = await desk.ask("POST", "/v1/searches/series", plan)
    made = await desk.ask("POST", "/v1/series", plan, key=key(), wanted=201)
    path = f"/v1/series/{made['series']['series_id']}"
    off = {"scope": "ALL"}
    blind = await desk.send("POST", f"{path}/cancellations", off, key=key())
    stale = await desk.send("POST", f"{path}/cancellations", off, key=key(), etag="long-gone")
    gone = await desk.ask("POST", f"{path}/cancellations", off, key=key(), etag=made["series"]["etag"])

    assert (tried["conflict_count"], [each["fate"] for each in tried["occurrences"]]) == (0, ["FREE", "FREE"])
    assert [each["fate"] for each in made["occurrences"]] == ["BOOKED", "BOOKED"]
    assert (blind.status_code, stale.status_code) == (428, 412)
    assert stale.json()["current"] == made["series"]
    assert gone["series"]["state"] == "CANCELLED"


async def test_a_time_that_cant_be_lists_every_conflict(desk: Person) -> None:
    """409 `series-conflicts`, and nothing is held."""
    plan = {
        "client_id": id_of("client", "client-003"),
        "therapist_id": THERAPIST,
        "session_type_id": id_of("session-type", "individual-50"),
        "local_start": f"{FREE_DAY}T03:00",
        "time_zone": "America/Los_Angeles",
        "rule": "FREQ=WEEKLY;COUNT=3",
    }
    answer = await desk.send("POST", "/v1/series", plan, key=key())

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/series-conflicts")
    assert [each["conflict"]["reason"] for each in problem["conflicts"]] == ["SLOT_NOT_OFFERED"] * 3
