"""Lets a crowd that lost one slot share one search for others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

from services.availability.usecases.find_alternatives import Search
from services.availability.usecases.ports import Slot

FRESH_S = 0.25
"""Seconds a result is shared after its search began. A slot shown that is gone meanwhile is one more refusal."""

MAX_RESULTS = 256
"""Results remembered at once; then the oldest goes."""


class RecentSearches:
    """Remembers searches that run, and their results for a moment."""

    def __init__(self) -> None:
        self._recent: dict[tuple[object, ...], tuple[float, asyncio.Task[Sequence[Slot]]]] = {}

    async def __call__(self, key: tuple[object, ...], search: Search) -> Sequence[Slot]:
        """Return the result of *search*, or of one for the same key that is running or just ended."""
        began, task = self._recent.get(key, (0.0, None))
        if task is None or monotonic() - began > FRESH_S:
            task = asyncio.ensure_future(search())
            self._recent.pop(key, None)
            self._recent[key] = (monotonic(), task)
            if len(self._recent) > MAX_RESULTS:
                self._recent.pop(next(iter(self._recent)))
        # One caller who gives up doesn't take the search away from the others.
        return await asyncio.shield(task)
