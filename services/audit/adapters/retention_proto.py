"""Between the contract's messages and the words of keeping and destroying."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from kept.audit.v1 import retention_pb2

from services.audit.domain import errors
from services.audit.domain.retention import Detachment, Erasure, HoldReason, LegalHold, Retention


def retention_message(retention: Retention) -> retention_pb2.Retention:
    """Write how long the trail is kept."""
    message = retention_pb2.Retention(years=retention.years, version=retention.version, actor_id=retention.actor_id)
    _stamp(message.update_time, retention.update_time)
    return message


def reason_of(reason: retention_pb2.LegalHold.Reason.ValueType) -> HoldReason:
    """Read why something is held. Raises Malformed."""
    try:
        name = retention_pb2.LegalHold.Reason.Name(reason).removeprefix("REASON_")
        return HoldReason(name)
    except ValueError:
        raise errors.Malformed("Say why it is held.", field="reason") from None


def hold_message(hold: LegalHold) -> retention_pb2.LegalHold:
    """Write a hold."""
    message = retention_pb2.LegalHold(
        hold_id=hold.hold_id,
        client_id=hold.client_id,
        reason=retention_pb2.LegalHold.Reason.Value(f"REASON_{hold.reason}"),
        reference=hold.reference,
        set_actor_id=hold.set_actor_id,
        lift_actor_id=hold.lift_actor_id,
        version=hold.version,
    )
    _stamp(message.set_time, hold.set_time)
    _stamp(message.lift_time, hold.lift_time)
    return message


def detachment_message(detachment: Detachment) -> retention_pb2.Detachment:
    """Write how far a detachment is."""
    message = retention_pb2.Detachment(
        detachment_id=detachment.detachment_id,
        state=retention_pb2.Detachment.State.Value(f"STATE_{detachment.state}"),
        end_seq=detachment.end_seq,
        exported_count=detachment.exported_seq - detachment.start_seq,
        removed_count=detachment.removed_seq - detachment.start_seq,
        held_count=detachment.held_count,
        request_actor_id=detachment.request_actor_id,
        approve_actor_id=detachment.approve_actor_id,
        version=detachment.version,
    )
    _stamp(message.request_time, detachment.request_time)
    _stamp(message.approve_time, detachment.approve_time)
    _stamp(message.update_time, detachment.update_time)
    return message


def erasure_message(erasure: Erasure) -> retention_pb2.Erasure:
    """Write how far an erasure is."""
    message = retention_pb2.Erasure(
        erasure_id=erasure.erasure_id,
        client_id=erasure.client_id,
        state=retention_pb2.Erasure.State.Value(f"STATE_{erasure.state}"),
        request_actor_id=erasure.request_actor_id,
        approve_actor_id=erasure.approve_actor_id,
        certificate=erasure.certificate,
        version=erasure.version,
    )
    for each in erasure.parts:
        part = message.parts.add(service=each.service, keys_destroyed=each.keys_destroyed)
        part.erase_time.FromDatetime(each.erase_time)
    _stamp(message.request_time, erasure.request_time)
    _stamp(message.approve_time, erasure.approve_time)
    return message


def _stamp(stamp: Timestamp, moment: datetime | None) -> None:
    if moment is not None:
        stamp.FromDatetime(moment)
