"""Keeps what is known of people beside the trail: keyed hashes, flags and ends."""

from __future__ import annotations

from datetime import UTC

from kept.booking.v1 import people_events_pb2

from services.audit.domain import errors
from services.chassis.context import Call

KINDS = frozenset({"client", "staff"})

_PUT = """
    insert into people_facts as f (practice_id, kind, person_id, family_mark, address_mark, phone_mark, is_vip,
                                   leave_time, version)
    values (%s, %s, %s, nullif(%s, ''), nullif(%s, ''), nullif(%s, ''), %s, %s, %s)
        on conflict on constraint people_facts_pkey do update set
           family_mark = excluded.family_mark, address_mark = excluded.address_mark, phone_mark = excluded.phone_mark,
           is_vip = excluded.is_vip, leave_time = excluded.leave_time, version = excluded.version
     where f.version < excluded.version
"""


async def put(call: Call, told: people_events_pb2.PersonMarked) -> None:
    """Store what is known of somebody now, unless something newer is known. Raises FactMalformed."""
    if told.kind not in KINDS or not told.person_id:
        raise errors.FactMalformed("There is no such kind of person.", field="kind")
    leave_time = told.leave_time.ToDatetime(tzinfo=UTC) if told.HasField("leave_time") else None
    values = (
        call.practice_id, told.kind, told.person_id, told.family_mark, told.address_mark, told.phone_mark, told.is_vip,
        leave_time, told.version,
    )  # fmt: skip
    async with call.tx() as conn:
        await conn.execute(_PUT, values)


async def forget(call: Call, client_id: str) -> None:
    """Remove what is known of a client whose keys are gone."""
    async with call.tx() as conn:
        await conn.execute(
            "delete from people_facts where practice_id = %s and kind = 'client' and person_id = %s",
            (call.practice_id, client_id),
        )
