"""Keeps emergency access in PostgreSQL; what was explained is ciphertext there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message
from kept.booking.v1 import break_glass_events_pb2

from services.booking.adapters.break_glass_proto import facts_of
from services.booking.domain import errors
from services.booking.domain.break_glass import BreakGlass, Finding
from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database

EXPLANATION_FIELD = "break_glasses.explanation"
"""Danger: bound into every ciphertext; another name makes every stored explanation unreadable."""

_COLUMNS = """
    break_glass_id::text, client_id::text, actor_id, reason, scopes, start_time, expire_time, review_due_time, finding,
    reviewer_id, version
"""

_ADD = """
    insert into break_glasses (
        practice_id, break_glass_id, client_id, actor_id, reason, explanation, scopes, start_time, expire_time,
        review_due_time
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_SAVE = """
    update break_glasses set expire_time = %s, finding = %s, reviewer_id = %s, version = %s,
        review_time = case when %s = '' then null else coalesce(review_time, now()) end
    where practice_id = %s and break_glass_id = %s
"""

_LOCK = f"""
    select {_COLUMNS} from break_glasses where practice_id = %s and break_glass_id = %s for no key update
"""  # noqa: S608 - a literal list of columns

_PAGE = f"""
    select {_COLUMNS} from break_glasses
    where practice_id = %(practice_id)s and (%(after)s::uuid is null or break_glass_id < %(after)s::uuid)
        and (finding = '' or not %(is_unreviewed)s)
    order by break_glass_id desc limit %(limit)s
"""  # noqa: S608 - a literal list of columns

_MARK_OVERDUE = f"""
    update break_glasses set overdue_time = now(), version = version + 1
    where practice_id = %s and break_glass_id = %s and finding = '' and overdue_time is null returning {_COLUMNS}
"""  # noqa: S608 - a literal list of columns


class PostgresBreakGlasses:
    """Is the store of emergency access."""

    def __init__(self, database: Database, cipher: ClientCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, call: Call, begun: BreakGlass, explanation: str) -> None:
        """Store a new one with its notice. Raises UnknownClient."""
        practice_id, client_id = call.practice_id, begun.client_id
        query = "select wrapped_key from clients where practice_id = %s and client_id = %s"
        async with call.tx() as conn:
            row = await (await conn.execute(query, (practice_id, client_id))).fetchone()
            if row is None:
                raise errors.UnknownClient("No such client.", client_id=client_id)
            sealed = await self._cipher.encrypt(
                practice_id, client_id, bytes(row[0]), f"{EXPLANATION_FIELD}|{begun.break_glass_id}", explanation
            )
            times = (begun.start_time, begun.expire_time, begun.review_due_time)
            who = (practice_id, begun.break_glass_id, client_id, begun.actor_id)
            await conn.execute(_ADD, (*who, begun.reason, sealed, list(begun.scopes), *times))
        _tell(call, begun, break_glass_events_pb2.BreakGlassStarted(break_glass=facts_of(call.practice_id, begun)))

    async def lock(self, call: Call, break_glass_id: str) -> BreakGlass:
        """Return one that nobody else can change until this call ends. Raises Unknown."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK, (call.practice_id, break_glass_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such emergency access.", break_glass_id=break_glass_id)
        return _of(row)

    async def save(self, call: Call, after: BreakGlass, event: Message) -> None:
        """Store the new state and its event."""
        what = (after.expire_time, after.finding.value, after.reviewer_id, after.version, after.finding.value)
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*what, call.practice_id, after.break_glass_id))
        _tell(call, after, event)

    async def page(self, call: Call, *, is_unreviewed: bool, after: str | None, limit: int) -> Sequence[BreakGlass]:
        """Return at most *limit*, newest first: their ids grow with time."""
        values = {
            "practice_id": call.practice_id,
            "after": after,
            "is_unreviewed": is_unreviewed,
            "limit": limit,
        }
        async with call.tx() as conn:
            return [_of(row) for row in await (await conn.execute(_PAGE, values)).fetchall()]

    async def announce_overdue(self, *, limit: int) -> int:
        """Tell reviews that nobody did in time, once each; return how many."""
        async with self._database.begin([]) as conn:
            found = await conn.execute("select practice_id::text, break_glass_id::text from break_glasses_overdue(%s)",
                                       (limit,))  # fmt: skip
            due = await found.fetchall()
        for practice_id, break_glass_id in due:
            call = Call(
                actor=Actor("system:booking", "system", practice_id, frozenset({"system"})),
                method="booking.AnnounceOverdueReviews",
                database=self._database,
            )
            async with self._database.begin([practice_id]) as conn:
                row = await (await conn.execute(_MARK_OVERDUE, (practice_id, break_glass_id))).fetchone()
                if row is not None:
                    late = _of(row)
                    await call.authorize(client_ids=[late.client_id], resource_id=break_glass_id)
                    facts = facts_of(practice_id, late)
                    _tell(call, late, break_glass_events_pb2.BreakGlassReviewOverdue(break_glass=facts))
                    await write_envelopes(conn, [call.seal(None)])
        return len(due)


def _tell(call: Call, glass: BreakGlass, event: Message) -> None:
    call.publish(event, aggregate_id=glass.break_glass_id, version=glass.version)


def _of(row: tuple[Any, ...]) -> BreakGlass:
    break_glass_id, client_id, actor_id, reason, scopes, *times, finding, reviewer_id, version = row
    start_time, expire_time, review_due_time = times
    return BreakGlass(
        break_glass_id=break_glass_id,
        client_id=client_id,
        actor_id=actor_id,
        reason=reason,
        scopes=tuple(scopes),
        start_time=start_time,
        expire_time=expire_time,
        review_due_time=review_due_time,
        finding=Finding(finding),
        reviewer_id=reviewer_id,
        version=version,
    )
