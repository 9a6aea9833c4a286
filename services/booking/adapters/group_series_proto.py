"""Turns requests about groups' rules and open sessions into domain words and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import group_series_service_pb2, groups_pb2, groups_service_pb2, series_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters import proto, series_proto
from services.booking.domain import errors
from services.booking.domain.group import Group, GroupSession
from services.booking.domain.recurrence_walls import LOCAL_FORMAT
from services.booking.domain.series import Occurrence, Pause, Plan, Series, SeriesState, wall_date
from services.booking.usecases.group_ports import SessionFilter
from services.booking.usecases.series_ports import Outcome

STRETCH_MAX = timedelta(days=366)
"""The longest stretch of time whose sessions are listed at once; the contract says so."""

_STATES = {
    SeriesState.ACTIVE: groups_pb2.GroupSeries.STATE_ACTIVE,
    SeriesState.PAUSED: groups_pb2.GroupSeries.STATE_PAUSED,
    SeriesState.CANCELLED: groups_pb2.GroupSeries.STATE_ENDED,
}


def plan_of(group_id: str, message: groups_pb2.GroupSeriesPlan) -> Plan:
    """Return when a group is to meet; who and what is the group's. Raises as `series_proto.plan_of`."""
    return series_proto.plan_of(
        series_pb2.SeriesPlan(
            client_id=group_id,
            therapist_id=group_id,
            session_type_id=group_id,
            modality=message.modality,
            start_wall=message.start_wall,
            rule=message.rule,
            horizon_days=message.horizon_days,
        )
    )


def pause_of(request: group_series_service_pb2.PauseGroupSeriesRequest) -> Pause:
    """Return the pause asked for. Raises Malformed."""
    from_date = wall_date(request.from_date, field="from_date")
    return Pause(from_date, wall_date(request.to_date, field="to_date"), request.keeps_time)


def shift_of(request: group_series_service_pb2.ChangeGroupSeriesRequest) -> tuple[str, datetime]:
    """Return the first time to move, "" for the first ahead, and where it goes. Raises Malformed."""
    original_local = ""
    if request.original_start_local:
        read = series_proto.local_of(request.original_start_local, field="original_start_local")
        original_local = read.strftime(LOCAL_FORMAT)
    return original_local, series_proto.local_of(request.start_local, field="start_local")


def series_message(series: Series) -> groups_pb2.GroupSeries:
    """Return a group's rule as the contract says it."""
    said = series_proto.series_message(series)
    return groups_pb2.GroupSeries(
        group_series_id=series.series_id,
        group_id=series.plan.client_id,
        plan=groups_pb2.GroupSeriesPlan(
            start_wall=said.plan.start_wall,
            rule=said.plan.rule,
            modality=said.plan.modality,
            horizon_days=said.plan.horizon_days,
        ),
        state=_STATES[series.state],
        booked_until_date=said.booked_until_date,
        etag=said.etag,
        version=said.version,
        create_time=said.create_time,
        pause_from_date=said.pause_from_date,
        pause_to_date=said.pause_to_date,
        keeps_time=said.keeps_time,
    )


def occurrence_message(series: Series, occurrence: Occurrence) -> groups_pb2.GroupOccurrence:
    """Return a time of a rule as the contract says it."""
    said = series_proto.occurrence_message(series, occurrence, {})
    return groups_pb2.GroupOccurrence(
        original_start_wall=said.original_start_wall,
        fate=said.fate,
        start_time=said.start_time,
        group_session_id=occurrence.appointment_id,
        conflict=said.conflict if occurrence.conflict is not None else None,
    )


def outcome_message(outcome: Outcome) -> group_series_service_pb2.GroupSeriesOutcome:
    """Return what a rule came to."""
    return group_series_service_pb2.GroupSeriesOutcome(
        series=series_message(outcome.series),
        occurrences=[occurrence_message(outcome.series, each) for each in outcome.occurrences],
        conflict_count=outcome.conflict_count,
    )


def preflight_message(outcome: Outcome) -> group_series_service_pb2.PreflightGroupSeriesResponse:
    """Return what would become of every time."""
    return group_series_service_pb2.PreflightGroupSeriesResponse(
        occurrences=[occurrence_message(outcome.series, each) for each in outcome.occurrences],
        conflict_count=outcome.conflict_count,
    )


def conflicts_message(series: Series, occurrences: Sequence[Occurrence]) -> groups_pb2.GroupConflicts:
    """Return conflicts as they travel in the details of a refusal."""
    return groups_pb2.GroupConflicts(occurrences=[occurrence_message(series, each) for each in occurrences])


def sessions_wanted(request: groups_service_pb2.ListGroupSessionsRequest) -> SessionFilter:
    """Return which sessions are asked for. Raises Malformed, IntervalReversed."""
    group_id = proto.uuid_of(request.group_id, field="group_id") if request.group_id else ""
    from_time, to_time = stretch_of(request, is_required=not group_id)
    therapist_id = proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else ""
    return SessionFilter(group_id, therapist_id, "", from_time, to_time)


def open_wanted(request: groups_service_pb2.ListOpenGroupSessionsRequest, *, now: datetime) -> SessionFilter:
    """Return which open sessions are asked for, none of the past. Raises Malformed, IntervalReversed."""
    from_time, to_time = stretch_of(request, is_required=True)
    assert from_time is not None, "it is required"
    type_id = proto.uuid_of(request.session_type_id, field="session_type_id") if request.session_type_id else ""
    return SessionFilter("", "", type_id, max(from_time, now), to_time)


def stretch_of(
    request: groups_service_pb2.ListGroupSessionsRequest | groups_service_pb2.ListOpenGroupSessionsRequest,
    *,
    is_required: bool,
) -> tuple[datetime | None, datetime | None]:
    """Return the stretch of time asked for. Raises Malformed, IntervalReversed."""
    found: list[datetime | None] = []
    for field in ("from_time", "to_time"):
        stamp: Timestamp = getattr(request, field)
        if is_required and not request.HasField(field):
            raise errors.Malformed("Say from when until when.", field=field)
        found.append(proto.instant_of(stamp, field=field) if request.HasField(field) else None)
    from_time, to_time = found
    if from_time and to_time and to_time <= from_time:
        raise errors.IntervalReversed("The stretch ends before it begins.", field="to_time")
    if from_time and to_time and to_time - from_time > STRETCH_MAX:
        raise errors.Malformed("The stretch is too long.", field="to_time", limit=str(STRETCH_MAX.days))
    return from_time, to_time


def open_message(group: Group, session: GroupSession) -> groups_pb2.OpenGroupSession:
    """Return a session as clients see it: when and where, with whom as therapist, and nobody who comes."""
    slot = session.slot
    return groups_pb2.OpenGroupSession(
        group_session_id=session.group_session_id,
        group_id=group.group_id,
        display_name=group.display_name,
        therapist_ids=session.leader_ids,
        session_type_id=slot.session_type_id,
        start_time=proto.timestamp_of(slot.start_time),
        end_time=proto.timestamp_of(slot.end_time),
        start_wall=wall_pb2.WallTime(local=slot.start_local, time_zone=slot.time_zone, fold=slot.fold),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        needs_screening=group.needs_screening,
    )
