"""Checks stored records over and over: bytes, hashes, columns, and that none is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.audit.adapters import alarm_rows, metrics
from services.audit.domain.alarms import Sighting
from services.audit.domain.verification import Claimed, Finding, check_content
from services.chassis.db.pool import Connection

BATCH = 1_000
"""Records of one tree in one look."""

_TAKE = """
    select seq, canonical, leaf_hash, coalesce(client_id::text, ''), actor_id, operation, stage, occur_time
      from records where practice_id = %s and seq >= %s order by seq limit %s
"""

_POSITION = "select next_seq from check_positions where practice_id = %s"

_SAVE = """
    insert into check_positions (practice_id, next_seq, check_time) values (%s, %s, %s)
        on conflict on constraint check_positions_pkey
        do update set next_seq = excluded.next_seq, check_time = excluded.check_time
"""


async def check_next(conn: Connection, practice_id: str, *, now: datetime) -> int:
    """
    Check the next records of a tree; return how many. At the tree's end it begins anew.

    Finds edits within the database between two runs of `kept-audit verify`, which alone holds records against what was
    signed: a record that was rewritten with its hash, and records missing at either end, are found there.
    """
    row = await (await conn.execute(_POSITION, (practice_id,))).fetchone()
    start = int(row[0]) if row else 0
    rows = await (await conn.execute(_TAKE, (practice_id, start, BATCH))).fetchall()
    seen: list[Sighting] = []
    expected = start if start else (int(rows[0][0]) if rows else 0)
    for each in rows:
        if each[0] > expected:
            seen.append(_sighting(practice_id, Finding("completeness", expected, f"missing up to {each[0] - 1}")))
        expected = each[0] + 1
        if finding := check_content(_claimed(each)):
            seen.append(_sighting(practice_id, finding))
    await alarm_rows.see(conn, seen)
    await conn.execute(_SAVE, (practice_id, expected if len(rows) == BATCH else 0, now))
    metrics.CHECKED.inc(len(rows))
    return len(rows)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    seq, canonical, leaf_hash, client_id, actor_id, operation, stage, occur_time = row
    columns = {
        "client_id": client_id,
        "actor_id": actor_id,
        "operation": operation,
        "stage": stage,
        "occur_time": occur_time.isoformat(),
    }
    return Claimed(seq, bytes(canonical).decode(errors="replace"), bytes(leaf_hash), columns)


def _sighting(practice_id: str, finding: Finding) -> Sighting:
    evidence: dict[str, str | int | float] = {"check": finding.check, "seq": finding.seq, "detail": finding.detail}
    return Sighting(practice_id, "record.tampered", f"{finding.check}:{finding.seq}", evidence)
