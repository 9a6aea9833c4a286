"""Serves the door to triage."""

from __future__ import annotations

from kept.matching.v1 import triage_pb2, triage_service_pb2

from services.chassis.context import Call
from services.chassis.rpc import pages
from services.chassis.rpc.callers import check_uuid
from services.matching.adapters import triage_proto as proto
from services.matching.adapters.ids import new_id
from services.matching.usecases.answer_screening import answer_screening
from services.matching.usecases.ports import Clock
from services.matching.usecases.put_wording import put_wording
from services.matching.usecases.read_wording import read_wording
from services.matching.usecases.report_danger import report_danger
from services.matching.usecases.settle_crisis_flag import settle_crisis_flag
from services.matching.usecases.triage_ports import Triage, Wordings

SCREENINGS_DEFAULT, SCREENINGS_MOST = 20, 100
FLAGS_DEFAULT, FLAGS_MOST = 50, 200
FIRST_ID, LAST_ID = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


class TriageServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, *, triage: Triage, wordings: Wordings, clock: Clock) -> None:
        self._triage = triage
        self._wordings = wordings
        self._clock = clock

    async def GetInstrument(
        self, request: triage_service_pb2.GetInstrumentRequest, call: Call
    ) -> triage_pb2.Instrument:
        return proto.instrument_to(await read_wording(request.code, request.locale, call, wordings=self._wordings))

    async def PutInstrumentWording(
        self, request: triage_service_pb2.PutInstrumentWordingRequest, call: Call
    ) -> triage_pb2.Instrument:
        wording = proto.wording_from(request.wording)
        found = await put_wording(wording, request.etag, call, wordings=self._wordings, clock=self._clock)
        return proto.instrument_to(found)

    async def AnswerScreening(
        self, request: triage_service_pb2.AnswerScreeningRequest, call: Call
    ) -> triage_service_pb2.AnswerScreeningResponse:
        client_id = check_uuid(request.client_id, "client_id")
        answers = [(each.link_id, each.value) for each in request.answers]
        found = await answer_screening(
            client_id, request.instrument, answers, call, triage=self._triage, clock=self._clock, new_id=new_id
        )
        resources = proto.resources_to(request.locale) if found.flag_id else None
        return triage_service_pb2.AnswerScreeningResponse(
            screening=proto.screening_to(found), crisis_resources=resources
        )

    async def ListScreenings(
        self, request: triage_service_pb2.ListScreeningsRequest, call: Call
    ) -> triage_service_pb2.ListScreeningsResponse:
        client_id = check_uuid(request.client_id, "client_id")
        size = pages.page_size(request.page_size, default=SCREENINGS_DEFAULT, most=SCREENINGS_MOST)
        query = f"screenings|{client_id}"
        (before,) = pages.read_page_token(query, request.page_token) or (LAST_ID,)
        found = await self._triage.screenings(
            call, client_id, before=check_uuid(str(before), "page_token"), limit=size + 1
        )
        token = pages.page_token(query, found[size - 1].screening_id) if found[size:] else ""
        return triage_service_pb2.ListScreeningsResponse(
            screenings=[proto.screening_to(each) for each in found[:size]], next_page_token=token
        )

    async def ReportDanger(
        self, request: triage_service_pb2.ReportDangerRequest, call: Call
    ) -> triage_service_pb2.ReportDangerResponse:
        client_id = check_uuid(request.client_id, "client_id")
        flag = await report_danger(client_id, call, triage=self._triage, clock=self._clock, new_id=new_id)
        return triage_service_pb2.ReportDangerResponse(
            flag=proto.flag_to(flag), crisis_resources=proto.resources_to(request.locale)
        )

    async def ListCrisisFlags(
        self, request: triage_service_pb2.ListCrisisFlagsRequest, call: Call
    ) -> triage_service_pb2.ListCrisisFlagsResponse:
        size = pages.page_size(request.page_size, default=FLAGS_DEFAULT, most=FLAGS_MOST)
        query = f"flags|{request.with_closed}"
        state, flag_id = pages.read_page_token(query, request.page_token) or (0, FIRST_ID)
        after = int(state), check_uuid(str(flag_id), "page_token")
        found = await self._triage.flags(call, with_closed=request.with_closed, after=after, limit=size + 1)
        token = pages.page_token(query, int(found[size - 1].state), found[size - 1].flag_id) if found[size:] else ""
        return triage_service_pb2.ListCrisisFlagsResponse(
            flags=[proto.flag_to(each) for each in found[:size]], next_page_token=token
        )

    async def AcknowledgeCrisisFlag(
        self, request: triage_service_pb2.AcknowledgeCrisisFlagRequest, call: Call
    ) -> triage_pb2.CrisisFlag:
        flag_id = check_uuid(request.flag_id, "flag_id")
        return proto.flag_to(
            await settle_crisis_flag(flag_id, None, request.etag, call, triage=self._triage, clock=self._clock)
        )

    async def CloseCrisisFlag(
        self, request: triage_service_pb2.CloseCrisisFlagRequest, call: Call
    ) -> triage_pb2.CrisisFlag:
        flag_id, outcome = check_uuid(request.flag_id, "flag_id"), proto.outcome_of(request.outcome)
        return proto.flag_to(
            await settle_crisis_flag(flag_id, outcome, request.etag, call, triage=self._triage, clock=self._clock)
        )
