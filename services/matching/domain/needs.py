"""Whom a client needs: codes only, no free text; and what contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.limits import TEXT_MAX, check_attributes, check_list, check_number, check_region
from services.matching.domain.profiles import AGE_MAX

SPECIALTIES_MAX, LANGUAGES_MAX, APPROACHES_MAX, POPULATIONS_MAX, ACCESSIBILITY_MAX = 10, 5, 5, 10, 10
PREFERENCES_MAX, EXCLUDED_MAX, SITES_MAX, PARTS_MAX = 10, 50, 10, 3
WEEKLY_MIN, WEEKLY_MIN_MAX = 60, 600
"""Minutes a week a client takes when nobody says: one session."""


class Importance(IntEnum):
    """How much a preference matters; numbers are the contract's."""

    MUST = 1
    WANT = 2


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client would like of a therapist's style or identity: "kind:value"."""

    attribute: str
    importance: Importance

    @property
    def kind(self) -> str:
        """Return what it is about."""
        return self.attribute.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Need:
    """Whom a client needs."""

    client_id: str
    region: str = ""
    specialties: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    insurer: str = ""
    age: int = 0
    modality: int = 0
    session_type_id: str = ""
    approaches: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    plan: str = ""
    accessibility: tuple[str, ...] = ()
    preferences: tuple[Preference, ...] = ()
    previous_therapist_id: str = ""
    excluded_therapist_ids: tuple[str, ...] = ()
    site_ids: tuple[str, ...] = ()
    parts_of_day: tuple[int, ...] = ()
    time_zone: str = ""
    weekly_min: int = WEEKLY_MIN

    def checked(self) -> Need:
        """
        Return the need if it keeps every limit.

        Raises:
            RegionMalformed: The region is not ISO 3166-2. (INVALID_ARGUMENT)
            AgesReversed: The age is outside 0 to 120. (INVALID_ARGUMENT)
            TooMany: A list or a text passes its limit. (INVALID_ARGUMENT)
            AttributeMalformed: A preference is not "kind:value". (INVALID_ARGUMENT)
            Contradiction: Two values of one kind must both be, one attribute stands twice, or the therapist they would
                go back to is excluded. (INVALID_ARGUMENT)
        """
        if self.region:
            check_region(self.region)
        if not 0 <= self.age <= AGE_MAX:
            raise errors.AgesReversed("The client's age must lie within 0 to 120.")
        check_list("specialties", self.specialties, SPECIALTIES_MAX)
        check_list("languages", self.languages, LANGUAGES_MAX)
        check_list("approaches", self.approaches, APPROACHES_MAX)
        check_list("populations", self.populations, POPULATIONS_MAX)
        check_list("accessibility", self.accessibility, ACCESSIBILITY_MAX)
        check_list("excluded_therapist_ids", self.excluded_therapist_ids, EXCLUDED_MAX)
        check_list("site_ids", self.site_ids, SITES_MAX)
        check_attributes("preferences", tuple(each.attribute for each in self.preferences), PREFERENCES_MAX)
        check_number("weekly_min", self.weekly_min, 1, WEEKLY_MIN_MAX)
        check_number("parts_of_day", len(self.parts_of_day), 0, PARTS_MAX)
        for name, text in (("insurer", self.insurer), ("plan", self.plan), ("time_zone", self.time_zone)):
            if len(text) > TEXT_MAX:
                raise errors.TooMany("The code is longer than 120 characters.", field=name)
        self._check_sense()
        return self

    def _check_sense(self) -> None:
        if len({each.attribute for each in self.preferences}) < len(self.preferences):
            raise errors.Contradiction("A preference stands once.", field="preferences")
        musts = [each.kind for each in self.preferences if each.importance is Importance.MUST]
        if len(set(musts)) < len(musts):
            raise errors.Contradiction("Nobody can be two of a kind; make one a wish.", field="preferences")
        if self.previous_therapist_id and self.previous_therapist_id in self.excluded_therapist_ids:
            raise errors.Contradiction(
                "The therapist they would go back to is excluded.", field="previous_therapist_id"
            )
        if self.plan and self.insurer and self.plan.partition(":")[0] != self.insurer:
            raise errors.Contradiction("The plan is another insurer's.", field="plan")

    def facts(self) -> tuple[str, ...]:
        """Return what hard rules look at, as codes without a person: for reports on whom a practice lacks."""
        found = [
            ("region", self.region),
            ("insurer", self.insurer),
            ("plan", self.plan),
            ("age", _band(self.age)),
            ("modality", str(self.modality or "")),
            *(("language", each) for each in self.languages),
            *(("access", each) for each in self.accessibility),
            *(("must", each.attribute) for each in self.preferences if each.importance is Importance.MUST),
        ]
        return tuple(f"{kind}:{value}" for kind, value in found if value)


@dataclass(frozen=True, slots=True)
class Fences:
    """Which therapists a client must not be proposed to: somebody they must not meet is theirs."""

    therapist_ids: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, client_id: str) -> frozenset[str]:
        """Return the therapists of a client's fences."""
        return self.therapist_ids.get(client_id, frozenset())


def _band(age: int) -> str:
    if not age:
        return ""
    return "child" if age < 13 else "teen" if age < 18 else "adult" if age < 65 else "senior"
