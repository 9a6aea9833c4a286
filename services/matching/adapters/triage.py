"""Keeps screenings, sealed under each client's key, and crisis flags in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kept.matching.v1 import triage_events_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.matching.adapters.sealing import Sealing
from services.matching.domain import errors
from services.matching.domain.instruments import Score
from services.matching.domain.triage import Cause, CrisisFlag, Outcome, Priority, State
from services.matching.usecases.triage_ports import Screening

ANSWERS_FIELD, RESULT_FIELD = "screenings.answers", "screenings.result"
"""
Danger: bound into every ciphertext, with the screening's id; another name makes every stored answer unreadable.
"""

_FLAG_COLUMNS = """
    flag_id::text, client_id::text, cause, raise_time, state, acknowledge_actor_id, acknowledge_time, close_actor_id,
    close_time, outcome, version
"""

_ADD_SCREENING = """
    insert into screenings (practice_id, screening_id, client_id, answers_sealed, result_sealed, actor_id, create_time)
    values (%s, %s, %s, %s, %s, %s, %s)
"""

_PAGE_OF_SCREENINGS = """
    select screening_id::text, result_sealed, create_time from screenings
    where practice_id = %s and client_id = %s and screening_id < %s order by screening_id desc limit %s
"""

_RAISE = """
    insert into crisis_flags (practice_id, flag_id, client_id, cause, raise_time, state, acknowledge_actor_id,
        acknowledge_time, close_actor_id, close_time, outcome, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_SAVE = """
    update crisis_flags set state = %s, acknowledge_actor_id = %s, acknowledge_time = %s, close_actor_id = %s,
        close_time = %s, outcome = %s, version = %s
    where practice_id = %s and flag_id = %s
"""

_LOCK = f"select {_FLAG_COLUMNS} from crisis_flags where practice_id = %s and flag_id = %s for no key update"  # noqa: S608 - a literal list of columns

_PAGE_OF_FLAGS = f"""
    select {_FLAG_COLUMNS} from crisis_flags
    where practice_id = %s and (state, flag_id) > (%s, %s::uuid) and state <= %s
    order by state, flag_id limit %s
"""  # noqa: S608 - a literal list of columns


class PostgresTriage:
    """Writes in the call's own transaction; a flag is never stored without its event."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def add_screening(self, call: Call, screening: Screening, answers: Mapping[str, int]) -> None:
        """Store answers and result, each sealed."""
        practice_id, client_id = call.practice_id, screening.client_id
        async with call.tx() as conn:

            async def seal(field: str, value: object) -> bytes:
                bound = f"{field}|{screening.screening_id}"
                return await self._sealing.seal(conn, practice_id, client_id, bound, json.dumps(value))

            values = (
                practice_id,
                screening.screening_id,
                client_id,
                await seal(ANSWERS_FIELD, {"instrument": screening.instrument, "answers": dict(answers)}),
                await seal(RESULT_FIELD, _result(screening)),
                call.actor.actor_id,
                screening.create_time,
            )
            await conn.execute(_ADD_SCREENING, values)

    async def screenings(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Screening]:
        """Return at most limit screenings older than the given id, newest first; answers stay sealed."""
        async with call.tx() as conn:
            cursor = await conn.execute(_PAGE_OF_SCREENINGS, (call.practice_id, client_id, before, limit))
            found = []
            for screening_id, sealed, create_time in await cursor.fetchall():
                bound = f"{RESULT_FIELD}|{screening_id}"
                text = await self._sealing.open(conn, call.practice_id, client_id, bound, sealed)
                found.append(_screening(screening_id, client_id, create_time, json.loads(text)))
        return found

    async def raise_flag(self, call: Call, flag: CrisisFlag) -> None:
        """Store a new flag and the event that pages a human."""
        values = (
            call.practice_id,
            flag.flag_id,
            flag.client_id,
            flag.cause,
            flag.raise_time,
            *_changing(flag),
        )
        async with call.tx() as conn:
            await conn.execute(_RAISE, values)
        _publish(call, triage_events_pb2.CrisisFlagged(crisis=_facts(call, flag)), flag)

    async def lock_flag(self, call: Call, flag_id: str) -> CrisisFlag:
        """Return a flag that nobody else can change until this call ends. Raises UnknownFlag."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK, (call.practice_id, flag_id))).fetchone()
        if row is None:
            raise errors.UnknownFlag("There is no such flag.", flag_id=flag_id)
        return _flag(row)

    async def save_flag(self, call: Call, flag: CrisisFlag) -> None:
        """Store what a human decided, and its event."""
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*_changing(flag), call.practice_id, flag.flag_id))
        facts = _facts(call, flag)
        if flag.close_time is None:
            acknowledged = triage_events_pb2.CrisisAcknowledged(crisis=facts)
            assert flag.acknowledge_time is not None, "only a settled flag is saved"
            acknowledged.acknowledge_time.FromDatetime(flag.acknowledge_time)
            _publish(call, acknowledged, flag)
        else:
            closed = triage_events_pb2.CrisisClosed(crisis=facts)
            closed.close_time.FromDatetime(flag.close_time)
            _publish(call, closed, flag)

    async def flags(self, call: Call, *, with_closed: bool, after: tuple[int, str], limit: int) -> list[CrisisFlag]:
        """Return at most limit flags after (state, id): raised ones first, then the oldest."""
        last = State.CLOSED if with_closed else State.ACKNOWLEDGED
        async with call.tx() as conn:
            cursor = await conn.execute(_PAGE_OF_FLAGS, (call.practice_id, *after, last, limit))
            return [_flag(row) for row in await cursor.fetchall()]

    async def is_held(self, call: Call, client_id: str) -> bool:
        """Tell whether nobody has answered a flag of this client; outside of the call's own transaction."""
        query = "select 1 from crisis_flags where practice_id = %s and client_id = %s and state = 1 limit 1"
        async with self._database.begin([call.practice_id]) as conn:
            return await (await conn.execute(query, (call.practice_id, client_id))).fetchone() is not None


def _publish(call: Call, event: Any, flag: CrisisFlag) -> None:
    call.publish(event, aggregate_id=flag.flag_id, version=flag.version)


def _facts(call: Call, flag: CrisisFlag) -> triage_events_pb2.CrisisFacts:
    facts = triage_events_pb2.CrisisFacts(
        practice_id=call.practice_id, flag_id=flag.flag_id, client_id=flag.client_id, version=flag.version
    )
    facts.raise_time.FromDatetime(flag.raise_time)
    return facts


def _changing(flag: CrisisFlag) -> tuple[object, ...]:
    return (
        flag.state,
        flag.acknowledge_actor_id,
        flag.acknowledge_time,
        flag.close_actor_id,
        flag.close_time,
        flag.outcome,
        flag.version,
    )


def _flag(row: tuple[Any, ...]) -> CrisisFlag:
    flag_id, client_id, cause, raise_time, state, by, at, close_by, close_at, outcome, version = row
    settled = (State(state), by, at, close_by, close_at, Outcome(outcome), version)
    return CrisisFlag(flag_id, client_id, Cause(cause), raise_time, *settled)


def _result(screening: Screening) -> dict[str, object]:
    return {
        "instrument": screening.instrument,
        "score": asdict(screening.score),
        "priority": int(screening.priority),
        "rules": list(screening.rules),
        "rules_version": screening.rules_version,
        "flag_id": screening.flag_id,
    }


def _screening(screening_id: str, client_id: str, create_time: Any, result: dict[str, Any]) -> Screening:
    return Screening(
        screening_id=screening_id,
        client_id=client_id,
        instrument=result["instrument"],
        score=Score(**result["score"]),
        priority=Priority(result["priority"]),
        rules=tuple(result["rules"]),
        rules_version=result["rules_version"],
        flag_id=result["flag_id"],
        create_time=create_time,
    )
