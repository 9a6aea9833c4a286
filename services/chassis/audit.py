"""Writes what the trail keeps of a call: ids, times and outcomes, never content."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uuid_utils
from google.protobuf.message import Message

from services.chassis import errors

if TYPE_CHECKING:
    from services.chassis.context import Call
    from services.chassis.db.envelope import AuditDraft

VERSION = 1
"""Shape of the record; a reader refuses others."""

OUTCOMES = {"attempt": "0", "complete": "0", "denied": "8", "error": "4", "cancelled": "4"}
"""FHIR AuditEvent.outcome: 0 success, 4 minor failure, 8 serious failure (not allowed)."""


def complete(call: Call, *, is_replay: bool = False) -> list[AuditDraft]:
    """
    Return one record per client touched, or a single one without a client.

    Source:
        IHE BALP: a result with several patients is one AuditEvent per patient; DICOM PS3.15 A.5.
    """
    reason = "REPLAYED" if is_replay else ""
    return [_record(call, "complete", client_id, reason) for client_id in call.subjects or ("",)]


def attempted(call: Call) -> list[AuditDraft]:
    """Return the records that stand before the first answer of a stream."""
    return [_record(call, "attempt", client_id, "") for client_id in call.subjects or ("",)]


def ended(call: Call, *, answers: int, is_whole: bool) -> list[AuditDraft]:
    """Return the record of a stream's end: after the last answer, or where the caller left."""
    stage = "complete" if is_whole else "cancelled"
    return [{**_record(call, stage, "", "STREAM_ENDED" if is_whole else "CANCELLED"), "result_count": answers}]


def loaded_policies(call: Call, digest: str) -> list[AuditDraft]:
    """Return the record of the policies a process decides by: a changed file is seen at the next start."""
    draft = _record(call, "complete", "", "")
    draft["object"] = {"class": "operations", "id": f"sha256:{digest}"}
    return [draft]


def fields_of(message: Message) -> list[str]:
    """Return the names of the fields an answer holds, those of what it lists by its name and a dot."""
    found: set[str] = set()
    for field, value in message.ListFields():
        if (
            field.message_type is None
            or field.message_type.file.package == "google.protobuf"
            or field.message_type.GetOptions().map_entry
        ):
            found.add(field.name)
        else:
            for item in value if field.is_repeated else (value,):
                found.update(f"{field.name}.{inner.name}" for inner, _ in item.ListFields())
    return sorted(found)


def refused(call: Call, error: errors.ServiceError) -> list[AuditDraft]:
    """Return the records of a refusal: denied when the caller was the reason, error otherwise."""
    stage = "denied" if isinstance(error, errors.Unauthenticated | errors.Forbidden) else "error"
    return [_record(call, stage, client_id, error.reason) for client_id in call.subjects or ("",)]


def observed(
    call: Call, client_id: str, *, stage: str, effect: str, reason: str, occur_time: datetime, more: AuditDraft
) -> AuditDraft:
    """Return the record of what a process without a database saw; *call* is made of what it says of it."""
    draft = _record(call, stage, client_id, reason)
    draft.update(action=effect, occurred_at=_instant(occur_time), **more)
    return draft


def crashed(call: Call) -> list[AuditDraft]:
    """Return the record of a call that ended in a bug or was cut off."""
    return [_record(call, "error", client_id, "INTERNAL") for client_id in call.subjects or ("",)]


def _record(call: Call, stage: str, client_id: str, reason: str) -> AuditDraft:
    actor, rule, ground = call.actor, call.rule, call.ground(client_id)
    decision = ground.decision
    fields = (call.fields.get(client_id) or call.fields.get("", [])) if stage == "complete" else []
    return {
        "v": VERSION,
        "event_id": str(uuid_utils.uuid7()),
        "tenant": call.practice_id,
        "salt": base64.b64encode(os.urandom(16)).decode(),
        "occurred_at": _instant(datetime.now(UTC)),
        "stage": stage,
        "action": rule.effect if rule else "E",
        "op": call.method,
        "outcome": OUTCOMES[stage],
        "reason_code": reason,
        "actor": {
            "id": actor.actor_id,
            "client_id": actor.client_id,
            "kind": actor.kind,
            "role": ",".join(sorted(actor.roles)),
            "session": actor.session_id,
            "strength": actor.strength,
            "relation": ",".join(sorted(ground.relations)) or "none",
            "via": actor.via,
        },
        "client_id": client_id,
        "object": {"class": rule.resource_class if rule else "operations", "id": call.resource_id},
        "purpose": actor.purpose,
        "decision": {
            "effect": "permit" if decision and decision.allowed else "deny" if decision else "none",
            "policies": list(decision.policies) if decision else [],
            **{f"{relation}_id": row_id for relation, row_id in ground.evidence.items()},
        },
        **({"fields": fields} if fields else {}),
        **({"disclosure": dict(call.disclosure)} if call.disclosure and stage == "complete" else {}),
        "request_id": call.request_id,
        "cause": call.causation_id,
        "trace": call.trace,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
