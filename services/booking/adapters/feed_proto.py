"""Reads requests about feeds and writes feeds to the wire."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import feeds_pb2, feeds_service_pb2

from services.booking.adapters import proto
from services.booking.domain import errors
from services.booking.domain.feed import EXPIRE_D_MAX, SECRET_CHARACTERS, Entry, Feed, Label
from services.chassis.rpc import pages

_QUERY = "calendar_feeds"

_LABELS = {
    feeds_pb2.CalendarFeed.LABEL_UNSPECIFIED: Label.BUSY,
    **{feeds_pb2.CalendarFeed.Label.Value(f"LABEL_{label.value}"): label for label in Label},
}


def label_of(number: int) -> Label:
    """Read a label. Raises Malformed."""
    if number not in _LABELS:
        raise errors.Malformed("There is no such label.", field="label")
    return _LABELS[feeds_pb2.CalendarFeed.Label.ValueType(number)]


def expire_days_of(request: feeds_service_pb2.CreateCalendarFeedRequest) -> int:
    """Read the days until a feed ends. Raises Malformed."""
    if not 0 <= request.expire_days <= EXPIRE_D_MAX:
        raise errors.Malformed("A feed ends after 1 to 730 days, or never.", field="expire_days")
    return request.expire_days


def secret_of(text: str) -> str:
    """Read a secret. Raises Unknown: what can't be one opens nothing, like one that is unknown."""
    if len(text) != SECRET_CHARACTERS or not text.isascii():
        raise errors.Unknown("There is no such feed.")
    return text


def page_of(request: feeds_service_pb2.ListCalendarFeedsRequest) -> tuple[int, str]:
    """Read how many feeds are wanted, and after which one. Raises Malformed."""
    size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
    match pages.read_page_token(_QUERY, request.page_token):
        case [str(last)]:
            return size, proto.uuid_of(last, field="page_token")
    return size, ""


def page(found: list[Feed], size: int) -> feeds_service_pb2.ListCalendarFeedsResponse:
    """Write a page of feeds."""
    return feeds_service_pb2.ListCalendarFeedsResponse(
        feeds=[message_of(each) for each in found[:size]],
        next_page_token=pages.page_token(_QUERY, found[size - 1].feed_id) if len(found) > size else "",
    )


def message_of(feed: Feed) -> feeds_pb2.CalendarFeed:
    """Write a feed."""
    return feeds_pb2.CalendarFeed(
        feed_id=feed.feed_id,
        therapist_id=feed.therapist_id,
        client_id=feed.client_id,
        label=feeds_pb2.CalendarFeed.Label.Value(f"LABEL_{feed.label.value}"),
        create_time=_stamp(feed.create_time),
        expire_time=_stamp(feed.expire_time),
        last_read_time=_stamp(feed.last_read_time),
    )


def entry_of(entry: Entry) -> feeds_pb2.FeedEntry:
    """Write an entry."""
    return feeds_pb2.FeedEntry(
        uid=entry.uid,
        start_time=_stamp(entry.start_time),
        end_time=_stamp(entry.end_time),
        sequence=entry.sequence,
        update_time=_stamp(entry.update_time),
        is_cancelled=entry.is_cancelled,
    )


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
