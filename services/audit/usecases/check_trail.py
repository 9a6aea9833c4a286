"""Checks a trail from outside: fetches what is needed and lets the domain judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.tiles import LEVELS, WIDTH, tile_root
from services.audit.domain.verification import Claimed, Finding, WholeTree, check_record
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
    detached: int = 0
    """Records that were archived and taken out; known by their hashes only."""


def check_trail(
    door: Door,
    asked: Asked,
    checkpoint: Checkpoint,
    *,
    before: Checkpoint | None,
    archived: Checkpoint | None = None,
    progress: Progress,
) -> Outcome:
    """
    Check the records asked for that the checkpoint covers, and that the tree only grew since *before*.

    Without a filter every record of the tree is looked at, which alone can prove that none is missing.

    Args:
        archived: What a known key signed as archived; records before its end may have been taken out.
        progress: Told now and then how many records were checked, and of how many (0: not known).
    """
    findings = _check_growth(before, checkpoint, door) if before else []
    if asked.is_everything:
        outcome = _check_tree(door, asked, checkpoint, archived, progress)
    else:
        outcome = _check_some(door, asked, checkpoint, progress)
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


def _check_tree(
    door: Door, asked: Asked, checkpoint: Checkpoint, archived: Checkpoint | None, progress: Progress
) -> Outcome:
    """Check every record, and that none is missing but what was archived."""
    detached = min(door.detached()[0], archived.size, checkpoint.size) if archived else 0
    detached -= detached % WIDTH
    tree, findings, count = WholeTree(checkpoint, detached=detached), [], 0
    for record in records(door, asked):
        if record.seq >= checkpoint.size:
            continue
        count += 1
        if record.seq < detached:
            # Held while its neighbours went: proven for itself.
            findings += _check_one(door, record, checkpoint)
            continue
        findings += tree.add(record)
        if count % PROGRESS_EVERY == 0 or count == checkpoint.size:
            progress(count, checkpoint.size)
    findings += tree.close_records()
    if detached and archived:
        roots = _subtrees(door, archived.size)
        if tile_root(roots) != archived.root:
            findings.append(Finding("detached", 0, "the hashes that stayed are not those that were archived"))
        for index in reversed(range(detached // WIDTH)):
            tree.add_subtree(LEVELS, index, roots[index])
    findings += tree.end()
    if findings and findings[-1].check == "root":
        findings[-1:] = _locate(door, checkpoint, detached) or findings[-1:]
    return Outcome(count, True, findings, detached)


def _subtrees(door: Door, size: int) -> list[bytes]:
    """Return the roots of the first whole tiles."""
    count, roots = size // WIDTH, []
    for index in range(0, count, WIDTH):
        roots += door.tile(1, index // WIDTH, min(WIDTH, count - index))
    return roots


def _check_some(door: Door, asked: Asked, checkpoint: Checkpoint, progress: Progress) -> Outcome:
    """Check each record by a proof of its own."""
    findings: list[Finding] = []
    count = 0
    for record in records(door, asked):
        if record.seq >= checkpoint.size:
            continue
        findings += _check_one(door, record, checkpoint)
        count += 1
        if count % PROGRESS_EVERY == 0:
            progress(count, 0)
    return Outcome(count, False, findings)


def _check_one(door: Door, record: Claimed, checkpoint: Checkpoint) -> list[Finding]:
    """Check a record by a proof of its own."""
    try:
        finding = check_record(record, door.inclusion(record.seq, checkpoint.size), checkpoint)
    except Inconsistent as error:
        finding = Finding("inclusion", record.seq, str(error))
    return [finding] if finding else []


def _locate(door: Door, checkpoint: Checkpoint, start: int) -> list[Finding]:
    """Find the blocks whose records do not make up the signed root, by one proof a block."""
    found = []
    for first in range(start, checkpoint.size, BLOCK):
        last = min(first + BLOCK, checkpoint.size) - 1
        try:
            broken = check_record(door.record(first), door.inclusion(first, checkpoint.size), checkpoint)
        except (Inconsistent, Refused) as error:
            broken = Finding("inclusion", first, str(error))
        if broken:
            found.append(Finding("inclusion", first, f"a record from {first} to {last} and its hash were rewritten"))
    return found
