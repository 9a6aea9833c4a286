"""Tells, once for each follow-up, that client and care team should be prompted."""

from __future__ import annotations

from services.booking.adapters import care_proto
from services.booking.adapters.answered import own_call
from services.booking.adapters.follow_up_rows import COLUMNS, follow_up
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database

# Danger: the row itself remembers that it was told, in the transaction that tells it. Whatever the clock does later,
# and however many processes look, it is told once.
_MARK = f"""
    update follow_ups set prompted_time = now()
    where (practice_id, follow_up_id) in (
        select f.practice_id, f.follow_up_id from follow_ups f
        where (f.practice_id, f.follow_up_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
            and f.state = 'OPEN' and f.prompted_time is null and f.prompt_time <= now()
        order by f.practice_id, f.follow_up_id
        for no key update skip locked
    )
    returning practice_id::text, array(
        select t.therapist_id::text from care_team t
        where t.practice_id = follow_ups.practice_id and t.client_id = follow_ups.client_id
            and (t.cover_until is null or t.cover_until > now())
        order by t.since_time, t.therapist_id
    ), {COLUMNS}
"""  # noqa: S608 - only the literal column list is put in


class Prompts:
    """Marks follow-ups as told and tells of them in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def announce(self, *, limit: int) -> int:
        """Announce at most *limit* follow-ups, of any practice, and return how many; one being changed waits."""
        async with self._database.begin([]) as conn:
            query = "select practice_id::text, follow_up_id::text from follow_ups_to_prompt(%s)"
            due = await (await conn.execute(query, (limit,))).fetchall()
        if not due:
            return 0
        calls = {practice_id: own_call(practice_id, "PromptFollowUps") for practice_id, _ in due}
        async with self._database.begin(set(calls)) as conn:
            marked = await conn.execute(_MARK, ([row[0] for row in due], [row[1] for row in due]))
            rows = await marked.fetchall()
            for practice_id, team, *columns in rows:
                told = follow_up(tuple(columns))
                event = care_proto.due_event(practice_id, told, team)
                calls[practice_id].publish(event, aggregate_id=told.follow_up_id, version=told.version)
            await write_envelopes(conn, [call.envelope for call in calls.values()])
        return len(rows)
