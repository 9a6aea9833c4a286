"""Tiles and bundles as C2SP tlog-tiles has them: a tree as files anybody can check."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from services.audit.domain import merkle

WIDTH = 256
"""Hashes of a whole tile, records of a whole bundle."""

LEVELS = 8
"""Levels of the tree that one level of tiles spans."""

TILE_LEVEL_MAX = 7
"""A tree of 2^64 records has tiles up to this level."""


class BundleMalformed(Exception):
    """The bytes are no bundle of records."""


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return a tile's name, `tile/0/x001/x234/067` or `tile/entries/000.p/17`; level "entries" names a bundle."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(parts)}{partial}"


def nodes_of(level: int, index: int, width: int) -> list[merkle.Node]:
    """Return the complete subtrees whose roots a tile holds."""
    return [(level * LEVELS, index * WIDTH + at) for at in range(width)]


def last_leaf(level: int, index: int, width: int) -> int:
    """Return the size a tree must have for the tile to be whole."""
    return (index * WIDTH + width) << (level * LEVELS)


def write_bundle(records: Sequence[bytes]) -> bytes:
    """Return the records, each behind its length in two bytes."""
    return b"".join(struct.pack(">H", len(each)) + each for each in records)


def read_bundle(bundle: bytes) -> list[bytes]:
    """Return the records of a bundle. Raises BundleMalformed."""
    found, at = [], 0
    while at < len(bundle):
        if at + 2 > len(bundle):
            raise BundleMalformed("a length is cut off")
        (length,) = struct.unpack_from(">H", bundle, at)
        record = bundle[at + 2 : at + 2 + length]
        if len(record) != length:
            raise BundleMalformed("a record is cut off")
        found.append(record)
        at += 2 + length
    return found


def split_hashes(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [tile[at : at + merkle.HASH_BYTES] for at in range(0, len(tile), merkle.HASH_BYTES)]


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a tile's hashes; of whole tiles it is the subtree's."""
    frontier = merkle.Frontier(0, [])
    frontier.append(hashes)
    return frontier.root()
