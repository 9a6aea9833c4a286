"""Serves the ledger's door: asyncio, gRPC, reactions, the question after lapsed holds."""

from __future__ import annotations

import asyncio
from functools import partial

from kept.availability.v1 import (
    absence_service_pb2,
    availability_pb2,
    availability_service_pb2,
    calendar_service_pb2,
    directory_service_pb2,
    limits_service_pb2,
)

from services.availability.absence_servicer import AbsenceServicer
from services.availability.adapters import directory_proto, proto, search_proto
from services.availability.adapters.explain_proto import explanation_message
from services.availability.adapters.published import PostgresPublished, Unchanged
from services.availability.bootstrap import Parts, bootstrap
from services.availability.calendar_servicer import CalendarServicer
from services.availability.config import SERVICE
from services.availability.directory_servicer import DirectoryServicer
from services.availability.domain.claim import Claim
from services.availability.domain.wall import instant
from services.availability.domain.wish import Wish
from services.availability.limits_servicer import LimitsServicer
from services.availability.usecases.answer_claim import answer_claim
from services.availability.usecases.check_slots import check_slots
from services.availability.usecases.create_time_off import create_time_off
from services.availability.usecases.explain_slot import explain_slot
from services.availability.usecases.find_alternatives import Finder
from services.availability.usecases.get_schedule import get_schedule
from services.availability.usecases.hold_slot import hold_slot
from services.availability.usecases.list_session_types import list_session_types
from services.availability.usecases.list_sites import list_sites
from services.availability.usecases.move_claim import move_claim, move_session
from services.availability.usecases.ports import Claims, Clock, Directories, Holds, Seats, Taken
from services.availability.usecases.put_schedule import put_schedule
from services.availability.usecases.put_site import put_site
from services.availability.usecases.search_slots import search_slots
from services.availability.usecases.transfer_claim import transfer_claim
from services.chassis import errors
from services.chassis.config import ProcessConfig
from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Application, run

STAFF_ROLES = frozenset({"front_desk", "therapist", "practice_admin"})
"""Roles that see free slots without a client's notice and horizon."""


class AvailabilityServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        directories: Directories,
        holds: Holds,
        claims: Claims,
        seats: Seats,
        taken: Taken,
        finder: Finder,
        clock: Clock,
        unchanged: Unchanged,
    ) -> None:
        self._directories = directories
        self._holds = holds
        self._claims = claims
        self._seats = seats
        self._taken = taken
        self._finder = finder
        self._clock = clock
        self._unchanged = unchanged

    async def PutSite(self, request: availability_service_pb2.PutSiteRequest, call: Call) -> availability_pb2.Site:
        site = directory_proto.site_of(request.site)
        await self._unchanged.site(call, request.site.etag, site.site_id)
        return directory_proto.site_message(await put_site(site, call, directories=self._directories))

    async def ListSites(
        self, request: availability_service_pb2.ListSitesRequest, call: Call
    ) -> availability_service_pb2.ListSitesResponse:
        limit, after = directory_proto.page_of(request, call.practice_id)
        found = await list_sites(call.practice_id, directories=self._directories, limit=limit + 1, after=after)
        return directory_proto.sites_message(found, limit, call.practice_id)

    async def PutRoom(self, request: availability_service_pb2.PutRoomRequest, call: Call) -> availability_pb2.Room:
        room = directory_proto.room_of(request.room)
        await self._unchanged.room(call, request.room.etag, room.room_id)
        await self._directories.put_room(call, room)
        return directory_proto.room_message(room)

    async def PutSessionType(
        self, request: availability_service_pb2.PutSessionTypeRequest, call: Call
    ) -> availability_pb2.SessionType:
        session_type = directory_proto.session_type_of(request.session_type)
        await self._unchanged.session_type(call, request.session_type.etag, session_type.session_type_id)
        await self._directories.put_session_type(call, session_type)
        return directory_proto.session_type_message(session_type)

    async def ListSessionTypes(
        self, request: availability_service_pb2.ListSessionTypesRequest, call: Call
    ) -> availability_service_pb2.ListSessionTypesResponse:
        limit, after = directory_proto.page_of(request, call.practice_id)
        found = await list_session_types(call.practice_id, directories=self._directories, limit=limit + 1, after=after)
        return directory_proto.session_types_message(found, limit, call.practice_id)

    async def PutSchedule(
        self, request: availability_service_pb2.PutScheduleRequest, call: Call
    ) -> availability_pb2.Schedule:
        schedule = directory_proto.schedule_of(request.schedule)
        await self._unchanged.schedule(call, request.schedule.etag, schedule.therapist_id)
        return directory_proto.schedule_message(await put_schedule(schedule, call, directories=self._directories))

    async def GetSchedule(
        self, request: availability_service_pb2.GetScheduleRequest, call: Call
    ) -> availability_pb2.Schedule:
        therapist_id = proto.uuid_of(request.therapist_id, field="therapist_id")
        schedule = await get_schedule(therapist_id, call.practice_id, directories=self._directories)
        return directory_proto.schedule_message(schedule)

    async def CreateTimeOff(
        self, request: availability_service_pb2.CreateTimeOffRequest, call: Call
    ) -> availability_pb2.TimeOff:
        time_off = directory_proto.time_off_of(request.time_off)
        return directory_proto.time_off_message(await create_time_off(time_off, call, claims=self._claims))

    async def SearchSlots(
        self, request: availability_service_pb2.SearchSlotsRequest, call: Call
    ) -> availability_service_pb2.SearchSlotsResponse:
        is_by_staff = not STAFF_ROLES.isdisjoint(call.actor.roles)
        query, limit, after = search_proto.query_of(
            request,
            practice_id=call.practice_id,
            is_by_staff=is_by_staff,
            is_trusted=is_by_staff or call.actor.kind == "service",
        )
        found = await search_slots(
            query, directories=self._directories, taken=self._taken, clock=self._clock, limit=limit + 1, after=after
        )
        return search_proto.slots_message(found, query, limit)

    async def ExplainSlot(
        self, request: availability_service_pb2.ExplainSlotRequest, call: Call
    ) -> availability_service_pb2.ExplainSlotResponse:
        is_by_staff = not STAFF_ROLES.isdisjoint(call.actor.roles)
        is_trusted = is_by_staff or call.actor.kind == "service"
        explained = await explain_slot(
            proto.uuid_of(request.therapist_id, field="therapist_id"),
            proto.uuid_of(request.session_type_id, field="session_type_id"),
            instant(proto.wall_of(request.start_wall)),
            proto.modality_of(request.modality, field="modality"),
            call.practice_id,
            is_by_staff=is_by_staff,
            audiences=proto.audiences_of(request.audiences, field="audiences") if is_trusted else (),
            directories=self._directories,
            taken=self._taken,
            clock=self._clock,
        )
        return explanation_message(*explained)

    async def Hold(self, request: availability_service_pb2.HoldRequest, call: Call) -> availability_pb2.Claim:
        hold_id = proto.uuid_of(request.hold_id, field="hold_id")
        wish = proto.wish_of_hold(request)
        if wish.extra_client_ids:
            await call.authorize(client_ids=wish.extra_client_ids)
        return proto.claim_message(await hold_slot(hold_id, wish, call, holds=self._holds, finder=self._finder))

    async def HoldMany(
        self, request: availability_service_pb2.HoldManyRequest, call: Call
    ) -> availability_service_pb2.HoldManyResponse:
        proto.check_holds(request)
        outcomes = await asyncio.gather(*(self._hold_one(each, call) for each in request.holds))
        return availability_service_pb2.HoldManyResponse(outcomes=outcomes)

    async def _hold_one(
        self, request: availability_service_pb2.HoldRequest, call: Call
    ) -> availability_service_pb2.HoldOutcome:
        part = call.part(request.client_id, resource_id=request.hold_id)
        try:
            return availability_service_pb2.HoldOutcome(claim=await self.Hold(request, part))
        except errors.ServiceError as refusal:
            call.envelope.audit.extend(part.refused(refusal).audit)
            return availability_service_pb2.HoldOutcome(refusal=proto.refusal_message(refusal))

    async def TakeSeats(
        self, request: availability_service_pb2.TakeSeatsRequest, call: Call
    ) -> availability_service_pb2.TakeSeatsResponse:
        session_claim_id, wanted = proto.seats_of(request)
        found = await self._seats.take(call, session_claim_id, wanted, by_client=request.by_client)
        return availability_service_pb2.TakeSeatsResponse(outcomes=map(proto.outcome_message, found))

    async def CheckSlots(
        self, request: availability_service_pb2.CheckSlotsRequest, call: Call
    ) -> availability_service_pb2.CheckSlotsResponse:
        proto.check_holds(request, most=proto.MAX_CHECKS)
        found = await check_slots(
            [partial(proto.named_wish_of_hold, each) for each in request.holds],
            call.practice_id,
            holds=self._holds,
            finder=self._finder,
        )
        return availability_service_pb2.CheckSlotsResponse(outcomes=map(proto.outcome_message, found))

    async def Confirm(self, request: availability_service_pb2.ConfirmRequest, call: Call) -> availability_pb2.Claim:
        claim_id = proto.uuid_of(request.claim_id, field="claim_id")
        return proto.claim_message(await answer_claim(claim_id, Claim.confirm, call, claims=self._claims))

    async def Release(self, request: availability_service_pb2.ReleaseRequest, call: Call) -> availability_pb2.Claim:
        claim_id = proto.uuid_of(request.claim_id, field="claim_id")
        step = Claim.take_back_move if request.only_move else Claim.release
        return proto.claim_message(await answer_claim(claim_id, step, call, claims=self._claims))

    async def Move(self, request: availability_service_pb2.MoveRequest, call: Call) -> availability_pb2.Claim:
        claim_id = proto.uuid_of(request.claim_id, field="claim_id")

        def wish_for(claim: Claim) -> Wish:
            return proto.wish_of_move(request, claim)

        moved = await move_claim(
            claim_id,
            wish_for,
            call,
            claims=self._claims,
            directories=self._directories,
            clock=self._clock,
            finder=self._finder,
            from_ids=proto.distinct(request.from_claim_ids, field="from_claim_ids", most=proto.MAX_TRANSFERS),
        )
        return proto.moved_message(moved)

    async def MoveSession(
        self, request: availability_service_pb2.MoveSessionRequest, call: Call
    ) -> availability_service_pb2.MoveSessionResponse:
        wanted = availability_service_pb2.MoveRequest(
            start_wall=request.start_wall, modality=request.modality, by_staff=True
        )
        session, seats = await move_session(
            proto.uuid_of(request.claim_id, field="claim_id"),
            partial(proto.wish_of_move, wanted),
            call,
            claims=self._claims,
            directories=self._directories,
            clock=self._clock,
            finder=self._finder,
        )
        return availability_service_pb2.MoveSessionResponse(
            session=proto.moved_message(session), seats=map(proto.moved_message, seats)
        )

    async def Transfer(self, request: availability_service_pb2.TransferRequest, call: Call) -> availability_pb2.Claim:
        hold_id, wish = proto.named_wish_of_hold(request.hold)
        transferred = await transfer_claim(
            proto.distinct(request.from_claim_ids, field="from_claim_ids", most=proto.MAX_TRANSFERS),
            hold_id,
            wish,
            proto.whole(request.hold_s, field="hold_s", least=0, most=proto.MAX_HOLD_S),
            call,
            claims=self._claims,
            directories=self._directories,
            clock=self._clock,
        )
        return proto.claim_message(transferred)

    async def GetClaim(self, request: availability_service_pb2.GetClaimRequest, call: Call) -> availability_pb2.Claim:
        claim_id = proto.uuid_of(request.claim_id, field="claim_id")
        return proto.claim_message(await self._claims.find(call, claim_id))


async def compose(config: ProcessConfig) -> Application:
    """Put the servicer before the parts."""
    parts = bootstrap(await Database.open(config))
    return application(config, parts)


def application(config: ProcessConfig, parts: Parts) -> Application:
    """Return what the process runs."""
    published = PostgresPublished(parts.directories)
    unchanged = Unchanged(published, parts.directories)
    servicer = AvailabilityServicer(
        directories=parts.directories,
        holds=parts.holds,
        claims=parts.claims,
        seats=parts.seats,
        taken=parts.taken,
        finder=parts.finder,
        clock=parts.clock,
        unchanged=unchanged,
    )
    calendar = CalendarServicer(directories=parts.directories, calendars=parts.calendars, unchanged=unchanged)
    limits = LimitsServicer(limits=parts.limits, directories=parts.directories, unchanged=unchanged)
    absences = AbsenceServicer(absences=parts.absences, directories=parts.directories)
    return Application(
        SERVICE,
        config,
        parts.database,
        [
            (availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"], servicer),
            (calendar_service_pb2.DESCRIPTOR.services_by_name["CalendarService"], calendar),
            (limits_service_pb2.DESCRIPTOR.services_by_name["LimitsService"], limits),
            (absence_service_pb2.DESCRIPTOR.services_by_name["AbsenceService"], absences),
            (
                directory_service_pb2.DESCRIPTOR.services_by_name["DirectoryService"],
                DirectoryServicer(published=published),
            ),
        ],
        background=parts.background,
        closers=(parts.holds.close,),
    )


if __name__ == "__main__":
    run(SERVICE, compose)
