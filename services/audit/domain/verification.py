"""Checks what the trail says against what was signed, by answers and a public key alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.records import Record, RecordMalformed, parse_record, says


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


def check_record(claimed: Claimed, proof: Sequence[bytes], checkpoint: Checkpoint) -> Finding | None:
    """
    Check one record: its bytes against its leaf, its columns against its bytes, its leaf against the signed root.

    Returns:
        The first check that fails: "leaf-hash", "record", "columns" or "inclusion"; None when all hold.
    """
    if finding := check_content(claimed):
        return finding
    try:
        merkle.verify_inclusion(claimed.seq, checkpoint.size, claimed.leaf_hash, proof, checkpoint.root)
    except merkle.ProofRefused as error:
        return Finding("inclusion", claimed.seq, str(error))
    return None


def check_content(claimed: Claimed) -> Finding | None:
    """Check what a record says of itself: its bytes against its leaf, its columns against its bytes."""
    canonical = claimed.canonical.encode()
    if merkle.leaf_hash(canonical) != claimed.leaf_hash:
        return Finding("leaf-hash", claimed.seq, "the record's bytes are not those that were hashed")
    if says(canonical, claimed.columns):
        return None
    try:
        record = parse_record(claimed.canonical)
    except RecordMalformed as error:
        return Finding("record", claimed.seq, str(error))
    columns = claimed.columns
    for name, wanted in (
        ("client_id", record.client_id),
        ("actor_id", record.actor_id),
        ("operation", record.operation),
        ("stage", record.stage),
    ):
        if columns[name] != wanted:
            return Finding("columns", claimed.seq, f"the column {name} is not what the record says")
    if not _is_instant(columns["occur_time"], record):
        return Finding("columns", claimed.seq, "the column occur_time is not what the record says")
    return None


class WholeTree:
    """
    Checks every record of a tree, newest first, as they come by: none missing, all folding to the signed root.

    This is the only check that finds a record that was removed, or hidden by an edited column.

    Cost:
        O(log n) memory: complete subtrees are folded from the right as soon as their left half is there.
    """

    def __init__(self, checkpoint: Checkpoint, *, detached: int = 0) -> None:
        """Check against *checkpoint*; the first *detached* records, in whole tiles, are known by `add_subtree` only."""
        self._checkpoint = checkpoint
        self._first = detached
        self._next = checkpoint.size - 1
        self._has_gap = False
        # Roots of complete subtrees, the rightmost first: (level, index, hash).
        self._subtrees: list[tuple[int, int, bytes]] = []

    def add(self, claimed: Claimed) -> list[Finding]:
        """Take the next older record; return what is wrong with it, and with what should stand between."""
        if claimed.seq > self._next:
            return [Finding("order", claimed.seq, "the record comes twice or out of order")]
        findings = self._missing(down_to=claimed.seq) if claimed.seq < self._next else []
        self._next = claimed.seq - 1
        self._fold(0, claimed.seq, claimed.leaf_hash)
        if finding := check_content(claimed):
            findings.append(finding)
        return findings

    def add_subtree(self, level: int, index: int, digest: bytes) -> None:
        """Take the root of the next complete subtree to the left, of records that were taken out."""
        self._fold(level, index, digest)

    def close_records(self) -> list[Finding]:
        """Say that there are no more records but those that were taken out; return what is missing."""
        findings = self._missing(down_to=self._first - 1)
        self._next = self._first - 1
        return findings

    def end(self) -> list[Finding]:
        """Say that there are no more records; return what is wrong with the whole."""
        findings = self.close_records()
        if self._has_gap:
            return findings
        root = merkle.EMPTY_ROOT
        for at, (_, _, digest) in enumerate(self._subtrees):
            root = merkle.node_hash(digest, root) if at else digest
        if root != self._checkpoint.root:
            findings.append(Finding("root", self._checkpoint.size, "the records do not make up the signed root"))
        return findings

    def _missing(self, *, down_to: int) -> list[Finding]:
        first, last = down_to + 1, self._next
        if first > last:
            return []
        self._has_gap = True
        which = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
        return [Finding("completeness", first, which)]

    def _fold(self, level: int, index: int, current: bytes) -> None:
        while not index & 1 and self._subtrees and self._subtrees[-1][:2] == (level, index + 1):
            level, index, current = level + 1, index >> 1, merkle.node_hash(current, self._subtrees.pop()[2])
        self._subtrees.append((level, index, current))


def _is_instant(given: str, record: Record) -> bool:
    """Tell whether a column's text is the record's instant; nearly always it is spelled alike."""
    if given == record.occur_text:
        return True
    try:
        return datetime.fromisoformat(given) == record.occur_time
    except (TypeError, ValueError):
        return False
