"""Each report finds what it says, and leaves the near miss alone."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import uuid4

import grpc
import psycopg
import pytest
from kept.audit.v1 import report_service_pb2

from services.audit import cli
from tests.integration.audit.house import House
from tests.support.suite_keys import person
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

Out = pytest.CaptureFixture[str]

IN_JANUARY = ("--since", "2030-01-01", "--until", "2030-02-28")
NOON = "2030-01-31T12:00:00Z"  # a Thursday


def by(role: str, *, kind: str = "user", relation: str = "none", own: str = "", who: str = "") -> dict[str, Any]:
    """The actor part of a record."""
    name = who or f"user:{role}"
    return {"id": name, "kind": kind, "role": role, "client_id": own, "relation": relation, "via": "gateway"}


class Trail:
    """Writes records and remembers them by their place."""

    def __init__(self, house: House, practice_id: str, client_id: str, capsys: Out) -> None:
        self.house, self.practice_id, self.client_id, self.capsys = house, practice_id, client_id, capsys
        self.emitter = Emitter()
        self.written: list[str] = []

    def add(self, actor: dict[str, Any], *, at: str = NOON, client_id: str | None = None, **more: Any) -> int:
        """Write a record; return its place."""
        client = self.client_id if client_id is None else client_id
        more.setdefault("decision", {"effect": "permit", "policies": ["front-desk-runs-the-schedule"]})
        more.setdefault("object", {"class": "registry", "id": ""})
        more.setdefault("purpose", "TREAT")
        self.written.append(self.emitter.write(self.practice_id, client_id=client, actor=actor, occurred_at=at, **more))
        return len(self.written) - 1

    async def keep(self) -> None:
        """Let the trail take in what was written."""
        await self.house.keep(self.written)

    async def report(self, name: str, *arguments: str) -> list[dict[str, Any]]:
        """Run a report as the officer; return its lines."""
        text = await self.export(name, *arguments)
        return [json.loads(line) for line in text.splitlines()]

    async def export(self, name: str, *arguments: str, token: str = "", code: int = cli.OK) -> str:
        """Run the command; return what it prints."""
        self.capsys.readouterr()
        token = token or self.house.officer(self.practice_id)
        assert await self.house.command(token, "report", name, *arguments) == code, self.capsys.readouterr().err
        shown = self.capsys.readouterr()
        return shown.out or shown.err

    async def found(self, name: str, *arguments: str) -> list[int]:
        """Return the places of what a report finds."""
        return [each["seq"] for each in await self.report(name, *arguments)]


@pytest.fixture
def trail(house: House, practice_id: str, client_id: str, capsys: Out) -> Trail:
    """A trail with nothing in it yet."""
    return Trail(house, practice_id, client_id, capsys)


async def test_who_saw_a_client(trail: Trail) -> None:
    """Whoever saw them; not who was refused, not who saw somebody else."""
    seen = trail.add(by("front_desk"))
    trail.add(by("therapist"), stage="denied", outcome="8", reason_code="NOT_ALLOWED")
    trail.add(by("front_desk"), client_id=str(uuid4()))
    await trail.keep()

    assert await trail.found("who-saw-client", "--client", trail.client_id) == [seen]


async def test_all_of_an_actor_on_a_local_day(trail: Trail) -> None:
    """The day is the practice's: 31 January in Los Angeles begins at 08:00 UTC."""
    trail.add(by("front_desk"), at="2030-01-31T07:59:59Z")
    first = trail.add(by("front_desk"), at="2030-01-31T08:00:00Z")
    last = trail.add(by("front_desk"), at="2030-02-01T07:59:59Z", stage="denied")
    trail.add(by("front_desk"), at="2030-02-01T08:00:00Z")
    trail.add(by("therapist"), at="2030-01-31T09:00:00Z")
    await trail.keep()

    day = ("--day", "2030-01-31", "--zone", "America/Los_Angeles")
    assert await trail.found("all-of-actor", "--actor", "user:front_desk", *day) == [last, first]


async def test_after_hours_and_at_weekends(trail: Trail) -> None:
    """By the practice's clock; clients may come at night, and closing time is after hours."""
    night = trail.add(by("front_desk"), at="2030-01-31T15:59:59Z")
    trail.add(by("front_desk"), at="2030-01-31T16:00:00Z")
    trail.add(by("front_desk"), at="2030-02-01T01:59:59Z")
    closing = trail.add(by("front_desk"), at="2030-02-01T02:00:00Z")
    saturday = trail.add(by("front_desk"), at="2030-02-02T20:00:00Z")
    trail.add(by("client"), at="2030-02-02T20:00:00Z")
    await trail.keep()

    rows = await trail.report("after-hours", "--zone", "America/Los_Angeles", *IN_JANUARY)

    assert [each["seq"] for each in rows] == [saturday, closing, night]
    assert rows[0]["finding"] == "Saturday 12:00 America/Los_Angeles"
    wider = ("--opens", "07:00", "--closes", "19:00")
    assert await trail.found("after-hours", "--zone", "America/Los_Angeles", *wider, *IN_JANUARY) == [saturday]


async def test_staff_in_their_own_record(trail: Trail) -> None:
    """A desk that is a client of the practice; not the same desk with somebody else, not a mere client."""
    own = trail.add(by("client,front_desk", own=trail.client_id))
    told = trail.add(by("client,therapist", relation="self"))
    trail.add(by("client,front_desk", own=str(uuid4())))
    trail.add(by("client", own=trail.client_id, relation="self"))
    await trail.keep()

    assert await trail.found("own-record", *IN_JANUARY) == [told, own]


async def test_no_relationship_and_no_appointment_nearby(trail: Trail) -> None:
    """One's own booking explains it for 30 days either way; another's, or one later, does not."""
    booked = {"op": "booking.BookAppointment", "action": "C"}
    early = trail.add(by("front_desk"), at="2030-01-01T11:59:59Z")
    trail.add(by("front_desk"), at="2030-01-01T12:00:00Z")
    trail.add(by("front_desk"), at="2030-01-31T12:00:00Z", **booked)
    stranger = trail.add(by("front_desk", who="user:other"))
    trail.add(by("therapist", relation="care_team"))
    trail.add(by("client", relation="none"))
    trail.add(by("front_desk", who="user:refused"), stage="denied")
    await trail.keep()

    assert await trail.found("no-relationship", *IN_JANUARY) == [stranger, early]
    assert await trail.found("no-relationship", "--near", "31", *IN_JANUARY) == [stranger]


async def test_many_clients_within_an_hour(trail: Trail) -> None:
    """Clients are counted, not looks; an hour's page holds the count of the whole hour."""
    other, third = str(uuid4()), str(uuid4())
    for client in (trail.client_id, other, third):
        last = trail.add(by("front_desk"), at="2030-01-31T09:59:59Z", client_id=client)
    for client in (trail.client_id, other, other):
        trail.add(by("therapist"), at="2030-01-31T09:00:00Z", client_id=client)
    for hour, client in ((9, trail.client_id), (9, other), (10, third)):
        trail.add(by("practice_admin"), at=f"2030-01-31T{hour:02}:30:00Z", client_id=client)
    await trail.keep()

    rows = await trail.report("bulk", "--threshold", "3", *IN_JANUARY)

    assert [(each["seq"], each["count"]) for each in rows] == [(last, 3)]
    assert rows[0]["finding"] == "3 clients within the hour from 2030-01-31T09:00Z"


async def test_denied_then_allowed(trail: Trail) -> None:
    """Within the time; not later, not before, not with another client or by another actor."""
    no = {"stage": "denied", "outcome": "8"}
    trail.add(by("therapist"), at="2030-01-31T08:59:00Z")
    denied = trail.add(by("therapist"), at="2030-01-31T09:00:00Z", **no)
    allowed = trail.add(by("therapist"), at="2030-01-31T10:00:00Z")
    late = trail.add(by("therapist"), at="2030-01-31T10:00:01Z")
    trail.add(by("therapist"), at="2030-01-31T09:30:00Z", client_id=str(uuid4()))
    trail.add(by("front_desk"), at="2030-01-31T09:30:00Z")
    await trail.keep()

    rows = await trail.report("denied-then-allowed", *IN_JANUARY)

    assert [(each["seq"], each["evidence_seq"]) for each in rows] == [(allowed, denied)]
    assert await trail.found("denied-then-allowed", "--within", "61", *IN_JANUARY) == [late, allowed]


async def test_failed_by_actor(trail: Trail) -> None:
    """Denials and errors with their reasons; not what went well, not another's."""
    denied = trail.add(by("therapist"), stage="denied", reason_code="NOT_ALLOWED")
    failed = trail.add(by("therapist"), stage="error", reason_code="SLOT_TAKEN", client_id="")
    trail.add(by("therapist"))
    trail.add(by("front_desk"), stage="denied")
    await trail.keep()

    rows = await trail.report("failed", "--actor", "user:therapist")

    assert [each["seq"] for each in rows] == [failed, denied]
    assert [each["finding"] for each in rows] == ["error: SLOT_TAKEN", "denied: NOT_ALLOWED"]


async def test_proxies_at_what_is_confidential(trail: Trail) -> None:
    """After its confidentiality was changed; not before, not another item, not staff."""
    item, other = str(uuid4()), str(uuid4())
    trail.add(by("client", relation="proxy"), at="2030-01-31T09:00:00Z", object={"class": "schedule", "id": item})
    changed = trail.add(
        by("therapist"),
        at="2030-01-31T10:00:00Z",
        op="booking.SetConfidential",
        object={"class": "registry", "id": item},
    )
    seen = trail.add(by("client", relation="proxy"), at=NOON, object={"class": "schedule", "id": item})
    trail.add(by("client", relation="proxy"), at=NOON, object={"class": "schedule", "id": other})
    trail.add(by("front_desk"), at=NOON, object={"class": "schedule", "id": item})
    await trail.keep()

    rows = await trail.report("proxy-confidential", *IN_JANUARY)

    assert [(each["seq"], each["evidence_seq"]) for each in rows] == [(seen, changed)]


async def test_broken_glass_reviewed_or_not(trail: Trail) -> None:
    """Each emergency access, with its review when there was one; not the access of the care team."""

    def emergency(glass_id: str) -> dict[str, Any]:
        return {"effect": "permit", "policies": ["broken-glass-opens-for-reading"], "break_glass_id": glass_id}

    open_one = trail.add(by("therapist", relation="break_glass"), decision=emergency("glass-1"))
    done = trail.add(by("therapist", relation="break_glass"), decision=emergency("glass-2"))
    review = trail.add(
        by("compliance_officer"), op="booking.ReviewBreakGlass", object={"class": "trail", "id": "glass-2"}
    )
    trail.add(by("therapist", relation="care_team"))
    await trail.keep()

    rows = await trail.report("break-glass", *IN_JANUARY)

    assert [(each["seq"], each["evidence_seq"]) for each in rows] == [(done, review), (open_one, None)]
    assert [each["finding"] for each in rows] == [f"reviewed in record {review}", "not reviewed"]


async def test_who_asked_the_trail(trail: Trail) -> None:
    """People's questions, refused ones too; not the signing of trees, not other services."""
    asked = trail.add(by("compliance_officer"), op="audit.QueryRecords")
    refused = trail.add(by("front_desk"), op="audit.RunReport", stage="denied")
    trail.add(by("", kind="system"), op="audit.SignTrees", client_id="")
    trail.add(by("front_desk"), op="booking.GetClient")
    await trail.keep()

    assert await trail.found("trail-queries", *IN_JANUARY) == [refused, asked]


async def test_disclosures_are_accounted_for(trail: Trail) -> None:
    """Records with a disclosure part, and no others."""
    given = trail.add(by("front_desk"), disclosure={"kind": "court"})
    trail.add(by("front_desk"), disclosure=None)
    trail.add(by("front_desk"))
    await trail.keep()

    assert await trail.found("disclosures", "--client", trail.client_id) == [given]


async def test_a_client_sees_who_saw_them_and_nothing_for_staff_only(trail: Trail) -> None:
    """Humans of six years, with role and reason; by the client, or the officer, and nobody else."""
    trail.add(by("front_desk"), at="2019-01-01T00:00:00Z")
    trail.add(by("therapist", relation="care_team"), purpose="BTG")
    trail.add(by("system", kind="service"))
    trail.add(by("front_desk"), stage="denied")
    await trail.keep()
    own = person(trail.practice_id, ["client"], client_id=trail.client_id)

    seen = await accesses(trail, trail.house.token(own))
    [row] = await trail.report("client-accesses", "--client", trail.client_id)

    assert [(each.actor_role, each.object_class, each.finding) for each in seen.accesses] == [
        ("therapist", "registry", "emergency")
    ]
    told = {name for name, value in row.items() if value not in ("", [], 0, None)}
    assert told == {
        "occur_time", "actor_role", "client_id", "action", "stage", "object_class", "purpose", "finding"
    }  # fmt: skip
    for stranger in (
        person(trail.practice_id, ["client"], client_id=str(uuid4())),
        person(trail.practice_id, ["front_desk"]),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            await accesses(trail, trail.house.token(stranger))
        assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def accesses(trail: Trail, token: str) -> report_service_pb2.ListClientAccessesResponse:
    """Ask as the portal does."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{trail.house.server.port}") as channel:
        ask = channel.unary_unary(
            "/kept.audit.v1.ReportService/ListClientAccesses",
            request_serializer=report_service_pb2.ListClientAccessesRequest.SerializeToString,
            response_deserializer=report_service_pb2.ListClientAccessesResponse.FromString,
        )
        request = report_service_pb2.ListClientAccessesRequest(client_id=trail.client_id)
        found: report_service_pb2.ListClientAccessesResponse = await ask(
            request, metadata=(("authorization", f"Bearer {token}"),)
        )
        return found


async def test_a_record_is_explained(trail: Trail) -> None:
    """Relation, policies, and the actor's own appointment rather than a nearer one of others."""
    mine, theirs = str(uuid4()), str(uuid4())
    booked = {"op": "booking.BookAppointment", "action": "C"}
    trail.add(by("therapist"), at="2030-01-20T12:00:00Z", object={"class": "schedule", "id": mine}, **booked)
    trail.add(by("front_desk"), at="2030-01-31T11:00:00Z", object={"class": "schedule", "id": theirs}, **booked)
    decision = {"effect": "permit", "policies": ["therapists-act-for-their-clients"]}
    seen = trail.add(by("therapist", relation="care_team"), decision=decision)
    alone = trail.add(by("therapist", relation="care_team"), client_id=str(uuid4()), decision=decision)
    await trail.keep()

    [row] = await trail.report("explain", "--seq", str(seen))
    [bare] = await trail.report("explain", "--seq", str(alone))

    assert row["evidence_id"] == mine
    assert row["finding"] == (
        "permitted by therapists-act-for-their-clients; relation care_team;"
        f" appointment {mine} by this actor in record 0"
    )
    assert bare["finding"].endswith("no appointment of the client nearby")
    assert "NOT_FOUND" in await trail.export("explain", "--seq", "99", code=cli.USAGE)


async def test_every_run_is_in_the_trail_with_its_name(trail: Trail) -> None:
    """A refused one is there too, without its name: it is refused before it is read; only an officer runs a report."""
    await trail.keep()
    await trail.report("who-saw-client", "--client", trail.client_id)
    desk = trail.house.token(person(trail.practice_id, ["front_desk"]))
    assert "NOT_ALLOWED" in await trail.export("failed", token=desk, code=cli.USAGE)

    records = [json.loads(text) for (text,) in trail.house.rows("select record from audit_outbox order by emitter_seq")]

    assert [(each["op"], each["stage"], each["object"]["id"], each["client_id"]) for each in records] == [
        ("audit.RunReport", "complete", "who-saw-client", trail.client_id),
        ("audit.RunReport", "denied", "", ""),
    ]


def know(trail: Trail, kind: str, person_id: str, **facts: Any) -> None:
    """Let the trail know something of somebody, as booking tells it."""
    names = ["practice_id", "kind", "person_id", "version", *facts]
    statement = f"insert into people_facts ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})"
    with psycopg.connect(trail.house.store.owner_url) as conn:
        conn.execute(statement.encode(), (trail.practice_id, kind, person_id, 1, *facts.values()))


@pytest.mark.parametrize(
    ("report", "mark", "words"),
    [
        ("same-surname", "family_mark", "same family name as the client"),
        ("same-address", "address_mark", "same home address as the client"),
        ("same-phone", "phone_mark", "same phone number as the client"),
    ],
)
async def test_staff_who_share_something_with_a_client(trail: Trail, report: str, mark: str, words: str) -> None:
    """Whoever shares the mark; not whoever has another, was refused, asked the trail, or opened their own record."""
    know(trail, "client", trail.client_id, **{mark: "one"})
    know(trail, "staff", "user:near", **{mark: "one"})
    know(trail, "staff", "user:far", **{mark: "two"})
    seen = trail.add(by("front_desk", who="user:near"))
    trail.add(by("front_desk", who="user:far"))
    trail.add(by("front_desk", who="user:unknown"))
    trail.add(by("front_desk", who="user:near"), stage="denied")
    trail.add(by("compliance_officer", who="user:near"), op="audit.QueryRecords")
    trail.add(by("front_desk", who="user:near", own=trail.client_id))
    trail.add(by("front_desk", who="user:near"), client_id=str(uuid4()))
    await trail.keep()

    [row] = await trail.report(report, *IN_JANUARY)

    assert row["seq"] == seen
    assert row["finding"] == (
        f"{words}; permitted by front-desk-runs-the-schedule; relation none; no appointment of the client nearby"
    )


async def test_staff_at_clients_of_whom_people_are_curious(trail: Trail) -> None:
    """A look at the marked client, with the appointment that may explain it; not a look at another."""
    know(trail, "client", trail.client_id, is_vip=True)
    other = str(uuid4())
    know(trail, "client", other, is_vip=False)
    booked = trail.add(by("client", relation="self"), op="booking.BookAppointment", action="C")
    seen = trail.add(by("front_desk"))
    trail.add(by("front_desk"), client_id=other)
    await trail.keep()

    [row] = await trail.report("vip", *IN_JANUARY)

    assert (row["seq"], row["evidence_seq"]) == (seen, booked)
    assert row["finding"].startswith("people may be curious about the client; permitted by")


async def test_whoever_has_left_and_still_acts(trail: Trail) -> None:
    """From the instant on at which they left, refused attempts too; not a moment before, not who never left."""
    know(trail, "staff", "user:gone", leave_time="2030-01-31T12:00:00Z")
    know(trail, "staff", "user:here")
    trail.add(by("front_desk", who="user:gone"), at="2030-01-31T11:59:59Z")
    done = trail.add(by("front_desk", who="user:gone"), at="2030-01-31T12:00:00Z")
    tried = trail.add(by("front_desk", who="user:gone"), at="2030-02-01T12:00:00Z", stage="denied")
    trail.add(by("front_desk", who="user:here"), at="2030-02-01T12:00:00Z")
    await trail.keep()

    assert await trail.found("terminated-user", *IN_JANUARY) == [tried, done]


async def test_emergencies_that_nobody_reviewed(trail: Trail) -> None:
    """Until the review, and by whose emergency: another one's review does not count."""
    reviewed, waiting = str(uuid4()), str(uuid4())
    trail.add(by("therapist", relation="break_glass"), decision={"break_glass_id": reviewed})
    left = trail.add(by("therapist", relation="break_glass"), decision={"break_glass_id": waiting})
    officer = by("compliance_officer")
    trail.add(officer, op="booking.ReviewBreakGlass", object={"class": "trail", "id": reviewed})
    await trail.keep()

    assert await trail.found("break-glass-unreviewed", *IN_JANUARY) == [left]


async def test_who_changed_what_others_may_see(trail: Trail) -> None:
    """Care teams, staff, proxies, refused attempts too; not who only lists them."""
    team = trail.add(by("therapist"), op="booking.PutCareTeamMember", action="U")
    staff = trail.add(by("practice_admin"), op="booking.PutStaffMember", action="U", client_id="")
    tried = trail.add(by("client"), op="booking.PutProxy", action="U", stage="denied")
    trail.add(by("therapist"), op="booking.ListCareTeam")
    await trail.keep()

    assert await trail.found("privileges", *IN_JANUARY) == [tried, staff, team]


async def test_pages_give_every_row_once(trail: Trail) -> None:
    """Past the size of a page, newest first; another practice's officer sees none of it."""
    for _ in range(450):
        trail.add(by("front_desk"))
    await trail.keep()

    assert await trail.found("who-saw-client", "--client", trail.client_id) == list(range(449, -1, -1))
    stranger = trail.house.officer(str(uuid4()))
    assert await trail.export("who-saw-client", "--client", trail.client_id, token=stranger) == ""


async def test_a_record_that_is_no_json_stops_no_report(trail: Trail) -> None:
    """Tampered bytes; the columns still tell."""
    trail.add(by("front_desk"))
    trail.add(by("front_desk"))
    await trail.keep()
    trail.house.forge("update records set canonical = '\\xff00'::bytea where seq = 1")

    assert await trail.found("who-saw-client", "--client", trail.client_id) == [1, 0]
    assert await trail.found("no-relationship", *IN_JANUARY) == [0]


async def test_csv_begins_no_formula(trail: Trail) -> None:
    """One header over all pages; what a spreadsheet would run is text."""
    trail.add(by("front_desk", who='=HYPERLINK("http://x","y")'))
    for _ in range(201):
        trail.add(by("front_desk", who="user:a,b"))
    await trail.keep()

    text = await trail.export("who-saw-client", "--client", trail.client_id, "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 202
    assert rows[-1]["actor_id"] == '\'=HYPERLINK("http://x","y")'
    assert rows[0]["actor_id"] == "user:a,b"


async def test_fhir_lines_are_audit_events(trail: Trail) -> None:
    """R4, after IHE BALP: requestor, patient, request."""
    trail.add(by("front_desk"), request_id="r-1", object={"class": "schedule", "id": "a-1"})
    await trail.keep()

    [event] = [
        json.loads(line)
        for line in (await trail.export("who-saw-client", "--client", trail.client_id, "--format", "fhir")).splitlines()
    ]

    assert (event["resourceType"], event["type"]["code"], event["subtype"][0]["code"]) == ("AuditEvent", "rest", "read")
    assert (event["action"], event["outcome"], event["recorded"]) == ("R", "0", "2030-01-31T12:00:00.000000Z")
    [agent] = event["agent"]
    assert (agent["who"]["identifier"]["value"], agent["requestor"]) == ("user:front_desk", True)
    assert agent["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    assert event["source"]["observer"] == {"display": "booking"}
    assert [each["what"] for each in event["entity"]] == [
        {"reference": f"Patient/{trail.client_id}"}, {"identifier": {"value": "a-1"}}, {"identifier": {"value": "r-1"}}
    ]  # fmt: skip


async def test_reports_are_listed_in_words(trail: Trail) -> None:
    """Every report of the contract, with what it needs."""
    text = await trail.export("--list")

    names = [each.removeprefix("REPORT_").lower().replace("_", "-") for each in report_service_pb2.Report.keys()[1:]]
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")] == names
    assert "who-saw-client (needs client_id)" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("who-saw-client",), "REPORT_PARAMETER_WRONG"),
        (("failed", "--threshold", "3"), "REPORT_PARAMETER_WRONG"),
        (("bulk", "--threshold", "1"), "REPORT_PARAMETER_WRONG"),
        (("after-hours", "--zone", "Mars/Base"), "REPORT_PARAMETER_WRONG"),
        (("after-hours", "--zone", "UTC", "--opens", "19:00"), "REPORT_PARAMETER_WRONG"),
        (("all-of-actor", "--actor", "a", "--day", "2030-02-30", "--zone", "UTC"), "REPORT_PARAMETER_WRONG"),
        (("all-of-actor", "--actor", "a", "--day", "2030-02-01"), "REPORT_PARAMETER_WRONG"),
        (("failed", "--since", "2030-02-01", "--until", "2030-01-01"), "INTERVAL_REVERSED"),
        (("failed", "--since", "2030-01-01", "--until", "2030-04-04"), "INTERVAL_TOO_LONG"),
    ],
)
async def test_wrong_parameters_are_refused_clearly(trail: Trail, arguments: tuple[str, ...], reason: str) -> None:
    """Missing, foreign, out of range, reversed, too long."""
    assert reason in await trail.export(*arguments, code=cli.USAGE)
