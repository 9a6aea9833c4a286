"""What matching knows of a therapist and of a client's need, with its limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.matching.domain import errors

TEXT_MAX = 120
"""Characters in a display name or a code. Source: the proto comments of kept.matching.v1."""

REGIONS_MAX, SPECIALTIES_MAX, LANGUAGES_MAX, INSURERS_MAX = 60, 30, 20, 50
WANTED_SPECIALTIES_MAX, WANTED_LANGUAGES_MAX = 10, 5
CAPACITY_MAX = 500
AGE_MAX = 120

_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class TherapistProfile:
    """A therapist as matching sees them; modalities are the proto's numbers."""

    therapist_id: str
    display_name: str
    licensed_regions: tuple[str, ...]
    specialties: tuple[str, ...]
    languages: tuple[str, ...]
    insurers: tuple[str, ...]
    youngest_age: int
    oldest_age: int
    modalities: tuple[int, ...]
    is_accepting: bool
    capacity: int
    caseload: int = 0
    version: int = 0

    def checked(self) -> TherapistProfile:
        """
        Return the profile if it keeps every limit.

        Raises:
            AgesReversed: youngest_age > oldest_age, or outside 0 to 120. (INVALID_ARGUMENT)
            RegionMalformed: A region is not ISO 3166-2. (INVALID_ARGUMENT)
            TooMany: A list or a text passes its limit. (INVALID_ARGUMENT)
        """
        if not 0 <= self.youngest_age <= self.oldest_age <= AGE_MAX:
            raise errors.AgesReversed("The ages a therapist sees must run from younger to older, within 0 to 120.")
        for region in self.licensed_regions:
            check_region(region)
        _check_text("display_name", self.display_name)
        _check_list("licensed_regions", self.licensed_regions, REGIONS_MAX)
        _check_list("specialties", self.specialties, SPECIALTIES_MAX)
        _check_list("languages", self.languages, LANGUAGES_MAX)
        _check_list("insurers", self.insurers, INSURERS_MAX)
        if not 0 <= self.capacity <= CAPACITY_MAX:
            raise errors.TooMany("The capacity lies outside 0 to 500 clients.", field="capacity")
        return self


@dataclass(frozen=True, slots=True)
class Need:
    """Whom a client needs: codes only, no free text."""

    client_id: str
    region: str = ""
    specialties: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    insurer: str = ""
    age: int = 0
    modality: int = 0
    session_type_id: str = ""

    def checked(self) -> Need:
        """
        Return the need if it keeps every limit.

        Raises:
            RegionMalformed: The region is not ISO 3166-2. (INVALID_ARGUMENT)
            AgesReversed: The age is outside 0 to 120. (INVALID_ARGUMENT)
            TooMany: A list or a text passes its limit. (INVALID_ARGUMENT)
        """
        if self.region:
            check_region(self.region)
        if not 0 <= self.age <= AGE_MAX:
            raise errors.AgesReversed("The client's age must lie within 0 to 120.")
        _check_list("specialties", self.specialties, WANTED_SPECIALTIES_MAX)
        _check_list("languages", self.languages, WANTED_LANGUAGES_MAX)
        if len(self.insurer) > TEXT_MAX:
            raise errors.TooMany("The insurer's code is longer than 120 characters.", field="insurer")
        return self


def check_region(region: str) -> None:
    """Raise RegionMalformed unless the region looks like ISO 3166-2."""
    if not _REGION.fullmatch(region):
        raise errors.RegionMalformed("A region is written like US-CA (ISO 3166-2).", field="region")


def _check_text(field: str, text: str) -> None:
    if not 0 < len(text) <= TEXT_MAX:
        raise errors.TooMany("The text is empty or longer than 120 characters.", field=field)


def _check_list(field: str, values: tuple[str, ...], most: int) -> None:
    if len(values) > most:
        raise errors.TooMany("The list is longer than its limit.", field=field, limit=str(most))
    for value in values:
        _check_text(field, value)
