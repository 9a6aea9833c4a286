"""Tells once at each step that a licence ends, or has ended."""

from __future__ import annotations

from collections import defaultdict

from kept.matching.v1 import matching_events_pb2

from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database
from services.matching.adapters.ids import new_id

ROUND_MAX = 500
"""Warnings of one round at most; the next one goes on."""

_ENDING = "select practice_id::text, therapist_id::text, region, expire_date, days_ahead from licences_ending(%s)"
_WARN = """
    insert into licence_warnings (practice_id, therapist_id, region, expire_date, days_ahead)
    values (%s, %s, %s, %s, %s) on conflict do nothing
"""


class LicenceWarnings:
    """Marks and tells in one transaction a practice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def warn(self) -> None:
        """Tell of what has not been told."""
        async with self._database.begin([]) as conn:
            rows = await (await conn.execute(_ENDING, (ROUND_MAX,))).fetchall()
        by_practice = defaultdict(list)
        for practice_id, *rest in rows:
            by_practice[practice_id].append(rest)
        for practice_id, endings in by_practice.items():
            actor = Actor("system:matching", "system", practice_id, frozenset({"system"}))
            call = Call(actor=actor, method="matching.WarnOfLicences")
            async with self._database.begin([practice_id]) as conn:
                for therapist_id, region, expire_date, days_ahead in endings:
                    values = (practice_id, therapist_id, region, expire_date, days_ahead)
                    if (await conn.execute(_WARN, values)).rowcount != 1:
                        continue
                    ending = matching_events_pb2.LicenceEnding(
                        practice_id=practice_id,
                        therapist_id=therapist_id,
                        region=region,
                        expire_date=expire_date.isoformat(),
                        days_ahead=days_ahead,
                        version=1,
                    )
                    call.publish(ending, aggregate_id=new_id(), version=1)
                await write_envelopes(conn, [call.envelope])
