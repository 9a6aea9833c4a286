"""Finds rows of one file that want the same time, which a dry run's ledger can't see."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime, timedelta
from typing import Any

from services.booking.imports.fates import Conflict

Span = tuple[datetime, datetime, int]

LONGEST = timedelta(hours=8 + 4)
"""A session with its buffers at most: sessions last 480 minutes, each buffer 120."""


class Clashes:
    """The times that rows before would take: a therapist's with the buffers, a client's without, as in the ledger."""

    def __init__(self) -> None:
        self._taken: dict[str, list[Span]] = {}
        self._seats: dict[tuple[str, str, datetime], int] = {}

    def of(self, line: int, wanted: dict[str, Any], start: datetime, kind: dict[str, Any] | None) -> Conflict | None:
        """Return the clash with an earlier row, if there is one."""
        if kind is None:
            return None
        seat = (wanted["therapist_id"], wanted["session_type_id"], start)
        shares = 0 < self._seats.get(seat, 0) < kind["capacity"]
        for reason, id_, span in _spans(line, wanted, start, kind):
            if shares and reason == "SLOT_TAKEN":
                continue
            spans = self._taken.get(id_, [])
            for begin, end, other in spans[bisect_left(spans, (span[0] - LONGEST,)) :]:
                if begin >= span[1]:
                    break
                if end > span[0]:
                    return Conflict(reason, f"Line {other} of the same file takes this time.")
        return None

    def take(self, line: int, wanted: dict[str, Any], start: datetime, kind: dict[str, Any] | None) -> None:
        """Remember what a row would take."""
        if kind is None:
            return
        seat = (wanted["therapist_id"], wanted["session_type_id"], start)
        self._seats[seat] = self._seats.get(seat, 0) + 1
        for _, id_, span in _spans(line, wanted, start, kind):
            insort(self._taken.setdefault(id_, []), span)


def _spans(line: int, wanted: dict[str, Any], start: datetime, kind: dict[str, Any]) -> list[tuple[str, str, Span]]:
    end = start + timedelta(minutes=kind["length_min"])
    before, after = (timedelta(minutes=kind[f"buffer_{side}_min"]) for side in ("before", "after"))
    return [
        ("SLOT_TAKEN", wanted["therapist_id"], (start - before, end + after, line)),
        ("CLIENT_OVERLAP", wanted["client_id"], (start, end, line)),
    ]
