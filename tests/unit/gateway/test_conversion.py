"""Messages as JSON, refusals as problems."""

from __future__ import annotations

import json

import pytest
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_pb2

from services.chassis import errors
from services.gateway import problems
from services.gateway.conversion import filled, plain, quoted, schemas_of, unquoted


def test_a_message_is_told_with_every_field() -> None:
    """Instants are RFC 3339, enums have no prefix, what is unset is there all the same."""
    appointment = booking_pb2.Appointment(
        appointment_id="a", state=booking_pb2.Appointment.STATE_BOOKED, modality=availability_pb2.MODALITY_VIDEO
    )
    appointment.start_time.FromJsonString("2030-03-05T23:00:00Z")
    appointment.start_wall.local = "2030-03-05T15:00"

    body = plain(appointment)

    assert (body["state"], body["modality"], body["cancelled_by"]) == ("BOOKED", "VIDEO", "UNSPECIFIED")
    assert body["start_time"] == "2030-03-05T23:00:00Z"
    assert body["start_wall"] == {"local": "2030-03-05T15:00", "time_zone": "", "fold": 0}
    assert body["end_time"] is None
    assert set(body) == set(schemas_of(booking_pb2.Appointment.DESCRIPTOR)["Appointment"]["required"])


@pytest.mark.parametrize(("header", "version"), [('"v3"', "v3"), ("v3", ""), ('W/"v3"', ""), ("*", ""), ('""', "")])
def test_only_a_strong_tag_names_a_version(header: str, version: str) -> None:
    """Weak tags and wildcards name none."""
    assert unquoted(header) == version
    assert unquoted(quoted("v3")) == "v3"


def test_a_taken_slot_carries_the_nearest_free_ones() -> None:
    """409 with alternatives, in the shape of a slot."""
    slot = availability_pb2.Slot(therapist_id="t")
    refusal = errors.RuleViolated("Taken.", reason="SLOT_TAKEN", details=[availability_pb2.Alternatives(slots=[slot])])

    answer = problems.of_refusal(refusal)

    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["type"], body["alternatives"]) == (409, "/problems/slot-taken", [plain(slot)])


@pytest.mark.parametrize(
    ("refusal", "status", "header"),
    [
        (errors.Exhausted("Wait.", retry_after_s=7), 429, ("retry-after", "7")),
        (errors.Unavailable("Down."), 503, ("retry-after", "1")),
        (errors.Unauthenticated("Who?"), 401, ("www-authenticate", 'Bearer realm="kept"')),
    ],
)
def test_a_refusal_says_when_and_how_to_come_back(
    refusal: errors.ServiceError, status: int, header: tuple[str, str]
) -> None:
    """Retry-After and WWW-Authenticate where they help."""
    answer = problems.of_refusal(refusal)

    assert (answer.status_code, answer.headers[header[0]]) == (status, header[1])


def test_a_field_is_pointed_at() -> None:
    """The metadata's field becomes a JSON pointer."""
    body = json.loads(bytes(problems.of_refusal(errors.InvalidRequest("No.", field="need.region")).body))

    assert body["errors"] == [{"pointer": "#/need/region", "detail": "No."}]


def test_an_unknown_name_of_a_value_is_the_callers_mistake() -> None:
    """It is refused with the field's name, not taken for a bug of ours."""
    with pytest.raises(errors.InvalidRequest) as refusal:
        filled(booking_pb2.Appointment, state="SLEEPING")

    assert refusal.value.metadata["field"] == "state"
