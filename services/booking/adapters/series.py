"""Keeps series and their occurrences in PostgreSQL, each change with its event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg

from services.booking.adapters import proto, series_proto
from services.booking.adapters.answered import close_answered
from services.booking.adapters.gates import is_gated, judge, lock_gates
from services.booking.adapters.promise_rows import STALE, Row, write
from services.booking.adapters.rows import COLUMNS, appointment
from services.booking.adapters.rules import PostgresRules
from services.booking.adapters.series_rows import (
    OCCURRENCE_COLUMNS,
    SERIES_COLUMNS,
    SERIES_WIDTH,
    occurrence_of,
    occurrence_values,
    plan_values,
    series_of,
)
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, State
from services.booking.domain.policy import PracticeRules, with_deadline
from services.booking.domain.series import Fate, Occurrence, Series
from services.booking.usecases.series_ports import SeriesCursor, SeriesFilter
from services.chassis.context import Call
from services.chassis.db.envelope import RequestReplayed
from services.chassis.db.pool import Database
from services.chassis.errors import Unavailable

_ADD = """
    insert into series (
        practice_id, series_id, client_id, session_type_id, modality, time_zone, horizon_days, create_time,
        create_actor_id, therapist_id, rule, start_local, state, booked_until_date, pause_from_date, pause_to_date,
        keeps_time, top_up_time, version, update_time
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict on constraint series_pkey do nothing
"""

_UPDATE = """
    update series set
        therapist_id = %s, rule = %s, start_local = %s, state = %s, booked_until_date = %s, pause_from_date = %s,
        pause_to_date = %s, keeps_time = %s, top_up_time = %s, version = %s, update_time = %s
    where practice_id = %s and series_id = %s and version = %s
"""

_MARK = """
    update series set booked_until_date = %s, top_up_time = %s
    where practice_id = %s and series_id = %s and version = %s
"""

_FIND = f"select {SERIES_COLUMNS} from series s where s.practice_id = %s and s.series_id = %s"  # noqa: S608 - columns

_OCCURRENCES = f"""
    select {OCCURRENCE_COLUMNS} from series_occurrences o
    where o.practice_id = %s and o.series_id = %s and o.original_start_local >= %s
    order by o.original_start_local
"""  # noqa: S608 - only the literal column list is put in

_OCCURRENCE_PAGE = f"""
    select {OCCURRENCE_COLUMNS} from series_occurrences o
    where o.practice_id = %s and o.series_id = %s and o.original_start_local > %s
    order by o.original_start_local limit %s
"""  # noqa: S608 - only the literal column list is put in

_DELETE_OCCURRENCES = """
    delete from series_occurrences where practice_id = %s and series_id = %s and original_start_local = any (%s)
"""

_ADD_OCCURRENCE = """
    insert into series_occurrences (
        practice_id, series_id, original_start_local, start_time, fate, appointment_id, conflict_reason,
        conflict_message, alternative, has_first_refusal
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)
"""

_APPOINTMENTS = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and appointment_id = any (%s::uuid[]) and state <> 'ABANDONED'
    order by appointment_id
"""  # noqa: S608 - only the literal column list is put in

_KEEPS_TIME = """
    select 1 from series_occurrences o
    join series s on s.practice_id = o.practice_id and s.series_id = o.series_id
    where o.practice_id = %s and o.appointment_id = %s and o.fate = 'PAUSED' and s.keeps_time
"""


class PostgresSeries:
    """Is the store of series; every method works in the call's own transaction unless it says so."""

    def __init__(self, database: Database, rules: PostgresRules) -> None:
        self._database = database
        self._rules = rules

    async def add(self, call: Call, series: Series) -> None:
        """
        Store a new series.

        Danger: first in its transaction. A twin of the same request waits here for the first one's outcome, before
        either asks the ledger anything.
        """
        plan = series.plan
        fixed = (
            series.practice_id,
            series.series_id,
            plan.client_id,
            plan.session_type_id,
            plan.modality,
            plan.time_zone,
            plan.horizon_days,
            series.create_time,
            series.create_actor_id,
        )
        try:
            async with call.tx() as conn:
                stored = await conn.execute(_ADD, (*fixed, *plan_values(series)))
        except psycopg.errors.ForeignKeyViolation:
            raise errors.UnknownClient("No such client.", client_id=plan.client_id) from None
        if stored.rowcount == 0:
            raise RequestReplayed([call.request_id])
        call.publish(series_proto.created(series), aggregate_id=series.series_id, version=series.version)

    async def find(self, call: Call, series_id: str) -> Series:
        """Return a series. Raises UnknownSeries."""
        return await self._one(call, series_id, _FIND)

    async def lock(self, call: Call, series_id: str) -> Series:
        """Return a series that nobody else can change until this call ends. Raises UnknownSeries."""
        return await self._one(call, series_id, _FIND + " for no key update")

    async def save(self, call: Call, before: Series, after: Series) -> None:
        """Store a series' new version, with its event."""
        async with call.tx() as conn:
            key = (after.practice_id, after.series_id, before.version)
            stored = await conn.execute(_UPDATE, (*plan_values(after), *key))
        if stored.rowcount != 1:
            raise errors.StaleVersion("The series changed meanwhile.", series_id=after.series_id)
        call.publish(series_proto.changed(after), aggregate_id=after.series_id, version=after.version)

    async def mark(self, call: Call, series: Series) -> None:
        """Store how far a series is booked and when it is looked at next."""
        async with call.tx() as conn:
            key = (series.practice_id, series.series_id, series.version)
            await conn.execute(_MARK, (series.booked_until, series.top_up_time, *key))

    async def page(self, call: Call, wanted: SeriesFilter, *, after: SeriesCursor | None, limit: int) -> list[Series]:
        """Return at most *limit* series by creation time and id."""
        wheres, values = ["s.practice_id = %s"], [call.practice_id]
        for column, value in (("client_id", wanted.client_id), ("therapist_id", wanted.therapist_id)):
            if value:
                wheres.append(f"s.{column} = %s")
                values.append(value)
        if after is not None:
            wheres.append("(s.create_time, s.series_id) > (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {SERIES_COLUMNS} from series s where {' and '.join(wheres)} "  # noqa: S608
            "order by s.create_time, s.series_id limit %s"
        )
        return [series_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def occurrences(self, call: Call, series_id: str, *, since_local: str = "") -> list[Occurrence]:
        """Return occurrences by the time the rule has, from *since_local* on."""
        rows = await self._rows(call, _OCCURRENCES, (call.practice_id, series_id, since_local))
        return [occurrence_of(row) for row in rows]

    async def occurrence_page(self, call: Call, series_id: str, *, after_local: str, limit: int) -> list[Occurrence]:
        """Return at most *limit* occurrences after a time."""
        rows = await self._rows(call, _OCCURRENCE_PAGE, (call.practice_id, series_id, after_local, limit))
        return [occurrence_of(row) for row in rows]

    async def conflicts(
        self, call: Call, therapist_id: str, *, since: datetime, after: SeriesCursor | None, limit: int
    ) -> list[tuple[Series, Occurrence]]:
        """Return at most *limit* occurrences ahead that could not be placed, by time, of the practice."""
        wheres, values = ["o.practice_id = %s", "o.fate = 'CONFLICT'", "o.start_time > %s"], [call.practice_id, since]
        if therapist_id:
            wheres.append("s.therapist_id = %s")
            values.append(therapist_id)
        if after is not None:
            wheres.append("(o.start_time, o.series_id) > (%s::timestamptz, %s::uuid)")
            values.extend(after)
        statement = (
            f"select {SERIES_COLUMNS}, {OCCURRENCE_COLUMNS} from series_occurrences o "  # noqa: S608
            "join series s on s.practice_id = o.practice_id and s.series_id = o.series_id "
            f"where {' and '.join(wheres)} order by o.start_time, o.series_id limit %s"
        )
        rows = await self._rows(call, statement, (*values, limit))
        return [(series_of(row[:SERIES_WIDTH]), occurrence_of(row[SERIES_WIDTH:])) for row in rows]

    async def put(
        self, call: Call, series: Series, occurrences: Sequence[Occurrence], *, instead_of: Collection[str] = ()
    ) -> None:
        """Store occurrences in the place of those at some original times, with an event for each new conflict."""
        key = (series.practice_id, series.series_id)
        async with call.tx() as conn:
            if instead_of:
                await conn.execute(_DELETE_OCCURRENCES, (*key, list(instead_of)))
            async with conn.cursor() as cursor:
                await cursor.executemany(_ADD_OCCURRENCE, [(*key, *occurrence_values(each)) for each in occurrences])
        for each in occurrences:
            if each.fate is Fate.CONFLICT and each.original_local not in instead_of:
                found = series_proto.conflict_found(series, each)
                call.publish(found, aggregate_id=series.series_id, version=series.version)

    async def appointments(self, call: Call, ids: Collection[str], *, is_locked: bool) -> dict[str, Appointment]:
        """Return appointments by id, locked in the order of their ids."""
        statement = _APPOINTMENTS + (" for no key update" if is_locked else "")
        rows = await self._rows(call, statement, (call.practice_id, list(ids))) if ids else []
        found = [appointment(row) for row in rows]
        return {each.appointment_id: each for each in found}

    async def book(
        self, call: Call, booked: Sequence[tuple[Appointment, facts.Booked]], *, is_staff: bool = True
    ) -> None:
        """
        Store new appointments with their events, under the practice's rules; in one statement where no gate is.

        Raises:
            Gate: A fence, or what the policy refuses without; nothing of the series is booked. (FAILED_PRECONDITION)
            HoldAbandoned: A hold was given back meanwhile. (ABORTED)
            Unavailable: The practice's rules changed meanwhile. (UNAVAILABLE)
        """
        if not booked:
            return
        ordered = sorted((each for each, _ in booked), key=lambda each: each.appointment_id)
        written: dict[str, tuple[str, bool]] = {}
        async with call.tx() as conn:
            rules = await self._rules.of_call(call)
            gated = [each for each in ordered if rules.version and is_gated(each, rules)]
            if gated:
                await lock_gates(conn, [(each, rules) for each in gated])
            groups = [[each] for each in ordered] if gated else [ordered]
            for group in groups:
                warnings = await judge(conn, group[0], rules, is_staff=is_staff) if group[0] in gated else ()
                rows = [Row(_with_terms(each, rules, warnings), rules.version) for each in group]
                for _, appointment_id, state, has_open in await write(conn, rows):
                    written[appointment_id] = state, has_open
            answering = [each for each in ordered if written.get(each.appointment_id, ("", False))[1]]
            for envelope in await close_answered(conn, answering) if answering else ():
                call.envelope.events.extend(envelope.events)
        for each, fact in booked:
            state, _ = written.get(each.appointment_id, ("", False))
            if state == STALE:
                raise Unavailable("The practice's rules keep changing.", dependency="practice_rules")
            if state != State.BOOKED.value:
                raise errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=each.appointment_id)
            call.publish(proto.event_of(fact), aggregate_id=each.appointment_id, version=each.version)

    async def keeps_time(self, call: Call, appointment_id: str) -> bool:
        """Tell whether a paused series keeps the time of a cancelled appointment, as last committed."""
        async with self._database.begin([call.practice_id]) as conn:
            found = await (await conn.execute(_KEEPS_TIME, (call.practice_id, appointment_id))).fetchone()
        return found is not None

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of series whose horizon is due to be looked at, in any practice."""
        async with self._database.begin([]) as conn:
            found = await conn.execute("select practice_id::text, series_id::text from series_due(%s)", (limit,))
            return [(row[0], row[1]) for row in await found.fetchall()]

    async def _one(self, call: Call, series_id: str, statement: str) -> Series:
        rows = await self._rows(call, statement, (call.practice_id, series_id))
        if not rows:
            raise errors.UnknownSeries("No such series.", series_id=series_id)
        return series_of(rows[0])

    async def _rows(self, call: Call, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        async with call.tx() as conn:
            return await (await conn.execute(statement, values)).fetchall()


def _with_terms(booked: Appointment, rules: PracticeRules, warnings: tuple[str, ...]) -> Appointment:
    """Return the appointment with its warnings and the time by which it is to be confirmed."""
    if not rules.version:
        return booked
    return replace(with_deadline(booked, rules.policy(booked.slot.session_type_id)), warnings=warnings)
