"""Turns follow-ups, their rules, cadences and care teams into messages and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from google.protobuf.message import Message
from kept.booking.v1 import care_events_pb2, care_pb2, care_service_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import instant_of, timestamp_of, uuid_of
from services.booking.domain import errors
from services.booking.domain.follow_up import (
    DAYS_MAX,
    EVERY_SESSIONS_MAX,
    LEAD_DAYS_MAX,
    Cadence,
    CadenceReality,
    DismissReason,
    FollowUp,
    FollowUpRule,
    FollowUpState,
    Kind,
    Standing,
    Trigger,
)
from services.chassis.rpc.etags import tagged

COVER_DAYS_MAX = 90
"""Days somebody stands in at most; then it is said again."""


def rule_of(message: care_pb2.FollowUpRule, *, new_id: str) -> FollowUpRule:
    """Return a rule within its limits; *new_id* when it has none. Raises Malformed."""
    if message.trigger not in (care_pb2.FollowUpRule.TRIGGER_COMPLETED, care_pb2.FollowUpRule.TRIGGER_LOST):
        raise errors.Malformed("Say what the rule waits for.", field="rule.trigger")
    kinds = set(care_pb2.FollowUp.Kind.values()) - {care_pb2.FollowUp.KIND_UNSPECIFIED, care_pb2.FollowUp.KIND_CADENCE}
    if message.kind not in kinds:
        raise errors.Malformed("Say what the rule opens.", field="rule.kind")
    return FollowUpRule(
        rule_id=uuid_of(message.rule_id, field="rule.rule_id") if message.rule_id else new_id,
        trigger=Trigger(care_pb2.FollowUpRule.Trigger.Name(message.trigger).removeprefix("TRIGGER_")),
        session_type_id=_optional(message.session_type_id, field="rule.session_type_id"),
        every_sessions=number_of(message.every_sessions, field="rule.every_sessions", most=EVERY_SESSIONS_MAX),
        kind=Kind(care_pb2.FollowUp.Kind.Name(message.kind).removeprefix("KIND_")),
        due_in_days=number_of(message.due_in_days, field="rule.due_in_days", least=1, most=DAYS_MAX),
        answer_session_type_id=_optional(message.answer_session_type_id, field="rule.answer_session_type_id"),
        lead_days=number_of(
            message.lead_days, field="rule.lead_days", most=max(0, min(LEAD_DAYS_MAX, message.due_in_days - 1))
        ),
    )


def rule_message(rule: FollowUpRule) -> care_pb2.FollowUpRule:
    """Return a rule as the contract says it."""
    message = care_pb2.FollowUpRule(
        rule_id=rule.rule_id,
        trigger=care_pb2.FollowUpRule.Trigger.Value(f"TRIGGER_{rule.trigger.value}"),
        session_type_id=rule.session_type_id,
        every_sessions=rule.every_sessions,
        kind=care_pb2.FollowUp.Kind.Value(f"KIND_{rule.kind.value}"),
        due_in_days=rule.due_in_days,
        answer_session_type_id=rule.answer_session_type_id,
        lead_days=rule.lead_days,
    )
    return tagged(message)


def cadence_of(message: care_pb2.Cadence) -> Cadence:
    """Return a cadence within its limits. Raises Malformed."""
    every_days = number_of(message.every_days, field="cadence.every_days", most=DAYS_MAX)
    lead_days = number_of(message.lead_days, field="cadence.lead_days", most=min(LEAD_DAYS_MAX, every_days))
    return Cadence(
        uuid_of(message.client_id, field="cadence.client_id"),
        uuid_of(message.therapist_id, field="cadence.therapist_id"),
        every_days,
        lead_days,
    )


def cadence_message(cadence: Cadence) -> care_pb2.Cadence:
    """Return a cadence as the contract says it."""
    message = care_pb2.Cadence(
        client_id=cadence.client_id,
        therapist_id=cadence.therapist_id,
        every_days=cadence.every_days,
        lead_days=cadence.lead_days,
    )
    return tagged(message)


def state_of(number: int) -> FollowUpState:
    """Return the state listed; open ones when none is named. Raises Malformed."""
    if number not in care_pb2.FollowUp.State.values():
        raise errors.Malformed("No such state.", field="state")
    if not number:
        return FollowUpState.OPEN
    return FollowUpState(care_pb2.FollowUp.State.Name(number).removeprefix("STATE_"))  # type: ignore[arg-type]


def dismiss_reason_of(number: int) -> DismissReason:
    """Return why a follow-up is set aside. Raises Malformed when it is not said, or only an undoing has it."""
    if number not in care_pb2.FollowUp.DismissReason.values() or number in (
        care_pb2.FollowUp.DISMISS_REASON_UNSPECIFIED,
        care_pb2.FollowUp.DISMISS_REASON_UNDONE,
    ):
        raise errors.Malformed("Say why.", field="reason")
    name = care_pb2.FollowUp.DismissReason.Name(number)  # type: ignore[arg-type]
    return DismissReason(name.removeprefix("DISMISS_REASON_"))


def follow_up_message(found: FollowUp) -> care_pb2.FollowUp:
    """Return a follow-up as the contract says it."""
    reason = f"DISMISS_REASON_{found.dismiss_reason.value or 'UNSPECIFIED'}"
    return care_pb2.FollowUp(
        follow_up_id=found.follow_up_id,
        client_id=found.client_id,
        therapist_id=found.therapist_id,
        kind=care_pb2.FollowUp.Kind.Value(f"KIND_{found.kind.value}"),
        due_date=found.due_date,
        state=care_pb2.FollowUp.State.Value(f"STATE_{found.state.value}"),
        dismiss_reason=care_pb2.FollowUp.DismissReason.Value(reason),
        cause_appointment_id=found.cause_appointment_id,
        create_time=timestamp_of(found.create_time),
        etag=found.etag,
        prompt_time=timestamp_of(found.prompt_time) if found.prompt_time else None,
        is_prompted=found.is_prompted,
    )


def standing_of(number: int) -> Standing | None:
    """Return the standing listed; None for all. Raises Malformed."""
    names = care_pb2.CadenceReality.Standing
    if number not in names.values():
        raise errors.Malformed("No such standing.", field="standing")
    return Standing(names.Name(number).removeprefix("STANDING_")) if number else None  # type: ignore[arg-type]


def reality_message(found: CadenceReality) -> care_pb2.CadenceReality:
    """Return an agreed cadence beside what is booked as the contract says it."""
    return care_pb2.CadenceReality(
        cadence=care_pb2.Cadence(
            client_id=found.cadence.client_id,
            therapist_id=found.cadence.therapist_id,
            every_days=found.cadence.every_days,
            lead_days=found.cadence.lead_days,
        ),
        standing=care_pb2.CadenceReality.Standing.Value(f"STANDING_{found.standing.value}"),
        last_time=timestamp_of(found.last_time) if found.last_time else None,
        next_time=timestamp_of(found.next_time) if found.next_time else None,
        due_date=found.due_time.date().isoformat(),
        gap_days=found.gap_days,
        kept_count=found.kept_count,
        agreed_count=found.agreed_count,
    )


def due_event(practice_id: str, due: FollowUp, team: Sequence[str]) -> Message:
    """Return the event that client and care team should be prompted."""
    assert due.prompt_time is not None, "what is prompted says when"
    return care_events_pb2.FollowUpDue(
        follow_up=_facts_of(practice_id, due),
        kind=care_pb2.FollowUp.Kind.Value(f"KIND_{due.kind.value}"),
        therapist_ids=list(dict.fromkeys([due.therapist_id, *team])),
        is_confidential=due.is_confidential,
        prompt_time=timestamp_of(due.prompt_time),
    )


def cover_of(request: care_service_pb2.PutCareTeamMemberRequest, *, now: datetime) -> datetime | None:
    """Return until when somebody stands in; None for a member. Raises Malformed."""
    if not request.HasField("cover_until"):
        return None
    until = instant_of(request.cover_until, field="cover_until")
    if not now < until <= now + timedelta(days=COVER_DAYS_MAX):
        raise errors.Malformed("The end is out of range.", field="cover_until", max_days=str(COVER_DAYS_MAX))
    return until


def member_message(
    client_id: str, therapist_id: str, since_time: datetime, cover_until: datetime | None = None
) -> care_pb2.CareTeamMember:
    """Return a member of a care team, or a cover, as the contract says it."""
    return care_pb2.CareTeamMember(
        client_id=client_id,
        therapist_id=therapist_id,
        since_time=timestamp_of(since_time),
        cover_until=timestamp_of(cover_until) if cover_until else None,
    )


def opened_event(practice_id: str, opened: FollowUp) -> Message:
    """Return the event of an opened follow-up."""
    return care_events_pb2.FollowUpOpened(follow_up=_facts_of(practice_id, opened))


def closed_event(practice_id: str, closed: FollowUp) -> Message:
    """Return the event of a settled follow-up."""
    state = care_pb2.FollowUp.State.Value(f"STATE_{closed.state.value}")
    return care_events_pb2.FollowUpClosed(follow_up=_facts_of(practice_id, closed), state=state)


def _facts_of(practice_id: str, follow_up: FollowUp) -> care_events_pb2.FollowUpFacts:
    return care_events_pb2.FollowUpFacts(
        practice_id=practice_id,
        follow_up_id=follow_up.follow_up_id,
        client_id=follow_up.client_id,
        therapist_id=follow_up.therapist_id,
        due_date=follow_up.due_date,
        version=follow_up.version,
    )


def _optional(value: str, *, field: str) -> str:
    return uuid_of(value, field=field) if value else ""
