"""States what becomes of an affected appointment, in the step that changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import uuid_utils

from services.booking.adapters import absence_proto, care_proto
from services.booking.adapters.absence_rows import AFFECTED, OFFERS, affected_of, affected_values, offer_of
from services.booking.adapters.follow_up_rows import open_follow_up
from services.booking.domain import errors
from services.booking.domain.absence import (
    ESCALATE_LEAD,
    UNSETTLED,
    Affected,
    Fate,
    Offer,
    OfferState,
    fate_of,
)
from services.booking.domain.appointment import AHEAD, Appointment, State
from services.booking.domain.follow_up import FollowUp, Kind
from services.chassis.context import Call
from services.chassis.db.pool import Connection

_TOUCHED = (
    AFFECTED
    + """
    where a.practice_id = %s and a.appointment_id = %s and (a.settle_time is null or a.state = 'CANCELLED')
    order by a.absence_id for no key update of a
"""
)

_AWAY = "select therapist_id::text, start_time, end_time from absence_cases where practice_id = %s and absence_id = %s"

_LOST = """
    select therapist_id::text, left(start_local, 10) from appointments where practice_id = %s and appointment_id = %s
"""

_SAVE = """
    update affected_appointments set
        client_id = nullif(%s, '')::uuid, session_type_id = nullif(%s, '')::uuid, start_time = %s, need_rank = %s,
        need = %s::jsonb, state = %s, kinds = %s, answer_h = %s, round = %s, note = %s, is_escalated = %s,
        escalate_time = %s, look_time = %s, settle_time = %s, version = %s
    where practice_id = %s and absence_id = %s and appointment_id = %s and version = %s
"""

_SAVE_OFFER = """
    update absence_offers set state = %s, accepted_option_id = nullif(%s, '')::uuid, make_time = %s, expire_time = %s,
        close_time = %s, version = %s
    where practice_id = %s and offer_id = %s and version = %s
"""

_SAVE_OPTION = """
    update absence_options set state = %s, refuse_reason = %s, tzdata_version = %s, modality = %s,
        site_id = nullif(%s, '')::uuid, room_id = nullif(%s, '')::uuid, claim_version = %s
    where practice_id = %s and option_id = %s
"""

LIVE_OFFER = OFFERS + "where o.practice_id = %s and o.appointment_id = %s and o.state in ('PREPARED', 'MADE')"
"""The offer about an appointment that goes on; there is one at most."""


async def settle_affected(call: Call, before: Appointment, after: Appointment) -> None:
    """
    State the fate of an appointment that an absence hits, withdraw what is offered for it, and open a follow-up when it
    was called off. Mostly there is none, which one look at an index tells.
    """
    async with call.tx() as conn:
        found = await conn.execute(_TOUCHED, (after.practice_id, after.appointment_id))
        for row in await found.fetchall():
            each = affected_of(row)
            if each.is_unsettled:
                await _follow(conn, call, each, before, after)
            elif before.state is State.CANCELLED and after.state in AHEAD:
                # A paused hour resumed: the same appointment stands again.
                await save_affected(conn, call, each, replace(each.opened("RESUMED"), settle_time=None))


async def _follow(conn: Connection, call: Call, each: Affected, before: Appointment, after: Appointment) -> None:
    away = await (await conn.execute(_AWAY, (each.practice_id, each.absence_id))).fetchone()
    assert away is not None, "the case is there: a foreign key says so"
    fate = fate_of(before, after, away)
    if fate is None and after.slot.start_time == each.start_time:
        return
    await withdraw_live(conn, call, each.appointment_id, at=after.update_time)
    if fate is None:
        start_time = after.slot.start_time
        moved = replace(each, start_time=start_time, escalate_time=start_time - ESCALATE_LEAD)
        await save_affected(conn, call, each, moved.opened("STILL_AWAY"))
        return
    await save_affected(conn, call, each, each.settled(fate, at=after.update_time))


async def withdraw_live(conn: Connection, call: Call, appointment_id: str, *, at: datetime) -> None:
    """Withdraw what is offered for an appointment; its times are given back by the next look."""
    row = await (await conn.execute(LIVE_OFFER, (call.practice_id, appointment_id))).fetchone()
    if row is not None:
        live = offer_of(row)
        await save_offer(conn, call, live, live.closed(OfferState.WITHDRAWN, at=at))


async def save_affected(conn: Connection, call: Call, before: Affected, after: Affected) -> None:
    """
    Store where one stands; its end and its escalation are told, and a follow-up is opened for what was called off.

    Raises:
        StaleVersion: Somebody else changed it. (ABORTED)
    """
    key = (after.practice_id, after.absence_id, after.appointment_id, before.version)
    if (await conn.execute(_SAVE, (*affected_values(after), *key))).rowcount != 1:
        raise errors.StaleVersion("It changed meanwhile.", appointment_id=after.appointment_id)
    event = None
    if after.fate not in UNSETTLED:
        event = absence_proto.settled_event(after)
        if after.fate is Fate.CANCELLED:
            await _follow_up(conn, call, after)
    elif after.is_escalated and not before.is_escalated:
        event = absence_proto.escalated_event(after)
    if event is not None:
        # Danger: an aggregate of its own. Under the appointment's id its versions would outrun the appointment's, and
        # whoever listens to both would pass the appointment's own event over as late.
        call.publish(event, aggregate_id=f"{after.absence_id}.{after.appointment_id}", version=after.version)


async def save_offer(conn: Connection, call: Call, before: Offer, after: Offer) -> None:
    """Store an offer's new version with its options, and its event if it was ever made. Raises StaleVersion."""
    values: tuple[Any, ...] = (
        after.state.value,
        after.accepted_option_id,
        after.make_time,
        after.expire_time,
        after.close_time,
        after.version,
    )
    if (await conn.execute(_SAVE_OFFER, (*values, after.practice_id, after.offer_id, before.version))).rowcount != 1:
        raise errors.StaleVersion("The offer changed meanwhile.", offer_id=after.offer_id)
    for old, new in zip(before.options, after.options, strict=True):
        if new != old:
            slot = new.slot
            where = (slot.tzdata_version, slot.modality, slot.site_id, slot.room_id, slot.claim_version)
            key = (after.practice_id, new.option_id)
            await conn.execute(_SAVE_OPTION, (new.state.value, new.refuse_reason, *where, *key))
    if after.state is OfferState.MADE and before.state is not OfferState.MADE:
        event = absence_proto.offered_event(after)
    elif before.state is OfferState.MADE and after.state is not OfferState.MADE:
        event = absence_proto.offer_closed_event(after)
    else:
        return
    call.publish(event, aggregate_id=after.offer_id, version=after.version)


async def _follow_up(conn: Connection, call: Call, cancelled: Affected) -> None:
    """Open a follow-up to book another session, due on the day of the one called off."""
    key = (cancelled.practice_id, cancelled.appointment_id)
    row = await (await conn.execute(_LOST, key)).fetchone()
    assert row is not None, "what was called off was an appointment"
    assert cancelled.settle_time is not None, "what is settled says when"
    therapist_id, due_date = row
    wanted = FollowUp(
        str(uuid_utils.uuid7()),
        cancelled.client_id,
        therapist_id,
        Kind.REBOOKING,
        due_date,
        cancelled.settle_time,
        cancelled.appointment_id,
    )
    if await open_follow_up(conn, call.practice_id, wanted):
        event = care_proto.opened_event(call.practice_id, wanted)
        call.publish(event, aggregate_id=wanted.follow_up_id, version=wanted.version)
