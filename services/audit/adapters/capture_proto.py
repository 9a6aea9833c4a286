"""Turns what the gateway hands over into observations."""

from __future__ import annotations

from datetime import UTC

from kept.audit.v1 import capture_service_pb2 as contract

from services.audit.domain.errors import ObservationMalformed
from services.audit.domain.observations import Observation


def observation_of(message: contract.Observation) -> Observation:
    """
    Read one.

    Raises:
        ObservationMalformed: It says no time, or nothing that this version knows. (INVALID_ARGUMENT)
    """
    if not message.HasField("occur_time"):
        raise ObservationMalformed("An observation has its time.", field="occur_time")
    if message.sight not in contract.Sight.values():
        raise ObservationMalformed("There is no such sight.", field="sight")
    try:
        occur_time = message.occur_time.ToDatetime(UTC)
    except ValueError:
        raise ObservationMalformed("There is no such time.", field="occur_time") from None
    return Observation(
        sight=contract.Sight.Name(message.sight).removeprefix("SIGHT_"),
        occur_time=occur_time,
        practice_id=message.practice_id,
        actor_id=message.actor_id,
        actor_kind=message.actor_kind,
        roles=tuple(message.roles),
        actor_client_id=message.actor_client_id,
        session_id=message.session_id,
        strength=message.strength,
        client_id=message.client_id,
        object_id=message.object_id,
        reason=message.reason,
        network=message.network,
        count=message.count or 1,
        trace=message.trace,
    )
