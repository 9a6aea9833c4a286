"""Speaks to availability, which owns the ledger of time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import uuid_utils
from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.booking.adapters import proto
from services.booking.adapters.holds import GatheredHolds, Neighbour
from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.priority import EVERYBODY, HIGH_NEED
from services.booking.usecases.ports import Wish
from services.chassis.context import Call
from services.chassis.errors import NotFound


class AvailabilityLedger:
    """Is the ledger over gRPC; refusals come back as ServiceErrors with their details."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._holds = GatheredHolds(neighbour)

    async def close(self) -> None:
        """Answer the holds at hand."""
        await self._holds.close()

    async def hold(self, appointment_id: str, wish: Wish, call: Call, *, is_staff: bool) -> Slot:
        """Claim the time. Raises HoldAbandoned for a claim that was given back before."""
        request = hold_request(appointment_id, wish, is_staff=is_staff)
        return _slot(await self._holds.hold(request, call), appointment_id)

    async def move(
        self,
        appointment_id: str,
        wish: Wish,
        call: Call,
        *,
        is_staff: bool,
        move_id: str,
        from_ids: Sequence[str] = (),
    ) -> Slot:
        """Claim the new time beside the old; the same move_id again is the same move."""
        request = availability_service_pb2.MoveRequest(
            claim_id=appointment_id,
            start_wall=proto.wall_of(wish),
            therapist_id=wish.therapist_id,
            modality=wish.modality,  # type: ignore[arg-type]
            by_staff=is_staff,
            from_claim_ids=from_ids,
            audiences=wish.audiences,  # type: ignore[arg-type]
            override_reason=wish.override_reason,
            request_id=move_id,
        )
        return _slot(await self._neighbour.call("Move", request, call), appointment_id)

    async def version(self, appointment_id: str, call: Call) -> int:
        """Return how often the claim has changed."""
        claim = await self._neighbour.call(
            "GetClaim", availability_service_pb2.GetClaimRequest(claim_id=appointment_id), call
        )
        assert isinstance(claim, availability_pb2.Claim), "GetClaim answers with a claim"
        return claim.version

    async def confirm(self, appointment_id: str, call: Call) -> None:
        """Say that the claim stands for an appointment; a fresh request id, since it is idempotent by itself."""
        await self._neighbour.call(
            "Confirm",
            availability_service_pb2.ConfirmRequest(claim_id=appointment_id, request_id=str(uuid_utils.uuid7())),
            call,
        )

    async def release(self, appointment_id: str, call: Call, *, only_move: bool = False) -> None:
        """Give the time back; a fresh request id, since it is idempotent by itself."""
        await self._neighbour.call(
            "Release",
            availability_service_pb2.ReleaseRequest(
                claim_id=appointment_id, only_move=only_move, request_id=str(uuid_utils.uuid7())
            ),
            call,
        )

    async def transfer(
        self, from_ids: Sequence[str], hold_id: str, wish: Wish, call: Call, *, hold_s: int, is_high_need: bool = False
    ) -> Slot:
        """Give claims back and hold a slot at once. Raises what the ledger refuses, and HoldAbandoned."""
        hold = hold_request(hold_id, wish, is_staff=True)
        hold.is_high_need = is_high_need
        # The practice itself gives this time, to whom it chose.
        hold.audiences.extend(EVERYBODY)  # type: ignore[arg-type]
        request = availability_service_pb2.TransferRequest(
            from_claim_ids=from_ids, hold=hold, hold_s=hold_s, request_id=str(uuid_utils.uuid7())
        )
        return _slot(await self._neighbour.call("Transfer", request, call), hold_id)

    async def give_back(self, claim_ids: Sequence[str], call: Call) -> None:
        """Give claims back; one that is unknown was never made, or is of another time."""
        for each in claim_ids:
            with suppress(NotFound):
                await self.release(each, call)


def hold_request(hold_id: str, wish: Wish, *, is_staff: bool) -> availability_service_pb2.HoldRequest:
    """Return what the ledger is asked to hold."""
    return availability_service_pb2.HoldRequest(
        hold_id=hold_id,
        therapist_id=wish.therapist_id,
        client_id=wish.client_id,
        session_type_id=wish.session_type_id,
        start_wall=proto.wall_of(wish),
        modality=wish.modality,  # type: ignore[arg-type]
        by_staff=is_staff,
        extra_client_ids=wish.extra_client_ids,
        extra_therapist_ids=wish.extra_therapist_ids,
        is_high_need=HIGH_NEED in wish.audiences,
        audiences=wish.audiences,  # type: ignore[arg-type]
        override_reason=wish.override_reason,
    )


def _slot(claim: Message, appointment_id: str) -> Slot:
    """Return the claim as a slot, unless it blocks nothing any more."""
    assert isinstance(claim, availability_pb2.Claim), "Hold and Move answer with a claim"
    if claim.state not in (availability_pb2.Claim.STATE_HELD, availability_pb2.Claim.STATE_CONFIRMED):
        raise errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=appointment_id)
    return proto.slot_of(claim)
