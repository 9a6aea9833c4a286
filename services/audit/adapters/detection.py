"""Runs the rules over what is new in a tree, and makes cases of what nothing explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
import uuid_utils

from services.audit.adapters import case_rows
from services.audit.adapters.rule_files import read_beginning, read_rules
from services.audit.domain.rules import BREAK_GLASS, Rule, due_time
from services.chassis.db.pool import Connection

SETTLE: Final = timedelta(seconds=30)
"""How long a record must have been in the trail: records of other services that explain it come by other ways."""

BATCH: Final = 2_000
"""Records that are looked through in one transaction."""

TIMEOUT_MS: Final = 60_000
"""Milliseconds a rule may take over a batch; it runs beside the service's calls, not in one."""

_POSITION = """
    insert into rule_positions (practice_id, run_time) values (%s, %s)
        on conflict on constraint rule_positions_pkey do update set run_time = excluded.run_time
    returning next_seq
"""

# Records come in by their numbers and stay; the first that is too young ends the batch.
_END = """
    select coalesce(min(seq) filter (where record_time > %(settled)s), max(seq) + 1, %(from_seq)s)
      from (select seq, record_time from records
             where practice_id = %(practice_id)s and seq >= %(from_seq)s order by seq limit %(batch)s) next
"""

_NEW_FINDINGS = """
    select given.key from unnest(%b::text[]) as given (key)
     where not exists (select from findings f
                        where f.practice_id = %s and f.rule = %s and f.finding_key = given.key)
"""

_ADD_FINDING = """
    insert into findings (practice_id, rule, finding_key, seq, occur_time, actor_id, client_id, explanation,
                          evidence_seq, evidence_id, case_id, find_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

# Explained meanwhile: the appointment was booked after the look, or somebody was taken into the team.
_EXPLAIN_AGAIN = """
    update findings f set explanation = why.explanation, evidence_seq = why.evidence_seq,
           evidence_id = coalesce(why.evidence_id, '')
      from cases c, records r
     cross join lateral explained(
        r.practice_id, r.client_id, r.actor_id, coalesce(record_content(r.canonical)->'actor'->>'relation', 'none'),
        coalesce(record_content(r.canonical)->'decision'->'policies', '[]'::jsonb), r.occur_time, %(days)s) why
     where f.practice_id = %(practice_id)s and f.rule = %(rule)s and f.explanation = ''
       and c.practice_id = f.practice_id and c.case_id = f.case_id and c.state = 'OPEN'
       and r.practice_id = f.practice_id and r.seq = f.seq
"""

_REVIEWED = """
    update findings f set explanation = 'review', evidence_seq = review.seq, evidence_id = review.actor_id
      from cases c cross join lateral reviewed(c.practice_id, c.client_id, c.subject_id) review
     where f.practice_id = %(practice_id)s and f.rule = %(rule)s and f.explanation = ''
       and c.practice_id = f.practice_id and c.case_id = f.case_id and c.state <> 'CLOSED'
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a practice is watched."""

    time_zone: str = ""
    opens: str = "08:00"
    closes: str = "18:00"
    bulk_clients: int = 30
    version: int = 0


class Detection:
    """Looks through trees; each step in the transaction it is given."""

    def __init__(self, *, settle: timedelta = SETTLE) -> None:
        self.rules = read_rules()
        self._beginning = read_beginning()
        self._settle = settle

    async def look(self, conn: Connection, practice_id: str, *, now: datetime) -> bool:
        """Look through the next records of a practice; tell whether there are more."""
        await conn.execute(f"set local statement_timeout = {TIMEOUT_MS}".encode())
        row = await (await conn.execute(_POSITION, (practice_id, now))).fetchone()
        from_seq = int(row[0]) if row else 0
        values = {"practice_id": practice_id, "from_seq": from_seq, "settled": now - self._settle, "batch": BATCH}
        row = await (await conn.execute(_END, values)).fetchone()
        to_seq = int(row[0]) if row else from_seq
        if to_seq > from_seq:
            settings = await read_settings(conn, practice_id)
            for rule in self.rules:
                await self._run(conn, rule, practice_id, from_seq, to_seq, settings, now)
            await conn.execute("update rule_positions set next_seq = %s where practice_id = %s", (to_seq, practice_id))
        await self._settle_open(conn, practice_id, now)
        return to_seq - from_seq >= BATCH

    async def _run(
        self,
        conn: Connection,
        rule: Rule,
        practice_id: str,
        from_seq: int,
        to_seq: int,
        settings: Settings,
        now: datetime,
    ) -> None:
        if "time_zone" in rule.statement and not settings.time_zone:
            return
        values = {
            "practice_id": practice_id,
            "from_seq": from_seq,
            "to_seq": to_seq,
            "time_zone": settings.time_zone,
            "opens": settings.opens,
            "closes": settings.closes,
            "threshold": settings.bulk_clients,
        }
        found = await (await conn.execute(f"{self._beginning}\n{rule.statement}".encode(), values)).fetchall()
        if not found:
            return
        keys = [str(row[5]) for row in found]
        new = {row[0] for row in await (await conn.execute(_NEW_FINDINGS, (keys, practice_id, rule.name))).fetchall()}
        for row in sorted(found, key=lambda each: int(each[0])):
            if row[5] in new:
                new.discard(row[5])
                await _keep(conn, rule, practice_id, row, now)

    async def _settle_open(self, conn: Connection, practice_id: str, now: datetime) -> None:
        for rule in self.rules:
            values = {"practice_id": practice_id, "rule": rule.name, "days": rule.reexplained_days}
            if rule.name == BREAK_GLASS:
                await conn.execute(_REVIEWED, values)
            elif rule.reexplained_days:
                await conn.execute(_EXPLAIN_AGAIN, values)
        await case_rows.settle(conn, practice_id, now=now)


async def _keep(conn: Connection, rule: Rule, practice_id: str, row: Sequence[Any], now: datetime) -> None:
    """Keep a finding, with the case it belongs to unless something explains it."""
    seq, occur_time, actor_id, client_id, subject_id, key, explanation, evidence_seq, evidence_id = row
    case_id = None
    if not explanation:
        case_id = await case_rows.gather(
            conn,
            practice_id,
            case_id=str(uuid_utils.uuid7()),
            rule=rule.name,
            severity=rule.severity,
            actor_id=actor_id,
            client_id=str(client_id) if client_id else None,
            subject_id=subject_id,
            seq=seq,
            due_time=due_time(rule.severity, at=now),
            now=now,
        )
    await conn.execute(
        _ADD_FINDING,
        (
            practice_id, rule.name, key, seq, occur_time, actor_id, client_id, explanation or "", evidence_seq,
            evidence_id or "", case_id, now,
        ),
    )  # fmt: skip


async def read_settings(conn: Connection, practice_id: str) -> Settings:
    """Return how a practice is watched."""
    query = "select time_zone, opens, closes, bulk_clients, version from watch_settings where practice_id = %s"
    row = await (await conn.execute(query, (practice_id,))).fetchone()
    return Settings(*row) if row else Settings()


async def save_settings(conn: Connection, practice_id: str, settings: Settings) -> Settings:
    """Say how a practice is watched from now on."""
    query = """
        insert into watch_settings as w (practice_id, time_zone, opens, closes, bulk_clients)
        values (%s, %s, %s, %s, %s) on conflict on constraint watch_settings_pkey do update set
            time_zone = excluded.time_zone, opens = excluded.opens, closes = excluded.closes,
            bulk_clients = excluded.bulk_clients, version = w.version + 1
        returning time_zone, opens, closes, bulk_clients, version
    """
    values = (practice_id, settings.time_zone, settings.opens, settings.closes, settings.bulk_clients)
    row = await (await conn.execute(query, values)).fetchone()
    return Settings(*row) if row else settings
