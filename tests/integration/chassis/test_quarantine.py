"""What was put aside can be looked at and put back, once, and in its place."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest

from services.chassis.events import quarantine
from tests.support.postgres import FreshDatabase

PRACTICE = str(uuid.uuid4())
BOOKED = "kept.booking.v1.AppointmentBooked"


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(fresh: FreshDatabase) -> Callable[..., Said]:
    """Run a command as the service's worker."""

    def command(*arguments: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        code = quarantine.main(["--database-url", fresh.worker_url, *arguments], out, err)
        return Said(code, out.getvalue(), err.getvalue())

    return command


def failed_event(fresh: FreshDatabase, aggregate_id: str = "a", version: int = 1) -> tuple[str, str]:
    """An event whose reaction had a bug; return its id and that of its row aside."""
    event_id, quarantine_id = str(uuid.uuid4()), str(uuid.uuid4())
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute(
            "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body, state, attempt_count)"
            " values (%s, %s, 'booking', %s, %s, %s, '{}', 'quarantined', 1)",
            (PRACTICE, event_id, BOOKED, aggregate_id, version),
        )
        conn.execute(
            "insert into quarantine (practice_id, quarantine_id, origin, event_id, type, body, reason)"
            " values (%s, %s, 'inbox', %s, %s, '{}', 'ValueError')",
            (PRACTICE, quarantine_id, event_id, BOOKED),
        )
    return event_id, quarantine_id


def unread_message(fresh: FreshDatabase, *, type_: str = BOOKED, body: str = "{}") -> tuple[str, str]:
    """A message the worker could not read when it came; return its id and that of its row aside."""
    message_id, quarantine_id = str(uuid.uuid4()), str(uuid.uuid4())
    headers = {
        "message_id": message_id,
        "type": type_,
        "app_id": "booking",
        "timestamp": 1_790_000_000,
        "headers": {"subject": "a", "practice_id": PRACTICE, "version": 7, "actor": "user:x"},
    }
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute(
            "insert into quarantine (practice_id, quarantine_id, origin, queue, event_id, type, headers, body, reason)"
            " values (%s, %s, 'consume', 'diary.on_booking', %s, %s, %s, %s, 'UNKNOWN_TYPE')",
            (str(uuid.UUID(int=0)), quarantine_id, message_id, type_, json.dumps(headers), body.encode()),
        )
    return message_id, quarantine_id


def inbox(fresh: FreshDatabase) -> dict[str, tuple[str, bool]]:
    """State of each event, and whether it is there for the second time."""
    with psycopg.connect(fresh.owner_url) as conn:
        rows = conn.execute("select event_id::text, state, is_replayed from inbox").fetchall()
    return {event_id: (state, is_replayed) for event_id, state, is_replayed in rows}


def test_a_list_shows_what_and_why_and_no_body(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """Bodies leave by `show` only."""
    _, first = failed_event(fresh)
    _, second = unread_message(fresh, body='{"secret": 1}')

    said = run("list")
    as_json = [json.loads(line) for line in run("list", "--json").out.splitlines()]

    assert (said.code, said.err) == (0, "2 shown\n")
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == [first, second]
    assert [(each["reason"], each["origin"]) for each in as_json] == [
        ("ValueError", "inbox"),
        ("UNKNOWN_TYPE", "consume"),
    ]
    assert "secret" not in said.out


def test_a_list_can_be_narrowed_by_type_and_reason(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """Both at once, too; more rows than asked for are said to exist."""
    failed_event(fresh)
    _, wanted = unread_message(fresh, type_="kept.booking.v1.ClientRegistered")

    assert [each.split()[0] for each in run("list", "--reason", "UNKNOWN_TYPE").out.splitlines()[1:]] == [wanted]
    assert len(run("list", "--type", BOOKED, "--reason", "UNKNOWN_TYPE").out.splitlines()) == 1
    assert "there may be more" in run("list", "--limit", "1").err


def test_show_prints_one_message_whole(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """With headers and body; an unknown id is said to be unknown."""
    message_id, quarantine_id = unread_message(fresh, body='{"appointment": {}}')

    shown = json.loads(run("show", quarantine_id).out)
    unknown = run("show", str(uuid.uuid4()))

    assert (shown["body"], shown["headers"]["message_id"]) == ('{"appointment": {}}', message_id)
    assert (unknown.code, unknown.out) == (1, "")


def test_a_failed_event_is_put_back_in_its_place(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """It is pending again, and not late though newer ones were handled."""
    event_id, quarantine_id = failed_event(fresh)

    said = run("replay", quarantine_id)

    assert (said.code, said.out) == (0, "1 replayed\n")
    assert inbox(fresh) == {event_id: ("pending", True)}


def test_a_message_is_read_anew_with_the_contracts_of_today(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """What an old worker did not know, a new one stores as if it had just come."""
    message_id, quarantine_id = unread_message(fresh)

    assert run("replay", quarantine_id).code == 0

    assert inbox(fresh) == {message_id: ("pending", True)}


@pytest.mark.parametrize(
    ("type_", "body", "reason"),
    [("kept.booking.v1.Nothing", "{}", "UNKNOWN_TYPE"), (BOOKED, "{", "UNREADABLE_BODY"), ("", "{}", "UNKNOWN_TYPE")],
)
def test_what_still_can_not_be_read_stays_aside(
    fresh: FreshDatabase, run: Callable[..., Said], type_: str, body: str, reason: str
) -> None:
    """The command says why and exits with 1; nothing is lost."""
    _, quarantine_id = unread_message(fresh, type_=type_, body=body)

    said = run("replay", quarantine_id)

    assert (said.code, said.out) == (1, f"{quarantine_id}  {reason}\n1 {reason}\n")
    assert inbox(fresh) == {}
    assert run("list").err == "1 shown\n"


def test_replaying_twice_changes_nothing(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """Neither the same row again, nor an event the inbox has by now."""
    event_id, quarantine_id = failed_event(fresh)
    run("replay", quarantine_id)
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("update inbox set state = 'done'")

    assert run("replay", quarantine_id).out == "1 already replayed\n"
    assert inbox(fresh) == {event_id: ("done", True)}
    assert run("replay", "--all").out == "nothing was put aside\n"


def test_everything_is_replayed_batch_by_batch(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """However many; of one type if asked to; what is unknown is told by its id."""
    events = [failed_event(fresh, str(number))[0] for number in range(quarantine.BATCH + 5)]
    other, _ = unread_message(fresh, type_="kept.booking.v1.ClientRegistered")

    assert run("replay", "--all", "--type", BOOKED).out == f"{len(events)} replayed\n"

    assert inbox(fresh) == dict.fromkeys(events, ("pending", True))
    assert other not in inbox(fresh)
    nobody = str(uuid.uuid4())
    assert run("replay", nobody).out == f"{nobody}  not found\n1 not found\n"


def test_a_wrong_use_is_told_and_changes_nothing(fresh: FreshDatabase, run: Callable[..., Said]) -> None:
    """No ids, no database, no id at all."""
    failed_event(fresh)
    assert run("replay").code == quarantine.MISUSED
    assert quarantine.main(["list"], io.StringIO(), io.StringIO()) == quarantine.MISUSED
    with pytest.raises(SystemExit):
        run("replay", "not-an-id")
    down = quarantine.main(
        ["--database-url", "postgresql://nobody@127.0.0.1:1/none", "list"], io.StringIO(), io.StringIO()
    )
    assert down == quarantine.DOWN
    assert {state for state, _ in inbox(fresh).values()} == {"quarantined"}
