"""What a workflow may be, and what is said where a practice has set none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.adapters.workflows import read_steps, write_steps
from services.notifications.domain import errors, risk
from services.notifications.domain.channel import Channel, MessageClass
from services.notifications.domain.offset import Offset, Unit
from services.notifications.domain.workflow import (
    DEFAULT_WORKFLOW,
    KIND_OF,
    MOST_STEPS,
    Conditions,
    Modality,
    Step,
    Trigger,
    check,
)

STEP = Step("1d", Trigger.BEFORE_SESSION, (Channel.SMS,), Offset(1, Unit.DAYS))


def test_the_default_workflow_is_the_evidences() -> None:
    """Three days ahead by mail, 24 hours ahead by text, two hours ahead for who has not answered."""
    reminders = DEFAULT_WORKFLOW.of(Trigger.BEFORE_SESSION)

    assert [(step.offset, step.channels[0], step.conditions.is_confirmed) for step in reminders] == [
        (Offset(3, Unit.DAYS), Channel.EMAIL, None),
        (Offset(24), Channel.SMS, None),
        (Offset(2), Channel.SMS, False),
    ]
    assert DEFAULT_WORKFLOW.version == 0
    check(DEFAULT_WORKFLOW.steps)


def test_every_trigger_says_something_of_its_own() -> None:
    """No trigger is without words, none shares them."""
    assert set(KIND_OF) == set(Trigger)
    assert len(set(KIND_OF.values())) == len(KIND_OF)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (STEP,) * (MOST_STEPS + 1),
        (STEP, STEP),
        (replace(STEP, name=""),),
        (replace(STEP, name="a b"),),
        (replace(STEP, name="x" * 33),),
        (replace(STEP, channels=()),),
        (replace(STEP, channels=(Channel.SMS, Channel.SMS)),),
        (replace(STEP, to_client=False),),
        (replace(STEP, offset=Offset(-1)),),
        (replace(STEP, offset=Offset(367, Unit.DAYS)),),
        (replace(STEP, offset=Offset(0)),),
        (replace(STEP, trigger=Trigger.OFFER_MADE, conditions=Conditions(is_first_visit=True)),),
        (replace(STEP, message_class=MessageClass.CRISIS),),
    ],
)
def test_steps_that_can_not_be_meant_are_refused(steps: tuple[Step, ...]) -> None:
    """With the field that is wrong."""
    with pytest.raises(errors.WorkflowMalformed) as refused:
        check(steps)

    assert "steps" in refused.value.metadata["field"]


def test_steps_are_read_as_they_were_stored() -> None:
    """Every field of them."""
    conditions = Conditions(True, frozenset({Modality.VIDEO, Modality.PHONE}), False, True)
    odd = Step(
        "odd", Trigger.AFTER_SESSION, (Channel.INBOX,), Offset(5), MessageClass.ROUTINE, "reminder.odd", conditions,
        to_client=False, to_guardians=True,
    )  # fmt: skip

    steps = (*DEFAULT_WORKFLOW.steps, odd)

    assert read_steps(write_steps(steps)) == steps


@pytest.mark.parametrize(
    ("lead", "misses", "is_high"),
    [
        (timedelta(hours=2), 0, False),
        (timedelta(days=20), 0, False),
        (timedelta(days=8), 1, True),
        (timedelta(days=2), 1, False),
        (timedelta(hours=2), 2, True),
    ],
)
def test_who_missed_before_and_waits_long_is_likely_to_miss(lead: timedelta, misses: int, is_high: bool) -> None:
    """Points by lead time and earlier misses."""
    assert risk.is_high(lead=lead, misses=misses) is is_high
