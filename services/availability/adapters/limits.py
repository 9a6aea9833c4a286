"""Keeps what limits a practice's claims; each change gives its directory a new version."""

from __future__ import annotations

from typing import Protocol

from psycopg import errors as pg

from services.availability.domain import errors
from services.availability.domain.caps import Caps
from services.availability.domain.limits import (
    MAX_EQUIPMENT,
    MAX_RESERVATIONS,
    MAX_WINDOWS,
    Equipment,
    Limits,
    PriorityWindow,
    Reservation,
    TravelTime,
)
from services.chassis.context import Call
from services.chassis.db.pool import Connection

_CAPS = (
    "max_sessions_day, max_sessions_week, max_minutes_day, max_minutes_week, max_load_day, max_load_week,"
    " max_consecutive, break_min, max_intakes_week, crisis_cool_down_min"
)

_PUT_CAPS = f"""
insert into therapist_caps (practice_id, therapist_id, {_CAPS})
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (practice_id, therapist_id) do update
set ({_CAPS}, update_time) = row(
    excluded.{_CAPS.replace(", ", ", excluded.")}, now())
"""  # noqa: S608 - only the literal column list is put in

_PUT_EQUIPMENT = """
insert into equipment (practice_id, equipment_id, site_id, kind, display_name) values (%s, %s, %s, %s, %s)
on conflict (practice_id, equipment_id) do update
set site_id = excluded.site_id, kind = excluded.kind, display_name = excluded.display_name, update_time = now()
"""

_PUT_TRAVEL = """
insert into travel_times (practice_id, site_id, other_site_id, minutes) values (%s, %s, %s, %s)
on conflict (practice_id, site_id, other_site_id) do update set minutes = excluded.minutes, update_time = now()
"""

_PUT_RESERVATION = """
insert into reservations
    (practice_id, reservation_id, therapist_id, weekday, start_min, end_min, audience, release_hours)
values (%s, %s, nullif(%s, '')::uuid, %s, %s, %s, %s, %s)
on conflict (practice_id, reservation_id) do update
set therapist_id = excluded.therapist_id, weekday = excluded.weekday, start_min = excluded.start_min,
    end_min = excluded.end_min, audience = excluded.audience, release_hours = excluded.release_hours,
    update_time = now()
"""

_PUT_WINDOW = """
insert into priority_windows (practice_id, window_id, therapist_id, session_type_id, audiences, open_days)
values (%s, %s, nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s::smallint[], %s)
on conflict (practice_id, window_id) do update
set therapist_id = excluded.therapist_id, session_type_id = excluded.session_type_id, audiences = excluded.audiences,
    open_days = excluded.open_days, update_time = now()
"""


_NAMED = {"schedule": "schedule", "type": "session type"}
"""What a foreign key names, by the last word of its name but one."""


class Versions(Protocol):
    """Counts changes of directories."""

    async def change(self, call: Call) -> None:
        """Give the call's practice a new version and lock it until the call ends."""


class PostgresLimits:
    """Is the store of limits; changes happen in the call's own transaction."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    async def put_caps(self, call: Call, caps: Caps) -> None:
        """Create or replace a therapist's caps. Raises Unknown (schedule)."""
        numbers = [getattr(caps, name) for name in _CAPS.replace(",", "").split()]
        await self._put(call, _PUT_CAPS, caps.therapist_id, *numbers)

    async def put_equipment(self, call: Call, equipment: Equipment) -> None:
        """Create or replace a piece of equipment. Raises Unknown (site), LimitExceeded."""
        each = equipment
        await self._put(call, _PUT_EQUIPMENT, each.equipment_id, each.site_id, each.kind, each.display_name)
        await _at_most(call, "equipment", MAX_EQUIPMENT)

    async def put_travel_time(self, call: Call, travel: TravelTime) -> None:
        """Create or replace the travel time of a pair of sites. Raises Unknown (site)."""
        await self._put(call, _PUT_TRAVEL, travel.site_id, travel.other_site_id, travel.minutes)

    async def put_reservation(self, call: Call, reservation: Reservation) -> None:
        """Create or replace a reservation. Raises Unknown (schedule), LimitExceeded."""
        each = reservation
        words = (each.weekday, each.start_min, each.end_min, each.audience, each.release_hours)
        await self._put(call, _PUT_RESERVATION, each.reservation_id, each.therapist_id, *words)
        await _at_most(call, "reservations", MAX_RESERVATIONS)

    async def delete_reservation(self, call: Call, reservation_id: str) -> None:
        """Delete a reservation; one that is not there stays away."""
        await self._put(call, "delete from reservations where practice_id = %s and reservation_id = %s", reservation_id)

    async def put_window(self, call: Call, window: PriorityWindow) -> None:
        """Create or replace a priority window. Raises Unknown (schedule, session type), LimitExceeded."""
        each = window
        words = (each.therapist_id, each.session_type_id, sorted(each.audiences), each.open_days)
        await self._put(call, _PUT_WINDOW, each.window_id, *words)
        await _at_most(call, "priority_windows", MAX_WINDOWS)

    async def delete_window(self, call: Call, window_id: str) -> None:
        """Delete a priority window; one that is not there stays away."""
        await self._put(call, "delete from priority_windows where practice_id = %s and window_id = %s", window_id)

    async def _put(self, call: Call, statement: str, *values: object) -> None:
        await self._versions.change(call)
        async with call.tx() as conn:
            try:
                await conn.execute(statement, (call.practice_id, *values))
            except pg.ForeignKeyViolation as error:
                constraint = error.diag.constraint_name or ""
                what = _NAMED.get(constraint.rpartition("_")[0].rpartition("_")[2], "site")
                raise errors.Unknown(f"No such {what}.", what=what) from None


async def load_limits(conn: Connection, practice_id: str) -> Limits:
    """Read everything a practice limits."""
    only = (practice_id,)
    found = await conn.execute(
        f"select therapist_id::text, {_CAPS} from therapist_caps where practice_id = %s",  # noqa: S608
        only,
    )
    caps = {row[0]: Caps(*row) for row in await found.fetchall() if any(row[1:])}
    found = await conn.execute(
        "select site_id::text, other_site_id::text, minutes from travel_times where practice_id = %s and minutes > 0",
        only,
    )
    travel = {(site_id, other_site_id): minutes for site_id, other_site_id, minutes in await found.fetchall()}
    found = await conn.execute(
        "select site_id::text, kind, equipment_id::text from equipment where practice_id = %s order by equipment_id",
        only,
    )
    equipment: dict[tuple[str, str], list[str]] = {}
    for site_id, kind, equipment_id in await found.fetchall():
        equipment.setdefault((site_id, kind), []).append(equipment_id)
    found = await conn.execute(
        "select reservation_id::text, coalesce(therapist_id::text, ''), weekday, start_min, end_min, audience,"
        " release_hours from reservations where practice_id = %s",
        only,
    )
    reservations = tuple(Reservation(*row) for row in await found.fetchall())
    found = await conn.execute(
        "select window_id::text, coalesce(therapist_id::text, ''), coalesce(session_type_id::text, ''), audiences,"
        " open_days from priority_windows where practice_id = %s",
        only,
    )
    windows = tuple(PriorityWindow(row[0], row[1], row[2], frozenset(row[3]), row[4]) for row in await found.fetchall())
    return Limits(caps, travel, equipment, reservations, windows)


async def _at_most(call: Call, table: str, most: int) -> None:
    """Refuse a practice more rows than the contract allows; its version is locked, so nobody adds one beside."""
    async with call.tx() as conn:
        found = await conn.execute(
            f"select count(*) from {table} where practice_id = %s",  # noqa: S608 - one of our own names
            (call.practice_id,),
        )
        row = await found.fetchone()
    if row is not None and row[0] > most:
        raise errors.LimitExceeded("There are too many.", what=table, most=str(most))
