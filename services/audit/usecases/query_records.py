"""Answers who did what."""

from __future__ import annotations

from services.audit.domain import errors
from services.audit.usecases.ports import Question, Stored, Trail
from services.chassis.context import Call


async def query_records(question: Question, call: Call, *, trail: Trail) -> list[Stored]:
    """
    Return records, newest first.

    Raises:
        IntervalReversed: to_time lies before from_time. (INVALID_ARGUMENT)
    """
    if question.from_time and question.to_time and question.to_time < question.from_time:
        raise errors.IntervalReversed("The interval ends before it begins.", field="to_time")
    if not question.client_id:
        await call.authorize()
    return await trail.query(call, question)


async def get_record(seq: int, call: Call, *, trail: Trail) -> Stored:
    """Return one record. Raises Missing, RecordsDetached."""
    found = await trail.find(call, seq)
    if found is None and 0 <= seq < await trail.detached_seq(call):
        raise errors.RecordsDetached("The record was archived and taken out.", seq=str(seq))
    if found is None:
        raise errors.Missing("There is no such record.", seq=str(seq))
    if not found.client_id:
        await call.authorize()
    return found
