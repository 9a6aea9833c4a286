"""Turns policies, fees, requirements and authorisations into messages and back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from google.protobuf.message import Message
from kept.booking.v1 import policy_events_pb2, policy_pb2

from services.booking.adapters.proto import instant_of, timestamp_of, uuid_of
from services.booking.domain import errors
from services.booking.domain.appointment import LATE_CANCELLATION_H
from services.booking.domain.policy import (
    FEE_MINOR_MAX,
    HOURS_MAX,
    VISITS_MAX,
    Authorisation,
    Clemency,
    Demand,
    Fee,
    FeeState,
    Policy,
)
from services.chassis.rpc.etags import tagged

SESSION_TYPES_MAX = 50
"""Session types an authorisation names at most; the contract says so."""

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def number_of(value: int, *, field: str, least: int = 0, most: int) -> int:
    """Return a number within its limits. Raises Malformed."""
    if not least <= value <= most:
        raise errors.Malformed("The number is out of range.", field=field, least=str(least), most=str(most))
    return value


def date_of(value: str, *, field: str) -> str:
    """Return "YYYY-MM-DD". Raises Malformed."""
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise errors.Malformed("A date is YYYY-MM-DD.", field=field)


def policy_of(message: policy_pb2.Policy) -> Policy:
    """Return a policy within its limits. Raises Malformed."""
    late_fee = number_of(message.late_cancel_fee_minor, field="policy.late_cancel_fee_minor", most=FEE_MINOR_MAX)
    no_show_fee = number_of(message.no_show_fee_minor, field="policy.no_show_fee_minor", most=FEE_MINOR_MAX)
    if (late_fee or no_show_fee or message.currency) and not _CURRENCY.fullmatch(message.currency):
        raise errors.Malformed("A fee needs an ISO 4217 code.", field="policy.currency")
    for field in ("card", "consent", "visits"):
        number_of(getattr(message, field), field=f"policy.{field}", most=int(Demand.REFUSE))
    late_cancel_h = number_of(message.late_cancel_h, field="policy.late_cancel_h", most=HOURS_MAX)
    return Policy(
        session_type_id=uuid_of(message.session_type_id, field="policy.session_type_id")
        if message.session_type_id
        else "",
        late_cancel_h=late_cancel_h or LATE_CANCELLATION_H,
        late_cancel_fee_minor=late_fee,
        no_show_fee_minor=no_show_fee,
        currency=message.currency,
        forgives_first=message.forgives_first,
        forgives_illness=message.forgives_illness,
        forgives_crisis=message.forgives_crisis,
        confirm_by_h=number_of(message.confirm_by_h, field="policy.confirm_by_h", most=HOURS_MAX),
        card=Demand(message.card),
        consent=Demand(message.consent),
        visits=Demand(message.visits),
    )


def policy_message(policy: Policy) -> policy_pb2.Policy:
    """Return a policy as the contract says it."""
    message = policy_pb2.Policy(
        session_type_id=policy.session_type_id,
        late_cancel_h=policy.late_cancel_h,
        late_cancel_fee_minor=policy.late_cancel_fee_minor,
        no_show_fee_minor=policy.no_show_fee_minor,
        currency=policy.currency,
        forgives_first=policy.forgives_first,
        forgives_illness=policy.forgives_illness,
        forgives_crisis=policy.forgives_crisis,
        confirm_by_h=policy.confirm_by_h,
        card=int(policy.card),  # type: ignore[arg-type]
        consent=int(policy.consent),  # type: ignore[arg-type]
        visits=int(policy.visits),  # type: ignore[arg-type]
    )
    return tagged(message)


def fee_message(fee: Fee) -> policy_pb2.Fee:
    """Return a fee as the contract says it."""
    reason = f"CLEMENCY_REASON_{fee.reason or 'UNSPECIFIED'}"
    return policy_pb2.Fee(
        fee_id=fee.fee_id,
        client_id=fee.client_id,
        appointment_id=fee.appointment_id,
        kind=policy_pb2.Fee.Kind.Value(f"KIND_{fee.kind.value}"),
        amount_minor=fee.amount_minor,
        currency=fee.currency,
        state=policy_pb2.Fee.State.Value(f"STATE_{fee.state.value}"),
        reason=policy_pb2.ClemencyReason.Value(reason),
        decide_actor_id=fee.decide_actor_id,
        create_time=timestamp_of(fee.create_time),
        etag=fee.etag,
    )


def state_of(number: int) -> FeeState | None:
    """Return a fee's state, None for any. Raises Malformed."""
    if number not in policy_pb2.Fee.State.values():
        raise errors.Malformed("No such state.", field="state")
    return FeeState(policy_pb2.Fee.State.Name(number).removeprefix("STATE_")) if number else None  # type: ignore[arg-type]


def clemency_of(number: int) -> Clemency:
    """Return the reason of a waiver. Raises Malformed when none is given, or one that only an undoing has."""
    if number not in policy_pb2.ClemencyReason.values() or number in (
        policy_pb2.CLEMENCY_REASON_UNSPECIFIED,
        policy_pb2.CLEMENCY_REASON_UNDONE,
    ):
        raise errors.Malformed("Say why.", field="reason")
    name = policy_pb2.ClemencyReason.Name(number)  # type: ignore[arg-type]
    return Clemency(name.removeprefix("CLEMENCY_REASON_"))


def requirement_of(message: policy_pb2.Requirement) -> tuple[str, str, datetime | None]:
    """Return the client, what was given, and until when. Raises Malformed."""
    if message.kind not in (policy_pb2.Requirement.KIND_CARD, policy_pb2.Requirement.KIND_CONSENT):
        raise errors.Malformed("Say what was given.", field="requirement.kind")
    kind = policy_pb2.Requirement.Kind.Name(message.kind).removeprefix("KIND_")
    until = None
    if message.HasField("expire_time"):
        until = instant_of(message.expire_time, field="requirement.expire_time")
    return uuid_of(message.client_id, field="requirement.client_id"), kind, until


def requirement_message(client_id: str, kind: str, until: datetime | None) -> policy_pb2.Requirement:
    """Return what a client has given as the contract says it."""
    kind_number = policy_pb2.Requirement.Kind.Value(f"KIND_{kind}")
    return policy_pb2.Requirement(
        client_id=client_id, kind=kind_number, expire_time=timestamp_of(until) if until else None
    )


def authorisation_of(message: policy_pb2.Authorisation) -> Authorisation:
    """Return an authorisation within its limits. Raises Malformed, IntervalReversed."""
    from_date = date_of(message.from_date, field="authorisation.from_date")
    to_date = date_of(message.to_date, field="authorisation.to_date")
    if to_date < from_date:
        raise errors.IntervalReversed("The authorisation ends before it begins.", field="authorisation.to_date")
    number_of(len(message.session_type_ids), field="authorisation.session_type_ids", most=SESSION_TYPES_MAX)
    return Authorisation(
        authorisation_id=uuid_of(message.authorisation_id, field="authorisation.authorisation_id")
        if message.authorisation_id
        else "",
        client_id=uuid_of(message.client_id, field="authorisation.client_id"),
        visit_count=number_of(message.visit_count, field="authorisation.visit_count", least=1, most=VISITS_MAX),
        from_date=from_date,
        to_date=to_date,
        session_type_ids=tuple(
            uuid_of(each, field="authorisation.session_type_ids") for each in message.session_type_ids
        ),
        forbids_fees=message.forbids_fees,
    )


def authorisation_message(found: Authorisation) -> policy_pb2.Authorisation:
    """Return an authorisation as the contract says it."""
    message = policy_pb2.Authorisation(
        authorisation_id=found.authorisation_id,
        client_id=found.client_id,
        visit_count=found.visit_count,
        used_count=found.used_count,
        from_date=found.from_date,
        to_date=found.to_date,
        session_type_ids=found.session_type_ids,
        forbids_fees=found.forbids_fees,
    )
    return tagged(message)


def events_of(practice_id: str, fee: Fee) -> list[Message]:
    """Return what a fee's newest state tells; one that was never asked for is told once, as waived."""
    said = policy_events_pb2.FeeFacts(
        practice_id=practice_id,
        fee_id=fee.fee_id,
        client_id=fee.client_id,
        appointment_id=fee.appointment_id,
        kind=policy_pb2.Fee.Kind.Value(f"KIND_{fee.kind.value}"),
        amount_minor=fee.amount_minor,
        currency=fee.currency,
        version=fee.version,
    )
    match fee.state:
        case FeeState.PROPOSED:
            return [policy_events_pb2.FeeProposed(fee=said)]
        case FeeState.WAIVED:
            return [policy_events_pb2.FeeWaived(fee=said)]
        case FeeState.ACCEPTED:
            return [policy_events_pb2.FeeAccepted(fee=said)]


def utc_of(micros: int) -> datetime:
    """Return the instant of a page token's microseconds."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
