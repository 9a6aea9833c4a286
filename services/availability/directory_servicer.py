"""Serves the door to what a practice has set."""

from __future__ import annotations

from kept.availability.v1 import availability_pb2, directory_service_pb2, limits_service_pb2

from services.availability.adapters import calendar_proto, directory_proto, limits_proto
from services.availability.adapters.calendar_proto import page_from, page_of
from services.availability.adapters.proto import uuid_of
from services.availability.adapters.published import PostgresPublished, named, there
from services.chassis.context import Call


class DirectoryServicer:
    """Turns each request into domain words, reads, and turns the answer back."""

    def __init__(self, *, published: PostgresPublished) -> None:
        self._published = published

    async def GetSite(self, request: directory_service_pb2.GetSiteRequest, call: Call) -> availability_pb2.Site:
        site_id = uuid_of(request.site_id, field="site_id")
        return directory_proto.site_message(there(await self._published.site(call, site_id), "site", site_id=site_id))

    async def GetRoom(self, request: directory_service_pb2.GetRoomRequest, call: Call) -> availability_pb2.Room:
        room_id = uuid_of(request.room_id, field="room_id")
        found = await self._published.rooms(call, room_id)
        return directory_proto.room_message(there(next(iter(found), None), "room", room_id=room_id))

    async def ListRooms(
        self, request: directory_service_pb2.ListRoomsRequest, call: Call
    ) -> directory_service_pb2.ListRoomsResponse:
        site_id = uuid_of(request.site_id, field="site_id") if request.site_id else ""
        listed = f"rooms of {call.practice_id} {site_id}"
        limit, after = page_of(request, listed)
        found = [each for each in await self._published.rooms(call) if site_id in ("", each.site_id)]
        page, token = page_from(found, limit, after, listed, lambda each: (each.display_name, each.room_id))
        return directory_service_pb2.ListRoomsResponse(
            rooms=map(directory_proto.room_message, page), next_page_token=token
        )

    async def GetSessionType(
        self, request: directory_service_pb2.GetSessionTypeRequest, call: Call
    ) -> availability_pb2.SessionType:
        type_id = uuid_of(request.session_type_id, field="session_type_id")
        found = await self._published.session_type(call, type_id)
        return directory_proto.session_type_message(there(found, "session type", session_type_id=type_id))

    async def GetEquipment(
        self, request: directory_service_pb2.GetEquipmentRequest, call: Call
    ) -> limits_service_pb2.Equipment:
        piece_id = uuid_of(request.equipment_id, field="equipment_id")
        found = named(await self._published.equipment(call), lambda each: each.equipment_id == piece_id)
        return limits_proto.equipment_message(there(found, "equipment", equipment_id=piece_id))

    async def ListEquipment(
        self, request: directory_service_pb2.ListEquipmentRequest, call: Call
    ) -> directory_service_pb2.ListEquipmentResponse:
        listed = f"equipment of {call.practice_id}"
        limit, after = page_of(request, listed)
        found = await self._published.equipment(call)
        page, token = page_from(found, limit, after, listed, lambda each: (each.display_name, each.equipment_id))
        return directory_service_pb2.ListEquipmentResponse(
            equipment=map(limits_proto.equipment_message, page), next_page_token=token
        )

    async def GetTravelTime(
        self, request: directory_service_pb2.GetTravelTimeRequest, call: Call
    ) -> limits_service_pb2.TravelTime:
        one = uuid_of(request.site_id, field="site_id")
        other = uuid_of(request.other_site_id, field="other_site_id")
        ways = await self._published.travel_times(call)
        found = named(ways, lambda each: {each.site_id, each.other_site_id} == {one, other})
        return limits_proto.travel_message(there(found, "travel time", site_id=one, other_site_id=other))

    async def ListTravelTimes(
        self, request: directory_service_pb2.ListTravelTimesRequest, call: Call
    ) -> directory_service_pb2.ListTravelTimesResponse:
        listed = f"travel times of {call.practice_id}"
        limit, after = page_of(request, listed)
        found = await self._published.travel_times(call)
        page, token = page_from(found, limit, after, listed, lambda each: (each.site_id, each.other_site_id))
        return directory_service_pb2.ListTravelTimesResponse(
            travel_times=map(limits_proto.travel_message, page), next_page_token=token
        )

    async def GetReservation(
        self, request: directory_service_pb2.GetReservationRequest, call: Call
    ) -> limits_service_pb2.Reservation:
        kept_id = uuid_of(request.reservation_id, field="reservation_id")
        found = named(await self._published.reservations(call), lambda each: each.reservation_id == kept_id)
        return limits_proto.reservation_message(there(found, "reservation", reservation_id=kept_id))

    async def ListReservations(
        self, request: directory_service_pb2.ListReservationsRequest, call: Call
    ) -> directory_service_pb2.ListReservationsResponse:
        listed = f"reservations of {call.practice_id}"
        limit, after = page_of(request, listed)
        page, token = page_from(
            await self._published.reservations(call),
            limit,
            after,
            listed,
            lambda each: (each.weekday * MINUTES + each.start_min, each.reservation_id),
        )
        return directory_service_pb2.ListReservationsResponse(
            reservations=map(limits_proto.reservation_message, page), next_page_token=token
        )

    async def ListHolidayCalendars(
        self, request: directory_service_pb2.ListHolidayCalendarsRequest, call: Call
    ) -> directory_service_pb2.ListHolidayCalendarsResponse:
        listed = f"holiday calendars of {call.practice_id}"
        limit, after = page_of(request, listed)
        found = await self._published.holiday_calendars(call)
        page, token = page_from(found, limit, after, listed, lambda each: (each.site_id, ""))
        return directory_service_pb2.ListHolidayCalendarsResponse(
            holiday_calendars=map(calendar_proto.holiday_calendar_message, page), next_page_token=token
        )


MINUTES = 1_440
"""Minutes of a day."""
