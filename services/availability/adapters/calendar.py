"""Keeps the exceptions of practices and therapists; each change is one of the directory's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from psycopg import errors as pg
from psycopg.types.range import DateRange

from services.availability.adapters import proto
from services.availability.adapters.calendar_rows import NO_SITE, day_words, days_of, read_day, today
from services.availability.adapters.directory import BUMP
from services.availability.adapters.rows import array
from services.availability.domain import errors, facts
from services.availability.domain.days import Closure, HolidayCalendar, Override, Travel
from services.availability.usecases.ports import TimeOff
from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database

MAX_OVERRIDES = 400
"""Overrides of one therapist from today on: more than a year of days. Source: the contract of TOO_MANY_ENTRIES."""

MAX_TRAVELS = 100
"""Travels of one therapist that are not over."""

MAX_CLOSURES = 500
"""Closures of one practice that are not over."""

_PUT_OVERRIDE = """
insert into overrides (practice_id, therapist_id, local_date, is_extension, hours) values (%s, %s, %s, %s, %s::jsonb)
on conflict (practice_id, therapist_id, local_date) do update
set is_extension = excluded.is_extension, hours = excluded.hours, update_time = now()
"""

_DELETE_OVERRIDE = """
delete from overrides where practice_id = %s and therapist_id = %s and local_date = %s returning is_extension, hours
"""

_PUT_TRAVEL = """
insert into travels (practice_id, travel_id, therapist_id, during, time_zone) values (%s, %s, %s, %s, %s)
on conflict (practice_id, travel_id) do update
set therapist_id = excluded.therapist_id, during = excluded.during, time_zone = excluded.time_zone, update_time = now()
"""

_DELETE_TRAVEL = """
delete from travels where practice_id = %s and travel_id = %s returning therapist_id::text, during, time_zone
"""

_PUT_CLOSURE = """
insert into closures (practice_id, closure_id, site_id, from_date, to_date, display_name)
values (%s, %s, nullif(%s, '')::uuid, %s, %s, %s)
on conflict (practice_id, closure_id) do update
set site_id = excluded.site_id, from_date = excluded.from_date, to_date = excluded.to_date,
    display_name = excluded.display_name, update_time = now()
"""

_DELETE_CLOSURE = """
delete from closures where practice_id = %s and closure_id = %s
returning coalesce(site_id::text, ''), from_date, to_date, display_name
"""

_PUT_HOLIDAYS = """
insert into holiday_calendars (practice_id, site_id, country, subdivision, worked_dates)
values (%s, %s, %s, %s, %s::date[])
on conflict (practice_id, site_id) do update
set country = excluded.country, subdivision = excluded.subdivision, worked_dates = excluded.worked_dates,
    update_time = now()
"""

_DELETE_HOLIDAYS = """
delete from holiday_calendars where practice_id = %s and site_id = %s returning country, subdivision, worked_dates
"""

_BUMP_SCHEDULE = """
update schedules set version = version + 1, update_time = now() where practice_id = %s and therapist_id = %s
returning version
"""

_TIME_OFFS = """
select time_off_id::text, therapist_id::text, extract(epoch from start_time)::bigint,
       extract(epoch from end_time)::bigint
  from time_offs
 where practice_id = %s and therapist_id = %s and (start_time, time_off_id) > (to_timestamp(%s), %s::uuid)
 order by start_time, time_off_id limit %s
"""

_DELETE_TIME_OFF = """
delete from time_offs where practice_id = %s and time_off_id = %s
returning time_off_id::text, therapist_id::text, extract(epoch from start_time)::bigint,
          extract(epoch from end_time)::bigint
"""

_UNBLOCK = "delete from occupancies where practice_id = %s and claim_id = %s"


class PostgresCalendars:
    """Is the store of overrides, travels, closures, holiday calendars, and the list of time off."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_override(self, call: Call, override: Override) -> None:
        """Create or replace an override. Raises Unknown (schedule, site), TooManyEntries."""
        practice_id = call.practice_id
        async with call.tx() as conn:
            await self._touch_schedule(call, conn, override.therapist_id)
            await _check_sites(conn, practice_id, {each.site_id for each in override.hours})
            await conn.execute(
                _PUT_OVERRIDE,
                (practice_id, override.therapist_id, override.day, override.is_extension, day_words(override.hours)),
            )
            await _check_count(
                conn,
                "select count(*) from overrides where practice_id = %s and therapist_id = %s and local_date >= %s",
                (practice_id, override.therapist_id, today()),
                MAX_OVERRIDES,
            )

    async def delete_override(self, call: Call, therapist_id: str, day: date) -> Override:
        """Delete an override and return what it was. Raises Unknown."""
        async with call.tx() as conn:
            await self._touch_schedule(call, conn, therapist_id)
            row = await _one(conn, _DELETE_OVERRIDE, (call.practice_id, therapist_id, day), "No such override.")
        return Override(therapist_id, day, row[0], read_day(row[1]))

    async def put_travel(self, call: Call, travel: Travel) -> None:
        """Create or replace a travel. Raises Unknown (schedule), TravelOverlap, TooManyEntries."""
        practice_id, during = call.practice_id, DateRange(travel.from_day, travel.to_day + timedelta(days=1))
        async with call.tx() as conn:
            await self._touch_schedule(call, conn, travel.therapist_id)
            try:
                await conn.execute(
                    _PUT_TRAVEL, (practice_id, travel.travel_id, travel.therapist_id, during, travel.time_zone)
                )
            except pg.ExclusionViolation:
                raise errors.TravelOverlap("The therapist is on another travel then.") from None
            await _check_count(
                conn,
                "select count(*) from travels where practice_id = %s and therapist_id = %s and upper(during) > %s",
                (practice_id, travel.therapist_id, today()),
                MAX_TRAVELS,
            )

    async def delete_travel(self, call: Call, travel_id: str) -> Travel:
        """Delete a travel and return what it was. Raises Unknown."""
        async with call.tx() as conn:
            row = await _one(conn, _DELETE_TRAVEL, (call.practice_id, travel_id), "No such travel.")
            await self._touch_schedule(call, conn, row[0])
        return Travel(travel_id, row[0], *days_of(row[1]), row[2])

    async def put_closure(self, call: Call, closure: Closure) -> None:
        """Create or replace a closure. Raises Unknown (site), TooManyEntries."""
        practice_id = call.practice_id
        async with call.tx() as conn:
            await conn.execute(BUMP, (practice_id,))
            await _check_sites(conn, practice_id, {closure.site_id})
            await conn.execute(
                _PUT_CLOSURE,
                (
                    practice_id,
                    closure.closure_id,
                    closure.site_id,
                    closure.from_day,
                    closure.to_day,
                    closure.display_name,
                ),
            )
            await _check_count(
                conn,
                "select count(*) from closures where practice_id = %s and to_date >= %s",
                (practice_id, today()),
                MAX_CLOSURES,
            )

    async def delete_closure(self, call: Call, closure_id: str) -> Closure:
        """Delete a closure and return what it was. Raises Unknown."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            row = await _one(conn, _DELETE_CLOSURE, (call.practice_id, closure_id), "No such closure.")
        return Closure(closure_id, *row)

    async def put_holiday_calendar(self, call: Call, kept: HolidayCalendar) -> None:
        """Create or replace the holidays of a site or the practice. Raises Unknown (site)."""
        worked = array(sorted(each.isoformat() for each in kept.worked_days))
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            await _check_sites(conn, call.practice_id, {kept.site_id})
            await conn.execute(
                _PUT_HOLIDAYS, (call.practice_id, kept.site_id or NO_SITE, kept.country, kept.subdivision, worked)
            )

    async def delete_holiday_calendar(self, call: Call, site_id: str) -> HolidayCalendar:
        """Delete a calendar and return what it was. Raises Unknown."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            row = await _one(conn, _DELETE_HOLIDAYS, (call.practice_id, site_id or NO_SITE), "No such calendar.")
        return HolidayCalendar(site_id, row[0], row[1], frozenset(row[2]))

    async def time_offs(
        self, call: Call, therapist_id: str, *, limit: int, after: tuple[int, str] | None
    ) -> Sequence[TimeOff]:
        """Return at most *limit* stretches of time off by start, then id, those after the cursor."""
        place = after or (0, NO_SITE)
        async with call.tx() as conn:
            found = await conn.execute(_TIME_OFFS, (call.practice_id, therapist_id, *place, limit))
            return [_time_off(row) for row in await found.fetchall()]

    async def delete_time_off(self, call: Call, time_off_id: str) -> TimeOff:
        """Delete a stretch of time off with what it blocks, and return what it was. Raises Unknown."""
        async with call.tx() as conn:
            row = await _one(conn, _DELETE_TIME_OFF, (call.practice_id, time_off_id), "No such time off.")
            await conn.execute(_UNBLOCK, (call.practice_id, time_off_id))
        return _time_off(row)

    async def _touch_schedule(self, call: Call, conn: Connection, therapist_id: str) -> None:
        """Count a change of the directory and of a schedule, and tell it. Raises Unknown."""
        await conn.execute(BUMP, (call.practice_id,))
        (version,) = await _one(conn, _BUMP_SCHEDULE, (call.practice_id, therapist_id), "No such therapist's schedule.")
        changed = facts.ScheduleChanged(therapist_id, version=version)
        call.publish(proto.event_of(call.practice_id, changed), aggregate_id=therapist_id, version=version)


def _time_off(row: Sequence[Any]) -> TimeOff:
    return TimeOff(row[0], row[1], (row[2], row[3]))


async def _one(conn: Connection, statement: str, values: Sequence[object], missing: str) -> Sequence[Any]:
    row = await (await conn.execute(statement, values)).fetchone()
    if row is None:
        raise errors.Unknown(missing)
    return row


async def _check_sites(conn: Connection, practice_id: str, site_ids: set[str]) -> None:
    """Refuse sites that the practice has not. Raises Unknown."""
    wanted = sorted(site_ids - {""})
    if wanted:
        found = await conn.execute(
            "select count(*) from sites where practice_id = %s and site_id = any (%s::uuid[])",
            (practice_id, array(wanted)),
        )
        row = await found.fetchone()
        if row is None or row[0] < len(wanted):
            raise errors.Unknown("No such site.")


async def _check_count(conn: Connection, statement: str, values: Sequence[object], most: int) -> None:
    row = await (await conn.execute(statement, values)).fetchone()
    if row is not None and row[0] > most:
        raise errors.TooManyEntries("There are too many of them.", most=str(most))
