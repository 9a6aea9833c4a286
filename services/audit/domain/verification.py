"""Checks what the trail says against what was signed; needs nothing but the answers and a public key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.records import Record, RecordMalformed, parse_record


@dataclass(frozen=True, slots=True)
class Claimed:
    """A record as the trail gives it: its place, its bytes, its leaf hash and its columns."""

    seq: int
    canonical: str
    leaf_hash: bytes
    columns: Mapping[str, str]
    """client_id, actor_id, operation, stage and occur_time (RFC 3339)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that failed, and where."""

    check: str
    seq: int
    detail: str


def check_record(claimed: Claimed, proof: list[bytes], checkpoint: Checkpoint) -> Finding | None:
    """
    Check one record: its bytes against its leaf, its columns against its bytes, its leaf against the signed root.

    Returns:
        The first check that fails: "leaf-hash", "record", "columns" or "inclusion"; None when all hold.
    """
    leaf = merkle.leaf_hash(claimed.canonical.encode())
    if leaf != claimed.leaf_hash:
        return Finding("leaf-hash", claimed.seq, "the record's bytes are not those that were hashed")
    try:
        record = parse_record(claimed.canonical)
    except RecordMalformed as error:
        return Finding("record", claimed.seq, str(error))
    for name, wanted in _columns(record).items():
        given = claimed.columns[name]
        if not _is_same(name, given, wanted):
            return Finding("columns", claimed.seq, f"the column {name} is not what the record says")
    try:
        merkle.verify_inclusion(claimed.seq, checkpoint.size, leaf, proof, checkpoint.root)
    except merkle.ProofRefused as error:
        return Finding("inclusion", claimed.seq, str(error))
    return None


def _columns(record: Record) -> dict[str, str]:
    return {
        "client_id": record.client_id,
        "actor_id": record.actor_id,
        "operation": record.operation,
        "stage": record.stage,
        "occur_time": record.occur_time.isoformat(),
    }


def _is_same(name: str, given: str, wanted: str) -> bool:
    if name != "occur_time":
        return given == wanted
    try:
        return datetime.fromisoformat(given) == datetime.fromisoformat(wanted)
    except ValueError:
        return False
