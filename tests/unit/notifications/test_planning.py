"""What each step of an appointment asks to be said, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.appointment import Appointment, Report, State, Step, Wish, objection, take
from services.notifications.domain.cadence import Step as Reminder
from services.notifications.domain.cadence import Unit
from services.notifications.domain.message import Kind, Message, Reason

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
START = datetime(2026, 3, 3, 23, tzinfo=UTC)
LATER = START + timedelta(days=2)
A_DAY_AHEAD = (Reminder("24h", 24, Unit.HOURS),)


def report(step: Step, version: int, start_time: datetime = START) -> Report:
    """An event of the one appointment of this page."""
    return Report(step, "appointment-1", "client-1", version, start_time)


def lived(*reports: Report, at: datetime = NOW) -> tuple[Appointment, list[Wish]]:
    """Take in the reports one by one."""
    appointment: Appointment | None = None
    wishes: list[Wish] = []
    for each in reports:
        appointment, asked = take(appointment, each, at=at, cadence=A_DAY_AHEAD)
        wishes += asked
    assert appointment is not None
    return appointment, wishes


def named(wishes: list[Wish]) -> list[tuple[Kind, int, Reason | None]]:
    """What is wished, short enough to compare."""
    return [(wish.kind, wish.version, wish.reason) for wish in wishes]


def test_a_booking_is_confirmed_at_once_and_reminded_of_a_day_ahead() -> None:
    """Booked: a confirmation now and a reminder 24 hours before the start."""
    appointment, wishes = lived(report(Step.BOOKED, 1))

    assert [(Kind.CONFIRMATION, NOW), (Kind.REMINDER, START - timedelta(hours=24))] == [
        (wish.kind, wish.due_time) for wish in wishes
    ]
    assert [wish.reason for wish in wishes] == [None, None]
    assert (appointment.state, appointment.placed_version) == (State.BOOKED, 1)


@pytest.mark.parametrize(
    ("wall", "zone", "due"),
    [
        (datetime(2026, 3, 8, 9), "America/New_York", datetime(2026, 3, 7, 13, tzinfo=UTC)),
        (datetime(2026, 11, 1, 9), "America/New_York", datetime(2026, 10, 31, 14, tzinfo=UTC)),
        (datetime(2026, 3, 29, 9), "Europe/Madrid", datetime(2026, 3, 28, 7, tzinfo=UTC)),
        (datetime(2026, 10, 4, 9), "Australia/Lord_Howe", datetime(2026, 10, 2, 22, tzinfo=UTC)),
    ],
)
def test_a_day_ahead_is_24_elapsed_hours_when_the_clocks_change(wall: datetime, zone: str, due: datetime) -> None:
    """The reminder is due 24 elapsed hours before, an hour off on the wall when clocks change between."""
    start_time = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    _, wishes = lived(report(Step.BOOKED, 1, start_time))

    assert due == wishes[1].due_time


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        (timedelta(hours=25), None),
        (timedelta(hours=25) - timedelta(microseconds=1), Reason.CLOSE_TO_NOTICE),
        (timedelta(hours=24, microseconds=1), Reason.CLOSE_TO_NOTICE),
        (timedelta(hours=24), Reason.STEP_PASSED),
        (timedelta(minutes=90), Reason.STEP_PASSED),
    ],
)
def test_a_reminder_less_than_an_hour_after_the_notice_is_left_out(ahead: timedelta, reason: Reason | None) -> None:
    """Booked less than 25 hours ahead, the confirmation is reminder enough; the row says so."""
    _, wishes = lived(report(Step.BOOKED, 1, NOW + ahead))

    assert [(Kind.CONFIRMATION, 1, None), (Kind.REMINDER, 1, reason)] == named(wishes)


def test_a_session_that_has_started_is_not_announced() -> None:
    """A booking heard of after its start asks for nothing any more."""
    _, wishes = lived(report(Step.BOOKED, 1, NOW))

    assert {Reason.TOO_LATE} == {wish.reason for wish in wishes}


def test_a_move_is_told_and_reminded_of_anew() -> None:
    """Rescheduled: a notice now and a reminder 24 hours before the new start."""
    appointment, wishes = lived(report(Step.BOOKED, 1), report(Step.RESCHEDULED, 2, LATER))

    assert named(wishes[2:]) == [(Kind.MOVED, 2, None), (Kind.REMINDER, 2, None)]
    assert LATER - timedelta(hours=24) == wishes[3].due_time
    assert (appointment.placed_version, appointment.start_time) == (2, LATER)


def test_a_booking_heard_of_after_its_move_is_not_confirmed() -> None:
    """Moved before booked: only the new time is told."""
    appointment, wishes = lived(report(Step.RESCHEDULED, 2, LATER), report(Step.BOOKED, 1))

    assert named(wishes) == [
        (Kind.MOVED, 2, None),
        (Kind.REMINDER, 2, None),
        (Kind.CONFIRMATION, 1, Reason.APPOINTMENT_MOVED),
        (Kind.REMINDER, 1, Reason.APPOINTMENT_MOVED),
    ]
    assert (appointment.version, appointment.start_time) == (2, LATER)


def test_a_booking_heard_of_after_its_confirmation_still_plans_the_reminder() -> None:
    """Confirmed before booked: an overtaken event loses no reminder."""
    appointment, wishes = lived(report(Step.CONFIRMED, 2), report(Step.BOOKED, 1))

    assert named(wishes) == [(Kind.CONFIRMATION, 1, None), (Kind.REMINDER, 1, None)]
    assert (appointment.state, appointment.version, appointment.placed_version) == (State.CONFIRMED, 2, 1)


def test_a_booking_heard_of_after_its_cancellation_plans_nothing() -> None:
    """Cancelled before booked: only the cancellation is told."""
    appointment, wishes = lived(report(Step.CANCELLED, 2), report(Step.BOOKED, 1))

    assert named(wishes) == [
        (Kind.CANCELLED, 2, None),
        (Kind.CONFIRMATION, 1, Reason.APPOINTMENT_CANCELLED),
        (Kind.REMINDER, 1, Reason.APPOINTMENT_CANCELLED),
    ]
    assert State.CANCELLED is appointment.state


def test_a_confirmed_appointment_that_moves_back_is_told_by_its_newest_move_only() -> None:
    """There and back again: the start is the old one, but the old version's messages stay out."""
    appointment, wishes = lived(report(Step.BOOKED, 1), report(Step.RESCHEDULED, 3), report(Step.RESCHEDULED, 2, LATER))

    assert named(wishes[4:]) == [
        (Kind.MOVED, 2, Reason.APPOINTMENT_MOVED),
        (Kind.REMINDER, 2, Reason.APPOINTMENT_MOVED),
    ]
    assert (appointment.placed_version, appointment.start_time) == (3, START)


def test_a_message_of_an_older_version_stays_out_even_if_the_start_is_the_same_again() -> None:
    """Moved away and back before it was due: the newest move's reminder goes out, not both."""
    appointment, _ = lived(report(Step.BOOKED, 1), report(Step.RESCHEDULED, 3))
    old, new = (
        Message("message-1", "client-1", "appointment-1", version, Kind.REMINDER, START, NOW) for version in (1, 3)
    )

    assert objection(old, appointment, at=NOW) is Reason.APPOINTMENT_MOVED
    assert objection(new, appointment, at=NOW) is None


def test_each_step_of_the_default_cadence_is_planned_and_the_last_only_for_who_has_not_answered() -> None:
    """Acceptance check 3: ten days ahead, a confirmation and three reminders; who confirms is not asked again."""
    booked = report(Step.BOOKED, 1, NOW + timedelta(days=10))
    appointment, wishes = take(None, booked, at=NOW)
    confirmed, _ = take(appointment, report(Step.CONFIRMED, 2, booked.start_time), at=NOW)

    assert [(wish.kind, wish.step, wish.reason) for wish in wishes] == [
        (Kind.CONFIRMATION, "", None),
        (Kind.REMINDER, "3d", None),
        (Kind.REMINDER, "24h", None),
        (Kind.REMINDER, "2h", None),
    ]
    two_hours = Message(
        "message-1", "client-1", "appointment-1", 1, Kind.REMINDER, booked.start_time, NOW, only_unconfirmed=True
    )
    assert objection(two_hours, appointment, at=NOW) is None
    assert objection(two_hours, confirmed, at=NOW) is Reason.ALREADY_CONFIRMED


def test_a_step_that_has_passed_is_a_row_with_its_reason_and_is_never_sent_late() -> None:
    """Acceptance check 6: booked 90 minutes ahead, every reminder is skipped and says why."""
    _, wishes = take(None, report(Step.BOOKED, 1, NOW + timedelta(minutes=90)), at=NOW)

    assert [wish.reason for wish in wishes] == [None, *[Reason.STEP_PASSED] * 3]


def test_a_reminder_is_overtaken_by_the_next_one() -> None:
    """After an outage of days one reminder goes out, not all that were missed."""
    appointment, wishes = take(None, report(Step.BOOKED, 1), at=NOW)

    assert [wish.overtake_time for wish in wishes[1:]] == [wishes[2].due_time, wishes[3].due_time, None]
    missed = Message(
        "message-1", "client-1", "appointment-1", 1, Kind.REMINDER, START, NOW, overtake_time=wishes[2].due_time
    )
    assert objection(missed, appointment, at=wishes[2].due_time - timedelta(microseconds=1)) is None
    assert objection(missed, appointment, at=wishes[2].due_time) is Reason.OVERTAKEN


def test_an_arrival_asks_for_no_message() -> None:
    """Who is here needs no mail."""
    appointment, wishes = lived(report(Step.BOOKED, 1), report(Step.ATTENDED, 2))

    assert State.ATTENDED is appointment.state
    assert len(wishes) == 2
