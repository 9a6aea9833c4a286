"""Cuts taken time out of offered starts, in epoch seconds and by bisection."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""A half-open stretch [start, end) of epoch seconds."""


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return the spans sorted, those that overlap or touch as one, and none empty."""
    merged: list[Span] = []
    for start_s, end_s in sorted(spans):
        if start_s >= end_s:
            continue
        if merged and start_s <= merged[-1][1]:
            if end_s > merged[-1][1]:
                merged[-1] = (merged[-1][0], end_s)
        else:
            merged.append((start_s, end_s))
    return merged


def blocked_starts(busy: Iterable[Span], *, before_s: int, length_s: int, after_s: int) -> list[Span]:
    """
    Return the starts at which a session with its buffers would run into something.

    Args:
        busy: What is taken, in any order.
        before_s, length_s, after_s: Seconds kept free before, of, and after the session.

    Returns:
        Spans of starts, sorted and disjoint: a session may start at *s* unless a span holds *s*.
    """
    return merge((start_s - length_s - after_s + 1, end_s + before_s) for start_s, end_s in busy)


def blocked_everywhere(blocked: Sequence[Sequence[Span]]) -> list[Span]:
    """
    Return the starts that no room can take.

    Args:
        blocked: One list of spans a room, each sorted and disjoint as `blocked_starts` gives them. No rooms
            at all block every start, which the caller has to see to.
    """
    turns = [(at_s, step) for spans in blocked for span in spans for at_s, step in zip(span, (1, -1), strict=True)]
    found: list[Span] = []
    depth = 0
    for (at_s, step), (next_s, _) in pairwise(sorted(turns)):
        depth += step
        if depth == len(blocked) and next_s > at_s:
            found.append((at_s, next_s))
    return merge(found)


def cut(starts: Sequence[int], blocked: Sequence[Span]) -> list[int]:
    """
    Return the starts that no span holds.

    Args:
        starts: Epoch seconds, ascending.
        blocked: Sorted and disjoint.

    Cost:
        Two bisections a span, and one copy of what is left.
    """
    left: list[int] = []
    position = 0
    for start_s, end_s in blocked:
        stop = bisect_left(starts, start_s, position)
        left.extend(starts[position:stop])
        position = bisect_left(starts, end_s, stop)
        if position == len(starts):
            return left
    left.extend(starts[position:])
    return left


def differ(new: Span, old: Span) -> list[Span]:
    """Return what of *new* lies outside of *old*: none, one or two spans."""
    pieces = [(new[0], min(new[1], old[0])), (max(new[0], old[1]), new[1])]
    return [(start_s, end_s) for start_s, end_s in pieces if start_s < end_s]


def gaps(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what of a span nothing takes, sorted."""
    found: list[Span] = []
    at_s, end_s = span
    for taken_start_s, taken_end_s in merge(taken):
        if at_s < min(taken_start_s, end_s):
            found.append((at_s, min(taken_start_s, end_s)))
        at_s = max(at_s, taken_end_s)
    if at_s < end_s:
        found.append((at_s, end_s))
    return found
