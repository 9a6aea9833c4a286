"""Counts freed slots and what became of them, for Prometheus and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter, Histogram

from services.chassis.context import Call
from services.chassis.db.pool import Database

COUNT_MAX = 500
"""Openings counted in one round at most."""

ENDED = Counter("kept_refill_openings_total", "Freed slots that ended, by cause and how.", ["cause", "outcome"])
"""Outcome is FILLED, UNDONE, GIVEN_BACK, LOST or REGAINED; filled of all but undone is the refill rate."""

OFFERS = Counter("kept_refill_offers_total", "Offers made for freed slots that ended, by how they ended.", ["outcome"])
"""Outcome is ACCEPTED, DECLINED, EXPIRED, TAKEN or WITHDRAWN."""

RECOVERED = Counter("kept_refill_recovered_minutes_total", "Minutes of sessions that were filled again.")
"""What would have been empty."""

FILL_SECONDS = Histogram(
    "kept_refill_fill_seconds",
    "From coming free to being filled.",
    buckets=(150, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 259200),
)
"""How long it takes; the undo window is part of it."""

_COUNT = """
    update openings set is_counted = true
    where (practice_id, opening_id) in (
        select practice_id, opening_id from openings
        where close_time is not null and not is_counted
        order by practice_id, opening_id limit %s
        for no key update skip locked
    )
    returning opening_id::text, cause, state, extract(epoch from close_time - create_time)::float,
        extract(epoch from end_time - start_time)::float / 60
"""

_OFFERS = """
    select state, count(*) from offers
    where practice_id = any (%s::uuid[]) and opening_id = any (%s::uuid[]) and state not in ('PREPARED', 'PASSED_OVER')
    group by state
"""

_REPORT = """
    select n.from_h, n.to_h, count(o.opening_id),
        count(*) filter (where f.made > 0), count(*) filter (where o.state = 'FILLED'),
        count(*) filter (where o.state = 'UNDONE'), count(*) filter (where o.state = 'REGAINED'),
        count(*) filter (where o.state = 'GIVEN_BACK'), count(*) filter (where o.state = 'LOST'),
        coalesce(sum(f.made), 0), coalesce(sum(f.accepted), 0), coalesce(sum(f.declined), 0),
        coalesce(sum(f.expired), 0), coalesce(sum(f.taken), 0),
        coalesce(percentile_cont(0.5) within group (order by extract(epoch from o.close_time - o.create_time))
            filter (where o.state = 'FILLED'), 0),
        coalesce(percentile_cont(0.9) within group (order by extract(epoch from o.close_time - o.create_time))
            filter (where o.state = 'FILLED'), 0),
        coalesce(sum(extract(epoch from o.end_time - o.start_time) / 60) filter (where o.state = 'FILLED'), 0)
    from (values (0, 2), (2, 24), (24, 0)) as n (from_h, to_h)
    left join openings o on o.practice_id = %(practice_id)s
        and o.create_time >= %(from_time)s and o.create_time < %(to_time)s
        and (%(therapist_id)s = '' or o.therapist_id::text = %(therapist_id)s)
        and o.start_time - o.create_time >= make_interval(hours => n.from_h)
        and (n.to_h = 0 or o.start_time - o.create_time < make_interval(hours => n.to_h))
    left join lateral (
        select count(*) filter (where state not in ('PREPARED', 'PASSED_OVER')) as made,
            count(*) filter (where state = 'ACCEPTED') as accepted,
            count(*) filter (where state = 'DECLINED') as declined,
            count(*) filter (where state = 'EXPIRED') as expired,
            count(*) filter (where state = 'TAKEN') as taken
        from offers where practice_id = o.practice_id and opening_id = o.opening_id
    ) f on true
    group by n.from_h, n.to_h order by n.from_h
"""


@dataclass(frozen=True, slots=True)
class RefillGroup:
    """Is what became of the slots freed with a notice of at least from_h and below to_h hours; 0 is no end."""

    from_h: int
    to_h: int
    freed: int
    offered: int
    filled: int
    undone: int
    regained: int
    given_back: int
    lost: int
    made: int
    accepted: int
    declined: int
    expired: int
    taken: int
    median_s: float
    p90_s: float
    recovered_min: float


class Refills:
    """Reads openings and offers for those who count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count_ended(self) -> int:
        """
        Add what ended to the metrics, each opening once, whichever replica comes first; return how many.

        Counted after the mark is committed: a crash between loses a count and never doubles one.
        """
        async with self._database.begin([]) as conn:
            found = await conn.execute("select practice_id::text from openings_uncounted(%s)", (COUNT_MAX,))
            practices = [row[0] for row in await found.fetchall()]
        if not practices:
            return 0
        async with self._database.begin(practices) as conn:
            ended = await (await conn.execute(_COUNT, (COUNT_MAX,))).fetchall()
            ids = [row[0] for row in ended]
            offers = await (await conn.execute(_OFFERS, (practices, ids))).fetchall()
        for _, cause, state, seconds, minutes in ended:
            ENDED.labels(cause, state).inc()
            if state == "FILLED":
                FILL_SECONDS.observe(seconds)
                RECOVERED.inc(minutes)
        for state, count in offers:
            OFFERS.labels(state).inc(count)
        return len(ended)

    async def report(
        self, call: Call, therapist_id: str, *, from_time: datetime, to_time: datetime
    ) -> list[RefillGroup]:
        """Return what became of the slots freed in a stretch of time, by their notice."""
        values = {
            "practice_id": call.practice_id,
            "from_time": from_time,
            "to_time": to_time,
            "therapist_id": therapist_id,
        }
        async with call.tx() as conn:
            rows = await (await conn.execute(_REPORT, values)).fetchall()
        return [RefillGroup(*map(int, row[:14]), *map(float, row[14:])) for row in rows]
