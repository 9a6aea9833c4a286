"""Reads and writes workflows, templates and settings of messages on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TypeVar

from kept.notifications.v1 import notifications_pb2, workflow_pb2, workflow_service_pb2

from services.notifications.adapters.proto import instant, time_zone, timestamp, uuid
from services.notifications.adapters.templates import Words
from services.notifications.domain import errors
from services.notifications.domain.appointment import Report
from services.notifications.domain.appointment import Step as LifeStep
from services.notifications.domain.caps import DEFAULT_CAPS, Caps
from services.notifications.domain.channel import THE_CLIENT, Channel, MessageClass
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind, Reason
from services.notifications.domain.offset import Offset, Unit
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours
from services.notifications.domain.segments import is_gsm, segments
from services.notifications.domain.settings import Settings
from services.notifications.domain.template import Text, kind_of
from services.notifications.domain.workflow import EVERY_TYPE, Conditions, Modality, Step, Trigger, Workflow, check
from services.notifications.usecases.gate_ahead import Outlook

StepWire = workflow_pb2.WorkflowStep
Member = TypeVar("Member", Trigger, MessageClass, Channel, Unit)

DEMANDS: Mapping[StepWire.Demand.ValueType, bool | None] = {
    StepWire.DEMAND_UNSPECIFIED: None,
    StepWire.DEMAND_YES: True,
    StepWire.DEMAND_NO: False,
}
DEMANDED = {demand: wire for wire, demand in DEMANDS.items()}

MADE_UP = "00000000-0000-0000-0000-00000000000a"
"""Stands for the appointment, the client and the guardian of a preview."""


def session_type(wire: str) -> str:
    """Read which session type is meant; empty means the practice's own workflow."""
    return uuid(wire, field="session_type_id") if wire else EVERY_TYPE


def steps(wire: Sequence[workflow_pb2.WorkflowStep]) -> tuple[Step, ...]:
    """Read steps. Raises WorkflowMalformed. (INVALID_ARGUMENT)"""
    read = tuple(_step(each, f"steps[{position}]") for position, each in enumerate(wire))
    check(read)
    return read


def workflow_resource(
    session_type_id: str, version: int, found: Sequence[Step], create_time: datetime | None = None
) -> workflow_pb2.Workflow:
    """Write a workflow."""
    return workflow_pb2.Workflow(
        session_type_id="" if session_type_id == EVERY_TYPE else session_type_id,
        version=version,
        steps=[_step_wire(step) for step in found],
        create_time=timestamp(create_time) if create_time else None,
    )


def in_force(workflow: Workflow) -> workflow_pb2.Workflow:
    """Write the workflow that counts, whosever it is."""
    return workflow_resource(workflow.session_type_id, workflow.version, workflow.steps)


def made_up_report(request: workflow_service_pb2.PreviewWorkflowRequest, practice_id: str) -> tuple[Report, datetime]:
    """Read a made-up appointment and when it would be booked. Raises Malformed, UnknownTimeZone. (INVALID_ARGUMENT)"""
    if not request.HasField("book_time") or not request.HasField("start_time"):
        raise errors.Malformed("A preview needs two times.", field="start_time")
    report = Report(
        step=LifeStep.BOOKED,
        appointment_id=MADE_UP,
        client_id=MADE_UP,
        version=1,
        start_time=instant(request.start_time),
        time_zone=time_zone(request.time_zone, field="time_zone"),
        practice_id=practice_id,
        end_time=None,
        modality=_modality(request.modality, "modality") if request.modality else None,
    )
    return report, instant(request.book_time)


def planned_words(
    step: Step,
    *,
    due_time: datetime,
    reason: Reason | None,
    recipient_id: str,
    rendered: Sequence[workflow_pb2.RenderedTemplate],
) -> workflow_pb2.PlannedWords:
    """Write one message of a preview."""
    return workflow_pb2.PlannedWords(
        step=step.name,
        kind=notifications_pb2.Message.Kind.Value(f"KIND_{step.kind}"),
        due_time=timestamp(due_time),
        reason=reason or "",
        is_for_guardian=recipient_id != THE_CLIENT,
        channels=[channel_wire(channel) for channel in step.channels],
        rendered=rendered,
    )


def template(
    wire: workflow_pb2.MessageTemplate, practice_id: str, *, version: int, field: str = "template"
) -> tuple[Text, Kind]:
    """Read a template and what it says. Raises TemplateUnknown, TemplateMalformed, LocaleUnknown."""
    kind = kind_named(wire.template_key)
    channel = channel_of(wire.channel, field=f"{field}.channel")
    if channel not in (Channel.EMAIL, Channel.SMS):
        raise errors.TemplateMalformed("Words are written for mail or for texts.", field=f"{field}.channel")
    has_subject = bool(wire.subject.strip())
    if wire.body.strip() and has_subject is not (channel is Channel.EMAIL):
        raise errors.TemplateMalformed("A mail has a subject, a text message has none.", field=f"{field}.subject")
    if "\n" in wire.subject.strip():
        raise errors.TemplateMalformed("A subject is one line.", field=f"{field}.subject")
    text = Text(
        practice_id, wire.template_key, locale(wire.locale, field=f"{field}.locale"), channel, version,
        wire.subject.strip(), wire.body.strip(),
    )  # fmt: skip
    return text, kind


def kind_named(template_key: str) -> Kind:
    """Return what a template says. Raises TemplateUnknown. (NOT_FOUND)"""
    kind = kind_of(template_key)
    if kind is None:
        raise errors.TemplateUnknown("The key names no kind of message.", field="template_key")
    return kind


def template_resource(text: Text) -> workflow_pb2.MessageTemplate:
    """Write a template."""
    return workflow_pb2.MessageTemplate(
        template_key=text.template_key,
        locale=text.locale.value,
        channel=channel_wire(text.channel),
        subject=text.subject,
        body=text.body,
        version=text.version,
    )


def rendered(words: Words, *, written: Locale, channel: Channel) -> workflow_pb2.RenderedTemplate:
    """Write a template as it would read, with what an editor should warn of."""
    is_text = channel is Channel.SMS
    count = segments(words.text) if is_text else 0
    warnings = ["MORE_THAN_ONE_SEGMENT"] if count > 1 else []
    if is_text and not is_gsm(words.text):
        warnings.append("NOT_GSM_7")
    return workflow_pb2.RenderedTemplate(
        locale=written.value,
        channel=channel_wire(channel),
        subject=words.subject,
        text=words.text,
        html=words.html,
        segments=count,
        warnings=warnings,
    )


def dry_run_lines(outlook: Outlook) -> list[workflow_pb2.DryRunLine]:
    """Write what a dry run counted, by step."""
    by_name = sorted(outlook.counts, key=lambda fate: (fate.step, fate.reason or "", fate.channel or ""))
    return [
        workflow_pb2.DryRunLine(
            step=fate.step,
            reason=fate.reason or "",
            count=outlook.counts[fate],
            waited_count=outlook.waits[fate],
            channel=channel_wire(fate.channel) if fate.channel else notifications_pb2.CHANNEL_UNSPECIFIED,
        )
        for fate in by_name
    ]


def settings(wire: workflow_pb2.MessageSettings) -> Settings:
    """Read settings, as the version after the one that was seen. Raises SettingsMalformed. (INVALID_ARGUMENT)"""
    return Settings(
        version=wire.version + 1,
        sender_label=wire.sender_label.strip(),
        phone=wire.phone.strip(),
        quiet=QuietHours(
            _clock(wire.quiet_from, "quiet_from") if wire.quiet_from else DEFAULT_QUIET.begin,
            _clock(wire.quiet_to, "quiet_to") if wire.quiet_to else DEFAULT_QUIET.end,
        ),
        forbidden_words=tuple(dict.fromkeys(word.strip() for word in wire.forbidden_words)),
        caps=Caps(
            wire.texts_a_day or DEFAULT_CAPS.texts_a_day,
            wire.texts_a_week or DEFAULT_CAPS.texts_a_week,
            wire.mails_a_day or DEFAULT_CAPS.mails_a_day,
            wire.mails_a_week or DEFAULT_CAPS.mails_a_week,
        ),
    )


def settings_resource(found: Settings) -> workflow_pb2.MessageSettings:
    """Write settings."""
    return workflow_pb2.MessageSettings(
        version=found.version,
        sender_label=found.sender_label,
        phone=found.phone,
        quiet_from=f"{found.quiet.begin:%H:%M}",
        quiet_to=f"{found.quiet.end:%H:%M}",
        forbidden_words=found.forbidden_words,
        texts_a_day=found.caps.texts_a_day,
        texts_a_week=found.caps.texts_a_week,
        mails_a_day=found.caps.mails_a_day,
        mails_a_week=found.caps.mails_a_week,
    )


def locale(wire: str, *, field: str) -> Locale:
    """Read a locale. Raises LocaleUnknown. (INVALID_ARGUMENT)"""
    if wire not in tuple(Locale):
        raise errors.LocaleUnknown("There are no templates in this locale.", field=field)
    return Locale(wire)


def channel_of(wire: int, *, field: str) -> Channel:
    """Read a channel. Raises Malformed. (INVALID_ARGUMENT)"""
    return _member(Channel, notifications_pb2.Channel, "CHANNEL_", wire, field)


def channel_wire(channel: Channel) -> notifications_pb2.Channel.ValueType:
    """Write a channel."""
    return notifications_pb2.Channel.Value(f"CHANNEL_{channel}")


def _step(wire: workflow_pb2.WorkflowStep, where: str) -> Step:
    unit = Unit.DAYS if wire.unit == StepWire.UNIT_DAYS else Unit.HOURS
    return Step(
        name=wire.name,
        trigger=_member(Trigger, StepWire.Trigger, "TRIGGER_", wire.trigger, f"{where}.trigger"),
        channels=tuple(channel_of(channel, field=f"{where}.channels") for channel in wire.channels),
        offset=Offset(wire.offset, unit),
        message_class=_member(
            MessageClass, notifications_pb2.Message.Urgency, "URGENCY_", wire.urgency, f"{where}.urgency"
        ),
        template_key=_template_key(wire, where),
        conditions=Conditions(
            is_first_visit=_demand(wire.first_visit, f"{where}.first_visit"),
            modalities=frozenset(_modality(each, f"{where}.modalities") for each in wire.modalities),
            is_high_risk=_demand(wire.high_risk, f"{where}.high_risk"),
            is_confirmed=_demand(wire.confirmed, f"{where}.confirmed"),
        ),
        to_client=not wire.skips_client,
        to_guardians=wire.to_guardians,
    )


def _step_wire(step: Step) -> workflow_pb2.WorkflowStep:
    conditions = step.conditions
    return StepWire(
        name=step.name,
        trigger=StepWire.Trigger.Value(f"TRIGGER_{step.trigger}"),
        channels=[channel_wire(channel) for channel in step.channels],
        offset=step.offset.amount,
        unit=StepWire.Unit.Value(f"UNIT_{step.offset.unit}"),
        urgency=notifications_pb2.Message.Urgency.Value(f"URGENCY_{step.message_class}"),
        template_key=step.template_key,
        first_visit=DEMANDED[conditions.is_first_visit],
        modalities=sorted(conditions.modalities),
        high_risk=DEMANDED[conditions.is_high_risk],
        confirmed=DEMANDED[conditions.is_confirmed],
        skips_client=not step.to_client,
        to_guardians=step.to_guardians,
    )


def _template_key(wire: workflow_pb2.WorkflowStep, where: str) -> str:
    if wire.template_key and kind_of(wire.template_key) is None:
        raise errors.WorkflowMalformed("The key names no kind of message.", field=f"{where}.template_key")
    return wire.template_key


def _demand(wire: StepWire.Demand.ValueType, field: str) -> bool | None:
    if wire not in DEMANDS:
        raise errors.WorkflowMalformed("Not a demand.", field=field)
    return DEMANDS[wire]


def _modality(wire: str, field: str) -> Modality:
    if wire not in tuple(Modality):
        raise errors.WorkflowMalformed("Not a modality.", field=field)
    return Modality(wire)


def _member(kind: type[Member], wire_kind: object, prefix: str, wire: int, field: str) -> Member:
    """Read a value of an enum whose names are those of the wire's without their prefix."""
    names = {number: name.removeprefix(prefix) for name, number in wire_kind.items()}  # type: ignore[attr-defined]
    name = names.get(wire, "")
    if name not in tuple(kind):
        raise errors.WorkflowMalformed("Not said, or not known.", field=field)
    return kind(name)


def _clock(wire: str, field: str) -> time:
    try:
        return datetime.strptime(wire, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise errors.SettingsMalformed("Not a wall time.", field=field) from None
