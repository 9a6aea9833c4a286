"""Checks a trail from outside: fetches what is needed and lets the domain judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.verification import Finding, WholeTree, check_record
from services.audit.usecases.door import Asked, Door, Inconsistent, Refused, records

PROGRESS_EVERY = 1_000

BLOCK = 256
"""Leaves below one stored node: rewritten records can be told apart no closer than that."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records were checked, whether that was all of them, and what failed."""

    count: int
    is_whole: bool
    findings: list[Finding]


def check_trail(
    door: Door, asked: Asked, checkpoint: Checkpoint, *, before: Checkpoint | None, progress: Progress
) -> Outcome:
    """
    Check the records asked for that the checkpoint covers, and that the tree only grew since *before*.

    Without a filter every record of the tree is looked at, which alone can prove that none is missing.

    Args:
        progress: Told now and then how many records were checked, and of how many (0: not known).
    """
    findings = _check_growth(before, checkpoint, door) if before else []
    check = _check_tree if asked.is_everything else _check_some
    outcome = check(door, asked, checkpoint, progress)
    return replace(outcome, findings=[*findings, *outcome.findings])


def _check_growth(before: Checkpoint, now: Checkpoint, door: Door) -> list[Finding]:
    try:
        if before.size > now.size:
            raise merkle.ProofRefused("the tree has shrunk")
        path = door.consistency(before.size, now.size) if before.size < now.size else []
        merkle.verify_consistency(before.size, now.size, before.root, now.root, path)
    except (merkle.ProofRefused, Inconsistent) as error:
        return [Finding("consistency", before.size, str(error))]
    return []


def _check_tree(door: Door, asked: Asked, checkpoint: Checkpoint, progress: Progress) -> Outcome:
    """Check every record, and that none is missing."""
    tree, findings, count = WholeTree(checkpoint), [], 0
    for record in records(door, asked):
        if record.seq >= checkpoint.size:
            continue
        findings += tree.add(record)
        count += 1
        if count % PROGRESS_EVERY == 0 or count == checkpoint.size:
            progress(count, checkpoint.size)
    findings += tree.end()
    if findings and findings[-1].check == "root":
        findings[-1:] = _locate(door, checkpoint) or findings[-1:]
    return Outcome(count, True, findings)


def _check_some(door: Door, asked: Asked, checkpoint: Checkpoint, progress: Progress) -> Outcome:
    """Check each record by a proof of its own."""
    findings, count = [], 0
    for record in records(door, asked):
        if record.seq >= checkpoint.size:
            continue
        try:
            finding = check_record(record, door.inclusion(record.seq, checkpoint.size), checkpoint)
        except Inconsistent as error:
            finding = Finding("inclusion", record.seq, str(error))
        if finding:
            findings.append(finding)
        count += 1
        if count % PROGRESS_EVERY == 0:
            progress(count, 0)
    return Outcome(count, False, findings)


def _locate(door: Door, checkpoint: Checkpoint) -> list[Finding]:
    """Find the blocks whose records do not make up the signed root, by one proof a block."""
    found = []
    for first in range(0, checkpoint.size, BLOCK):
        last = min(first + BLOCK, checkpoint.size) - 1
        try:
            broken = check_record(door.record(first), door.inclusion(first, checkpoint.size), checkpoint)
        except (Inconsistent, Refused) as error:
            broken = Finding("inclusion", first, str(error))
        if broken:
            found.append(Finding("inclusion", first, f"a record from {first} to {last} and its hash were rewritten"))
    return found
