"""Reads back what practices have set, and lets nobody replace what they did not see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Protocol, TypeVar

from services.availability.adapters import calendar_proto, directory_proto, limits_proto
from services.availability.domain import errors
from services.availability.domain.caps import Caps
from services.availability.domain.days import Closure, HolidayCalendar, Override, Travel
from services.availability.domain.hours import Schedule, SessionType
from services.availability.domain.limits import Equipment, PriorityWindow, Reservation, TravelTime
from services.availability.usecases.ports import Directories, Room, Site
from services.availability.usecases.require_current import require_current
from services.chassis.context import Call

_SITES = "select site_id::text, display_name, time_zone from sites where practice_id = %s"
_ROOMS = "select room_id::text, site_id::text, display_name from rooms where practice_id = %s"
_EQUIPMENT = "select equipment_id::text, site_id::text, kind, display_name from equipment where practice_id = %s"

T = TypeVar("T")


class Tagged(Protocol):
    """Is a message with an etag."""

    etag: str


class PostgresPublished:
    """Is what a practice has set, as the call's own transaction sees it; what is missing is None."""

    def __init__(self, directories: Directories) -> None:
        self._directories = directories

    async def site(self, call: Call, site_id: str) -> Site | None:
        """Return a site."""
        async with call.tx() as conn:
            found = await conn.execute(f"{_SITES} and site_id = %s", (call.practice_id, site_id))
            row = await found.fetchone()
        return Site(*row) if row else None

    async def rooms(self, call: Call, room_id: str = "") -> list[Room]:
        """Return all rooms by name, or one."""
        query = _ROOMS + (" and room_id = %s" if room_id else "")
        async with call.tx() as conn:
            rows = await (await conn.execute(query, (call.practice_id, *([room_id] if room_id else [])))).fetchall()
        return sorted((Room(*row) for row in rows), key=lambda each: (each.display_name, each.room_id))

    async def equipment(self, call: Call) -> list[Equipment]:
        """Return all equipment by name."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_EQUIPMENT, (call.practice_id,))).fetchall()
        return sorted((Equipment(*row) for row in rows), key=lambda each: (each.display_name, each.equipment_id))

    async def session_type(self, call: Call, session_type_id: str) -> SessionType | None:
        """Return a session type."""
        return (await self._directories.of_call(call)).session_types.get(session_type_id)

    async def schedule(self, call: Call, therapist_id: str) -> Schedule | None:
        """Return a therapist's hours."""
        return (await self._directories.of_call(call)).schedules.get(therapist_id)

    async def caps(self, call: Call, therapist_id: str) -> Caps:
        """Return a therapist's caps, none where nobody set one."""
        return (await self._directories.of_call(call)).limits.caps.get(therapist_id, Caps(therapist_id))

    async def travel_times(self, call: Call) -> list[TravelTime]:
        """Return travel times by the two sites."""
        travel = (await self._directories.of_call(call)).limits.travel
        return [TravelTime(*sites, travel[sites]) for sites in sorted(travel)]

    async def reservations(self, call: Call) -> list[Reservation]:
        """Return reserved capacity by weekday and start."""
        found = (await self._directories.of_call(call)).limits.reservations
        return sorted(found, key=lambda each: (each.weekday, each.start_min, each.reservation_id))

    async def windows(self, call: Call) -> list[PriorityWindow]:
        """Return priority windows."""
        return list((await self._directories.of_call(call)).limits.windows)

    async def override(self, call: Call, therapist_id: str, day: date) -> Override | None:
        """Return the other hours of a date."""
        return (await self._directories.of_call(call)).calendar.overrides.get(therapist_id, {}).get(day)

    async def travel(self, call: Call, travel_id: str) -> Travel | None:
        """Return a travel."""
        travels = (await self._directories.of_call(call)).calendar.travels.values()
        return next((each for mine in travels for each in mine if each.travel_id == travel_id), None)

    async def closure(self, call: Call, closure_id: str) -> Closure | None:
        """Return a closure."""
        closures = (await self._directories.of_call(call)).calendar.closures
        return next((each for each in closures if each.closure_id == closure_id), None)

    async def holiday_calendars(self, call: Call) -> list[HolidayCalendar]:
        """Return which holidays are kept, the practice's own first."""
        found = (await self._directories.of_call(call)).calendar.holiday_calendars
        return [found[site_id] for site_id in sorted(found)]


class Unchanged:
    """Refuses a Put whose etag is not that of what stands; each names what is to be replaced. Raises StaleVersion."""

    def __init__(self, published: PostgresPublished, directories: Directories) -> None:
        self._published = published
        self._directories = directories

    async def site(self, call: Call, etag: str, site_id: str) -> None:
        """Look at a site."""
        await self._check(call, etag, lambda: self._published.site(call, site_id), directory_proto.site_message)

    async def room(self, call: Call, etag: str, room_id: str) -> None:
        """Look at a room."""
        await self._check(call, etag, lambda: self._room(call, room_id), directory_proto.room_message)

    async def session_type(self, call: Call, etag: str, type_id: str) -> None:
        """Look at a session type."""
        message = directory_proto.session_type_message
        await self._check(call, etag, lambda: self._published.session_type(call, type_id), message)

    async def schedule(self, call: Call, etag: str, therapist_id: str) -> None:
        """Look at a therapist's hours."""
        message = directory_proto.schedule_message
        await self._check(call, etag, lambda: self._published.schedule(call, therapist_id), message)

    async def caps(self, call: Call, etag: str, therapist_id: str) -> None:
        """Look at a therapist's caps."""
        await self._check(call, etag, lambda: self._published.caps(call, therapist_id), limits_proto.caps_message)

    async def equipment(self, call: Call, etag: str, equipment_id: str) -> None:
        """Look at a piece of equipment."""
        await self._check(call, etag, lambda: self._piece(call, equipment_id), limits_proto.equipment_message)

    async def travel_time(self, call: Call, etag: str, wanted: TravelTime) -> None:
        """Look at a travel time."""
        await self._check(call, etag, lambda: self._way(call, wanted), limits_proto.travel_message)

    async def reservation(self, call: Call, etag: str, reservation_id: str) -> None:
        """Look at reserved capacity."""
        message = limits_proto.reservation_message
        await self._check(call, etag, lambda: self._reservation(call, reservation_id), message)

    async def window(self, call: Call, etag: str, window_id: str) -> None:
        """Look at a priority window."""
        await self._check(call, etag, lambda: self._window(call, window_id), limits_proto.window_message)

    async def override(self, call: Call, etag: str, wanted: Override) -> None:
        """Look at the other hours of a date."""
        message = calendar_proto.override_message
        await self._check(call, etag, lambda: self._published.override(call, wanted.therapist_id, wanted.day), message)

    async def travel(self, call: Call, etag: str, travel_id: str) -> None:
        """Look at a travel."""
        await self._check(call, etag, lambda: self._published.travel(call, travel_id), calendar_proto.travel_message)

    async def closure(self, call: Call, etag: str, closure_id: str) -> None:
        """Look at a closure."""
        await self._check(call, etag, lambda: self._published.closure(call, closure_id), calendar_proto.closure_message)

    async def holiday_calendar(self, call: Call, etag: str, site_id: str) -> None:
        """Look at which holidays are kept."""
        message = calendar_proto.holiday_calendar_message
        await self._check(call, etag, lambda: self._kept(call, site_id), message)

    async def _room(self, call: Call, room_id: str) -> Room | None:
        return next(iter(await self._published.rooms(call, room_id)), None)

    async def _piece(self, call: Call, equipment_id: str) -> Equipment | None:
        return named(await self._published.equipment(call), lambda each: each.equipment_id == equipment_id)

    async def _way(self, call: Call, wanted: TravelTime) -> TravelTime | None:
        sites = (wanted.site_id, wanted.other_site_id)
        ways = await self._published.travel_times(call)
        return named(ways, lambda each: (each.site_id, each.other_site_id) == sites)

    async def _reservation(self, call: Call, reservation_id: str) -> Reservation | None:
        found = await self._published.reservations(call)
        return named(found, lambda each: each.reservation_id == reservation_id)

    async def _window(self, call: Call, window_id: str) -> PriorityWindow | None:
        return named(await self._published.windows(call), lambda each: each.window_id == window_id)

    async def _kept(self, call: Call, site_id: str) -> HolidayCalendar | None:
        return named(await self._published.holiday_calendars(call), lambda each: each.site_id == site_id)

    async def _check(
        self, call: Call, etag: str, read: Callable[[], Awaitable[T | None]], message: Callable[[T], Tagged]
    ) -> None:
        async def now() -> str:
            found = await read()
            return message(found).etag if found is not None else ""

        await require_current(etag, now, call, directories=self._directories)


def named(found: list[T], is_wanted: Callable[[T], bool]) -> T | None:
    """Return the one of a short list that is meant."""
    return next((each for each in found if is_wanted(each)), None)


def there(found: T | None, what: str, **names: str) -> T:
    """Return what was found. Raises Unknown."""
    if found is None:
        raise errors.Unknown(f"No such {what}.", **names)
    return found
