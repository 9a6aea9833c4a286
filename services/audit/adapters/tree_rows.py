"""Stores the upper levels of trees, and reads any complete subtree back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.audit.domain import errors, merkle, tiles
from services.chassis.db.pool import Connection

STORED_LEVELS = 8
"""Every eighth level of the tree is stored; the ones between are made from it, as tlog tiles do."""

_TILES = """
    select index, hashes from leaf_tiles where practice_id = %s and index = any (%b::text[]::bigint[])
"""

_ADD_NODES = """
    insert into nodes (practice_id, level, index, hash)
    select * from unnest(%b::text[]::uuid[], %b::text[]::smallint[], %b::text[]::bigint[], %b::bytea[])
"""

# Danger: behind the wall the planner uses the index for leakproof comparisons only, and a sum is none:
# `seq < first + count` reads the practice's whole tree.
_LEAVES = """
    select given.place, below.seq, below.leaf_hash
      from unnest(%b::text[]::smallint[], %b::text[]::bigint[], %b::text[]::bigint[]) with ordinality
           as given (level, first, last, place)
     cross join lateral (
        select seq, leaf_hash from records
         where practice_id = %s and seq >= given.first and seq <= given.last order by seq) below
     order by given.place, below.seq
"""

_NODES = """
    select given.place, below.index, below.hash
      from unnest(%b::text[]::smallint[], %b::text[]::bigint[], %b::text[]::bigint[]) with ordinality
           as given (level, first, last, place)
     cross join lateral (
        select index, hash from nodes
         where practice_id = %s and level = given.level
           and index >= given.first and index <= given.last order by index) below
     order by given.place, below.index
"""


async def add_nodes(conn: Connection, completed: Sequence[tuple[str, merkle.Node, bytes]]) -> None:
    """Store those of the completed nodes that stand on a stored level."""
    kept = [each for each in completed if each[1][0] % STORED_LEVELS == 0]
    if kept:
        values = (
            [practice_id for practice_id, _, _ in kept],
            [str(level) for _, (level, _), _ in kept],
            [str(index) for _, (_, index), _ in kept],
            [digest for _, _, digest in kept],
        )
        await conn.execute(_ADD_NODES, values)


async def read_nodes(conn: Connection, practice_id: str, wanted: Sequence[merkle.Node]) -> list[bytes]:
    """
    Return the hashes of complete subtrees, each folded from the stored level at or below it, in two statements.

    Raises:
        TreeInconsistent: A record or a stored node below one of them is missing.
    """
    found: dict[merkle.Node, bytes] = {}
    for statement, is_above in ((_LEAVES, False), (_NODES, True)):
        part = [node for node in wanted if (node[0] >= STORED_LEVELS) is is_above]
        if not part:
            continue
        runs = [_run(*node) for node in part]
        columns = [[str(run[at]) for run in runs] for at in range(3)]
        rows = await (await conn.execute(statement, (*columns, practice_id))).fetchall()
        hashes: dict[int, dict[int, bytes]] = {}
        for place, at, digest in rows:
            hashes.setdefault(place, {})[at] = bytes(digest)
        if not is_above:
            await _add_detached(conn, practice_id, runs, hashes)
        for place, (node, run) in enumerate(zip(part, runs, strict=True), start=1):
            found[node] = _fold(hashes.get(place, {}), run)
    return [found[node] for node in wanted]


async def _add_detached(
    conn: Connection, practice_id: str, runs: Sequence[tuple[int, int, int]], hashes: dict[int, dict[int, bytes]]
) -> None:
    """Add the leaves of records that were taken out; a run of leaves never reaches beyond one tile."""
    short = {place: run for place, run in enumerate(runs, start=1) if len(hashes.get(place, {})) < run[2] - run[1] + 1}
    if not short:
        return
    indexes = sorted({str(first // tiles.WIDTH) for _, first, _ in short.values()})
    rows = await (await conn.execute(_TILES, (practice_id, indexes))).fetchall()
    found = {index: tiles.split_hashes(bytes(packed)) for index, packed in rows}
    for place, (_, first, last) in short.items():
        leaves = found.get(first // tiles.WIDTH)
        if leaves is not None:
            start = first - first % tiles.WIDTH
            hashes[place] = {at: leaves[at - start] for at in range(first, last + 1)}


def _run(level: int, index: int) -> tuple[int, int, int]:
    """Return what a subtree is folded from: the stored level, the first index there, and the last."""
    base = level - level % STORED_LEVELS
    return base, index << (level - base), ((index + 1) << (level - base)) - 1


def _fold(stored: Mapping[int, bytes], run: tuple[int, int, int]) -> bytes:
    level, first, last = run
    missing = [at for at in range(first, last + 1) if at not in stored]
    if missing:
        raise errors.TreeInconsistent(
            "A record is missing from the tree.", check="completeness", seq=str(missing[0] << level)
        )
    hashes = [stored[at] for at in range(first, last + 1)]
    while len(hashes) > 1:
        hashes = [merkle.node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def unpack(packed: bytes) -> list[bytes]:
    """Return the hashes of a frontier."""
    return [packed[at : at + merkle.HASH_BYTES] for at in range(0, len(packed), merkle.HASH_BYTES)]
