"""Keeps how a practice matches, one row a version."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.matching.domain.particulars import Compact
from services.matching.domain.rules import KEPT_VERSION, MatchRules

_IN_FORCE = """
    select version, rules, actor_id from match_rules where practice_id = %s order by version desc limit 1
"""
_ONE = "select version, rules, actor_id from match_rules where practice_id = %s and version = %s"
_ADD = """
    insert into match_rules (practice_id, version, rules, actor_id, create_time) values (%s, %s, %s, %s, %s)
    on conflict do nothing
"""


class PostgresMatchRules:
    """Keeps every version; none is ever changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_force(self, call: Call) -> MatchRules:
        """Return the newest version, or Kept's own; outside of the call's own transaction."""
        async with self._database.begin([call.practice_id]) as conn:
            row = await (await conn.execute(_IN_FORCE, (call.practice_id,))).fetchone()
        return _rules(row) if row else MatchRules()

    async def find(self, call: Call, label: str) -> MatchRules | None:
        """Return a version by its name, or None."""
        if label == KEPT_VERSION:
            return MatchRules()
        number = label.removeprefix("practice-")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            return None
        async with call.tx() as conn:
            row = await (await conn.execute(_ONE, (call.practice_id, int(number)))).fetchone()
        return _rules(row) if row else None

    async def add(self, call: Call, rules: MatchRules, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""
        stored = asdict(rules)
        for name in ("version", "actor_id"):
            del stored[name]
        async with call.tx() as conn:
            values = (call.practice_id, rules.version, Jsonb(stored), rules.actor_id, at)
            return (await conn.execute(_ADD, values)).rowcount == 1


def _rules(row: Any) -> MatchRules:
    version, stored, actor_id = row
    compacts = tuple(
        Compact(each["code"], tuple(each["regions"]), each["is_remote_only"]) for each in stored["compacts"]
    )
    return MatchRules(**{**stored, "compacts": compacts, "version": version, "actor_id": actor_id})
