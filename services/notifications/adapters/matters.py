"""Matters of any practices and what is planned about them, in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.db.pool import Connection
from services.notifications.adapters import postgres, timeline, workflows
from services.notifications.domain.channel import About
from services.notifications.domain.matter import Matter, MatterReport
from services.notifications.domain.message import Message
from services.notifications.usecases.follow_matters import Dossier, Key

MATTER_COLUMNS = """t.practice_id::text, t.matter_id::text, t.about, t.client_id::text, t.version, t.is_open,
    t.opened_version, t.start_time, t.end_time, t.time_zone, t.is_confidential"""


KNOWN = f"""
    select {MATTER_COLUMNS} from matters t
    join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, matter_id)
      on t.practice_id = n.practice_id and t.matter_id = n.matter_id
"""  # noqa: S608


class PostgresMatters:
    """All that a transaction sees."""

    def __init__(self, conn: Connection) -> None:
        """Work in the caller's transaction."""
        self._conn = conn

    async def read(self, reports: Sequence[MatterReport]) -> Dossier:
        """Return what is known, locked against other reports of the same matters, then against the sender."""
        keys = sorted({(each.practice_id, each.matter_id) for each in reports})
        lock = " order by t.practice_id, t.matter_id for no key update of t"
        found = await self._conn.execute(KNOWN + lock, timeline.columns(keys))
        matters = {(row[0], row[1]): read_matter(row) for row in await found.fetchall()}
        planned: dict[Key, list[Message]] = defaultdict(list)
        if matters:
            found = await self._conn.execute(timeline.PLANNED, timeline.columns(list(matters)))
            for row in await found.fetchall():
                message = postgres.read_message(row[1:])
                planned[row[0], message.appointment_id].append(message)
        types = sorted({(each.practice_id, each.session_type_id) for each in reports})
        chosen = await workflows.effective(self._conn, types)
        clients = sorted({(each.practice_id, each.client_id) for each in reports})
        return Dossier(matters, planned, await timeline.people(self._conn, timeline.columns(clients), {}), chosen)

    async def save(
        self,
        matters: Sequence[Matter],
        *,
        changed: Sequence[tuple[str, Message]],
        new: Sequence[tuple[str, Message]],
    ) -> None:
        """Store the matters, what was kept back and what is planned."""
        rows = [
            (
                each.practice_id,
                each.matter_id,
                each.about.value,
                each.client_id,
                each.version,
                each.is_open,
                each.opened_version,
                each.start_time,
                each.end_time,
                each.time_zone,
                each.is_confidential,
            )
            for each in matters
        ]
        await self._conn.execute(
            "insert into matters (practice_id, matter_id, about, client_id, version, is_open, opened_version,"
            " start_time, end_time, time_zone, is_confidential)"
            " select * from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::bigint[], %s::boolean[],"
            " %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::boolean[])"
            " on conflict on constraint matters_pkey do update set version = excluded.version,"
            " is_open = excluded.is_open, opened_version = excluded.opened_version, start_time = excluded.start_time,"
            " end_time = excluded.end_time, time_zone = excluded.time_zone,"
            " is_confidential = excluded.is_confidential, update_time = now()",
            [list(column) for column in zip(*rows, strict=True)],
        )
        if changed:
            await postgres.update_messages(self._conn, changed)
        await postgres.insert_messages(self._conn, new)


async def of_messages(conn: Connection, messages: Mapping[Key, Message]) -> dict[Key, Matter]:
    """Return the matters that messages are about, by practice and matter; of those about appointments none."""
    keys = sorted(
        {
            (practice_id, message.appointment_id)
            for (practice_id, _), message in messages.items()
            if message.about is not About.APPOINTMENT
        }
    )
    if not keys:
        return {}
    found = await conn.execute(KNOWN, timeline.columns(keys))
    return {(row[0], row[1]): read_matter(row) for row in await found.fetchall()}


def read_matter(row: Any) -> Matter:
    """Read a row of MATTER_COLUMNS."""
    return Matter(
        practice_id=row[0],
        matter_id=row[1],
        about=About(row[2]),
        client_id=row[3],
        version=row[4],
        is_open=row[5],
        opened_version=row[6],
        start_time=row[7],
        end_time=row[8],
        time_zone=row[9],
        is_confidential=row[10],
    )
