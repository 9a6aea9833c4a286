"""Maps refusals to the wire and back; the only place that does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import grpc
from google.protobuf import any_pb2, duration_pb2, symbol_database
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from services.chassis import errors

DETAILS_KEY: Final = "grpc-status-details-bin"
"""Trailer that carries a serialised google.rpc.Status (gRPC's rich error model)."""

RETRY_AFTER_S = 1.0
"""Seconds a caller should wait after UNAVAILABLE."""

CODES: Final = {code.name: code for code in grpc.StatusCode}

_CLASSES: Final[dict[str, type[errors.ServiceError]]] = {
    each.status: each
    for each in (
        errors.InvalidRequest,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.AlreadyExists,
        errors.RuleViolated,
        errors.Stale,
        errors.Exhausted,
        errors.Unavailable,
    )
}


class DeadlineExceeded(errors.ServiceError):
    """The call ran out of time; whether it changed anything is told by a retry under the same request id."""

    status = "DEADLINE_EXCEEDED"
    reason = "DEADLINE"


def to_wire(error: errors.ServiceError, *, service: str) -> tuple[grpc.StatusCode, str, bytes]:
    """Return the code, the message and the serialised google.rpc.Status of a refusal."""
    code = CODES[error.status]
    status = status_pb2.Status(code=code.value[0], message=error.message)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=f"{service}.kept", metadata=error.metadata)
    _pack(status, info)
    if isinstance(error, errors.Exhausted):
        _pack(status, error_details_pb2.RetryInfo(retry_delay=_duration(error.retry_after_s)))
    elif isinstance(error, errors.Unavailable):
        _pack(status, error_details_pb2.RetryInfo(retry_delay=_duration(RETRY_AFTER_S)))
    for detail in error.details:
        if isinstance(detail, Message):
            _pack(status, detail)
    return code, error.message, status.SerializeToString()


def from_wire(error: grpc.aio.AioRpcError) -> errors.ServiceError:
    """
    Return the refusal a neighbour answered with, its reason, metadata and details kept.

    A neighbour that is down, or a bug behind it, is Unavailable: the caller of ours can't tell them apart.
    """
    trailers = dict(error.trailing_metadata() or ())
    raw = trailers.get(DETAILS_KEY, b"")
    status = status_pb2.Status()
    try:
        status.ParseFromString(raw if isinstance(raw, bytes) else raw.encode("latin-1"))
    except DecodeError:
        status.Clear()
    info, details, retry_after_s = error_details_pb2.ErrorInfo(), [], RETRY_AFTER_S
    for packed in status.details:
        if packed.Is(info.DESCRIPTOR):
            packed.Unpack(info)
        elif packed.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            packed.Unpack(retry)
            retry_after_s = retry.retry_delay.ToTimedelta().total_seconds()
        elif (known := _unpack(packed)) is not None:
            details.append(known)
    code = error.code().name
    if code == DeadlineExceeded.status:
        return DeadlineExceeded("A neighbour did not answer in time.")
    found = _CLASSES.get(code)
    if found is None or not info.reason:
        return errors.Unavailable("A neighbour does not answer.", dependency=info.domain or "neighbour", code=code)
    if found is errors.Exhausted:
        return errors.Exhausted(
            status.message, retry_after_s=retry_after_s, details=details, reason=info.reason, **info.metadata
        )
    return found(status.message, details=details, reason=info.reason, **info.metadata)


def refusal(
    status: str, reason: str, message: str, *, details: Sequence[Message] = (), metadata: Mapping[str, str]
) -> errors.ServiceError:
    """Return the refusal of one of many, told by name in an answer; an unknown status is Unavailable."""
    return _CLASSES.get(status, errors.Unavailable)(message, details=details, reason=reason, **metadata)


def _pack(status: status_pb2.Status, message: Message) -> None:
    status.details.add().Pack(message)


def _unpack(packed: any_pb2.Any) -> Message | None:
    try:
        message: Message = symbol_database.Default().GetSymbol(packed.TypeName())()
    except KeyError:
        return None
    packed.Unpack(message)
    return message


def _duration(seconds: float) -> duration_pb2.Duration:
    return duration_pb2.Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9))
