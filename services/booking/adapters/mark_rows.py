"""Keeps keyed hashes of people, and tells the watching of the trail of each change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from kept.booking.v1 import people_events_pb2

from services.booking.domain.client import Client
from services.booking.domain.marks import CLIENT, STAFF, Marks, normal_form
from services.chassis.context import Call
from services.chassis.crypto import Keyring
from services.chassis.db.pool import Database

_PUT = """
    insert into person_marks as m (practice_id, kind, person_id, family_mark, address_mark, phone_mark, is_vip,
                                   leave_time, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, 1) on conflict on constraint person_marks_pkey do update set
        family_mark = excluded.family_mark, address_mark = excluded.address_mark, phone_mark = excluded.phone_mark,
        is_vip = excluded.is_vip, leave_time = excluded.leave_time, version = m.version + 1
    returning version
"""

_COLUMNS = "kind, person_id, family_mark, address_mark, phone_mark, is_vip, leave_time, version"


class Registry(Protocol):
    """Knows who a client is."""

    async def find(self, call: Call, client_id: str) -> Client:
        """Return a client, decrypted."""


class PostgresMarks:
    """Keeps marks; a practice's are equal for equal words, and say nothing to whoever lacks the key."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def of(self, practice_id: str, field: str, text: str) -> bytes:
        """Return the mark of a word, or nothing for none. Names, addresses and numbers are each under their own."""
        normal = normal_form(text)
        return self._keyring.blind_index(practice_id, f"mark.{field}", normal) if normal else b""

    async def follow(self, call: Call, client: Client) -> None:
        """Make a client's marks anew from the registry; what was told beside it stays."""
        query = "select address_mark, is_vip from person_marks where practice_id = %s and kind = %s and person_id = %s"
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, CLIENT, client.client_id))).fetchone()
        address, is_vip = (bytes(row[0] or b""), bool(row[1])) if row else (b"", False)
        await self.put(call, self._of_client(call.practice_id, client, address, is_vip))

    async def forget(self, call: Call, client_id: str) -> None:
        """Remove a client's marks."""
        async with call.tx() as conn:
            await conn.execute(
                "delete from person_marks where practice_id = %s and kind = %s and person_id = %s",
                (call.practice_id, CLIENT, client_id),
            )

    async def put(self, call: Call, marks: Marks) -> None:
        """Store what is known of somebody now, and the event."""
        values = (
            call.practice_id,
            marks.kind,
            marks.person_id,
            marks.family or None,
            marks.address or None,
            marks.phone or None,
            marks.is_vip,
            marks.leave_time,
        )
        async with call.tx() as conn:
            row = await (await conn.execute(_PUT, values)).fetchone()
        version = int(row[0]) if row else 1
        message = people_events_pb2.PersonMarked(
            practice_id=call.practice_id,
            kind=marks.kind,
            person_id=marks.person_id,
            family_mark=marks.family.hex(),
            address_mark=marks.address.hex(),
            phone_mark=marks.phone.hex(),
            is_vip=marks.is_vip,
            version=version,
        )
        if marks.leave_time:
            message.leave_time.FromDatetime(marks.leave_time)
        call.publish(message, aggregate_id=f"mark:{marks.kind}:{marks.person_id}", version=version)

    async def put_client(self, call: Call, client: Client, *, address: str, is_vip: bool) -> Marks:
        """Make a client's marks from the registry, and from what is told beside it."""
        mark = self.of(call.practice_id, "address", address)
        marks = self._of_client(call.practice_id, client, mark, is_vip)
        await self.put(call, marks)
        return marks

    def _of_client(self, practice_id: str, client: Client, address: bytes, is_vip: bool) -> Marks:
        family, phone = self.of(practice_id, "family", client.family_name), self.of(practice_id, "phone", client.phone)
        return Marks(CLIENT, client.client_id, family, address, phone, is_vip)

    async def staff(self, call: Call, *, after: str, limit: int) -> Sequence[Marks]:
        """Return what is known of the staff, in the order of their ids, after the one named."""
        query = f"""
            select {_COLUMNS} from person_marks
             where practice_id = %s and kind = %s and person_id > %s order by person_id limit %s
        """  # noqa: S608 - a literal list of columns
        async with call.tx() as conn:
            rows = await (await conn.execute(query, (call.practice_id, STAFF, after, limit))).fetchall()
        return [_marks(row) for row in rows]


async def mark_clients(
    database: Database, own_call: Callable[[str], Call], *, clients: Registry, marks: PostgresMarks, limit: int = 200
) -> int:
    """Make the marks of clients who were registered before there were any; return of how many."""
    async with database.begin([]) as conn:
        query = "select practice_id::text, client_id::text from clients_unmarked(%s)"
        due = await (await conn.execute(query, (limit,))).fetchall()
    for practice_id, client_id in due:
        call = own_call(practice_id)
        try:
            await call.authorize(client_ids=[client_id], resource_id=client_id)
            await marks.follow(call, await clients.find(call, client_id))
            await call.commit(None)
        except BaseException as error:
            await call.close(error)
            raise
    return len(due)


def _marks(row: Sequence[Any]) -> Marks:
    kind, person_id, family, address, phone, is_vip, leave_time, version = row
    return Marks(
        kind, person_id, bytes(family or b""), bytes(address or b""), bytes(phone or b""), is_vip, leave_time, version
    )
