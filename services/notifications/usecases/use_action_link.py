"""Does what a link's holder chose: asks booking, then marks the link used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.chassis.errors import Stale
from services.notifications.domain import errors
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.link import Action, ActionLink

MOST_LOOKS = 3
"""Times the appointment is looked at again when it changes between the look and what is done."""

MOST_TIMES = 12
"""Other times shown at once: a page that a telephone shows without scrolling for long."""

LOOK_AHEAD = timedelta(days=21)
"""How far ahead other times are looked for."""


class Standing(StrEnum):
    """Where an appointment stands in booking's own words, as far as a link cares."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class BookedAppointment:
    """An appointment as booking has it now."""

    standing: Standing
    start_time: datetime
    etag: str
    therapist_id: str = ""
    session_type_id: str = ""
    modality: int = 0


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time the appointment could move to."""

    start_time: datetime
    local: str
    time_zone: str
    fold: int


class Booking(Protocol):
    """The neighbour that keeps the promise."""

    async def appointment(self, appointment_id: str) -> BookedAppointment:
        """Return the appointment as it is this moment."""

    async def confirm(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Record that the client will come, unless it changed since *etag*."""

    async def cancel(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Call it off, unless it changed since *etag*."""

    async def reschedule(self, appointment_id: str, time: FreeTime, *, etag: str, request_id: str) -> None:
        """Move it, unless it changed since *etag*."""

    async def undo(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Take its cancellation back, unless it changed since *etag*."""

    async def accept(self, offer_id: str, *, request_id: str) -> None:
        """Take an offer; twice is once."""

    async def decline(self, offer_id: str, *, request_id: str) -> None:
        """Say no to an offer; twice is once."""


class Ledger(Protocol):
    """The neighbour that knows what is free."""

    async def free_times(
        self, booked: BookedAppointment, *, from_time: datetime, to_time: datetime, most: int
    ) -> Sequence[FreeTime]:
        """List starts the session could move to, soonest first."""


async def use_action_link(
    link: ActionLink,
    appointment: Appointment | None,
    *,
    booking: Booking,
    at: datetime,
    action: Action | None = None,
    ledger: Ledger | None = None,
    start_time: datetime | None = None,
) -> ActionLink:
    """
    Do one of the things the link is for, once.

    Danger: our own copy of the appointment may be seconds old. Booking is asked for the start and the etag, and acts
    on that etag only: a link to the old time can't confirm, move or cancel the new one.

    Args:
        action: None means what the link does first.
        start_time: The chosen start, to reschedule.

    Returns:
        The used link. One that did the same before is given back as it is.

    Raises:
        LinkExpired: The session has started, the offer has ended, or the appointment changed. (FAILED_PRECONDITION)
        ActionNotOffered: The link does not do this. (FAILED_PRECONDITION)
        TimeGone: The chosen time is not among those that are free. (FAILED_PRECONDITION)
        StateForbids: The appointment can't be changed any more. (FAILED_PRECONDITION)
        ServiceError: Booking refuses, with its own reason.
    """
    action = action or link.action
    if link.use_action is action:
        return link
    offered = link.actions(appointment, at=at)
    if not offered:
        raise errors.LinkExpired("The link has expired.", message_id=link.message_id)
    if action not in offered:
        raise errors.ActionNotOffered("The link does not do this.", message_id=link.message_id)
    if action is Action.ACCEPT:
        await booking.accept(link.offer_id, request_id=link.request_id(link.offer_id, action))
    elif action is Action.DECLINE:
        await booking.decline(link.offer_id, request_id=link.request_id(link.offer_id, action))
    elif action is Action.UNDO:
        await _undo(link, booking)
    elif action is Action.RESCHEDULE:
        time = await _chosen(link, booking, ledger, start_time, at=at)
        await _change(link, booking, action, lambda booked: _move(link, booking, time, booked), done=time)
    else:
        await _change(link, booking, action, lambda booked: _step(link, booking, action, booked))
    return link.used(action, at=at)


async def list_link_times(
    link: ActionLink, appointment: Appointment | None, *, booking: Booking, ledger: Ledger, at: datetime
) -> Sequence[FreeTime]:
    """
    List what the appointment could move to.

    Raises:
        LinkExpired: It can't be moved by this link any more. (FAILED_PRECONDITION)
    """
    if Action.RESCHEDULE not in link.actions(appointment, at=at):
        raise errors.LinkExpired("The link has expired.", message_id=link.message_id)
    booked = await booking.appointment(link.appointment_id)
    found = await ledger.free_times(booked, from_time=at, to_time=at + LOOK_AHEAD, most=MOST_TIMES + 1)
    return [each for each in found if each.start_time != booked.start_time][:MOST_TIMES]


async def _change(
    link: ActionLink,
    booking: Booking,
    action: Action,
    change: Callable[[BookedAppointment], Awaitable[None]],
    *,
    done: FreeTime | None = None,
) -> None:
    """Look, then act on what was seen; look again when it changed in between."""
    for _ in range(MOST_LOOKS):
        booked = await booking.appointment(link.appointment_id)
        if done is not None and booked.start_time == done.start_time and booked.standing is not Standing.CANCELLED:
            # An earlier try got through, and its answer was lost.
            return
        if booked.start_time != link.start_time:
            break
        if booked.standing is Standing.CANCELLED:
            if action is Action.CANCEL:
                return
            break
        if booked.standing is Standing.OTHER:
            raise errors.StateForbids("The appointment can't be changed any more.", message_id=link.message_id)
        if booked.standing is Standing.CONFIRMED and action is Action.CONFIRM:
            return
        with suppress(Stale):
            await change(booked)
            return
    raise errors.LinkExpired("The appointment has changed.", message_id=link.message_id)


async def _step(link: ActionLink, booking: Booking, action: Action, booked: BookedAppointment) -> None:
    request_id = link.request_id(booked.etag, action)
    if action is Action.CANCEL:
        await booking.cancel(link.appointment_id, etag=booked.etag, request_id=request_id)
    else:
        await booking.confirm(link.appointment_id, etag=booked.etag, request_id=request_id)


async def _move(link: ActionLink, booking: Booking, time: FreeTime, booked: BookedAppointment) -> None:
    request_id = link.request_id(f"{booked.etag}|{time.start_time.isoformat()}", Action.RESCHEDULE)
    await booking.reschedule(link.appointment_id, time, etag=booked.etag, request_id=request_id)


async def _chosen(
    link: ActionLink, booking: Booking, ledger: Ledger | None, start_time: datetime | None, *, at: datetime
) -> FreeTime:
    """Return the chosen time if it is one the ledger offers at this moment."""
    if ledger is None or start_time is None:
        raise errors.TimeGone("Choose one of the offered times.", message_id=link.message_id)
    booked = await booking.appointment(link.appointment_id)
    end = start_time + timedelta(minutes=1)
    found = await ledger.free_times(booked, from_time=max(at, start_time), to_time=max(at, end), most=1)
    if booked.start_time == start_time:
        return FreeTime(start_time, "", "", 0)
    if not found or found[0].start_time != start_time or start_time >= at + LOOK_AHEAD:
        raise errors.TimeGone("The time is not offered any more.", message_id=link.message_id)
    return found[0]


async def _undo(link: ActionLink, booking: Booking) -> None:
    booked = await booking.appointment(link.appointment_id)
    if booked.standing is not Standing.CANCELLED:
        raise errors.LinkExpired("The appointment has changed.", message_id=link.message_id)
    request_id = link.request_id(booked.etag, Action.UNDO)
    await booking.undo(link.appointment_id, etag=booked.etag, request_id=request_id)
