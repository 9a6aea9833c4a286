"""Turns rows of the appointments table into appointments and back."""

from __future__ import annotations

from typing import Any

from services.booking.domain.appointment import Appointment, CancelledBy, Slot, State

COLUMNS = """
    practice_id::text, appointment_id::text, client_id::text, state,
    therapist_id::text, session_type_id::text, start_time, end_time, start_local, time_zone, fold, tzdata_version,
    modality, coalesce(site_id::text, ''), coalesce(room_id::text, ''), claim_version,
    coalesce(cancelled_by, 'NOBODY'), is_late_cancellation, version, create_time, update_time, create_actor_id,
    coalesce(abandoned_claim_version, 0), warnings, confirm_by_time, is_confidential,
    case when has_participants then (
        select array_agg(p.client_id::text order by p.client_id) from appointment_participants p
        where p.practice_id = appointments.practice_id and p.appointment_id = appointments.appointment_id
    ) end,
    coalesce(restores_appointment_id::text, ''), coalesce(group_session_id::text, '')
"""
"""What `appointment` reads, in its order."""


def appointment(row: tuple[Any, ...]) -> Appointment:
    """Return the appointment in a row of COLUMNS."""
    return Appointment(
        practice_id=row[0],
        appointment_id=row[1],
        client_id=row[2],
        state=State(row[3]),
        slot=Slot(*row[4:16]),
        cancelled_by=CancelledBy(row[16]),
        is_late_cancellation=row[17],
        version=row[18],
        create_time=row[19],
        update_time=row[20],
        create_actor_id=row[21],
        abandoned_claim_version=row[22],
        warnings=tuple(row[23] or ()),
        confirm_by_time=row[24],
        is_confidential=row[25],
        extra_client_ids=tuple(row[26] or ()),
        restores_appointment_id=row[27],
        group_session_id=row[28],
    )


def slot_values(slot: Slot) -> tuple[object, ...]:
    """Return a slot's columns in the order in which COLUMNS reads them."""
    return (
        slot.therapist_id,
        slot.session_type_id,
        slot.start_time,
        slot.end_time,
        slot.start_local,
        slot.time_zone,
        slot.fold,
        slot.tzdata_version,
        slot.modality,
        slot.site_id,
        slot.room_id,
        slot.claim_version,
    )
