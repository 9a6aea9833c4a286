"""Keeps wordings of instruments that practices brought, by version, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from kept.matching.v1 import triage_pb2

from services.chassis.context import Call
from services.matching.adapters.triage_proto import instrument_to, wording_from
from services.matching.domain.wordings import Wording

_FIND = """
    select version, wording from instrument_wordings
    where practice_id = %s and code = %s and locale = %s order by version desc limit 1
"""
_ADD = """
    insert into instrument_wordings (practice_id, code, locale, version, wording, actor_id, create_time)
    values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""


class PostgresWordings:
    """Keeps every version; none is ever changed."""

    async def find(self, call: Call, code: str, locale: str) -> Wording | None:
        """Return the newest version in exactly this language, or None."""
        async with call.tx() as conn:
            row = await (await conn.execute(_FIND, (call.practice_id, code, locale))).fetchone()
        return wording_from(triage_pb2.Instrument.FromString(bytes(row[1])), version=row[0]) if row else None

    async def add(self, call: Call, wording: Wording, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""
        stored = instrument_to(wording).SerializeToString()
        key = (call.practice_id, wording.code, wording.locale, wording.version, stored)
        async with call.tx() as conn:
            return (await conn.execute(_ADD, (*key, call.actor.actor_id, at))).rowcount == 1
