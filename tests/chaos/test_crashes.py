"""Processes are killed at the boundaries; what was acknowledged is there once, and in the trail once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest

from deploy.local.suite import Suite
from tests.bench.practice import Practice
from tests.chaos.callers import OVERLAPS, Tally, book_all, scalar

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

BOOKINGS = 60
SETTLE_S = 90.0

# Where, in which process, and at which time it is passed.
POINTS = [
    ("booking.held", "booking-server", 20),
    ("rpc.committed", "booking-server", 20),
    ("rpc.committed", "availability-server", 1),
    ("relay.confirmed", "booking-worker", 1),
    ("relay.records_confirmed", "booking-worker", 1),
    ("inbox.stored", "notifications-worker", 1),
    ("inbox.stored", "audit-worker", 1),
    ("reaction.done", "notifications-server", 1),
    ("reaction.done", "availability-server", 1),
    ("reaction.done", "audit-server", 1),
]


@pytest.mark.parametrize(("point", "process", "count"), POINTS, ids=[f"{p}-{n}" for p, n, _ in POINTS])
async def test_a_kill_at_a_boundary_loses_and_doubles_nothing(
    breakable: Suite, practice: Practice, tmp_path: Path, point: str, process: str, count: int
) -> None:
    """Calls are retried under their request ids while the process is killed and comes back."""
    marker = tmp_path / "killed"
    breakable._extra_env["KEPT_CRASH_AT"] = f"{point}:{count}:{marker}"
    breakable.restart(process)
    requests = list(practice.bookings(BOOKINGS))

    try:
        tally = await book_all(breakable, practice, requests)
        report(breakable, practice, tally, BOOKINGS)
    finally:
        del breakable._extra_env["KEPT_CRASH_AT"]
        breakable.wait_ready(process)

    assert marker.exists(), "the process never came to the point it was to be killed at"


def report(suite: Suite, practice: Practice, tally: Tally, attempted: int) -> None:
    """Wait until all is settled, then count each acknowledged booking everywhere it must stand, once."""
    booked = {each.appointment_id for each in tally.booked}
    counted = {name: partial(_count, suite, *query, practice) for name, query in STANDS.items()}
    until(lambda: all(booked <= found().keys() for found in counted.values()))
    lost, doubled = {}, {}
    for name, found in counted.items():
        there = found()
        lost[name] = len(booked - there.keys())
        doubled[name] = sum(1 for each in booked if there.get(each, 0) > 1)
    gaps = scalar(suite, "audit", GAPS)
    print(
        f"\nattempted {attempted}, acknowledged {len(booked)}, refused {len(tally.refused)}, "
        f"lost {lost}, doubled {doubled}, gaps in emitters {gaps}"
    )

    assert (len(booked), tally.refused) == (attempted, [])
    assert set(lost.values()) == {0}
    assert set(doubled.values()) == {0}
    assert gaps == 0
    assert scalar(suite, "availability", OVERLAPS, practice.practice_id) == 0


TRAIL = """
    select convert_from(canonical, 'UTF8')::jsonb->'object'->>'id' from records
     where practice_id = %s and operation = 'booking.BookAppointment' and stage = 'complete'
       and convert_from(canonical, 'UTF8')::jsonb->>'reason_code' = ''
"""
"""One complete record per booking; a retry that got the stored answer says REPLAYED and is another."""

STANDS = {
    "booking.appointments": (
        "booking",
        "select appointment_id::text from appointments where practice_id = %s and state = 'BOOKED'",
    ),
    "availability.claims": (
        "availability",
        "select claim_id::text from claims where practice_id = %s and state = 'confirmed'",
    ),
    "notifications.messages": (
        "notifications",
        "select appointment_id::text from messages where practice_id = %s and kind = 'CONFIRMATION'",
    ),
    "audit.records": ("audit", TRAIL),
}
"""Where every booking must stand, once."""

GAPS = """
    select coalesce(sum(span - present), 0)::bigint from (
        select emitter, max(emitter_seq) - min(emitter_seq) + 1 as span, count(*) as present
          from records group by emitter
    ) chains
"""
"""Numbers missing between the first and the last of each emitter."""


def _count(suite: Suite, service: str, statement: str, practice: Practice) -> dict[str, int]:
    url = suite.stack.database_url(service, "owner")  # type: ignore[arg-type]
    found: dict[str, int] = {}
    with psycopg.connect(url) as conn:
        for (name,) in conn.execute(statement.encode(), (practice.practice_id,)).fetchall():
            found[name] = found.get(name, 0) + 1
    return found


def until(condition: Callable[[], bool], *, timeout_s: float = SETTLE_S) -> bool:
    """Tell whether the condition came true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
