"""Keeps cases of absences in PostgreSQL, each change with its event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.booking.adapters import affected
from services.booking.adapters.absence_rows import (
    AFFECTED,
    CASES,
    OFFERS,
    affected_of,
    affected_values,
    case_of,
    offer_of,
    option_values,
)
from services.booking.adapters.rows import COLUMNS, appointment
from services.booking.domain import errors
from services.booking.domain.absence import Affected, Offer, gap_days, rank
from services.booking.domain.appointment import Appointment
from services.booking.usecases.absence_ports import Case, Wording
from services.booking.usecases.waitlist_ports import ClaimStanding, PageCursor
from services.chassis.context import Call
from services.chassis.db.pool import Database

_OPEN_CASE = """
    insert into absence_cases (practice_id, absence_id, therapist_id, start_time, end_time, create_time)
    values (%s, %s, %s, %s, %s, %s)
    on conflict do nothing
"""

_ADD_AFFECTED = """
    insert into affected_appointments (
        client_id, session_type_id, start_time, need_rank, need, state, kinds, answer_h, round, note, is_escalated,
        escalate_time, look_time, settle_time, version, practice_id, absence_id, appointment_id
    ) values (nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        %s, %s)
"""

_ADD_WORDING = """
    insert into absence_wordings (practice_id, absence_id, wording_version, body, author_id, create_time)
    values (%s, %s, %s, %s, %s, %s)
"""

_APPROVE = """
    with approved as (
        update absence_wordings set approve_actor_id = %(actor_id)s, approve_time = %(at)s
        where practice_id = %(practice_id)s and absence_id = %(absence_id)s and wording_version = %(wording_version)s
            and approve_time is null
    )
    update absence_cases set approved_wording_version = %(wording_version)s
    where practice_id = %(practice_id)s and absence_id = %(absence_id)s
"""

_LOCK_CASE = "select 1 from absence_cases where practice_id = %s and absence_id = %s for no key update"

_KNOWN = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and appointment_id = %s and state <> 'ABANDONED'
"""  # noqa: S608 - only the literal column list is put in

# The sessions before and after a lost one: kept ones count, and agreed ones that the absence does not hit.
_NEIGHBOURS = """
    select max(start_time) filter (where state in ('CHECKED_IN', 'IN_SESSION', 'COMPLETED')),
        min(start_time) filter (
            where state in ('BOOKED', 'CONFIRMED') and start_time > %(start_time)s
                and not (therapist_id = %(therapist_id)s and start_time < %(to_time)s and end_time > %(from_time)s)
        )
    from appointments
    where practice_id = %(practice_id)s and client_id = %(client_id)s and appointment_id <> %(appointment_id)s
"""

_SET_RANK = """
    update affected_appointments set need_rank = %s where practice_id = %s and absence_id = %s and appointment_id = %s
"""

_LATEST = (
    OFFERS
    + """
    where o.practice_id = %s and o.absence_id = %s and o.appointment_id = any (%s::uuid[]) and not exists (
        select from absence_offers later
        where later.practice_id = o.practice_id and later.absence_id = o.absence_id
            and later.appointment_id = o.appointment_id
            and (later.make_time, later.offer_id) > (o.make_time, o.offer_id)
    )
"""
)

_ADD_OFFER = """
    insert into absence_offers (
        practice_id, offer_id, absence_id, appointment_id, client_id, wording_version, state, is_confidential,
        make_time, expire_time, version
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_ADD_OPTION = """
    insert into absence_options (
        practice_id, option_id, offer_id, ordinal, kind, why, state, refuse_reason, is_held, therapist_id,
        session_type_id, start_time, end_time, start_local, time_zone, fold, tzdata_version, modality, site_id, room_id,
        claim_version
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, '')::uuid,
        nullif(%s, '')::uuid, %s)
"""

_HIT = (
    OFFERS
    + """
    where o.practice_id = %(practice_id)s and o.state in ('PREPARED', 'MADE') and exists (
        select from absence_options p
        where p.practice_id = o.practice_id and p.offer_id = o.offer_id and p.therapist_id = %(therapist_id)s
            and p.kind <> 'VIDEO' and p.state in ('PREPARED', 'HELD') and p.start_time < %(to_time)s
            and p.end_time > %(from_time)s
    )
    order by o.appointment_id
"""
)

_FORGET = "delete from affected_appointments where practice_id = %s and absence_id = %s and appointment_id = %s"

_STANDING = """
    select p.state in ('PREPARED', 'HELD') and o.state in ('PREPARED', 'MADE') from absence_options p
    join absence_offers o on o.practice_id = p.practice_id and o.offer_id = p.offer_id
    where p.practice_id = %s and p.option_id = %s
    for no key update of p
"""


class PostgresAbsenceCases:
    """Is the store of the absence workflow; every method works in the call's own transaction unless it says so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_case(self, call: Call, case: Case, claims: Sequence[Affected]) -> bool:
        """Store a case and what it hits; False when it is there already."""
        values = (call.practice_id, case.absence_id, case.therapist_id, case.start_time, case.end_time)
        async with call.tx() as conn:
            if (await conn.execute(_OPEN_CASE, (*values, case.create_time))).rowcount != 1:
                return False
            async with conn.cursor() as cursor:
                key = (call.practice_id, case.absence_id)
                rows = [(*affected_values(each), *key, each.appointment_id) for each in claims]
                await cursor.executemany(_ADD_AFFECTED, rows)
        return True

    async def case(self, call: Call, absence_id: str, *, is_locked: bool = False) -> Case:
        """Return a case with its counts and its latest wording. Raises UnknownAbsence."""
        key = (call.practice_id, absence_id)
        if is_locked:
            await self._rows(call, _LOCK_CASE, key)
        rows = await self._rows(call, CASES + "where c.practice_id = %s and c.absence_id = %s", key)
        if not rows:
            raise errors.UnknownAbsence("No such absence.", absence_id=absence_id)
        return case_of(rows[0])

    async def cases(self, call: Call, *, has_settled: bool, after: PageCursor | None, limit: int) -> list[Case]:
        """Return at most *limit* cases, newest first."""
        values: list[Any]
        wheres, values = ["c.practice_id = %s"], [call.practice_id]
        if not has_settled:
            wheres.append(
                "exists (select from affected_appointments a where a.practice_id = c.practice_id"
                " and a.absence_id = c.absence_id and a.settle_time is null)"
            )
        if after is not None:
            wheres.append("(c.create_time, c.absence_id) < (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = CASES + f"where {' and '.join(wheres)} order by c.create_time desc, c.absence_id desc limit %s"
        return [case_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def add_wording(self, call: Call, absence_id: str, wording: Wording, *, at: datetime) -> None:
        """Store a new wording."""
        values = (wording.wording_version, wording.body, wording.author_id, at)
        async with call.tx() as conn:
            await conn.execute(_ADD_WORDING, (call.practice_id, absence_id, *values))

    async def approve_wording(self, call: Call, absence_id: str, wording_version: int, *, at: datetime) -> None:
        """Store who approved a wording, unless somebody did before, and let offers use it."""
        values = {"practice_id": call.practice_id, "absence_id": absence_id, "wording_version": wording_version}
        async with call.tx() as conn:
            await conn.execute(_APPROVE, values | {"actor_id": call.actor.actor_id, "at": at})

    async def affected(
        self, call: Call, absence_id: str, *, is_open_only: bool, after_rank: int, limit: int
    ) -> list[tuple[Affected, Offer | None]]:
        """Return affected appointments by rank, each with its latest offer."""
        only = "and a.settle_time is null" if is_open_only else ""
        statement = (
            f"{AFFECTED} where a.practice_id = %s and a.absence_id = %s and a.need_rank > %s {only}"
            " order by a.need_rank limit %s"
        )
        values = (call.practice_id, absence_id, after_rank, limit)
        found = [affected_of(row) for row in await self._rows(call, statement, values)]
        ids = [each.appointment_id for each in found]
        rows = await self._rows(call, _LATEST, (call.practice_id, absence_id, ids)) if ids else []
        latest = {offer.appointment_id: offer for offer in map(offer_of, rows)}
        return [(each, latest.get(each.appointment_id)) for each in found]

    async def lock_affected(self, call: Call, absence_id: str, appointment_id: str) -> Affected:
        """Return one that nobody else can change until this call ends. Raises UnknownAbsence."""
        where = "where a.practice_id = %s and a.absence_id = %s and a.appointment_id = %s for no key update of a"
        rows = await self._rows(call, AFFECTED + where, (call.practice_id, absence_id, appointment_id))
        if not rows:
            raise errors.UnknownAbsence("No such affected appointment.", appointment_id=appointment_id)
        return affected_of(rows[0])

    async def lock_open(self, call: Call, absence_id: str) -> list[Affected]:
        """Return, locked and by rank, all whose fate is not stated."""
        where = (
            "where a.practice_id = %s and a.absence_id = %s and a.settle_time is null order by a.need_rank"
            " for no key update of a"
        )
        return [affected_of(row) for row in await self._rows(call, AFFECTED + where, (call.practice_id, absence_id))]

    async def save_affected(self, call: Call, before: Affected, after: Affected) -> None:
        """Store where one stands; its end and its escalation are told. Raises StaleVersion."""
        async with call.tx() as conn:
            await affected.save_affected(conn, call, before, after)

    async def take_up(self, call: Call, absence_id: str) -> Case | None:
        """Return a case, locked; None when somebody else is at it."""
        if not await self._rows(call, _LOCK_CASE + " skip locked", (call.practice_id, absence_id)):
            return None
        return await self.case(call, absence_id)

    async def pending(self, call: Call, absence_id: str, *, limit: int) -> list[Affected]:
        """Return what is due and not known to be an appointment, by its id and without a lock."""
        where = (
            "where a.practice_id = %s and a.absence_id = %s and a.state = 'PENDING' and a.look_time <= now()"
            " order by a.appointment_id limit %s"
        )
        rows = await self._rows(call, AFFECTED + where, (call.practice_id, absence_id, limit))
        return [affected_of(row) for row in rows]

    async def forget(self, call: Call, each: Affected) -> None:
        """Drop what is no appointment of a client."""
        key = (each.practice_id, each.absence_id, each.appointment_id)
        async with call.tx() as conn:
            await conn.execute(_FORGET, key)

    async def known(self, call: Call, appointment_id: str, *, is_locked: bool) -> Appointment | None:
        """Return an appointment; None when there is none of the id."""
        statement = _KNOWN + (" for no key update" if is_locked else "")
        rows = await self._rows(call, statement, (call.practice_id, appointment_id))
        return appointment(rows[0]) if rows else None

    async def is_group_session(self, call: Call, claim_id: str) -> bool:
        """Tell whether a claim is a group's session, whose seats have claims of their own."""
        statement = "select 1 from group_sessions where practice_id = %s and group_session_id = %s"
        return bool(await self._rows(call, statement, (call.practice_id, claim_id)))

    async def gap_of(self, call: Call, each: Appointment, case: Case) -> int:
        """Return how many days the client would be without a session if this one were lost."""
        values = {
            "practice_id": each.practice_id,
            "client_id": each.client_id,
            "appointment_id": each.appointment_id,
            "therapist_id": case.therapist_id,
            "start_time": each.slot.start_time,
            "from_time": case.start_time,
            "to_time": case.end_time,
        }
        ((last_time, next_time),) = await self._rows(call, _NEIGHBOURS, values)
        return gap_days(last_time, next_time)

    async def rerank(self, call: Call, absence_id: str) -> None:
        """Give everybody the place their need asks for."""
        where = "where a.practice_id = %s and a.absence_id = %s"
        found = [affected_of(row) for row in await self._rows(call, AFFECTED + where, (call.practice_id, absence_id))]
        places = {each.appointment_id: each.rank for each in found}
        changed = [each for each in rank(found) if each.rank != places[each.appointment_id]]
        async with call.tx() as conn, conn.cursor() as cursor:
            key = (call.practice_id, absence_id)
            await cursor.executemany(_SET_RANK, [(each.rank, *key, each.appointment_id) for each in changed])

    async def next_due(self, call: Call, absence_id: str) -> Affected | None:
        """Return, locked, the one in greatest need that something is to be done about now."""
        where = (
            "where a.practice_id = %s and a.absence_id = %s and a.look_time <= now() and a.state <> 'PENDING'"
            " order by a.need_rank limit 1 for no key update of a"
        )
        rows = await self._rows(call, AFFECTED + where, (call.practice_id, absence_id))
        return affected_of(rows[0]) if rows else None

    async def add_offer(self, call: Call, offer: Offer) -> None:
        """Store a prepared offer with its options."""
        who = (offer.practice_id, offer.offer_id, offer.absence_id, offer.appointment_id, offer.client_id)
        said = (offer.wording_version, offer.state.value, offer.is_confidential, offer.make_time, offer.expire_time)
        async with call.tx() as conn:
            await conn.execute(_ADD_OFFER, (*who, *said, offer.version))
            async with conn.cursor() as cursor:
                rows = [
                    option_values(offer.practice_id, offer.offer_id, at, each) for at, each in enumerate(offer.options)
                ]
                await cursor.executemany(_ADD_OPTION, rows)

    async def save_offer(self, call: Call, before: Offer, after: Offer) -> None:
        """Store an offer's new version, with its event if it was ever made. Raises StaleVersion."""
        async with call.tx() as conn:
            await affected.save_offer(conn, call, before, after)

    async def offer(self, call: Call, offer_id: str) -> Offer:
        """Return an offer with its options and its wording. Raises UnknownOffer."""
        where = "where o.practice_id = %s and o.offer_id = %s"
        rows = await self._rows(call, OFFERS + where, (call.practice_id, offer_id))
        if not rows:
            raise errors.UnknownOffer("No such offer.", offer_id=offer_id)
        return offer_of(rows[0])

    async def live_offer(self, call: Call, appointment_id: str) -> Offer | None:
        """Return the offer about an appointment that goes on."""
        rows = await self._rows(call, affected.LIVE_OFFER, (call.practice_id, appointment_id))
        return offer_of(rows[0]) if rows else None

    async def client_offers(
        self,
        call: Call,
        client_id: str,
        *,
        is_open_only: bool,
        has_confidential: bool,
        after: PageCursor | None,
        limit: int,
    ) -> list[Offer]:
        """Return at most *limit* offers of a client, newest first."""
        values: list[Any]
        wheres, values = ["o.practice_id = %s", "o.client_id = %s"], [call.practice_id, client_id]
        wheres.append("o.state = 'MADE'" if is_open_only else "o.state not in ('PREPARED', 'EMPTY')")
        if not has_confidential:
            wheres.append("not o.is_confidential")
        if after is not None:
            wheres.append("(o.make_time, o.offer_id) < (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = OFFERS + f"where {' and '.join(wheres)} order by o.make_time desc, o.offer_id desc limit %s"
        return [offer_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def offers_hit(self, call: Call, therapist_id: str, *, from_time: datetime, to_time: datetime) -> list[Offer]:
        """Return the offers that go on and have an option with a therapist in a stretch of time."""
        values = {
            "practice_id": call.practice_id,
            "therapist_id": therapist_id,
            "from_time": from_time,
            "to_time": to_time,
        }
        return [offer_of(row) for row in await self._rows(call, _HIT, values)]

    async def team_of(self, call: Call, client_id: str) -> Mapping[str, str]:
        """Return why a therapist comes first for a client: COVER_NAMED or CARE_TEAM, by therapist."""
        statement = (
            "select therapist_id::text, case when cover_until is null then 'CARE_TEAM' else 'COVER_NAMED' end"
            " from care_team where practice_id = %s and client_id = %s and (cover_until is null or cover_until > now())"
        )
        return dict(await self._rows(call, statement, (call.practice_id, client_id)))

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and absence of what something is to be done about, in any practice."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select distinct practice_id::text, absence_id::text from affected_due(%s)", (limit,)
            )
            return [(row[0], row[1]) for row in await found.fetchall()]

    async def options_over(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of options nobody will choose, whose claims may still stand, in any practice."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, option_id::text from absence_options_over(%s)", (limit,)
            )
            return [(row[0], row[1]) for row in await found.fetchall()]

    async def released(self, call: Call, option_ids: Sequence[str]) -> None:
        """Note that the ledger gave these back."""
        statement = (
            "update absence_options set is_held = false where practice_id = %s and option_id = any (%s::uuid[])"
            " and state in ('GIVEN_UP', 'REFUSED', 'TAKEN')"
        )
        async with call.tx() as conn:
            await conn.execute(statement, (call.practice_id, list(option_ids)))

    async def standing_of(self, practice_id: str, claim_id: str) -> ClaimStanding:
        """Tell what a claim is to the workflow, as last committed, in a transaction of its own."""
        async with self._database.begin([practice_id]) as conn:
            row = await (await conn.execute(_STANDING, (practice_id, claim_id))).fetchone()
        if row is None:
            return ClaimStanding.UNKNOWN
        return ClaimStanding.WANTED if row[0] else ClaimStanding.OVER

    async def _rows(
        self, call: Call, statement: str, values: Sequence[object] | dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        async with call.tx() as conn:
            return await (await conn.execute(statement, values)).fetchall()
