"""Each rule finds what it is for, passes its near misses by, and explains away what has a reason, naming it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1.people_events_pb2 import PersonMarked

from services.audit.adapters.rule_files import FOLDER, read_rules
from services.audit.domain.rules import RuleUnreadable, read_rule
from tests.integration.audit.house import House
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

CLIENT, OWN, OTHER, GLASS, VISIT = (str(uuid4()) for _ in range(5))
MONDAY = "2030-02-04T15:00:00Z"  # 09:00 in Chicago
ZONE = "America/Chicago"


def look(**changed: Any) -> dict[str, Any]:
    """Somebody at the desk sees a client, by nothing but their role."""
    actor = {"id": "user:desk", "kind": "user", "role": "front_desk", "relation": "none"} | changed.pop("actor", {})
    return {
        "client_id": CLIENT,
        "actor_id": actor["id"],
        "actor": actor,
        "op": "booking.GetClient",
        "occurred_at": MONDAY,
        "object": {"class": "registry", "id": ""},
        "decision": {"effect": "permit", "policies": ["front-desk-runs-the-schedule"]},
        **changed,
    }


def visit(at: str = "2030-02-20T15:00:00Z", **changed: Any) -> dict[str, Any]:
    """An appointment of the client is booked, by the client."""
    actor = {"id": "user:client", "role": "client", "relation": "self"}
    return look(
        op="booking.BookAppointment",
        action="C",
        occurred_at=at,
        object={"class": "schedule", "id": VISIT},
        actor=actor,
        **changed,
    )


def usual(*clients: int) -> list[dict[str, Any]]:
    """Twenty hours with one client each on the days before, and then hours on Monday with so many."""
    before = [f"2030-01-{day}T1{hour}:10:00Z" for day in range(20, 30) for hour in (5, 6)]
    hours = [f"2030-02-04T1{5 + at}:00:00Z" for at, count in enumerate(clients) for _ in range(count)]
    return [look(client_id=str(uuid4()), occurred_at=at) for at in (*before, *hours)]


def sign_in(mark: str, at: str = MONDAY, role: str = "front_desk") -> dict[str, Any]:
    """Somebody signs in from a network."""
    return look(op="gateway.SignIn", client_id="", occurred_at=at, actor={"role": role}, net={"mark": mark})


STAFF = {"kind": "staff", "person_id": "user:desk"}
KEPT = {"kind": "client", "person_id": CLIENT}
THEIRS = {"relation": "care_team", "role": "therapist"}


@dataclass(frozen=True)
class Fixture:
    """What is in the trail, and what a rule makes of it."""

    rule: str
    name: str
    records: Sequence[dict[str, Any]]
    cases: int = 0
    explained: Sequence[tuple[str, str]] = ()
    facts: Sequence[dict[str, Any]] = field(default_factory=tuple)


FIXTURES = [
    Fixture("after-hours", "on a Sunday", [look(occurred_at="2030-02-03T18:00:00Z")], 1),
    Fixture("after-hours", "at 07:59", [look(occurred_at="2030-02-04T13:59:00Z")], 1),
    Fixture("after-hours", "at 08:00 sharp", [look(occurred_at="2030-02-04T14:00:00Z")]),
    Fixture("after-hours", "at 18:00 sharp", [look(occurred_at="2030-02-05T00:00:00Z")], 1),
    Fixture(
        "after-hours",
        "by the therapist of the client",
        [look(occurred_at="2030-02-03T18:00:00Z", actor=THEIRS)],
        explained=[("relation", "care_team")],
    ),
    Fixture("own-record", "as staff", [look(actor={"client_id": CLIENT})], 1),
    Fixture("own-record", "of another client", [look(actor={"client_id": OWN})]),
    Fixture(
        "own-record",
        "as a client, like every client",
        [look(actor={"client_id": CLIENT, "relation": "self"}, decision={"policies": ["clients-act-for-themselves"]})],
        explained=[("policy", "clients-act-for-themselves")],
    ),
    *(
        each
        for name, mark in (("same-surname", "family"), ("same-address", "address"), ("same-phone", "phone"))
        for each in (
            Fixture(
                name,
                "without a reason",
                [look()],
                1,
                facts=[STAFF | {f"{mark}_mark": "a"}, KEPT | {f"{mark}_mark": "a"}],
            ),
            Fixture(name, "another one", [look()], facts=[STAFF | {f"{mark}_mark": "a"}, KEPT | {f"{mark}_mark": "b"}]),
            Fixture(name, "nobody said one", [look()], facts=[STAFF, KEPT]),
            Fixture(
                name,
                "the client has an appointment",
                [look(), visit()],
                explained=[("appointment", VISIT)],
                facts=[STAFF | {f"{mark}_mark": "a"}, KEPT | {f"{mark}_mark": "a"}],
            ),
        )
    ),
    Fixture("vip", "without a reason", [look()], 1, facts=[KEPT | {"is_vip": True}]),
    Fixture("vip", "of nobody special", [look()], facts=[KEPT]),
    Fixture(
        "vip",
        "by the team",
        [look(actor=THEIRS)],
        explained=[("relation", "care_team")],
        facts=[KEPT | {"is_vip": True}],
    ),
    Fixture("no-relationship", "nothing to do with the client", [look()], 1),
    Fixture("no-relationship", "by the team", [look(actor=THEIRS)]),
    Fixture("no-relationship", "by a client", [look(actor={"role": "client"})]),
    Fixture("no-relationship", "refused", [look(stage="denied")]),
    Fixture("no-relationship", "an appointment within 30 days", [look(), visit()], explained=[("appointment", VISIT)]),
    Fixture("no-relationship", "an appointment in 31 days", [look(), visit("2030-03-07T15:00:01Z")], 1),
    Fixture("no-relationship", "of another client", [look(), visit(client_id=OTHER)], 1),
    Fixture(
        "no-relationship",
        "registered by the desk",
        [look(op="booking.RegisterClient")],
        explained=[("registration", "")],
    ),
    Fixture(
        "no-relationship",
        "a crisis is everybody's",
        [look(decision={"policies": ["staff-answers-alarms"]})],
        explained=[("policy", "staff-answers-alarms")],
    ),
    Fixture("no-relationship", "an officer asks the trail", [look(object={"class": "trail"}, op="audit.RunReport")]),
    Fixture("bulk", "many clients", [look(client_id=str(uuid4())) for _ in range(5)], 1),
    Fixture("bulk", "one too few", [look(client_id=str(uuid4())) for _ in range(4)]),
    Fixture("bulk", "one client often", [look() for _ in range(9)]),
    Fixture(
        "bulk",
        "in two hours",
        [look(client_id=str(uuid4()), occurred_at=f"2030-02-04T1{5 + at % 2}:59:00Z") for at in range(8)],
    ),
    Fixture(
        "bulk",
        "clients who come",
        [
            each
            for client_id in (str(uuid4()) for _ in range(5))
            for each in (visit(client_id=client_id), look(client_id=client_id))
        ],
        explained=[("appointment", "")],
    ),
    Fixture(
        "denied-then-allowed", "within the hour", [look(stage="denied"), look(occurred_at="2030-02-04T16:00:00Z")], 1
    ),
    Fixture("denied-then-allowed", "later", [look(stage="denied"), look(occurred_at="2030-02-04T16:00:01Z")]),
    Fixture("denied-then-allowed", "another client", [look(stage="denied"), look(client_id=OTHER)]),
    Fixture("denied-then-allowed", "before", [look(occurred_at="2030-02-04T14:59:00Z"), look(stage="denied")]),
    Fixture(
        "denied-then-allowed",
        "taken into the team",
        [look(stage="denied"), look(actor={"relation": "care_team"})],
        explained=[("relation", "care_team")],
    ),
    Fixture(
        "denied-then-allowed",
        "by an emergency, which is reviewed for itself",
        [
            look(stage="denied"),
            look(actor={"relation": "break_glass"}, decision={"break_glass_id": GLASS, "policies": []}),
        ],
        explained=[("relation", GLASS)],
    ),
    Fixture("terminated-user", "afterwards", [look()], 1, facts=[STAFF | {"leave_time": "2030-02-04T14:59:59Z"}]),
    Fixture(
        "terminated-user",
        "refused, too",
        [look(stage="denied")],
        1,
        facts=[STAFF | {"leave_time": "2030-02-01T00:00:00Z"}],
    ),
    Fixture("terminated-user", "on the last day", [look()], facts=[STAFF | {"leave_time": "2030-02-04T15:00:01Z"}]),
    Fixture(
        "terminated-user",
        "somebody else",
        [look(actor={"id": "user:new"})],
        facts=[STAFF | {"leave_time": "2030-02-01T00:00:00Z"}],
    ),
    Fixture(
        "proxy-confidential",
        "what was made confidential",
        [
            look(op="booking.SetConfidential", object={"id": VISIT}),
            look(
                actor={"role": "client", "relation": "proxy"}, object={"id": VISIT}, occurred_at="2030-02-04T16:00:00Z"
            ),
        ],
        1,
    ),
    Fixture(
        "proxy-confidential",
        "another appointment",
        [
            look(op="booking.SetConfidential", object={"id": VISIT}),
            look(
                actor={"role": "client", "relation": "proxy"}, object={"id": GLASS}, occurred_at="2030-02-04T16:00:00Z"
            ),
        ],
    ),
    Fixture(
        "proxy-confidential",
        "before",
        [
            look(actor={"role": "client", "relation": "proxy"}, object={"id": VISIT}),
            look(op="booking.SetConfidential", object={"id": VISIT}, occurred_at="2030-02-04T16:00:00Z"),
        ],
    ),
    Fixture("unusual-bulk", "four in an hour instead of one", usual(4), 1),
    Fixture("unusual-bulk", "two instead of one", usual(2)),
    Fixture("unusual-bulk", "of whom nobody knows what is usual", usual(4)[-4:]),
    Fixture("unusual-bulk", "what the rule of many finds", usual(5)),
    Fixture("unusual-place", "another network", [sign_in("a", "2030-02-01T15:00:00Z"), sign_in("b")], 1),
    Fixture("unusual-place", "the same", [sign_in("a", "2030-02-01T15:00:00Z"), sign_in("a")]),
    Fixture("unusual-place", "the first of all", [sign_in("a")]),
    Fixture("unusual-place", "long ago", [sign_in("a", "2029-10-01T15:00:00Z"), sign_in("b")]),
    Fixture("unusual-place", "a client", [sign_in("a", "2030-02-01T15:00:00Z", "client"), sign_in("b", role="client")]),
    Fixture(
        "break-glass",
        "not reviewed",
        [look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS})],
        1,
    ),
    Fixture("break-glass", "refused", [look(op="booking.StartBreakGlass", stage="denied", object={"id": GLASS})]),
    Fixture(
        "break-glass",
        "reviewed already",
        [
            look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS}),
            look(op="booking.ReviewBreakGlass", object={"class": "trail", "id": GLASS}, actor={"id": "user:officer"}),
        ],
        explained=[("review", "user:officer")],
    ),
]


def keep_facts(house: House, practice_id: str, facts: Sequence[dict[str, Any]]) -> None:
    """Store what is known of people."""
    columns = ("kind", "person_id", "family_mark", "address_mark", "phone_mark", "is_vip", "leave_time")
    with psycopg.connect(house.store.owner_url) as conn:
        for each in facts:
            conn.execute(
                "insert into people_facts (practice_id, kind, person_id, family_mark, address_mark, phone_mark, is_vip,"
                " leave_time, version) values (%s, %s, %s, %s, %s, %s, coalesce(%s, false), %s, 1)",
                (practice_id, *(each.get(name) for name in columns)),
            )


def watch_by_chicago(house: House, practice_id: str) -> None:
    """Say where the practice is, and that five are many."""
    with psycopg.connect(house.store.owner_url) as conn:
        conn.execute(
            "insert into watch_settings (practice_id, time_zone, bulk_clients) values (%s, %s, 5)", (practice_id, ZONE)
        )


def of_rule(house: House, practice_id: str, rule: str) -> tuple[int, list[tuple[str, str]]]:
    """How many cases there are of a rule, and what was explained by what."""
    [(cases,)] = house.rows("select count(*) from cases where practice_id = %s and rule = %s", practice_id, rule)
    explained = house.rows(
        "select explanation, evidence_id from findings where practice_id = %s and rule = %s and explanation <> ''",
        practice_id,
        rule,
    )
    return cases, sorted(explained)


async def test_a_rule_finds_what_it_is_for_and_no_more(house: House) -> None:
    """Positive, near miss, and explained away with what explains it: each in a practice of its own."""
    practices = [str(uuid4()) for _ in FIXTURES]
    for practice_id, fixture in zip(practices, FIXTURES, strict=True):
        emitter = Emitter(f"booking/{practice_id}")
        keep_facts(house, practice_id, fixture.facts)
        watch_by_chicago(house, practice_id)
        house.deliver([emitter.write(practice_id, **each) for each in fixture.records], emitter=emitter.name, version=1)
    await house.take_in()
    for _ in range(len(FIXTURES) // 50 + 1):  # a round takes fifty trees
        await house.watching().detect()

    found = {
        f"{fixture.rule}: {fixture.name}": of_rule(house, practice_id, fixture.rule)
        for practice_id, fixture in zip(practices, FIXTURES, strict=True)
    }
    assert found == {f"{each.rule}: {each.name}": (each.cases, sorted(each.explained)) for each in FIXTURES}


def test_every_rule_has_a_find_and_a_near_miss() -> None:
    """A rule without both shows nothing."""
    for rule in read_rules():
        own = [each for each in FIXTURES if each.rule == rule.name]
        assert any(each.cases for each in own), rule.name
        assert any(not each.cases and not each.explained for each in own), rule.name
        assert any(each.explained for each in own) or rule.explained_by == "nothing", rule.name


def test_a_rule_that_does_not_say_what_it_is_stops_the_start() -> None:
    """Half a rule would find half of it."""
    text = (FOLDER / "vip.sql").read_text(encoding="utf-8")
    for wrong in (
        text.replace("-- severity: MEDIUM\n", ""),
        text.replace("MEDIUM", "SEVERE"),
        text.replace("30\n", "x\n", 1),
    ):
        with pytest.raises(RuleUnreadable):
            read_rule("vip", wrong)
    with pytest.raises(RuleUnreadable):
        read_rule("other", text)


async def test_what_a_later_appointment_explains_is_closed_by_itself(house: House, practice_id: str) -> None:
    """The desk opens the client first and books then; nobody has to look at it, and what explains it is named."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, **look())])
    await house.watching().detect()
    before = house.rows("select state, outcome from cases where rule = 'no-relationship'")
    await house.keep([emitter.write(practice_id, **visit())])
    await house.watching().detect()

    assert before == [("OPEN", "")]
    assert house.rows("select state, outcome from cases where rule = 'no-relationship'") == [("CLOSED", "SETTLED")]
    [(explanation, evidence_seq, evidence_id)] = house.rows(
        "select explanation, evidence_seq, evidence_id from findings where rule = 'no-relationship' and seq = 0"
    )
    assert (explanation, evidence_seq, evidence_id) == ("appointment", 1, VISIT)


async def test_an_emergency_waits_in_the_queue_until_it_is_reviewed(house: House, practice_id: str) -> None:
    """The review in booking closes its case here, also one that somebody has taken."""
    emitter = Emitter()
    start = look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS})
    await house.keep([emitter.write(practice_id, **start)])
    await house.watching().detect()
    house.forge("update cases set state = 'ASSIGNED', assignee_id = 'user:officer' where rule = 'break-glass'")
    [(severity, days)] = house.rows(
        "select severity, extract(day from due_time - create_time) from cases where rule = 'break-glass'"
    )
    review = look(op="booking.ReviewBreakGlass", object={"class": "trail", "id": GLASS}, actor={"id": "user:officer"})
    await house.keep([emitter.write(practice_id, **review)])
    await house.watching().detect()

    assert (severity, days) == ("HIGH", 3)
    assert house.rows("select state, outcome from cases where rule = 'break-glass'") == [("CLOSED", "SETTLED")]


async def test_what_is_found_again_joins_the_case_that_is_open(house: House, practice_id: str) -> None:
    """One case an actor and a client; a record is found once, however often the rules run."""
    emitter = Emitter()
    for _ in range(3):
        await house.keep([emitter.write(practice_id, **look())])
        await house.watching().detect()
    await house.watching().detect()

    rows = house.rows("select findings, first_seq, last_seq from cases where rule = 'no-relationship'")
    assert rows == [(3, 0, 2)]
    assert house.rows("select count(*) from findings where rule = 'no-relationship'") == [(3,)]


async def test_records_of_other_services_are_given_time_to_come(house: House, practice_id: str) -> None:
    """What explains a look may be on its way: nothing is decided about a record that has just come in."""
    await house.keep([Emitter().write(practice_id, **look())])
    await house.servicer.watching.detect()

    assert house.rows("select count(*) from findings") == [(0,)]
    assert house.rows("select next_seq from rule_positions where practice_id = %s", practice_id) == [(0,)]


async def test_a_practice_is_watched_within_its_wall(house: House, practice_id: str) -> None:
    """An appointment, or a fact, of another practice explains and accuses nobody."""
    emitter, other = Emitter(), str(uuid4())
    keep_facts(house, other, [KEPT | {"is_vip": True}])
    await house.keep([emitter.write(practice_id, **look()), emitter.write(other, **visit())])
    await house.watching().detect()

    assert of_rule(house, practice_id, "no-relationship") == (1, [])
    assert of_rule(house, practice_id, "vip") == (0, [])


async def test_facts_of_people_come_by_events_and_the_last_one_counts(house: House, practice_id: str) -> None:
    """In whatever order, and twice; another practice's word is put aside; a client whose keys are gone is forgotten."""

    def marked(version: int, **told: Any) -> PersonMarked:
        return PersonMarked(practice_id=practice_id, kind="client", person_id=CLIENT, version=version, **told)

    for event in (marked(2, family_mark="ab", is_vip=True), marked(1, family_mark="cd"), marked(2, family_mark="ab")):
        house.tell(practice_id, event, subject=f"mark:client:{CLIENT}", version=event.version)
        await house.take_in()
    house.tell(str(uuid4()), marked(9, family_mark="ef"), subject="mark:client:other", version=9)
    await house.take_in()

    known = "select family_mark, is_vip, version from people_facts where practice_id = %s"
    assert house.rows(known, practice_id) == [("ab", True, 2)]
    assert house.rows("select count(*) from people_facts") == [(1,)]


async def test_what_left_the_practice_is_in_the_report_of_disclosures(
    house: House, practice_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What booking accounts for, an officer's export, and an evidence package; a look at the screen is none of it."""
    given = {"id": GLASS, "what": "SCHEDULE", "purpose": "LEGAL", "basis": "LAW"}
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, **look(op="booking.RecordDisclosure", disclosure=given))])
    token, key = house.officer(practice_id), str(house.keys.folder / "checkpoint.pub")
    client = ("--client", CLIENT)
    await house.command(token, "query", *client)
    await house.command(token, "report", "who-saw-client", *client, "--format", "csv")
    await house.command(token, "export", "--key", key, "--out", str(tmp_path / "evidence"), *client)
    with psycopg.connect(house.store.worker_url) as conn:
        texts = [row[0] for row in conn.execute("select record from audit_outbox order by emitter_seq").fetchall()]
    await house.keep(texts)
    capsys.readouterr()
    assert await house.command(token, "report", "disclosures", *client) == 0

    found = [json.loads(line)["finding"] for line in capsys.readouterr().out.splitlines()]
    assert f"basis=LAW id={GLASS} purpose=LEGAL what=SCHEDULE" in found
    assert "form=csv purpose=EXPORT what=report:who-saw-client" in found
    assert "purpose=EVIDENCE what=evidence-package" in found
    assert len(found) == 3
