"""Keeps the rules groups meet by, and what became of each time they name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from psycopg import errors as database_errors

from services.booking.adapters import groups_proto
from services.booking.adapters.series_rows import occurrence_of, occurrence_values, plan_values, series_of
from services.booking.domain import errors
from services.booking.domain.series import Fate, Occurrence, Series
from services.chassis.context import Call
from services.chassis.db.envelope import RequestReplayed
from services.chassis.db.pool import Database

_COLUMNS = """
    practice_id::text, group_series_id::text, group_id::text, therapist_id::text, session_type_id::text, modality,
    start_local, time_zone, rule, horizon_days, state, booked_until_date, pause_from_date, pause_to_date, keeps_time,
    top_up_time, version, create_time, update_time, create_actor_id
"""
"""What `series_of` reads, in its order."""

_OCCURRENCE_COLUMNS = """
    original_start_local, start_time, fate, coalesce(group_session_id::text, ''), conflict_reason, conflict_message,
    alternative, false
"""
"""What `occurrence_of` reads, in its order."""

_ADD = """
    insert into group_series (
        practice_id, group_series_id, group_id, session_type_id, modality, time_zone, horizon_days, create_time,
        create_actor_id, therapist_id, rule, start_local, state, booked_until_date, pause_from_date, pause_to_date,
        keeps_time, top_up_time, version, update_time
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict on constraint group_series_pkey do nothing
"""

_UPDATE = """
    update group_series set
        therapist_id = %s, rule = %s, start_local = %s, state = %s, booked_until_date = %s, pause_from_date = %s,
        pause_to_date = %s, keeps_time = %s, top_up_time = %s, version = %s, update_time = %s, session_type_id = %s
    where practice_id = %s and group_series_id = %s and version = %s
"""

_MARK = """
    update group_series set booked_until_date = %s, top_up_time = %s
    where practice_id = %s and group_series_id = %s and version = %s
"""

_FIND = f"""
    select {_COLUMNS} from group_series where practice_id = %s and group_id = %s
    order by create_time desc, group_series_id desc limit 1
"""  # noqa: S608 - only the literal column list is put in

_ADD_OCCURRENCE = """
    insert into group_occurrences (
        practice_id, group_series_id, original_start_local, start_time, fate, group_session_id, conflict_reason,
        conflict_message, alternative
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""

_SETTLE = """
    update group_occurrences set
        fate = 'BOOKED', group_session_id = %s, conflict_reason = null, conflict_message = null, alternative = null
    where practice_id = %s and group_series_id = %s and original_start_local = %s and fate = 'CONFLICT'
"""

_SINCE = f"""
    select {_OCCURRENCE_COLUMNS} from group_occurrences
    where practice_id = %s and group_series_id = %s and original_start_local >= %s
    order by original_start_local
"""  # noqa: S608 - only the literal column list is put in

_DELETE_OCCURRENCES = """
    delete from group_occurrences where practice_id = %s and group_series_id = %s and original_start_local = any (%s)
"""

_PAGE = f"""
    select {_OCCURRENCE_COLUMNS} from group_occurrences
    where practice_id = %s and group_series_id = %s and original_start_local > %s
    order by original_start_local limit %s
"""  # noqa: S608 - only the literal column list is put in

_SESSIONS_AHEAD = """
    select group_session_id::text from group_sessions
    where practice_id = %s and group_series_id = %s and state = 'SCHEDULED' and start_time > %s
    order by start_time, group_session_id
"""


class PostgresGroupSeries:
    """Is the store of groups' rules; every method works in the call's own transaction unless it says so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, call: Call, series: Series) -> None:
        """
        Store a new rule with its event.

        Danger: before the ledger is asked anything. A twin of the same request waits here for the first one's outcome.

        Raises:
            SeriesRunning: The group meets by a rule already. (FAILED_PRECONDITION)
        """
        plan = series.plan
        fixed = (series.practice_id, series.series_id, plan.client_id, plan.session_type_id, plan.modality)
        made = (plan.time_zone, plan.horizon_days, series.create_time, series.create_actor_id)
        try:
            async with call.tx() as conn:
                stored = await conn.execute(_ADD, (*fixed, *made, *plan_values(series)))
        except database_errors.UniqueViolation:
            raise errors.SeriesRunning("The group meets by a rule already.", group_id=plan.client_id) from None
        if stored.rowcount == 0:
            raise RequestReplayed([call.request_id])
        call.publish(groups_proto.series_changed(series), aggregate_id=series.series_id, version=series.version)

    async def find(self, call: Call, group_id: str, *, is_locked: bool = False) -> Series:
        """Return the latest rule of a group. Raises UnknownSeries."""
        statement = _FIND + (" for no key update" if is_locked else "")
        rows = await self._rows(call, statement, (call.practice_id, group_id))
        if not rows:
            raise errors.UnknownSeries("The group meets by no rule.", group_id=group_id)
        return series_of(rows[0])

    async def save(self, call: Call, before: Series, after: Series) -> None:
        """Store a rule's new version, with its event. Raises StaleVersion."""
        async with call.tx() as conn:
            key = (after.practice_id, after.series_id, before.version)
            stored = await conn.execute(_UPDATE, (*plan_values(after), after.plan.session_type_id, *key))
        if stored.rowcount != 1:
            raise errors.StaleVersion("The rule changed meanwhile.", group_series_id=after.series_id)
        call.publish(groups_proto.series_changed(after), aggregate_id=after.series_id, version=after.version)

    async def mark(self, call: Call, series: Series) -> None:
        """Store how far a rule is booked and when it is looked at next; that tells nobody."""
        key = (series.practice_id, series.series_id, series.version)
        async with call.tx() as conn:
            await conn.execute(_MARK, (series.booked_until, series.top_up_time, *key))

    async def occurrences(self, call: Call, series_id: str, *, since_local: str) -> list[Occurrence]:
        """Return occurrences by the time the rule has, from *since_local* on."""
        rows = await self._rows(call, _SINCE, (call.practice_id, series_id, since_local))
        return [occurrence_of(row) for row in rows]

    async def put(
        self, call: Call, series: Series, occurrences: Sequence[Occurrence], *, instead_of: Collection[str] = ()
    ) -> None:
        """Store occurrences in the place of those at some original times, with an event for each new conflict."""
        key = (series.practice_id, series.series_id)
        async with call.tx() as conn:
            if instead_of:
                await conn.execute(_DELETE_OCCURRENCES, (*key, list(instead_of)))
            async with conn.cursor() as cursor:
                rows = [(*key, *occurrence_values(each)[:-1]) for each in occurrences]
                await cursor.executemany(_ADD_OCCURRENCE, rows)
        for each in occurrences:
            if each.fate is Fate.CONFLICT and each.original_local not in instead_of:
                found = groups_proto.conflict_found(series, each)
                call.publish(found, aggregate_id=series.series_id, version=series.version)

    async def settle(self, call: Call, series: Series, original_local: str, group_session_id: str) -> None:
        """Say that a conflict has a session by now. Raises UnknownOccurrence."""
        values = (group_session_id, series.practice_id, series.series_id, original_local)
        async with call.tx() as conn:
            if (await conn.execute(_SETTLE, values)).rowcount != 1:
                raise errors.UnknownOccurrence("The rule has no such conflict.", group_series_id=series.series_id)

    async def occurrence_page(self, call: Call, series_id: str, *, after_local: str, limit: int) -> list[Occurrence]:
        """Return at most *limit* occurrences after a time; an appointment's id is a session's."""
        rows = await self._rows(call, _PAGE, (call.practice_id, series_id, after_local, limit))
        return [occurrence_of(row) for row in rows]

    async def sessions_ahead(self, call: Call, series_id: str, *, at: datetime) -> Collection[str]:
        """Return the sessions of a rule that lie ahead and were not called off."""
        return [row[0] for row in await self._rows(call, _SESSIONS_AHEAD, (call.practice_id, series_id, at))]

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and group of rules that are due to be looked at, in any practice."""
        async with self._database.begin([]) as conn:
            found = await conn.execute("select practice_id::text, group_id::text from group_series_due(%s)", (limit,))
            return [(row[0], row[1]) for row in await found.fetchall()]

    async def _rows(self, call: Call, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        async with call.tx() as conn:
            return await (await conn.execute(statement, values)).fetchall()
