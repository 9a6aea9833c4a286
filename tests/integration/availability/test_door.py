"""What the ledger's door refuses, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.domain.wall import WallTime, instant
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, ServiceError
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import ZONE, Door, Practice, new_id, open_practice

pytestmark = pytest.mark.integration

DAY_S = 86_400
CHANGING = "America/New_York"


def search(practice: Practice, *, days: int = 3, **changed: Any) -> availability_service_pb2.SearchSlotsRequest:
    """Return a search of one whole local day."""
    words: dict[str, Any] = {
        "session_type_id": practice.session_type_id,
        "from_time": Timestamp(seconds=instant(WallTime(practice.at(days=days, hour=0), ZONE))),
        "to_time": Timestamp(seconds=instant(WallTime(practice.at(days=days + 1, hour=0), ZONE))),
    }
    return availability_service_pb2.SearchSlotsRequest(**(words | changed))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"hold_id": "7"}, "MALFORMED_REQUEST"),
        ({"therapist_id": "not-an-id"}, "MALFORMED_REQUEST"),
        ({"client_id": "'; drop table claims; --"}, "MALFORMED_REQUEST"),
        ({"room_id": "{}"}, "MALFORMED_REQUEST"),
        ({"modality": 9}, "MALFORMED_REQUEST"),
        ({"start_wall": wall_pb2.WallTime(local="tomorrow", time_zone=ZONE)}, "MALFORMED_REQUEST"),
        ({"start_wall": wall_pb2.WallTime(local="2027-02-30T10:00", time_zone=ZONE)}, "MALFORMED_REQUEST"),
        ({"start_wall": wall_pb2.WallTime(local="2027-02-03T10:00", time_zone=ZONE, fold=3)}, "MALFORMED_REQUEST"),
        ({"start_wall": wall_pb2.WallTime(local="2027-02-03T10:00", time_zone="Mars/Base")}, "UNKNOWN_TIME_ZONE"),
        ({"start_wall": wall_pb2.WallTime(local="2027-02-03T10:00", time_zone="../../etc")}, "UNKNOWN_TIME_ZONE"),
        (
            {"start_wall": wall_pb2.WallTime(local="2027-03-14T02:30", time_zone=CHANGING)},
            "TIME_DOES_NOT_EXIST",
        ),
        ({"start_wall": wall_pb2.WallTime(local="2027-11-07T01:30", time_zone=CHANGING)}, "TIME_AMBIGUOUS"),
        ({"start_wall": wall_pb2.WallTime(local="2020-02-03T10:00", time_zone=ZONE)}, "SLOT_IN_PAST"),
        ({"therapist_id": new_id()}, "NOT_FOUND"),
        ({"session_type_id": new_id()}, "NOT_FOUND"),
        ({"room_id": new_id()}, "NOT_FOUND"),
        ({"modality": availability_pb2.MODALITY_PHONE}, "SLOT_NOT_OFFERED"),
    ],
)
async def test_a_hold_that_cannot_be_is_refused_and_recorded(
    practice: Practice, rows: Rows, changed: dict[str, Any], reason: str
) -> None:
    """Each with its reason, nothing written but the audit record of the refusal."""
    with pytest.raises(ServiceError) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3), **changed))

    assert refusal.value.reason == reason
    practice_id = practice.door.practice_id
    assert rows("select count(*) from claims where practice_id = %s", practice_id) == [(0,)]
    records = rows(
        "select count(*) from audit_outbox where practice_id = %s and record like %s", practice_id, f'%"{reason}"%'
    )
    assert records == [(1,)]


async def test_a_client_needs_notice_and_staff_does_not(practice: Practice) -> None:
    """NOTICE_TOO_SHORT, HORIZON_EXCEEDED; by_staff lifts both."""
    far = practice.at(days=100)
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(far))
    assert refusal.value.reason == "HORIZON_EXCEEDED"

    held = await practice.door.as_booking("Hold", practice.hold(far, by_staff=True))

    assert held.state == availability_pb2.Claim.STATE_HELD


async def test_a_start_off_the_grid_is_not_offered(practice: Practice) -> None:
    """A quarter past, on a grid of half hours."""
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3, minute=15)))
    assert refusal.value.reason == "SLOT_NOT_OFFERED"


async def test_another_practice_sees_and_touches_nothing(door: Door, practice: Practice) -> None:
    """Its ids are unknown there, its claims can't be read, and its hours hold nothing up."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    stranger = await open_practice(door)

    with pytest.raises(NotFound):
        await stranger.door.as_booking("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=claim.claim_id))
    release = availability_service_pb2.ReleaseRequest(claim_id=claim.claim_id, request_id=new_id())
    with pytest.raises(NotFound):
        await stranger.door.as_booking("Release", release)
    with pytest.raises(NotFound):
        await stranger.door.as_booking(
            "Hold", stranger.hold(stranger.at(days=3), therapist_id=practice.therapist_ids[0])
        )
    with pytest.raises(NotFound):
        await stranger.door.as_role("client", "SearchSlots", search(practice))
    same_client = stranger.hold(stranger.at(days=3), client_id=claim.client_id)
    assert (await stranger.door.as_booking("Hold", same_client)).state == availability_pb2.Claim.STATE_HELD


async def test_only_booking_may_claim_time(practice: Practice) -> None:
    """Not a person, not another service."""
    request = practice.hold(practice.at(days=3))
    with pytest.raises(Forbidden):
        await practice.door.as_role("practice_admin", "Hold", request)
    metadata = practice.door.keys.as_service("matching", practice.door.practice_id)
    with pytest.raises(Forbidden):
        await practice.door.call("Hold", request, metadata)


async def test_search_shows_what_is_free_and_pages_through_it(practice: Practice) -> None:
    """By start, then therapist; what is held is missing; pages join without gap or repetition."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))

    whole = await practice.door.as_role("client", "SearchSlots", search(practice, page_size=500))
    paged: list[availability_pb2.Slot] = []
    token = ""
    while True:
        page = await practice.door.as_role("client", "SearchSlots", search(practice, page_size=7, page_token=token))
        paged += page.slots
        token = page.next_page_token
        if not token:
            break

    assert list(whole.slots) == paged
    places = [(slot.start_time.seconds, slot.therapist_id) for slot in paged]
    assert places == sorted(set(places))
    assert len(places) == 48 * 2 - 3
    assert (claim.start_time.seconds, claim.therapist_id) not in places


async def test_a_page_token_of_another_search_is_refused(practice: Practice) -> None:
    """And so is noise."""
    page = await practice.door.as_role("client", "SearchSlots", search(practice, page_size=1))
    for token in (page.next_page_token, "noise", "????", "A" * 5_000):
        with pytest.raises(InvalidRequest) as refusal:
            await practice.door.as_role("client", "SearchSlots", search(practice, days=4, page_token=token))
        assert refusal.value.metadata["field"] == "page_token"


async def test_search_gives_the_next_slot_of_each_therapist(practice: Practice) -> None:
    """One each, earliest first."""
    found = await practice.door.as_role("client", "SearchSlots", search(practice, next_available=True))

    assert sorted(slot.therapist_id for slot in found.slots) == sorted(practice.therapist_ids)
    assert len({slot.start_time.seconds for slot in found.slots}) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda request: request.to_time.CopyFrom(request.from_time), "INTERVAL_REVERSED"),
        (lambda request: request.ClearField("from_time"), "MALFORMED_REQUEST"),
        (
            lambda request: request.to_time.CopyFrom(Timestamp(seconds=request.from_time.seconds + 185 * DAY_S)),
            "HORIZON_EXCEEDED",
        ),
        (lambda request: request.therapist_ids.extend(new_id() for _ in range(1_001)), "MALFORMED_REQUEST"),
        (lambda request: setattr(request, "page_size", 501), "MALFORMED_REQUEST"),
        (lambda request: setattr(request, "session_type_id", new_id()), "NOT_FOUND"),
    ],
)
async def test_a_search_outside_its_limits_is_refused(
    practice: Practice, change: Callable[[availability_service_pb2.SearchSlotsRequest], object], reason: str
) -> None:
    """Each with its reason."""
    request = search(practice)
    change(request)
    with pytest.raises(ServiceError) as refusal:
        await practice.door.as_role("client", "SearchSlots", request)
    assert refusal.value.reason == reason


async def test_full_rooms_leave_only_video(practice: Practice) -> None:
    """In person there is no slot while every room is taken; any way there is one by video."""
    in_person = availability_pb2.MODALITY_IN_PERSON
    for therapist_id, room_id in zip(practice.therapist_ids, practice.room_ids, strict=True):
        request = practice.hold(practice.at(days=3), therapist_id=therapist_id, modality=in_person, room_id=room_id)
        assert (await practice.door.as_booking("Hold", request)).room_id == room_id
    third = new_id()
    schedule = await practice.door.as_role(
        "client", "GetSchedule", availability_service_pb2.GetScheduleRequest(therapist_id=practice.therapist_ids[0])
    )
    schedule.therapist_id, schedule.etag = third, ""
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))
    at_s = instant(WallTime(practice.at(days=3), ZONE))

    def at_ten(found: availability_service_pb2.SearchSlotsResponse) -> list[int]:
        return [slot.modality for slot in found.slots if slot.start_time.seconds == at_s]

    query: dict[str, Any] = {"therapist_ids": [third], "page_size": 500}
    rooms_only = await practice.door.as_role("client", "SearchSlots", search(practice, modality=in_person, **query))
    any_way = await practice.door.as_role("client", "SearchSlots", search(practice, **query))

    assert at_ten(rooms_only) == []
    assert at_ten(any_way) == [availability_pb2.MODALITY_VIDEO]
    held = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3), therapist_id=third, modality=0))
    assert (held.modality, held.room_id) == (availability_pb2.MODALITY_VIDEO, "")


async def test_time_off_blocks_and_is_not_laid_over_a_session(practice: Practice) -> None:
    """It is an occupancy like any other."""
    therapist_id = practice.therapist_ids[0]

    def off(start_hour: int, end_hour: int) -> availability_service_pb2.CreateTimeOffRequest:
        interval = wall_pb2.Interval(
            start_time=Timestamp(seconds=instant(WallTime(practice.at(days=3, hour=start_hour), ZONE))),
            end_time=Timestamp(seconds=instant(WallTime(practice.at(days=3, hour=end_hour), ZONE))),
        )
        time_off = availability_pb2.TimeOff(therapist_id=therapist_id, interval=interval)
        return availability_service_pb2.CreateTimeOffRequest(time_off=time_off)

    created = await practice.door.as_admin("CreateTimeOff", off(9, 12))
    assert created.time_off_id

    for request in (off(11, 13), off(9, 12)):
        with pytest.raises(RuleViolated) as refusal:
            await practice.door.as_admin("CreateTimeOff", request)
        assert refusal.value.reason == "SLOT_TAKEN"
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    assert refusal.value.reason == "SLOT_TAKEN"
    with pytest.raises(InvalidRequest) as reversed_:
        await practice.door.as_admin("CreateTimeOff", off(12, 9))
    assert reversed_.value.reason == "INTERVAL_REVERSED"


async def test_a_changed_schedule_counts_at_once(practice: Practice) -> None:
    """A directory remembered by a server is checked in every transaction."""
    await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    closed = availability_pb2.Schedule(
        therapist_id=practice.therapist_ids[0], time_zone=ZONE, session_type_ids=[practice.session_type_id]
    )

    stored = await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=closed))

    assert stored.version == 2
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=4)))
    assert refusal.value.reason == "SLOT_NOT_OFFERED"


async def test_hours_no_week_has_are_refused(practice: Practice) -> None:
    """Reversed, overlapping, at an unknown site, in an unknown zone, in person without a site."""
    video, in_person = availability_pb2.MODALITY_VIDEO, availability_pb2.MODALITY_IN_PERSON

    def hours(
        start: str, end: str, site_id: str = "", how: availability_pb2.Modality.ValueType = video
    ) -> availability_pb2.WeeklyHours:
        return availability_pb2.WeeklyHours(
            weekday=1, start_local=start, end_local=end, site_id=site_id, modalities=[how]
        )

    cases: list[tuple[list[availability_pb2.WeeklyHours], str, str]] = [
        ([hours("10:00", "09:00")], ZONE, "HOURS_REVERSED"),
        ([hours("10:00", "10:00")], ZONE, "HOURS_REVERSED"),
        ([hours("09:00", "12:00"), hours("11:00", "13:00")], ZONE, "HOURS_OVERLAP"),
        ([hours("09:00", "12:00", new_id())], ZONE, "NOT_FOUND"),
        ([hours("09:00", "12:00")], "Europe/Atlantis", "UNKNOWN_TIME_ZONE"),
        ([hours("9:00", "12:00")], ZONE, "MALFORMED_REQUEST"),
        ([hours("09:00", "24:30")], ZONE, "MALFORMED_REQUEST"),
        ([hours("09:00", "12:00", how=in_person)], ZONE, "MALFORMED_REQUEST"),
        ([hours("09:00", "12:00")] * 51, ZONE, "MALFORMED_REQUEST"),
    ]
    for weekly, zone, reason in cases:
        schedule = availability_pb2.Schedule(therapist_id=new_id(), time_zone=zone, weekly_hours=weekly)
        with pytest.raises(ServiceError) as refusal:
            await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))
        assert refusal.value.reason == reason


async def test_sites_are_listed_by_name_in_pages(practice: Practice) -> None:
    """A page leads to the next; a token of the session types' list is refused."""
    site = availability_pb2.Site(display_name="Annex", time_zone="America/Denver")
    await practice.door.as_admin("PutSite", availability_service_pb2.PutSiteRequest(site=site))
    request = availability_service_pb2.ListSitesRequest(page_size=1)
    one = await practice.door.as_role("front_desk", "ListSites", request)
    request.page_token = one.next_page_token
    two = await practice.door.as_role("front_desk", "ListSites", request)

    assert [one.sites[0].display_name, two.sites[0].display_name] == ["Annex", "Harbour"]
    assert (one.sites[0].time_zone, two.next_page_token) == ("America/Denver", "")
    other = availability_service_pb2.ListSessionTypesRequest(page_token=one.next_page_token)
    with pytest.raises(ServiceError) as refusal:
        await practice.door.as_role("front_desk", "ListSessionTypes", other)
    assert refusal.value.reason == "MALFORMED_REQUEST"


async def test_session_types_are_listed_by_name_in_pages(practice: Practice) -> None:
    """And limits of a session type are kept."""
    first = availability_pb2.SessionType(
        display_name="Afternoon",
        length_min=50,
        horizon_days=30,
        grid_min=30,
        modalities=[availability_pb2.MODALITY_VIDEO],
    )
    await practice.door.as_admin("PutSessionType", availability_service_pb2.PutSessionTypeRequest(session_type=first))
    request = availability_service_pb2.ListSessionTypesRequest(page_size=1)
    one = await practice.door.as_role("client", "ListSessionTypes", request)
    request.page_token = one.next_page_token
    two = await practice.door.as_role("client", "ListSessionTypes", request)

    assert [one.session_types[0].display_name, two.session_types[0].display_name] == ["Afternoon", "Session"]
    assert not two.next_page_token
    for field, value in (
        ("length_min", 481),
        ("buffer_after_min", 121),
        ("grid_min", 4),
        ("display_name", "x" * 121),
        ("load_weight", 11),
        ("capacity", 31),
    ):
        bad = availability_pb2.SessionType()
        bad.CopyFrom(first)
        setattr(bad, field, value)
        with pytest.raises(InvalidRequest) as refusal:
            await practice.door.as_admin(
                "PutSessionType", availability_service_pb2.PutSessionTypeRequest(session_type=bad)
            )
        assert refusal.value.metadata["field"] == f"session_type.{field}"
