"""Gives out the tree as tiles and bundles, which anybody's tools can check."""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.domain import errors, tiles
from services.audit.usecases.ports import Question, Trail
from services.chassis.context import Call

BUNDLE_BYTES_MAX = 900 * 1024
"""Bytes of a bundle in one answer at most, under what a message may have."""

INDEX_MAX = 2**48


async def read_tile(level: int, index: int, width: int, call: Call, *, trail: Trail) -> Sequence[bytes]:
    """
    Return the hashes of a tile.

    Raises:
        Malformed: No such level, place or width. (INVALID_ARGUMENT)
        Missing: The tree does not reach there yet. (NOT_FOUND)
    """
    _check(index, width)
    if not 0 <= level <= tiles.TILE_LEVEL_MAX:
        raise errors.Malformed("Levels run from 0 to 7.", field="level")
    await _check_size(tiles.last_leaf(level, index, width), call, trail)
    return await trail.nodes(call, tiles.nodes_of(level, index, width))


async def read_entries(index: int, width: int, call: Call, *, trail: Trail) -> list[bytes]:
    """
    Return the canonical bytes of records, in order.

    Raises:
        Malformed: No such place or width. (INVALID_ARGUMENT)
        BundleTooLarge: They are more than a message holds. (INVALID_ARGUMENT)
        Missing: The tree does not reach there yet. (NOT_FOUND)
        RecordsDetached: They lie in the archive. (NOT_FOUND)
    """
    _check(index, width)
    first = index * tiles.WIDTH
    await _check_size(first + width, call, trail)
    found = await trail.query(call, Question(before_seq=first + width, limit=width))
    records = [each for each in reversed(found) if each.seq >= first]
    await call.authorize(client_ids=sorted({each.client_id for each in records if each.client_id}))
    if len(records) != width:
        raise errors.RecordsDetached("The records were archived and taken out.", index=str(index))
    if sum(len(each.canonical) + 2 for each in records) > BUNDLE_BYTES_MAX:
        raise errors.BundleTooLarge("Ask for fewer records.", max_bytes=str(BUNDLE_BYTES_MAX))
    return [each.canonical for each in records]


def _check(index: int, width: int) -> None:
    if not 0 <= index < INDEX_MAX:
        raise errors.Malformed("No such place.", field="index")
    if not 1 <= width <= tiles.WIDTH:
        raise errors.Malformed("A tile has 1 to 256 parts.", field="width")


async def _check_size(size: int, call: Call, trail: Trail) -> None:
    head = await trail.head(call)
    if head is None or head.size < size:
        raise errors.Missing("The tree does not reach there.")
