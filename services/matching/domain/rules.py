"""How a practice matches: weights that add up to 100, compacts, load, windows; by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.matching.domain import errors
from services.matching.domain.limits import check_list, check_number, check_region
from services.matching.domain.particulars import Compact

KEPT_VERSION = "kept-1"
"""Names the weights below, which hold until a practice sets its own."""

KEPT_WEIGHTS: Mapping[str, int] = {
    "specialty": 30,
    "approach": 8,
    "population": 5,
    "preference": 15,
    "availability": 15,
    "language": 7,
    "continuity": 5,
    "distance": 3,
    "experience": 2,
    "strength": 5,
    "room": 5,
}
"""
Points of the fit, out of 100.

Source: the explainability contract of our matching study (specialty 30, preferences 20, availability 20, and less for
the rest), parted among what profiles now say; a practice sets its own. Held by tests/property/matching/test_ranking.py.
"""

COMPACTS_MAX, REGIONS_MAX = 20, 60
LOAD_WEIGHT_MAX, WINDOW_H_MAX, AGEING_WEEKS_MAX = 20, 336, 52


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How a practice matches; version 0 is Kept's own."""

    weights: Mapping[str, int] = field(default_factory=lambda: dict(KEPT_WEIGHTS))
    compacts: tuple[Compact, ...] = ()
    load_weight: int = 5
    accept_window_h: int = 72
    ageing_weeks: int = 0
    version: int = 0
    actor_id: str = ""

    @property
    def label(self) -> str:
        """Return the name that stands in every run."""
        return f"practice-{self.version}" if self.version else KEPT_VERSION

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the rules."""
        return f"v{self.version}"

    def checked(self) -> MatchRules:
        """
        Return the rules if they make sense.

        Raises:
            Unbalanced: The weights are not 100 together, or one lies below 0. (INVALID_ARGUMENT)
            TooMany: A list or number passes its limit. (INVALID_ARGUMENT)
            RegionMalformed: A state of a compact is not ISO 3166-2. (INVALID_ARGUMENT)
        """
        if sum(self.weights.values()) != 100 or min(self.weights.values()) < 0:
            raise errors.Unbalanced("Weights are whole, none below 0, and 100 together.", field="weights")
        check_list("compacts", tuple(each.code for each in self.compacts), COMPACTS_MAX)
        for compact in self.compacts:
            check_list("compacts.regions", compact.regions, REGIONS_MAX)
            for region in compact.regions:
                check_region(region)
        check_number("load_weight", self.load_weight, 0, LOAD_WEIGHT_MAX)
        check_number("accept_window_h", self.accept_window_h, 1, WINDOW_H_MAX)
        check_number("ageing_weeks", self.ageing_weeks, 0, AGEING_WEEKS_MAX)
        return self

    def followed_by(self, rules: MatchRules, *, actor_id: str, etag: str) -> MatchRules:
        """Return new rules as the next version of these. Raises StaleVersion."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The rules have changed since you looked.", etag=self.etag)
        return replace(rules.checked(), version=self.version + 1, actor_id=actor_id)
