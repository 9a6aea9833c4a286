"""Serves the door to who works when: schedules, exceptions, closures, holidays, time off."""

from __future__ import annotations

from kept.availability.v1 import availability_pb2, calendar_pb2, calendar_service_pb2

from services.availability.adapters import calendar_proto, directory_proto
from services.availability.adapters.holiday_names import check_holidays
from services.availability.adapters.proto import day_of, uuid_of
from services.availability.adapters.published import Unchanged
from services.availability.usecases.list_holidays import list_holidays
from services.availability.usecases.ports import Calendars, Directories
from services.availability.usecases.put_closure import put_closure
from services.availability.usecases.put_holiday_calendar import put_holiday_calendar
from services.availability.usecases.put_override import put_override
from services.availability.usecases.put_travel import put_travel
from services.chassis.context import Call


class CalendarServicer:
    """Turns each request into domain words, calls the use case or the store, and turns the answer back."""

    def __init__(self, *, directories: Directories, calendars: Calendars, unchanged: Unchanged) -> None:
        self._unchanged = unchanged
        self._directories = directories
        self._calendars = calendars

    async def ListSchedules(
        self, request: calendar_service_pb2.ListSchedulesRequest, call: Call
    ) -> calendar_service_pb2.ListSchedulesResponse:
        listed = f"schedules of {call.practice_id}"
        limit, after = calendar_proto.page_of(request, listed)
        schedules = (await self._directories.read(call.practice_id)).schedules
        rows = [schedules[therapist_id] for therapist_id in sorted(schedules)]
        page = calendar_proto.page_from(rows, limit, after, listed, lambda each: (each.therapist_id, ""))
        return calendar_proto.schedules_message(*page)

    async def PutOverride(
        self, request: calendar_service_pb2.PutOverrideRequest, call: Call
    ) -> calendar_pb2.DateOverride:
        override = calendar_proto.override_of(request.override)
        await self._unchanged.override(call, request.override.etag, override)
        return calendar_proto.override_message(await put_override(override, call, calendars=self._calendars))

    async def DeleteOverride(
        self, request: calendar_service_pb2.DeleteOverrideRequest, call: Call
    ) -> calendar_pb2.DateOverride:
        therapist_id = uuid_of(request.therapist_id, field="therapist_id")
        day = day_of(request.local_date, field="local_date")
        return calendar_proto.override_message(await self._calendars.delete_override(call, therapist_id, day))

    async def ListOverrides(
        self, request: calendar_service_pb2.ListOverridesRequest, call: Call
    ) -> calendar_service_pb2.ListOverridesResponse:
        therapist_id = uuid_of(request.therapist_id, field="therapist_id")
        listed = f"overrides of {call.practice_id} {therapist_id}"
        limit, after = calendar_proto.page_of(request, listed)
        found = (await self._directories.read(call.practice_id)).calendar.overrides.get(therapist_id, {})
        rows = [found[day] for day in sorted(found)]
        page, token = calendar_proto.page_from(rows, limit, after, listed, lambda each: (each.day.isoformat(), ""))
        return calendar_service_pb2.ListOverridesResponse(
            overrides=[calendar_proto.override_message(each) for each in page], next_page_token=token
        )

    async def PutTravel(self, request: calendar_service_pb2.PutTravelRequest, call: Call) -> calendar_pb2.Travel:
        travel = calendar_proto.travel_of(request.travel)
        await self._unchanged.travel(call, request.travel.etag, travel.travel_id)
        return calendar_proto.travel_message(await put_travel(travel, call, calendars=self._calendars))

    async def DeleteTravel(self, request: calendar_service_pb2.DeleteTravelRequest, call: Call) -> calendar_pb2.Travel:
        travel_id = uuid_of(request.travel_id, field="travel_id")
        return calendar_proto.travel_message(await self._calendars.delete_travel(call, travel_id))

    async def ListTravels(
        self, request: calendar_service_pb2.ListTravelsRequest, call: Call
    ) -> calendar_service_pb2.ListTravelsResponse:
        therapist_id = uuid_of(request.therapist_id, field="therapist_id")
        listed = f"travels of {call.practice_id} {therapist_id}"
        limit, after = calendar_proto.page_of(request, listed)
        rows = (await self._directories.read(call.practice_id)).calendar.travels.get(therapist_id, ())
        page, token = calendar_proto.page_from(
            rows, limit, after, listed, lambda each: (each.from_day.isoformat(), each.travel_id)
        )
        return calendar_service_pb2.ListTravelsResponse(
            travels=[calendar_proto.travel_message(each) for each in page], next_page_token=token
        )

    async def ListTimeOffs(
        self, request: calendar_service_pb2.ListTimeOffsRequest, call: Call
    ) -> calendar_service_pb2.ListTimeOffsResponse:
        therapist_id = uuid_of(request.therapist_id, field="therapist_id")
        listed = f"time off of {call.practice_id} {therapist_id}"
        limit, place = calendar_proto.page_of(request, listed)
        after = None if place is None else (int(place[0]), place[1])
        found = await self._calendars.time_offs(call, therapist_id, limit=limit + 1, after=after)
        page = calendar_proto.cut_page(found, limit, listed, lambda each: (each.span[0], each.time_off_id))
        return calendar_proto.time_offs_message(*page)

    async def DeleteTimeOff(
        self, request: calendar_service_pb2.DeleteTimeOffRequest, call: Call
    ) -> availability_pb2.TimeOff:
        time_off_id = uuid_of(request.time_off_id, field="time_off_id")
        return directory_proto.time_off_message(await self._calendars.delete_time_off(call, time_off_id))

    async def PutClosure(self, request: calendar_service_pb2.PutClosureRequest, call: Call) -> calendar_pb2.Closure:
        closure = calendar_proto.closure_of(request.closure)
        await self._unchanged.closure(call, request.closure.etag, closure.closure_id)
        return calendar_proto.closure_message(await put_closure(closure, call, calendars=self._calendars))

    async def DeleteClosure(
        self, request: calendar_service_pb2.DeleteClosureRequest, call: Call
    ) -> calendar_pb2.Closure:
        closure_id = uuid_of(request.closure_id, field="closure_id")
        return calendar_proto.closure_message(await self._calendars.delete_closure(call, closure_id))

    async def ListClosures(
        self, request: calendar_service_pb2.ListClosuresRequest, call: Call
    ) -> calendar_service_pb2.ListClosuresResponse:
        listed = f"closures of {call.practice_id}"
        limit, after = calendar_proto.page_of(request, listed)
        rows = (await self._directories.read(call.practice_id)).calendar.closures
        page, token = calendar_proto.page_from(
            rows, limit, after, listed, lambda each: (each.from_day.isoformat(), each.closure_id)
        )
        return calendar_service_pb2.ListClosuresResponse(
            closures=[calendar_proto.closure_message(each) for each in page], next_page_token=token
        )

    async def PutHolidayCalendar(
        self, request: calendar_service_pb2.PutHolidayCalendarRequest, call: Call
    ) -> calendar_pb2.HolidayCalendar:
        kept = calendar_proto.holiday_calendar_of(request.holiday_calendar)
        await self._unchanged.holiday_calendar(call, request.holiday_calendar.etag, kept.site_id)
        stored = await put_holiday_calendar(kept, call, calendars=self._calendars, check=check_holidays)
        return calendar_proto.holiday_calendar_message(stored)

    async def DeleteHolidayCalendar(
        self, request: calendar_service_pb2.DeleteHolidayCalendarRequest, call: Call
    ) -> calendar_pb2.HolidayCalendar:
        site_id = calendar_proto.site_of_either(request.site_id, field="site_id")
        return calendar_proto.holiday_calendar_message(await self._calendars.delete_holiday_calendar(call, site_id))

    async def ListHolidays(
        self, request: calendar_service_pb2.ListHolidaysRequest, call: Call
    ) -> calendar_service_pb2.ListHolidaysResponse:
        site_id = calendar_proto.site_of_either(request.site_id, field="site_id")
        first, last = day_of(request.from_date, field="from_date"), day_of(request.to_date, field="to_date")
        listed = f"holidays of {call.practice_id} {site_id} {first} {last}"
        limit, after = calendar_proto.page_of(request, listed)
        found = await list_holidays(call.practice_id, site_id, first, last, directories=self._directories)
        page = calendar_proto.page_from(found, limit, after, listed, lambda each: (each[0].isoformat(), ""))
        return calendar_proto.holidays_message(*page)
