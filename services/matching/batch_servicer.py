"""Serves the door to batches that were started."""

from __future__ import annotations

from kept.matching.v1 import batch_service_pb2, intake_pb2

from services.chassis.context import Call
from services.chassis.rpc import pages
from services.chassis.rpc.callers import check_uuid
from services.matching.adapters import intake_proto as to
from services.matching.adapters.ids import new_id
from services.matching.domain import errors
from services.matching.domain.operations import Operation
from services.matching.usecases.intake_ports import Operations
from services.matching.usecases.ports import Clock

PAGE_DEFAULT, PAGE_MOST = 50, 200
PLACEMENTS_DEFAULT, PLACEMENTS_MOST = 200, 500
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


class BatchServicer:
    """Turns each request into domain words, and its answer back."""

    def __init__(self, operations: Operations[intake_pb2.Batch], clock: Clock) -> None:
        self._operations = operations
        self._clock = clock

    async def StartBatch(self, request: batch_service_pb2.StartBatchRequest, call: Call) -> intake_pb2.BatchOperation:
        operation = Operation(new_id(), to.policy_of(request.policy), request.is_dry_run, self._clock())
        await self._operations.add(call, operation)
        return to.operation_to(operation)

    async def GetBatchOperation(
        self, request: batch_service_pb2.GetBatchOperationRequest, call: Call
    ) -> intake_pb2.BatchOperation:
        found, batch = await self._operations.find(call, check_uuid(request.operation_id, "operation_id"))
        return to.operation_to(found, batch)

    async def ListBatchOperations(
        self, request: batch_service_pb2.ListBatchOperationsRequest, call: Call
    ) -> batch_service_pb2.ListBatchOperationsResponse:
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        (before,) = pages.read_page_token("batches", request.page_token) or (LAST_ID,)
        found = await self._operations.page(call, before=check_uuid(str(before), "page_token"), limit=size + 1)
        token = pages.page_token("batches", found[size - 1].operation_id) if found[size:] else ""
        return batch_service_pb2.ListBatchOperationsResponse(
            operations=[to.operation_to(each) for each in found[:size]], next_page_token=token
        )

    async def CancelBatchOperation(
        self, request: batch_service_pb2.CancelBatchOperationRequest, call: Call
    ) -> intake_pb2.BatchOperation:
        before = await self._operations.lock(call, check_uuid(request.operation_id, "operation_id"))
        after = before.cancelled(at=self._clock(), etag=request.etag)
        await self._operations.save(call, after)
        return to.operation_to(after)

    async def ListPlacements(
        self, request: batch_service_pb2.ListPlacementsRequest, call: Call
    ) -> batch_service_pb2.ListPlacementsResponse:
        operation_id = check_uuid(request.operation_id, "operation_id")
        size = pages.page_size(request.page_size, default=PLACEMENTS_DEFAULT, most=PLACEMENTS_MOST)
        query = f"placements|{operation_id}"
        (start,) = pages.read_page_token(query, request.page_token) or (0,)
        found, batch = await self._operations.find(call, operation_id)
        if found.end_time is None:
            raise errors.OperationRunning("The batch has come to nothing yet.", operation_id=operation_id)
        placements, end = (batch.placements if batch else ()), int(start) + size
        token = pages.page_token(query, end) if placements[end:] else ""
        return batch_service_pb2.ListPlacementsResponse(placements=placements[int(start) : end], next_page_token=token)
