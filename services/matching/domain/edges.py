"""Judges all clients of a batch with all therapists at once, by the rules that judge one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.assignment import APART, SCORE_MAX, Points
from services.matching.domain.hard_rules import HARD_RULES, HardRule, Setting
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.ranking import COMPONENTS, WHOLE, Component

PER_POINT = WHOLE // SCORE_MAX
"""Millionths of the fit in a hundredth of a point."""


def points_of(needs: Sequence[Need], profiles: Sequence[TherapistProfile], setting: Setting) -> Points:
    """
    Return the points of every pair, APART where a hard rule forbids it.

    What a rule or a part of the fit looks at is the same for many clients, so each answer is worked out once for all
    therapists and remembered: two clients with the same insurer share one column of answers.

    Returns:
        Shape: clients by therapists; the same points as `ranking.fit`, in hundredths, rounded down.

    Cost:
        O(P * T) simple steps. Figures: `python -m tests.bench.matching`, match_edges_*. Held to the single match by
        tests/property/matching/test_edges.py.
    """
    board = _Board(profiles, setting)
    points = np.full((len(needs), len(profiles)), APART, dtype=np.int16)
    for row, need in enumerate(needs):
        is_allowed = board.allowed(need)
        points[row, is_allowed] = board.fit(need)[is_allowed] // PER_POINT
    return points


class _Board:
    """All therapists of a batch, and the answers remembered about them."""

    def __init__(self, profiles: Sequence[TherapistProfile], setting: Setting) -> None:
        self._profiles = profiles
        self._setting = setting
        self._at = {profile.therapist_id: at for at, profile in enumerate(profiles)}
        self._answers: dict[tuple[str, Hashable], NDArray[np.bool_]] = {}
        self._parts: dict[tuple[str, Hashable], NDArray[np.int64]] = {}
        self._offers: dict[tuple[str, str], NDArray[np.float64]] = {}

    def allowed(self, need: Need) -> NDArray[np.bool_]:
        """Tell of each therapist whether no hard rule leaves them out."""
        found = np.ones(len(self._profiles), dtype=np.bool_)
        for rule in HARD_RULES:
            if rule.leaves_out is None:
                found &= self._answer(rule, need)
            else:
                found[[self._at[each] for each in rule.leaves_out(need, self._setting) if each in self._at]] = False
        return found

    def fit(self, need: Need) -> NDArray[np.int64]:
        """Return the fit with each therapist in millionths."""
        found = np.zeros(len(self._profiles), dtype=np.int64)
        for part in COMPONENTS:
            found += self._part(part, need)
        return found

    def _answer(self, rule: HardRule, need: Need) -> NDArray[np.bool_]:
        key = rule.code, rule.asks(need)
        known = self._answers.get(key)
        if known is None:
            answers = (rule.holds(need, profile, self._setting) for profile in self._profiles)
            known = self._answers[key] = np.fromiter(answers, np.bool_, len(self._profiles))
        return known

    def _part(self, part: Component, need: Need) -> NDArray[np.int64]:
        wishes = part.wishes(need) if part.wishes else None
        key = part.code, part.asks(need) if wishes is None else wishes
        known = self._parts.get(key)
        if known is None:
            if wishes is None:
                amounts = (part.of(need, profile, self._setting) for profile in self._profiles)
                known = np.fromiter(amounts, np.int64, len(self._profiles))
            else:
                known = np.rint(part.weight_in(self._setting) * self._met(part, wishes)).astype(np.int64)
            self._parts[key] = known
        return known

    def _met(self, part: Component, wishes: Sequence[tuple[str, float]]) -> NDArray[np.float64]:
        """Return how much of the wishes each therapist offers; added in the order in which `ranking.met` adds."""
        found = np.zeros(len(self._profiles))
        for code, share in wishes:
            offered = share * self._offered(part, code)
            found = np.maximum(found, offered) if part.is_one_enough else found + offered
        if part.is_one_enough:
            return found
        whole = sum(share for _, share in wishes)
        return found / whole if whole else found

    def _offered(self, part: Component, code: str) -> NDArray[np.float64]:
        key = part.code, code
        known = self._offers.get(key)
        if known is None:
            offered = (code in part.offers(profile) for profile in self._profiles)
            known = self._offers[key] = np.fromiter(offered, np.float64, len(self._profiles))
        return known
