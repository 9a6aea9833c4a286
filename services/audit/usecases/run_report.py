"""Answers an officer's question that is ready made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from services.audit.domain import errors
from services.audit.domain.reports import ACCESS_DAYS, BY_NAME, CLIENT_ACCESSES, DEFAULT_DAYS, MAX_DAYS, Row, finding
from services.chassis.context import Call

SEQ_MAX = 2**63 - 1

OPENS, CLOSES = "08:00", "18:00"
"""The practice's hours when none are told."""

RANGES = {"threshold": (2, 10_000), "within_min": (1, 1440), "near_days": (1, 365)}
"""What numbers may be told; 0 means that none is told."""

DEFAULTS = {"threshold": 30, "within_min": 60, "near_days": 30}

TOLD = ("client_id", "actor_id", "from_time", "to_time", "day", "time_zone", "opens", "closes", *RANGES)


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """Which report, and what it is told; an empty value is not told."""

    name: str
    client_id: str = ""
    actor_id: str = ""
    from_time: datetime | None = None
    to_time: datetime | None = None
    day: str = ""
    time_zone: str = ""
    opens: str = ""
    closes: str = ""
    threshold: int = 0
    within_min: int = 0
    near_days: int = 0
    seq: int | None = None
    before_seq: int = SEQ_MAX
    limit: int = 100


class Reports(Protocol):
    """Runs reports over the practice's records, in the call's transaction."""

    async def run(self, call: Call, question: ReportQuestion) -> Sequence[Row]:
        """Return what the report finds before *before_seq*, newest first, at most *limit*."""


async def run_report(question: ReportQuestion, call: Call, *, reports: Reports, now: datetime) -> list[Row]:
    """
    Return what a report finds, newest first, and why each row is found.

    Raises:
        ReportParameterWrong: A parameter is missing, is not of this report, or is out of range. (INVALID_ARGUMENT)
        IntervalReversed: to_time lies before from_time. (INVALID_ARGUMENT)
        IntervalTooLong: More than 92 days without client or actor. (INVALID_ARGUMENT)
        Missing: There is no such record to explain. (NOT_FOUND)
    """
    call.resource_id = question.name
    asked = settle(question, now=now)
    if not asked.client_id and asked.seq is None:
        await call.authorize()
    rows = await reports.run(call, asked)
    if asked.seq is not None:
        if not rows:
            raise errors.Missing("There is no such record.", seq=str(asked.seq))
        await call.authorize(client_ids=[each.client_id for each in rows if each.client_id])
    zone = ZoneInfo(asked.time_zone or "UTC")
    return [
        replace(row, finding=finding(asked.name, row, time_zone=asked.time_zone, local=row.occur_time.astimezone(zone)))
        for row in rows
    ]


def settle(question: ReportQuestion, *, now: datetime) -> ReportQuestion:
    """Check a question and fill in what was not told."""
    report = BY_NAME[question.name]
    told = {name for name in TOLD if getattr(question, name)} | ({"seq"} if question.seq is not None else set())
    for name in report.required:
        if name not in told:
            raise errors.ReportParameterWrong("The report needs this parameter.", field=name, report=report.name)
    for name in sorted(told.difference(report.required, report.optional)):
        raise errors.ReportParameterWrong("The report does not take this parameter.", field=name, report=report.name)
    if question.day:
        question = _of_day(question)
    for name, (least, most) in RANGES.items():
        if name in told and not least <= getattr(question, name) <= most:
            raise errors.ReportParameterWrong("The number is out of range.", field=name, limit=f"{least}-{most}")
    check_clock(question.time_zone, question.opens, question.closes)
    return replace(
        _bounded(question, now),
        opens=question.opens or OPENS,
        closes=question.closes or CLOSES,
        threshold=question.threshold or DEFAULTS["threshold"],
        within_min=question.within_min or DEFAULTS["within_min"],
        near_days=question.near_days or DEFAULTS["near_days"],
    )


def _of_day(question: ReportQuestion) -> ReportQuestion:
    """Return the question with the interval of its local day."""
    if question.from_time or question.to_time:
        raise errors.ReportParameterWrong("Name a day or an interval, not both.", field="day")
    if not question.time_zone:
        raise errors.ReportParameterWrong("A day needs its time zone.", field="time_zone")
    zone = _zone(question.time_zone)
    try:
        day = date.fromisoformat(question.day)
        start, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    except (ValueError, OverflowError):
        raise errors.ReportParameterWrong("A day is written YYYY-MM-DD.", field="day") from None
    return replace(question, from_time=start, to_time=end)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise errors.ReportParameterWrong("There is no such time zone.", field="time_zone") from None


def check_clock(time_zone: str, opens: str, closes: str) -> None:
    """Let a practice's hours pass, or not. Raises ReportParameterWrong."""
    if time_zone:
        _zone(time_zone)
    times = {"opens": opens or OPENS, "closes": closes or CLOSES}
    for field, text in times.items():
        try:
            is_right = f"{time.fromisoformat(text):%H:%M}" == text
        except ValueError:
            is_right = False
        if not is_right:
            raise errors.ReportParameterWrong("A time is written HH:MM.", field=field)
    if times["closes"] <= times["opens"]:
        raise errors.ReportParameterWrong("The practice closes later than it opens.", field="closes")


def _bounded(question: ReportQuestion, now: datetime) -> ReportQuestion:
    """Return the question with an interval that can be read through."""
    start, end = question.from_time, question.to_time
    if start and end and end < start:
        raise errors.IntervalReversed("The interval ends before it begins.", field="to_time")
    if question.name == CLIENT_ACCESSES:
        earliest = now - timedelta(days=ACCESS_DAYS)
        return replace(question, from_time=max(start, earliest) if start else earliest)
    if question.client_id or question.actor_id or question.seq is not None:
        return question
    most = timedelta(days=MAX_DAYS)
    if start is None:
        start = (end or now) - timedelta(days=DEFAULT_DAYS)
    end = end or start + most
    if end - start > most:
        raise errors.IntervalTooLong("Name a client or an actor, or a shorter interval.", limit_days=str(MAX_DAYS))
    return replace(question, from_time=start, to_time=end)
