"""Cuts taken time out of offered starts, in epoch seconds and by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

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


def free_starts(
    starts: Sequence[int], busy: Sequence[Span], *, before_s: int, length_s: int, after_s: int
) -> list[int]:
    """
    Return the starts at which a session with its buffers runs into nothing.

    The same as cutting `blocked_starts`, in one pass and without a list between.

    Args:
        starts: Epoch seconds, ascending.
        busy: What is taken, by start; spans may overlap.
        before_s, length_s, after_s: Seconds kept free before, of, and after the session.

    Cost:
        Two bisections a span, and one copy of what is left.
    """
    left: list[int] = []
    position, reach_s = 0, length_s + after_s
    for start_s, end_s in busy:
        stop = bisect_right(starts, start_s - reach_s, position)
        if stop > position:
            left += starts[position:stop]
        position = bisect_left(starts, end_s + before_s, stop)
    left += starts[position:]
    return left


def differ(new: Span, old: Span) -> list[Span]:
    """Return what of *new* lies outside of *old*: none, one or two spans."""
    pieces = [(new[0], min(new[1], old[0])), (max(new[0], old[1]), new[1])]
    return [(start_s, end_s) for start_s, end_s in pieces if start_s < end_s]


class Rooms:
    """The rooms of a site, each with what is taken of it by start; answers are remembered by start."""

    def __init__(self, busy: Sequence[Sequence[Span]]) -> None:
        self._rooms = [
            ([start_s for start_s, _ in spans], list(accumulate((end_s for _, end_s in spans), max))) for spans in busy
        ]
        self._known: dict[int, bool] = {}

    def split(self, starts: Sequence[int], length_s: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return the starts at which a room is free for the whole session, always the same length, and the others."""
        known = self._known
        for at_s in starts:
            if at_s not in known:
                known[at_s] = self._has_room(at_s, at_s + length_s)
        full = [at_s for at_s in starts if not known[at_s]]
        return ([at_s for at_s in starts if known[at_s]], full) if full else (starts, full)

    def _has_room(self, start_s: int, end_s: int) -> bool:
        for starts, ends in self._rooms:
            before = bisect_left(starts, end_s)
            # What began before the session's end must be over at its start; ends are the latest so far.
            if before == 0 or ends[before - 1] <= start_s:
                return True
        return False
