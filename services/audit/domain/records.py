"""A record of the trail: canonical bytes, and the columns that are looked up by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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

_SHORT = TEXT_BYTES_MAX // 4
"""Characters that can't have more bytes than a text may have."""

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


def says(canonical: bytes, columns: Mapping[str, str]) -> bool:
    """
    Tell at once whether a record can be read and says what its columns say, spelled alike: nearly every one does.

    False says nothing: `parse_record` then finds out what is wrong, or only spelled otherwise. True is never said of
    bytes that it would refuse; held by tests/unit/audit/test_trail_records.py.
    """
    try:
        content: dict[str, Any] = orjson.loads(canonical)
        occurred, client_id, stage = content["occurred_at"], content["client_id"], content["stage"]
        return (
            content["v"] == 1
            and occurred == columns["occur_time"]
            and client_id == columns["client_id"]
            and content["actor"]["id"] == columns["actor_id"]
            and content["op"] == columns["operation"]
            and stage == columns["stage"]
            and stage in STAGES
            and len(canonical) <= LEAF_BYTES_MAX
            # Escapes may hide what no text may hold, and long texts must be measured: both are looked at slowly.
            and b"\\" not in canonical
            and len(content["actor"]["id"]) <= _SHORT >= len(content["op"])
            and len(content["emitter"]) <= _SHORT >= len(content["prev"])
            and type(content["emitter"]) is str is type(content["prev"])
            and (not client_id or _uuid(client_id) == client_id)
            and _number(content["emitter_seq"]) > 0
            and bool(_uuid(content["tenant"]) and _moment(occurred))
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return False


@lru_cache(maxsize=16_384)
def _uuid(value: str) -> str:
    return str(UUID(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("text")
    # A character has four bytes at most: short texts need not be encoded to be measured.
    if len(value) > _SHORT and len(value.encode()) > TEXT_BYTES_MAX:
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
