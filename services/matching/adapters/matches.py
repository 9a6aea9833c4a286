"""Keeps runs, sealed under each client's key, and counts those in which nobody suited."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime

import uuid_utils
from kept.matching.v1 import matching_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ClientErased
from services.matching.adapters.proto import match_to, need_from, need_to
from services.matching.adapters.sealing import Sealing
from services.matching.domain.needs import Need
from services.matching.usecases.ports import Run

FIELD = "matches.run"
"""
Danger: bound into every ciphertext, with the run's id; another name makes every stored run unreadable.
"""

SEAL_BATCH = 200

HIRING_MAX = 100
"""Different needs a hiring report lists at most."""

_ADD = """
    insert into matches (practice_id, match_id, client_id, sealed, weights_version, create_time)
    values (%s, %s, %s, %s, %s, %s)
"""
_FIND = "select client_id::text, sealed, answer from matches where practice_id = %s and match_id = %s"
_PLAIN = "select practice_id::text, match_id::text from matches_plain(%s)"
_LOCK_PLAIN = """
    select client_id::text, answer from matches
    where practice_id = %s and match_id = %s and answer is not null for no key update
"""
_SEAL = "update matches set sealed = %s, answer = null where practice_id = %s and match_id = %s"
_REMOVE = "delete from matches where practice_id = %s and match_id = %s"
_ADD_UNMET = """
    insert into unmet_needs (practice_id, need_id, binding_rule, facts, create_time) values (%s, %s, %s, %s, %s)
"""
_COUNT = """
    select (select count(*) from matches where practice_id = %(p)s and create_time >= %(a)s and create_time < %(z)s),
           (select count(*) from unmet_needs where practice_id = %(p)s and create_time >= %(a)s and create_time < %(z)s)
"""
_UNMET = """
    select binding_rule, facts, count(*)::integer from unmet_needs
    where practice_id = %s and create_time >= %s and create_time < %s
    group by 1, 2 order by 3 desc, 1, 2 limit %s
"""


class PostgresMatches:
    """Keeps runs whole; nobody reads one without the client's key."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def save(self, call: Call, run: Run, need: Need) -> matching_pb2.Match:
        """Store a run and return it as it is answered, now and later; a need nobody met is counted without a name."""
        match = match_to(run)
        text = json.dumps({"need": _text(need_to(need)), "match": _text(match)})
        async with call.tx() as conn:
            sealed = await self._sealing.seal(conn, call.practice_id, run.client_id, f"{FIELD}|{run.match_id}", text)
            await conn.execute(
                _ADD,
                (call.practice_id, run.match_id, run.client_id, sealed, match.weights_version, run.create_time),
            )
            if run.ranking.binding_rule:
                unmet = (run.ranking.binding_rule, list(need.facts()), run.create_time)
                await conn.execute(_ADD_UNMET, (call.practice_id, str(uuid_utils.uuid7()), *unmet))
        return match

    async def find(self, call: Call, match_id: str) -> matching_pb2.Match | None:
        """Return a run, or None."""
        async with call.tx() as conn:
            found = await self._read(conn, call.practice_id, match_id)
        return found[0] if found else None

    async def need_of(self, call: Call, match_id: str) -> Need | None:
        """Return what a run answered; None when there is no such run, or it is older than kept needs."""
        async with call.tx() as conn:
            found = await self._read(conn, call.practice_id, match_id)
        return found[1] if found else None

    async def hiring(
        self, call: Call, *, from_time: datetime, to_time: datetime
    ) -> tuple[int, int, Sequence[tuple[str, Sequence[str], int]]]:
        """Return how many runs there were, in how many nobody suited, and (rule, facts, count) of those."""
        values = {"p": call.practice_id, "a": from_time, "z": to_time}
        async with call.tx() as conn:
            row = await (await conn.execute(_COUNT, values)).fetchone()
            cursor = await conn.execute(_UNMET, (call.practice_id, from_time, to_time, HIRING_MAX))
            needs = await cursor.fetchall()
        assert row is not None, "a count is a row"
        return row[0], row[1], needs

    async def seal_plain(self) -> int:
        """Seal runs stored before runs were sealed, and drop those of clients erased since; return how many."""
        async with self._database.begin([]) as conn:
            plain = await (await conn.execute(_PLAIN, (SEAL_BATCH,))).fetchall()
        for practice_id, match_id in plain:
            async with self._database.begin([practice_id]) as conn:
                row = await (await conn.execute(_LOCK_PLAIN, (practice_id, match_id))).fetchone()
                if row is None:
                    continue
                text = json.dumps({"match": base64.b64encode(bytes(row[1])).decode()})
                try:
                    sealed = await self._sealing.seal(conn, practice_id, row[0], f"{FIELD}|{match_id}", text)
                except ClientErased:
                    await conn.execute(_REMOVE, (practice_id, match_id))
                    continue
                await conn.execute(_SEAL, (sealed, practice_id, match_id))
        return len(plain)

    async def _read(
        self, conn: Connection, practice_id: str, match_id: str
    ) -> tuple[matching_pb2.Match, Need | None] | None:
        row = await (await conn.execute(_FIND, (practice_id, match_id))).fetchone()
        if row is None:
            return None
        client_id, sealed, answer = row
        if sealed is None:
            return matching_pb2.Match.FromString(bytes(answer)), None
        text = await self._sealing.open(conn, practice_id, client_id, f"{FIELD}|{match_id}", sealed)
        stored = json.loads(text)
        need = matching_pb2.Need.FromString(base64.b64decode(stored["need"])) if "need" in stored else None
        return (
            matching_pb2.Match.FromString(base64.b64decode(stored["match"])),
            need_from(need) if need is not None else None,
        )


def _text(message: matching_pb2.Need | matching_pb2.Match) -> str:
    return base64.b64encode(message.SerializeToString()).decode()
