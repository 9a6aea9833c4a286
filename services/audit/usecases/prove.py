"""Proves that records are in the tree, and that the tree only grew."""

from __future__ import annotations

from services.audit.domain import errors, merkle
from services.audit.usecases.ports import Trail
from services.chassis.context import Call


async def prove_inclusion(seq: int, size: int, call: Call, *, trail: Trail) -> list[bytes]:
    """
    Return the proof that record *seq* is in the tree of *size*.

    Raises:
        SizeUnknown: The tree is smaller than *size*, or the record lies outside. (INVALID_ARGUMENT)
    """
    await _check_size(size, call, trail=trail)
    if not 0 <= seq < size:
        raise errors.SizeUnknown("The record is not in a tree of this size.", field="seq")
    return await _proof(merkle.plan_inclusion(seq, size), call, trail)


async def prove_consistency(first: int, second: int, call: Call, *, trail: Trail) -> list[bytes]:
    """
    Return the proof that the tree of *second* begins with the tree of *first*.

    Raises:
        SizeUnknown: A size is none of this tree, or they run backwards. (INVALID_ARGUMENT)
    """
    await _check_size(second, call, trail=trail)
    if not 0 < first <= second:
        raise errors.SizeUnknown("Sizes run from 1, the earlier first.", field="first_size")
    return await _proof(merkle.plan_consistency(first, second), call, trail)


async def _check_size(size: int, call: Call, *, trail: Trail) -> None:
    head = await trail.head(call)
    if head is None or not 0 < size <= head.size:
        raise errors.SizeUnknown("The tree does not have this size.", field="tree_size")


async def _proof(plan: merkle.Plan, call: Call, trail: Trail) -> list[bytes]:
    return merkle.fold(plan, await trail.nodes(call, [node for nodes in plan for node in nodes]))
