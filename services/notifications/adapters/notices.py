"""Notices to officers in PostgreSQL: an alarm until somebody has seen it, a digest once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.db.pool import Connection, Database
from services.notifications.adapters.pages import PAGE_LEASE, OnCall
from services.notifications.domain.message import Outcome
from services.notifications.domain.page import COMPLIANCE
from services.notifications.usecases.page_on_call import Delivery, DuePage

ALARM, DIGEST = "alarm", "digest"

UNHEARD = timedelta(minutes=10)
"""How long a notice waits that nobody is there for."""


async def open_notice(
    conn: Connection, practice_id: str, notice_id: str, topic: str, *, version: int, at: datetime
) -> None:
    """Tell officers from now on; what is known, or was seen already, stays as it is."""
    await conn.execute(
        "insert into officer_notices (practice_id, notice_id, topic, raise_time, version, next_time)"
        " values (%s, %s, %s, %s, %s, %s) on conflict on constraint officer_notices_pkey do nothing",
        (practice_id, notice_id, topic, at, version, at),
    )


async def end_notice(conn: Connection, practice_id: str, notice_id: str, *, version: int, at: datetime) -> None:
    """Tell of it no more; the end may be heard of before the beginning."""
    await conn.execute(
        "insert into officer_notices as n (practice_id, notice_id, topic, raise_time, version, end_time)"
        " values (%s, %s, 'alarm', %s, %s, %s) on conflict on constraint officer_notices_pkey do update set"
        " next_time = null, end_time = coalesce(n.end_time, excluded.end_time),"
        " version = greatest(n.version, excluded.version)",
        (practice_id, notice_id, at, version, at),
    )


class PostgresNotices:
    """The notices of all practices, as the job leases them."""

    def __init__(self, database: Database, on_call: OnCall) -> None:
        """Read contacts by *on_call*."""
        self._database = database
        self._on_call = on_call

    async def claim(self, most: int, *, at: datetime) -> list[DuePage]:
        """Lease due notices; committed before anything is sent. An alarm nobody has the duty for is everybody's."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, notice_id::text from claim_due_notices(%s, %s, %s)", (most, PAGE_LEASE, at)
            )
            leased = await found.fetchall()
        due = []
        for practice_id, notice_id in leased:
            async with self._database.begin([practice_id]) as conn:
                found = await conn.execute(
                    "select round, topic from officer_notices where practice_id = %s and notice_id = %s",
                    (practice_id, notice_id),
                )
                row = await found.fetchone()
                round_number, topic = (int(row[0]), str(row[1])) if row else (0, ALARM)
                everybody = await self._on_call.list(conn, practice_id)
            officers = [each for each in everybody if each.duty == COMPLIANCE and each.is_active]
            contacts = officers or (everybody if topic == ALARM else [])
            due.append(DuePage(practice_id, notice_id, round_number, contacts, topic))
        return due

    async def settle(
        self, page: DuePage, deliveries: Sequence[Delivery], *, round_number: int, next_time: datetime, at: datetime
    ) -> None:
        """Store how many were reached and the next time; a digest is told once, and to nobody when nobody is there."""
        reached = sum(each.outcome is Outcome.ACCEPTED for each in deliveries)
        is_over = page.topic == DIGEST and (reached > 0 or not deliveries)
        due_time = next_time if deliveries else at + UNHEARD
        async with self._database.begin([page.practice_id]) as conn:
            await conn.execute(
                "update officer_notices set round = %s, reached = reached + %s, next_time = %s, end_time = %s"
                " where practice_id = %s and notice_id = %s and end_time is null",
                (
                    round_number,
                    reached,
                    None if is_over else due_time,
                    at if is_over else None,
                    page.practice_id,
                    page.flag_id,
                ),
            )
