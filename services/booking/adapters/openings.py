"""Keeps freed time for those who wait for it, in the transaction of the step that freed it."""

from __future__ import annotations

from dataclasses import replace

import uuid_utils

from services.booking.adapters import waitlist_proto
from services.booking.adapters.waitlist_rows import OPENING_COLUMNS, opening_of
from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.turns import LAST_CALL
from services.booking.domain.waitlist import UNDO_WINDOW, Cause
from services.chassis.context import Call

# Looks roughly, whether anybody may want it: an owner who lent the hour, or a wish that may fit.
_OPEN = f"""
    insert into openings (
        practice_id, opening_id, cause, appointment_id, freed_client_ids, therapist_id, session_type_id, start_time,
        end_time, start_local, time_zone, fold, tzdata_version, modality, site_id, claim_id, state, create_time,
        look_time, version
    )
    select %(practice_id)s, %(opening_id)s, %(cause)s, %(appointment_id)s, %(client_ids)s::uuid[], %(therapist_id)s,
        %(session_type_id)s, %(start_time)s, %(end_time)s, %(start_local)s, %(time_zone)s, %(fold)s,
        %(tzdata_version)s, %(modality)s, nullif(%(site_id)s, '')::uuid, %(opening_id)s, 'WAITING', %(at)s,
        %(look_time)s, 1
    where not exists (
        select from absence_cases c
        where c.practice_id = %(practice_id)s and c.therapist_id = %(therapist_id)s
            and c.start_time < %(end_time)s and c.end_time > %(start_time)s
    ) and (exists (
        select from wishes w
        where w.practice_id = %(practice_id)s and w.state = 'WAITING'
            and %(session_type_id)s::uuid = any (w.session_type_ids)
            and (w.therapist_ids = '{{}}' or %(therapist_id)s::uuid = any (w.therapist_ids))
            and w.client_id <> all (%(client_ids)s::uuid[])
    ) or exists (
        select from series_occurrences o
        join series s on s.practice_id = o.practice_id and s.series_id = o.series_id
        where o.practice_id = %(practice_id)s and o.fate = 'CONFLICT' and o.has_first_refusal
            and o.start_time = %(start_time)s and s.therapist_id = %(therapist_id)s
    ))
    returning {OPENING_COLUMNS}
"""  # noqa: S608 - only the literal column list is put in


async def open_freed(call: Call, before: Appointment, fact: facts.Fact) -> facts.Fact:
    """
    Keep the time that a cancellation or a move frees, if somebody may want it; return the fact, which tells the ledger.

    What is too near, or still partly needed by the same appointment, or of a therapist who will be away, is not kept;
    a seat in a group's session frees no therapist.
    """
    if before.group_session_id:
        return fact
    match fact:
        case facts.Cancelled(keeps_time=False):
            cause, at = Cause.CANCELLED, fact.appointment.update_time
        case facts.Rescheduled() if not _overlap(before.slot, fact.appointment.slot):
            cause, at = Cause.MOVED, fact.appointment.update_time
        case _:
            return fact
    slot = before.slot
    if slot.start_time - at < LAST_CALL:
        return fact
    values = {
        "practice_id": before.practice_id,
        "opening_id": str(uuid_utils.uuid7()),
        "cause": cause.value,
        "appointment_id": before.appointment_id,
        "client_ids": list(before.client_ids),
        "therapist_id": slot.therapist_id,
        "session_type_id": slot.session_type_id,
        "start_time": slot.start_time,
        "end_time": slot.end_time,
        "start_local": slot.start_local,
        "time_zone": slot.time_zone,
        "fold": slot.fold,
        "tzdata_version": slot.tzdata_version,
        "modality": slot.modality,
        "site_id": slot.site_id,
        "at": at,
        "look_time": at + UNDO_WINDOW,
    }
    async with call.tx() as conn:
        row = await (await conn.execute(_OPEN, values)).fetchone()
    if row is None:
        return fact
    opened = opening_of(row)
    call.publish(waitlist_proto.opened_event(opened), aggregate_id=opened.opening_id, version=opened.version)
    assert isinstance(fact, facts.Cancelled | facts.Rescheduled), "only these free time"
    return replace(fact, opening_id=opened.opening_id)


def _overlap(old: Slot, new: Slot) -> bool:
    return old.therapist_id == new.therapist_id and old.start_time < new.end_time and new.start_time < old.end_time
