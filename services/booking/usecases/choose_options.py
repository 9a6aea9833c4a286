"""Looks up what a client could be offered instead of a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import uuid_utils

from services.booking.domain.absence import SEARCH_DAYS, TIMES_MAX, VIDEO, Affected, Kind, Option
from services.booking.domain.appointment import Appointment, Slot
from services.booking.usecases.absence_ports import AbsenceLedger, AbsenceStore
from services.chassis.context import Call

COVERS_TRIED = 3
"""Therapists tried for one cover, should others be faster."""

TIMES_TRIED = 2 * TIMES_MAX
"""Times tried for TIMES_MAX, should others be faster, or the client be somewhere else."""

NOTICE = timedelta(hours=1)
"""Between the end of an offer and the earliest time in it: an answer at the last moment leaves time to come."""

FIRST = {"COVER_NAMED": 0, "CARE_TEAM": 1, "SESSION_TYPE": 2}
"""Who covers first: who was named for it, who knows the client, who gives the session type."""

Fences = Callable[[Call, Appointment], Awaitable[bool]]
"""Tells whether a moved appointment would bring together clients who must not meet."""


async def choose_options(
    item: Affected,
    offer_id: str,
    found: Appointment,
    call: Call,
    *,
    store: AbsenceStore,
    ledger: AbsenceLedger,
    fences: Fences,
    after_time: datetime,
) -> tuple[Option, ...]:
    """
    Return what to try to hold for a client, best first of each kind; none when nothing fits.

    Args:
        after_time: When the offer ends: no time in it begins before.
    """
    chosen: list[tuple[Kind, Slot, str]] = []
    for kind in item.kinds:
        if kind is Kind.COVER:
            chosen += await _covers(item, found, call, store=store, ledger=ledger)
        elif kind is Kind.VIDEO:
            chosen += await _by_video(found, call, ledger=ledger)
        else:
            chosen += await _other_times(item, found, call, ledger=ledger, after_time=after_time)
    options = []
    for kind, slot, why in chosen:
        if await fences(call, replace(found, slot=slot)):
            continue
        # The same choice in the same round always has the same id: whoever was killed after holding it finds it again.
        name = f"{kind}|{slot.therapist_id}|{slot.start_time.isoformat()}"
        options.append(Option(str(uuid_utils.uuid5(uuid_utils.UUID(offer_id), name)), kind, slot, why))
    return tuple(options)


def offer_id_of(item: Affected) -> str:
    """Return the id of the offer of a round."""
    return str(uuid_utils.uuid5(uuid_utils.UUID(item.absence_id), f"{item.appointment_id}|{item.round}"))


async def _covers(
    item: Affected, found: Appointment, call: Call, *, store: AbsenceStore, ledger: AbsenceLedger
) -> list[tuple[Kind, Slot, str]]:
    """Return therapists who are free at the very time and give the session type in the same way."""
    slot = found.slot
    free = await ledger.search(
        call,
        session_type_id=slot.session_type_id,
        therapist_id="",
        from_time=slot.start_time,
        to_time=slot.start_time + timedelta(seconds=1),
        modality=slot.modality,
        is_high_need=item.need.is_high_need,
    )
    team = await store.team_of(call, item.client_id)
    others = [each for each in free if each.therapist_id != item.therapist_id]
    ranked = sorted(
        ((each, team.get(each.therapist_id, "SESSION_TYPE")) for each in others),
        key=lambda one: (FIRST[one[1]], one[0].site_id != slot.site_id, one[0].therapist_id),
    )
    return [(Kind.COVER, each, why) for each, why in ranked[:COVERS_TRIED]]


async def _by_video(found: Appointment, call: Call, *, ledger: AbsenceLedger) -> list[tuple[Kind, Slot, str]]:
    """Return the session's own time by video, where the therapist's hours have it and it is not by video already."""
    slot = found.slot
    if slot.modality == VIDEO or not await ledger.can_change_to(call, slot, VIDEO):
        return []
    return [(Kind.VIDEO, replace(slot, modality=VIDEO, site_id="", room_id=""), "SAME_TIME")]


async def _other_times(
    item: Affected, found: Appointment, call: Call, *, ledger: AbsenceLedger, after_time: datetime
) -> list[tuple[Kind, Slot, str]]:
    """Return free times of the own therapist, the nearest to the agreed one first."""
    slot = found.slot
    free = await ledger.search(
        call,
        session_type_id=slot.session_type_id,
        therapist_id=item.therapist_id,
        from_time=after_time + NOTICE,
        to_time=max(slot.start_time, after_time) + timedelta(days=SEARCH_DAYS),
        modality=slot.modality,
        is_high_need=item.need.is_high_need,
    )
    nearest = sorted(free, key=lambda each: (abs(each.start_time - slot.start_time), each.start_time))
    return [(Kind.OTHER_TIME, each, "NEAREST") for each in nearest[:TIMES_TRIED]]
