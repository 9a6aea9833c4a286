"""On-call contacts and pages in PostgreSQL; an address is ciphertext under its own key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import uuid_utils

from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection, Database
from services.notifications.domain.contact import Locale
from services.notifications.domain.page import CARE, CRISIS, MOST_CONTACTS, OnCallContact
from services.notifications.usecases.page_on_call import Delivery, DuePage

EMAIL_FIELD = "on_call_contacts.email"
"""
Danger: bound into every ciphertext; another name makes every stored address unreadable.
"""

PAGE_LEASE = timedelta(seconds=60)
"""How long a page waits after its replica died in the middle; then it is said again."""


class OnCall:
    """The on-call contacts of the practices that a transaction sees."""

    def __init__(self, cipher: ClientCipher) -> None:
        """Seal and open with this cipher."""
        self._cipher = cipher

    async def put(self, conn: Connection, practice_id: str, contact: OnCallContact) -> None:
        """Create or replace a contact, each time under a new key."""
        _, wrapped = await self._cipher.new_key(practice_id)
        sealed = await self._cipher.encrypt(practice_id, contact.contact_id, wrapped, EMAIL_FIELD, contact.email)
        await conn.execute(
            "insert into on_call_contacts"
            " (practice_id, contact_id, level, wrapped_dek, email_sealed, locale, is_active, duty)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict on constraint on_call_contacts_pkey do update set level = excluded.level,"
            " wrapped_dek = excluded.wrapped_dek, email_sealed = excluded.email_sealed, locale = excluded.locale,"
            " is_active = excluded.is_active, duty = excluded.duty, update_time = now()",
            (
                practice_id,
                contact.contact_id,
                contact.level,
                wrapped,
                sealed,
                contact.locale.value,
                contact.is_active,
                contact.duty,
            ),
        )

    async def count_others(self, conn: Connection, practice_id: str, contact: OnCallContact) -> int:
        """Return how many contacts of its kind, therapists or others, there are beside this one."""
        found = await conn.execute(
            "select count(*) from on_call_contacts where practice_id = %s and contact_id <> %s and (duty = %s) = %s",
            (practice_id, contact.contact_id, CARE, contact.duty == CARE),
        )
        row = await found.fetchone()
        return int(row[0]) if row else 0

    async def list(
        self,
        conn: Connection,
        practice_id: str,
        *,
        duty: str | None = None,
        contact_ids: Sequence[str] | None = None,
        after: str | None = None,
        limit: int = MOST_CONTACTS,
    ) -> list[OnCallContact]:
        """Return contacts, of one duty or these ids or all, in the order of their ids, after the one named *after*."""
        found = await conn.execute(
            "select contact_id::text, level, wrapped_dek, email_sealed, locale, is_active, duty from on_call_contacts"
            " where practice_id = %s and (%s::uuid is null or contact_id > %s::uuid)"
            " and (%s::text is null or duty = %s) and (%s::uuid[] is null or contact_id = any (%s::uuid[]))"
            " order by contact_id limit %s",
            (practice_id, after, after, duty, duty, contact_ids, contact_ids, limit),
        )
        return [
            OnCallContact(
                contact_id=row[0],
                level=row[1],
                email=await self._cipher.decrypt(practice_id, row[0], bytes(row[2]), EMAIL_FIELD, bytes(row[3])),
                locale=Locale(row[4]),
                is_active=row[5],
                duty=row[6],
            )
            for row in await found.fetchall()
        ]


async def open_page(
    conn: Connection, practice_id: str, flag_id: str, client_id: str, *, version: int, at: datetime
) -> None:
    """Page about a flag from now on; one that is known, or has ended already, stays as it is."""
    await conn.execute(
        "insert into pages (practice_id, flag_id, client_id, raise_time, version, next_time)"
        " values (%s, %s, %s, %s, %s, %s) on conflict on constraint pages_pkey do nothing",
        (practice_id, flag_id, client_id, at, version, at),
    )


async def end_page(
    conn: Connection, practice_id: str, flag_id: str, client_id: str, *, version: int, at: datetime
) -> None:
    """Page about a flag no more, and let go what waited for it; the end may be heard of before the beginning."""
    await conn.execute(
        "insert into pages as p (practice_id, flag_id, client_id, raise_time, version, end_time)"
        " values (%s, %s, %s, %s, %s, %s)"
        " on conflict on constraint pages_pkey do update set next_time = null,"
        " end_time = coalesce(p.end_time, excluded.end_time), version = greatest(p.version, excluded.version)",
        (practice_id, flag_id, client_id, at, version, at),
    )
    await conn.execute(
        "update messages set due_time = %s where practice_id = %s and client_id = %s"
        " and state = 'PLANNED' and reason = 'CRISIS_HOLD'",
        (at, practice_id, client_id),
    )


async def list_pages(
    conn: Connection, practice_id: str, *, only_open: bool = False, before: str | None = None, limit: int = 50
) -> list[tuple[str, datetime, int, datetime | None, int]]:
    """Return (flag, raised, rounds, ended, mails taken), newest flags first, after the one named *before*."""
    found = await conn.execute(
        "select p.flag_id::text, p.raise_time, p.round, p.end_time,"
        " (select count(*) from page_deliveries d where d.practice_id = p.practice_id and d.flag_id = p.flag_id"
        " and d.outcome = 'ACCEPTED')"
        " from pages p where p.practice_id = %s and (p.end_time is null or not %s)"
        " and (%s::uuid is null or p.flag_id < %s::uuid) order by p.flag_id desc limit %s",
        (practice_id, only_open, before, before, limit),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await found.fetchall()]


class PostgresPages:
    """The pages of all practices, as the job leases them."""

    def __init__(self, database: Database, on_call: OnCall) -> None:
        """Read contacts by *on_call*."""
        self._database = database
        self._on_call = on_call

    async def claim(self, most: int, *, at: datetime) -> list[DuePage]:
        """Lease due pages; committed before anything is sent."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, flag_id::text from claim_due_pages(%s, %s, %s)", (most, PAGE_LEASE, at)
            )
            leased = await found.fetchall()
        due = []
        for practice_id, flag_id in leased:
            async with self._database.begin([practice_id]) as conn:
                found = await conn.execute(
                    "select round from pages where practice_id = %s and flag_id = %s", (practice_id, flag_id)
                )
                row = await found.fetchone()
                contacts = await self._on_call.list(conn, practice_id, duty=CRISIS)
            due.append(DuePage(practice_id, flag_id, int(row[0]) if row else 0, contacts))
        return due

    async def settle(
        self, page: DuePage, deliveries: Sequence[Delivery], *, round_number: int, next_time: datetime, at: datetime
    ) -> None:
        """Store the tries and the next time; a page that ended meanwhile stays ended."""
        async with self._database.begin([page.practice_id]) as conn:
            await conn.execute(
                "update pages set round = %s, next_time = %s"
                " where practice_id = %s and flag_id = %s and end_time is null",
                (round_number, next_time, page.practice_id, page.flag_id),
            )
            for each in deliveries:
                await conn.execute(
                    "insert into page_deliveries"
                    " (practice_id, delivery_id, flag_id, round, contact_id, outcome, deliver_time)"
                    " values (%s, %s, %s, %s, %s, %s, %s)",
                    (
                        page.practice_id,
                        str(uuid_utils.uuid7()),
                        page.flag_id,
                        page.round_number,
                        each.contact_id,
                        each.outcome.value,
                        at,
                    ),
                )
