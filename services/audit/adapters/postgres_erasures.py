"""Keeps erasures and their certificates in PostgreSQL, in the transaction of the call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psycopg import errors as database_errors

from services.audit.domain import errors
from services.audit.domain.retention import Erasure, ErasurePart, ErasureState
from services.chassis.context import Call
from services.chassis.db.pool import Connection

_COLUMNS = """
    erasure_id::text, client_id::text, state, request_actor_id, request_time, approve_actor_id, approve_time,
    certificate, version
"""

_ADD = """
    insert into erasures (practice_id, erasure_id, client_id, state, request_actor_id, request_time)
    values (%s, %s, %s, %s, %s, %s)
"""

_FIND = f"select {_COLUMNS} from erasures where practice_id = %s and erasure_id = %s"  # noqa: S608 - a literal list of columns

_LOCK = f"{_FIND} for no key update"

_SAVE = """
    update erasures set state = %s, approve_actor_id = %s, approve_time = %s, certificate = %s, version = %s
     where practice_id = %s and erasure_id = %s
"""

_PAGE = f"""
    select {_COLUMNS} from erasures
     where practice_id = %s and (%s = '' or erasure_id < nullif(%s, '')::uuid) order by erasure_id desc limit %s
"""  # noqa: S608 - a literal list of columns

_ADD_PART = """
    insert into erasure_parts (practice_id, erasure_id, service, keys_destroyed, erase_time)
    values (%s, %s, %s, %s, %s) on conflict do nothing
"""

_PARTS = """
    select erasure_id::text, service, keys_destroyed, erase_time from erasure_parts
     where practice_id = %s and erasure_id = any (%s::uuid[]) order by service
"""


class PostgresErasures:
    """Is the store of erasures."""

    async def add_erasure(self, call: Call, erasure: Erasure) -> None:
        """Store a new one. Raises ErasureOpen."""
        values = (
            erasure.erasure_id,
            erasure.client_id,
            erasure.state,
            erasure.request_actor_id,
            erasure.request_time,
        )
        try:
            async with call.tx() as conn:
                await conn.execute(_ADD, (call.practice_id, *values))
        except database_errors.UniqueViolation:
            raise errors.ErasureOpen("Another erasure of the client is not finished.") from None

    async def find_erasure(self, call: Call, erasure_id: str, *, is_locked: bool = False) -> Erasure:
        """Return one, with its parts; locked, nobody else changes it until the call ends. Raises Missing."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK if is_locked else _FIND, (call.practice_id, erasure_id))).fetchone()
            if row is None:
                raise errors.Missing("No such erasure.", erasure_id=erasure_id)
            parts = await _parts(conn, call.practice_id, [erasure_id])
        return _erasure(row, parts)

    async def save_erasure(self, call: Call, erasure: Erasure) -> None:
        """Store the new state."""
        values = (erasure.state, erasure.approve_actor_id, erasure.approve_time, erasure.certificate, erasure.version)
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*values, call.practice_id, erasure.erasure_id))

    async def add_part(self, call: Call, erasure_id: str, part: ErasurePart) -> None:
        """Store what a service told; its first word stays."""
        values = (call.practice_id, erasure_id, part.service, part.keys_destroyed, part.erase_time)
        async with call.tx() as conn:
            await conn.execute(_ADD_PART, values)

    async def erasures(self, call: Call, *, before: str, limit: int) -> list[Erasure]:
        """Return erasures, newest first, older than the one named."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, (call.practice_id, before, before, limit))).fetchall()
            parts = await _parts(conn, call.practice_id, [row[0] for row in rows])
        return [_erasure(row, parts) for row in rows]


async def _parts(conn: Connection, practice_id: str, erasure_ids: list[str]) -> dict[str, list[ErasurePart]]:
    found: dict[str, list[ErasurePart]] = {}
    for erasure_id, *part in await (await conn.execute(_PARTS, (practice_id, erasure_ids))).fetchall():
        found.setdefault(erasure_id, []).append(ErasurePart(*part))
    return found


def _erasure(row: tuple[Any, ...], parts: dict[str, list[ErasurePart]]) -> Erasure:
    erasure_id, client_id, state, *rest = row
    erasure = Erasure(erasure_id, client_id, ErasureState(state), *rest)
    return replace(erasure, parts=tuple(parts.get(erasure_id, ())))
