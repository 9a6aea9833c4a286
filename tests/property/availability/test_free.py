"""Cutting taken time out of offered starts gives what trying every start gives."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.availability.domain.free import Rooms, Span, blocked_starts, cut, differ, free_starts, merge

spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))
crowds = st.lists(spans, max_size=8)


def overlap(a: Span, b: Span) -> bool:
    """Tell whether two stretches share a moment."""
    return a[0] < b[1] and b[0] < a[1]


@given(crowds, st.integers(0, 5), st.integers(1, 12), st.integers(0, 5))
def test_a_start_is_left_exactly_if_nothing_runs_into_the_session(
    busy: list[Span], before_s: int, length_s: int, after_s: int
) -> None:
    """Buffers included, touching allowed."""
    starts = list(range(80))

    left = cut(starts, blocked_starts(busy, before_s=before_s, length_s=length_s, after_s=after_s))

    expected = [
        at for at in starts if not any(overlap((at - before_s, at + length_s + after_s), each) for each in busy)
    ]
    assert left == expected


@given(crowds, st.integers(0, 5), st.integers(1, 12), st.integers(0, 5))
def test_free_starts_in_one_pass_are_those_that_cutting_leaves(
    busy: list[Span], before_s: int, length_s: int, after_s: int
) -> None:
    """Overlapping, touching and nested spans included."""
    starts = list(range(0, 80, 3))
    buffers = {"before_s": before_s, "length_s": length_s, "after_s": after_s}

    left = free_starts(starts, sorted(busy), **buffers)

    assert left == cut(starts, blocked_starts(busy, **buffers))


@given(st.lists(crowds, max_size=3), st.integers(1, 12))
def test_rooms_are_full_exactly_where_none_can_take_the_session(rooms: list[list[Span]], length_s: int) -> None:
    """One room has to be free all through: half in one and half in another is no place."""
    starts = list(range(80))
    blocked = [blocked_starts(busy, before_s=0, length_s=length_s, after_s=0) for busy in rooms]

    possible, full = Rooms([sorted(busy) for busy in rooms]).split(starts, length_s)

    assert list(possible) == [at for at in starts if any(at in cut([at], each) for each in blocked)]
    assert sorted([*possible, *full]) == starts


@given(crowds)
def test_merged_spans_are_sorted_apart_and_hold_the_same_moments(busy: list[Span]) -> None:
    """Touching ones become one."""
    merged = merge(busy)

    assert all(before[1] < after[0] for before, after in pairwise(merged))
    assert moments(merged) == moments(busy)


@given(spans, spans)
def test_new_minus_old_is_what_the_new_has_and_the_old_has_not(new: Span, old: Span) -> None:
    """In at most two pieces."""
    pieces = differ(new, old)

    assert len(pieces) <= 2
    assert moments(pieces) == moments([new]) - moments([old])


def moments(found: list[Span]) -> set[int]:
    """Return every second in the spans."""
    return {at for start, end in found for at in range(start, end)}
