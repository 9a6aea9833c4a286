"""What matching knows of a therapist and of a client's need, with its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.matching.domain import errors

TEXT_MAX = 120
"""Characters in a display name or a code. Source: the proto comments of kept.matching.v1."""

REGIONS_MAX, SPECIALTIES_MAX, LANGUAGES_MAX, INSURERS_MAX = 60, 30, 20, 50
WANTED_SPECIALTIES_MAX, WANTED_LANGUAGES_MAX = 10, 5
CAPACITY_MAX = 500
AGE_MAX = 120
AHEAD_DAYS, AHEAD_MAX_DAYS = 60, 366

_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Licence:
    """Leave to practise in one state, to its last day included; none means that it does not end."""

    region: str
    expire_date: str = ""
    verify_actor_id: str = ""
    verify_time: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return not self.expire_date or date.fromisoformat(self.expire_date) >= day


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
    licences: tuple[Licence, ...] = ()

    def checked(self) -> TherapistProfile:
        """
        Return the profile if it keeps every limit.

        Raises:
            AgesReversed: youngest_age > oldest_age, or outside 0 to 120. (INVALID_ARGUMENT)
            RegionMalformed: A region is not ISO 3166-2. (INVALID_ARGUMENT)
            TooMany: A list or a text passes its limit. (INVALID_ARGUMENT)
            DateMalformed: A last day is no day. (INVALID_ARGUMENT)
            LicenceTwice: A state is named twice. (INVALID_ARGUMENT)
        """
        if not 0 <= self.youngest_age <= self.oldest_age <= AGE_MAX:
            raise errors.AgesReversed("The ages a therapist sees must run from younger to older, within 0 to 120.")
        regions = [*self.licensed_regions, *(each.region for each in self.licences)]
        for region in regions:
            check_region(region)
        for licence in self.licences:
            _check_day(licence.expire_date)
        if len(set(regions)) < len(regions):
            raise errors.LicenceTwice("A state is licensed once.", field="licences")
        if len(regions) > REGIONS_MAX:
            raise errors.TooMany("The list is longer than its limit.", field="licences", limit=str(REGIONS_MAX))
        _check_text("display_name", self.display_name)
        _check_list("licensed_regions", self.licensed_regions, REGIONS_MAX)
        _check_list("specialties", self.specialties, SPECIALTIES_MAX)
        _check_list("languages", self.languages, LANGUAGES_MAX)
        _check_list("insurers", self.insurers, INSURERS_MAX)
        if not 0 <= self.capacity <= CAPACITY_MAX:
            raise errors.TooMany("The capacity lies outside 0 to 500 clients.", field="capacity")
        return self

    def is_licensed(self, region: str, on: date | None = None) -> bool:
        """Tell whether there is a licence for a region at all, or, with a day, one that holds on it."""
        if region in self.licensed_regions:
            return True
        return any(each.region == region and (on is None or each.holds_on(on)) for each in self.licences)

    def keeping_verified(self, before: TherapistProfile | None) -> TherapistProfile:
        """Return the profile with what was verified before, for licences that stay as they were."""
        known = {(each.region, each.expire_date): each for each in before.licences} if before else {}
        return replace(self, licences=tuple(known.get((each.region, each.expire_date), each) for each in self.licences))

    def verified(self, region: str, expire_date: str, *, actor_id: str, at: datetime) -> TherapistProfile:
        """Return the profile with a licence looked up. Raises LicenceNotFound."""
        if not any((each.region, each.expire_date) == (region, expire_date) for each in self.licences):
            raise errors.LicenceNotFound("There is no such licence, or its last day is another.")
        licences = tuple(
            replace(each, verify_actor_id=actor_id, verify_time=at) if each.region == region else each
            for each in self.licences
        )
        return replace(self, licences=licences)


def days_ahead(asked: int) -> int:
    """Return how many days ahead licences are looked at. Raises TooMany outside 1 to 366; 0 asks for 60."""
    if not 0 <= asked <= AHEAD_MAX_DAYS:
        raise errors.TooMany("The days lie outside 1 to 366.", field="within_days")
    return asked or AHEAD_DAYS


def expiring(
    profiles: Iterable[TherapistProfile], *, on: date, within_days: int
) -> list[tuple[str, str, str, Licence]]:
    """Return (last day, therapist, region, licence) of all that end within days of a day, or have ended, in order."""
    last = on + timedelta(days=within_days)
    return sorted(
        (each.expire_date, profile.therapist_id, each.region, each)
        for profile in profiles
        for each in profile.licences
        if not each.holds_on(last + timedelta(days=1))
    )


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


def _check_day(day: str) -> None:
    try:
        if not day or (_DAY.fullmatch(day) and date.fromisoformat(day)):
            return
    except ValueError:
        pass
    raise errors.DateMalformed("A last day is YYYY-MM-DD.", field="licences.expire_date")


def _check_text(field: str, text: str) -> None:
    if not 0 < len(text) <= TEXT_MAX:
        raise errors.TooMany("The text is empty or longer than 120 characters.", field=field)


def _check_list(field: str, values: tuple[str, ...], most: int) -> None:
    if len(values) > most:
        raise errors.TooMany("The list is longer than its limit.", field=field, limit=str(most))
    for value in values:
        _check_text(field, value)
