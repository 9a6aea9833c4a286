"""Gathers concurrent holds into one call of the ledger, each with its own answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.chassis.context import Actor, Call
from services.chassis.db.batch import BatchWriter
from services.chassis.errors import AlreadyExists, ServiceError
from services.chassis.rpc.client import DEFAULT_TIMEOUT_S
from services.chassis.rpc.status import refusal

Outcome = availability_pb2.Claim | ServiceError


class Neighbour(Protocol):
    """Is the part of the chassis' client that is used here."""

    async def call(self, method: str, request: Message, call: Call) -> Any:
        """Call a method of the neighbour for this call's actor."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One hold, and what belongs to its caller."""

    practice_id: str
    trace: str
    request: availability_service_pb2.HoldRequest


class GatheredHolds:
    """
    Asks the ledger for many holds at once, while one such call is in flight.

    Two gRPC hops cost more than both services' own work, so one hop carries many holds. It is made in booking's
    own name; who asked for each hold stands in booking's own audit record, under the same id.
    A call that fails as a whole fails its holds with what went wrong; a caller that goes away hurts no other.

    Source:
        ADR 0014; `make bench` measures a booking end to end.
    """

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._writer: BatchWriter[_Wanted, availability_pb2.Claim] = BatchWriter(
            _NoTransaction(), self._hold, name="holds"
        )

    async def hold(self, request: availability_service_pb2.HoldRequest, call: Call) -> availability_pb2.Claim:
        """Return the held claim, or raise what the ledger refused this hold with."""
        return await self._writer.submit(_Wanted(call.practice_id, call.trace, request))

    async def close(self) -> None:
        """Answer who waits, and take no more."""
        await self._writer.close()

    async def _hold(self, _: object, wanted: Sequence[_Wanted]) -> list[Outcome]:
        by_practice: dict[str, list[_Wanted]] = {}
        for each in wanted:
            by_practice.setdefault(each.practice_id, []).append(each)
        answers = await asyncio.gather(*(self._hold_in(*item) for item in by_practice.items()))
        given = {
            id(each): outcome
            for group, outcomes in zip(by_practice.values(), answers, strict=True)
            for each, outcome in zip(group, outcomes, strict=True)
        }
        return [given[id(each)] for each in wanted]

    async def _hold_in(self, practice_id: str, wanted: Sequence[_Wanted]) -> list[Outcome]:
        call = Call(
            actor=Actor("service:booking", "service", practice_id),
            method="booking.GatherHolds",
            trace=wanted[0].trace,
            deadline=time.monotonic() + DEFAULT_TIMEOUT_S,
        )
        # The same hold twice at once is a retry that met its first try: one answer serves both. Danger: only if
        # both ask for the same; whoever asks for something else under the id must not be given this claim.
        unique: dict[str, availability_service_pb2.HoldRequest] = {}
        for each in wanted:
            unique.setdefault(each.request.hold_id, each.request)
        request = availability_service_pb2.HoldManyRequest(holds=unique.values())
        try:
            response = await self._neighbour.call("HoldMany", request, call)
        except ServiceError as error:
            return [error] * len(wanted)
        outcomes = dict(zip(unique, map(_outcome, response.outcomes), strict=True))
        return [
            outcomes[each.request.hold_id] if unique[each.request.hold_id] == each.request else _reused()
            for each in wanted
        ]


def _reused() -> AlreadyExists:
    return AlreadyExists("The request id was used for another request.", reason="REQUEST_ID_REUSED")


def _outcome(message: availability_service_pb2.HoldOutcome) -> Outcome:
    if message.HasField("claim"):
        return message.claim
    said = message.refusal
    details = [said.alternatives] if said.HasField("alternatives") else []
    return refusal(said.status, said.reason, said.message, details=details, metadata=said.metadata)


class _NoTransaction:
    """Stands where a database would: gathering needs none."""

    @asynccontextmanager
    async def begin_piped(self, practice_ids: Collection[str], /) -> AsyncIterator[Any]:
        """Give nothing."""
        yield None
