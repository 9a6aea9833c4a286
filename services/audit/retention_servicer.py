"""Serves the door to keeping and destroying: how long, what is held, who agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import uuid_utils
from kept.audit.v1 import retention_pb2
from kept.audit.v1 import retention_service_pb2 as contract

from services.audit.adapters import retention_proto as proto
from services.audit.usecases import detach_records, erase_client, hold_records
from services.audit.usecases.retention_ports import Archive, RetentionStore
from services.chassis.context import Call
from services.chassis.rpc.callers import check_uuid
from services.chassis.rpc.pages import page_size, page_token, read_page_token

PAGE_DEFAULT, PAGE_MOST = 50, 200


class RetentionServicer:
    """Turns each request into words of the trail, calls the use case, and turns its answer back."""

    def __init__(self, *, store: RetentionStore, archive: Archive | None, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._archive = archive
        self._clock = clock

    async def GetRetention(self, request: contract.GetRetentionRequest, call: Call) -> retention_pb2.Retention:
        return proto.retention_message(await self._store.retention(call))

    async def SetRetention(self, request: contract.SetRetentionRequest, call: Call) -> retention_pb2.Retention:
        kept = await hold_records.set_retention(request.years, call, store=self._store, at=self._clock())
        return proto.retention_message(kept)

    async def SetLegalHold(self, request: contract.SetLegalHoldRequest, call: Call) -> retention_pb2.LegalHold:
        hold = await hold_records.set_hold(
            _new_id(),
            check_uuid(request.client_id, "client_id") if request.client_id else "",
            proto.reason_of(request.reason),
            request.reference,
            call,
            store=self._store,
            at=self._clock(),
        )
        return proto.hold_message(hold)

    async def LiftLegalHold(self, request: contract.LiftLegalHoldRequest, call: Call) -> retention_pb2.LegalHold:
        hold_id = check_uuid(request.hold_id, "hold_id")
        return proto.hold_message(await hold_records.lift_hold(hold_id, call, store=self._store, at=self._clock()))

    async def ListLegalHolds(
        self, request: contract.ListLegalHoldsRequest, call: Call
    ) -> contract.ListLegalHoldsResponse:
        await call.authorize()
        query = f"holds|{request.only_open}"
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        before = _before(query, request.page_token)
        found = await self._store.holds(call, only_open=request.only_open, before=before, limit=size + 1)
        return contract.ListLegalHoldsResponse(
            legal_holds=[proto.hold_message(each) for each in found[:size]],
            next_page_token=page_token(query, found[size - 1].hold_id) if len(found) > size else "",
        )

    async def RequestDetachment(
        self, request: contract.RequestDetachmentRequest, call: Call
    ) -> retention_pb2.Detachment:
        begun = await detach_records.request_detachment(
            _new_id(), call, store=self._store, archive=self._archive, at=self._clock()
        )
        return proto.detachment_message(begun)

    async def ApproveDetachment(
        self, request: contract.ApproveDetachmentRequest, call: Call
    ) -> retention_pb2.Detachment:
        detachment_id = check_uuid(request.detachment_id, "detachment_id")
        return proto.detachment_message(
            await detach_records.approve_detachment(detachment_id, call, store=self._store, at=self._clock())
        )

    async def CancelDetachment(self, request: contract.CancelDetachmentRequest, call: Call) -> retention_pb2.Detachment:
        detachment_id = check_uuid(request.detachment_id, "detachment_id")
        return proto.detachment_message(
            await detach_records.cancel_detachment(detachment_id, call, store=self._store, at=self._clock())
        )

    async def GetDetachment(self, request: contract.GetDetachmentRequest, call: Call) -> retention_pb2.Detachment:
        found = await self._store.find_detachment(call, check_uuid(request.detachment_id, "detachment_id"))
        return proto.detachment_message(found)

    async def ListDetachments(
        self, request: contract.ListDetachmentsRequest, call: Call
    ) -> contract.ListDetachmentsResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        before = _before("detachments", request.page_token)
        found = await self._store.detachments(call, before=before, limit=size + 1)
        return contract.ListDetachmentsResponse(
            detachments=[proto.detachment_message(each) for each in found[:size]],
            next_page_token=page_token("detachments", found[size - 1].detachment_id) if len(found) > size else "",
        )

    async def RequestErasure(self, request: contract.RequestErasureRequest, call: Call) -> retention_pb2.Erasure:
        client_id = check_uuid(request.client_id, "client_id")
        asked = await erase_client.request_erasure(_new_id(), client_id, call, store=self._store, at=self._clock())
        return proto.erasure_message(asked)

    async def ApproveErasure(self, request: contract.ApproveErasureRequest, call: Call) -> retention_pb2.Erasure:
        erasure_id = check_uuid(request.erasure_id, "erasure_id")
        ordered = await erase_client.approve_erasure(erasure_id, call, store=self._store, at=self._clock())
        return proto.erasure_message(ordered)

    async def CancelErasure(self, request: contract.CancelErasureRequest, call: Call) -> retention_pb2.Erasure:
        erasure_id = check_uuid(request.erasure_id, "erasure_id")
        return proto.erasure_message(await erase_client.cancel_erasure(erasure_id, call, store=self._store))

    async def GetErasure(self, request: contract.GetErasureRequest, call: Call) -> retention_pb2.Erasure:
        found = await self._store.find_erasure(call, check_uuid(request.erasure_id, "erasure_id"))
        return proto.erasure_message(found)

    async def ListErasures(self, request: contract.ListErasuresRequest, call: Call) -> contract.ListErasuresResponse:
        await call.authorize()
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        before = _before("erasures", request.page_token)
        found = await self._store.erasures(call, before=before, limit=size + 1)
        return contract.ListErasuresResponse(
            erasures=[proto.erasure_message(each) for each in found[:size]],
            next_page_token=page_token("erasures", found[size - 1].erasure_id) if len(found) > size else "",
        )


def _before(query: str, token: str) -> str:
    place = read_page_token(query, token)
    return check_uuid(str(place[0]), "page_token") if place else ""


def _new_id() -> str:
    return str(uuid_utils.uuid7())
