"""Calls booking as many clients at once, and counts what became of every call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc
import grpc.aio
import psycopg
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_pb2

from deploy.local.suite import Suite
from services.chassis.rpc.status import DETAILS_KEY
from tests.bench.practice import Practice

BOOK = "/kept.booking.v1.BookingService/BookAppointment"
TRIES, PAUSE_S = 120, 0.25
_CODES = grpc.StatusCode
RETRIED = (_CODES.UNAVAILABLE, _CODES.DEADLINE_EXCEEDED, _CODES.CANCELLED, _CODES.UNKNOWN)


@dataclass
class Tally:
    """What became of the calls of a round."""

    booked: list[booking_pb2.Appointment] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    """Reason, and how many alternatives came with it."""


async def book_all(suite: Suite, practice: Practice, requests: Sequence[Message], *, tries: int = TRIES) -> Tally:
    """Send every request at once, and again under the same request id while nobody answers."""
    tally = Tally()
    async with grpc.aio.insecure_channel(suite.address("booking-server")) as channel:
        call = channel.unary_unary(
            BOOK,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=booking_pb2.Appointment.FromString,
        )

        async def one(request: Message) -> None:
            for _ in range(tries):
                try:
                    tally.booked.append(await call(request, metadata=practice.metadata("front_desk"), timeout=15))
                    return
                except grpc.aio.AioRpcError as error:
                    if error.code() not in RETRIED:
                        tally.refused.append(_refusal(error))
                        return
                await asyncio.sleep(PAUSE_S)
            tally.refused.append(("NEVER_ANSWERED", 0))

        await asyncio.gather(*map(one, requests))
    return tally


def _refusal(error: grpc.aio.AioRpcError) -> tuple[str, int]:
    status = status_pb2.Status.FromString(dict(error.trailing_metadata() or ()).get(DETAILS_KEY, b""))
    info, alternatives = error_details_pb2.ErrorInfo(), availability_pb2.Alternatives()
    for packed in status.details:
        if packed.Is(info.DESCRIPTOR):
            packed.Unpack(info)
        elif packed.Is(alternatives.DESCRIPTOR):
            packed.Unpack(alternatives)
    return info.reason or error.code().name, len(alternatives.slots)


def scalar(suite: Suite, service: str, statement: str, *values: object) -> int:
    """Count something in a service's database, as its owner."""
    url = suite.stack.database_url(service, "owner")  # type: ignore[arg-type]
    with psycopg.connect(url) as conn:
        row = conn.execute(statement.encode(), values).fetchone()
    assert row is not None, "count gives a row"
    return int(row[0])


OVERLAPS = """
    select count(*) from occupancies a join occupancies b
        on a.practice_id = b.practice_id and a.resource_id = b.resource_id and a.during && b.during
       and (a.claim_id, a.piece) < (b.claim_id, b.piece)
     where a.practice_id = %s and a.lane = 0 and b.lane = 0
"""
"""
Pairs of occupancies of one resource that share a moment; asked without the constraint's help.

In lane 1 lies what was taken over others on purpose: by staff, or by an absence.
"""
