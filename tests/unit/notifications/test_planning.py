"""What each step of an appointment asks to be said, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.appointment import (
    Appointment,
    Person,
    Planning,
    Report,
    State,
    Step,
    Wish,
    objection,
    take,
)
from services.notifications.domain.channel import THE_CLIENT, Channel, MessageClass
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.offset import Offset
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Conditions, Modality, Trigger, Workflow
from services.notifications.domain.workflow import Step as Said

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
START = datetime(2026, 3, 3, 23, tzinfo=UTC)
LATER = START + timedelta(days=2)
A_DAY_AHEAD = Workflow(
    tuple(step for step in DEFAULT_WORKFLOW.steps if step.trigger is not Trigger.BEFORE_SESSION or step.name == "24h")
)


def report(step: Step, version: int, start_time: datetime = START) -> Report:
    """An event of the one appointment of this page."""
    return Report(step, "appointment-1", "client-1", version, start_time)


def lived(*reports: Report, at: datetime = NOW) -> tuple[Appointment, list[Wish]]:
    """Take in the reports one by one."""
    appointment: Appointment | None = None
    wishes: list[Wish] = []
    for each in reports:
        appointment, asked = take(appointment, each, Planning(at, A_DAY_AHEAD))
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


def test_each_step_of_the_default_workflow_is_planned_and_the_last_only_for_who_has_not_answered() -> None:
    """Acceptance check 3: ten days ahead, a confirmation and three reminders; who confirms is not asked again."""
    booked = report(Step.BOOKED, 1, NOW + timedelta(days=10))
    appointment, wishes = take(None, booked, Planning(NOW))
    confirmed, _ = take(appointment, report(Step.CONFIRMED, 2, booked.start_time), Planning(NOW))

    assert [(wish.kind, wish.step.name, wish.reason) for wish in wishes] == [
        (Kind.CONFIRMATION, "booked", None),
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
    _, wishes = take(None, report(Step.BOOKED, 1, NOW + timedelta(minutes=90)), Planning(NOW))

    assert [wish.reason for wish in wishes] == [None, *[Reason.STEP_PASSED] * 3]


def test_a_reminder_is_overtaken_by_the_next_one() -> None:
    """After an outage of days one reminder goes out, not all that were missed."""
    appointment, wishes = take(None, report(Step.BOOKED, 1), Planning(NOW))

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


GUARDED = Person("America/New_York", ("guardian-1",))


def said(name: str, trigger: Trigger, conditions: Conditions = Conditions(), *, guardians: bool = False) -> Workflow:  # noqa: B008
    """A workflow of one step."""
    step = Said(name, trigger, (Channel.EMAIL,), Offset(24), MessageClass.ROUTINE, "", conditions)
    return Workflow((replace(step, to_guardians=guardians),))


@pytest.mark.parametrize(
    ("conditions", "person", "modality", "reason"),
    [
        (Conditions(is_first_visit=True), Person(earlier_visits=1), None, Reason.NOT_FIRST_VISIT),
        (Conditions(is_first_visit=True), Person(), None, None),
        (Conditions(is_first_visit=False), Person(), None, Reason.FIRST_VISIT),
        (Conditions(modalities=frozenset({Modality.VIDEO})), Person(), Modality.PHONE, Reason.OTHER_MODALITY),
        (Conditions(modalities=frozenset({Modality.VIDEO})), Person(), Modality.VIDEO, None),
        (Conditions(is_high_risk=True), Person(), None, Reason.LOW_RISK),
        (Conditions(is_high_risk=True), Person(earlier_misses=2), None, None),
        (Conditions(is_high_risk=False), Person(earlier_misses=2), None, Reason.HIGH_RISK),
    ],
)
def test_a_condition_that_does_not_hold_is_a_row_with_its_reason(
    conditions: Conditions, person: Person, modality: Modality | None, reason: Reason | None
) -> None:
    """First visit, modality, risk: what is not said can be seen not to be."""
    planning = Planning(NOW, said("once", Trigger.BEFORE_SESSION, conditions), {"client-1": person})

    _, [wish] = take(None, replace(report(Step.BOOKED, 1), modality=modality), planning)

    assert wish.reason is reason


def test_confirmed_or_not_is_looked_at_when_it_is_sent() -> None:
    """A step for who has confirmed is planned for everybody, and kept back from who had not."""
    planning = Planning(NOW, said("once", Trigger.BEFORE_SESSION, Conditions(is_confirmed=True)))
    appointment, [wish] = take(None, report(Step.BOOKED, 1), planning)
    message = Message(
        "message-1", "client-1", "appointment-1", 1, Kind.REMINDER, START, wish.due_time, only_confirmed=True
    )

    assert objection(message, appointment, at=NOW) is None
    assert objection(message, appointment, at=wish.due_time) is Reason.NOT_CONFIRMED
    confirmed, _ = take(appointment, report(Step.CONFIRMED, 2), planning)
    assert objection(message, confirmed, at=wish.due_time) is None


def test_each_client_of_a_session_and_each_guardian_hears_for_themselves() -> None:
    """Three messages, none of which names another; of what is confidential a guardian does not hear."""
    booked = replace(report(Step.BOOKED, 1), extra_client_ids=("client-2",))
    planning = Planning(NOW, said("once", Trigger.BOOKED, guardians=True), {"client-1": GUARDED})

    _, wishes = take(None, booked, planning)
    _, secret = take(None, replace(booked, is_confidential=True), planning)

    assert [(wish.client_id, wish.recipient_id) for wish in wishes] == [
        ("client-1", THE_CLIENT),
        ("client-1", "guardian-1"),
        ("client-2", THE_CLIENT),
    ]
    assert [wish.reason for wish in secret] == [None, Reason.CONFIDENTIAL, None]


def test_a_miss_is_followed_up_an_hour_later_unless_it_was_a_mis_click() -> None:
    """The outreach waits for the undo; after a second miss of the same hour it is said all the same."""
    late = START + timedelta(minutes=20)
    appointment, wishes = lived(report(Step.BOOKED, 1), report(Step.MISSED, 2), at=late)
    outreach = wishes[-1]
    message = Message(
        "message-1", "client-1", "appointment-1", 2, Kind.NO_SHOW, START, outreach.due_time, end_time=outreach.end_time
    )

    assert (outreach.kind, outreach.due_time, outreach.reason) == (Kind.NO_SHOW, late + timedelta(hours=1), None)
    assert objection(message, appointment, at=outreach.due_time) is None
    undone, _ = take(appointment, report(Step.RESTORED, 3), Planning(late))
    assert objection(message, undone, at=outreach.due_time) is Reason.CHANGE_UNDONE
    _, again = take(undone, report(Step.MISSED, 4), Planning(late))
    assert [(wish.version, wish.reason) for wish in again] == [(4, None)]


def test_what_follows_a_session_is_said_to_who_came() -> None:
    """Planned when it is booked, for after its end; who did not come does not hear it."""
    planning = Planning(NOW, said("after", Trigger.AFTER_SESSION))
    booked = replace(report(Step.BOOKED, 1), end_time=START + timedelta(minutes=50))
    appointment, [wish] = take(None, booked, planning)
    message = Message(
        "message-1", "client-1", "appointment-1", 1, Kind.AFTER_SESSION, START, wish.due_time, end_time=wish.end_time
    )

    assert wish.due_time == START + timedelta(hours=24, minutes=50)
    assert objection(message, appointment, at=START) is None
    assert objection(message, appointment, at=wish.due_time) is Reason.NOT_ATTENDED
    came, _ = take(appointment, report(Step.ATTENDED, 2), planning)
    assert objection(message, came, at=wish.due_time) is None


def test_a_confirmation_that_did_not_come_in_time_is_asked_for() -> None:
    """Booking says so once; who confirms before it is sent is not asked."""
    appointment, wishes = lived(report(Step.BOOKED, 1), report(Step.OVERDUE, 2))
    asked = wishes[-1]
    message = Message("message-1", "client-1", "appointment-1", 2, Kind.UNCONFIRMED, START, asked.due_time)

    assert (asked.kind, asked.reason, appointment.state) == (Kind.UNCONFIRMED, None, State.BOOKED)
    assert objection(message, appointment, at=NOW) is None
    confirmed, _ = take(appointment, report(Step.CONFIRMED, 3), Planning(NOW))
    assert objection(message, confirmed, at=NOW) is Reason.ALREADY_CONFIRMED
