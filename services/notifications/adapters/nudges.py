"""Nudges in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import TupleRow

from services.chassis.db.pool import Connection
from services.notifications.domain.nudge import Nudge
from services.notifications.domain.workflow import Trigger

COLUMNS = """n.nudge_id::text, n.client_id::text, n.trigger, n.wall_time, n.every_days, n.from_date, n.until_date,
    n.version, n.next_time, n.end_time"""

Key = tuple[str, str]
"""Practice and nudge."""


async def zone_of(conn: Connection, practice_id: str, client_id: str) -> str | None:
    """Return the zone of a client's card; None without one. The card is locked: nudges are counted under it."""
    found = await conn.execute(
        "select time_zone from contact_points where practice_id = %s and client_id = %s for no key update",
        (practice_id, client_id),
    )
    row = await found.fetchone()
    return str(row[0]) if row else None


async def of_client(conn: Connection, practice_id: str, client_id: str, *, limit: int) -> list[Nudge]:
    """Return a client's nudges that are not ended, newest first."""
    found = await conn.execute(
        f"select {COLUMNS} from nudges n where n.practice_id = %s and n.client_id = %s and n.end_time is null"  # noqa: S608
        " order by n.nudge_id desc limit %s",
        (practice_id, client_id, limit),
    )
    return [_read(row) for row in await found.fetchall()]


async def get(conn: Connection, practice_id: str, nudge_id: str) -> Nudge | None:
    """Return a nudge, locked."""
    found = await conn.execute(
        f"select {COLUMNS} from nudges n where n.practice_id = %s and n.nudge_id = %s for no key update",  # noqa: S608
        (practice_id, nudge_id),
    )
    row = await found.fetchone()
    return _read(row) if row else None


async def due(conn: Connection, most: int, *, at: datetime) -> list[Key]:
    """Return which nudges of all practices are due, oldest first."""
    found = await conn.execute("select practice_id::text, nudge_id::text from due_nudges(%s, %s)", (most, at))
    return [(row[0], row[1]) for row in await found.fetchall()]


async def taken(conn: Connection, keys: Sequence[Key], *, at: datetime) -> list[tuple[str, str, Nudge]]:
    """Return (practice, zone, nudge) of those that are still due, locked; who is at one already keeps it."""
    found = await conn.execute(
        f"select n.practice_id::text, c.time_zone, {COLUMNS} from nudges n"  # noqa: S608
        " join unnest(%s::uuid[], %s::uuid[]) as k (practice_id, nudge_id)"
        " on n.practice_id = k.practice_id and n.nudge_id = k.nudge_id"
        " join contact_points c on c.practice_id = n.practice_id and c.client_id = n.client_id"
        " where n.next_time <= %s order by n.practice_id, n.nudge_id for no key update of n skip locked",
        ([key[0] for key in keys], [key[1] for key in keys], at),
    )
    return [(row[0], row[1], _read(row[2:])) for row in await found.fetchall()]


async def save(conn: Connection, practice_id: str, nudge: Nudge, *, at: datetime) -> None:
    """Create or replace a nudge."""
    await conn.execute(
        "insert into nudges (practice_id, nudge_id, client_id, trigger, wall_time, every_days, from_date, until_date,"
        " version, next_time, end_time, create_time) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict on constraint nudges_pkey do update set trigger = excluded.trigger,"
        " wall_time = excluded.wall_time, every_days = excluded.every_days, from_date = excluded.from_date,"
        " until_date = excluded.until_date, version = excluded.version, next_time = excluded.next_time,"
        " end_time = excluded.end_time",
        (
            practice_id,
            nudge.nudge_id,
            nudge.client_id,
            nudge.trigger.value,
            nudge.wall_time,
            nudge.every_days,
            nudge.from_date,
            nudge.until_date,
            nudge.version,
            nudge.next_time,
            nudge.end_time,
            at,
        ),
    )


async def move_on(conn: Connection, nudges: Sequence[tuple[str, Nudge]]) -> None:
    """Write the next occurrence of many nudges that the caller holds locked."""
    await conn.execute(
        "update nudges n set version = m.version, next_time = m.next_time"
        " from unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::timestamptz[])"
        " as m (practice_id, nudge_id, version, next_time)"
        " where n.practice_id = m.practice_id and n.nudge_id = m.nudge_id",
        (
            [practice_id for practice_id, _ in nudges],
            [nudge.nudge_id for _, nudge in nudges],
            [nudge.version for _, nudge in nudges],
            [nudge.next_time for _, nudge in nudges],
        ),
    )


def _read(row: TupleRow) -> Nudge:
    return Nudge(row[0], row[1], Trigger(row[2]), row[3], row[4], row[5], row[6], row[7], row[8], row[9])
