"""Makes a feed of somebody's own sessions."""

from __future__ import annotations

from datetime import timedelta

import uuid_utils

from services.booking.domain import errors
from services.booking.domain.feed import Feed, Label, new_secret, secret_hash
from services.booking.usecases.ports import Clock, Feeds
from services.chassis.context import Call


async def create_feed(label: Label, call: Call, *, expire_days: int, feeds: Feeds, clock: Clock) -> tuple[Feed, str]:
    """
    Return a new feed and its secret, which is kept nowhere.

    Raises:
        Malformed: The caller has no sessions of their own: neither therapist nor client. (INVALID_ARGUMENT)
        LimitReached: There are FEEDS_MAX already. (FAILED_PRECONDITION)
    """
    actor, at = call.actor, clock()
    is_therapist = "therapist" in actor.roles and bool(actor.therapist_id)
    client_id = "" if is_therapist else actor.client_id
    await call.authorize(client_ids=[client_id] if client_id else [])
    if not is_therapist and not client_id:
        raise errors.Malformed("A feed is of a therapist's or a client's own sessions.", field="actor")
    feed = Feed(
        str(uuid_utils.uuid7()),
        actor.actor_id,
        actor.therapist_id if is_therapist else "",
        client_id,
        label,
        at,
        at + timedelta(days=expire_days) if expire_days else None,
    )
    call.resource_id = feed.feed_id
    secret = new_secret()
    await feeds.add(call, feed, secret_hash(secret))
    return feed, secret
