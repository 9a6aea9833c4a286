"""Who is likely to miss a session: points by lead time and earlier misses."""

from __future__ import annotations

from datetime import timedelta

HIGH = 4
"""Points from which on the risk counts as high."""

LEAD_POINTS = ((timedelta(days=15), 3), (timedelta(days=8), 2), (timedelta(days=1), 1))
MISS_POINTS = (0, 2, 4)
"""Points for no, one, and two or more earlier misses."""


def is_high(*, lead: timedelta, misses: int) -> bool:
    """
    Tell whether a session is likely to be missed.

    It chooses who is reminded once more, and nothing else: never who gets a slot.

    Args:
        lead: From when it was agreed to its start.
        misses: Sessions the client missed before.

    Source:
        Reference notes, section 2.1: missed 3.3 % the same day, 21 to 24 % up to a week ahead, 31 % up to two, 36 % up
        to four; with earlier misses the top tenth misses 41 to 47 %.
    """
    return lead_points(lead) + MISS_POINTS[min(misses, 2)] >= HIGH


def lead_points(lead: timedelta) -> int:
    """Return the points of a lead time."""
    return next((points for least, points in LEAD_POINTS if lead >= least), 0)
