"""Between the contract's messages and the trail's values."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from kept.audit.v1 import audit_pb2

from services.audit.usecases.ports import Stored


def record_message(stored: Stored) -> audit_pb2.Record:
    """Write a record; the columns as they stand, not as the bytes say, so that a verifier can compare."""
    message = audit_pb2.Record(
        seq=stored.seq,
        canonical=stored.canonical,
        leaf_hash=stored.leaf_hash,
        client_id=stored.client_id,
        actor_id=stored.actor_id,
        operation=stored.operation,
        stage=stored.stage,
    )
    message.record_time.FromDatetime(stored.record_time)
    message.occur_time.FromDatetime(stored.occur_time)
    return message


def moment(stamp: Timestamp, *, is_set: bool) -> datetime | None:
    """Read an instant, aware UTC."""
    return stamp.ToDatetime(tzinfo=UTC) if is_set else None
