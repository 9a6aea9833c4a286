"""Counts a session that took place, and asks after the third how well it fits."""

from __future__ import annotations

from datetime import datetime

from kept.matching.v1 import feedback_events_pb2

from services.chassis.context import Call
from services.matching.domain.courses import ASKED_AFTER
from services.matching.usecases.feedback_ports import Courses


async def count_session(
    appointment_id: str, client_id: str, therapist_id: str, call: Call, *, session_time: datetime, courses: Courses
) -> None:
    """Count it once; with the third, have the client asked, once."""
    count = await courses.add(call, appointment_id, client_id, therapist_id, session_time=session_time)
    if count < ASKED_AFTER or not await courses.ask(call, client_id, therapist_id, at=session_time):
        return
    asked = feedback_events_pb2.FitAsked(
        practice_id=call.practice_id,
        client_id=client_id,
        therapist_id=therapist_id,
        appointment_id=appointment_id,
        version=1,
    )
    call.publish(asked, aggregate_id=appointment_id, version=1)
