"""A refusal means the same on both sides of the wire."""

from __future__ import annotations

import grpc
import grpc.aio
import pytest
from kept.availability.v1 import availability_pb2

from services.chassis import errors
from services.chassis.rpc import status

EVERY = [
    errors.InvalidRequest("Wrong.", field="client_id"),
    errors.Unauthenticated("Who?", reason="TOKEN_EXPIRED"),
    errors.Forbidden("No.", method="booking.GetClient"),
    errors.NotFound("Nothing."),
    errors.AlreadyExists("Twice.", reason="REQUEST_ID_REUSED"),
    errors.RuleViolated("Taken.", reason="SLOT_TAKEN"),
    errors.Stale("Moved on."),
    errors.Exhausted("Slow down.", retry_after_s=7),
    errors.Unavailable("Down.", dependency="postgresql"),
]


def over_the_wire(error: errors.ServiceError) -> errors.ServiceError:
    """What a caller makes of it."""
    code, message, details = status.to_wire(error, service="booking")
    trailers = grpc.aio.Metadata((status.DETAILS_KEY, details))
    return status.from_wire(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailers, message))


@pytest.mark.parametrize("error", EVERY, ids=[type(each).__name__ for each in EVERY])
def test_a_refusal_arrives_as_it_left(error: errors.ServiceError) -> None:
    """Class, reason, message and metadata."""
    arrived = over_the_wire(error)

    assert (type(arrived), arrived.reason, arrived.message, dict(arrived.metadata)) == (
        type(error),
        error.reason,
        error.message,
        dict(error.metadata),
    )


def test_the_time_to_wait_arrives() -> None:
    """A refused caller knows when to come back."""
    arrived = over_the_wire(errors.Exhausted("Slow down.", retry_after_s=7))

    assert isinstance(arrived, errors.Exhausted)
    assert arrived.retry_after_s == 7


def test_details_arrive_and_go_on() -> None:
    """A gateway behind two services still sees the ledger's alternatives."""
    offer = availability_pb2.Alternatives(slots=[availability_pb2.Slot(therapist_id="t")])

    twice = over_the_wire(over_the_wire(errors.RuleViolated("Taken.", details=[offer], reason="SLOT_TAKEN")))

    assert list(twice.details) == [offer]


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE])
def test_a_neighbours_bug_is_unavailable_and_tells_nothing(code: grpc.StatusCode) -> None:
    """Its words may hold anything, so they stay there."""
    raw = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "Traceback: ada@example.org")

    arrived = status.from_wire(raw)

    assert isinstance(arrived, errors.Unavailable)
    assert "ada" not in arrived.message + str(arrived.metadata)


def test_garbage_in_the_trailer_is_survived() -> None:
    """A proxy's trailer is no status."""
    trailers = grpc.aio.Metadata((status.DETAILS_KEY, b"\xff\xfe\x00"))
    raw = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailers, "x")

    assert isinstance(status.from_wire(raw), errors.Unavailable)


def test_a_deadline_stays_a_deadline() -> None:
    """It is the one refusal after which nobody knows whether something changed."""
    raw = grpc.aio.AioRpcError(grpc.StatusCode.DEADLINE_EXCEEDED, grpc.aio.Metadata(), grpc.aio.Metadata(), "late")

    assert status.from_wire(raw).status == "DEADLINE_EXCEEDED"
