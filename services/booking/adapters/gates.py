"""Looks, under lock, at what a booking must not break: fences, and what clients have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.policy import Fence, Given, PracticeRules, check_gates
from services.chassis.context import Call
from services.chassis.db.pool import Connection

# Rows are locked in key order, rules before fences before authorisations, as by whoever changes them: no two can wait
# for each other. Whoever books for either of a pair waits for the other.
_LOCK_RULES = "select 1 from practice_rules where practice_id = any (%s::uuid[]) order by practice_id for share"

_LOCK_FENCES = """
    select 1 from fences
    where (practice_id, fence_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
    order by practice_id, fence_id for no key update
"""

_LOCK_AUTHORISATIONS = """
    select 1 from authorisations
    where (practice_id, client_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
    order by practice_id, authorisation_id for no key update
"""

# A day bounds the index scan: no session is longer.
_MEETS = """
    select 1
    from unnest(%(others)s::uuid[], %(gaps)s::integer[]) as kept_off (client_id, gap_min)
    join appointments a on a.practice_id = %(practice_id)s and a.site_id = %(site_id)s
        and a.appointment_id <> %(appointment_id)s
        and a.state in ('BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION')
        and a.start_time < %(end_time)s + make_interval(mins => gap_min)
        and a.start_time > %(start_time)s - make_interval(mins => gap_min) - interval '1 day'
        and a.end_time > %(start_time)s - make_interval(mins => gap_min)
    where a.client_id = kept_off.client_id or (
        a.has_participants and exists (
            select from appointment_participants p
            where p.practice_id = a.practice_id and p.appointment_id = a.appointment_id
                and p.client_id = kept_off.client_id
        )
    )
    limit 1
"""

_SHARES_A_GROUP = """
    select 1 from appointments
    where practice_id = %s and group_session_id = %s and client_id = any (%s::uuid[]) and appointment_id <> %s
        and state in ('BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION')
    limit 1
"""

_GIVEN = """
    with covering as (
        select visit_count - used_count as free, from_date, to_date, session_type_ids
        from authorisations
        where practice_id = %(practice_id)s and client_id = %(client_id)s
            and %(day)s::date between from_date and to_date
            and (session_type_ids = '{}' or %(session_type_id)s::uuid = any (session_type_ids))
    )
    select
        exists (
            select from requirements where practice_id = %(practice_id)s and client_id = %(client_id)s and kind = 'CARD'
                and (expire_time is null or expire_time > %(start_time)s)
        ),
        exists (
            select from requirements where practice_id = %(practice_id)s and client_id = %(client_id)s
                and kind = 'CONSENT' and (expire_time is null or expire_time > %(start_time)s)
        ),
        case when exists (select from authorisations where practice_id = %(practice_id)s and client_id = %(client_id)s)
        then coalesce((select sum(free) from covering), 0)::integer - (
            select count(*) from appointments a
            where a.practice_id = %(practice_id)s and a.client_id = %(client_id)s
                and a.appointment_id <> %(appointment_id)s
                and a.state in ('BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION')
                and exists (
                    select from covering c
                    where left(a.start_local, 10)::date between c.from_date and c.to_date
                        and (c.session_type_ids = '{}' or a.session_type_id = any (c.session_type_ids))
                )
        )::integer end
"""

# Who has had a session has had the first one; what comes due later stops nobody at the door.
_INTAKE_DUE = """
    select 1 from intake_dues d
    where d.practice_id = %s and d.client_id = any (%s::uuid[]) and not exists (
        select from appointments a
        where a.practice_id = d.practice_id and a.client_id = d.client_id and a.state = 'COMPLETED'
    )
    limit 1
"""


class PostgresGates:
    """Checks a move against the fences around its clients."""

    async def check_move(self, call: Call, moved: Appointment, rules: PracticeRules, *, is_staff: bool) -> None:
        """Refuse a move that would bring two fenced clients together. Raises Fenced, SlotNotOffered."""
        if fences := rules.fences_of(moved.client_ids):
            async with call.tx() as conn:
                await lock_fences(conn, [(moved.practice_id, fence.fence_id) for fence in fences])
                await check_fences(conn, moved, fences, is_staff=is_staff)

    async def explain(
        self, call: Call, wanted: Appointment, rules: PracticeRules, *, is_staff: bool
    ) -> tuple[list[str], Sequence[str]]:
        """Return the reasons a booking would be refused with, and its warnings; nothing is locked."""
        refusals: list[str] = []
        warnings: Sequence[str] = ()
        async with call.tx() as conn:
            try:
                await check_fences(conn, wanted, rules.fences_of(wanted.client_ids), is_staff=is_staff)
            except errors.Gate as refusal:
                refusals.append(refusal.reason)
            try:
                warnings = await judge(conn, wanted, replace(rules, fences={}), is_staff=is_staff)
            except errors.Gate as refusal:
                refusals.append(refusal.reason)
        return refusals, warnings

    async def check_intake(self, call: Call, started: Appointment) -> None:
        """Refuse to begin a first session before its clients have seen to what comes before it. Raises IntakeDue."""
        async with call.tx() as conn:
            cursor = await conn.execute(_INTAKE_DUE, (call.practice_id, list(started.client_ids)))
            if await cursor.fetchone() is not None:
                raise errors.IntakeDue("Forms or consents come before the first session.")


def is_gated(booked: Appointment, rules: PracticeRules) -> bool:
    """Tell whether a booking must be looked at under lock; most need not."""
    return rules.policy(booked.slot.session_type_id).is_gated or bool(rules.fences_of(booked.client_ids))


async def lock_gates(conn: Connection, wanted: Sequence[tuple[Appointment, PracticeRules]]) -> None:
    """Lock what the bookings of one transaction will be checked against, all of it before the first check."""
    await conn.execute(_LOCK_RULES, (sorted({one.practice_id for one, _ in wanted}),))
    fences = [(one.practice_id, each.fence_id) for one, rules in wanted for each in rules.fences_of(one.client_ids)]
    if fences:
        await lock_fences(conn, fences)
    clients = [
        (one.practice_id, one.client_id) for one, rules in wanted if rules.policy(one.slot.session_type_id).visits
    ]
    if clients:
        await conn.execute(_LOCK_AUTHORISATIONS, ([each[0] for each in clients], [each[1] for each in clients]))


async def lock_fences(conn: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Lock pairs, by practice and fence, in key order."""
    await conn.execute(_LOCK_FENCES, ([each[0] for each in keys], [each[1] for each in keys]))


async def judge(conn: Connection, booked: Appointment, rules: PracticeRules, *, is_staff: bool) -> tuple[str, ...]:
    """
    Return the warnings a booking carries; its gates are locked.

    Raises:
        Gate: A fence, or what the policy refuses without. (FAILED_PRECONDITION)
    """
    if fences := rules.fences_of(booked.client_ids):
        await check_fences(conn, booked, fences, is_staff=is_staff)
    policy = rules.policy(booked.slot.session_type_id)
    if not policy.is_gated:
        return ()
    values = {
        "practice_id": booked.practice_id,
        "appointment_id": booked.appointment_id,
        "client_id": booked.client_id,
        "session_type_id": booked.slot.session_type_id,
        "day": booked.slot.start_local[:10],
        "start_time": booked.slot.start_time,
    }
    row = await (await conn.execute(_GIVEN, values)).fetchone()
    assert row is not None, "a query without a table gives a row"
    return check_gates(policy, Given(*row))


async def check_fences(conn: Connection, wanted: Appointment, fences: Sequence[Fence], *, is_staff: bool) -> None:
    """
    Refuse a session that two fenced clients would share, or whose neighbours in time and place are fenced.

    Danger: a client must not learn that the other one is there: they hear that the slot is not offered.

    Raises:
        Fenced: For staff. (FAILED_PRECONDITION)
        SlotNotOffered: For everybody else. (FAILED_PRECONDITION)
    """
    here = set(wanted.client_ids)
    is_broken = any({fence.client_id, fence.other_client_id} <= here for fence in fences)
    kept_off = [
        (fence.other_client_id if fence.client_id in here else fence.client_id, fence.gap_min)
        for fence in fences
        if wanted.slot.site_id and fence.site_id in ("", wanted.slot.site_id)
    ]
    if not is_broken and kept_off:
        values = {
            "practice_id": wanted.practice_id,
            "appointment_id": wanted.appointment_id,
            "site_id": wanted.slot.site_id,
            "start_time": wanted.slot.start_time,
            "end_time": wanted.slot.end_time,
            "others": [client_id for client_id, _ in kept_off],
            "gaps": [gap_min for _, gap_min in kept_off],
        }
        is_broken = await (await conn.execute(_MEETS, values)).fetchone() is not None
    if not is_broken and wanted.group_session_id:
        # In one session they meet wherever it takes place, by video too.
        others = [fence.other_client_id if fence.client_id in here else fence.client_id for fence in fences]
        words = (wanted.practice_id, wanted.group_session_id, others, wanted.appointment_id)
        is_broken = await (await conn.execute(_SHARES_A_GROUP, words)).fetchone() is not None
    if is_broken:
        refuse_fenced(is_staff=is_staff)


def refuse_fenced(*, is_staff: bool) -> NoReturn:
    """
    Refuse what would bring two fenced clients together.

    Danger: a client hears the very words of the ledger, or they would tell the two apart.

    Raises:
        Fenced: For staff. (FAILED_PRECONDITION)
        SlotNotOffered: For everybody else. (FAILED_PRECONDITION)
    """
    if is_staff:
        raise errors.Fenced("Two clients who must not meet would.")
    raise errors.SlotNotOffered("The therapist does not offer this.")
