"""Books a slot for a client: the ledger's hold first, then the promise."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from uuid import UUID

import uuid_utils

from services.booking.domain import appointment, errors
from services.booking.domain.appointment import Slot
from services.booking.domain.priority import REFUSALS
from services.booking.usecases.ports import Answer, Audiences, Clock, Ledger, Promises, Wish
from services.chassis.context import Actor, Call
from services.chassis.errors import RuleViolated

STAFF_ROLES = frozenset({"front_desk", "therapist", "practice_admin"})
"""Roles that book for others: the ledger does not ask them for notice and horizon."""


async def book_appointment(
    wish: Wish, call: Call, *, ledger: Ledger, promises: Promises[Answer], clock: Clock, audiences: Audiences
) -> Answer:
    """
    Hold the slot in the ledger, then commit the appointment.

    The danger is a hold without a promise, or a promise without a hold. The id is derived from the
    request id, so that a retry names the same claim. When the commit is refused, the id is
    already abandoned and the hold is given back at once. When the outcome is unknown (a lost connection,
    a crash), nothing is given back here: HoldLapsed asks again later.

    Raises:
        UnknownClient: The practice has no such client. (NOT_FOUND)
        HoldAbandoned: The hold was given back before. (ABORTED)
        Gate: A fence, or what the practice asks for before it books. (FAILED_PRECONDITION)
        ServiceError: Whatever the ledger refuses, with its alternatives.
    """
    if wish.extra_client_ids:
        await call.authorize(client_ids=wish.extra_client_ids)
    appointment_id = claim_id(call.practice_id, call.request_id)
    slot = await hold_as_known(appointment_id, wish, call, ledger=ledger, audiences=audiences)
    booked, fact = appointment.book(
        practice_id=call.practice_id,
        appointment_id=appointment_id,
        client_id=wish.client_id,
        slot=slot,
        actor_id=call.actor.actor_id,
        at=clock(),
        extra_client_ids=wish.extra_client_ids,
        is_confidential=wish.is_confidential,
    )
    try:
        return await promises.record(booked, fact, call)
    except (errors.UnknownClient, errors.HoldAbandoned, errors.Gate):
        await ledger.release(appointment_id, call)
        raise


async def hold_as_known(appointment_id: str, wish: Wish, call: Call, *, ledger: Ledger, audiences: Audiences) -> Slot:
    """
    Hold a slot; who the client is to rules of priority is looked up only when one of them is in the way.

    Raises:
        ServiceError: Whatever the ledger refuses, with its alternatives.
    """
    try:
        return await ledger.hold(appointment_id, wish, call, is_staff=is_staff(call.actor))
    except RuleViolated as refusal:
        if refusal.reason not in REFUSALS:
            raise
        found = await audiences(call, wish.client_id, wish.therapist_id)
        if not found:
            raise
        return await ledger.hold(appointment_id, replace(wish, audiences=found), call, is_staff=is_staff(call.actor))


def claim_id(practice_id: str, request_id: str) -> str:
    """Return the id that this request's appointment and claim have, every time it is asked."""
    return str(uuid_utils.uuid5(_namespace(practice_id), request_id.lower()))


def is_staff(actor: Actor) -> bool:
    """Tell whether the actor books for others."""
    return not STAFF_ROLES.isdisjoint(actor.roles)


@lru_cache(maxsize=4096)
def _namespace(practice_id: str) -> uuid_utils.UUID:
    return uuid_utils.UUID(str(UUID(practice_id)))
