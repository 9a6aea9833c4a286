"""Leaves a provider alone that fails, and asks it again now and then with one message."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

MOST_FAULTS_IN_A_ROW = 5
"""Faults in a row that open the breaker. Source: reference design, section 8.6."""

WINDOW = timedelta(seconds=60)
FEWEST_IN_WINDOW = 20
MOST_FAULTS_RATIO = 0.5
"""With at least FEWEST_IN_WINDOW tries in WINDOW, this share of faults opens it too. Source: as above."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
"""How long it stays open: doubling with each probe that fails. Source: as above."""


class Breaker:
    """
    One provider's standing in this process.

    Closed it lets everything through; open it lets nothing through until its pause ends; then one message is the probe,
    and what becomes of it decides.
    """

    def __init__(self) -> None:
        """Begin closed."""
        self._faults_in_a_row = 0
        self._recent: deque[tuple[datetime, bool]] = deque()
        self._open_until: datetime | None = None
        self._pause = FIRST_PAUSE
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        """Tell whether the provider counts as broken, probes aside."""
        return self._open_until is not None

    def lets_through(self, *, at: datetime) -> bool:
        """Tell whether a message may be tried now; the answer to the one that may is expected by `note`."""
        if self._open_until is None:
            return True
        if at < self._open_until or self._is_probing:
            return False
        self._is_probing = True
        return True

    def note(self, *, is_fault: bool, at: datetime) -> None:
        """Take in what became of a try."""
        if self._open_until is not None:
            self._after_probe(is_fault=is_fault, at=at)
            return
        self._recent.append((at, is_fault))
        while self._recent[0][0] < at - WINDOW:
            self._recent.popleft()
        self._faults_in_a_row = self._faults_in_a_row + 1 if is_fault else 0
        faults = sum(each for _, each in self._recent)
        is_half_broken = len(self._recent) >= FEWEST_IN_WINDOW and faults >= MOST_FAULTS_RATIO * len(self._recent)
        if self._faults_in_a_row >= MOST_FAULTS_IN_A_ROW or (is_fault and is_half_broken):
            self._open(at)

    def abandon(self) -> None:
        """Forget a probe whose outcome will never be known."""
        self._is_probing = False

    def _after_probe(self, *, is_fault: bool, at: datetime) -> None:
        """A try from before the breaker opened may come in here too; it decides as well as the probe does."""
        self._is_probing = False
        if is_fault:
            if self._open_until is not None and at >= self._open_until:
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                self._open(at)
            return
        self._open_until, self._pause = None, FIRST_PAUSE

    def _open(self, at: datetime) -> None:
        self._open_until = at + self._pause
        self._faults_in_a_row = 0
        self._recent.clear()
