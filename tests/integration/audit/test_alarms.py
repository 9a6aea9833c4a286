"""What of the trail is not as it should be is found, told once, and kept until it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.audit.v1 import watch_service_pb2 as contract
from kept.audit.v1.watch_events_pb2 import EmitterBeat

from services.chassis import errors
from services.chassis.context import Actor
from tests.integration.audit.house import NIL, House
from tests.support.suite_keys import person
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration


def now_text(**off: float) -> str:
    """An instant as records spell it, off by so much."""
    return (datetime.now(UTC) + timedelta(**off)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def alarms(house: House, kind: str = "", *, only_open: bool = True) -> list[tuple[str, str, dict[str, Any]]]:
    """Whose alarms there are: practice, subject and evidence."""
    return house.rows(
        "select practice_id::text, subject, evidence from alarms"
        " where kind like %s and (resolve_time is null or not %s) order by alarm_id",
        kind or "%",
        only_open,
    )


async def look(house: House, **later: float) -> None:
    """Let the watching look at the emitters, that much later."""
    await house.watching(**later).look_at_emitters()


async def test_a_number_that_is_missing_is_named_within_a_minute_and_is_over_when_it_comes(
    house: House, practice_id: str
) -> None:
    """Check 10: of whichever practice the missing record is."""
    emitter = Emitter()
    first, lost, last = (
        emitter.write(each, occurred_at=now_text()) for each in (practice_id, str(uuid4()), practice_id)
    )
    await house.keep([first, last])
    await look(house, seconds=30)
    early = alarms(house, "emitter.gap")
    await look(house, seconds=65)
    found = alarms(house, "emitter.gap")
    await house.keep([lost])
    await look(house, seconds=130)

    assert early == []
    assert found == [(NIL, "booking/test:2", {"emitter": "booking/test", "first_seq": 2, "last_seq": 2})]
    assert alarms(house, "emitter.gap") == []
    assert house.rows("select resolution from alarms where kind = 'emitter.gap'") == [("GONE",)]


async def test_a_lost_tail_is_found_by_the_sign_of_life(house: House, practice_id: str) -> None:
    """The newest row was removed before it was shipped: nothing comes after it that would show a gap."""
    await house.keep(Emitter().several(3, practice_id, occurred_at=now_text()))
    house.beat("booking/test", 5)
    await house.take_in()
    await look(house)
    await look(house, seconds=65)

    assert ("booking/test:4", 4, 5) in [
        (subject, evidence["first_seq"], evidence["last_seq"]) for _, subject, evidence in alarms(house, "emitter.gap")
    ]


async def test_what_still_waits_to_be_shipped_is_no_gap(house: House, practice_id: str) -> None:
    """The emitter says so itself; that it waits for long is another alarm."""
    await house.keep(Emitter().several(3, practice_id, occurred_at=now_text()))
    house.beat("booking/test", 9, waiting_seq=4, waiting_ms=90_000)
    await house.take_in()
    await look(house)
    await look(house, seconds=50)

    assert alarms(house, "emitter.gap") == []
    assert [subject for _, subject, _ in alarms(house, "emitter.lag")] == ["booking/test"]


async def test_silence_is_told_and_ends_with_the_next_sign_of_life(house: House) -> None:
    """Of the emitter, and of its service when no other one lives."""
    house.beat("booking/a", 0)
    house.beat("matching/a", 0)
    house.beat("matching/b", 0)
    await house.take_in()
    await look(house, seconds=30)
    early = alarms(house, "emitter.silent")
    await look(house, seconds=65)
    silent = {subject for _, subject, _ in alarms(house, "emitter.silent")}
    house.forge("update emitters set beat_time = now() + interval '200 seconds' where emitter = 'matching/b'")
    await look(house, seconds=200)

    assert early == []
    assert silent == {"booking/a", "booking", "matching/a", "matching/b", "matching"}
    assert {subject for _, subject, _ in alarms(house, "emitter.silent")} == {"booking/a", "booking", "matching/a"}


async def test_who_stops_by_itself_is_not_missed_unless_nobody_takes_its_place(house: House) -> None:
    """A rollout makes no noise; a service that is stopped for good does."""
    house.beat("booking/old", 0, is_farewell=True)
    house.beat("booking/new", 0)
    house.beat("matching/only", 0, is_farewell=True)
    await house.take_in()
    house.forge("update emitters set beat_time = now() + interval '100 seconds' where emitter = 'booking/new'")
    await look(house, seconds=90)

    assert [subject for _, subject, _ in alarms(house, "emitter.silent")] == ["matching"]


async def test_two_records_under_one_number_are_told_in_one_practice_and_across(house: House, practice_id: str) -> None:
    """Check 11: the first stays, the other is kept, and the alarm has both hashes."""
    other, one = str(uuid4()), Emitter()
    text = one.write(practice_id, occurred_at=now_text())
    again = Emitter().write(practice_id, actor_id="user:other", occurred_at=now_text())
    elsewhere = Emitter().write(other, occurred_at=now_text())
    for each in (text, again, elsewhere):
        await house.keep([each])

    found = alarms(house, "emitter.equivocation")
    assert [(whose, subject) for whose, subject, _ in found] == [
        (practice_id, "booking/test:1"),
        (other, "booking/test:1"),
    ]
    assert all(evidence["first"] != evidence["other"] and len(evidence["first"]) == 64 for _, _, evidence in found)
    assert house.rows("select actor_id from records where practice_id = %s", practice_id) == [("user:desk",)]


async def test_a_record_that_does_not_name_the_one_before_is_told(house: House, practice_id: str) -> None:
    """Also when it comes first and what is before it comes later."""
    emitter = Emitter()
    first = emitter.write(practice_id, occurred_at=now_text())
    emitter._prev = "f" * 64
    second = emitter.write(practice_id, occurred_at=now_text())
    await house.keep([second])
    quiet = alarms(house, "emitter.chain")
    await house.keep([first])

    assert quiet == []
    [(_, subject, evidence)] = alarms(house, "emitter.chain")
    assert (subject, evidence["named"]) == ("booking/test:2", "f" * 64)


async def test_late_records_and_clocks_that_are_off_are_told_and_cleared(house: House, practice_id: str) -> None:
    """Checks 6 and 25: order is by number, whatever the times say."""
    emitter = Emitter()
    texts = [emitter.write(practice_id, occurred_at=now_text(minutes=each)) for each in (0, 5, -5)]
    await house.keep(texts)
    house.beat("booking/test", 3)
    house.beat("availability/test", 0, skew_ms=-300_000)
    await house.take_in()
    await look(house)
    raised = {
        (kind, subject) for kind, subject in house.rows("select kind, subject from alarms where resolve_time is null")
    }
    house.forge("update emitters set beat_time = now() + interval '40 seconds', skew_s = 0")
    await look(house, seconds=40)

    assert {
        ("emitter.lag", "booking/test"),
        ("clock.skew", "booking/test"),
        ("clock.skew", "availability/test"),
    } <= raised
    assert alarms(house) == []
    rows = house.rows("select emitter_seq from records where practice_id = %s order by seq", practice_id)
    assert [seq for (seq,) in rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("forgery", "subject"),
    [
        ("update records set canonical = canonical || ' ' where seq = 2", "leaf-hash:2"),
        ("update records set client_id = gen_random_uuid() where seq = 2", "columns:2"),
        ("delete from records where seq = 2", "completeness:2"),
    ],
)
async def test_what_was_changed_in_the_database_is_found_without_anybody_asking(
    house: House, practice_id: str, forgery: str, subject: str
) -> None:
    """The checking goes over every record again and again."""
    await house.keep(Emitter().several(5, practice_id, occurred_at=now_text()))
    await house.watching().check_records()
    honest = alarms(house, "record.tampered")
    house.forge(forgery)
    await house.watching().check_records()
    await house.watching().check_records()

    assert honest == []
    assert [(whose, what) for whose, what, _ in alarms(house, "record.tampered")] == [(practice_id, subject)]


async def test_a_tree_that_was_rewritten_raises_an_alarm(house: House, practice_id: str) -> None:
    """Check 16: it is not signed, and somebody is told."""
    await house.keep(Emitter().several(3, practice_id, occurred_at=now_text()))
    await house.servicer.sign_grown_trees()
    house.forge("update heads set root = decode(repeat('00', 32), 'hex'), signed_size = 0")
    await house.servicer.sign_grown_trees()

    assert [(whose, subject) for whose, subject, _ in alarms(house, "log.fork")] == [(practice_id, "tree")]


async def test_what_can_not_be_read_raises_an_alarm(house: House) -> None:
    """Check 9: it is kept aside, and what comes after it is taken in."""
    await house.keep(["no record"])

    assert [whose for whose, _, _ in alarms(house, "record.unreadable")] == [NIL]


async def fork(house: House, practice_id: str) -> None:
    """Make an alarm of a practice's own."""
    await house.servicer.watching.fork_found(practice_id, errors.RuleViolated("No.", reason="TREE_INCONSISTENT"))


def told(house: House, practice_id: str) -> list[str]:
    """The events of a practice that wait to be published."""
    rows = house.rows("select type from outbox where practice_id = %s order by position", practice_id)
    return [str(type_).rpartition(".")[2] for (type_,) in rows]


async def listed(house: House, who: Actor, **asked: Any) -> Any:
    """Alarms as an officer sees them."""
    return (await house.ask("WatchService", "ListAlarms", contract.ListAlarmsRequest(**asked), who)).alarms


async def test_an_officer_sees_acknowledges_and_resolves(house: House, practice_id: str) -> None:
    """Each step once, with who did it; staff is paged about it from the alarm until somebody has seen it."""
    officer = person(practice_id, ["compliance_officer"])
    await fork(house, practice_id)
    await fork(house, practice_id)
    [alarm] = await listed(house, officer, only_open=True)
    seen = await house.ask(
        "WatchService",
        "AcknowledgeAlarm",
        contract.AcknowledgeAlarmRequest(alarm_id=alarm.alarm_id, request_id=str(uuid4())),
        officer,
    )
    over = await house.ask(
        "WatchService",
        "ResolveAlarm",
        contract.ResolveAlarmRequest(alarm_id=alarm.alarm_id, resolution="INCIDENT", request_id=str(uuid4())),
        officer,
    )

    assert (alarm.kind, alarm.severity, alarm.sightings, alarm.acknowledged_by) == ("log.fork", "HIGH", 2, "")
    assert [(each.name, each.value) for each in alarm.evidence] == [("reason", "TREE_INCONSISTENT")]
    assert seen.acknowledged_by == officer.actor_id
    assert (over.resolution, over.resolved_by) == ("INCIDENT", officer.actor_id)
    assert told(house, practice_id) == ["AlarmRaised", "AlarmSettled", "AlarmSettled"]
    assert list(await listed(house, officer, only_open=True)) == []
    with pytest.raises(errors.RuleViolated) as refusal:
        await house.ask(
            "WatchService",
            "ResolveAlarm",
            contract.ResolveAlarmRequest(alarm_id=alarm.alarm_id, resolution="REPAIRED", request_id=str(uuid4())),
            officer,
        )
    assert refusal.value.reason == "ALARM_NOT_RESOLVABLE"


async def test_alarms_of_the_installation_are_everybodys_and_those_of_a_practice_its_own(
    house: House, practice_id: str
) -> None:
    """An officer's seeing one does not hide it from the next practice's."""
    officer, other = (person(each, ["compliance_officer"]) for each in (practice_id, str(uuid4())))
    await fork(house, practice_id)
    await house.keep(["no record"])
    [shared] = await listed(house, other)
    await house.ask(
        "WatchService",
        "AcknowledgeAlarm",
        contract.AcknowledgeAlarmRequest(alarm_id=shared.alarm_id, request_id=str(uuid4())),
        other,
    )
    own = await listed(house, officer)
    with pytest.raises(errors.NotFound):
        await house.ask(
            "WatchService",
            "AcknowledgeAlarm",
            contract.AcknowledgeAlarmRequest(
                alarm_id=next(each.alarm_id for each in own if not each.is_shared), request_id=str(uuid4())
            ),
            other,
        )
    with pytest.raises(errors.Forbidden):
        await listed(house, person(practice_id, ["front_desk", "therapist", "practice_admin"]))

    assert {(each.kind, each.is_shared, each.acknowledged_by) for each in own} == {
        ("log.fork", False, ""),
        ("record.unreadable", True, ""),
    }
    assert [each.acknowledged_by for each in await listed(house, other)] == [other.actor_id]


async def test_a_process_tells_the_trail_that_it_lives(house: House, practice_id: str) -> None:
    """The chassis says how far it has come, by the outbox, also when nothing happens."""
    await listed(house, person(practice_id, ["compliance_officer"]))
    await house.server.beats.beat()
    await house.server.beats.beat(is_farewell=True)

    with psycopg.connect(house.store.owner_url) as conn:
        rows = conn.execute("select type, aggregate_id, body from outbox order by position").fetchall()
        state = conn.execute("select emitter_seq, head from audit_emitters").fetchall()
    beats = [EmitterBeat.FromString(bytes(body)) for type_, _, body in rows]
    assert {aggregate for _, aggregate, _ in rows} == {"beat:audit/test"}
    assert [(each.emitter, each.is_farewell, each.waiting_seq) for each in beats] == [
        ("audit/test", False, 1),
        ("audit/test", True, 1),
    ]
    assert [(beats[0].emitter_seq, beats[0].head)] == state
    assert abs(beats[0].skew_ms) < 2_000
