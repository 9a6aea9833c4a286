"""Takes in what processes without a database saw."""

from __future__ import annotations

from kept.audit.v1 import capture_service_pb2 as contract

from services.audit.adapters import emitter_rows
from services.audit.adapters.capture_proto import observation_of
from services.audit.usecases.record_access import record_access
from services.chassis.context import Call


class CaptureServicer:
    """Answers the gateway."""

    async def RecordAccess(self, request: contract.RecordAccessRequest, call: Call) -> contract.RecordAccessResponse:
        seen = [observation_of(each) for each in request.observations]
        recorded = await record_access(
            seen, request.instance, call, life_signs=emitter_rows, is_last=request.is_farewell
        )
        return contract.RecordAccessResponse(recorded=recorded)
