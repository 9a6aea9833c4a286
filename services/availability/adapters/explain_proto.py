"""Says in words why a start is not offered."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.domain.reasons import CLIENTS_ONLY, Hiding, Reason

WORDS = {
    Reason.PAST: "This time has passed.",
    Reason.CLOSURE: "The practice is closed that day{name}.",
    Reason.TIME_OFF: "The therapist has time off.",
    Reason.OVERRIDE: "The therapist's hours of that date were changed.",
    Reason.HOLIDAY: "It is a public holiday{name}.",
    Reason.TRAVEL: "The therapist works from elsewhere and not in person.",
    Reason.OUTSIDE_HOURS: "The therapist does not work then, or not until the session would end.",
    Reason.MODALITY: "The therapist works then, but not in this way.",
    Reason.GRID: "Sessions of this type start at other minutes.",
    Reason.TYPE_NOT_GIVEN: "The therapist does not give this session type.",
    Reason.NOT_SELF_BOOKABLE: "The practice books this session type for you; please ask.",
    Reason.SAME_DAY: "This session type can't be booked for the same day.",
    Reason.NOTICE: "It is too late to book this time.",
    Reason.HORIZON: "This time can't be booked yet.",
    Reason.TAKEN: "The therapist is not free then.",
    Reason.BUFFER: "It would run into the time kept free around another session.",
    Reason.NO_ROOM: "No room is free then.",
    Reason.RESERVED: "This time is kept for somebody until shortly before.",
    Reason.PRIORITY_WINDOW: "This time is not open to everybody yet.",
    Reason.CAP: "The therapist does not take on more then.",
}
"""One sentence a reason; {name} is the closure's or the holiday's."""


def explanation_message(is_offered: bool, found: Sequence[Hiding]) -> availability_service_pb2.ExplainSlotResponse:
    """Return an explanation as the contract says it."""
    return availability_service_pb2.ExplainSlotResponse(
        is_offered=is_offered, rules=[_rule_message(each) for each in found]
    )


def _rule_message(hiding: Hiding) -> availability_service_pb2.HidingRule:
    message = availability_service_pb2.HidingRule(
        rule=hiding.reason.value,  # type: ignore[arg-type]
        words=WORDS[hiding.reason].format(name=f": {hiding.name}" if hiding.name else ""),
        is_for_clients_only=hiding.reason in CLIENTS_ONLY,
        source_id=hiding.source_id,
    )
    if hiding.span is not None:
        start_s, end_s = hiding.span
        message.interval.CopyFrom(
            wall_pb2.Interval(start_time=Timestamp(seconds=start_s), end_time=Timestamp(seconds=end_s))
        )
    return message
