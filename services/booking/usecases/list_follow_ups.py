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
    limit: int,
) -> Sequence[FollowUp]:
    """
    Return at most *limit* follow-ups by due day; a therapist who names nobody sees their own.

    Raises:
        Malformed: Nobody is named, and the caller is neither desk nor therapist. (INVALID_ARGUMENT)
    """
    if not wanted.client_id and not wanted.therapist_id and WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles):
        if not call.actor.therapist_id:
            raise errors.Malformed("Name the client.", field="client_id")
        wanted = replace(wanted, therapist_id=call.actor.therapist_id)
    found = await follow_ups.page(call, wanted, after=after, limit=limit)
    touched = {one.client_id for one in found}
    await care_team.foresee(call, touched)
    # Of nobody everything holds: a therapist's empty list is theirs to see.
    await call.authorize(client_ids=sorted(touched), relations=() if touched else {"care_team"})
    return found
