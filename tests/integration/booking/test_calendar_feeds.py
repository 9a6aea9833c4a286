"""Feeds on real rows: whose they are, what they hold, when they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import feeds_pb2, feeds_service_pb2

from services.booking.domain.feed import FEEDS_MAX, secret_hash
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated
from tests.integration.booking.desk import Desk

Rows = Callable[..., list[tuple[Any, ...]]]


def therapist(desk: Desk, therapist_id: str) -> Desk:
    """A therapist of the practice."""
    return desk.like(actor_id=f"user:{uuid4()}", roles=frozenset({"therapist"}), therapist_id=therapist_id)


async def create(who: Desk, **said: Any) -> feeds_service_pb2.CreateCalendarFeedResponse:
    """Make a feed."""
    request = feeds_service_pb2.CreateCalendarFeedRequest(request_id=str(uuid4()), **said)
    made: feeds_service_pb2.CreateCalendarFeedResponse = await who.ask("CreateCalendarFeed", request)
    return made


async def read(desk: Desk, secret: str) -> feeds_service_pb2.ReadCalendarFeedResponse:
    """Read a feed as a calendar app does: with its secret and nothing else."""
    app = replace(desk, has_token=False)
    asked = feeds_service_pb2.ReadCalendarFeedRequest(secret=secret)
    found: feeds_service_pb2.ReadCalendarFeedResponse = await app.ask("ReadCalendarFeed", asked)
    return found


def soon(days: int) -> str:
    """Ten o'clock, some days from now."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}T10:00"


async def test_a_therapist_s_feed_holds_their_sessions_and_no_others(desk: Desk, rows: Rows) -> None:
    """Booked, cancelled, somebody else's, and far away; every reading is in the trail under the feed's name."""
    mine, other = str(uuid4()), str(uuid4())
    client_id = await desk.register()
    kept = await desk.book(desk.booking(client_id, soon(3), therapist_id=mine))
    off = await desk.book(desk.booking(client_id, soon(4), therapist_id=mine))
    await desk.change("CancelAppointment", off.appointment_id, etag=off.etag)
    await desk.book(desk.booking(client_id, soon(5), therapist_id=other))
    await desk.book(desk.booking(client_id, soon(200), therapist_id=mine))
    made = await create(therapist(desk, mine))

    found = await read(desk, made.secret)

    assert [(each.is_cancelled, each.sequence) for each in found.entries] == [(False, 0), (True, 1)]
    assert found.entries[0].start_time == kept.start_time
    assert found.label == feeds_pb2.CalendarFeed.LABEL_BUSY
    stored = rows("select secret_hash from calendar_feeds where feed_id = %s", made.feed.feed_id)
    assert stored == [(secret_hash(made.secret),)]
    looks = [
        json.loads(record)
        for (record,) in rows("select record from audit_outbox where practice_id = %s", desk.actor.practice_id)
        if json.loads(record)["op"] == "booking.ReadCalendarFeed"
    ]
    assert {look["actor"]["id"] for look in looks} == {f"feed:{made.feed.feed_id}"}


async def test_a_client_s_feed_holds_the_client_s_own(desk: Desk) -> None:
    """And the look is recorded as one at the client."""
    client_id, other_id = await desk.register(), await desk.register()
    await desk.book(desk.booking(client_id, soon(3)))
    await desk.book(desk.booking(other_id, soon(3)))
    client = desk.like(actor_id="user:client", roles=frozenset({"client"}), client_id=client_id)
    made = await create(client, label=feeds_pb2.CalendarFeed.LABEL_APPOINTMENT, expire_days=30)

    found = await read(desk, made.secret)

    assert made.feed.client_id == client_id
    assert made.feed.expire_time.ToDatetime() - made.feed.create_time.ToDatetime() == timedelta(days=30)
    assert len(found.entries) == 1


async def test_a_feed_is_revoked_by_its_owner_alone(desk: Desk) -> None:
    """From then on its secret opens nothing, as if it had never been."""
    owner, other = therapist(desk, str(uuid4())), therapist(desk, str(uuid4()))
    made = await create(owner)
    request = feeds_service_pb2.RevokeCalendarFeedRequest(feed_id=made.feed.feed_id, request_id=str(uuid4()))
    with pytest.raises(NotFound):
        await other.ask("RevokeCalendarFeed", request)
    assert (await other.ask("ListCalendarFeeds", feeds_service_pb2.ListCalendarFeedsRequest())).feeds == []
    await read(desk, made.secret)
    [seen] = (await owner.ask("ListCalendarFeeds", feeds_service_pb2.ListCalendarFeedsRequest())).feeds
    await owner.ask("RevokeCalendarFeed", request)

    assert seen.HasField("last_read_time")
    for secret in (made.secret, "x" * 43, "", "x" * 500):
        with pytest.raises(NotFound):
            await read(desk, secret)
    assert (await owner.ask("ListCalendarFeeds", feeds_service_pb2.ListCalendarFeedsRequest())).feeds == []


async def test_an_expired_feed_is_no_feed(desk: Desk, rows: Rows, booking_database: Any) -> None:
    """Its end needs nobody who revokes it."""
    made = await create(therapist(desk, str(uuid4())), expire_days=1)
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute(
            "update calendar_feeds set expire_time = now() - interval '1 second' where feed_id = %s",
            (made.feed.feed_id,),
        )

    with pytest.raises(NotFound):
        await read(desk, made.secret)


async def test_nobody_has_more_feeds_than_ten(desk: Desk) -> None:
    """Also when many are asked for at once."""
    owner = therapist(desk, str(uuid4()))
    asked = await asyncio.gather(*(create(owner) for _ in range(FEEDS_MAX + 3)), return_exceptions=True)

    refused = [each for each in asked if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [RuleViolated] * 3


async def test_the_desk_has_no_feed_of_the_practice(desk: Desk) -> None:
    """A feed is somebody's own; and what is no request is none."""
    with pytest.raises(Forbidden):
        await create(desk)
    with pytest.raises(InvalidRequest):
        await create(therapist(desk, str(uuid4())), expire_days=5_000)
    with pytest.raises(InvalidRequest):
        await create(desk.like(roles=frozenset({"client"}), client_id=""))
