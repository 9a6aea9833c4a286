"""Serves the door to calendar feeds."""

from __future__ import annotations

from kept.booking.v1 import feeds_pb2, feeds_service_pb2

from services.booking.adapters import feed_proto, proto
from services.booking.usecases.create_feed import create_feed
from services.booking.usecases.ports import Appointments, Clock, Feeds
from services.booking.usecases.read_feed import read_feed
from services.chassis.context import Call


class FeedServicer:
    """Turns each request into domain words and back."""

    def __init__(self, *, feeds: Feeds, appointments: Appointments, clock: Clock) -> None:
        self._feeds = feeds
        self._appointments = appointments
        self._clock = clock

    async def CreateCalendarFeed(
        self, request: feeds_service_pb2.CreateCalendarFeedRequest, call: Call
    ) -> feeds_service_pb2.CreateCalendarFeedResponse:
        label, days = feed_proto.label_of(request.label), feed_proto.expire_days_of(request)
        feed, secret = await create_feed(label, call, expire_days=days, feeds=self._feeds, clock=self._clock)
        return feeds_service_pb2.CreateCalendarFeedResponse(feed=feed_proto.message_of(feed), secret=secret)

    async def ListCalendarFeeds(
        self, request: feeds_service_pb2.ListCalendarFeedsRequest, call: Call
    ) -> feeds_service_pb2.ListCalendarFeedsResponse:
        await call.authorize()
        size, after = feed_proto.page_of(request)
        found = [each for each in await self._feeds.of_actor(call, call.actor.actor_id) if each.feed_id > after]
        return feed_proto.page(found, size)

    async def RevokeCalendarFeed(
        self, request: feeds_service_pb2.RevokeCalendarFeedRequest, call: Call
    ) -> feeds_pb2.CalendarFeed:
        feed_id = proto.uuid_of(request.feed_id, field="feed_id")
        await call.authorize(resource_id=feed_id)
        return feed_proto.message_of(await self._feeds.revoke(call, feed_id, call.actor.actor_id))

    async def ReadCalendarFeed(
        self, request: feeds_service_pb2.ReadCalendarFeedRequest, call: Call
    ) -> feeds_service_pb2.ReadCalendarFeedResponse:
        secret = feed_proto.secret_of(request.secret)
        feed, entries = await read_feed(
            secret, call, feeds=self._feeds, appointments=self._appointments, clock=self._clock
        )
        return feeds_service_pb2.ReadCalendarFeedResponse(
            label=feed_proto.message_of(feed).label, entries=[feed_proto.entry_of(each) for each in entries]
        )
