"""Keeps follow-ups, the rules that open them, and agreed cadences, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import uuid_utils

from services.booking.adapters import care_proto
from services.booking.adapters.answered import own_call
from services.booking.adapters.follow_up_rows import COLUMNS, follow_up, open_follow_up
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.follow_up import (
    RULES_MAX,
    Cadence,
    DismissReason,
    FollowUp,
    FollowUpRule,
    Kind,
    Trigger,
    due_of,
    prompt_at,
    trigger_of,
)
from services.booking.usecases.ports import FollowUpFilter
from services.chassis.context import Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Connection, Database

_RULE_COLUMNS = """
    rule_id::text, trigger, coalesce(session_type_id::text, ''), every_sessions, kind, due_in_days,
    coalesce(answer_session_type_id::text, ''), lead_days
"""

_RULES = f"select {_RULE_COLUMNS} from follow_up_rules where practice_id = %s order by rule_id"  # noqa: S608 - literals

_PUT_RULE = """
    insert into follow_up_rules
        (practice_id, rule_id, trigger, session_type_id, every_sessions, kind, due_in_days, answer_session_type_id,
        lead_days)
    values (%s, %s, %s, nullif(%s, '')::uuid, %s, %s, %s, nullif(%s, '')::uuid, %s)
    on conflict (practice_id, rule_id) do update
    set trigger = excluded.trigger, session_type_id = excluded.session_type_id,
        every_sessions = excluded.every_sessions, kind = excluded.kind, due_in_days = excluded.due_in_days,
        answer_session_type_id = excluded.answer_session_type_id, lead_days = excluded.lead_days
"""

# Completed sessions with the therapist; session types that lie ahead with them, and with anybody.
_HISTORY = """
    select count(*) filter (where is_theirs and state = 'COMPLETED'), count(*) filter (where is_theirs and is_ahead),
        coalesce(array_agg(session_type_id) filter (where is_ahead), '{}')
    from (
        select state, session_type_id::text, therapist_id = %(therapist_id)s as is_theirs,
            state in ('BOOKED', 'CONFIRMED') and start_time > %(at)s as is_ahead
        from appointments where practice_id = %(practice_id)s and client_id = %(client_id)s
            and appointment_id <> %(appointment_id)s
    ) other
"""

_UNDO = f"""
    update follow_ups set state = 'DISMISSED', dismiss_reason = %s, version = version + 1
    where practice_id = %s and cause_appointment_id = %s and state = 'OPEN'
    returning {COLUMNS}
"""  # noqa: S608 - only the literal column list is put in

_LOCK = f"""
    select {COLUMNS} from follow_ups where practice_id = %s and follow_up_id = %s for no key update
"""  # noqa: S608 - only the literal column list is put in

_PUT_CADENCE = """
    insert into cadences (practice_id, client_id, therapist_id, every_days, lead_days, since_time)
    select %s, client_id, %s, %s, %s, %s from clients where practice_id = %s and client_id = %s
    on conflict (practice_id, client_id, therapist_id) do update
    set every_days = excluded.every_days, lead_days = excluded.lead_days
"""


class PostgresFollowUps:
    """Is the store of follow-ups."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, call: Call) -> list[FollowUpRule]:
        """Return the practice's rules."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_RULES, (call.practice_id,))).fetchall()
        return [FollowUpRule(row[0], Trigger(row[1]), row[2], row[3], Kind(row[4]), *row[5:]) for row in rows]

    async def put_rule(self, call: Call, rule: FollowUpRule) -> None:
        """Create or replace a rule. Raises LimitReached."""
        values = (rule.session_type_id, rule.every_sessions, rule.kind.value, rule.due_in_days)
        async with call.tx() as conn:
            await conn.execute(
                _PUT_RULE,
                (
                    call.practice_id,
                    rule.rule_id,
                    rule.trigger.value,
                    *values,
                    rule.answer_session_type_id,
                    rule.lead_days,
                ),
            )
            if len(await self.rules(call)) > RULES_MAX:
                raise errors.LimitReached("There are too many rules.", limit=str(RULES_MAX))

    async def rule_now(self, call: Call, rule_id: str) -> FollowUpRule | None:
        """Return a rule as it stands, locked until this call ends."""
        lock = "select from follow_up_rules where practice_id = %s and rule_id = %s for no key update"
        async with call.tx() as conn:
            await conn.execute(lock, (call.practice_id, rule_id))
        return next((each for each in await self.rules(call) if each.rule_id == rule_id), None)

    async def remove_rule(self, call: Call, rule_id: str) -> None:
        """Remove a rule. Raises Unknown."""
        statement = "delete from follow_up_rules where practice_id = %s and rule_id = %s"
        async with call.tx() as conn:
            if (await conn.execute(statement, (call.practice_id, rule_id))).rowcount != 1:
                raise errors.Unknown("No such rule.", rule_id=rule_id)

    async def put_cadence(self, call: Call, cadence: Cadence, *, at: datetime) -> None:
        """Record an agreement, or end it. Raises UnknownClient."""
        key = (call.practice_id, cadence.client_id)
        async with call.tx() as conn:
            if not cadence.every_days:
                await conn.execute(
                    "delete from cadences where practice_id = %s and client_id = %s and therapist_id = %s",
                    (*key, cadence.therapist_id),
                )
                return
            values = (call.practice_id, cadence.therapist_id, cadence.every_days, cadence.lead_days, at, *key)
            if (await conn.execute(_PUT_CADENCE, values)).rowcount != 1:
                raise errors.UnknownClient("No such client.", client_id=cadence.client_id)

    async def cadences(self, call: Call, client_id: str, *, is_locked: bool = False) -> list[Cadence]:
        """Return what a client agreed, by therapist; locked, until this call ends."""
        query = (
            "select client_id::text, therapist_id::text, every_days, lead_days from cadences"
            " where practice_id = %s and client_id = %s order by therapist_id"
        )
        async with call.tx() as conn:
            words = (call.practice_id, client_id)
            rows = await (await conn.execute(query + (" for no key update" if is_locked else ""), words)).fetchall()
        return [Cadence(*row) for row in rows]

    async def cadence_now(self, call: Call, client_id: str, therapist_id: str) -> Cadence | None:
        """Return an agreement as it stands, locked until this call ends."""
        found = await self.cadences(call, client_id, is_locked=True)
        return next((each for each in found if each.therapist_id == therapist_id), None)

    async def open_after(self, call: Call, after: Appointment) -> None:
        """Open what the practice's rules ask for after a session ended or was lost, unless it is agreed already."""
        if trigger_of(after) is None or not (rules := await self.rules(call)):
            return
        values = {
            "practice_id": after.practice_id,
            "client_id": after.client_id,
            "therapist_id": after.slot.therapist_id,
            "appointment_id": after.appointment_id,
            "at": after.update_time,
        }
        async with call.tx() as conn:
            row = await (await conn.execute(_HISTORY, values)).fetchone()
            assert row is not None, "a count gives a row"
            completed, ahead, types_ahead = row
            for rule, due_date in due_of(rules, after, completed=completed + 1):
                answer_type = rule.answer_session_type_id
                if answer_type in types_ahead if answer_type else ahead:
                    continue
                wanted = FollowUp(
                    str(uuid_utils.uuid7()),
                    after.client_id,
                    after.slot.therapist_id,
                    rule.kind,
                    due_date,
                    after.update_time,
                    after.appointment_id,
                    rule.answer_session_type_id,
                    prompt_time=prompt_at(due_date, rule.lead_days, after.slot.time_zone, at=after.update_time),
                    is_confidential=after.is_confidential,
                )
                await _open(conn, call, wanted)

    async def undo_after(self, call: Call, appointment: Appointment) -> None:
        """Set aside what an undone step had opened."""
        values = (DismissReason.UNDONE.value, appointment.practice_id, appointment.appointment_id)
        async with call.tx() as conn:
            for row in await (await conn.execute(_UNDO, values)).fetchall():
                _tell_closed(call, follow_up(row))

    async def lock(self, call: Call, follow_up_id: str) -> FollowUp:
        """Return a follow-up that nobody else can change until this call ends. Raises Unknown."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK, (call.practice_id, follow_up_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such follow-up.", follow_up_id=follow_up_id)
        return follow_up(row)

    async def find(self, call: Call, follow_up_id: str) -> FollowUp:
        """Return a follow-up. Raises Unknown."""
        query = f"select {COLUMNS} from follow_ups where practice_id = %s and follow_up_id = %s"  # noqa: S608 - columns
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, follow_up_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such follow-up.", follow_up_id=follow_up_id)
        return follow_up(row)

    async def settle(self, call: Call, after: FollowUp) -> None:
        """Store a settled follow-up and its event."""
        async with call.tx() as conn:
            await conn.execute(
                "update follow_ups set state = %s, dismiss_reason = %s, version = %s"
                " where practice_id = %s and follow_up_id = %s",
                (after.state.value, after.dismiss_reason.value, after.version, call.practice_id, after.follow_up_id),
            )
        _tell_closed(call, after)

    async def page(
        self, call: Call, wanted: FollowUpFilter, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[FollowUp]:
        """Return at most *limit* follow-ups by due day and id."""
        wheres, values = ["practice_id = %s", "state = %s"], [call.practice_id, wanted.state.value]
        for column, value in (("client_id = %s", wanted.client_id), ("therapist_id = %s", wanted.therapist_id)):
            if value:
                wheres.append(column)
                values.append(value)
        if wanted.due_by_date:
            wheres.append("due_date <= %s::date")
            values.append(wanted.due_by_date)
        if after is not None:
            wheres.append("(due_date, follow_up_id) > (%s::date, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {COLUMNS} from follow_ups where {' and '.join(wheres)} "  # noqa: S608
            "order by due_date, follow_up_id limit %s"
        )
        async with call.tx() as conn:
            return [follow_up(row) for row in await (await conn.execute(statement, [*values, limit])).fetchall()]

    async def open_due(self, *, limit: int, at: datetime) -> int:
        """Open follow-ups of agreed cadences whose gap is near, in any practice; return how many."""
        async with self._database.begin([]) as conn:
            query = (
                "select practice_id::text, client_id::text, therapist_id::text, due_date::text from cadences_due(%s)"
            )
            due = await (await conn.execute(query, (limit,))).fetchall()
        if not due:
            return 0
        calls = {practice_id: own_call(practice_id, "OpenFollowUps") for practice_id, *_ in due}
        opened = 0
        async with self._database.begin(set(calls)) as conn:
            for practice_id, client_id, therapist_id, due_date in due:
                wanted = FollowUp(str(uuid_utils.uuid7()), client_id, therapist_id, Kind.CADENCE, due_date, at)
                opened += await _open(conn, calls[practice_id], wanted)
            await write_envelopes(conn, [call.envelope for call in calls.values()])
        return opened


async def _open(conn: Connection, call: Call, wanted: FollowUp) -> bool:
    """Store an open follow-up with its event, unless one of its kind is open; tell whether it was stored."""
    if not await open_follow_up(conn, call.practice_id, wanted):
        return False
    event = care_proto.opened_event(call.practice_id, wanted)
    call.publish(event, aggregate_id=wanted.follow_up_id, version=wanted.version)
    return True


def _tell_closed(call: Call, closed: FollowUp) -> None:
    event = care_proto.closed_event(call.practice_id, closed)
    call.publish(event, aggregate_id=closed.follow_up_id, version=closed.version)
