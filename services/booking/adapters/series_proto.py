"""Turns requests about standing hours into domain words, and answers into messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import series_events_pb2, series_pb2, series_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters import proto
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, zone
from services.booking.domain.series import HORIZON_DAYS, Alternative, Fate, Occurrence, Pause, Plan, Series, wall_date
from services.booking.usecases.series_ports import Outcome, SeriesCursor, SeriesFilter
from services.chassis.rpc import pages

_MODALITIES = frozenset(availability_pb2.Modality.values())
_FATES = {each: series_pb2.SeriesOccurrence.Fate.Value(f"FATE_{each.value}") for each in Fate}


def plan_of(message: series_pb2.SeriesPlan) -> Plan:
    """Return what the caller wants. Raises Malformed, UnknownTimeZone, RecurrenceMalformed, RecurrenceUnsupported."""
    if message.modality not in _MODALITIES:
        raise errors.Malformed("No such modality.", field="plan.modality")
    wall = message.start_wall
    return Plan(
        client_id=proto.uuid_of(message.client_id, field="plan.client_id"),
        therapist_id=proto.uuid_of(message.therapist_id, field="plan.therapist_id"),
        session_type_id=proto.uuid_of(message.session_type_id, field="plan.session_type_id"),
        modality=message.modality,
        start_local=local_of(wall.local, field="plan.start_wall.local"),
        time_zone=wall.time_zone,
        rule=read_rule(message.rule, rules=zone(wall.time_zone)),
        horizon_days=message.horizon_days or HORIZON_DAYS,
    )


def local_of(text: str, *, field: str) -> datetime:
    """Return a wall time between 1970 and 2199. Raises Malformed."""
    try:
        found = datetime.strptime(text, LOCAL_FORMAT)
    except ValueError:
        raise errors.Malformed("A wall time is YYYY-MM-DDTHH:MM.", field=field) from None
    if len(text) != 16 or not 1970 <= found.year < 2200:
        raise errors.Malformed("A wall time is YYYY-MM-DDTHH:MM.", field=field)
    return found


def is_partial(commit: int) -> bool:
    """Tell whether conflicts may be left out. Raises Malformed when the caller did not say."""
    if commit == series_service_pb2.SERIES_COMMIT_ALL_OR_NONE:
        return False
    if commit == series_service_pb2.SERIES_COMMIT_ALL_BUT_CONFLICTS:
        return True
    raise errors.Malformed("Say what to do about conflicts.", field="commit")


def scope_of(scope: int, original_start_local: str) -> tuple[str, bool]:
    """Return the occurrence named, "" for all ahead, and whether only that one is meant. Raises Malformed."""
    if scope == series_service_pb2.SERIES_SCOPE_ALL:
        if original_start_local:
            raise errors.Malformed("All are meant: name no occurrence.", field="original_start_local")
        return "", False
    if scope not in (series_service_pb2.SERIES_SCOPE_THIS, series_service_pb2.SERIES_SCOPE_FOLLOWING):
        raise errors.Malformed("Say how much of the series is meant.", field="scope")
    named = local_of(original_start_local, field="original_start_local").strftime(LOCAL_FORMAT)
    return named, scope == series_service_pb2.SERIES_SCOPE_THIS


def pause_of(request: series_service_pb2.PauseSeriesRequest) -> Pause:
    """Return the pause asked for. Raises Malformed."""
    from_date = wall_date(request.from_date, field="from_date")
    return Pause(from_date, wall_date(request.to_date, field="to_date"), request.keeps_time)


def filter_of(request: series_service_pb2.ListSeriesRequest) -> tuple[SeriesFilter, int, SeriesCursor | None]:
    """Return the filter, the page's size and where it begins. Raises Malformed."""
    wanted = SeriesFilter(
        client_id=proto.uuid_of(request.client_id, field="client_id") if request.client_id else "",
        therapist_id=proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else "",
    )
    return wanted, size_of(request.page_size), cursor_of(request.page_token, _query(wanted))


def size_of(page_size: int) -> int:
    """Return the size of a page. Raises Malformed."""
    return pages.page_size(page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)


def cursor_of(token: str, query: str) -> SeriesCursor | None:
    """Return where a page begins, None for the first. Raises Malformed for a token that is not of this list."""
    match pages.read_page_token(query, token):
        case None:
            return None
        case [str(first), str(second)]:
            return first, second
    raise errors.Malformed("The page token is not one of ours.", field="page_token")


def token_of(cursor: SeriesCursor | None, query: str) -> str:
    """Return an opaque token for the next page; empty after the last."""
    return pages.page_token(query, *cursor) if cursor else ""


def list_message(
    page: Sequence[Series], cursor: SeriesCursor | None, wanted: SeriesFilter
) -> series_service_pb2.ListSeriesResponse:
    """Return a page of series."""
    return series_service_pb2.ListSeriesResponse(
        series=[series_message(each) for each in page], next_page_token=token_of(cursor, _query(wanted))
    )


def series_message(series: Series) -> series_pb2.Series:
    """Return a series as the contract says it."""
    plan, pause = series.plan, series.pause
    return series_pb2.Series(
        series_id=series.series_id,
        plan=series_pb2.SeriesPlan(
            client_id=plan.client_id,
            therapist_id=plan.therapist_id,
            session_type_id=plan.session_type_id,
            modality=plan.modality,  # type: ignore[arg-type]
            start_wall=_wall(plan.start_local.strftime(LOCAL_FORMAT), plan.time_zone),
            rule=plan.rule.text(),
            horizon_days=plan.horizon_days,
        ),
        client_id=plan.client_id,
        state=series_pb2.Series.State.Value(f"STATE_{series.state.value}"),
        booked_until_date=series.booked_until.isoformat(),
        pause_from_date=pause.from_date.isoformat() if pause else "",
        pause_to_date=pause.to_date.isoformat() if pause else "",
        keeps_time=pause.keeps_time if pause else False,
        etag=series.etag,
        version=series.version,
        create_time=proto.timestamp_of(series.create_time),
        update_time=proto.timestamp_of(series.update_time),
    )


def occurrence_message(
    series: Series, occurrence: Occurrence, appointments: Mapping[str, Appointment]
) -> series_pb2.SeriesOccurrence:
    """Return an occurrence as the contract says it; one that is booked without an appointment is a free one."""
    booked = appointments.get(occurrence.appointment_id)
    is_free = occurrence.fate is Fate.BOOKED and not occurrence.appointment_id
    message = series_pb2.SeriesOccurrence(
        series_id=series.series_id,
        original_start_wall=_wall(occurrence.original_local, series.plan.time_zone),
        fate=series_pb2.SeriesOccurrence.FATE_FREE if is_free else _FATES[occurrence.fate],
        start_time=proto.timestamp_of(occurrence.start_time),
        appointment=proto.appointment_message(booked) if booked else None,
        has_first_refusal=occurrence.has_first_refusal,
        client_id=series.plan.client_id,
        therapist_id=series.plan.therapist_id,
    )
    if occurrence.conflict is not None:
        message.conflict.reason, message.conflict.message = occurrence.conflict.reason, occurrence.conflict.message
        if occurrence.conflict.alternative is not None:
            message.conflict.alternative.CopyFrom(_slot(occurrence.conflict.alternative))
    return message


def outcome_message(outcome: Outcome) -> series_service_pb2.SeriesOutcome:
    """Return what a change came to."""
    return series_service_pb2.SeriesOutcome(
        series=series_message(outcome.series),
        occurrences=[occurrence_message(outcome.series, each, outcome.appointments) for each in outcome.occurrences],
        conflict_count=outcome.conflict_count,
    )


def preflight_message(outcome: Outcome) -> series_service_pb2.PreflightSeriesResponse:
    """Return what would become of every occurrence; there is no series yet to name."""
    messages = [occurrence_message(outcome.series, each, {}) for each in outcome.occurrences]
    for each in messages:
        each.series_id = ""
    return series_service_pb2.PreflightSeriesResponse(occurrences=messages, conflict_count=outcome.conflict_count)


def conflicts_message(series: Series, occurrences: Sequence[Occurrence]) -> series_pb2.SeriesConflicts:
    """Return conflicts as they travel in the details of a refusal."""
    return series_pb2.SeriesConflicts(occurrences=[occurrence_message(series, each, {}) for each in occurrences])


def created(series: Series) -> Message:
    """Return the event of a new series."""
    return series_events_pb2.SeriesCreated(series=_facts(series))


def changed(series: Series) -> Message:
    """Return the event of a change: SeriesCancelled once it was called off."""
    said = _facts(series)
    if said.state == series_pb2.Series.STATE_CANCELLED:
        return series_events_pb2.SeriesCancelled(series=said)
    return series_events_pb2.SeriesChanged(series=said)


def conflict_found(series: Series, occurrence: Occurrence) -> Message:
    """Return the event of an occurrence that could not be placed."""
    return series_events_pb2.SeriesConflictFound(
        series=_facts(series),
        original_start_local=occurrence.original_local,
        reason=occurrence.conflict.reason if occurrence.conflict else "",
    )


def _facts(series: Series) -> series_events_pb2.SeriesFacts:
    return series_events_pb2.SeriesFacts(
        practice_id=series.practice_id,
        series_id=series.series_id,
        client_id=series.plan.client_id,
        therapist_id=series.plan.therapist_id,
        state=series_pb2.Series.State.Value(f"STATE_{series.state.value}"),
        booked_until_date=series.booked_until.isoformat(),
        version=series.version,
    )


def _slot(alternative: Alternative) -> availability_pb2.Slot:
    return availability_pb2.Slot(
        therapist_id=alternative.therapist_id,
        session_type_id=alternative.session_type_id,
        start_time=proto.timestamp_of(alternative.start_time),
        end_time=proto.timestamp_of(alternative.end_time),
        start_wall=_wall(alternative.start_local, alternative.time_zone, alternative.fold),
        modality=alternative.modality,  # type: ignore[arg-type]
        site_id=alternative.site_id,
    )


def _wall(local: str, time_zone: str, fold: int = 0) -> wall_pb2.WallTime:
    return wall_pb2.WallTime(local=local, time_zone=time_zone, fold=fold)


def _query(wanted: SeriesFilter) -> str:
    return f"series|{wanted.client_id}|{wanted.therapist_id}"


def place_of(request: series_service_pb2.ListSeriesOccurrencesRequest) -> str:
    """Return the time after which a page of occurrences begins, "" for the first. Raises Malformed."""
    cursor = cursor_of(request.page_token, f"occurrences|{request.series_id}")
    return cursor[0] if cursor else ""


def occurrences_message(
    series: Series, page: Sequence[Occurrence], appointments: Mapping[str, Appointment], last: str
) -> series_service_pb2.ListSeriesOccurrencesResponse:
    """Return a page of occurrences."""
    return series_service_pb2.ListSeriesOccurrencesResponse(
        client_id=series.plan.client_id,
        occurrences=[occurrence_message(series, each, appointments) for each in page],
        next_page_token=token_of((last, "") if last else None, f"occurrences|{series.series_id}"),
    )


def worklist_of(
    request: series_service_pb2.ListSeriesConflictsRequest,
) -> tuple[str, int, SeriesCursor | None]:
    """Return whose conflicts are asked for, the page's size and where it begins. Raises Malformed."""
    therapist_id = proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else ""
    return therapist_id, size_of(request.page_size), cursor_of(request.page_token, f"conflicts|{therapist_id}")


def worklist_message(
    page: Sequence[tuple[Series, Occurrence]], cursor: SeriesCursor | None, therapist_id: str
) -> series_service_pb2.ListSeriesConflictsResponse:
    """Return a page of the worklist."""
    return series_service_pb2.ListSeriesConflictsResponse(
        occurrences=[occurrence_message(series, each, {}) for series, each in page],
        next_page_token=token_of(cursor, f"conflicts|{therapist_id}"),
    )
