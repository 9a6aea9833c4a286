"""Keeps calendar feeds in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.booking.domain import errors
from services.booking.domain.feed import FEEDS_MAX, READ_EVERY_H, Feed, Label
from services.chassis.context import Call
from services.chassis.db.pool import Database

_COLUMNS = """
    feed_id::text, actor_id, coalesce(therapist_id::text, ''), coalesce(client_id::text, ''), label, create_time,
    expire_time, last_read_time
"""

_LIVE = "revoke_time is null and (expire_time is null or expire_time > now())"

_ADD = """
    insert into calendar_feeds (
        practice_id, feed_id, actor_id, therapist_id, client_id, label, secret_hash, create_time, expire_time
    ) values (%s, %s, %s, nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s, %s, %s, %s)
"""

_OF_ACTOR = f"""
    select {_COLUMNS} from calendar_feeds where practice_id = %s and actor_id = %s and {_LIVE} order by feed_id
"""  # noqa: S608 - literals

_REVOKE = f"""
    update calendar_feeds set revoke_time = now()
    where practice_id = %s and feed_id = %s and actor_id = %s and revoke_time is null returning {_COLUMNS}
"""  # noqa: S608 - literals

_READ = f"""
    select {_COLUMNS} from calendar_feeds where practice_id = %s and feed_id = %s and {_LIVE}
"""  # noqa: S608 - literals

_NOTE = """
    update calendar_feeds set last_read_time = date_trunc('hour', %s::timestamptz)
    where practice_id = %s and feed_id = %s
        and (last_read_time is null or last_read_time <= %s::timestamptz - make_interval(hours => %s))
"""


class PostgresFeeds:
    """Is the store of calendar feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, call: Call, feed: Feed, hash_: bytes) -> None:
        """Store a new feed. Raises LimitReached."""
        key = f"calendar_feeds|{call.practice_id}|{feed.actor_id}"
        async with call.tx() as conn:
            # Two requests at once must not both find room for the last one.
            await conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
            if len(await self.of_actor(call, feed.actor_id)) >= FEEDS_MAX:
                raise errors.LimitReached("There are as many feeds as there may be.", limit=str(FEEDS_MAX))
            owner = (feed.actor_id, feed.therapist_id, feed.client_id, feed.label.value)
            await conn.execute(
                _ADD, (call.practice_id, feed.feed_id, *owner, hash_, feed.create_time, feed.expire_time)
            )

    async def of_actor(self, call: Call, actor_id: str) -> Sequence[Feed]:
        """Return a person's feeds that can be read, oldest first: their ids grow with time."""
        async with call.tx() as conn:
            return [_of(row) for row in await (await conn.execute(_OF_ACTOR, (call.practice_id, actor_id))).fetchall()]

    async def revoke(self, call: Call, feed_id: str, actor_id: str) -> Feed:
        """Revoke a person's feed. Raises Unknown, also for somebody else's."""
        async with call.tx() as conn:
            row = await (await conn.execute(_REVOKE, (call.practice_id, feed_id, actor_id))).fetchone()
        if row is None:
            raise errors.Unknown("There is no such feed.", feed_id=feed_id)
        return _of(row)

    async def find(self, hash_: bytes) -> tuple[str, Feed]:
        """Return the practice and the feed a secret opens. Raises Unknown: unknown, revoked and expired alike."""
        async with self._database.begin([]) as conn:
            query = "select practice_id::text, feed_id::text from find_calendar_feed(%s)"
            owner = await (await conn.execute(query, (hash_,))).fetchone()
        if owner is None:
            raise errors.Unknown("There is no such feed.")
        async with self._database.begin([owner[0]]) as conn:
            row = await (await conn.execute(_READ, owner)).fetchone()
        if row is None:
            raise errors.Unknown("There is no such feed.")
        return str(owner[0]), _of(row)

    async def note_reading(self, call: Call, feed_id: str, *, at: datetime) -> None:
        """Note that a feed is in use, once an hour."""
        async with call.tx() as conn:
            await conn.execute(_NOTE, (at, call.practice_id, feed_id, at, READ_EVERY_H))


def _of(row: tuple[Any, ...]) -> Feed:
    feed_id, actor_id, therapist_id, client_id, label, *times = row
    return Feed(feed_id, actor_id, therapist_id, client_id, Label(label), *times)
