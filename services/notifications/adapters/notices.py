"""Notices to staff in PostgreSQL: an alarm until somebody has seen it, whatever else once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis.db.pool import Connection, Database
from services.notifications.adapters.pages import PAGE_LEASE, OnCall
from services.notifications.domain.message import Outcome
from services.notifications.domain.page import CARE, COMPLIANCE, CRISIS, DESK, OnCallContact
from services.notifications.usecases.page_on_call import Delivery, DuePage

ALARM, DIGEST = "alarm", "digest"
FOLLOW_UP, PROPOSAL, LICENCE, POST = "care-follow-up", "care-proposal", "care-licence", "care-message"
AFFECTED, FAILURES = "desk-affected", "desk-failures"
"""What a notice is about; each is a template of its own."""

UNHEARD = timedelta(minutes=10)
"""How long a notice waits that nobody is there for."""


async def open_notice(
    conn: Connection,
    practice_id: str,
    notice_id: str,
    topic: str,
    *,
    version: int,
    at: datetime,
    contact_ids: Sequence[str] = (),
) -> None:
    """Tell staff from now on, of the care team *contact_ids*; what is known, or was seen already, stays as it is."""
    await conn.execute(
        "insert into officer_notices (practice_id, notice_id, topic, raise_time, version, next_time, contact_ids)"
        " values (%s, %s, %s, %s, %s, %s, %s::uuid[]) on conflict on constraint officer_notices_pkey do nothing",
        (practice_id, notice_id, topic, at, version, at, list(contact_ids)),
    )


async def end_notice(
    conn: Connection, practice_id: str, notice_id: str, topic: str = ALARM, *, version: int, at: datetime
) -> None:
    """Tell of it no more; the end may be heard of before the beginning."""
    await conn.execute(
        "insert into officer_notices as n (practice_id, notice_id, topic, raise_time, version, end_time)"
        " values (%s, %s, %s, %s, %s, %s) on conflict on constraint officer_notices_pkey do update set"
        " next_time = null, end_time = coalesce(n.end_time, excluded.end_time),"
        " version = greatest(n.version, excluded.version)",
        (practice_id, notice_id, topic, at, version, at),
    )


class PostgresNotices:
    """The notices of all practices, as the job leases them."""

    def __init__(self, database: Database, on_call: OnCall) -> None:
        """Read contacts by *on_call*."""
        self._database = database
        self._on_call = on_call

    async def claim(self, most: int, *, at: datetime) -> list[DuePage]:
        """Lease due notices; committed before anything is sent."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, notice_id::text from claim_due_notices(%s, %s, %s)", (most, PAGE_LEASE, at)
            )
            leased = await found.fetchall()
        due = []
        for practice_id, notice_id in leased:
            async with self._database.begin([practice_id]) as conn:
                found = await conn.execute(
                    "select round, topic, contact_ids::text[] from officer_notices"
                    " where practice_id = %s and notice_id = %s",
                    (practice_id, notice_id),
                )
                row = await found.fetchone()
                round_number, topic, contact_ids = row or (0, ALARM, [])
                contacts = await self._told(conn, practice_id, topic, contact_ids)
            due.append(DuePage(practice_id, notice_id, round_number, contacts, topic))
        return due

    async def _told(
        self, conn: Connection, practice_id: str, topic: str, contact_ids: Sequence[str]
    ) -> list[OnCallContact]:
        """
        Return whom a notice is for.

        An alarm that nobody has the duty for is everybody's who is there for crises; what nobody of the care team can
        be told is the desk's, except what the desk may not read, and a licence is both's.
        """
        if topic in (ALARM, DIGEST):
            officers = await self._active(conn, practice_id, COMPLIANCE)
            return officers or (await self._active(conn, practice_id, CRISIS) if topic == ALARM else [])
        team = await self._active(conn, practice_id, CARE, contact_ids) if contact_ids else []
        is_desks = topic == LICENCE or (not team and topic != POST)
        desk = await self._active(conn, practice_id, DESK) if is_desks else []
        # Told once: nobody waits for a second round.
        return [replace(each, level=1) for each in (*team, *desk)]

    async def _active(
        self, conn: Connection, practice_id: str, duty: str, contact_ids: Sequence[str] | None = None
    ) -> list[OnCallContact]:
        found = await self._on_call.list(conn, practice_id, duty=duty, contact_ids=contact_ids)
        return [each for each in found if each.is_active]

    async def settle(
        self, page: DuePage, deliveries: Sequence[Delivery], *, round_number: int, next_time: datetime, at: datetime
    ) -> None:
        """Store how many were reached and the next time; all but an alarm is told once, or to nobody."""
        reached = sum(each.outcome is Outcome.ACCEPTED for each in deliveries)
        is_over = page.topic != ALARM and (reached > 0 or not deliveries)
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
