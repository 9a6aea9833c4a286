"""Laws of trees and proofs, tried on made-up ones."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain import merkle

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def reference_root(leaves: Sequence[bytes]) -> bytes:
    """The recursive definition of RFC 6962, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(reference_root(leaves[:split]), reference_root(leaves[split:]))


def nodes(leaves: Sequence[bytes], wanted: Sequence[merkle.Node]) -> list[bytes]:
    """Complete subtrees, by the definition."""
    return [reference_root(leaves[index << level : (index + 1) << level]) for level, index in wanted]


def proof(leaves: Sequence[bytes], plan: merkle.Plan) -> list[bytes]:
    """A proof over these leaves."""
    return merkle.fold(plan, nodes(leaves, [node for part in plan for node in part]))


@given(LEAVES, st.data())
def test_any_split_into_batches_gives_the_reference_root(leaves: list[bytes], data: st.DataObject) -> None:
    """And completes every node once, with the hash the definition gives."""
    frontier, completed = merkle.Frontier(0, []), []
    at = 0
    while at < len(leaves):
        step = data.draw(st.integers(1, len(leaves) - at))
        completed += frontier.append([merkle.leaf_hash(leaf) for leaf in leaves[at : at + step]])
        frontier = merkle.Frontier(frontier.size, frontier.hashes)
        at += step

    assert frontier.root() == reference_root(leaves)
    assert len({node for node, _ in completed}) == len(completed) == len(leaves) - len(leaves).bit_count()
    assert [each for _, each in completed] == nodes(leaves, [node for node, _ in completed])


@given(LEAVES, st.data())
def test_every_leaf_is_proven_and_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof holds for its leaf, and for no changed leaf, place, size, hash or root."""
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    leaf, root = merkle.leaf_hash(leaves[index]), reference_root(leaves[:size])

    path = proof(leaves, merkle.plan_inclusion(index, size))

    merkle.verify_inclusion(index, size, leaf, path, root)
    bad = [
        (index, size, merkle.leaf_hash(leaves[index] + b"x"), path, root),
        (index, size, leaf, [*path, root], root),
        (index, size, leaf, path[:-1], root) if path else (size, size, leaf, path, root),
        (index, size, leaf, path, merkle.node_hash(root, root)),
        *((index, size, leaf, [*path[:at], leaf[::-1], *path[at + 1 :]], root) for at in range(len(path))),
    ]
    for arguments in bad:
        with pytest.raises(merkle.ProofRefused):
            merkle.verify_inclusion(*arguments)


@given(LEAVES, st.data())
def test_growth_is_proven_and_rewriting_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    """A later tree holds the earlier one, unless an earlier leaf was changed."""
    second = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, second))
    changed = data.draw(st.integers(0, first - 1))
    forged = [leaf + b"x" if at == changed else leaf for at, leaf in enumerate(leaves)]

    plan = merkle.plan_consistency(first, second)

    earlier = reference_root(leaves[:first])
    merkle.verify_consistency(first, second, earlier, reference_root(leaves[:second]), proof(leaves, plan))
    with pytest.raises(merkle.ProofRefused):
        merkle.verify_consistency(first, second, earlier, reference_root(forged[:second]), proof(forged, plan))
