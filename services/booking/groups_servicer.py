"""Serves the door to groups."""

from __future__ import annotations

from dataclasses import replace

from kept.booking.v1 import booking_pb2, groups_pb2, groups_service_pb2

from services.booking.adapters import group_series_proto, groups_proto, proto
from services.booking.adapters.short_lists import page_of
from services.booking.domain.group import ROSTER_MAX
from services.booking.usecases.book_group_seat import book_group_seat
from services.booking.usecases.cancel_group_session import cancel_group_session
from services.booking.usecases.change_roster import Rosters
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.move_group_session import move_group_session
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.put_group import put_group
from services.booking.usecases.require_leader import require_leader
from services.booking.usecases.schedule_group_session import schedule_group_session
from services.chassis.context import Call
from services.chassis.rpc import pages


class GroupServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        store: GroupStore,
        series: GroupSeriesStore,
        ledger: SeatLedger,
        appointments: Appointments,
        books: Books,
        clock: Clock,
    ) -> None:
        self._store = store
        self._series = series
        self._ledger = ledger
        self._appointments = appointments
        self._books = books
        self._clock = clock
        self._rosters = Rosters(store, appointments, books, clock)

    async def PutGroup(self, request: groups_service_pb2.PutGroupRequest, call: Call) -> groups_pb2.Group:
        terms = groups_proto.group_of(request.group, call.practice_id, now=self._clock())
        etag = proto.etag_of(request.group.etag)
        return groups_proto.group_message(await put_group(terms, etag, call, store=self._store))

    async def GetGroup(self, request: groups_service_pb2.GetGroupRequest, call: Call) -> groups_pb2.Group:
        group = await self._store.find(call, proto.uuid_of(request.group_id, field="group_id"))
        require_leader(group.leader_ids, call)
        return groups_proto.group_message(group)

    async def ListGroups(
        self, request: groups_service_pb2.ListGroupsRequest, call: Call
    ) -> groups_service_pb2.ListGroupsResponse:
        leader_id = "" if "front_desk" in call.actor.roles else call.actor.therapist_id
        require_leader([leader_id] if leader_id else [], call)
        query = f"groups|{leader_id}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after = groups_proto.place_of(query, request.page_token)
        found = await self._store.page(call, leader_id, after=after, limit=size + 1)
        page = found[:size]
        token = groups_proto.token_of(query, page[-1].create_time, page[-1].group_id) if len(found) > size else ""
        return groups_service_pb2.ListGroupsResponse(
            groups=[groups_proto.group_message(each) for each in page], next_page_token=token
        )

    async def AddGroupMember(
        self, request: groups_service_pb2.AddGroupMemberRequest, call: Call
    ) -> groups_pb2.GroupMember:
        group_id, client_id = _who(request)
        return groups_proto.member_message(await self._rosters.add(group_id, client_id, call))

    async def ScreenGroupMember(
        self, request: groups_service_pb2.ScreenGroupMemberRequest, call: Call
    ) -> groups_pb2.GroupMember:
        group_id, client_id = _who(request)
        screened = await self._rosters.screen(group_id, client_id, call, is_suitable=request.is_suitable)
        return groups_proto.member_message(screened)

    async def RemoveGroupMember(
        self, request: groups_service_pb2.RemoveGroupMemberRequest, call: Call
    ) -> groups_pb2.GroupMember:
        group_id, client_id = _who(request)
        return groups_proto.member_message(await self._rosters.remove(group_id, client_id, call))

    async def ListGroupMembers(
        self, request: groups_service_pb2.ListGroupMembersRequest, call: Call
    ) -> groups_service_pb2.ListGroupMembersResponse:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        require_leader((await self._store.find(call, group_id)).leader_ids, call)
        found = await self._store.members(call, group_id)
        page, token = page_of(
            f"members|{group_id}",
            found,
            lambda one: one.client_id,
            request.page_size,
            request.page_token,
            most=ROSTER_MAX,
        )
        return groups_service_pb2.ListGroupMembersResponse(
            members=[groups_proto.member_message(each) for each in page], next_page_token=token
        )

    async def ScheduleGroupSession(
        self, request: groups_service_pb2.ScheduleGroupSessionRequest, call: Call
    ) -> groups_service_pb2.ScheduleGroupSessionResponse:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        scheduled = await schedule_group_session(
            group_id,
            groups_proto.wish_of(request),
            call,
            store=self._store,
            series=self._series,
            ledger=self._ledger,
            clock=self._clock,
            original_local=groups_proto.settled_of(request),
        )
        return groups_proto.scheduled_message(*scheduled)

    async def GetGroupSession(
        self, request: groups_service_pb2.GetGroupSessionRequest, call: Call
    ) -> groups_pb2.GroupSession:
        session = await self._store.session(call, _session_id(request))
        require_leader(session.leader_ids, call)
        return groups_proto.session_message(session, await self._store.seats(call, session.group_session_id))

    async def ListGroupSessions(
        self, request: groups_service_pb2.ListGroupSessionsRequest, call: Call
    ) -> groups_service_pb2.ListGroupSessionsResponse:
        wanted = group_series_proto.sessions_wanted(request)
        if wanted.group_id:
            require_leader((await self._store.find(call, wanted.group_id)).leader_ids, call)
        elif "front_desk" not in call.actor.roles:
            require_leader([call.actor.therapist_id] if call.actor.therapist_id else [], call)
            wanted = replace(wanted, therapist_id=call.actor.therapist_id)
        query = f"group_sessions|{wanted}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after = groups_proto.place_of(query, request.page_token)
        found = await self._store.sessions(call, wanted, after=after, limit=size + 1)
        page = found[:size]
        last = page[-1] if len(found) > size else None
        token = groups_proto.token_of(query, last.slot.start_time, last.group_session_id) if last else ""
        return groups_service_pb2.ListGroupSessionsResponse(
            sessions=[groups_proto.session_message(each) for each in page], next_page_token=token
        )

    async def ListOpenGroupSessions(
        self, request: groups_service_pb2.ListOpenGroupSessionsRequest, call: Call
    ) -> groups_service_pb2.ListOpenGroupSessionsResponse:
        wanted = group_series_proto.open_wanted(request, now=self._clock())
        query = f"open_group_sessions|{wanted.session_type_id}|{wanted.to_time}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after = groups_proto.place_of(query, request.page_token)
        found = await self._store.open_sessions(call, wanted, after=after, limit=size + 1)
        page = found[:size]
        last = page[-1][1] if len(found) > size else None
        token = groups_proto.token_of(query, last.slot.start_time, last.group_session_id) if last else ""
        return groups_service_pb2.ListOpenGroupSessionsResponse(
            sessions=[group_series_proto.open_message(*each) for each in page], next_page_token=token
        )

    async def MoveGroupSession(
        self, request: groups_service_pb2.MoveGroupSessionRequest, call: Call
    ) -> groups_pb2.GroupSession:
        moved = await move_group_session(
            _session_id(request),
            proto.etag_of(request.etag),
            groups_proto.wish_of(request),
            proto.reason_of(request.reason),
            call,
            store=self._store,
            ledger=self._ledger,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
        )
        return groups_proto.session_message(moved, await self._store.seats(call, moved.group_session_id))

    async def BookGroupSeat(
        self, request: groups_service_pb2.BookGroupSeatRequest, call: Call
    ) -> booking_pb2.Appointment:
        booked = await book_group_seat(
            _session_id(request),
            proto.uuid_of(request.client_id, field="client_id"),
            call,
            store=self._store,
            ledger=self._ledger,
            appointments=self._appointments,
            clock=self._clock,
        )
        return proto.appointment_message(booked)

    async def CancelGroupSession(
        self, request: groups_service_pb2.CancelGroupSessionRequest, call: Call
    ) -> groups_pb2.GroupSession:
        cancelled = await cancel_group_session(
            _session_id(request),
            proto.etag_of(request.etag),
            proto.reason_of(request.reason),
            call,
            store=self._store,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
        )
        return groups_proto.session_message(cancelled, await self._store.seats(call, cancelled.group_session_id))


def _who(
    request: groups_service_pb2.AddGroupMemberRequest
    | groups_service_pb2.ScreenGroupMemberRequest
    | groups_service_pb2.RemoveGroupMemberRequest,
) -> tuple[str, str]:
    return proto.uuid_of(request.group_id, field="group_id"), proto.uuid_of(request.client_id, field="client_id")


def _session_id(
    request: groups_service_pb2.GetGroupSessionRequest
    | groups_service_pb2.BookGroupSeatRequest
    | groups_service_pb2.CancelGroupSessionRequest
    | groups_service_pb2.MoveGroupSessionRequest,
) -> str:
    return proto.uuid_of(request.group_session_id, field="group_session_id")
