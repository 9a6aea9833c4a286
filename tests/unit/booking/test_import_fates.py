"""What an import does when the gateway is slow, gone or unwilling, and what rows of one file do to each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
import pytest

from services.booking.imports import cli
from services.booking.imports.clashes import Clashes
from services.booking.imports.door import TRIES, Door, Refused, Unreachable
from services.booking.imports.fates import Conflict, Fate
from services.booking.imports.importer import Importer
from services.booking.imports.naming import Lookup, Names
from services.booking.imports.rows import ClientRow

PRACTICE = "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"
NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
KIND = {"length_min": 50, "buffer_before_min": 0, "buffer_after_min": 10, "capacity": 1}

Handler = Callable[[httpx.Request], httpx.Response]


class Waits:
    """Remembers how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def door_to(handler: Handler, waits: Waits, token: Callable[[], str] = lambda: "t") -> Door:
    """A door to a gateway that answers as the handler does."""
    return Door("http://gateway", token, transport=httpx.MockTransport(handler), sleep=waits)


def test_a_busy_gateway_is_asked_again_under_the_same_key() -> None:
    """And as late as it says."""
    keys: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise httpx.ConnectError("gone")
        return httpx.Response(429, headers={"Retry-After": "7"}) if len(keys) == 2 else httpx.Response(201, json={})

    waits = Waits()
    answer = door_to(handler, waits).write("POST", "/v1/clients", {}, "import-1")

    assert (answer.status, keys) == (201, ["import-1"] * 3)
    assert waits.seconds[1] == 7


def test_a_gateway_that_stays_away_is_unreachable() -> None:
    """After a stated number of tries; a broken answer too."""
    waits = Waits()
    with pytest.raises(Unreachable, match="503"):
        door_to(lambda _: httpx.Response(503), waits).get("/v1/me")
    assert len(waits.seconds) == TRIES - 1

    with pytest.raises(Unreachable, match="no JSON"):
        door_to(lambda _: httpx.Response(200, text="<html>"), waits).get("/v1/me")


def test_an_expired_token_is_read_again_once() -> None:
    """A long import outlives its token when the file has a new one; without, it stops."""
    tokens = iter(["old", "new", "new"])

    def handler(request: httpx.Request) -> httpx.Response:
        is_new = request.headers["Authorization"] == "Bearer new"
        return httpx.Response(200 if is_new else 401, json={"reason": "" if is_new else "TOKEN_EXPIRED"})

    assert door_to(handler, Waits(), lambda: next(tokens)).get("/v1/me").status == 200
    with pytest.raises(Refused, match="TOKEN_EXPIRED"):
        door_to(handler, Waits(), lambda: "old").get("/v1/me")


def client_rows(*keys: str) -> list[ClientRow]:
    """Clients with nothing but a name."""
    body = {"given_name": "A", "family_name": "B", "birth_date": "", "email": "", "phone": "", "time_zone": "UTC"}
    return [ClientRow(number, key, {**body, "email": f"{key}@example.com"}) for number, key in enumerate(keys, 2)]


def test_what_was_told_before_the_gateway_went_stands() -> None:
    """Every row after it is told as untried; none is lost."""
    written: list[dict[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if len(written) == 2:
            raise httpx.ConnectError("gone")
        if request.method == "GET":
            return httpx.Response(404, json={"reason": "NOT_FOUND"})
        if request.url.path == "/v1/clients":
            written.append({})
            return httpx.Response(201, json={})
        return httpx.Response(200, json={"clients": []})

    importer = Importer(door_to(handler, Waits()), Names(PRACTICE, "old"), "user:desk", is_dry=False)
    fates = [each.fate for each in importer.clients(client_rows("a", "b", "c", "d"))]

    assert fates == [Fate.CREATED, Fate.CREATED, Fate.UNTRIED, Fate.UNTRIED]
    assert isinstance(importer.stopped, Unreachable)


def test_a_dry_run_writes_nothing_and_sees_an_address_that_comes_twice() -> None:
    """Only reads and searches leave the command."""

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET" or request.url.path.startswith("/v1/searches/")
        assert "Idempotency-Key" not in request.headers
        is_read = request.method == "GET"
        return httpx.Response(404, json={}) if is_read else httpx.Response(200, json={"clients": []})

    first, second = client_rows("a", "b")
    second.body["email"] = first.body["email"]
    importer = Importer(door_to(handler, Waits()), Names(PRACTICE, "old"), "user:desk", is_dry=True)
    told = list(importer.clients([first, second]))

    assert [(each.fate, each.reason) for each in told] == [(Fate.CREATED, ""), (Fate.CONFLICT, "CLIENT_EXISTS")]
    assert "Line 2" in told[1].detail
    assert "example.com" not in told[1].detail


def test_ids_follow_from_practice_source_and_key() -> None:
    """Equal keys of two sources, kinds or practices are two things; a second machine derives the same."""
    names = Names(PRACTICE, "old")
    other = Names("00000000-5f0c-7d1b-9a57-3c5d1f0e8a11", "old")
    ids = [
        names.id_of("client", "1"),
        names.id_of("therapist", "1"),
        Names(PRACTICE, "new").id_of("client", "1"),
        other.id_of("client", "1"),
        names.appointment_id("1", "user:desk"),
        names.appointment_id("1", "user:other"),
    ]

    assert len(set(ids)) == len(ids)
    assert names.id_of("client", "1") == Names(PRACTICE, "old").id_of("client", "1")
    assert 8 <= len(names.request_key("therapist/schedule", "k" * 254)) <= 128


def test_a_name_that_several_have_is_no_name() -> None:
    """It is found in any case; an id is itself."""
    lookup = Lookup("therapists", [("Amara Osei", "1"), ("Kim", "2"), ("kim ", "3")])

    assert (lookup.find("amara osei"), lookup.find("nobody"), lookup.find(PRACTICE.upper())) == ("1", "", PRACTICE)
    with pytest.raises(Conflict, match="2 therapists have this name"):
        lookup.find("Kim")


def wish(therapist: str = "t", client: str = "c") -> dict[str, Any]:
    """Who meets whom."""
    return {"therapist_id": therapist, "client_id": client, "session_type_id": "s"}


@pytest.mark.parametrize(
    ("minutes", "therapist", "client", "reason"),
    [
        (0, "t", "d", "SLOT_TAKEN"),
        (55, "t", "d", "SLOT_TAKEN"),
        (60, "t", "d", None),
        (-60, "t", "d", None),
        (-59, "t", "d", "SLOT_TAKEN"),
        (45, "u", "c", "CLIENT_OVERLAP"),
        (50, "u", "c", None),
        (0, "u", "d", None),
    ],
)
def test_rows_that_want_the_same_time_are_told(minutes: int, therapist: str, client: str, reason: str | None) -> None:
    """A therapist's time has its buffers, a client's has none."""
    clashes = Clashes()
    clashes.take(7, wish(), NOON, KIND)

    found = clashes.of(8, wish(therapist, client), NOON + timedelta(minutes=minutes), KIND)

    assert (found and found.reason) == reason
    assert found is None or "Line 7" in found.detail


def test_a_group_fills_up() -> None:
    """As many as the session type seats start together, each client once."""
    clashes, group = Clashes(), {**KIND, "capacity": 2}
    clashes.take(2, wish(client="a"), NOON, group)

    again = clashes.of(3, wish(client="a"), NOON, group)
    assert again is not None
    assert again.reason == "CLIENT_OVERLAP"
    assert clashes.of(3, wish(client="b"), NOON, group) is None
    clashes.take(3, wish(client="b"), NOON, group)
    full = clashes.of(4, wish(client="c"), NOON, group)
    assert full is not None
    assert full.reason == "SLOT_TAKEN"


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:weekly
DTSTART;TZID=America/Denver:20990302T090000
X-KEPT-CLIENT:c-1
RRULE:FREQ=WEEKLY
END:VEVENT
BEGIN:VEVENT
UID:odd
DTSTART;TZID=America/Denver:20990302T090000
X-KEPT-CLIENT:c-1
RRULE:FREQ=WEEKLY;BYHOUR=9
END:VEVENT
END:VCALENDAR
"""


class Gateway:
    """Answers as the gateway does for one session type, one therapist, every client, and series that are kept."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts, self.series = conflicts, dict[str, dict[str, Any]]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        path = request.url.path
        body = json.loads(request.content) if request.content else {}
        lost = {"reason": "SLOT_TAKEN", "message": "It is taken."}
        times = [{"conflict": lost if number < self.conflicts else None} for number in range(4)]
        lists = {"/v1/session-types": "session_types", "/v1/therapists": "therapist_profiles", "/v1/sites": "sites"}
        if path == "/v1/me":
            return httpx.Response(200, json={"practice_id": PRACTICE, "actor_id": "user:desk"})
        if path in lists:
            named = {"session_type_id": "t", "therapist_id": "h", "display_name": "Session", "length_min": 50}
            rows = [named] if lists[path] != "sites" else []
            return httpx.Response(200, json={lists[path]: rows, "next_cursor": ""})
        if path.startswith("/v1/clients/"):
            return httpx.Response(200, json={"client_id": path.rpartition("/")[2]})
        if path == "/v1/searches/series":
            return httpx.Response(200, json={"occurrences": times})
        if request.method == "POST":
            plan = {**body, "start_wall": {"local": body["local_start"], "time_zone": body["time_zone"]}}
            key = request.headers["Idempotency-Key"]
            id_ = str(uuid5(UUID(PRACTICE), str(uuid5(NAMESPACE_URL, f"{PRACTICE}|user:desk|{key}|"))))
            self.series[id_] = {"series_id": id_, "state": "ACTIVE", "plan": plan}
            made = {"series": self.series[id_], "occurrences": times, "conflict_count": self.conflicts}
            return httpx.Response(201, json=made)
        found = self.series.get(path.rpartition("/")[2])
        return httpx.Response(200, json=found) if found else httpx.Response(404, json={"reason": "NOT_FOUND"})


@pytest.mark.parametrize(
    ("conflicts", "fate", "reason"),
    [(0, "created", ""), (1, "created", "SERIES_CONFLICTS"), (4, "conflict", "SLOT_TAKEN")],
)
def test_a_standing_hour_is_tried_booked_and_found_again(
    conflicts: int, fate: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The dry run says what the run says and writes nothing; the second run writes nothing more."""
    gateway = Gateway(conflicts)
    monkeypatch.setattr(cli, "Door", lambda url, token: door_to(gateway, Waits()))
    (tmp_path / "a.ics").write_text(CALENDAR)
    options = ["--url", "http://gateway", "--token", "t", "--json", "--appointments", str(tmp_path / "a.ics")]
    options += ["--therapist", "Session", "--session-type", "Session"]

    def run(*more: str) -> dict[str, tuple[str, str]]:
        assert cli.main([*options, *more]) == cli.SOME_REFUSED
        rows = json.loads(capsys.readouterr().out)["rows"]
        return {each["key"]: (each["fate"], each["reason"]) for each in rows}

    tried = run("--dry-run")
    assert gateway.series == {}
    made = run()
    again = run()

    assert tried == made == {"weekly": (fate, reason), "odd": ("malformed", "RECURRENCE_UNSUPPORTED")}
    assert len(gateway.series) == (fate == "created")
    assert again["weekly"] == (("same", "") if fate == "created" else (fate, reason))
