"""Keeps what practices publish, and remembers it per process for one version each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace

from psycopg import errors as pg

from services.availability.adapters import proto
from services.availability.adapters.calendar_rows import load_calendar, read_week, week_words
from services.availability.adapters.limits import load_limits
from services.availability.adapters.rows import array
from services.availability.domain import errors, facts
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Schedule, SessionType
from services.availability.usecases.ports import Room, Site
from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database

MAX_PRACTICES = 1_000
"""Directories one process remembers; the one unused longest is forgotten first."""

# Row-level security leaves only the transaction's practices.
_VERSIONS = "select practice_id::text, version from directories"

BUMP = """
insert into directories (practice_id, version) values (%s, 1)
on conflict (practice_id) do update set version = directories.version + 1
"""

_LOCK = "select from directories where practice_id = %s for no key update"

_SITES = "select site_id::text, display_name, time_zone from sites where practice_id = %s"

_PUT_SITE = """
insert into sites (practice_id, site_id, display_name, time_zone) values (%s, %s, %s, %s)
on conflict (practice_id, site_id) do update
set display_name = excluded.display_name, time_zone = excluded.time_zone, update_time = now()
"""

_PUT_ROOM = """
insert into rooms (practice_id, room_id, site_id, display_name) values (%s, %s, %s, %s)
on conflict (practice_id, room_id) do update
set site_id = excluded.site_id, display_name = excluded.display_name, update_time = now()
"""

_TYPE_COLUMNS = (
    "session_type_id, display_name, length_min, buffer_before_min, buffer_after_min, notice_min, horizon_days,"
    " grid_min, modalities, is_self_bookable, is_same_day_allowed, load_weight, capacity, needs_room, is_intake,"
    " is_crisis, equipment_kinds"
)

_PUT_TYPE = f"""
insert into session_types (practice_id, {_TYPE_COLUMNS})
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::smallint[], %s, %s, %s, %s, %s, %s, %s, %s::text[])
on conflict (practice_id, session_type_id) do update
set display_name = excluded.display_name, length_min = excluded.length_min,
    buffer_before_min = excluded.buffer_before_min, buffer_after_min = excluded.buffer_after_min,
    notice_min = excluded.notice_min, horizon_days = excluded.horizon_days, grid_min = excluded.grid_min,
    modalities = excluded.modalities, is_self_bookable = excluded.is_self_bookable,
    is_same_day_allowed = excluded.is_same_day_allowed, load_weight = excluded.load_weight,
    capacity = excluded.capacity, needs_room = excluded.needs_room, is_intake = excluded.is_intake,
    is_crisis = excluded.is_crisis, equipment_kinds = excluded.equipment_kinds, update_time = now()
"""  # noqa: S608 - only the literal column list is put in

_PUT_SCHEDULE = """
insert into schedules (practice_id, therapist_id, time_zone, weekly_hours, session_type_ids, version)
values (%s, %s, %s, %s::jsonb, %s::uuid[], 1)
on conflict (practice_id, therapist_id) do update
set time_zone = excluded.time_zone, weekly_hours = excluded.weekly_hours,
    session_type_ids = excluded.session_type_ids, version = schedules.version + 1, update_time = now()
returning version
"""

_MISSING = """
select id::text from unnest(%s::uuid[]) as wanted (id)
 where not exists (select from sites where practice_id = %s and site_id = id)
union all
select id::text from unnest(%s::uuid[]) as wanted (id)
 where not exists (select from session_types where practice_id = %s and session_type_id = id)
"""


class PostgresDirectories:
    """Is the store of directories."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, Directory] = OrderedDict()

    async def read(self, practice_id: str) -> Directory:
        """Return the practice's directory as it is now."""
        async with self._database.begin([practice_id]) as conn:
            return (await self.checked(conn, [practice_id]))[practice_id]

    async def of_call(self, call: Call) -> Directory:
        """
        Return the directory as the call's own transaction sees it.

        Danger: not after a `put_` in the same call: a version that is rolled back must not be remembered.
        """
        async with call.tx() as conn:
            return (await self.checked(conn, [call.practice_id]))[call.practice_id]

    async def checked(self, conn: Connection, practice_ids: Collection[str]) -> dict[str, Directory]:
        """Return the directories of the open transaction's practices: one query, and eight for each that changed."""
        rows = await (await conn.execute(_VERSIONS)).fetchall()
        versions: dict[str, int] = dict(rows)
        found: dict[str, Directory] = {}
        for practice_id in practice_ids:
            version = versions.get(practice_id, 0)
            known = self._known.get(practice_id)
            if known is None or known.version != version:
                fresh = await _load(conn, practice_id, version)
                if known is not None:
                    fresh.inherit(known)
                known = self._known[practice_id] = fresh
                if len(self._known) > MAX_PRACTICES:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(practice_id)
            found[practice_id] = known
        return found

    async def change(self, call: Call) -> None:
        """Give the call's practice a new version: what else it publishes is about to change."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))

    async def lock(self, call: Call) -> None:
        """Keep the call's practice from publishing anything else until the call ends."""
        async with call.tx() as conn:
            await conn.execute(_LOCK, (call.practice_id,))

    async def sites(self, practice_id: str) -> list[Site]:
        """Return the practice's sites with their names."""
        async with self._database.begin([practice_id]) as conn:
            found = await conn.execute(_SITES, (practice_id,))
            return [Site(*row) for row in await found.fetchall()]

    async def put_site(self, call: Call, site: Site) -> None:
        """Create or replace a site."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            await conn.execute(_PUT_SITE, (call.practice_id, site.site_id, site.display_name, site.time_zone))

    async def put_room(self, call: Call, room: Room) -> None:
        """Create or replace a room. Raises Unknown (site)."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            try:
                await conn.execute(_PUT_ROOM, (call.practice_id, room.room_id, room.site_id, room.display_name))
            except pg.ForeignKeyViolation:
                raise errors.Unknown("No such site.", site_id=room.site_id) from None

    async def put_session_type(self, call: Call, session_type: SessionType) -> None:
        """Create or replace a session type."""
        async with call.tx() as conn:
            await conn.execute(BUMP, (call.practice_id,))
            await conn.execute(
                _PUT_TYPE,
                (
                    call.practice_id,
                    session_type.session_type_id,
                    session_type.display_name,
                    session_type.length_min,
                    session_type.buffer_before_min,
                    session_type.buffer_after_min,
                    session_type.notice_min,
                    session_type.horizon_days,
                    session_type.grid_min,
                    array(session_type.modalities),
                    session_type.is_self_bookable,
                    session_type.is_same_day_allowed,
                    session_type.load_weight,
                    session_type.capacity,
                    session_type.needs_room,
                    session_type.is_intake,
                    session_type.is_crisis,
                    list(session_type.equipment_kinds),
                ),
            )

    async def put_schedule(self, call: Call, schedule: Schedule) -> int:
        """Create or replace a schedule with its event and return its version. Raises Unknown (site, session type)."""
        practice_id = call.practice_id
        sites = {each.site_id for each in schedule.weekly_hours if each.site_id}
        types = array(schedule.session_type_ids)
        async with call.tx() as conn:
            await conn.execute(BUMP, (practice_id,))
            missing = await (await conn.execute(_MISSING, (array(sites), practice_id, types, practice_id))).fetchone()
            if missing is not None:
                raise errors.Unknown("No such site or session type.", id=missing[0])
            hours = week_words(schedule.weekly_hours)
            stored = await conn.execute(
                _PUT_SCHEDULE, (practice_id, schedule.therapist_id, schedule.time_zone, hours, types)
            )
            row = await stored.fetchone()
        assert row is not None, "an upsert returns its row"
        changed = facts.ScheduleChanged(schedule.therapist_id, version=row[0])
        call.publish(proto.event_of(practice_id, changed), aggregate_id=schedule.therapist_id, version=changed.version)
        return changed.version


async def _load(conn: Connection, practice_id: str, version: int) -> Directory:
    """Read everything a practice publishes."""
    only = (practice_id,)
    found_sites = await conn.execute("select site_id::text, time_zone from sites where practice_id = %s", only)
    sites: dict[str, str] = dict(await found_sites.fetchall())
    rooms: dict[str, list[str]] = {}
    found = await conn.execute(
        "select site_id::text, room_id::text from rooms where practice_id = %s order by room_id", only
    )
    for site_id, room_id in await found.fetchall():
        rooms.setdefault(site_id, []).append(room_id)
    found = await conn.execute(f"select {_TYPE_COLUMNS} from session_types where practice_id = %s", only)  # noqa: S608
    types = {}
    for row in await found.fetchall():
        type_id, name, length, before, after, notice, horizon, grid, modalities, *rest = row[:16]
        kind = SessionType(str(type_id), name, length, before, after, notice, horizon, grid, tuple(modalities), *rest)
        types[kind.session_type_id] = replace(kind, equipment_kinds=tuple(row[16]))
    found = await conn.execute(
        "select therapist_id::text, time_zone, weekly_hours, session_type_ids, version"
        " from schedules where practice_id = %s",
        only,
    )
    schedules = {}
    for therapist_id, time_zone, hours, type_ids, schedule_version in await found.fetchall():
        schedules[therapist_id] = Schedule(
            therapist_id, time_zone, read_week(hours), tuple(str(each) for each in type_ids), schedule_version
        )
    return Directory(
        version=version,
        sites=sites,
        rooms=rooms,
        session_types=types,
        schedules=schedules,
        calendar=await load_calendar(conn, practice_id),
        limits=await load_limits(conn, practice_id),
    )
