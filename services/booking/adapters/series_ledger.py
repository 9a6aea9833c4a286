"""Asks availability about many occurrences at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC
from typing import TypeVar

from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.booking.adapters import proto
from services.booking.adapters.holds import Neighbour
from services.booking.adapters.ledger import AvailabilityLedger, hold_request
from services.booking.domain.appointment import Slot
from services.booking.domain.series import Alternative
from services.booking.usecases.ports import Wish
from services.booking.usecases.series_ports import Refused
from services.chassis.context import Call
from services.chassis.errors import ServiceError
from services.chassis.rpc.status import refusal

AT_ONCE = 8
"""Moves and releases asked for at once: each is a transaction of the ledger's, which has others to serve."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class AvailabilitySeriesLedger(AvailabilityLedger):
    """Is the ledger over gRPC, with answers for many."""

    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(neighbour)
        self._many = neighbour

    async def check_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Ask in one call what could be held."""
        holds = [hold_request(hold_id, wish, is_staff=True) for hold_id, wish in wishes]
        request = availability_service_pb2.CheckSlotsRequest(holds=holds)
        response = await self._many.call("CheckSlots", request, call)
        return [_outcome(each) for each in response.outcomes]

    async def hold_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Hold all in as few calls as `GatheredHolds` needs."""

        async def hold(item: tuple[str, Wish]) -> Slot:
            return await self.hold(item[0], item[1], call, is_staff=True)

        return await asyncio.gather(*(_tried(hold, each) for each in wishes))

    async def move_many(self, wishes: Sequence[tuple[str, Wish, str]], call: Call) -> list[Slot | Refused]:
        """Move a few at a time."""

        async def move(item: tuple[str, Wish, str]) -> Slot:
            return await self.move(item[0], item[1], call, is_staff=True, move_id=item[2])

        return await _few_at_once(lambda each: _tried(move, each), wishes)

    async def release_many(self, appointment_ids: Collection[str], call: Call, *, only_move: bool = False) -> None:
        """Release a few at a time."""

        async def release(appointment_id: str) -> None:
            await self.release(appointment_id, call, only_move=only_move)

        await _few_at_once(release, list(appointment_ids))


async def _few_at_once(ask: Callable[[Item], Awaitable[Answer]], items: Sequence[Item]) -> list[Answer]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> Answer:
        async with turn:
            return await ask(item)

    return await asyncio.gather(*(one(each) for each in items))


async def _tried(ask: Callable[[Item], Awaitable[Slot]], item: Item) -> Slot | Refused:
    try:
        return await ask(item)
    except ServiceError as error:
        return _refused(error)


def _outcome(message: availability_service_pb2.HoldOutcome) -> Slot | Refused:
    if message.HasField("claim"):
        return proto.slot_of(message.claim)
    said = message.refusal
    details = [said.alternatives] if said.HasField("alternatives") else []
    return _refused(refusal(said.status, said.reason, said.message, details=details, metadata=said.metadata))


def _refused(error: ServiceError) -> Refused:
    found = [each for each in error.details if isinstance(each, availability_pb2.Alternatives)]
    return Refused(error, [_alternative(slot) for each in found for slot in each.slots])


def _alternative(slot: availability_pb2.Slot) -> Alternative:
    return Alternative(
        therapist_id=slot.therapist_id,
        session_type_id=slot.session_type_id,
        start_time=slot.start_time.ToDatetime(UTC),
        end_time=slot.end_time.ToDatetime(UTC),
        start_local=slot.start_wall.local,
        time_zone=slot.start_wall.time_zone,
        fold=slot.start_wall.fold,
        modality=slot.modality,
        site_id=slot.site_id,
    )
