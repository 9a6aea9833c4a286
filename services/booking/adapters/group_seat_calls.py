"""Keeps who is to be seated in groups' sessions, and which sessions clients may book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import uuid_utils

from services.booking.adapters.group_rows import (
    GROUP_COLUMNS,
    GROUP_WIDTH,
    SESSION_COLUMNS,
    group_of,
    session_of,
)
from services.booking.domain.group import SEAT_NOTICE, Group, GroupSession, SeatHeld
from services.booking.usecases.answer_lapsed_hold import SessionWord
from services.booking.usecases.group_ports import Place, SessionFilter
from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database

_SEATED = """
    select client_id::text, bool_or(state not in ('CANCELLED', 'NO_SHOW')), max(create_time) from appointments
    where practice_id = %(practice_id)s and group_session_id = %(group_session_id)s and state <> 'ABANDONED'
        and (state <> 'CANCELLED' or update_time is distinct from (
            select s.pause_time from group_sessions s
            where s.practice_id = %(practice_id)s and s.group_session_id = %(group_session_id)s
        ))
    group by client_id
"""

_CALL = """
    insert into group_seat_calls (practice_id, seat_call_id, group_session_id, due_time, tries)
    select %s, call_id, session_id, %s, %s from unnest(%s::uuid[], %s::uuid[]) as given (call_id, session_id)
"""

_AHEAD = """
    select group_session_id::text from group_sessions
    where practice_id = %s and group_id = %s and state = 'SCHEDULED' and start_time > %s
"""

_ANSWER = """
    delete from group_seat_calls where practice_id = %s and group_session_id = %s and due_time <= now() returning tries
"""

_BAR_MOVE = """
    update group_sessions set abandoned_claim_version = %s
    where practice_id = %s and group_session_id = %s and claim_version < %s
        and (state = 'SCHEDULED' or keeps_time)
    returning 1
"""

_STANDS = """
    select 1 from group_sessions
    where practice_id = %s and group_session_id = %s and (state = 'SCHEDULED' or keeps_time)
"""


class PostgresSeatCalls:
    """Is the part of the store of groups that seats are looked for in; in the call's own transaction unless it says."""

    _database: Database

    async def seated(self, call: Call, group_session_id: str) -> dict[str, SeatHeld]:
        """Return what clients have, or had, of a session, but for seats that its pause called off."""
        async with call.tx() as conn:
            key = {"practice_id": call.practice_id, "group_session_id": group_session_id}
            rows = await (await conn.execute(_SEATED, key)).fetchall()
        return {row[0]: SeatHeld(row[1], row[2]) for row in rows}

    async def call_for_seats(
        self, call: Call, group_session_ids: Sequence[str], *, due_time: datetime, tries: int = 0
    ) -> None:
        """Let who waits in these sessions be seated from a time on."""
        async with call.tx() as conn:
            await add_calls(conn, call.practice_id, group_session_ids, due_time=due_time, tries=tries)

    async def call_for_seats_ahead(self, call: Call, group_id: str, *, at: datetime) -> None:
        """Let who waits be seated in each session of a group that is far enough ahead."""
        async with call.tx() as conn:
            found = await conn.execute(_AHEAD, (call.practice_id, group_id, at + SEAT_NOTICE))
            ahead = [row[0] for row in await found.fetchall()]
            await add_calls(conn, call.practice_id, ahead, due_time=at)

    async def answer_seat_calls(self, call: Call, group_session_id: str) -> int | None:
        """Take the calls of a session that are due; return the most tries of them, None when there is none."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_ANSWER, (call.practice_id, group_session_id))).fetchall()
        return max((row[0] for row in rows), default=None)

    async def seat_calls_due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of sessions in which somebody may be waiting for a seat, in any practice."""
        query = "select practice_id::text, group_session_id::text from group_seat_calls_due(%s)"
        async with self._database.begin([]) as conn:
            return [(row[0], row[1]) for row in await (await conn.execute(query, (limit,))).fetchall()]

    async def abandon_session_move(self, call: Call, group_session_id: str, *, claim_version: int) -> bool:
        """Bar a move in a transaction of its own; False when the session did move."""
        values = (claim_version, call.practice_id, group_session_id, claim_version)
        async with self._database.begin([call.practice_id]) as conn:
            return await (await conn.execute(_BAR_MOVE, values)).fetchone() is not None

    async def session_word(
        self, call: Call, group_session_id: str, claim_version: int, *, is_move: bool
    ) -> SessionWord:
        """Say what a lapsed claim is to a session, as last committed; a move that never came about is barred first."""
        if is_move and await self.abandon_session_move(call, group_session_id, claim_version=claim_version):
            return SessionWord.MOVE_BARRED
        async with self._database.begin([call.practice_id]) as conn:
            found = await (await conn.execute(_STANDS, (call.practice_id, group_session_id))).fetchone()
        return SessionWord.STANDS if found else SessionWord.NONE

    async def sessions(
        self, call: Call, wanted: SessionFilter, *, after: Place | None, limit: int
    ) -> list[GroupSession]:
        """Return at most *limit* sessions by start and id."""
        wheres, values = _wheres(call, wanted, after)
        # Only literals are put into the text; every value is a parameter.
        statement = (
            f"select {SESSION_COLUMNS} from group_sessions s where {' and '.join(wheres)} "  # noqa: S608
            "order by s.start_time, s.group_session_id limit %s"
        )
        async with call.tx() as conn:
            return [session_of(row) for row in await (await conn.execute(statement, (*values, limit))).fetchall()]

    async def open_sessions(
        self, call: Call, wanted: SessionFilter, *, after: Place | None, limit: int
    ) -> list[tuple[Group, GroupSession]]:
        """Return at most *limit* sessions that clients may take a seat in, by start and id."""
        wheres, values = _wheres(call, wanted, after)
        # Only literals are put into the text; every value is a parameter.
        statement = (
            f"select {GROUP_COLUMNS}, {SESSION_COLUMNS} from group_sessions s "  # noqa: S608
            "join groups g on g.practice_id = s.practice_id and g.group_id = s.group_id "
            f"where {' and '.join(wheres)} and s.state = 'SCHEDULED' and g.is_self_bookable "
            "order by s.start_time, s.group_session_id limit %s"
        )
        async with call.tx() as conn:
            rows = await (await conn.execute(statement, (*values, limit))).fetchall()
        return [(group_of(row[:GROUP_WIDTH]), session_of(row[GROUP_WIDTH:])) for row in rows]


def _wheres(call: Call, wanted: SessionFilter, after: Place | None) -> tuple[list[str], list[Any]]:
    wheres: list[str] = ["s.practice_id = %s"]
    values: list[Any] = [call.practice_id]
    conditions: list[tuple[str, Any]] = [
        ("s.group_id = %s", wanted.group_id),
        ("s.session_type_id = %s", wanted.session_type_id),
        ("s.start_time >= %s", wanted.from_time),
        ("s.start_time < %s", wanted.to_time),
    ]
    for condition, value in conditions:
        if value:
            wheres.append(condition)
            values.append(value)
    if wanted.therapist_id:
        wheres.append("(s.therapist_id = %s::uuid or %s::uuid = any (s.co_therapist_ids))")
        values += [wanted.therapist_id, wanted.therapist_id]
    if after is not None:
        wheres.append("(s.start_time, s.group_session_id) > (%s, %s::uuid)")
        values += after
    return wheres, values


async def add_calls(
    conn: Connection, practice_id: str, group_session_ids: Sequence[str], *, due_time: datetime, tries: int = 0
) -> None:
    """Let who waits in sessions be seated from a time on, in an open transaction."""
    if group_session_ids:
        ids = [str(uuid_utils.uuid7()) for _ in group_session_ids]
        await conn.execute(_CALL, (practice_id, due_time, tries, ids, list(group_session_ids)))
