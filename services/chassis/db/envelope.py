"""Commits a change's events, audit records and stored answer in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

AuditDraft: TypeAlias = dict[str, Any]
"""
One audit record before its place in the chain is known; JSON values without floats.

`write_envelopes` fills `emitter`, `emitter_seq` and `prev`, then serialises and stores the bytes.
A draft is not reused: the caller hands it over.
"""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """A fact to publish: who it is about, its body, and where it came from."""

    event_id: str
    type: str
    """Protobuf full name; becomes the routing key."""
    aggregate_id: str
    version: int
    """Counts changes of the aggregate: a consumer ignores a lower one than it has handled."""
    body: str
    """Canonical proto JSON."""
    actor: str = ""
    traceparent: str = ""
    causation_id: str = ""


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What a retry of this request id is given."""

    request_id: str
    method: str
    body_hash: bytes
    response: bytes
    """Serialised response message."""


@dataclass(slots=True)
class Envelope:
    """Everything that is committed beside the rows of one change, or nothing of it."""

    practice_id: str
    events: list[OutboxEvent] = field(default_factory=list)
    audit: list[AuditDraft] = field(default_factory=list)
    answer: RequestAnswer | None = None
