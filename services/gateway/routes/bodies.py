"""What requests carry; a field nobody knows is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

Modality = Literal["IN_PERSON", "VIDEO", "PHONE"]
Id = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        examples=["0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"],
    ),
]


def _in_range(moment: datetime) -> datetime:
    """Refuse years that no calendar of ours holds. Raises ValueError."""
    if not 1970 <= moment.year <= 9000:
        raise ValueError("The year must lie from 1970 to 9000.")
    return moment


Instant = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""RFC 3339 with an offset; a time without one names no instant."""

Name = Annotated[str, Field(min_length=1, max_length=120)]
Code = Annotated[str, Field(min_length=1, max_length=120)]
Attribute = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}:[a-z0-9-]{1,60}$", examples=["style:direct"])]
Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["America/Los_Angeles"])]
Local = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$", examples=["2030-03-05T15:00"])]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2030-03-05"])]
DayOrNone = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", examples=["2030-03-05"])]
Reason = Literal["ILLNESS", "CRISIS", "CONFLICT", "TRANSPORT", "THERAPIST_ABSENT", "PRACTICE", "NOT_NEEDED"]
Audience = Literal["HIGH_NEED", "ESTABLISHED", "STANDING"]
Clock = Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$", examples=["09:00"])]


class Body(BaseModel):
    """Refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AppointmentIn(Body):
    """An appointment to book."""

    client_id: Id
    therapist_id: Id
    session_type_id: Id
    local_start: Local
    time_zone: Zone
    fold: Literal[0, 1, 2] = Field(0, description="Which of two equal wall times: 1 first, 2 second.")
    modality: Modality | None = None
    extra_client_ids: list[Id] = Field(
        default_factory=list, max_length=10, description="Further clients of the same session: couples, families."
    )
    is_confidential: bool = Field(False, description="Whoever acts for the client does not see it.")
    override_reason: str = Field(
        "", max_length=200, description="Why a cap or what is kept for others is passed over; staff only, no names."
    )


class ReasonIn(Body):
    """Why something changes, as a code; words about a person's reasons are not kept."""

    reason: Reason | None = None


class MoveIn(Body):
    """Another time for an appointment."""

    local_start: Local
    time_zone: Zone
    fold: Literal[0, 1, 2] = 0
    therapist_id: Id | None = None
    modality: Modality | None = None
    reason: Reason | None = None
    override_reason: str = Field(
        "", max_length=200, description="Why a cap or what is kept for others is passed over; staff only, no names."
    )


class SlotSearchIn(Body):
    """What free slots are wanted."""

    session_type_id: Id
    therapist_ids: list[Id] = Field(default_factory=list, max_length=1000)
    from_time: Instant
    to_time: Instant
    modality: Modality | None = None
    site_id: Id | None = None
    next_available: bool = Field(False, description="Gives only the first slot of each therapist.")
    viewer_time_zone: Zone | None = Field(None, description="Parts of the day and local days are meant there.")
    parts_of_day: list[Literal["MORNING", "AFTERNOON", "EVENING"]] = Field(default_factory=list, max_length=3)
    is_high_need: bool = Field(False, description="Shows reserved capacity too; heeded from staff only.")
    audiences: list[Audience] = Field(
        default_factory=list, max_length=3, description="Shows what others may not book yet; heeded from staff only."
    )
    limit: int = Field(50, ge=1, le=500)
    cursor: str = Field("", max_length=4000)


class ExplanationIn(Body):
    """A start to ask about."""

    therapist_id: Id
    session_type_id: Id
    local_start: Local
    time_zone: Zone
    fold: Literal[0, 1, 2] = 0
    modality: Modality | None = None
    audiences: list[Audience] = Field(
        default_factory=list, max_length=3, description="For whom it is asked; heeded from staff only."
    )


class ContactIn(Body):
    """Where a client may be reached."""

    email: str = Field(max_length=254)
    time_zone: Zone
    locale: Literal["en", "es"] = "en"
    has_consent: bool = True


class ParticularsIn(Body):
    """Who a client is, and where the registry finds them."""

    given_name: Name
    family_name: Name
    birth_date: str = Field("", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    time_zone: Zone


class ClientIn(ParticularsIn):
    """A client to register; the e-mail address becomes the contact point too."""

    client_id: Id | None = None
    locale: Literal["en", "es"] = "en"
    has_consent: bool = True


class ClientSearchIn(Body):
    """Whom to find: by e-mail or by phone."""

    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)


class SiteIn(Body):
    """A place with rooms."""

    display_name: Name
    time_zone: Zone


class RoomIn(Body):
    """A room at a site."""

    site_id: Id
    display_name: Name


class SessionTypeIn(Body):
    """A kind of session."""

    display_name: Name
    length_min: int = Field(ge=5, le=480)
    buffer_before_min: int = Field(0, ge=0, le=120)
    buffer_after_min: int = Field(0, ge=0, le=120)
    notice_min: int = Field(0, ge=0, le=43200)
    horizon_days: int = Field(ge=1, le=365)
    grid_min: int = Field(ge=5, le=240)
    modalities: list[Modality] = Field(min_length=1, max_length=3)

    is_self_bookable: bool = Field(True, description="Clients may book it themselves.")
    is_same_day_allowed: bool = Field(True, description="Clients may book it for the same day.")
    load_weight: int = Field(1, ge=1, le=10)
    capacity: int = Field(1, ge=1, le=30)
    needs_room: bool = True
    is_intake: bool = False
    is_crisis: bool = False
    equipment_kinds: list[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]] = Field(
        default_factory=list, max_length=5
    )


class WeeklyHoursIn(Body):
    """One weekly stretch of working hours."""

    weekday: int = Field(ge=1, le=7)
    start_local: Clock
    end_local: Clock
    site_id: Id | None = None
    modalities: list[Modality] = Field(min_length=1, max_length=3)

    every_weeks: int = Field(1, ge=1, le=8)
    anchor_date: DayOrNone = Field("", description="The Monday of a week in which they take place.")
    from_date: DayOrNone = ""
    to_date: DayOrNone = ""


class ScheduleIn(Body):
    """When and how a therapist works."""

    time_zone: Zone
    weekly_hours: list[WeeklyHoursIn] = Field(max_length=50)
    session_type_ids: list[Id] = Field(max_length=50)


class TimeOffIn(Body):
    """A stretch of time off."""

    start_time: Instant
    end_time: Instant


class LicenceIn(Body):
    """Leave to practise in one state."""

    region: Code = Field(examples=["US-CA"])
    expire_date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="The last day; empty: no end.")


class VerificationIn(Body):
    """What was found when a licence was looked up."""

    expire_date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")


class StrengthIn(Body):
    """How a therapist's past clients fared in one domain, as measured."""

    domain: Code
    level: Literal["EFFECTIVE", "NEUTRAL", "INEFFECTIVE"]
    case_count: int = Field(ge=15, le=100_000)


class PrivilegeIn(Body):
    """Leave to practise in all states of a compact."""

    compact: Code
    expire_date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="The last day; empty: no end.")


class ProfileIn(Body):
    """What clients and the matching may know of a therapist."""

    display_name: Name
    licensed_regions: list[Code] = Field(default_factory=list, max_length=60)
    licences: list[LicenceIn] = Field(default_factory=list, max_length=60)
    privileges: list[PrivilegeIn] = Field(default_factory=list, max_length=10)
    credentials: list[Code] = Field(default_factory=list, max_length=20)
    specialties: list[Code] = Field(default_factory=list, max_length=30)
    approaches: list[Code] = Field(default_factory=list, max_length=30)
    populations: list[Code] = Field(default_factory=list, max_length=30)
    languages: list[Code] = Field(default_factory=list, max_length=20)
    insurers: list[Code] = Field(default_factory=list, max_length=50)
    plans: list[Code] = Field(default_factory=list, max_length=100, examples=[["aetna:ppo"]])
    accessibility: list[Code] = Field(default_factory=list, max_length=20)
    site_ids: list[Id] = Field(default_factory=list, max_length=50)
    attributes: list[Attribute] = Field(default_factory=list, max_length=40)
    youngest_age: int = Field(ge=0, le=120)
    oldest_age: int = Field(ge=0, le=120)
    modalities: list[Modality] = Field(default_factory=list, max_length=3)
    is_accepting: bool
    capacity: int = Field(ge=0, le=500)
    panel_min: int = Field(0, ge=0, le=6000, description="Minutes a week for clients; 0 does not limit.")
    experience_years: int = Field(0, ge=0, le=80)
    strengths: list[StrengthIn] = Field(default_factory=list, max_length=40)


class ImportedProfileIn(ProfileIn):
    """One row of an import."""

    therapist_id: Id | None = None


class ProfilesIn(Body):
    """Profiles to create or replace, all or none."""

    therapist_profiles: list[ImportedProfileIn] = Field(min_length=1, max_length=500)
    is_dry_run: bool = Field(False, description="Says what would happen, and stores nothing.")


class PreferenceIn(Body):
    """What a client would like of a therapist's style or identity."""

    attribute: Attribute
    importance: Literal["MUST", "WANT"]


class NeedIn(Body):
    """Whom a client needs; codes only."""

    client_id: Id
    region: str = Field("", max_length=6, examples=["US-CA"])
    specialties: list[Code] = Field(default_factory=list, max_length=10)
    languages: list[Code] = Field(default_factory=list, max_length=5)
    insurer: str = Field("", max_length=120)
    age: int = Field(0, ge=0, le=120)
    modality: Modality | None = None
    session_type_id: Id | None = None
    approaches: list[Code] = Field(default_factory=list, max_length=5)
    populations: list[Code] = Field(default_factory=list, max_length=10)
    plan: str = Field("", max_length=120, examples=["aetna:ppo"])
    accessibility: list[Code] = Field(default_factory=list, max_length=10)
    preferences: list[PreferenceIn] = Field(default_factory=list, max_length=10)
    previous_therapist_id: Id | None = None
    excluded_therapist_ids: list[Id] = Field(default_factory=list, max_length=50)
    site_ids: list[Id] = Field(default_factory=list, max_length=10, description="Nearest first.")
    parts_of_day: list[Literal["MORNING", "AFTERNOON", "EVENING"]] = Field(default_factory=list, max_length=3)
    time_zone: str = Field("", max_length=64)
    weekly_min: int = Field(60, ge=1, le=600, description="Minutes a week the client will take.")


class MatchIn(NeedIn):
    """Whom a client needs, and the run that is contested."""

    previous_match_id: Id | None = None
    locale: str = Field("en", max_length=35, examples=["es"], description="The language of the reasons.")
