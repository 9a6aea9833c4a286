"""Reads a feed for whoever holds its secret."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain.appointment import Appointment
from services.booking.domain.feed import ENTRIES_MAX, Entry, Feed, entries_of, period, secret_hash
from services.booking.usecases.ports import Appointments, Clock, Cursor, Feeds, Filter
from services.chassis.context import Call

PAGE = 500
"""Appointments read at once."""


async def read_feed(
    secret: str, call: Call, *, feeds: Feeds, appointments: Appointments, clock: Clock
) -> tuple[Feed, list[Entry]]:
    """
    Return a feed and its entries; the reading is in the trail, under the feed's own name.

    Raises:
        Unknown: Unknown, revoked and expired alike. (NOT_FOUND)
    """
    practice_id, feed = await feeds.find(secret_hash(secret))
    call.enter_practice(practice_id, feed.client_id)
    call.actor = replace(call.actor, actor_id=f"feed:{feed.feed_id}")
    await call.authorize(
        client_ids=[feed.client_id] if feed.client_id else [], relations={"self"}, resource_id=feed.feed_id
    )
    at = clock()
    from_time, to_time = period(at)
    wanted = Filter(feed.client_id, feed.therapist_id, from_time, to_time)
    found: list[Appointment] = []
    after: Cursor | None = None
    while len(found) < ENTRIES_MAX:
        page = await appointments.page(call, wanted, after=after, limit=PAGE)
        found += page
        if len(page) < PAGE:
            break
        after = (page[-1].slot.start_time, page[-1].appointment_id)
    await feeds.note_reading(call, feed.feed_id, at=at)
    return feed, entries_of(found, secret)[:ENTRIES_MAX]
