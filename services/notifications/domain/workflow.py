"""What a practice says, when, by which channels, under which conditions: versioned steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.notifications.domain import errors
from services.notifications.domain.channel import About, Channel, MessageClass
from services.notifications.domain.message import Kind
from services.notifications.domain.offset import Offset, Unit

EVERY_TYPE = "00000000-0000-0000-0000-000000000000"
"""Stands as session_type_id for the workflow of every type that has none of its own."""

MOST_STEPS = 40
LONGEST_OFFSET_H = 24 * 366
LONGEST_NAME = 32


class Trigger(StrEnum):
    """What sets a step off."""

    BOOKED = "BOOKED"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    BEFORE_SESSION = "BEFORE_SESSION"
    AFTER_SESSION = "AFTER_SESSION"
    UNCONFIRMED = "UNCONFIRMED"
    """Booking says that the confirmation did not come in time."""

    NO_SHOW = "NO_SHOW"
    OFFER_MADE = "OFFER_MADE"
    OFFER_TAKEN = "OFFER_TAKEN"
    OFFER_WITHDRAWN = "OFFER_WITHDRAWN"
    FOLLOW_UP_DUE = "FOLLOW_UP_DUE"
    FORM_DUE = "FORM_DUE"
    MEDICATION = "MEDICATION"
    CHECK_IN = "CHECK_IN"
    MESSAGE_WAITING = "MESSAGE_WAITING"
    PROPOSAL_MADE = "PROPOSAL_MADE"
    """Matching proposed therapists."""

    ABSENCE_OFFERED = "ABSENCE_OFFERED"
    """Other times are offered while a therapist is away."""


KIND_OF: Mapping[Trigger, Kind] = {
    Trigger.BOOKED: Kind.CONFIRMATION,
    Trigger.MOVED: Kind.MOVED,
    Trigger.CANCELLED: Kind.CANCELLED,
    Trigger.BEFORE_SESSION: Kind.REMINDER,
    Trigger.AFTER_SESSION: Kind.AFTER_SESSION,
    Trigger.UNCONFIRMED: Kind.UNCONFIRMED,
    Trigger.NO_SHOW: Kind.NO_SHOW,
    Trigger.OFFER_MADE: Kind.OFFER,
    Trigger.OFFER_TAKEN: Kind.OFFER_TAKEN,
    Trigger.OFFER_WITHDRAWN: Kind.OFFER_WITHDRAWN,
    Trigger.FOLLOW_UP_DUE: Kind.FOLLOW_UP,
    Trigger.FORM_DUE: Kind.FORM,
    Trigger.MEDICATION: Kind.MEDICATION,
    Trigger.CHECK_IN: Kind.CHECK_IN,
    Trigger.MESSAGE_WAITING: Kind.MESSAGE_WAITING,
    Trigger.PROPOSAL_MADE: Kind.PROPOSAL,
    Trigger.ABSENCE_OFFERED: Kind.ABSENCE_OFFER,
}

ABOUT_OF: Mapping[Trigger, About] = {
    Trigger.OFFER_MADE: About.OFFER,
    Trigger.OFFER_TAKEN: About.OFFER,
    Trigger.OFFER_WITHDRAWN: About.OFFER,
    Trigger.FOLLOW_UP_DUE: About.FOLLOW_UP,
    Trigger.FORM_DUE: About.FORM,
    Trigger.MEDICATION: About.NUDGE,
    Trigger.CHECK_IN: About.NUDGE,
    Trigger.MESSAGE_WAITING: About.THREAD,
    Trigger.PROPOSAL_MADE: About.MATCH,
    Trigger.ABSENCE_OFFERED: About.ABSENCE,
}
"""The rest is about an appointment."""


class Modality(StrEnum):
    """How a session takes place."""

    IN_PERSON = "IN_PERSON"
    VIDEO = "VIDEO"
    PHONE = "PHONE"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which a step is said; a condition that is not set always holds. Only appointments are looked at."""

    is_first_visit: bool | None = None
    modalities: frozenset[Modality] = frozenset()
    """Empty means any."""

    is_high_risk: bool | None = None
    """Whether the client is likely to miss it, by `domain/risk.py`."""

    is_confirmed: bool | None = None
    """Looked at again at the moment of sending."""

    @property
    def need_history(self) -> bool:
        """Tell whether earlier appointments of the client count."""
        return self.is_first_visit is not None or self.is_high_risk is not None


ALWAYS = Conditions()
AT_ONCE = Offset()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing said at one point."""

    name: str
    """Unique in the workflow; part of the message's name, so that it is said once."""

    trigger: Trigger
    channels: tuple[Channel, ...]
    """Tried in this order until one may carry it."""

    offset: Offset = AT_ONCE
    """How long before the start, or after the end, or after what set it off."""

    message_class: MessageClass = MessageClass.TRANSACTIONAL
    template_key: str = ""
    """Empty means the template of what it says."""

    conditions: Conditions = ALWAYS
    to_client: bool = True
    to_guardians: bool = False
    """Whoever acts for the client hears of it too, in a message of their own; never of what is confidential."""

    @property
    def kind(self) -> Kind:
        """What it says."""
        return KIND_OF[self.trigger]


@dataclass(frozen=True, slots=True)
class Workflow:
    """All steps of one session type, in one version."""

    steps: tuple[Step, ...]
    version: int = 0
    """0 is the built-in one."""

    session_type_id: str = EVERY_TYPE
    by_trigger: Mapping[Trigger, Sequence[Step]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Sort the steps by what sets them off."""
        found: dict[Trigger, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.trigger, []).append(step)
        object.__setattr__(self, "by_trigger", found)

    def of(self, trigger: Trigger) -> Sequence[Step]:
        """Return the steps that something sets off."""
        return self.by_trigger.get(trigger, ())

    @property
    def need_history(self) -> bool:
        """Tell whether any step asks for earlier appointments of the client."""
        return any(step.conditions.need_history for step in self.steps)


def check(steps: Sequence[Step]) -> None:
    """
    Refuse steps that can't be meant.

    Raises:
        WorkflowMalformed: Too many steps, a name that is missing, too long or twice, no channel or one twice, nobody to
            tell, an offset that is negative or too long, a condition that its trigger can't know. (INVALID_ARGUMENT)
    """
    if not 1 <= len(steps) <= MOST_STEPS:
        raise errors.WorkflowMalformed("A workflow has 1 to 40 steps.", field="steps")
    names = [step.name for step in steps]
    for position, step in enumerate(steps):
        where = f"steps[{position}]"
        is_plain = step.name.isascii() and step.name.replace("-", "").replace("_", "").isalnum()
        if not 1 <= len(step.name) <= LONGEST_NAME or not is_plain or names.count(step.name) > 1:
            raise errors.WorkflowMalformed("A step has a short name of its own.", field=f"{where}.name")
        if not step.channels or len(set(step.channels)) < len(step.channels):
            raise errors.WorkflowMalformed("A step has channels, each once.", field=f"{where}.channels")
        if not step.to_client and not step.to_guardians:
            raise errors.WorkflowMalformed("A step is said to somebody.", field=f"{where}.to_client")
        hours = step.offset.amount * (24 if step.offset.unit is Unit.DAYS else 1)
        if not 0 <= hours <= LONGEST_OFFSET_H or (step.trigger is Trigger.BEFORE_SESSION and hours == 0):
            raise errors.WorkflowMalformed(
                "An offset is 0 to 366 days, before a session at least 1 hour.", field=f"{where}.offset"
            )
        if step.trigger in ABOUT_OF and step.conditions != ALWAYS:
            raise errors.WorkflowMalformed("Only appointments know conditions.", field=f"{where}.conditions")
        if step.message_class is MessageClass.CRISIS:
            raise errors.WorkflowMalformed("Pages to staff are no workflow.", field=f"{where}.urgency")


MAIL = (Channel.EMAIL, Channel.SMS)
TEXT = (Channel.SMS, Channel.EMAIL)
ROUTINE = MessageClass.ROUTINE

DEFAULT_WORKFLOW = Workflow(
    (
        Step("booked", Trigger.BOOKED, MAIL),
        Step("moved", Trigger.MOVED, MAIL),
        Step("cancelled", Trigger.CANCELLED, MAIL),
        Step("3d", Trigger.BEFORE_SESSION, (Channel.EMAIL,), Offset(3, Unit.DAYS), ROUTINE),
        Step("24h", Trigger.BEFORE_SESSION, TEXT, Offset(24), ROUTINE),
        Step("2h", Trigger.BEFORE_SESSION, TEXT, Offset(2), ROUTINE, conditions=Conditions(is_confirmed=False)),
        Step("overdue", Trigger.UNCONFIRMED, TEXT, AT_ONCE, ROUTINE),
        Step("missed", Trigger.NO_SHOW, MAIL, Offset(1), ROUTINE),
        Step("offer", Trigger.OFFER_MADE, TEXT),
        Step("taken", Trigger.OFFER_TAKEN, TEXT),
        Step("withdrawn", Trigger.OFFER_WITHDRAWN, TEXT),
        Step("recall", Trigger.FOLLOW_UP_DUE, MAIL, AT_ONCE, ROUTINE),
        Step("form", Trigger.FORM_DUE, MAIL, AT_ONCE, ROUTINE),
        Step("medication", Trigger.MEDICATION, TEXT, AT_ONCE, ROUTINE),
        Step("check-in", Trigger.CHECK_IN, MAIL, AT_ONCE, ROUTINE),
        Step("message", Trigger.MESSAGE_WAITING, MAIL, AT_ONCE, ROUTINE),
        Step("absence", Trigger.ABSENCE_OFFERED, TEXT),
        Step("proposal", Trigger.PROPOSAL_MADE, MAIL),
    )
)
"""
What is said where a practice has set nothing: a confirmation; three days ahead by mail; 24 hours ahead by text;
two hours ahead to who has not answered.

Source: two reminders kept more appointments than either alone (AJMC 2018;24(8):377); issue 5, workflows.
Held by tests/unit/notifications/test_workflow.py.
"""
