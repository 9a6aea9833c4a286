"""A record of the trail: canonical bytes, and the columns that are looked up by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

LEAF_BYTES_MAX = 65_535
"""Bytes of a record at most: what a tlog tile entry can hold."""

STAGES = frozenset({"attempt", "complete", "denied", "error"})


class RecordMalformed(Exception):
    """The text is no record this version knows; it goes into quarantine whole."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is read out of the canonical bytes; everything else stays in them."""

    canonical: bytes
    practice_id: str
    emitter: str
    emitter_seq: int
    prev: str
    client_id: str
    actor_id: str
    operation: str
    stage: str
    occur_time: datetime

    @property
    def digest(self) -> str:
        """Return the SHA-256 the emitter's next record names, in hex."""
        return hashlib.sha256(self.canonical).hexdigest()


def parse_record(text: str) -> Record:
    """
    Read a record.

    The bytes are kept as they came: a leaf is hashed from them and they are never written anew.

    Raises:
        RecordMalformed: It is no JSON object of version 1, or a part that is looked up by is missing.
    """
    canonical = text.encode()
    if len(canonical) > LEAF_BYTES_MAX:
        raise RecordMalformed("the record is too long")
    try:
        content: dict[str, Any] = json.loads(text)
        record = Record(
            canonical=canonical,
            practice_id=str(UUID(content["tenant"])),
            emitter=_text(content["emitter"]),
            emitter_seq=int(content["emitter_seq"]),
            prev=_text(content["prev"]),
            client_id=str(UUID(content["client_id"])) if content["client_id"] else "",
            actor_id=_text(content["actor"]["id"]),
            operation=_text(content["op"]),
            stage=_text(content["stage"]),
            occur_time=datetime.fromisoformat(content["occurred_at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RecordMalformed("the record can't be read") from None
    if content.get("v") != 1 or record.stage not in STAGES or record.occur_time.tzinfo is None:
        raise RecordMalformed("the record is of another version")
    return record


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("text")
    return value
