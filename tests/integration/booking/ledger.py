"""Stands in for availability: the same contract over real gRPC, kept in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from kept.availability.v1 import availability_pb2, availability_service_pb2, availability_service_pb2_grpc

LENGTH = timedelta(minutes=50)
HELD, CONFIRMED, RELEASED = (
    availability_pb2.Claim.STATE_HELD,
    availability_pb2.Claim.STATE_CONFIRMED,
    availability_pb2.Claim.STATE_RELEASED,
)


@dataclass
class FakeLedger(availability_service_pb2_grpc.AvailabilityServiceServicer):
    """
    Keeps claims, pending moves and the words it was told.

    A move counts the claim's version up; `before_answer` lets a test act between the ledger's commit and its answer.
    """

    claims: dict[str, availability_pb2.Claim] = field(default_factory=dict)
    moves: dict[str, availability_pb2.Claim] = field(default_factory=dict)
    answered: dict[str, availability_pb2.Claim] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    before_answer: Callable[[str], Awaitable[None]] | None = None
    address: str = ""
    site_id: str = ""
    _server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Serve on a free port."""
        self._server = grpc.aio.server()
        availability_service_pb2_grpc.add_AvailabilityServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()

    async def stop(self) -> None:
        """Stop at once."""
        if self._server is not None:
            await self._server.stop(None)

    async def HoldMany(
        self, request: availability_service_pb2.HoldManyRequest, context: grpc.aio.ServicerContext
    ) -> availability_service_pb2.HoldManyResponse:
        """Hold slots of 50 minutes, each unless one of the two is busy."""
        return availability_service_pb2.HoldManyResponse(outcomes=[await self._hold(each) for each in request.holds])

    async def _hold(self, request: availability_service_pb2.HoldRequest) -> availability_service_pb2.HoldOutcome:
        self.words.append("hold")
        if request.hold_id not in self.claims:
            claim = _claim(request.hold_id, request.client_id, request.therapist_id, request.session_type_id, request)
            claim.site_id = self.site_id
            if (found := self._overlap(claim)) is not None:
                reason, alternatives = found
                refusal = availability_service_pb2.Refusal(
                    status="FAILED_PRECONDITION", reason=reason, message="No.", alternatives=alternatives
                )
                return availability_service_pb2.HoldOutcome(refusal=refusal)
            self.claims[request.hold_id] = claim
        claim = await self._answer(request.hold_id, self.claims[request.hold_id])
        return availability_service_pb2.HoldOutcome(claim=claim)

    async def Move(
        self, request: availability_service_pb2.MoveRequest, context: grpc.aio.ServicerContext
    ) -> availability_pb2.Claim:
        """Take the new time beside the old; the same request id again gets the stored answer."""
        self.words.append("move")
        if request.request_id in self.answered:
            return self.answered[request.request_id]
        old = self.claims[request.claim_id]
        if request.claim_id in self.moves:
            await _refuse(context, code_pb2.FAILED_PRECONDITION, "MOVE_PENDING")
        therapist_id = request.therapist_id or old.therapist_id
        moved = _claim(request.claim_id, old.client_id, therapist_id, old.session_type_id, request)
        moved.version, moved.state, moved.site_id = old.version + 1, old.state, old.site_id
        if (found := self._overlap(moved)) is not None:
            await _refuse(context, code_pb2.FAILED_PRECONDITION, *found)
        self.moves[request.claim_id] = self.answered[request.request_id] = moved
        old.version = moved.version
        return await self._answer(request.claim_id, moved)

    async def Confirm(
        self, request: availability_service_pb2.ConfirmRequest, context: grpc.aio.ServicerContext
    ) -> availability_pb2.Claim:
        """Let the claim, or its pending move, stand."""
        self.words.append("confirm")
        claim = self.moves.pop(request.claim_id, self.claims[request.claim_id])
        claim.state = CONFIRMED
        self.claims[request.claim_id] = claim
        return claim

    async def Release(
        self, request: availability_service_pb2.ReleaseRequest, context: grpc.aio.ServicerContext
    ) -> availability_pb2.Claim:
        """Give the time, or the pending move, back."""
        self.words.append("release move" if request.only_move else "release")
        claim = self.claims[request.claim_id]
        if self.moves.pop(request.claim_id, None) is not None:
            claim.version += 1
        if not request.only_move:
            claim.state = RELEASED
        return claim

    async def GetClaim(
        self, request: availability_service_pb2.GetClaimRequest, context: grpc.aio.ServicerContext
    ) -> availability_pb2.Claim:
        """Return the claim as it stands."""
        return self.claims[request.claim_id]

    async def _answer(self, claim_id: str, claim: availability_pb2.Claim) -> availability_pb2.Claim:
        answer = availability_pb2.Claim()
        answer.CopyFrom(claim)
        if self.before_answer is not None:
            await self.before_answer(claim_id)
        return answer

    def _overlap(self, wanted: availability_pb2.Claim) -> tuple[str, availability_pb2.Alternatives] | None:
        for other in [*self.claims.values(), *self.moves.values()]:
            if other.state == RELEASED or other.claim_id == wanted.claim_id:
                continue
            starts, ends = other.start_time.ToDatetime(), other.end_time.ToDatetime()
            if not (starts < wanted.end_time.ToDatetime() and wanted.start_time.ToDatetime() < ends):
                continue
            free = availability_pb2.Slot(therapist_id=wanted.therapist_id, start_time=ends)
            alternatives = availability_pb2.Alternatives(slots=[free])
            if other.therapist_id == wanted.therapist_id:
                return "SLOT_TAKEN", alternatives
            if other.client_id == wanted.client_id:
                return "CLIENT_OVERLAP", alternatives
        return None


def _claim(
    claim_id: str,
    client_id: str,
    therapist_id: str,
    session_type_id: str,
    request: availability_service_pb2.HoldRequest | availability_service_pb2.MoveRequest,
) -> availability_pb2.Claim:
    wall = request.start_wall
    local = datetime.fromisoformat(wall.local).replace(tzinfo=ZoneInfo(wall.time_zone), fold=max(wall.fold - 1, 0))
    start_time = local.astimezone(UTC)
    return availability_pb2.Claim(
        claim_id=claim_id,
        state=HELD,
        therapist_id=therapist_id,
        client_id=client_id,
        session_type_id=session_type_id,
        start_time=start_time,
        end_time=start_time + LENGTH,
        start_wall=wall,
        tzdata_version="2026a",
        modality=request.modality or availability_pb2.MODALITY_VIDEO,
        version=1,
    )


async def _refuse(
    context: grpc.aio.ServicerContext,
    code: int,
    reason: str,
    *details: availability_pb2.Alternatives,
) -> NoReturn:
    packed = []
    for message in (error_details_pb2.ErrorInfo(reason=reason, domain="availability.kept"), *details):
        one = any_pb2.Any()
        one.Pack(message)
        packed.append(one)
    status = status_pb2.Status(code=code, message="Refused.", details=packed)
    await context.abort_with_status(rpc_status.to_status(status))
    raise AssertionError("abort raises")
