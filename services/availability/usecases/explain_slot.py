"""Explains why a start is, or is not, offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from services.availability.domain import errors
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.hours import Modality, Option, SessionType
from services.availability.domain.limits import EVERYBODY
from services.availability.domain.reasons import CLIENTS_ONLY, Hiding, Start, explain
from services.availability.domain.wall import MINUTE_S
from services.availability.usecases.hide_limited import hide_limited
from services.availability.usecases.ports import Clock, Directories, Taken


async def explain_slot(
    therapist_id: str,
    session_type_id: str,
    at_s: int,
    modality: int,
    practice_id: str,
    *,
    is_by_staff: bool,
    audiences: Collection[int],
    directories: Directories,
    taken: Taken,
    clock: Clock,
) -> tuple[bool, list[Hiding]]:
    """
    Return whether the caller could take a start, and the rules that hide it, strongest first.

    Clients are told less, and nobody is told of whom the time is taken by.

    Raises:
        Unknown: No such session type or schedule. (NOT_FOUND)
    """
    directory = await directories.read(practice_id)
    session_type = directory.session_types.get(session_type_id)
    if session_type is None:
        raise errors.Unknown("No such session type.", session_type_id=session_type_id)
    schedule = directory.schedules.get(therapist_id)
    if schedule is None:
        raise errors.Unknown("No such therapist's schedule.", therapist_id=therapist_id)
    start = Start(schedule, session_type, at_s, modality)
    start_s, end_s = start.span
    wide = (start_s - session_type.buffer_before_min * MINUTE_S, end_s + session_type.buffer_after_min * MINUTE_S)
    takers = await taken.takers(practice_id, therapist_id, wide)
    options = start.options(directory)
    rooms = [room_id for each in options if each.site_id for room_id in directory.rooms.get(each.site_id, ())]
    busy = await taken.times(practice_id, rooms, start.span) if rooms and session_type.needs_room else {}
    is_room_free = any(_has_room(each, session_type, directory, busy) for each in options)
    now_s = clock()
    found = explain(
        start,
        directory,
        now_s=now_s,
        takers=takers,
        is_room_free=is_room_free,
        audiences=audiences,
        is_capped=await _is_capped(start, options, directory, taken, practice_id, now_s=now_s),
    )
    if is_by_staff:
        return all(each.reason in CLIENTS_ONLY for each in found), found
    told = sorted(dict.fromkeys(each.for_clients() for each in found), key=lambda each: each.reason)
    return not told, told


async def _is_capped(
    start: Start, options: Sequence[Option], directory: Directory, taken: Taken, practice_id: str, *, now_s: int
) -> bool:
    """Tell whether search hides the start for what the therapist has already, whoever looks."""
    therapist_id, kind = start.schedule.therapist_id, start.session_type
    if not options or not directory.limits.are_counted(therapist_id):
        return False
    free = {start.at_s: [(therapist_id, each) for each in options]}
    left = await hide_limited(
        free, practice_id, [therapist_id], kind, directory, taken, now_s=now_s, audiences=EVERYBODY
    )
    return not left


def _has_room(
    option: Option, session_type: SessionType, directory: Directory, busy: Mapping[str, Sequence[Span]]
) -> bool:
    if option.modality != Modality.IN_PERSON or not session_type.needs_room:
        return True
    return any(not busy.get(room_id) for room_id in directory.rooms.get(option.site_id, ()))
