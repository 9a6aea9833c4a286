"""Turns groups, rosters and sessions into messages and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kept.booking.v1 import booking_pb2, groups_events_pb2, groups_pb2, groups_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import timestamp_of, uuid_of, wish_at
from services.booking.adapters.series_proto import local_of
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.group import (
    CO_THERAPISTS_MAX,
    DECIDE_H_MAX,
    SEATS_MAX,
    Group,
    GroupSession,
    Member,
)
from services.booking.domain.recurrence_walls import LOCAL_FORMAT
from services.booking.domain.series import Occurrence, Series, SeriesState
from services.booking.usecases.group_ports import Place, Refusal
from services.booking.usecases.ports import Wish
from services.chassis.rpc import pages

NAME_CHARS_MAX = 120
"""Characters of a group's name at most; the contract says so."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROS_MAX = 2**57


def group_of(message: groups_pb2.Group, practice_id: str, *, now: datetime) -> Group:
    """Return a group's terms within their limits. Raises Malformed."""
    name = message.display_name.strip()
    if not 0 < len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise errors.Malformed("A name has 1 to 120 printable characters.", field="group.display_name")
    therapist_id = uuid_of(message.therapist_id, field="group.therapist_id")
    others = {uuid_of(each, field="group.co_therapist_ids") for each in message.co_therapist_ids} - {therapist_id}
    if len(others) > CO_THERAPISTS_MAX:
        raise errors.Malformed(
            "There are too many co-leaders.", field="group.co_therapist_ids", limit=str(CO_THERAPISTS_MAX)
        )
    return Group(
        practice_id=practice_id,
        group_id=uuid_of(message.group_id, field="group.group_id") if message.group_id else "",
        display_name=name,
        therapist_id=therapist_id,
        co_therapist_ids=tuple(sorted(others)),
        session_type_id=uuid_of(message.session_type_id, field="group.session_type_id"),
        is_open=message.is_open,
        needs_screening=message.needs_screening,
        min_seats=number_of(message.min_seats, field="group.min_seats", most=SEATS_MAX),
        decide_h=number_of(message.decide_h, field="group.decide_h", most=DECIDE_H_MAX),
        version=1,
        create_time=now,
        is_self_bookable=message.is_self_bookable,
    )


def wish_of(
    request: groups_service_pb2.ScheduleGroupSessionRequest | groups_service_pb2.MoveGroupSessionRequest,
) -> Wish:
    """Return when and how a group meets. Raises Malformed, UnknownTimeZone."""
    return wish_at(request.start_wall, client_id="", therapist_id="", session_type_id="", modality=request.modality)


def settled_of(request: groups_service_pb2.ScheduleGroupSessionRequest) -> str:
    """Return the time of the group's rule that a session settles, "" for none. Raises Malformed."""
    said = request.original_start_local
    return local_of(said, field="original_start_local").strftime(LOCAL_FORMAT) if said else ""


def group_message(group: Group) -> groups_pb2.Group:
    """Return a group as the contract says it."""
    return groups_pb2.Group(
        group_id=group.group_id,
        display_name=group.display_name,
        therapist_id=group.therapist_id,
        co_therapist_ids=group.co_therapist_ids,
        session_type_id=group.session_type_id,
        is_open=group.is_open,
        needs_screening=group.needs_screening,
        min_seats=group.min_seats,
        decide_h=group.decide_h,
        etag=group.etag,
        version=group.version,
        create_time=timestamp_of(group.create_time),
        is_self_bookable=group.is_self_bookable,
    )


def member_message(member: Member) -> groups_pb2.GroupMember:
    """Return a place on a roster as the contract says it."""
    return groups_pb2.GroupMember(
        group_id=member.group_id,
        client_id=member.client_id,
        state=groups_pb2.GroupMember.State.Value(f"STATE_{member.state.value}"),
        create_time=timestamp_of(member.create_time),
        update_time=timestamp_of(member.update_time),
    )


def session_message(session: GroupSession, seats: Sequence[Appointment] = ()) -> groups_pb2.GroupSession:
    """Return a session as the contract says it."""
    slot = session.slot
    message = groups_pb2.GroupSession(
        group_session_id=session.group_session_id,
        group_id=session.group_id,
        state=groups_pb2.GroupSession.State.Value(f"STATE_{session.state.value}"),
        therapist_id=slot.therapist_id,
        co_therapist_ids=session.co_therapist_ids,
        session_type_id=slot.session_type_id,
        start_time=timestamp_of(slot.start_time),
        end_time=timestamp_of(slot.end_time),
        start_wall=wall_pb2.WallTime(local=slot.start_local, time_zone=slot.time_zone, fold=slot.fold),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        room_id=slot.room_id,
        min_seats=session.min_seats,
        seats=[
            groups_pb2.GroupSeat(
                appointment_id=each.appointment_id,
                client_id=each.client_id,
                state=booking_pb2.Appointment.State.Value(f"STATE_{each.state.value}"),
            )
            for each in sorted(seats, key=lambda each: each.appointment_id)
        ],
        etag=session.etag,
        version=session.version,
        group_series_id=session.group_series_id,
    )
    if session.decide_time is not None:
        message.decide_time.CopyFrom(timestamp_of(session.decide_time))
    return message


def scheduled_message(
    session: GroupSession, seats: Sequence[Appointment], refusals: Sequence[Refusal]
) -> groups_service_pb2.ScheduleGroupSessionResponse:
    """Return a new session, and who got no seat, as the contract says it."""
    return groups_service_pb2.ScheduleGroupSessionResponse(
        session=session_message(session, seats),
        refusals=[groups_pb2.GroupRefusal(client_id=each.client_id, reason=each.reason) for each in refusals],
    )


def scheduled(session: GroupSession) -> groups_events_pb2.GroupSessionScheduled:
    """Return the event that a session takes place."""
    return groups_events_pb2.GroupSessionScheduled(
        practice_id=session.practice_id,
        group_session_id=session.group_session_id,
        group_id=session.group_id,
        therapist_id=session.slot.therapist_id,
        co_therapist_ids=session.co_therapist_ids,
        start_time=timestamp_of(session.slot.start_time),
        end_time=timestamp_of(session.slot.end_time),
        version=session.version,
    )


def moved(before: GroupSession, after: GroupSession) -> groups_events_pb2.GroupSessionMoved:
    """Return the event that a session takes place at another time."""
    return groups_events_pb2.GroupSessionMoved(
        practice_id=after.practice_id,
        group_session_id=after.group_session_id,
        group_id=after.group_id,
        therapist_id=after.slot.therapist_id,
        co_therapist_ids=after.co_therapist_ids,
        start_time=timestamp_of(after.slot.start_time),
        end_time=timestamp_of(after.slot.end_time),
        previous_start_time=timestamp_of(before.slot.start_time),
        version=after.version,
    )


def series_changed(series: Series) -> groups_events_pb2.GroupSeriesChanged:
    """Return the event that a group meets by a rule, or no more."""
    return groups_events_pb2.GroupSeriesChanged(
        practice_id=series.practice_id,
        group_series_id=series.series_id,
        group_id=series.plan.client_id,
        therapist_id=series.plan.therapist_id,
        is_ended=series.state is SeriesState.CANCELLED,
        booked_until_date=series.booked_until.isoformat(),
        version=series.version,
    )


def conflict_found(series: Series, occurrence: Occurrence) -> groups_events_pb2.GroupConflictFound:
    """Return the event of a time that could not be placed."""
    return groups_events_pb2.GroupConflictFound(
        practice_id=series.practice_id,
        group_series_id=series.series_id,
        group_id=series.plan.client_id,
        therapist_id=series.plan.therapist_id,
        original_start_local=occurrence.original_local,
        reason=occurrence.conflict.reason if occurrence.conflict else "",
        version=series.version,
    )


def cancelled(session: GroupSession, *, is_below_minimum: bool) -> groups_events_pb2.GroupSessionCancelled:
    """Return the event that a session was called off."""
    return groups_events_pb2.GroupSessionCancelled(
        practice_id=session.practice_id,
        group_session_id=session.group_session_id,
        group_id=session.group_id,
        therapist_id=session.slot.therapist_id,
        co_therapist_ids=session.co_therapist_ids,
        start_time=timestamp_of(session.slot.start_time),
        is_below_minimum=is_below_minimum,
        version=session.version,
        keeps_time=session.keeps_time,
    )


def place_of(query: str, token: str) -> Place | None:
    """Return where a page begins, None for the first. Raises Malformed for a token that is not of this list."""
    match pages.read_page_token(query, token):
        case None:
            return None
        case [int(micros), str(last_id)] if 0 <= micros < _MICROS_MAX:
            return _EPOCH + micros * _MICROSECOND, uuid_of(last_id, field="page_token")
    raise errors.Malformed("The page token is not one of ours.", field="page_token")


def token_of(query: str, instant: datetime, last_id: str) -> str:
    """Return the token of the page after an entry."""
    return pages.page_token(query, (instant - _EPOCH) // _MICROSECOND, last_id)
