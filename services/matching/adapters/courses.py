"""Keeps sessions that took place, and how well therapists fit; ratings are sealed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.chassis.errors import ClientErased
from services.matching.adapters.sealing import Sealing
from services.matching.domain.courses import Course

FIELD = "course_fits.rating"
"""
Danger: bound into every ciphertext, with the therapist's id; another name makes every rating unreadable.
"""

_ADD = """
    insert into course_sessions (practice_id, appointment_id, client_id, therapist_id, session_time)
    values (%s, %s, %s, %s, %s) on conflict do nothing
"""
_REMOVE = "delete from course_sessions where practice_id = %s and appointment_id = %s"
_COUNT = "select count(*) from course_sessions where practice_id = %s and client_id = %s and therapist_id = %s"
_ASK = """
    insert into course_fits (practice_id, client_id, therapist_id, ask_time) values (%s, %s, %s, %s)
    on conflict do nothing
"""
_RATE = """
    update course_fits set rating_sealed = %s where practice_id = %s and client_id = %s and therapist_id = %s
"""
_COURSES = """
    select s.client_id::text, s.therapist_id::text, coalesce(p.weights_version, ''), s.sessions, s.first_time,
        greatest(s.last_time, c.last_time), f.rating_sealed
    from (
        select client_id, therapist_id, count(*)::integer as sessions, min(session_time) as first_time,
            max(session_time) as last_time
        from course_sessions where practice_id = %(p)s group by client_id, therapist_id
        having min(session_time) >= %(a)s and min(session_time) < %(z)s
    ) s
    left join caseload_clients c
        on c.practice_id = %(p)s and c.client_id = s.client_id and c.therapist_id = s.therapist_id
    left join course_fits f on f.practice_id = %(p)s and f.client_id = s.client_id and f.therapist_id = s.therapist_id
    left join lateral (
        select weights_version from proposals o
        where o.practice_id = %(p)s and o.client_id = s.client_id and o.therapist_id = s.therapist_id and o.state = 2
        order by o.settle_time desc limit 1
    ) p on true
"""


class PostgresCourses:
    """Is what came of matches."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def add(
        self, call: Call, appointment_id: str, client_id: str, therapist_id: str, *, session_time: datetime
    ) -> int:
        """Count a session that took place, once, and return how many there are of the two."""
        async with call.tx() as conn:
            await conn.execute(_ADD, (call.practice_id, appointment_id, client_id, therapist_id, session_time))
            row = await (await conn.execute(_COUNT, (call.practice_id, client_id, therapist_id))).fetchone()
        return int(row[0]) if row else 0

    async def remove(self, call: Call, appointment_id: str) -> None:
        """Forget a session that did not take place after all."""
        async with call.tx() as conn:
            await conn.execute(_REMOVE, (call.practice_id, appointment_id))

    async def ask(self, call: Call, client_id: str, therapist_id: str, *, at: datetime) -> bool:
        """Remember that a client is asked; False when they were before."""
        async with call.tx() as conn:
            return (await conn.execute(_ASK, (call.practice_id, client_id, therapist_id, at))).rowcount == 1

    async def rate(self, call: Call, client_id: str, therapist_id: str, rating: int) -> bool:
        """Store how well it fits; False when nobody has asked yet."""
        async with call.tx() as conn:
            sealed = await self._sealing.seal(conn, call.practice_id, client_id, f"{FIELD}|{therapist_id}", str(rating))
            key = (call.practice_id, client_id, therapist_id)
            return (await conn.execute(_RATE, (sealed, *key))).rowcount == 1

    async def courses(self, call: Call, *, from_time: datetime, to_time: datetime) -> list[Course]:
        """Return courses that began in an interval; outside of the call's own transaction."""
        found = []
        async with self._database.begin([call.practice_id]) as conn:
            values = {"p": call.practice_id, "a": from_time, "z": to_time}
            rows = await (await conn.execute(_COURSES, values)).fetchall()
            for client_id, therapist_id, label, sessions, first_time, last_time, sealed in rows:
                rating = 0
                if sealed is not None:
                    field = f"{FIELD}|{therapist_id}"
                    with suppress(ClientErased):
                        rating = int(await self._sealing.open(conn, call.practice_id, client_id, field, sealed))
                found.append(Course(client_id, therapist_id, label, sessions, first_time, last_time, rating))
        return found
