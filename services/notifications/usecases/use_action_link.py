"""Does what a link says: asks booking, then marks the link used."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.chassis.errors import Stale
from services.notifications.domain import errors
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.link import ActionLink, State

MOST_LOOKS = 3
"""Times the appointment is looked at again when it changes between the look and the confirmation."""


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


class Booking(Protocol):
    """The neighbour that keeps the promise."""

    async def appointment(self, appointment_id: str) -> BookedAppointment:
        """Return the appointment as it is this moment."""

    async def confirm(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Record that the client will come, unless it changed since *etag*."""


async def use_action_link(link: ActionLink, appointment: Appointment, *, booking: Booking, at: datetime) -> ActionLink:
    """
    Confirm the appointment the link is about, once.

    Danger: our own copy of the appointment may be seconds old. Booking is asked for the start
    and the etag, and confirms that etag only: a link to the old time can't confirm the new one.

    Returns:
        The used link. One that was used before is given back as it is.

    Raises:
        LinkExpired: The session has started, or the appointment changed. (FAILED_PRECONDITION)
        StateForbids: The appointment can't be confirmed any more. (FAILED_PRECONDITION)
    """
    state = link.state(appointment, at=at)
    if state is State.USED:
        return link
    if state is State.EXPIRED:
        raise errors.LinkExpired("The link has expired.", message_id=link.message_id)
    for _ in range(MOST_LOOKS):
        booked = await booking.appointment(link.appointment_id)
        if booked.start_time != link.start_time or booked.standing is Standing.CANCELLED:
            break
        if booked.standing is Standing.OTHER:
            raise errors.StateForbids("The appointment can't be confirmed any more.", message_id=link.message_id)
        if booked.standing is Standing.CONFIRMED:
            return replace(link, use_time=at)
        with suppress(Stale):
            await booking.confirm(link.appointment_id, etag=booked.etag, request_id=link.request_id(booked.etag))
            return replace(link, use_time=at)
    raise errors.LinkExpired("The appointment has changed.", message_id=link.message_id)
