"""What a request may look like, and what an event may say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters import proto
from services.booking.domain import errors, facts
from services.booking.domain.appointment import CancelledBy, State
from services.chassis.errors import InvalidRequest
from tests.unit.booking.states import CLIENT_ID, NOW, PRACTICE_ID, SESSION_TYPE_ID, THERAPIST_ID, booked, in_state, slot

VANCOUVER = wall_pb2.WallTime(local="2030-01-10T15:00", time_zone="America/Vancouver")


def _request(**changed: object) -> booking_service_pb2.BookAppointmentRequest:
    fields: dict[str, object] = {
        "client_id": CLIENT_ID,
        "therapist_id": THERAPIST_ID,
        "session_type_id": SESSION_TYPE_ID,
        "start_wall": VANCOUVER,
    }
    return booking_service_pb2.BookAppointmentRequest(**{**fields, **changed})  # type: ignore[arg-type]


def test_ids_are_canonical_inside() -> None:
    """An id in capitals is the same id."""
    assert proto.wish_of_booking(_request(client_id=CLIENT_ID.upper())).client_id == CLIENT_ID


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "42"}, "client_id"),
        ({"therapist_id": "{" + THERAPIST_ID + "}"}, "therapist_id"),
        ({"session_type_id": THERAPIST_ID + " "}, "session_type_id"),
        ({"start_wall": wall_pb2.WallTime(local="2030-01-10 15:00", time_zone="Etc/UTC")}, "start_wall.local"),
        ({"start_wall": wall_pb2.WallTime(local="2030-01-10T15:00Z", time_zone="Etc/UTC")}, "start_wall.local"),
        ({"start_wall": wall_pb2.WallTime(local="2030-01-10T15:00", time_zone="Etc/UTC", fold=3)}, "start_wall.fold"),
        ({"modality": 99}, "modality"),
    ],
)
def test_what_cannot_be_read_is_named(changed: dict[str, object], field: str) -> None:
    """A malformed request says which field is wrong."""
    with pytest.raises(errors.Malformed) as refusal:
        proto.wish_of_booking(_request(**changed))

    assert field == refusal.value.metadata["field"]


@pytest.mark.parametrize("time_zone", ["", "x" * 65])
def test_a_zone_that_cannot_be_is_refused(time_zone: str) -> None:
    """No zone, and one longer than any, is UNKNOWN_TIME_ZONE; the others are the ledger's to judge."""
    with pytest.raises(errors.UnknownTimeZone):
        proto.wish_of_booking(_request(start_wall=wall_pb2.WallTime(local=VANCOUVER.local, time_zone=time_zone)))


def test_a_move_may_keep_the_therapist() -> None:
    """An empty therapist keeps the old one; a malformed one is refused."""
    kept = booking_service_pb2.RescheduleAppointmentRequest(start_wall=VANCOUVER)
    wrong = booking_service_pb2.RescheduleAppointmentRequest(start_wall=VANCOUVER, therapist_id="she")

    assert proto.wish_of_move(kept).therapist_id == ""
    with pytest.raises(errors.Malformed):
        proto.wish_of_move(wrong)


@pytest.mark.parametrize(("etag", "is_required"), [("", True), ("v" * 65, False)])
def test_an_etag_that_cannot_be_ours_is_refused(etag: str, is_required: bool) -> None:
    """A missing etag where one is required, and one longer than any, is malformed."""
    with pytest.raises(errors.Malformed):
        proto.etag_of(etag, is_required=is_required)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"from_time": None}, "from_time"),
        ({"to_time": None}, "to_time"),
        ({"page_size": -1}, "page_size"),
        ({"page_size": 201}, "page_size"),
        ({"client_id": "me"}, "client_id"),
        ({"therapist_id": "me"}, "therapist_id"),
        ({"page_token": "me"}, "page_token"),
        ({"from_time": Timestamp(seconds=10**15)}, "from_time"),
    ],
)
def test_a_list_that_cannot_be_is_refused(changed: dict[str, object], field: str) -> None:
    """Each limit of a list has its field named."""
    fields = {"from_time": Timestamp(seconds=1), "to_time": Timestamp(seconds=2), **changed}

    with pytest.raises(InvalidRequest) as refusal:
        proto.filter_of(booking_service_pb2.ListAppointmentsRequest(**fields))  # type: ignore[arg-type]

    assert field == refusal.value.metadata["field"]


def test_an_appointment_says_its_time_in_full() -> None:
    """Instants in UTC stand beside the wall time, the zone and the tzdata release."""
    message = proto.appointment_message(booked())

    assert message.start_time.ToDatetime(UTC) == booked().slot.start_time
    assert message.create_time.ToDatetime(UTC) == NOW
    assert (message.start_wall.local, message.start_wall.time_zone) == ("2030-01-10T12:00", "Etc/UTC")
    assert message.tzdata_version == "2026a"


def test_a_timestamp_keeps_its_microseconds() -> None:
    """An instant goes out and comes in unchanged."""
    instant = datetime(2030, 3, 10, 9, 59, 59, 999_999, tzinfo=UTC)
    message = booking_service_pb2.ListAppointmentsRequest(from_time=proto.timestamp_of(instant))

    assert proto.instant_of(message.from_time, field="from_time") == instant


FACTS = [
    (facts.Booked(booked()), "AppointmentBooked"),
    (facts.Confirmed(in_state(State.CONFIRMED)), "AppointmentConfirmed"),
    (facts.Rescheduled(booked(), NOW), "AppointmentRescheduled"),
    (facts.Cancelled(booked().cancel(CancelledBy.CLIENT, at=NOW)[0]), "AppointmentCancelled"),
    (facts.Attended(in_state(State.NO_SHOW)), "AppointmentAttended"),
]


@pytest.mark.parametrize(("fact", "name"), FACTS, ids=[name for _, name in FACTS])
def test_every_fact_has_its_event_with_ids_and_times_only(fact: facts.Fact, name: str) -> None:
    """An event tells practice, appointment, client, therapist, times and version."""
    event = proto.event_of(fact)

    said = MessageToDict(event)["appointment"]
    assert name == event.DESCRIPTOR.name
    assert (PRACTICE_ID, CLIENT_ID, slot().therapist_id) == (said["practiceId"], said["clientId"], said["therapistId"])
    assert str(fact.appointment.version) == said["version"]
