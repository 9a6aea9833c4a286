"""Turns rows of series and their occurrences into the domain's words and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, zone
from services.booking.domain.series import (
    Alternative,
    Conflict,
    Fate,
    Occurrence,
    Pause,
    Plan,
    Series,
    SeriesState,
)

SERIES_COLUMNS = """
    s.practice_id::text, s.series_id::text, s.client_id::text, s.therapist_id::text, s.session_type_id::text,
    s.modality, s.start_local, s.time_zone, s.rule, s.horizon_days, s.state, s.booked_until_date, s.pause_from_date,
    s.pause_to_date, s.keeps_time, s.top_up_time, s.version, s.create_time, s.update_time, s.create_actor_id
"""
"""What `series_of` reads, in its order."""

SERIES_WIDTH = 20
"""Columns in SERIES_COLUMNS."""

OCCURRENCE_COLUMNS = """
    o.original_start_local, o.start_time, o.fate, coalesce(o.appointment_id::text, ''), o.conflict_reason,
    o.conflict_message, o.alternative, o.has_first_refusal
"""
"""What `occurrence_of` reads, in its order."""

_INSTANTS = ("start_time", "end_time")


def series_of(row: tuple[Any, ...]) -> Series:
    """Return the series in a row of SERIES_COLUMNS."""
    plan = Plan(
        client_id=row[2],
        therapist_id=row[3],
        session_type_id=row[4],
        modality=row[5],
        start_local=datetime.strptime(row[6], LOCAL_FORMAT),
        time_zone=row[7],
        rule=read_rule(row[8], rules=zone(row[7])),
        horizon_days=row[9],
    )
    return Series(
        practice_id=row[0],
        series_id=row[1],
        plan=plan,
        state=SeriesState(row[10]),
        booked_until=row[11],
        pause=Pause(row[12], row[13], row[14]) if row[12] else None,
        top_up_time=row[15],
        version=row[16],
        create_time=row[17],
        update_time=row[18],
        create_actor_id=row[19],
    )


def plan_values(series: Series) -> tuple[object, ...]:
    """Return what may change of a series, in the order of the statements that write it."""
    plan, pause = series.plan, series.pause
    return (
        plan.therapist_id,
        plan.rule.text(),
        plan.start_local.strftime(LOCAL_FORMAT),
        series.state.value,
        series.booked_until,
        pause.from_date if pause else None,
        pause.to_date if pause else None,
        pause.keeps_time if pause else False,
        series.top_up_time,
        series.version,
        series.update_time,
    )


def occurrence_of(row: tuple[Any, ...]) -> Occurrence:
    """Return the occurrence in a row of OCCURRENCE_COLUMNS."""
    conflict = Conflict(row[4], row[5], _alternative(row[6])) if row[4] else None
    return Occurrence(row[0], row[1], Fate(row[2]), row[3], conflict, row[7])


def occurrence_values(occurrence: Occurrence) -> tuple[object, ...]:
    """Return an occurrence's columns, but for the series'."""
    conflict = occurrence.conflict
    return (
        occurrence.original_local,
        occurrence.start_time,
        occurrence.fate.value,
        occurrence.appointment_id or None,
        conflict.reason if conflict else None,
        conflict.message if conflict else None,
        _text(conflict.alternative) if conflict and conflict.alternative else None,
        occurrence.has_first_refusal,
    )


def _alternative(words: dict[str, Any] | None) -> Alternative | None:
    if words is None:
        return None
    return Alternative(**words | {name: datetime.fromisoformat(words[name]) for name in _INSTANTS})


def _text(alternative: Alternative) -> str:
    words = {name: getattr(alternative, name) for name in Alternative.__slots__}
    return json.dumps(words | {name: words[name].isoformat() for name in _INSTANTS})
