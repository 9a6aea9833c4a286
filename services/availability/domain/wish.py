"""Says what a caller may ask time for, and where a session would take place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.availability.domain import errors
from services.availability.domain.claim import Placement
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Modality, Option, SessionType
from services.availability.domain.limits import HIGH_NEED, holding_window, is_reserved
from services.availability.domain.wall import MINUTE_S, WallTime, edge, local_date, zone

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A session somebody wants.

    start_s is the instant of the wall time. room_id is empty for any room. digest tells this wish from
    another one under the same hold id.
    """

    therapist_id: str
    client_id: str
    session_type_id: str
    wall: WallTime
    start_s: int
    modality: int
    room_id: str
    is_by_staff: bool
    digest: bytes
    override_reason: str = ""
    overbook_reason: str = ""
    is_high_need: bool = False
    extra_client_ids: tuple[str, ...] = ()
    extra_therapist_ids: tuple[str, ...] = ()
    audiences: frozenset[int] = frozenset()
    """Who the client is beside being in high need, as booking knows: the contract's numbers."""

    @property
    def everything(self) -> frozenset[int]:
        """Return who the client is."""
        return self.audiences | {HIGH_NEED} if self.is_high_need else self.audiences

    @property
    def therapist_ids(self) -> tuple[str, ...]:
        """Return everybody who gives the session."""
        return (self.therapist_id, *self.extra_therapist_ids)


@dataclass(frozen=True, slots=True)
class Ways:
    """How a wish may be fulfilled as far as hours and rules go, best first; what is taken is not known here."""

    wish: Wish
    session_type: SessionType
    options: Sequence[Option]

    @property
    def end_s(self) -> int:
        """Return the end of the session in epoch seconds."""
        return self.wish.start_s + self.session_type.length_min * MINUTE_S

    def place(
        self,
        option: Option,
        room_id: str,
        *,
        tzdata_version: str,
        equipment_ids: tuple[str, ...] = (),
        overbooked_ids: tuple[str, ...] = (),
    ) -> Placement:
        """Return the placement for one of the options; room_id is empty unless it is in person."""
        return Placement(
            therapist_id=self.wish.therapist_id,
            room_id=room_id,
            site_id=option.site_id,
            modality=option.modality,
            start_s=self.wish.start_s,
            end_s=self.end_s,
            before_min=self.session_type.buffer_before_min,
            after_min=self.session_type.buffer_after_min,
            wall=self.wish.wall,
            tzdata_version=tzdata_version,
            equipment_ids=equipment_ids,
            overbooked_ids=overbooked_ids,
        )


def find_ways(wish: Wish, directory: Directory, *, now_s: int) -> Ways:
    """
    Check a wish against hours and rules.

    Raises:
        SlotInPast: It starts at *now_s* or before. (FAILED_PRECONDITION)
        Unknown: No such session type, schedule or room. (NOT_FOUND)
        NoticeTooShort: A client books too late. (FAILED_PRECONDITION)
        HorizonExceeded: A client books too far ahead. (FAILED_PRECONDITION)
        NotSelfBookable, SameDayClosed: A client books what only staff may. (FAILED_PRECONDITION)
        SlotNotOffered: The therapist's hours have no such start, or not in this way. (FAILED_PRECONDITION)
        SlotReserved: It is kept for clients in high need. (FAILED_PRECONDITION)
        SlotPrioritised: Others may book it only later. (FAILED_PRECONDITION)
    """
    if wish.start_s <= now_s:
        raise errors.SlotInPast("The time has begun already.")
    session_type = directory.session_types.get(wish.session_type_id)
    if session_type is None:
        raise errors.Unknown("No such session type.", session_type_id=wish.session_type_id)
    schedule = directory.schedules.get(wish.therapist_id)
    if schedule is None:
        raise errors.Unknown("No such therapist's schedule.", therapist_id=wish.therapist_id)
    if not wish.is_by_staff:
        check_for_client(session_type, wish.start_s, directory.calendar.zone_at(schedule, now_s), now_s=now_s)
    options: Sequence[Option] = ()
    if wish.session_type_id in schedule.session_type_ids:
        options = directory.options_at(schedule, session_type, wish.start_s)
    if wish.modality != Modality.ANY:
        options = [each for each in options if each.modality == wish.modality]
    if wish.room_id:
        if not any(wish.room_id in rooms for rooms in directory.rooms.values()):
            raise errors.Unknown("No such room.", room_id=wish.room_id)
        options = [each for each in options if wish.room_id in directory.rooms.get(each.site_id, ())]
    for therapist_id in wish.extra_therapist_ids:
        options = _shared(options, wish, session_type, directory, therapist_id)
    if not options:
        raise errors.SlotNotOffered("The therapist does not offer this.")
    if directory.limits.reservations and not (wish.is_high_need or wish.override_reason):
        _refuse_reserved(wish, directory, now_s=now_s)
    if directory.limits.windows and not wish.override_reason:
        _refuse_prioritised(wish, directory, now_s=now_s)
    return Ways(wish, session_type, options)


def check_for_client(session_type: SessionType, start_s: int, time_zone: str, *, now_s: int) -> None:
    """
    Refuse a client what only staff may book.

    Args:
        time_zone: The therapist's, in which the same day is meant.

    Raises:
        NotSelfBookable, SameDayClosed: Clients don't book this, or not for the same day. (FAILED_PRECONDITION)
        NoticeTooShort, HorizonExceeded: It is too late, or too far ahead. (FAILED_PRECONDITION)
    """
    if not session_type.is_self_bookable:
        raise errors.NotSelfBookable("Only staff books this session type.")
    earliest_s, latest_s = bounds(session_type, now_s=now_s)
    if start_s < opens_s(session_type, time_zone, now_s=now_s):
        raise errors.SameDayClosed("This session type can't be booked for the same day.")
    if start_s < earliest_s:
        raise errors.NoticeTooShort("The notice is too short.", notice_min=str(session_type.notice_min))
    if start_s >= latest_s:
        raise errors.HorizonExceeded("It is too far ahead.", horizon_days=str(session_type.horizon_days))


def _shared(
    options: Sequence[Option], wish: Wish, session_type: SessionType, directory: Directory, therapist_id: str
) -> Sequence[Option]:
    """Return the options that a further therapist offers too."""
    schedule = directory.schedules.get(therapist_id)
    if schedule is None:
        raise errors.Unknown("No such therapist's schedule.", therapist_id=therapist_id)
    if wish.session_type_id not in schedule.session_type_ids:
        return ()
    day = local_date(wish.start_s, schedule.time_zone)
    theirs = directory.offers(schedule, session_type, day).options_by_start.get(wish.start_s, ())
    return [each for each in options if each in theirs]


def _refuse_reserved(wish: Wish, directory: Directory, *, now_s: int) -> None:
    for therapist_id in wish.therapist_ids:
        time_zone = directory.schedules[therapist_id].time_zone
        if is_reserved(directory.limits.reservations, therapist_id, time_zone, wish.start_s, now_s=now_s):
            raise errors.SlotReserved("The slot is kept for clients in high need.")


def _refuse_prioritised(wish: Wish, directory: Directory, *, now_s: int) -> None:
    for therapist_id in wish.therapist_ids:
        window = holding_window(
            directory.limits.windows,
            therapist_id,
            wish.session_type_id,
            wish.start_s,
            now_s=now_s,
            audiences=wish.everything,
        )
        if window is not None:
            raise errors.SlotPrioritised(
                "The slot can't be booked by everybody yet.",
                open_days=str(window.open_days),
                window_id=window.window_id,
            )


def bounds(session_type: SessionType, *, now_s: int) -> tuple[int, int]:
    """Return from when, and before when, a client may book a session of this type, in epoch seconds."""
    return now_s + session_type.notice_min * MINUTE_S, now_s + session_type.horizon_days * DAY_S


def opens_s(session_type: SessionType, time_zone: str, *, now_s: int) -> int:
    """Return from when on a client may book where the same day is closed: the next midnight there; else the present."""
    if session_type.is_same_day_allowed:
        return now_s
    tomorrow = local_date(now_s, time_zone) + timedelta(days=1)
    return edge(tomorrow, 0, zone(time_zone), is_end=False)


def rooms_to_try(ways: Ways, option: Option, directory: Directory) -> Sequence[str]:
    """Return the rooms an option may take, in order; one empty id when it needs none."""
    if option.modality != Modality.IN_PERSON:
        return ("",)
    if ways.wish.room_id:
        return (ways.wish.room_id,)
    if not ways.session_type.needs_room:
        return ("",)
    return directory.rooms_for(ways.wish.therapist_id, option.site_id)


def equipment_to_try(ways: Ways, option: Option, directory: Directory) -> Sequence[Sequence[str]]:
    """Return the pieces an option may take, a list for each kind it needs; none when it needs no equipment."""
    if not ways.session_type.equipment_kinds or option.modality != Modality.IN_PERSON:
        return ()
    found = directory.limits.equipment
    return [found.get((option.site_id, kind), ()) for kind in ways.session_type.equipment_kinds]
