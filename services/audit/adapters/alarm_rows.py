"""Keeps alarms: one row while something lasts; a practice is told of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
import uuid_utils
from kept.audit.v1 import watch_events_pb2
from psycopg.types.json import Jsonb

from services.audit.adapters import metrics
from services.audit.domain.alarms import GONE, KINDS, Alarm, Sighting
from services.chassis.context import NO_PRACTICE, Call
from services.chassis.db.envelope import Envelope, OutboxEvent, write_envelopes
from services.chassis.db.pool import Connection, widen

_SEE = """
    insert into alarms as a (practice_id, alarm_id, kind, severity, subject, evidence, first_time, last_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (practice_id, kind, subject) where resolve_time is null
        do update set last_time = excluded.last_time, sightings = a.sightings + 1, evidence = excluded.evidence
    returning alarm_id::text, sightings
"""

_END = """
    update alarms set resolve_time = %s, resolution = %s, version = version + 1
     where practice_id = %s and resolve_time is null and kind = any (%b::text[])
       and last_time < %s
       and (kind, subject) not in (select * from unnest(%b::text[], %b::text[]))
    returning kind, subject
"""

_COLUMNS = """
    a.alarm_id::text, a.practice_id::text, a.kind, a.severity, a.subject, a.evidence, a.first_time, a.last_time,
    a.sightings, a.resolve_time, a.resolution, a.resolved_by, coalesce(k.actor_id, ''), k.acknowledge_time, a.version
"""

# Whoever of the own practice saw it first.
_ACKNOWLEDGED = """
    left join lateral (
        select actor_id, acknowledge_time from alarm_acknowledgements
         where practice_id = %(practice_id)s and alarm_id = a.alarm_id order by acknowledge_time limit 1
    ) k on true
"""

log = structlog.get_logger(__name__)


async def see(conn: Connection, seen: Sequence[Sighting]) -> None:
    """Raise an alarm for each, or note that it is seen again; one that is new is told."""
    now = datetime.now(UTC)
    for each in seen:
        kind = KINDS[each.kind]
        alarm_id = str(uuid_utils.uuid7())
        await widen(conn, [each.practice_id])
        values = (
            each.practice_id, alarm_id, kind.name, kind.severity, each.subject[:500], Jsonb(dict(each.evidence)), now,
            now,
        )  # fmt: skip
        row = await (await conn.execute(_SEE, values)).fetchone()
        if row is None or row[0] != alarm_id:
            continue
        metrics.ALARMS_RAISED.labels(kind.name, kind.severity).inc()
        log.error("alarm.raised", kind=kind.name, subject=each.subject, alarm_id=alarm_id, practice_id=each.practice_id)
        if each.practice_id != NO_PRACTICE:
            await _tell(conn, each.practice_id, alarm_id, kind.name, kind.severity, now)


async def end(
    conn: Connection,
    practice_id: str,
    kinds: Sequence[str],
    *,
    still: Collection[tuple[str, str]],
    quiet: timedelta,
    now: datetime,
) -> None:
    """End alarms of these kinds that were not seen any more for a while."""
    pairs = sorted(still)
    values = (now, GONE, practice_id, list(kinds), now - quiet, [kind for kind, _ in pairs], [at for _, at in pairs])
    for kind, subject in await (await conn.execute(_END, values)).fetchall():
        log.info("alarm.ended", kind=kind, subject=subject)


async def list_(call: Call, *, only_open: bool, kind: str, before: str | None, limit: int) -> list[Alarm]:
    """Return the practice's alarms and those that are everybody's, newest first, before the one named."""
    query = f"""
        select {_COLUMNS} from alarms a {_ACKNOWLEDGED}
         where a.practice_id = any (%(practices)s::uuid[]) and (a.resolve_time is null or not %(only_open)s)
           and (%(kind)s = '' or a.kind = %(kind)s) and (%(before)s::uuid is null or a.alarm_id < %(before)s::uuid)
         order by a.alarm_id desc limit %(limit)s
    """  # noqa: S608 - put together from this file's own texts
    values = {
        "practice_id": call.practice_id, "practices": [call.practice_id, NO_PRACTICE], "only_open": only_open,
        "kind": kind, "before": before, "limit": limit,
    }  # fmt: skip
    async with call.tx() as conn:
        await widen(conn, [NO_PRACTICE])
        return [_alarm(row) for row in await (await conn.execute(query, values)).fetchall()]


async def find(call: Call, alarm_id: str, *, is_locked: bool = False) -> Alarm | None:
    """Return an alarm of the practice, or one that is everybody's."""
    query = f"""
        select {_COLUMNS} from alarms a {_ACKNOWLEDGED}
         where a.practice_id = any (%(practices)s::uuid[]) and a.alarm_id = %(alarm_id)s
         {"for update of a" if is_locked else ""}
    """  # noqa: S608 - put together from this file's own texts
    values = {
        "practice_id": call.practice_id, "practices": [call.practice_id, NO_PRACTICE], "alarm_id": alarm_id,
    }  # fmt: skip
    async with call.tx() as conn:
        await widen(conn, [NO_PRACTICE])
        row = await (await conn.execute(query, values)).fetchone()
    return _alarm(row) if row else None


async def acknowledge(call: Call, alarm_id: str, *, at: datetime) -> None:
    """Note that the caller has seen an alarm; the first time counts."""
    async with call.tx() as conn:
        await conn.execute(
            "insert into alarm_acknowledgements (practice_id, alarm_id, actor_id, acknowledge_time)"
            " values (%s, %s, %s, %s) on conflict do nothing",
            (call.practice_id, alarm_id, call.actor.actor_id, at),
        )


async def resolve(call: Call, alarm_id: str, resolution: str, *, at: datetime) -> None:
    """Say what an alarm of the practice was."""
    async with call.tx() as conn:
        await conn.execute(
            "update alarms set resolve_time = %s, resolution = %s, resolved_by = %s, version = version + 1"
            " where practice_id = %s and alarm_id = %s",
            (at, resolution, call.actor.actor_id, call.practice_id, alarm_id),
        )


async def count_open(conn: Connection) -> dict[tuple[str, str], int]:
    """Return how many alarms are open, of all practices, by kind and severity."""
    rows = await (await conn.execute("select kind, severity, open from alarms_open()")).fetchall()
    return {(kind, severity): int(count) for kind, severity, count in rows}


async def _tell(conn: Connection, practice_id: str, alarm_id: str, kind: str, severity: str, at: datetime) -> None:
    """Tell a practice of its alarm, in its own name: what is at hand may be a batch of several practices."""
    message = watch_events_pb2.AlarmRaised(
        practice_id=practice_id, alarm_id=alarm_id, kind=kind, severity=severity, version=1
    )
    message.raise_time.FromDatetime(at)
    event = OutboxEvent(str(uuid_utils.uuid7()), message.DESCRIPTOR.full_name, alarm_id, 1, message.SerializeToString())
    await write_envelopes(conn, [Envelope(practice_id, [event])])


def _alarm(row: Sequence[Any]) -> Alarm:
    return Alarm(
        alarm_id=row[0],
        practice_id=row[1],
        kind=row[2],
        severity=row[3],
        subject=row[4],
        evidence=row[5],
        first_time=row[6],
        last_time=row[7],
        sightings=row[8],
        resolve_time=row[9],
        resolution=row[10],
        resolved_by=row[11],
        acknowledged_by=row[12],
        acknowledge_time=row[13],
        version=row[14],
    )
