"""A case is one person's work and, when it is severe, two people's word; a week is told in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from kept.audit.v1 import watch_pb2
from kept.audit.v1 import watch_service_pb2 as contract

from services.audit.adapters.digests import last_week
from services.chassis import errors
from services.chassis.context import Actor
from tests.integration.audit.house import House
from tests.integration.audit.test_rules import CLIENT, GLASS, look
from tests.support.suite_keys import person
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

JUSTIFIED, VIOLATION = watch_pb2.Case.OUTCOME_JUSTIFIED, watch_pb2.Case.OUTCOME_VIOLATION


def officers(practice_id: str) -> tuple[Actor, Actor]:
    """Two compliance officers."""
    first, second = (person(practice_id, ["compliance_officer"]) for _ in range(2))
    return first, Actor("user:second", "user", second.practice_id, second.roles)


async def ask(house: House, who: Actor, method: str, **told: Any) -> Any:
    """Call a method of the desk; changes get a request id."""
    request = getattr(contract, f"{method}Request")(**told)
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = str(uuid4())
    return await house.ask("WatchService", method, request, who)


async def opened(house: House, practice_id: str, *records: dict[str, Any]) -> None:
    """Let the rules make cases of records."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, **each) for each in records or [look()]])
    await house.watching().detect()


async def test_a_case_is_taken_and_decided(house: House, practice_id: str) -> None:
    """By whoever took it, on the version they read; each step is kept."""
    await opened(house, practice_id)
    first, second = officers(practice_id)
    [case] = (await ask(house, first, "ListCases", only_open=True)).cases
    taken = await ask(house, first, "AssignCase", case_id=case.case_id, etag=case.etag)
    with pytest.raises(errors.Stale):
        await ask(house, first, "DecideCase", case_id=case.case_id, outcome=JUSTIFIED, etag=case.etag)
    with pytest.raises(errors.RuleViolated) as not_yours:
        await ask(house, second, "DecideCase", case_id=case.case_id, outcome=JUSTIFIED, etag=taken.etag)
    done = await ask(house, first, "DecideCase", case_id=case.case_id, outcome=JUSTIFIED, etag=taken.etag)

    assert (case.rule, case.severity, case.client_id, case.findings) == ("no-relationship", "MEDIUM", CLIENT, 1)
    assert (taken.state, taken.assignee_id) == (watch_pb2.Case.STATE_ASSIGNED, first.actor_id)
    assert not_yours.value.reason == "CASE_NOT_YOURS"
    assert (done.state, done.outcome, done.decided_by) == (watch_pb2.Case.STATE_CLOSED, JUSTIFIED, first.actor_id)
    assert house.rows("select step, actor_id from case_steps order by version") == [
        ("OPEN", "system:audit"),
        ("ASSIGN", first.actor_id),
        ("DECIDE JUSTIFIED", first.actor_id),
    ]
    with pytest.raises(errors.RuleViolated) as over:
        await ask(house, first, "AssignCase", case_id=case.case_id, etag=done.etag)
    assert over.value.reason == "CASE_STATE_FORBIDS"


async def test_a_severe_outcome_is_two_peoples(house: House, practice_id: str) -> None:
    """Whoever decided does not sign off; the second may send it back."""
    await opened(house, practice_id, look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS}))
    first, second = officers(practice_id)
    [case] = (await ask(house, first, "ListCases", rule="break-glass")).cases
    told = {"case_id": case.case_id}
    taken = await ask(house, first, "AssignCase", etag=case.etag, **told)
    waits = await ask(house, first, "DecideCase", etag=taken.etag, outcome=VIOLATION, **told)
    with pytest.raises(errors.RuleViolated) as own:
        await ask(house, first, "SignOffCase", etag=waits.etag, **told)
    back = await ask(house, second, "SignOffCase", etag=waits.etag, is_sent_back=True, **told)
    again = await ask(house, first, "DecideCase", etag=back.etag, outcome=JUSTIFIED, **told)
    done = await ask(house, second, "SignOffCase", etag=again.etag, **told)

    assert waits.state == watch_pb2.Case.STATE_AWAITS_SIGN_OFF
    assert own.value.reason == "CASE_SIGN_OFF_OWN"
    assert (back.state, back.outcome) == (watch_pb2.Case.STATE_ASSIGNED, watch_pb2.Case.OUTCOME_UNSPECIFIED)
    assert (done.state, done.outcome, done.signed_off_by) == (watch_pb2.Case.STATE_CLOSED, JUSTIFIED, "user:second")


async def test_nobody_works_on_a_case_about_themself(house: House, practice_id: str) -> None:
    """Nor is given it, nor signs it off."""
    first, second = officers(practice_id)
    suspect = {"id": second.actor_id, "role": "front_desk,compliance_officer"}
    await opened(house, practice_id, look(actor=suspect))
    [case] = (await ask(house, first, "ListCases", rule="no-relationship")).cases
    for who, assignee in ((second, ""), (second, first.actor_id), (first, second.actor_id)):
        with pytest.raises(errors.RuleViolated) as own:
            await ask(house, who, "AssignCase", case_id=case.case_id, assignee_id=assignee, etag=case.etag)
        assert own.value.reason == "CASE_OWN"


async def test_the_queue_is_in_the_order_of_its_due_times_and_tells_what_is_late(
    house: House, practice_id: str
) -> None:
    """Page by page; only officers, only their own practice's."""
    glass = look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS})
    await opened(house, practice_id, look(), glass, look(client_id=str(uuid4())))
    first, _ = officers(practice_id)
    listed: list[watch_pb2.Case] = []
    token = ""
    while token or not listed:
        page = await ask(house, first, "ListCases", only_open=True, page_size=2, page_token=token)
        listed, token = [*listed, *page.cases], page.next_page_token
    house.forge("update cases set due_time = now() - interval '1 day' where rule = 'break-glass'")
    late = (await ask(house, first, "ListCases", only_overdue=True)).cases
    stranger = person(str(uuid4()), ["compliance_officer"])

    assert next(each.rule for each in listed) == "break-glass"
    assert len({each.case_id for each in listed}) == len(listed) >= 3
    assert [each.rule for each in late] == ["break-glass"]
    assert list((await ask(house, stranger, "ListCases")).cases) == []
    with pytest.raises(errors.NotFound):
        await ask(house, stranger, "GetCase", case_id=listed[0].case_id)
    with pytest.raises(errors.Forbidden):
        await ask(house, person(practice_id, ["practice_admin", "front_desk", "therapist"]), "ListCases")


async def test_findings_are_listed_with_what_explains_them(house: House, practice_id: str) -> None:
    """Of a case, and of what nobody has to look at; looking is itself in the trail, for each client."""
    theirs = look(actor={"relation": "care_team", "role": "therapist"}, occurred_at="2030-02-03T18:00:00Z")
    await ask(
        house,
        person(practice_id, ["compliance_officer"]),
        "PutWatchSettings",
        settings=watch_pb2.WatchSettings(time_zone="America/Chicago"),
    )
    await opened(house, practice_id, theirs, look())
    first, _ = officers(practice_id)
    [case] = (await ask(house, first, "ListCases")).cases
    own = (await ask(house, first, "ListFindings", case_id=case.case_id)).findings
    explained = (await ask(house, first, "ListFindings", only_explained=True)).findings

    assert [(each.rule, each.seq, each.explanation) for each in own] == [("no-relationship", 1, "")]
    assert [(each.rule, each.seq, each.explanation, each.evidence_id) for each in explained] == [
        ("after-hours", 0, "relation", "care_team")
    ]
    looked = house.rows(
        "select distinct record::json ->> 'client_id' from audit_outbox"
        " where record::json ->> 'op' = 'audit.ListFindings'"
    )
    assert looked == [(CLIENT,)]


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Base"}, {"opens": "8"}, {"opens": "18:00", "closes": "08:00"}, {"bulk_clients": 1}]
)
async def test_how_a_practice_is_watched_is_said_in_full(house: House, practice_id: str, wrong: dict[str, Any]) -> None:
    """What can't be is refused, and changes nothing."""
    first, _ = officers(practice_id)
    with pytest.raises(errors.InvalidRequest):
        await ask(house, first, "PutWatchSettings", settings=watch_pb2.WatchSettings(**wrong))

    kept = await house.ask("WatchService", "GetWatchSettings", contract.GetWatchSettingsRequest(), first)
    assert (kept.time_zone, kept.opens, kept.closes, kept.bulk_clients) == ("", "08:00", "18:00", 30)


async def test_a_week_is_told_once_in_numbers_that_name_nobody(house: House, practice_id: str) -> None:
    """For each practice with a trail, with its event; making it again changes nothing."""
    week = last_week(datetime.now(UTC))
    at = week.from_time.isoformat().replace("+00:00", "Z")
    emitter = Emitter()
    actor = {"id": "user:desk", "kind": "user", "role": "front_desk"}
    await house.keep(
        [
            emitter.write(practice_id, client_id=CLIENT, actor=actor, occurred_at=at),
            emitter.write(practice_id, client_id=CLIENT, actor=actor, occurred_at=at, stage="denied"),
            emitter.write(practice_id, client_id=CLIENT, actor=actor, occurred_at="2030-01-01T00:00:00Z"),
        ]
    )
    for _ in range(2):
        await house.watching().make_digests()
    first, _ = officers(practice_id)
    [digest] = (await ask(house, first, "ListDigests")).digests

    lines = {each.name: each.count for each in digest.lines}
    assert digest.week == week.name
    assert {name: lines[name] for name in ("records", "accesses", "clients", "people", "denied", "cases.open")} == {
        "records": 2, "accesses": 1, "clients": 1, "people": 1, "denied": 1, "cases.open": 0
    }  # fmt: skip
    assert CLIENT not in str(digest)
    assert "user:" not in str(digest)
    told = house.rows("select type from outbox where practice_id = %s", practice_id)
    assert told == [("kept.audit.v1.DigestMade",)]


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2030-01-07T00:00:00+00:00", "2030-W01"),
        ("2030-01-06T23:59:59+00:00", "2029-W52"),
        ("2027-01-04T08:00:00+00:00", "2026-W53"),
    ],
)
def test_weeks_are_iso_weeks(now: str, name: str) -> None:
    """The last one that is over."""
    assert last_week(datetime.fromisoformat(now)).name == name


async def test_rules_are_listed_with_what_explains_away(house: House, practice_id: str) -> None:
    """An officer can read what is looked for."""
    first, _ = officers(practice_id)
    rules: Sequence[watch_pb2.DetectionRule] = (await ask(house, first, "ListDetectionRules")).rules

    assert {each.name for each in rules} >= {"own-record", "vip", "bulk", "terminated-user", "break-glass"}
    assert all(each.summary and each.explained_by and each.severity for each in rules)


async def test_the_command_works_the_desk(house: House, practice_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Alarms end in the exit code; a severe case is taken, decided and signed off by two officers' commands."""
    await opened(house, practice_id, look(op="booking.StartBreakGlass", object={"class": "registry", "id": GLASS}))
    first, second = (house.token(each) for each in officers(practice_id))
    await house.servicer.watching.fork_found(practice_id, errors.RuleViolated("No.", reason="TREE_INCONSISTENT"))

    async def run(token: str, *arguments: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        code = await house.command(token, *arguments)
        return code, capsys.readouterr().out.splitlines()

    code, [alarm] = await run(first, "alarms", "--kind", "log.fork")
    alarm_id = alarm.split()[0]
    seen = await run(first, "alarms", "--acknowledge", alarm_id)
    over = await run(first, "alarms", "--resolve", alarm_id, "--as", "REPAIRED")
    quiet = await run(first, "alarms", "--kind", "log.fork")
    _, [case] = await run(first, "cases", "--rule", "break-glass")
    case_id = case.split()[0]
    found = await run(first, "cases", "--findings", case_id)
    taken = await run(first, "cases", "--take", case_id)
    decided = await run(first, "cases", "--decide", case_id, "--as", "JUSTIFIED")
    own = await run(first, "cases", "--sign-off", case_id)
    signed = await run(second, "cases", "--sign-off", case_id)
    left = await run(first, "cases", "--rule", "break-glass")
    await house.watching().make_digests()
    week = await run(first, "digests")

    assert (code, "OPEN" in alarm, "reason=TREE_INCONSISTENT" in alarm) == (1, True, True)
    assert (seen[0], "seen" in seen[1][0], "REPAIRED" in over[1][0], quiet) == (0, True, True, (0, []))
    assert "break-glass" in found[1][0]
    assert ["ASSIGNED" in taken[1][0], "AWAITS_SIGN_OFF" in decided[1][0]] == [True, True]
    assert (own[0], signed[0], "CLOSED" in signed[1][0], left[1]) == (2, 0, True, [])
    assert week[1][0].startswith(last_week(datetime.now(UTC)).name)
