"""Merkle trees as RFC 6962 and RFC 9162 define them: roots, inclusion, consistency."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

HASH_BYTES = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""

Node = tuple[int, int]
"""A complete subtree: (level, index); it covers leaves index * 2**level up to (index + 1) * 2**level."""

Plan = list[list[Node]]
"""What a proof is made of: for each of its hashes the complete subtrees that are folded into it."""


class ProofRefused(Exception):
    """A proof does not prove what it says."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: the first byte keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """
    The roots of the complete subtrees along a tree's right edge, largest first: all that appending needs.

    Cost:
        O(log n) memory; n appends take at most 2n hashes.
    """

    def __init__(self, size: int, hashes: Sequence[bytes]) -> None:
        if size < 0 or len(hashes) != size.bit_count() or any(len(each) != HASH_BYTES for each in hashes):
            raise ValueError("A frontier has one hash of 32 bytes per set bit of its size.")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaves: Iterable[bytes]) -> list[tuple[Node, bytes]]:
        """Append leaf hashes; return the nodes above them that became complete, each with its hash."""
        completed: list[tuple[Node, bytes]] = []
        for leaf in leaves:
            level, index, current = 0, self.size, leaf
            while index & 1:
                level, index, current = level + 1, index >> 1, node_hash(self.hashes.pop(), current)
                completed.append(((level, index), current))
            self.hashes.append(current)
            self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, current = self.hashes
        for each in reversed(rest):
            current = node_hash(each, current)
        return current


def plan_inclusion(index: int, size: int) -> Plan:
    """Return what the proof that leaf *index* is in the tree of *size* is made of (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("The leaf is not in the tree.")
    return [_subtrees(start, end) for start, end in _path(index, 0, size)]


def plan_consistency(first: int, second: int) -> Plan:
    """Return what the proof that the tree of *second* begins with that of *first* is made of (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError("Sizes run from 1, the earlier first.")
    ranges = _subproof(first, 0, second, is_whole=True) if first < second else ()
    return [_subtrees(start, end) for start, end in ranges]


def fold(plan: Plan, hashes: Sequence[bytes]) -> list[bytes]:
    """Return the proof: the leaf's sibling, or the smallest subtree, first. *hashes* are the plan's nodes in order."""
    found = iter(hashes)
    folded = []
    for nodes in plan:
        parts = [next(found) for _ in nodes]
        current = parts.pop()
        while parts:
            current = node_hash(parts.pop(), current)
        folded.append(current)
    return folded


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """
    Check that a leaf hash stands at *index* in the tree of *size* with this root.

    Raises:
        ProofRefused: It does not, or the proof has another length than it must.

    Source:
        RFC 9162, 2.1.3.2; held by tests/unit/audit/test_vectors.py.
    """
    if not 0 <= index < size:
        raise ProofRefused("the leaf lies outside the tree")
    fn, sn, current = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofRefused("the proof is too long")
        if fn & 1 or fn == sn:
            current = node_hash(sibling, current)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            current = node_hash(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofRefused("the proof is too short")
    if current != root:
        raise ProofRefused("the root is another")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """
    Check that the tree of *second* leaves begins with the tree of *first*.

    An earlier size of 0 is refused: an empty tree vouches for nothing.

    Raises:
        ProofRefused: It does not, or the proof has another length than it must.

    Source:
        RFC 9162, 2.1.4.2; held by tests/unit/audit/test_vectors.py.
    """
    if not 0 < first <= second:
        raise ProofRefused("the sizes run backwards, or from nothing")
    if first == second:
        if proof:
            raise ProofRefused("the proof is too long")
        if first_root != second_root:
            raise ProofRefused("the roots differ")
        return
    path = list(proof)
    if first.bit_count() == 1:
        path.insert(0, first_root)
    if not path:
        raise ProofRefused("the proof is empty")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofRefused("the proof is too long")
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofRefused("the proof is too short")
    if old != first_root:
        raise ProofRefused("the earlier root is another")
    if new != second_root:
        raise ProofRefused("the later root is another")


# A range [start, end) of leaves whose hash a proof needs; it is made of complete subtrees.
_Range = tuple[int, int]


def _path(index: int, start: int, end: int) -> Iterator[_Range]:
    """Give the ranges beside the path from a leaf to the root, the lowest first."""
    if end - start == 1:
        return
    split = start + _split(end - start)
    if index < split:
        yield from _path(index, start, split)
        yield split, end
    else:
        yield from _path(index, split, end)
        yield start, split


def _subproof(first: int, start: int, end: int, *, is_whole: bool) -> Iterator[_Range]:
    if first == end:
        if not is_whole:
            yield start, end
        return
    split = start + _split(end - start)
    if first <= split:
        yield from _subproof(first, start, split, is_whole=is_whole)
        yield split, end
    else:
        yield from _subproof(first, split, end, is_whole=False)
        yield start, split


def _split(size: int) -> int:
    """Return the largest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1


def _subtrees(start: int, end: int) -> list[Node]:
    """Return the complete subtrees that make up an aligned range, largest first."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes
