"""Tells each practice once a day what failed: numbers to open desks, a mail to the desk."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import uuid_utils
from kept.notifications.v1 import notifications_events_pb2

from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database
from services.notifications.adapters import log
from services.notifications.adapters.notices import FAILURES, open_notice
from services.notifications.adapters.proto import timestamp
from services.notifications.adapters.record import DIGEST_RULE
from services.notifications.domain.message import State

MOST_AT_ONCE = 200
"""Practices digested in one look; what is over waits for the next."""

AFTER = timedelta(hours=6)
"""How long after a day's end it is digested: what was put off has ended by then."""


async def digest_failures(database: Database, *, at: datetime) -> int:
    """Digest the newest day that is over; return how many practices were told. Twice is once."""
    day = (at - AFTER - timedelta(days=1)).date()
    from_time = datetime.combine(day, time(), UTC)
    to_time = from_time + timedelta(days=1)
    async with database.begin([]) as conn:
        found = await conn.execute(
            "select practice_id::text from find_undigested_practices(%s, %s)", (day, MOST_AT_ONCE)
        )
        practices = [str(row[0]) for row in await found.fetchall()]
    for practice_id in practices:
        async with database.begin([practice_id]) as conn:
            reasons = await log.count_reasons(conn, practice_id, from_time=from_time, to_time=to_time)
            failed = [(reason, count) for state, reason, count in reasons if state is State.FAILED]
            total = sum(count for _, count in failed)
            done = await conn.execute(
                "insert into failure_digests (practice_id, day, failed_count, create_time) values (%s, %s, %s, %s)"
                " on conflict on constraint failure_digests_pkey do nothing",
                (practice_id, day, total, at),
            )
            if not done.rowcount:
                continue
            call = Call(
                actor=Actor("system:notifications", "system", practice_id, frozenset({"system"}), strength="key"),
                method="notifications.DigestFailures",
                practice_id=practice_id,
                rule=DIGEST_RULE,
            )
            await call.authorize(resource_id=practice_id)
            digest = notifications_events_pb2.FailuresDigested(
                practice_id=practice_id,
                day=day.isoformat(),
                failed_count=total,
                reasons=[
                    notifications_events_pb2.FailuresDigested.FailureCount(reason=reason, count=count)
                    for reason, count in failed
                ],
                digest_time=timestamp(at),
                version=1,
            )
            call.publish(digest, aggregate_id=practice_id, version=day.toordinal())
            await write_envelopes(conn, [call.seal(None)])
            if total:
                await open_notice(conn, practice_id, str(uuid_utils.uuid7()), FAILURES, version=1, at=at)
    return len(practices)
