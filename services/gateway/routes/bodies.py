"""What requests carry; a field nobody knows is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Modality = Literal["IN_PERSON", "VIDEO", "PHONE"]
Id = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        examples=["0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Code = Annotated[str, Field(min_length=1, max_length=120)]
Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["America/Los_Angeles"])]
Local = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", examples=["2030-03-05T15:00"])]
Clock = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$", examples=["09:00"])]


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


class MoveIn(Body):
    """Another time for an appointment."""

    local_start: Local
    time_zone: Zone
    fold: Literal[0, 1, 2] = 0
    therapist_id: Id | None = None
    modality: Modality | None = None


class SlotSearchIn(Body):
    """What free slots are wanted."""

    session_type_id: Id
    therapist_ids: list[Id] = Field(default_factory=list, max_length=1000)
    from_time: datetime
    to_time: datetime
    modality: Modality | None = None
    site_id: Id | None = None
    next_available: bool = False
    limit: int = Field(50, ge=1, le=500)
    cursor: str = Field("", max_length=2000)


class ContactIn(Body):
    """Where a client may be reached."""

    email: str = Field(max_length=254)
    time_zone: Zone
    locale: Literal["en", "es"] = "en"
    has_consent: bool = True


class ClientIn(Body):
    """A client to register; the e-mail address becomes the contact point too."""

    client_id: Id | None = None
    given_name: Name
    family_name: Name
    birth_date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    time_zone: Zone
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


class WeeklyHoursIn(Body):
    """One weekly stretch of working hours."""

    weekday: int = Field(ge=1, le=7)
    start_local: Clock
    end_local: Clock
    site_id: Id | None = None
    modalities: list[Modality] = Field(min_length=1, max_length=3)


class ScheduleIn(Body):
    """When and how a therapist works."""

    time_zone: Zone
    weekly_hours: list[WeeklyHoursIn] = Field(max_length=50)
    session_type_ids: list[Id] = Field(max_length=50)


class TimeOffIn(Body):
    """A stretch of time off."""

    start_time: datetime
    end_time: datetime


class ProfileIn(Body):
    """What clients and the matching may know of a therapist."""

    display_name: Name
    licensed_regions: list[Code] = Field(default_factory=list, max_length=60)
    specialties: list[Code] = Field(default_factory=list, max_length=30)
    languages: list[Code] = Field(default_factory=list, max_length=20)
    insurers: list[Code] = Field(default_factory=list, max_length=50)
    youngest_age: int = Field(ge=0, le=120)
    oldest_age: int = Field(ge=0, le=120)
    modalities: list[Modality] = Field(default_factory=list, max_length=3)
    is_accepting: bool
    capacity: int = Field(ge=0, le=500)


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
