"""Lists appointments of a client, of a therapist, or of the whole practice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.proxy import is_hidden_from
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.ports import Appointments, CareTeam, Cursor, Filter
from services.chassis.context import Actor, Call

PERIOD_MAX_D = 366
"""Days a list spans at most; the contract says so. It bounds what one index scan can touch."""

WHOLE_PRACTICE_ROLES = frozenset({"front_desk", "practice_admin"})
"""Roles that see every therapist's week without naming a client or a therapist."""


async def list_appointments(
    wanted: Filter,
    call: Call,
    *,
    appointments: Appointments,
    care_team: CareTeam,
    after: Cursor | None,
    page_size: int,
) -> tuple[list[Appointment], Cursor | None]:
    """
    Return a page of appointments by start time, and where the next page begins.

    A therapist who names nobody sees their own week.

    Raises:
        IntervalReversed: The interval ends at or before its start. (INVALID_ARGUMENT)
        Malformed: The interval is too long, or nobody is named and the caller is no staff. (INVALID_ARGUMENT)
        Forbidden: The named client is not the caller's to see. (PERMISSION_DENIED)
    """
    if wanted.to_time <= wanted.from_time:
        raise errors.IntervalReversed("The interval ends before it begins.", field="to_time")
    if wanted.to_time - wanted.from_time > timedelta(days=PERIOD_MAX_D):
        raise errors.Malformed("The interval is too long.", field="to_time", max_days=str(PERIOD_MAX_D))
    limited = _limit_to_caller(wanted, call.actor)
    if limited.client_id:
        await call.authorize(client_ids=[limited.client_id])
    found = await appointments.page(call, limited, after=after, limit=page_size + 1)
    page = found[:page_size]
    last = page[-1] if len(found) > page_size else None
    if is_staff(call.actor) or not limited.client_id:
        cared_for = set(await care_team.foresee(call, {each for one in page for each in one.client_ids}))
        if limited.therapist_id and limited.therapist_id == call.actor.therapist_id:
            # A therapist taken off a client's team sees the rest of their own week still.
            page = [one for one in page if cared_for.issuperset(one.client_ids)]
        touched = {client_id for one in page for client_id in one.client_ids}
        # Of nobody everything holds: a therapist's empty week is theirs to see.
        await call.authorize(client_ids=sorted(touched), relations=() if touched else {"care_team"})
    if not is_staff(call.actor):
        page = [one for one in page if not is_hidden_from(one, own_client_id=call.actor.client_id)]
    return page, (last.slot.start_time, last.appointment_id) if last else None


def _limit_to_caller(wanted: Filter, actor: Actor) -> Filter:
    """Return the filter, narrowed to what the caller may list at all."""
    if wanted.client_id or not WHOLE_PRACTICE_ROLES.isdisjoint(actor.roles):
        return wanted
    if "therapist" in actor.roles and actor.therapist_id:
        return wanted if wanted.therapist_id else replace(wanted, therapist_id=actor.therapist_id)
    raise errors.Malformed("Name the client whose appointments you want.", field="client_id")
