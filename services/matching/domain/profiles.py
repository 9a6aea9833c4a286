"""What matching knows of a therapist, with its limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.matching.domain import errors
from services.matching.domain.limits import (
    check_attributes,
    check_day,
    check_list,
    check_number,
    check_region,
    check_text,
)
from services.matching.domain.particulars import CASES_MIN, Compact, Privilege, Strength

REGIONS_MAX, SPECIALTIES_MAX, LANGUAGES_MAX, INSURERS_MAX = 60, 30, 20, 50
CREDENTIALS_MAX, APPROACHES_MAX, POPULATIONS_MAX, PLANS_MAX, ACCESSIBILITY_MAX = 20, 30, 30, 100, 20
SITES_MAX, ATTRIBUTES_MAX, STRENGTHS_MAX, PRIVILEGES_MAX = 50, 40, 40, 10
CAPACITY_MAX = 500
AGE_MAX, EXPERIENCE_MAX = 120, 80
PANEL_MIN_MAX = 6_000
"""Minutes a week a therapist may have for clients: a hundred hours is a slip of the finger."""

AHEAD_DAYS, AHEAD_MAX_DAYS = 60, 366


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
    credentials: tuple[str, ...] = ()
    approaches: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    site_ids: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    experience_years: int = 0
    panel_min: int = 0
    """Minutes a week for clients; 0 does not limit."""
    caseload_min: int = 0
    strengths: tuple[Strength, ...] = ()
    privileges: tuple[Privilege, ...] = ()

    def checked(self) -> TherapistProfile:
        """
        Return the profile if it keeps every limit.

        Raises:
            AgesReversed: youngest_age > oldest_age, or outside 0 to 120. (INVALID_ARGUMENT)
            RegionMalformed: A region is not ISO 3166-2. (INVALID_ARGUMENT)
            TooMany: A list or a text passes its limit. (INVALID_ARGUMENT)
            DateMalformed: A last day is no day. (INVALID_ARGUMENT)
            LicenceTwice: A state, or a compact, is named twice. (INVALID_ARGUMENT)
            CasesTooFew: A strength was measured in fewer than 15 cases. (INVALID_ARGUMENT)
            AttributeMalformed: An attribute is not "kind:value". (INVALID_ARGUMENT)
        """
        if not 0 <= self.youngest_age <= self.oldest_age <= AGE_MAX:
            raise errors.AgesReversed("The ages a therapist sees must run from younger to older, within 0 to 120.")
        regions = [*self.licensed_regions, *(each.region for each in self.licences)]
        for region in regions:
            check_region(region)
        for licence in self.licences:
            check_day(licence.expire_date, "licences.expire_date")
        if len(set(regions)) < len(regions):
            raise errors.LicenceTwice("A state is licensed once.", field="licences")
        if len(regions) > REGIONS_MAX:
            raise errors.TooMany("The list is longer than its limit.", field="licences", limit=str(REGIONS_MAX))
        check_text("display_name", self.display_name)
        check_list("licensed_regions", self.licensed_regions, REGIONS_MAX)
        check_list("specialties", self.specialties, SPECIALTIES_MAX)
        check_list("languages", self.languages, LANGUAGES_MAX)
        check_list("insurers", self.insurers, INSURERS_MAX)
        check_number("capacity", self.capacity, 0, CAPACITY_MAX)
        self._check_particulars()
        return self

    def _check_particulars(self) -> None:
        check_list("credentials", self.credentials, CREDENTIALS_MAX)
        check_list("approaches", self.approaches, APPROACHES_MAX)
        check_list("populations", self.populations, POPULATIONS_MAX)
        check_list("plans", self.plans, PLANS_MAX)
        check_list("accessibility", self.accessibility, ACCESSIBILITY_MAX)
        check_list("site_ids", self.site_ids, SITES_MAX)
        check_attributes("attributes", self.attributes, ATTRIBUTES_MAX)
        check_number("experience_years", self.experience_years, 0, EXPERIENCE_MAX)
        check_number("panel_min", self.panel_min, 0, PANEL_MIN_MAX)
        check_list("strengths", tuple(each.domain for each in self.strengths), STRENGTHS_MAX)
        if any(each.case_count < CASES_MIN for each in self.strengths):
            raise errors.CasesTooFew("A strength is measured in at least 15 cases.", field="strengths")
        compacts = tuple(each.compact for each in self.privileges)
        check_list("privileges", compacts, PRIVILEGES_MAX)
        if len(set(compacts)) < len(compacts):
            raise errors.LicenceTwice("A compact stands once.", field="privileges")
        for privilege in self.privileges:
            check_day(privilege.expire_date, "privileges.expire_date")

    def is_licensed(
        self, region: str, on: date | None = None, *, compacts: Iterable[Compact] = (), is_remote: bool = True
    ) -> bool:
        """
        Tell whether there is leave for a region at all, or, with a day, one that holds on it.

        Args:
            compacts: Those the practice counts; one for remote sessions only is no leave to meet in person.
        """
        if region in self.licensed_regions:
            return True
        if any(each.region == region and (on is None or each.holds_on(on)) for each in self.licences):
            return True
        held = {each.compact for each in self.privileges if on is None or each.holds_on(on)}
        return bool(held) and any(
            each.code in held and region in each.regions and (is_remote or not each.is_remote_only) for each in compacts
        )

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
