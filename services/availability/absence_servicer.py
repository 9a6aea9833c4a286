"""Answers what becomes of claims when a therapist is away."""

from __future__ import annotations

from kept.availability.v1 import absence_service_pb2

from services.availability.adapters import absence_proto
from services.availability.adapters.proto import uuid_of
from services.availability.usecases.answer_absence_item import answer_absence_item
from services.availability.usecases.close_absence import close_absence
from services.availability.usecases.ports import Absences, Directories
from services.availability.usecases.preview_absence import preview_absence
from services.availability.usecases.start_absence import start_absence
from services.chassis.context import Call


class AbsenceServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, *, absences: Absences, directories: Directories) -> None:
        self._absences = absences
        self._directories = directories

    async def PreviewAbsence(
        self, request: absence_service_pb2.PreviewAbsenceRequest, call: Call
    ) -> absence_service_pb2.PreviewAbsenceResponse:
        therapist_id, span = absence_proto.whose_of(request)
        items = await preview_absence(therapist_id, span, call, absences=self._absences, directories=self._directories)
        return absence_service_pb2.PreviewAbsenceResponse(items=map(absence_proto.item_message, items))

    async def StartAbsence(
        self, request: absence_service_pb2.StartAbsenceRequest, call: Call
    ) -> absence_service_pb2.Absence:
        absence = absence_proto.absence_of(request)
        started = await start_absence(absence, call, absences=self._absences, directories=self._directories)
        return absence_proto.absence_message(started)

    async def GetAbsence(
        self, request: absence_service_pb2.GetAbsenceRequest, call: Call
    ) -> absence_service_pb2.Absence:
        absence_id = uuid_of(request.absence_id, field="absence_id")
        return absence_proto.absence_message(await self._absences.find(call, absence_id))

    async def ListAbsences(
        self, request: absence_service_pb2.ListAbsencesRequest, call: Call
    ) -> absence_service_pb2.ListAbsencesResponse:
        therapist_id, limit, before = absence_proto.list_of(request)
        found = await self._absences.page(call, therapist_id, is_open=request.is_open, before=before, limit=limit + 1)
        return absence_proto.absences_message(found, limit, request)

    async def ListAbsenceItems(
        self, request: absence_service_pb2.ListAbsenceItemsRequest, call: Call
    ) -> absence_service_pb2.ListAbsenceItemsResponse:
        absence_id, limit, after_rank = absence_proto.page_of(request)
        await self._absences.find(call, absence_id)
        found = await self._absences.items(call, absence_id, after_rank=after_rank, limit=limit + 1)
        return absence_proto.items_message(found, limit, absence_id)

    async def AnswerAbsenceItem(
        self, request: absence_service_pb2.AnswerAbsenceItemRequest, call: Call
    ) -> absence_service_pb2.AbsenceItem:
        absence_id = uuid_of(request.absence_id, field="absence_id")
        claim_id, state = uuid_of(request.claim_id, field="claim_id"), absence_proto.answer_of(request)
        item = await answer_absence_item(absence_id, claim_id, state, call, absences=self._absences)
        return absence_proto.item_message(item)

    async def CloseAbsence(
        self, request: absence_service_pb2.CloseAbsenceRequest, call: Call
    ) -> absence_service_pb2.Absence:
        absence_id = uuid_of(request.absence_id, field="absence_id")
        return absence_proto.absence_message(await close_absence(absence_id, call, absences=self._absences))
