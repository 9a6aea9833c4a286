"""A record of the trail: canonical bytes, and the columns that are looked up by."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

LEAF_BYTES_MAX = 65_535
"""Bytes of a record at most: what a tlog tile entry can hold."""

TEXT_BYTES_MAX = 500
"""Bytes of a text that is looked up by at most; PostgreSQL's indexes take no more than 2,700."""

SEQ_MAX = 2**63 - 1
FIRST_YEAR = 1970

STAGES = frozenset({"attempt", "complete", "denied", "error", "cancelled"})


class RecordMalformed(Exception):
    """The text is no record this version knows; it goes into quarantine whole."""


class Record(NamedTuple):
    """
    What is read out of the canonical bytes; everything else stays in them.

    A tuple: making a frozen dataclass costs as much as reading the JSON, and millions are made.
    """

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
    occur_text: str
    """The instant as the record spells it."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 the emitter's next record names, in hex."""
        return hashlib.sha256(self.canonical).hexdigest()


def parse_record(text: str) -> Record:
    """
    Read a record.

    The bytes are kept as they came: a leaf is hashed from them and they are never written anew.

    Raises:
        RecordMalformed: It is no JSON object of version 1, or a part that is looked up by is missing or is
            something no column can hold: one such record must not stop the ones that came with it.
    """
    try:
        canonical = text.encode()
        content: dict[str, Any] = orjson.loads(canonical)
        record = Record(
            canonical,
            _uuid(content["tenant"]),
            _text(content["emitter"]),
            _number(content["emitter_seq"]),
            _text(content["prev"]),
            _uuid(content["client_id"]) if content["client_id"] else "",
            _text(content["actor"]["id"]),
            _text(content["op"]),
            _text(content["stage"]),
            _moment(content["occurred_at"]),
            content["occurred_at"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise RecordMalformed("the record can't be read") from None
    if len(canonical) > LEAF_BYTES_MAX:
        raise RecordMalformed("the record is too long")
    if content.get("v") != 1 or record.stage not in STAGES:
        raise RecordMalformed("the record is of another version")
    return record


@lru_cache(maxsize=16_384)
def _uuid(value: str) -> str:
    return str(UUID(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("text")
    # A character has four bytes at most: short texts need not be encoded to be measured.
    if len(value) > TEXT_BYTES_MAX // 4 and len(value.encode()) > TEXT_BYTES_MAX:
        raise TypeError("text")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 < value <= SEQ_MAX:
        raise TypeError("number")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year < datetime.max.year:
        raise ValueError("instant")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
