"""Answers what a practice limits: caps, travel times, equipment, reserved capacity."""

from __future__ import annotations

from kept.availability.v1 import limits_service_pb2

from services.availability.adapters import limits_proto
from services.availability.adapters.limits import PostgresLimits
from services.availability.adapters.proto import uuid_of
from services.availability.adapters.published import Unchanged, named, there
from services.availability.domain.caps import Caps
from services.availability.domain.limits import MAX_WINDOWS
from services.availability.usecases.ports import Directories
from services.chassis.context import Call
from services.chassis.rpc.pages import page_size, page_token


class LimitsServicer:
    """Turns each request into domain words, stores them, and turns them back."""

    def __init__(self, *, limits: PostgresLimits, directories: Directories, unchanged: Unchanged) -> None:
        self._unchanged = unchanged
        self._limits = limits
        self._directories = directories

    async def PutCaps(self, request: limits_service_pb2.PutCapsRequest, call: Call) -> limits_service_pb2.Caps:
        caps = limits_proto.caps_of(request.caps)
        await self._unchanged.caps(call, request.caps.etag, caps.therapist_id)
        await self._limits.put_caps(call, caps)
        return limits_proto.caps_message(caps)

    async def GetCaps(self, request: limits_service_pb2.GetCapsRequest, call: Call) -> limits_service_pb2.Caps:
        therapist_id = uuid_of(request.therapist_id, field="therapist_id")
        known = (await self._directories.read(call.practice_id)).limits.caps
        return limits_proto.caps_message(known.get(therapist_id, Caps(therapist_id)))

    async def PutEquipment(
        self, request: limits_service_pb2.PutEquipmentRequest, call: Call
    ) -> limits_service_pb2.Equipment:
        equipment = limits_proto.equipment_of(request.equipment)
        await self._unchanged.equipment(call, request.equipment.etag, equipment.equipment_id)
        await self._limits.put_equipment(call, equipment)
        return limits_proto.equipment_message(equipment)

    async def PutTravelTime(
        self, request: limits_service_pb2.PutTravelTimeRequest, call: Call
    ) -> limits_service_pb2.TravelTime:
        travel = limits_proto.travel_of(request.travel_time)
        await self._unchanged.travel_time(call, request.travel_time.etag, travel)
        await self._limits.put_travel_time(call, travel)
        return limits_proto.travel_message(travel)

    async def PutReservation(
        self, request: limits_service_pb2.PutReservationRequest, call: Call
    ) -> limits_service_pb2.Reservation:
        reservation = limits_proto.reservation_of(request.reservation)
        await self._unchanged.reservation(call, request.reservation.etag, reservation.reservation_id)
        await self._limits.put_reservation(call, reservation)
        return limits_proto.reservation_message(reservation)

    async def DeleteReservation(
        self, request: limits_service_pb2.DeleteReservationRequest, call: Call
    ) -> limits_service_pb2.DeleteReservationResponse:
        await self._limits.delete_reservation(call, uuid_of(request.reservation_id, field="reservation_id"))
        return limits_service_pb2.DeleteReservationResponse()

    async def PutPriorityWindow(
        self, request: limits_service_pb2.PutPriorityWindowRequest, call: Call
    ) -> limits_service_pb2.PriorityWindow:
        window = limits_proto.window_of(request.window)
        await self._unchanged.window(call, request.window.etag, window.window_id)
        await self._limits.put_window(call, window)
        return limits_proto.window_message(window)

    async def GetPriorityWindow(
        self, request: limits_service_pb2.GetPriorityWindowRequest, call: Call
    ) -> limits_service_pb2.PriorityWindow:
        window_id = uuid_of(request.window_id, field="window_id")
        known = (await self._directories.read(call.practice_id)).limits.windows
        found = there(named(list(known), lambda each: each.window_id == window_id), "window", window_id=window_id)
        return limits_proto.window_message(found)

    async def ListPriorityWindows(
        self, request: limits_service_pb2.ListPriorityWindowsRequest, call: Call
    ) -> limits_service_pb2.ListPriorityWindowsResponse:
        query, size = "priority_windows", page_size(request.page_size, default=MAX_WINDOWS, most=MAX_WINDOWS)
        known = (await self._directories.read(call.practice_id)).limits.windows
        after = limits_proto.after_of(query, request.page_token)
        left = sorted((each for each in known if each.window_id > after), key=lambda each: each.window_id)
        token = page_token(query, left[size - 1].window_id) if len(left) > size else ""
        return limits_service_pb2.ListPriorityWindowsResponse(
            windows=map(limits_proto.window_message, left[:size]), next_page_token=token
        )

    async def DeletePriorityWindow(
        self, request: limits_service_pb2.DeletePriorityWindowRequest, call: Call
    ) -> limits_service_pb2.DeletePriorityWindowResponse:
        await self._limits.delete_window(call, uuid_of(request.window_id, field="window_id"))
        return limits_service_pb2.DeletePriorityWindowResponse()
