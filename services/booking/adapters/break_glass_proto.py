"""Turns emergency access into messages and back."""

from __future__ import annotations

from kept.booking.v1 import break_glass_events_pb2, break_glass_pb2, break_glass_service_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import timestamp_of
from services.booking.domain import errors
from services.booking.domain.break_glass import EXPLANATION, LENGTH_MIN, SHORTEST_MIN, BreakGlass, Finding

_Message = break_glass_pb2.BreakGlass


def reason_of(number: int) -> str:
    """Return why. Raises Malformed."""
    if not number or number not in _Message.Reason.values():
        raise errors.Malformed("Say why.", field="reason")
    return _Message.Reason.Name(_Message.Reason.ValueType(number)).removeprefix("REASON_")


def scopes_of(numbers: list[int]) -> tuple[str, ...]:
    """Return what has to be read, each once. Raises Malformed."""
    known: dict[int, str] = {number: name.removeprefix("SCOPE_") for name, number in _Message.Scope.items() if number}
    if not numbers or not set(numbers) <= set(known):
        raise errors.Malformed("Say what has to be read.", field="scopes")
    return tuple(sorted({known[number] for number in numbers}))


def explanation_of(text: str) -> str:
    """Return the explanation. Raises Malformed."""
    shortest, longest = EXPLANATION
    if not shortest <= len(text.strip()) <= longest:
        raise errors.Malformed("Explain in 10 to 500 characters.", field="explanation")
    return text.strip()


def length_of(request: break_glass_service_pb2.StartBreakGlassRequest) -> int:
    """Return the minutes wanted; 0 for the longest. Raises Malformed."""
    length_min = number_of(request.length_min, field="length_min", most=LENGTH_MIN)
    if 0 < length_min < SHORTEST_MIN:
        raise errors.Malformed("That is too short.", field="length_min")
    return length_min


def finding_of(number: int) -> Finding:
    """Return what was found. Raises Malformed."""
    if not number or number not in _Message.Finding.values():
        raise errors.Malformed("Say what was found.", field="finding")
    return Finding(_Message.Finding.Name(_Message.Finding.ValueType(number)).removeprefix("FINDING_"))


def message_of(glass: BreakGlass) -> break_glass_pb2.BreakGlass:
    """Return it as the contract says it."""
    return _Message(
        break_glass_id=glass.break_glass_id,
        client_id=glass.client_id,
        actor_id=glass.actor_id,
        reason=_Message.Reason.Value(f"REASON_{glass.reason}"),
        scopes=[_Message.Scope.Value(f"SCOPE_{each}") for each in glass.scopes],
        start_time=timestamp_of(glass.start_time),
        expire_time=timestamp_of(glass.expire_time),
        review_due_time=timestamp_of(glass.review_due_time),
        finding=_Message.Finding.Value(f"FINDING_{glass.finding.value or 'UNSPECIFIED'}"),
        reviewer_id=glass.reviewer_id,
    )


def facts_of(practice_id: str, glass: BreakGlass) -> break_glass_events_pb2.BreakGlassFacts:
    """Return what its events say."""
    said = message_of(glass)
    return break_glass_events_pb2.BreakGlassFacts(
        practice_id=practice_id,
        break_glass_id=said.break_glass_id,
        client_id=said.client_id,
        actor_id=said.actor_id,
        reason=said.reason,
        scopes=said.scopes,
        expire_time=said.expire_time,
        review_due_time=said.review_due_time,
        version=glass.version,
    )
