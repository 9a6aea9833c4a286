"""Lists whom somebody should see again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.booking.domain import errors
from services.booking.domain.follow_up import FollowUp
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import CareTeam, FollowUpFilter, FollowUps
from services.chassis.context import Call


async def list_follow_ups(
    wanted: FollowUpFilter,
    call: Call,
    *,
    follow_ups: FollowUps,
    care_team: CareTeam,
    after: tuple[str, str] | None,
    page_size: int,
) -> tuple[Sequence[FollowUp], tuple[str, str] | None]:
    """
    Return a page of follow-ups by due day, and where the next begins; a therapist who names nobody sees their own.

    Raises:
        Malformed: Nobody is named, and the caller is neither desk nor therapist. (INVALID_ARGUMENT)
    """
    if not wanted.client_id and not wanted.therapist_id and WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles):
        if not call.actor.therapist_id:
            raise errors.Malformed("Name the client.", field="client_id")
        wanted = replace(wanted, therapist_id=call.actor.therapist_id)
    found = await follow_ups.page(call, wanted, after=after, limit=page_size + 1)
    page = found[:page_size]
    last = page[-1] if len(found) > page_size else None
    cared_for = await care_team.foresee(call, {one.client_id for one in page})
    if wanted.therapist_id and wanted.therapist_id == call.actor.therapist_id:
        # A therapist taken off a client's team sees the rest of their own list still.
        page = [one for one in page if one.client_id in cared_for]
    touched = {one.client_id for one in page}
    # Of nobody everything holds: a therapist's empty list is theirs to see.
    await call.authorize(client_ids=sorted(touched), relations=() if touched else {"care_team"})
    return page, (last.due_date, last.follow_up_id) if last else None
