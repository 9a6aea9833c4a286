"""Keeps groups, rosters and sessions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg

from services.booking.adapters import groups_proto, proto
from services.booking.adapters.answered import close_answered
from services.booking.adapters.gates import is_gated, judge, lock_fences, lock_gates, refuse_fenced
from services.booking.adapters.group_rows import (
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    SESSION_COLUMNS,
    group_of,
    member_of,
    session_of,
    session_values,
)
from services.booking.adapters.group_seat_calls import PostgresSeatCalls
from services.booking.adapters.promise_rows import STALE, Row, write
from services.booking.adapters.rows import COLUMNS, appointment
from services.booking.adapters.rules import PostgresRules
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment
from services.booking.domain.group import Group, GroupSession, Member, SessionState
from services.booking.domain.policy import PracticeRules, with_deadline
from services.booking.usecases.group_ports import Place
from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError, Unavailable

SEATS_SHOWN_MAX = 200
"""Seats of a session shown at most, those given back too; the contract says so."""

_PUT = """
    insert into groups (
        practice_id, group_id, display_name, therapist_id, co_therapist_ids, session_type_id, is_open, needs_screening,
        min_seats, decide_h, version, create_time, is_self_bookable
    ) values (%s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict on constraint groups_pkey do update set
        display_name = excluded.display_name, therapist_id = excluded.therapist_id,
        co_therapist_ids = excluded.co_therapist_ids, session_type_id = excluded.session_type_id,
        is_open = excluded.is_open, needs_screening = excluded.needs_screening, min_seats = excluded.min_seats,
        decide_h = excluded.decide_h, version = excluded.version,
        is_self_bookable = excluded.is_self_bookable
    where groups.version = excluded.version - 1
"""

_PUT_MEMBER = """
    insert into group_members (practice_id, group_id, client_id, state, actor_id, create_time, update_time)
    values (%s, %s, %s, %s, %s, %s, %s)
    on conflict on constraint group_members_pkey do update set
        state = excluded.state, actor_id = excluded.actor_id, create_time = excluded.create_time,
        update_time = excluded.update_time
"""

_MEMBER = f"""
    select {MEMBER_COLUMNS} from group_members where practice_id = %s and group_id = %s and client_id = %s
"""  # noqa: S608 - only the literal column list is put in

_HAS_BEGUN = """
    select 1 from group_sessions
    where practice_id = %s and group_id = %s and state = 'SCHEDULED' and start_time <= %s limit 1
"""

_ON_ROSTER = """
    select 1 from group_members
    where practice_id = %s and group_id = %s and client_id = any (%s::uuid[]) and state in ('SCREENING', 'ACTIVE')
    limit 1
"""

_TAKE_ID = """
    insert into appointments (practice_id, appointment_id, state, version, create_time, update_time, create_actor_id)
    values (%s, %s, 'ABANDONED', 1, now(), now(), %s)
    on conflict on constraint appointments_pkey do nothing
"""

_ADD_SESSION = """
    insert into group_sessions (
        practice_id, group_session_id, group_id, state, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version, co_therapist_ids,
        min_seats, decide_time, version, group_series_id
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s)
"""

_SAVE_SESSION = """
    update group_sessions set
        state = %s, decide_time = %s, version = %s, min_seats = %s, pause_time = %s, keeps_time = %s,
        therapist_id = %s, start_time = %s, end_time = %s, start_local = %s, time_zone = %s, fold = %s,
        tzdata_version = %s, modality = %s, site_id = nullif(%s, '')::uuid, room_id = nullif(%s, '')::uuid,
        claim_version = %s
    where practice_id = %s and group_session_id = %s and version = %s
"""

_SEATS = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and group_session_id = %s and state <> 'ABANDONED'
    order by create_time desc, appointment_id limit {SEATS_SHOWN_MAX}
"""  # noqa: S608 - only literals are put in

_LOCK_SEATS = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and group_session_id = %s and state in ('BOOKED', 'CONFIRMED')
    order by appointment_id for no key update
"""  # noqa: S608 - only the literal column list is put in

_SEATS_AHEAD = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and client_id = %s and state in ('BOOKED', 'CONFIRMED') and start_time > now()
        and group_session_id in (select group_session_id from group_sessions where practice_id = %s and group_id = %s)
    order by appointment_id for no key update
"""  # noqa: S608 - only the literal column list is put in

_SEAT = """
    update appointments set group_session_id = %s
    where practice_id = %s and appointment_id = any (%s::uuid[]) and state <> 'ABANDONED'
"""

_JOIN_CARE_TEAM = """
    insert into care_team (practice_id, client_id, therapist_id, since_time)
    select %s, client_id, therapist_id, %s
    from unnest(%s::uuid[]) as c (client_id), unnest(%s::uuid[]) as t (therapist_id)
    order by client_id, therapist_id
    on conflict do nothing
"""


class PostgresGroups(PostgresSeatCalls):
    """Is the store of groups; every method works in the call's own transaction unless it says otherwise."""

    def __init__(self, database: Database, rules: PostgresRules) -> None:
        self._database = database
        self._rules = rules

    async def find(self, call: Call, group_id: str, *, is_locked: bool = False) -> Group:
        """Return a group. Raises Unknown."""
        query = f"select {GROUP_COLUMNS} from groups g where practice_id = %s and group_id = %s"  # noqa: S608 - columns
        rows = await _rows(call, query + (" for no key update" if is_locked else ""), (call.practice_id, group_id))
        if not rows:
            raise errors.Unknown("No such group.", group_id=group_id)
        return group_of(rows[0])

    async def put(self, call: Call, group: Group) -> None:
        """Store a group in its new version. Raises StaleVersion."""
        terms = (group.is_open, group.needs_screening, group.min_seats, group.decide_h)
        who = (group.display_name, group.therapist_id, list(group.co_therapist_ids), group.session_type_id)
        values = (
            group.practice_id,
            group.group_id,
            *who,
            *terms,
            group.version,
            group.create_time,
            group.is_self_bookable,
        )
        async with call.tx() as conn:
            if (await conn.execute(_PUT, values)).rowcount != 1:
                raise errors.StaleVersion("The group changed meanwhile.", group_id=group.group_id)

    async def page(self, call: Call, leader_id: str, *, after: Place | None, limit: int) -> list[Group]:
        """Return at most *limit* groups by creation and id, those that somebody leads or all."""
        wheres, values = ["practice_id = %s"], [call.practice_id]
        if leader_id:
            wheres.append("(therapist_id = %s::uuid or %s::uuid = any (co_therapist_ids))")
            values += [leader_id, leader_id]
        query = f"select {GROUP_COLUMNS} from groups g"  # noqa: S608 - only the literal column list is put in
        rows = await _page(call, query, wheres, values, "create_time, group_id", after, limit)
        return [group_of(row) for row in rows]

    async def has_begun(self, call: Call, group_id: str, *, at: datetime) -> bool:
        """Tell whether a session that was not called off has begun."""
        return bool(await _rows(call, _HAS_BEGUN, (call.practice_id, group_id, at)))

    async def members(self, call: Call, group_id: str) -> list[Member]:
        """Return everybody who was ever on the roster, in the order of joining."""
        query = f"select {MEMBER_COLUMNS} from group_members where practice_id = %s and group_id = %s"  # noqa: S608
        rows = await _rows(call, query + " order by create_time, client_id", (call.practice_id, group_id))
        return [member_of(row) for row in rows]

    async def member(self, call: Call, group_id: str, client_id: str, *, is_locked: bool = False) -> Member | None:
        """Return a place on the roster; a locked one stays as it is until this call ends."""
        rows = await _rows(call, _MEMBER + (" for share" if is_locked else ""), (call.practice_id, group_id, client_id))
        return member_of(rows[0]) if rows else None

    async def put_member(self, call: Call, member: Member) -> None:
        """Store a place. Raises UnknownClient."""
        who = (call.practice_id, member.group_id, member.client_id, member.state.value, call.actor.actor_id)
        try:
            async with call.tx() as conn:
                await conn.execute(_PUT_MEMBER, (*who, member.create_time, member.update_time))
        except psycopg.errors.ForeignKeyViolation:
            raise errors.UnknownClient("No such client.", client_id=member.client_id) from None

    async def check_fences(self, call: Call, group_id: str, client_id: str, *, is_staff: bool = True) -> None:
        """Refuse a client who must not meet somebody on the roster. Raises Fenced; SlotNotOffered for a client."""
        fences = (await self._rules.of_call(call)).fences_of((client_id,))
        if not fences:
            return
        others = [each.other_client_id if each.client_id == client_id else each.client_id for each in fences]
        async with call.tx() as conn:
            await lock_fences(conn, [(call.practice_id, each.fence_id) for each in fences])
        if await _rows(call, _ON_ROSTER, (call.practice_id, group_id, others)):
            refuse_fenced(is_staff=is_staff)

    async def add_session(self, call: Call, session: GroupSession) -> None:
        """Store a session with its event, its id taken out of use for appointments. Raises HoldAbandoned."""
        key = (session.practice_id, session.group_session_id)
        async with call.tx() as conn:
            if (await conn.execute(_TAKE_ID, (*key, call.actor.actor_id))).rowcount != 1:
                raise errors.HoldAbandoned("The hold was given back; ask again.", group_session_id=key[1])
            await conn.execute(_ADD_SESSION, session_values(session))
        call.publish(groups_proto.scheduled(session), aggregate_id=session.group_session_id, version=session.version)

    async def session(self, call: Call, group_session_id: str, *, lock: str = "") -> GroupSession:
        """Return a session, locked "share" or "no key update" or not. Raises Unknown."""
        query = f"select {SESSION_COLUMNS} from group_sessions s where practice_id = %s and group_session_id = %s"  # noqa: S608
        rows = await _rows(call, query + (f" for {lock}" if lock else ""), (call.practice_id, group_session_id))
        if not rows:
            raise errors.Unknown("No such session.", group_session_id=group_session_id)
        return session_of(rows[0])

    async def leaders_of(self, call: Call, group_session_id: str) -> tuple[str, ...]:
        """Return everybody who leads a session. Raises Unknown."""
        return (await self.session(call, group_session_id)).leader_ids

    async def save_session(self, call: Call, before: GroupSession, after: GroupSession) -> None:
        """Store a session in its new version; a move, a cancellation or its end with the event. Raises StaleVersion."""
        key, slot = (after.practice_id, after.group_session_id, before.version), after.slot
        when = (slot.start_time, slot.end_time, slot.start_local, slot.time_zone, slot.fold, slot.tzdata_version)
        where = (slot.modality, slot.site_id, slot.room_id, slot.claim_version)
        pause = (after.min_seats, after.pause_time, after.keeps_time)
        said = (after.state.value, after.decide_time, after.version, *pause, slot.therapist_id, *when, *where)
        async with call.tx() as conn:
            done = await conn.execute(_SAVE_SESSION, (*said, *key))
        if done.rowcount != 1:
            raise errors.StaleVersion("The session changed meanwhile.", group_session_id=after.group_session_id)
        if slot.start_time != before.slot.start_time:
            moved = groups_proto.moved(before, after)
            call.publish(moved, aggregate_id=after.group_session_id, version=after.version)
        if before.state is SessionState.CANCELLED and after.state is SessionState.SCHEDULED:
            again = groups_proto.scheduled(after)
            call.publish(again, aggregate_id=after.group_session_id, version=after.version)
        if after.state is SessionState.CANCELLED:
            told = groups_proto.cancelled(after, is_below_minimum=call.actor.kind == "system")
            call.publish(told, aggregate_id=after.group_session_id, version=after.version)

    async def seats(self, call: Call, group_session_id: str, *, is_locked: bool = False) -> list[Appointment]:
        """Return a session's seats, the latest first, at most 200; or those ahead, by id and locked."""
        rows = await _rows(call, _LOCK_SEATS if is_locked else _SEATS, (call.practice_id, group_session_id))
        return [appointment(row) for row in rows]

    async def seats_ahead(self, call: Call, group_id: str, client_id: str) -> list[Appointment]:
        """Return a client's seats ahead in a group, by id, locked."""
        rows = await _rows(call, _SEATS_AHEAD, (call.practice_id, client_id, call.practice_id, group_id))
        return [appointment(row) for row in rows]

    async def book_seats(
        self,
        call: Call,
        session: GroupSession,
        booked: Sequence[tuple[Appointment, facts.Booked]],
        *,
        is_staff: bool = True,
    ) -> dict[str, ServiceError]:
        """
        Store seats with their events under the practice's rules; return why not, by appointment, of those refused.

        Seats are written one after the other, in the order of their ids: each meets those before it at the fences.

        Raises:
            HoldAbandoned: A seat was given back meanwhile. (ABORTED)
            Unavailable: The practice's rules changed meanwhile. (UNAVAILABLE)
        """
        refused: dict[str, ServiceError] = {}
        seated: list[Appointment] = []
        async with call.tx() as conn:
            rules = await self._rules.of_call(call)
            gated = [(each, rules) for each, _ in booked if rules.version and is_gated(each, rules)]
            if gated:
                await lock_gates(conn, gated)
            for each, fact in sorted(booked, key=lambda pair: pair[0].appointment_id):
                refusal, is_answer = await _seat(conn, each, rules, is_staff=is_staff)
                if refusal is not None:
                    refused[each.appointment_id] = refusal
                    continue
                seated += [each] if is_answer else []
                call.publish(proto.event_of(fact), aggregate_id=each.appointment_id, version=each.version)
            for envelope in await close_answered(conn, seated) if seated else ():
                call.envelope.events.extend(envelope.events)
            clients = [each.client_id for each, _ in booked if each.appointment_id not in refused]
            if clients and session.co_therapist_ids:
                words = (call.practice_id, booked[0][0].create_time, clients, list(session.co_therapist_ids))
                await conn.execute(_JOIN_CARE_TEAM, words)
        return refused

    async def undecided(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of sessions for which it is time to decide whether they run, in any practice."""
        query = "select practice_id::text, group_session_id::text from group_sessions_undecided(%s)"
        async with self._database.begin([]) as conn:
            return [(row[0], row[1]) for row in await (await conn.execute(query, (limit,))).fetchall()]


async def _seat(
    conn: Connection, wanted: Appointment, rules: PracticeRules, *, is_staff: bool
) -> tuple[ServiceError | None, bool]:
    """Write one seat; return why not, and whether the client has follow-ups that it may answer."""
    refusal: ServiceError | None = None
    row = Row(wanted, rules.version)
    try:
        if rules.version:
            is_looked_at = is_gated(wanted, rules)
            warnings = await judge(conn, wanted, rules, is_staff=is_staff) if is_looked_at else ()
            policy = rules.policy(wanted.slot.session_type_id)
            row = Row(replace(with_deadline(wanted, policy), warnings=warnings), rules.version)
    except errors.Gate as error:
        refusal, row = error, Row(wanted, rules.version, is_refused=True)
    written = await write(conn, [row])
    if not written:
        raise errors.HoldAbandoned("The seat was given back; ask again.", appointment_id=wanted.appointment_id)
    _, _, state, has_open = written[0]
    if state == STALE:
        raise Unavailable("The practice's rules keep changing.", dependency="practice_rules")
    if refusal is None:
        await conn.execute(_SEAT, (wanted.group_session_id, wanted.practice_id, [wanted.appointment_id]))
    return refusal, has_open


async def _rows(call: Call, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    async with call.tx() as conn:
        return await (await conn.execute(statement, values)).fetchall()


async def _page(
    call: Call,
    query: str,
    wheres: Sequence[str],
    values: Sequence[object],
    order: str,
    after: Place | None,
    limit: int,
) -> list[tuple[Any, ...]]:
    """Return a page in the order of an instant and an id; only literals are put into the text."""
    told = [*values, *after] if after else list(values)
    where = " and ".join([*wheres, f"({order}) > (%s, %s::uuid)"] if after else wheres)
    return await _rows(call, f"{query} where {where} order by {order} limit %s", (*told, limit))
