"""Runs of an emitter's numbers: where they meet, where not, where one comes twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

GENESIS: Final = "0" * 64
"""What the first record of an emitter names as the one before it."""

SILENT: Final = timedelta(seconds=60)
"""How long an emitter may say nothing: six signs of life."""

MISSING: Final = timedelta(seconds=60)
"""How long a number may be missing, while later ones are there or its emitter says that it was shipped."""

LAG_S: Final = 60.0
"""Seconds a record may be on its way before that is an alarm."""

SKEW_S: Final = 5.0
"""Seconds a clock may be off; as much as tokens are forgiven."""

FORGOTTEN: Final = timedelta(days=7)
"""How long an emitter that fell silent is waited for; its silence stays in the alarms."""


@dataclass(frozen=True, slots=True)
class Came:
    """A record that came in, as far as its place in its emitter's chain goes."""

    practice_id: str
    seq: int
    prev: str
    digest: str


@dataclass(frozen=True, slots=True)
class Span:
    """An unbroken run of numbers."""

    first_seq: int
    last_seq: int
    first_prev: str
    last_digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """Two records under neighbouring numbers of which the later does not name the earlier."""

    seq: int
    named: str
    found: str


@dataclass(slots=True)
class Joined:
    """What an emitter's runs are once new records came in."""

    spans: list[Span]
    breaks: list[Break] = field(default_factory=list)
    doubles: list[Came] = field(default_factory=list)
    """Records under a number that was there already: in another practice, or they would not be new."""


def join(known: Iterable[Span], came: Iterable[Came]) -> Joined:
    """
    Put new records into an emitter's runs.

    Args:
        known: Its runs so far; none meets another.
        came: Records that are new in their practices, in any order.
    """
    spans = sorted(known, key=lambda each: each.first_seq)
    joined = Joined([])
    fresh: list[Came] = []
    for each in sorted(came, key=lambda one: one.seq):
        if (fresh and fresh[-1].seq == each.seq) or any(at.first_seq <= each.seq <= at.last_seq for at in spans):
            joined.doubles.append(each)
        else:
            fresh.append(each)
    spans += [Span(each.seq, each.seq, each.prev, each.digest) for each in fresh]
    for span in sorted(spans, key=lambda each: each.first_seq):
        if not joined.spans:
            if span.first_seq == 1 and span.first_prev != GENESIS:
                joined.breaks.append(Break(1, span.first_prev, GENESIS))
            joined.spans.append(span)
            continue
        last = joined.spans[-1]
        if last.last_seq + 1 < span.first_seq:
            joined.spans.append(span)
            continue
        if span.first_prev != last.last_digest:
            joined.breaks.append(Break(span.first_seq, span.first_prev, last.last_digest))
        joined.spans[-1] = replace(last, last_seq=span.last_seq, last_digest=span.last_digest)
    return joined


def holes(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the runs of numbers that are missing before later ones, first and last of each."""
    ordered = sorted(spans, key=lambda each: each.first_seq)
    edges = [0, *(each.last_seq for each in ordered)]
    return [
        (edge + 1, span.first_seq - 1) for edge, span in zip(edges, ordered, strict=False) if edge + 1 < span.first_seq
    ]


def is_tail_missing(*, told_seq: int, waiting_seq: int, known_seq: int) -> bool:
    """
    Tell whether numbers at the end are missing that are not on their way.

    Args:
        told_seq: The highest number the emitter says it wrote.
        waiting_seq: The first it says still waits to be shipped; 0 for none.
        known_seq: The highest that came in.
    """
    return known_seq < told_seq and not 0 < waiting_seq <= known_seq + 1


def is_over(moment: datetime | None, limit: timedelta, *, now: datetime) -> bool:
    """Tell whether something has lasted longer than it may."""
    return moment is not None and now - moment > limit
