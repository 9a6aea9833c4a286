"""Keeps policies, fees, requirements and authorised visits in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import uuid_utils

from services.booking.adapters import policy_proto
from services.booking.adapters.rules import NIL, POLICY_COLUMNS, bump, policy_of
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.policy import (
    AUTHORISATIONS_MAX,
    POLICIES_MAX,
    Authorisation,
    Fee,
    FeeKind,
    FeeState,
    Policy,
)
from services.chassis.context import Call

_PUT_POLICY = """
    insert into policies (
        practice_id, session_type_id, late_cancel_h, late_cancel_fee_minor, no_show_fee_minor, currency,
        forgives_first, forgives_illness, forgives_crisis, confirm_by_h, card, consent, visits
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (practice_id, session_type_id) do update
    set late_cancel_h = excluded.late_cancel_h, late_cancel_fee_minor = excluded.late_cancel_fee_minor,
        no_show_fee_minor = excluded.no_show_fee_minor, currency = excluded.currency,
        forgives_first = excluded.forgives_first, forgives_illness = excluded.forgives_illness,
        forgives_crisis = excluded.forgives_crisis, confirm_by_h = excluded.confirm_by_h,
        card = excluded.card, consent = excluded.consent, visits = excluded.visits
"""

_FEE_COLUMNS = """
    fee_id::text, client_id::text, appointment_id::text, kind, amount_minor, currency, state, reason,
    decide_actor_id, create_time, version
"""

_ADD_FEE = """
    insert into fees (
        practice_id, fee_id, client_id, appointment_id, kind, amount_minor, currency, state, reason, decide_actor_id,
        create_time, version
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_LOCK_FEE = f"""
    select {_FEE_COLUMNS} from fees where practice_id = %s and fee_id = %s for no key update
"""  # noqa: S608 - only the literal column list is put in

_FEES_OF = f"""
    select {_FEE_COLUMNS} from fees where practice_id = %s and appointment_id = %s order by fee_id for no key update
"""  # noqa: S608 - only the literal column list is put in

# The client's row is locked: two sessions missed at once must not both be the first.
_STANDING = """
    select not exists (select from fees where practice_id = %(practice_id)s and client_id = %(client_id)s),
        exists (
            select from authorisations where practice_id = %(practice_id)s and client_id = %(client_id)s
                and forbids_fees and %(day)s::date between from_date and to_date
        )
"""

_RECORD = """
    insert into requirements (practice_id, client_id, kind, record_time, expire_time, actor_id)
    select practice_id, client_id, %s, %s, %s, %s from clients where practice_id = %s and client_id = %s
    on conflict (practice_id, client_id, kind) do update
    set record_time = excluded.record_time, expire_time = excluded.expire_time, actor_id = excluded.actor_id
"""

_PUT_AUTHORISATION = """
    insert into authorisations (
        practice_id, authorisation_id, client_id, visit_count, used_count, from_date, to_date, session_type_ids,
        forbids_fees
    )
    select practice_id, %s, client_id, %s, 0, %s, %s, %s::uuid[], %s from clients
    where practice_id = %s and client_id = %s
    on conflict (practice_id, authorisation_id) do update
    set visit_count = excluded.visit_count, from_date = excluded.from_date, to_date = excluded.to_date,
        session_type_ids = excluded.session_type_ids, forbids_fees = excluded.forbids_fees
    where authorisations.client_id = excluded.client_id
    returning used_count
"""

_AUTHORISATIONS = """
    select authorisation_id::text, client_id::text, visit_count, from_date::text, to_date::text,
        session_type_ids::text[], forbids_fees, used_count
    from authorisations where practice_id = %s and client_id = %s order by from_date, authorisation_id limit %s
"""

# The authorisation that ends first is used first; a used-up one is counted on, so that none is lost.
_COUNT = """
    with covering as (
        select authorisation_id from authorisations
        where practice_id = %(practice_id)s and client_id = %(client_id)s
            and %(day)s::date between from_date and to_date
            and (session_type_ids = '{}' or %(session_type_id)s::uuid = any (session_type_ids))
        order by used_count >= visit_count, to_date, authorisation_id
        limit 1
    ), counted as (
        insert into authorised_visits (practice_id, appointment_id, authorisation_id)
        select %(practice_id)s, %(appointment_id)s, authorisation_id from covering
        on conflict do nothing
        returning authorisation_id
    )
    update authorisations set used_count = used_count + 1
    where practice_id = %(practice_id)s and authorisation_id in (select authorisation_id from counted)
"""

_UNCOUNT = """
    with uncounted as (
        delete from authorised_visits where practice_id = %s and appointment_id = %s returning authorisation_id
    )
    update authorisations set used_count = used_count - 1
    where practice_id = %s and authorisation_id in (select authorisation_id from uncounted)
"""

_LOCK_CLIENT = "select 1 from clients where practice_id = %s and client_id = %s for no key update"


class PostgresPolicies:
    """Is the store of policies and of what follows from them; every method works in the call's own transaction."""

    async def put_policy(self, call: Call, policy: Policy) -> None:
        """Create or replace a policy. Raises LimitReached."""
        async with call.tx() as conn:
            await bump(conn, call.practice_id)
            values = (policy.late_cancel_h, policy.late_cancel_fee_minor, policy.no_show_fee_minor, policy.currency)
            forgives = (policy.forgives_first, policy.forgives_illness, policy.forgives_crisis, policy.confirm_by_h)
            demands = (int(policy.card), int(policy.consent), int(policy.visits))
            key = (call.practice_id, policy.session_type_id or NIL)
            await conn.execute(_PUT_POLICY, (*key, *values, *forgives, *demands))
            query = "select count(*) from policies where practice_id = %s"
            row = await (await conn.execute(query, (call.practice_id,))).fetchone()
            if row and row[0] > POLICIES_MAX:
                raise errors.LimitReached("There are too many policies.", limit=str(POLICIES_MAX))

    async def policy_now(self, call: Call, session_type_id: str) -> Policy | None:
        """Return a policy as it stands, no rule of the practice changing until this call ends."""
        query = f"select {POLICY_COLUMNS} from policies where practice_id = %s and session_type_id = %s"  # noqa: S608
        async with call.tx() as conn:
            await bump(conn, call.practice_id)
            row = await (await conn.execute(query, (call.practice_id, session_type_id or NIL))).fetchone()
        return policy_of(row) if row else None

    async def standing(self, call: Call, appointment: Appointment) -> tuple[bool, bool]:
        """Lock the client; return whether a fee would be their first, and whether their insurer forbids it."""
        key = (appointment.practice_id, appointment.client_id)
        day = appointment.slot.start_local[:10]
        async with call.tx() as conn:
            await conn.execute(_LOCK_CLIENT, key)
            row = await (
                await conn.execute(_STANDING, {"practice_id": key[0], "client_id": key[1], "day": day})
            ).fetchone()
        assert row is not None, "a query without a table gives a row"
        return row[0], row[1]

    async def add_fee(self, call: Call, fee: Fee) -> None:
        """Store a new fee with its events."""
        async with call.tx() as conn:
            await conn.execute(_ADD_FEE, (call.practice_id, *_columns(fee)))
        for event in policy_proto.events_of(call.practice_id, fee):
            call.publish(event, aggregate_id=fee.fee_id, version=fee.version)

    async def lock_fee(self, call: Call, fee_id: str) -> Fee:
        """Return a fee that nobody else can change until this call ends. Raises Unknown."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK_FEE, (call.practice_id, fee_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such fee.", fee_id=fee_id)
        return _fee(row)

    async def fee(self, call: Call, fee_id: str) -> Fee:
        """Return a fee. Raises Unknown."""
        query = f"select {_FEE_COLUMNS} from fees where practice_id = %s and fee_id = %s"  # noqa: S608 - columns
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, fee_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such fee.", fee_id=fee_id)
        return _fee(row)

    async def fees_of(self, call: Call, appointment_id: str) -> list[Fee]:
        """Return an appointment's fees, locked."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_FEES_OF, (call.practice_id, appointment_id))).fetchall()
        return [_fee(row) for row in rows]

    async def save_fee(self, call: Call, fee: Fee) -> None:
        """Store a decision with its event."""
        statement = (
            "update fees set state = %s, reason = %s, decide_actor_id = %s, version = %s"
            " where practice_id = %s and fee_id = %s"
        )
        values = (fee.state.value, fee.reason, fee.decide_actor_id, fee.version, call.practice_id, fee.fee_id)
        async with call.tx() as conn:
            await conn.execute(statement, values)
        for event in policy_proto.events_of(call.practice_id, fee):
            call.publish(event, aggregate_id=fee.fee_id, version=fee.version)

    async def page_of_fees(
        self, call: Call, client_id: str, state: FeeState | None, *, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Fee]:
        """Return at most *limit* fees, newest first."""
        wheres: list[str] = ["practice_id = %s"]
        values: list[Any] = [call.practice_id]
        for column, value in (("client_id = %s", client_id), ("state = %s", state.value if state else "")):
            if value:
                wheres.append(column)
                values.append(value)
        if after is not None:
            wheres.append("(create_time, fee_id) < (%s, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {_FEE_COLUMNS} from fees where {' and '.join(wheres)} "  # noqa: S608
            "order by create_time desc, fee_id desc limit %s"
        )
        async with call.tx() as conn:
            return [_fee(row) for row in await (await conn.execute(statement, [*values, limit])).fetchall()]

    async def record(self, call: Call, client_id: str, kind: str, *, at: datetime, until: datetime | None) -> None:
        """Keep what a client has given. Raises UnknownClient."""
        values = (kind, at, until, call.actor.actor_id, call.practice_id, client_id)
        async with call.tx() as conn:
            if (await conn.execute(_RECORD, values)).rowcount != 1:
                raise errors.UnknownClient("No such client.", client_id=client_id)

    async def requirements(self, call: Call, client_id: str) -> list[tuple[str, datetime | None]]:
        """Return what a client has given, by kind, and until when each holds."""
        query = "select kind, expire_time from requirements where practice_id = %s and client_id = %s order by kind"
        async with call.tx() as conn:
            rows = await (await conn.execute(query, (call.practice_id, client_id))).fetchall()
        return [(row[0], row[1]) for row in rows]

    async def authorisation_now(self, call: Call, client_id: str, authorisation_id: str) -> Authorisation | None:
        """Return an authorisation as it stands, the client's others locked with it until this call ends."""
        lock = "select from authorisations where practice_id = %s and client_id = %s for no key update"
        async with call.tx() as conn:
            await conn.execute(lock, (call.practice_id, client_id))
        found = await self.authorisations(call, client_id)
        return next((each for each in found if each.authorisation_id == authorisation_id), None)

    async def put_authorisation(self, call: Call, wanted: Authorisation) -> Authorisation:
        """Create or replace an authorisation; what was counted stays. Raises UnknownClient, LimitReached."""
        authorisation_id = wanted.authorisation_id or str(uuid_utils.uuid7())
        days = (wanted.visit_count, wanted.from_date, wanted.to_date, list(wanted.session_type_ids))
        values = (authorisation_id, *days, wanted.forbids_fees, call.practice_id, wanted.client_id)
        async with call.tx() as conn:
            row = await (await conn.execute(_PUT_AUTHORISATION, values)).fetchone()
        if row is None:
            raise errors.UnknownClient("No such client.", client_id=wanted.client_id)
        found = await self.authorisations(call, wanted.client_id)
        if len(found) > AUTHORISATIONS_MAX:
            raise errors.LimitReached("There are too many authorisations.", limit=str(AUTHORISATIONS_MAX))
        return next(each for each in found if each.authorisation_id == authorisation_id)

    async def authorisations(self, call: Call, client_id: str) -> list[Authorisation]:
        """Return a client's authorisations by first day."""
        async with call.tx() as conn:
            cursor = await conn.execute(_AUTHORISATIONS, (call.practice_id, client_id, AUTHORISATIONS_MAX + 1))
            rows = await cursor.fetchall()
        return [Authorisation(row[0], row[1], row[2], row[3], row[4], tuple(row[5]), row[6], row[7]) for row in rows]

    async def count_visit(self, call: Call, completed: Appointment) -> None:
        """Count a completed session against the client's authorisations, once however often it is asked."""
        key = (completed.practice_id, completed.client_id)
        values = {
            "practice_id": completed.practice_id,
            "client_id": completed.client_id,
            "appointment_id": completed.appointment_id,
            "session_type_id": completed.slot.session_type_id,
            "day": completed.slot.start_local[:10],
        }
        query = (
            "select 1 from authorisations where practice_id = %s and client_id = %s"
            " order by authorisation_id for no key update"
        )
        async with call.tx() as conn:
            if await (await conn.execute(query, key)).fetchone() is not None:
                await conn.execute(_COUNT, values)

    async def uncount_visit(self, call: Call, appointment: Appointment) -> None:
        """Take a counted session back."""
        key = (appointment.practice_id, appointment.appointment_id)
        async with call.tx() as conn:
            await conn.execute(_UNCOUNT, (*key, appointment.practice_id))


def _columns(fee: Fee) -> tuple[object, ...]:
    what = (fee.fee_id, fee.client_id, fee.appointment_id, fee.kind.value, fee.amount_minor, fee.currency)
    return (*what, fee.state.value, fee.reason, fee.decide_actor_id, fee.create_time, fee.version)


def _fee(row: tuple[Any, ...]) -> Fee:
    fee_id, client_id, appointment_id, kind, amount, currency, state, reason, actor_id, create_time, version = row
    what = (fee_id, client_id, appointment_id, FeeKind(kind), amount, currency, FeeState(state))
    return Fee(*what, reason, actor_id, create_time, version)
