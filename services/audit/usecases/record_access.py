"""Keeps what the door saw, numbered and chained in the door's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.audit.domain.errors import ObservationMalformed
from services.audit.domain.observations import OBSERVATIONS_MAX, Observation, check, check_instance
from services.chassis import audit
from services.chassis.context import NO_PRACTICE, Actor, Call
from services.chassis.db.envelope import AuditDraft
from services.chassis.db.pool import widen


class LifeSigns(Protocol):
    """Keeps when an emitter was heard of, in the call's transaction."""

    async def heard(self, call: Call, emitter: str, *, is_last: bool) -> None:
        """Note that it lives, or that it stops by itself."""


async def record_access(
    seen: Sequence[Observation], instance: str, call: Call, *, life_signs: LifeSigns, is_last: bool = False
) -> int:
    """
    Put a record of each observation into what is committed with this call; return how many.

    The call itself leaves no record: it would stand beside each of them.

    Raises:
        ObservationMalformed: One of them can't be kept; none is. (INVALID_ARGUMENT)
    """
    check_instance(instance)
    if len(seen) > OBSERVATIONS_MAX:
        raise ObservationMalformed("Too many observations at once.", field="observations", limit=str(OBSERVATIONS_MAX))
    for each in seen:
        check(each)
    async with call.tx() as conn:
        await widen(conn, [each.practice_id or NO_PRACTICE for each in seen])
    emitter = f"gateway/{instance}"
    await life_signs.heard(call, emitter, is_last=is_last)
    call.envelope.emitter = emitter
    call.envelope.audit.extend(_record(each, call) for each in seen)
    call.has_parts = True
    return len(seen)


def _record(seen: Observation, call: Call) -> AuditDraft:
    relations = frozenset({"self"}) if seen.client_id and seen.client_id == seen.actor_client_id else frozenset[str]()
    made = Call(
        actor=Actor(
            seen.actor_id or "anonymous",
            seen.actor_kind,
            seen.practice_id or NO_PRACTICE,
            frozenset(seen.roles),
            client_id=seen.actor_client_id,
            session_id=seen.session_id,
            strength=seen.strength,
            via="gateway",
        ),
        method=seen.meaning.operation,
        request_id=call.request_id,
        trace=seen.trace,
    )
    made.resource_id = seen.object_id
    made.relations = relations
    return audit.observed(
        made,
        seen.client_id,
        stage=seen.meaning.stage,
        effect=seen.meaning.effect,
        reason=seen.reason,
        occur_time=seen.occur_time,
        more={"net": {"mark": seen.network}, **({"count": seen.count} if seen.count > 1 else {})},
    )
