"""Serves the door to the rules groups meet by."""

from __future__ import annotations

from kept.booking.v1 import group_series_service_pb2, groups_pb2

from services.booking.adapters import group_series_proto, proto, series_proto
from services.booking.usecases.change_group_series import GroupChange
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.pause_group_series import pause_group_series
from services.booking.usecases.plan_group_series import GroupRules
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.require_leader import require_leader
from services.booking.usecases.resume_group_series import resume_group_series
from services.chassis.context import Call


class GroupSeriesServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        groups: GroupStore,
        store: GroupSeriesStore,
        ledger: SeatLedger,
        appointments: Appointments,
        books: Books,
        clock: Clock,
    ) -> None:
        self._groups = groups
        self._store = store
        self._ledger = ledger
        self._appointments = appointments
        self._books = books
        self._clock = clock
        self._changes = GroupChange(groups, store, ledger, appointments, books, clock)
        self._rules = GroupRules(groups, store, ledger, clock)

    async def PreflightGroupSeries(
        self, request: group_series_service_pb2.PreflightGroupSeriesRequest, call: Call
    ) -> group_series_service_pb2.PreflightGroupSeriesResponse:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        draft = group_series_proto.plan_of(group_id, request.plan)
        return group_series_proto.preflight_message(await self._rules.preflight(group_id, draft, call))

    async def CreateGroupSeries(
        self, request: group_series_service_pb2.CreateGroupSeriesRequest, call: Call
    ) -> group_series_service_pb2.GroupSeriesOutcome:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        draft, is_partial = (
            group_series_proto.plan_of(group_id, request.plan),
            series_proto.is_partial(request.commit),
        )
        made = await self._rules.create(
            group_id, draft, call, is_partial=is_partial, pack=group_series_proto.conflicts_message
        )
        return group_series_proto.outcome_message(made)

    async def GetGroupSeries(
        self, request: group_series_service_pb2.GetGroupSeriesRequest, call: Call
    ) -> groups_pb2.GroupSeries:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        require_leader((await self._groups.find(call, group_id)).leader_ids, call)
        return group_series_proto.series_message(await self._store.find(call, group_id))

    async def ListGroupOccurrences(
        self, request: group_series_service_pb2.ListGroupOccurrencesRequest, call: Call
    ) -> group_series_service_pb2.ListGroupOccurrencesResponse:
        group_id = proto.uuid_of(request.group_id, field="group_id")
        require_leader((await self._groups.find(call, group_id)).leader_ids, call)
        query, size = f"group_occurrences|{group_id}", series_proto.size_of(request.page_size)
        after = series_proto.cursor_of(request.page_token, query)
        series = await self._store.find(call, group_id)
        found = await self._store.occurrence_page(
            call, series.series_id, after_local=after[0] if after else "", limit=size + 1
        )
        page = found[:size]
        last = (page[-1].original_local, "") if len(found) > size else None
        return group_series_service_pb2.ListGroupOccurrencesResponse(
            occurrences=[group_series_proto.occurrence_message(series, each) for each in page],
            next_page_token=series_proto.token_of(last, query),
        )

    async def ChangeGroupSeries(
        self, request: group_series_service_pb2.ChangeGroupSeriesRequest, call: Call
    ) -> group_series_service_pb2.GroupSeriesOutcome:
        group_id, etag = proto.uuid_of(request.group_id, field="group_id"), proto.etag_of(request.etag)
        original_local, start_local = group_series_proto.shift_of(request)
        changed = await self._changes.change(
            group_id, original_local, start_local, etag, call, pack=group_series_proto.conflicts_message
        )
        return group_series_proto.outcome_message(changed)

    async def PauseGroupSeries(
        self, request: group_series_service_pb2.PauseGroupSeriesRequest, call: Call
    ) -> group_series_service_pb2.GroupSeriesOutcome:
        paused = await pause_group_series(
            proto.uuid_of(request.group_id, field="group_id"),
            group_series_proto.pause_of(request),
            proto.etag_of(request.etag),
            call,
            groups=self._groups,
            store=self._store,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
        )
        return group_series_proto.outcome_message(paused)

    async def ResumeGroupSeries(
        self, request: group_series_service_pb2.ResumeGroupSeriesRequest, call: Call
    ) -> group_series_service_pb2.GroupSeriesOutcome:
        resumed = await resume_group_series(
            proto.uuid_of(request.group_id, field="group_id"),
            proto.etag_of(request.etag),
            call,
            groups=self._groups,
            store=self._store,
            ledger=self._ledger,
            clock=self._clock,
        )
        return group_series_proto.outcome_message(resumed)

    async def EndGroupSeries(
        self, request: group_series_service_pb2.EndGroupSeriesRequest, call: Call
    ) -> groups_pb2.GroupSeries:
        group_id, etag = proto.uuid_of(request.group_id, field="group_id"), proto.etag_of(request.etag)
        ended = await self._rules.end(group_id, etag, call, calls_off=request.calls_off)
        return group_series_proto.series_message(ended)
