"""Builds appointments by the state they are in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.booking.domain.appointment import Appointment, CancelledBy, Slot, State, book

NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
PRACTICE_ID = "0190a000-0000-7000-8000-000000000001"
CLIENT_ID = "0190a000-0000-7000-8000-0000000000c1"
THERAPIST_ID = "0190a000-0000-7000-8000-0000000000d1"
SESSION_TYPE_ID = "0190a000-0000-7000-8000-0000000000e1"
APPOINTMENT_ID = "0190a000-0000-7000-8000-0000000000a1"


def slot(*, start_time: datetime = NOW + timedelta(days=3), claim_version: int = 1) -> Slot:
    """Return a claimed hour of the therapist."""
    return Slot(
        therapist_id=THERAPIST_ID,
        session_type_id=SESSION_TYPE_ID,
        start_time=start_time,
        end_time=start_time + timedelta(minutes=50),
        start_local=start_time.strftime("%Y-%m-%dT%H:%M"),
        time_zone="Etc/UTC",
        fold=0,
        tzdata_version="2026a",
        modality=1,
        site_id="0190a000-0000-7000-8000-0000000000f1",
        room_id="",
        claim_version=claim_version,
    )


def booked(*, start_time: datetime = NOW + timedelta(days=3)) -> Appointment:
    """Return an appointment three days ahead, as booked."""
    appointment, _ = book(
        practice_id=PRACTICE_ID,
        appointment_id=APPOINTMENT_ID,
        client_id=CLIENT_ID,
        slot=slot(start_time=start_time),
        actor_id="user:1",
        at=NOW,
    )
    return appointment


def in_state(state: State, *, start_time: datetime = NOW + timedelta(days=3)) -> Appointment:
    """Return an appointment in any state, whichever way it came there."""
    by = CancelledBy.CLIENT if state is State.CANCELLED else CancelledBy.NOBODY
    return replace(booked(start_time=start_time), state=state, cancelled_by=by)
