"""Keeps what clients have to see to before their first session, as matching tells it."""

from __future__ import annotations

from kept.matching.v1 import forms_events_pb2

from services.chassis.context import Call

_ADD = """
    insert into intake_dues (practice_id, due_id, client_id) values (%s, %s, %s) on conflict do nothing
"""
_REMOVE = "delete from intake_dues where practice_id = %s and due_id = %s"


async def on_form_due(event: forms_events_pb2.FormDue, call: Call) -> None:
    """Keep what comes before a first session; a due has one FormDue and one FormSettled, in this order."""
    due = event.due
    if not due.is_before_first:
        return
    await call.authorize(client_ids=[due.client_id], resource_id=due.due_id)
    async with call.tx() as conn:
        await conn.execute(_ADD, (call.practice_id, due.due_id, due.client_id))


async def on_form_settled(event: forms_events_pb2.FormSettled, call: Call) -> None:
    """Forget what is done, or given up."""
    due = event.due
    await call.authorize(client_ids=[due.client_id], resource_id=due.due_id)
    async with call.tx() as conn:
        await conn.execute(_REMOVE, (call.practice_id, due.due_id))
