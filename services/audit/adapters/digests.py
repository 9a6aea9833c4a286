"""Makes the week's digest: numbers only, once, and told to whoever is to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import uuid_utils
from kept.audit.v1 import watch_events_pb2
from psycopg.types.json import Jsonb

from services.chassis.context import Call
from services.chassis.db.envelope import Envelope, OutboxEvent, write_envelopes
from services.chassis.db.pool import Connection

_COUNTS = """
    select 'records', count(*) from week
    union all select 'accesses', count(*) from week
     where stage = 'complete' and client_id is not null and operation not like 'audit.%%'
    union all select 'clients', count(distinct client_id) from week
    union all select 'people', count(distinct actor_id) from week where content->'actor'->>'kind' = 'user'
    union all select 'denied', count(*) from week where stage = 'denied'
    union all select 'break-glasses', count(*) from week
     where operation = 'booking.StartBreakGlass' and stage = 'complete'
    union all select 'trail-queries', count(*) from week
     where operation like 'audit.%%' and content->'actor'->>'kind' = 'user'
    union all select 'disclosures', count(*) from week where jsonb_typeof(content->'disclosure') = 'object'
    union all select 'sign-ins', count(*) from week where operation = 'gateway.SignIn'
    union all select 'refused-tokens-and-requests', count(*) from week
     where operation in ('gateway.RefuseToken', 'gateway.RefuseRequest')
    union all select 'findings.explained', count(*) from findings
     where practice_id = %(practice_id)s and explanation <> ''
       and find_time >= %(from_time)s and find_time < %(to_time)s
    union all select 'cases.opened.' || severity, count(*) from cases
     where practice_id = %(practice_id)s and create_time >= %(from_time)s and create_time < %(to_time)s
     group by severity
    union all select 'cases.closed.' || outcome, count(*) from cases
     where practice_id = %(practice_id)s and close_time >= %(from_time)s and close_time < %(to_time)s group by outcome
    union all select 'cases.open', count(*) from cases where practice_id = %(practice_id)s and state <> 'CLOSED'
    union all select 'cases.overdue', count(*) from cases
     where practice_id = %(practice_id)s and state <> 'CLOSED' and due_time < %(now)s
    union all select 'alarms.raised', count(*) from alarms
     where practice_id = %(practice_id)s and first_time >= %(from_time)s and first_time < %(to_time)s
    union all select 'alarms.open', count(*) from alarms where practice_id = %(practice_id)s and resolve_time is null
"""

_WEEK = """
    with week as not materialized (
        select r.client_id, r.actor_id, r.operation, r.stage, record_content(r.canonical) as content
          from records r
         where r.practice_id = %(practice_id)s and r.occur_time >= %(from_time)s and r.occur_time < %(to_time)s
    )
"""

_ADD = """
    insert into digests (practice_id, digest_id, week, from_time, to_time, lines, create_time)
    values (%s, %s, %s, %s, %s, %s, %s) on conflict on constraint digests_week_key do nothing returning digest_id
"""

TIMEOUT_MS = 60_000
"""Milliseconds a week's counting may take; it runs once, beside the service's calls."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week that is over."""

    name: str
    from_time: datetime
    to_time: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """A week in numbers."""

    digest_id: str
    week: str
    from_time: datetime
    to_time: datetime
    create_time: datetime
    lines: dict[str, int]


def last_week(now: datetime) -> Week:
    """Return the last ISO week that is over, in UTC."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    start = monday - timedelta(days=7)
    year, week, _ = start.isocalendar()
    return Week(f"{year}-W{week:02}", _midnight(start), _midnight(monday))


async def make(conn: Connection, practice_id: str, week: Week, *, now: datetime) -> bool:
    """Make a week's digest and tell of it, both or neither; tell whether there was none before."""
    await conn.execute(f"set local statement_timeout = {TIMEOUT_MS}".encode())
    values = {"practice_id": practice_id, "from_time": week.from_time, "to_time": week.to_time, "now": now}
    lines = {name: int(count) for name, count in await (await conn.execute(_WEEK + _COUNTS, values)).fetchall()}
    digest_id = str(uuid_utils.uuid7())
    row = await (
        await conn.execute(_ADD, (practice_id, digest_id, week.name, week.from_time, week.to_time, Jsonb(lines), now))
    ).fetchone()
    if row is None:
        return False
    message = watch_events_pb2.DigestMade(
        practice_id=practice_id,
        digest_id=digest_id,
        week=week.name,
        open_cases=lines["cases.open"],
        overdue_cases=lines["cases.overdue"],
        open_alarms=lines["alarms.open"],
        version=1,
    )
    event = OutboxEvent(
        str(uuid_utils.uuid7()), message.DESCRIPTOR.full_name, digest_id, 1, message.SerializeToString()
    )
    await write_envelopes(conn, [Envelope(practice_id, [event])])
    return True


async def list_(call: Call, *, before: str | None, limit: int) -> list[Digest]:
    """Return digests, newest weeks first, before the one named."""
    query = """
        select digest_id::text, week, from_time, to_time, create_time, lines from digests
         where practice_id = %s and (%s::text is null or week < %s::text) order by week desc limit %s
    """
    async with call.tx() as conn:
        rows = await (await conn.execute(query, (call.practice_id, before, before, limit))).fetchall()
    return [Digest(*row) for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
