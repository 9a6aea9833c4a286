"""Opens the case of an absence, and takes back what its therapist was to cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.booking.domain.absence import ESCALATE_LEAD, Affected, Fate, Need, OptionState
from services.booking.usecases.absence_ports import AbsenceStore, Case
from services.chassis.context import Call


async def open_absence_case(
    case: Case, claim_ids: Sequence[str], needs: Mapping[str, Need], call: Call, *, store: AbsenceStore
) -> None:
    """
    Store an item for every claim the absence hits; a late or doubled event changes nothing.

    Which of them are appointments is not asked here: a booking may be about to commit. The next look finds out, under
    the appointment's lock, so that no step of it falls between.
    """
    items = [
        Affected(
            practice_id=call.practice_id,
            absence_id=case.absence_id,
            therapist_id=case.therapist_id,
            appointment_id=claim_id,
            client_id="",
            session_type_id="",
            start_time=case.start_time,
            rank=place,
            need=needs.get(claim_id, Need()),
            fate=Fate.PENDING,
            escalate_time=case.start_time - ESCALATE_LEAD,
            look_time=case.create_time,
        )
        for place, claim_id in enumerate(claim_ids, start=1)
    ]
    await store.open_case(call, case, items)


async def withdraw_hit_options(
    therapist_id: str, from_time: datetime, to_time: datetime, call: Call, *, store: AbsenceStore, at: datetime
) -> None:
    """Take back what is offered to others of a therapist's time; late or doubled: there is none."""
    for seen in await store.offers_hit(call, therapist_id, from_time=from_time, to_time=to_time):
        item = await store.lock_affected(call, seen.absence_id, seen.appointment_id)
        live = await store.live_offer(call, seen.appointment_id)
        if live is None:
            continue
        gone = [
            each.option_id
            for each in live.options
            if each.slot.therapist_id == therapist_id
            and each.slot.start_time < to_time
            and from_time < each.slot.end_time
            and each.state in (OptionState.PREPARED, OptionState.HELD)
        ]
        if not gone:
            continue
        after = live.without(gone, at=at)
        await store.save_offer(call, live, after)
        if after.close_time is not None and item.is_unsettled:
            await store.save_affected(call, item, item.opened("WITHDRAWN"))
