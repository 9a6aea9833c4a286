"""Reads searches of the log; writes tries, replies, inbox entries and counts to the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from google.protobuf.timestamp_pb2 import Timestamp
from kept.notifications.v1 import inbox_service_pb2, notifications_pb2

from services.notifications.adapters import proto
from services.notifications.adapters.deliveries import Try
from services.notifications.adapters.log import Search, StepCount
from services.notifications.adapters.replies import Reply
from services.notifications.adapters.wall_words import start_on_the_clock
from services.notifications.domain import errors
from services.notifications.domain.channel import Channel
from services.notifications.domain.message import Kind, Message, Reason, State


class Stretch(Protocol):
    """A request about a stretch of time."""

    @property
    def from_time(self) -> Timestamp:
        """Its first instant."""

    @property
    def to_time(self) -> Timestamp:
        """The instant after it."""


def search(wire: inbox_service_pb2.SearchMessagesRequest) -> Search:
    """
    Read what is looked for.

    Raises:
        Malformed: An id or a value can't be read. (INVALID_ARGUMENT)
        ReasonUnknown, IntervalReversed: As named. (INVALID_ARGUMENT)
    """
    if wire.reason and wire.reason not in tuple(Reason):
        raise errors.ReasonUnknown("There is no such reason.", field="reason")
    from_time = proto.instant(wire.from_time) if wire.HasField("from_time") else None
    to_time = proto.instant(wire.to_time) if wire.HasField("to_time") else None
    if from_time and to_time and from_time >= to_time:
        raise errors.IntervalReversed("It ends before it begins.", field="to_time")
    return Search(
        client_id=proto.uuid(wire.client_id, field="client_id") if wire.client_id else None,
        state=_read(State, notifications_pb2.Message.State, "STATE_", wire.state, field="state"),
        reason=wire.reason or None,
        kind=_read(Kind, notifications_pb2.Message.Kind, "KIND_", wire.kind, field="kind"),
        channel=_read(Channel, notifications_pb2.Channel, "CHANNEL_", wire.channel, field="channel"),
        from_time=from_time,
        to_time=to_time,
    )


def query_of(wire: inbox_service_pb2.SearchMessagesRequest) -> str:
    """Name a search in its page tokens."""
    bare = inbox_service_pb2.SearchMessagesRequest()
    bare.CopyFrom(wire)
    bare.page_size, bare.page_token = 0, ""
    return f"messages|{bare.SerializeToString(deterministic=True).hex()}"


def stretch(wire: Stretch, *, most: timedelta) -> tuple[datetime, datetime]:
    """Read a stretch of time. Raises IntervalReversed. (INVALID_ARGUMENT)"""
    from_time, to_time = proto.instant(wire.from_time), proto.instant(wire.to_time)
    if not timedelta() < to_time - from_time <= most:
        raise errors.IntervalReversed("It ends before it begins, or is too long.", most_days=str(most.days))
    return from_time, to_time


def delivery_resource(tried: Try) -> inbox_service_pb2.Delivery:
    """Write a try."""
    return inbox_service_pb2.Delivery(
        number=tried.number,
        channel=notifications_pb2.Channel.Value(f"CHANNEL_{tried.channel}"),
        provider=tried.provider,
        outcome=tried.outcome,
        code=tried.code,
        segments=tried.segments,
        deliver_time=proto.timestamp(tried.deliver_time),
        report=tried.report,
        report_time=proto.timestamp(tried.report_time) if tried.report_time else None,
    )


def reply_resource(reply: Reply) -> inbox_service_pb2.Reply:
    """Write a reply."""
    return inbox_service_pb2.Reply(
        reply_id=reply.reply_id,
        client_id=reply.client_id,
        sender=reply.sender,
        words=reply.words,
        meaning=reply.meaning,
        state=inbox_service_pb2.Reply.State.Value(f"STATE_{reply.state}"),
        appointment_id=reply.appointment_id,
        receive_time=proto.timestamp(reply.receive_time),
        closed_by=reply.closed_by,
        close_time=proto.timestamp(reply.close_time) if reply.close_time else None,
    )


def entry_resource(message: Message, read_time: datetime | None, time_zone: str) -> inbox_service_pb2.InboxEntry:
    """Write an entry of a client's inbox."""
    return inbox_service_pb2.InboxEntry(
        message=proto.message_resource(message),
        start_local=start_on_the_clock(message.start_time, time_zone=time_zone),
        time_zone=time_zone,
        read_time=proto.timestamp(read_time) if read_time else None,
    )


def report_resource(
    steps: Sequence[StepCount], reasons: Sequence[tuple[State, str, int]], open_count: int
) -> inbox_service_pb2.MessageReport:
    """Write counts."""
    return inbox_service_pb2.MessageReport(
        steps=[
            inbox_service_pb2.StepCounts(
                kind=notifications_pb2.Message.Kind.Value(f"KIND_{each.kind}"),
                step=each.step,
                planned_count=each.planned,
                sent_count=each.sent,
                delivered_count=each.delivered,
                answered_count=each.answered,
                confirmed_count=each.confirmed,
                answer_median_s=each.answer_median_s,
            )
            for each in steps
        ],
        reasons=[
            inbox_service_pb2.ReasonCount(
                state=notifications_pb2.Message.State.Value(f"STATE_{state}"), reason=reason, count=count
            )
            for state, reason, count in reasons
        ],
        open_reply_count=open_count,
    )


def _read(kind: Any, enum: Any, prefix: str, value: int, *, field: str) -> Any:
    """Read an enum's value by name; None for the unspecified one. Raises Malformed. (INVALID_ARGUMENT)"""
    if value == 0:
        return None
    if value not in enum.values():
        raise errors.Malformed("There is no such value.", field=field)
    return kind(enum.Name(value).removeprefix(prefix))
