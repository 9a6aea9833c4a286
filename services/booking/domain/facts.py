"""Names what happened to an appointment; each fact becomes one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.booking.domain.appointment import Appointment, State


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment was agreed; series_id names the series it was agreed with, if any."""

    appointment: Appointment
    series_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The client said they will come."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """An appointment moved in time, to another therapist, or both; series_id names the series that moved with it."""

    appointment: Appointment
    previous_start_time: datetime
    series_id: str = ""
    opening_id: str = ""
    """Names the opening its old time is kept for."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """
    An appointment was called off; the appointment says by whom and whether late.

    keeps_time says that its time stays blocked, for a standing hour that is paused; series_id names the series that
    was called off or paused with it.
    """

    appointment: Appointment
    keeps_time: bool = False
    series_id: str = ""
    opening_id: str = ""
    """Names the opening its time is kept for."""


@dataclass(frozen=True, slots=True)
class Attended:
    """The client arrived, the session began or ended, or the client did not come."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that was a mis-click was taken back; undone_state is where it had led."""

    appointment: Appointment
    undone_state: State


Fact = Booked | Confirmed | Rescheduled | Cancelled | Attended | Undone
"""Everything that can happen to an appointment."""
