"""What a record must be, and what is read out of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from services.audit.domain.records import LEAF_BYTES_MAX, RecordMalformed, parse_record, says
from tests.unit.audit.emitter import Emitter, canonical

PRACTICE_ID = str(uuid4())


def changed(**parts: Any) -> str:
    """A record with other parts; None takes one away."""
    content = json.loads(Emitter().write(PRACTICE_ID)) | parts
    return canonical({name: value for name, value in content.items() if value is not None})


def test_a_record_keeps_its_bytes_and_gives_what_is_looked_up_by() -> None:
    """The bytes are never written anew; ids come in their one spelling, times in UTC."""
    client_id = str(uuid4())
    text = changed(client_id=client_id.upper(), occurred_at="2030-01-31T10:00:00+01:00")

    record = parse_record(text)

    assert record.canonical == text.encode()
    assert (record.practice_id, record.client_id) == (PRACTICE_ID, client_id)
    assert (record.actor_id, record.operation, record.stage) == ("user:desk", "booking.GetAppointment", "complete")
    assert record.occur_time == datetime(2030, 1, 31, 9, tzinfo=UTC)
    assert (record.emitter, record.emitter_seq) == ("booking/test", 1)


def test_records_of_an_emitter_name_the_one_before() -> None:
    """By the hash of its bytes."""
    emitter = Emitter()
    first, second = parse_record(emitter.write(PRACTICE_ID)), parse_record(emitter.write(PRACTICE_ID))

    assert second.prev == first.digest


REFUSED = [
    "",
    "null",
    "[]",
    "{}",
    "[" * 30_000,
    "1" * 5_000,
    *(changed(**{name: None}) for name in ("v", "tenant", "emitter", "emitter_seq", "prev", "actor", "client_id")),
    *(changed(**{name: None}) for name in ("op", "stage", "occurred_at")),
    changed(v=2),
    changed(tenant="practice"),
    changed(tenant=[]),
    changed(client_id="Ada"),
    changed(actor={"id": 7}),
    changed(actor="user:desk"),
    changed(op="x" * 501),
    changed(emitter="nul\x00"),
    changed(emitter_seq="7"),
    changed(emitter_seq=True),
    changed(emitter_seq=0),
    changed(emitter_seq=2**63),
    changed(stage="maybe"),
    changed(occurred_at="2030-01-31T09:00:00"),
    changed(occurred_at="yesterday"),
    changed(occurred_at="1969-12-31T23:00:00Z"),
    changed(occurred_at="9999-12-31T23:59:59-12:00"),
    changed(padding="x" * LEAF_BYTES_MAX),
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_no_column_could_hold_is_refused_as_a_whole(text: str) -> None:
    """One such record must not stop the ones that came with it."""
    with pytest.raises(RecordMalformed):
        parse_record(text)


def told(text: str) -> dict[str, str]:
    """The columns that would say just what a text says, whatever it is."""
    try:
        content = json.loads(text)
        return {
            "client_id": content.get("client_id"), "actor_id": content["actor"].get("id"),
            "operation": content.get("op"),
            "stage": content.get("stage"), "occur_time": content.get("occurred_at"),
        }  # fmt: skip
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return {}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_is_refused_is_never_taken_at_a_glance(text: str) -> None:
    """Though its columns say the same."""
    assert not says(text.encode(), told(text))


def test_a_record_that_says_what_its_columns_say_is_taken_at_a_glance() -> None:
    """With a client and without; not when any column says something else."""
    for text in (changed(), changed(client_id=str(uuid4()))):
        columns = told(text)
        assert says(text.encode(), columns)
        for name in columns:
            assert not says(text.encode(), columns | {name: "else"})


def test_times_of_any_zone_are_one_instant() -> None:
    """The offset stays in the bytes only."""
    zone = timezone(timedelta(hours=-7))
    moment = datetime(2030, 1, 31, 2, tzinfo=zone)

    assert parse_record(changed(occurred_at=moment.isoformat())).occur_time == moment
