"""Compares agreed cadences with what is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.booking.domain.follow_up import COUNTED_DAYS, Cadence, CadenceReality, Standing
from services.booking.usecases.list_cadences import CadenceFilter, CadencePlace
from services.chassis.context import Call

_REALITY = f"""
    select c.client_id::text as client_id, c.therapist_id::text as therapist_id, c.every_days, c.lead_days,
        c.since_time, seen.last_time, seen.next_time, seen.kept_count,
        coalesce(seen.last_time, c.since_time) + make_interval(days => c.every_days) as due_time
    from cadences c
    cross join lateral (
        select max(a.start_time) filter (where a.state in ('CHECKED_IN', 'IN_SESSION', 'COMPLETED')) as last_time,
            min(a.start_time) filter (where a.state in ('BOOKED', 'CONFIRMED') and a.start_time > %(at)s) as next_time,
            count(*) filter (
                where a.state = 'COMPLETED' and a.start_time > %(at)s - interval '{COUNTED_DAYS} days'
            ) as kept_count
        from appointments a
        where a.practice_id = c.practice_id and a.client_id = c.client_id and a.therapist_id = c.therapist_id
    ) seen
    where c.practice_id = %(practice_id)s
        and (%(client_id)s = '' or c.client_id = nullif(%(client_id)s, '')::uuid)
        and (%(therapist_id)s = '' or c.therapist_id = nullif(%(therapist_id)s, '')::uuid)
"""  # noqa: S608 - only the literal number is put in

_STANDING = """
    case when due_time < %(at)s then 'OVERDUE' when next_time <= due_time then 'ON_TRACK' else 'GAP_AHEAD' end
"""

_PAGE = f"""
    select * from ({_REALITY}) reality
    where (%(standing)s = '' or {_STANDING} = %(standing)s)
        and (%(after_time)s::timestamptz is null
            or (due_time, client_id, therapist_id) > (%(after_time)s, %(after_client_id)s, %(after_therapist_id)s))
    order by due_time, client_id, therapist_id
    limit %(limit)s
"""  # noqa: S608 - only the statements above are put in

_COUNTS = f"select {_STANDING}, count(*) from ({_REALITY}) reality group by 1"  # noqa: S608 - only the statements above


class PostgresCadences:
    """Reads agreed cadences beside appointments; everything happens in the call's own transaction."""

    async def page(
        self, call: Call, wanted: CadenceFilter, *, at: datetime, after: CadencePlace | None, limit: int
    ) -> Sequence[CadenceReality]:
        """Return at most *limit* cadences, longest overdue first."""
        place = after or (None, "", "")
        values = _values(call, wanted, at) | {
            "after_time": place[0],
            "after_client_id": place[1],
            "after_therapist_id": place[2],
            "limit": limit,
        }
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, values)).fetchall()
        return [
            CadenceReality(
                Cadence(*row[:4]), since_time=row[4], last_time=row[5], next_time=row[6], kept_count=row[7], at=at
            )
            for row in rows
        ]

    async def counts(self, call: Call, wanted: CadenceFilter, *, at: datetime) -> Mapping[Standing, int]:
        """Count all that the filter names, whatever their standing."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_COUNTS, _values(call, wanted, at))).fetchall()
        return {Standing(standing): many for standing, many in rows}


def _values(call: Call, wanted: CadenceFilter, at: datetime) -> dict[str, Any]:
    return {
        "practice_id": call.practice_id,
        "client_id": wanted.client_id,
        "therapist_id": wanted.therapist_id,
        "standing": wanted.standing.value if wanted.standing else "",
        "at": at,
    }
