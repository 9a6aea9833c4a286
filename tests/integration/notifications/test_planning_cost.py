"""Planning and sending look at what is due and at whom it is about, however many messages there ever were."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from services.notifications.adapters import files, matters, timeline
from tests.integration.notifications.office import NOW, Office, Promise, new_id
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

IDS = [new_id() for _ in range(200)]

STATEMENTS: list[tuple[str, tuple[Any, ...]]] = [
    (timeline.PLANNED, (IDS, IDS)),
    (timeline.PEOPLE, (new_id(), IDS, IDS)),
    (timeline.HISTORY, (IDS, IDS)),
    (files.BEGUN, (IDS, IDS, NOW)),
    (matters.KNOWN, (IDS, IDS)),
    (
        "select d.practice_id, d.message_id from messages d where d.state = 'PLANNED' and d.due_time <= %s"
        " and (d.claim_expire_time is null or d.claim_expire_time <= %s) order by d.due_time limit 64"
        " for update skip locked",
        (NOW, NOW),
    ),
    (
        "select message_id from messages where practice_id = %s and client_id = any (%s::uuid[])"
        " and state = 'PLANNED' and channels = array['SMS']",
        (IDS[0], IDS[:1]),
    ),
]
"""What planning, the gate, a lease and an opt-out ask of tables that only ever grow."""


GROWING = {"messages"}


def scans(plan: dict[str, Any]) -> set[str]:
    """Whether a plan reads the messages of all time from beginning to end."""
    found = {plan["Relation Name"]} & GROWING if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(scans(each) for each in plan.get("Plans", [])))


def test_no_statement_reads_the_messages_of_all_time(store: FreshDatabase) -> None:
    """With 100,000 past messages of 5,000 clients the plans use indexes alone, and so they do with ten million."""
    with psycopg.connect(store.owner_url, autocommit=True) as owner:
        owner.execute(
            "insert into appointments (practice_id, appointment_id, client_id, version, state, placed_version,"
            " start_time) select p.id, gen_random_uuid(), gen_random_uuid(), 1, 'ATTENDED', 1, now()"
            " from (select gen_random_uuid() id from generate_series(1, 5)) p, generate_series(1, 4000)"
        )
        owner.execute(
            "insert into messages (practice_id, message_id, client_id, appointment_id, appointment_version, kind,"
            " state, start_time, due_time, send_time, attempts, revision, class, contact_point_id, begin_time)"
            " select practice_id, gen_random_uuid(), client_id, appointment_id, n, 'REMINDER', 'SENT', now(), now(),"
            " now(), 1, 3, 'ROUTINE', client_id, now() from appointments, generate_series(1, 5) n"
        )
        owner.execute(
            "insert into contact_points (practice_id, client_id, wrapped_dek, time_zone, locale, has_consent)"
            " select practice_id, client_id, '', 'UTC', 'en', true from appointments"
        )
        owner.execute(
            "insert into contact_addresses (practice_id, contact_point_id, client_id, channel, address_sealed, state)"
            " select practice_id, client_id, client_id, 'EMAIL', '', 'ACTIVE' from appointments"
        )
        owner.execute(
            "insert into matters (practice_id, matter_id, about, client_id, version, is_open, opened_version,"
            " start_time, end_time)"
            " select practice_id, appointment_id, 'OFFER', client_id, 2, false, 1, now(), now() from appointments"
        )
        owner.execute("vacuum analyze")

    with psycopg.connect(store.server_url) as server:
        server.execute("select set_config('kept.practices', %s, false)", (",".join(IDS),))
        for statement, values in STATEMENTS:
            row = server.execute(f"explain (format json) {statement}", values).fetchone()  # type: ignore[arg-type]
            assert row is not None
            assert scans(row[0][0]["Plan"]) == set(), statement


async def test_a_batch_of_events_costs_as_many_statements_as_one(office: Office, practice_id: str) -> None:
    """Planning 50 bookings takes the same round trips as planning two."""
    counts = []
    for size in (2, 50):
        clients = [new_id() for _ in range(size)]
        for client_id in clients:
            await office.meet(practice_id, client_id)
        events = [Promise(practice_id, client_id).booked() for client_id in clients]

        counts.append(await office.handle_together(events))

    assert counts[0] == counts[1] <= 8
