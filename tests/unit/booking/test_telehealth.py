"""Who gets into a session by video, when, and what the way in tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from services.booking.adapters.jitsi import JitsiRooms, NoRooms, read_rooms
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, State
from services.booking.domain.telehealth import VIDEO, Entry, enter
from services.chassis.config import Misconfigured
from tests.unit.booking.states import NOW, booked, in_state, slot

SECRET = b"a secret that Prosody shares, of forty bytes"
ROOMS = JitsiRooms("https://meet.example.org", "kept", SECRET)
START = NOW + timedelta(days=3)


def by_video(appointment: Appointment) -> Appointment:
    """Return the session as one by video."""
    return replace(appointment, slot=replace(appointment.slot, modality=VIDEO))


def way_in(appointment: Appointment, *, actor_id: str = "user:ada", at: datetime = START, leads: bool = False) -> Entry:
    """Return somebody's way in, at the start unless said."""
    return enter(appointment, actor_id=actor_id, is_moderator=leads, at=at)


def opened(entry: Entry, *, secret: bytes = SECRET) -> tuple[str, dict[str, Any]]:
    """Return the room in an address and what its token says, verified as Prosody does but for the time."""
    address, _, token = ROOMS.address(entry).partition("?jwt=")
    claims = jwt.decode(
        token, secret, algorithms=["HS256"], audience="kept", options={"verify_exp": False, "verify_nbf": False}
    )
    return address.rpartition("/")[2], claims


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (START - timedelta(minutes=15, seconds=1), False),
        (START - timedelta(minutes=15), True),
        (START + timedelta(minutes=49, seconds=59), True),
        (START + timedelta(minutes=50), False),
    ],
)
def test_a_session_is_joined_from_15_minutes_before_until_its_end(at: datetime, is_open: bool) -> None:
    """A second before, and at the end, it is refused."""
    if is_open:
        assert way_in(by_video(booked()), at=at).from_time == at
        return
    with pytest.raises(errors.JoinWindowClosed):
        way_in(by_video(booked()), at=at)


@pytest.mark.parametrize("state", [State.CANCELLED, State.NO_SHOW, State.COMPLETED])
def test_what_was_called_off_missed_or_is_over_has_no_way_in(state: State) -> None:
    """Even within its time."""
    with pytest.raises(errors.StateForbids):
        way_in(by_video(in_state(state)))


def test_a_session_in_a_room_has_no_way_in() -> None:
    """Only video has."""
    with pytest.raises(errors.NotByVideo):
        way_in(booked())


def test_all_meet_in_one_room_whatever_was_confirmed_and_a_move_makes_another() -> None:
    """An address from before the move leads to nobody."""
    before = by_video(booked())
    confirmed, _ = before.confirm(at=NOW)
    arrived, _ = confirmed.check_in(at=START)
    moved, _ = before.reschedule(replace(slot(start_time=START + timedelta(minutes=10)), modality=VIDEO), at=NOW)

    room, _ = opened(way_in(before))

    assert {opened(way_in(each))[0] for each in (confirmed, arrived)} == {room}
    assert opened(way_in(before, actor_id="user:therapist", leads=True))[0] == room
    assert opened(way_in(moved))[0] != room


def test_a_token_is_for_its_room_short_and_names_nobody() -> None:
    """At most five minutes, never past the end; no id of ours is in it."""
    appointment = by_video(booked())
    entry = way_in(appointment, at=START + timedelta(minutes=48))

    room, claims = opened(entry)

    assert claims["room"] == room
    assert claims["exp"] == int((START + timedelta(minutes=50)).timestamp())
    assert opened(way_in(appointment))[1]["exp"] - int(START.timestamp()) == 300
    told = ROOMS.address(entry) + str(claims)
    ids = (appointment.appointment_id, appointment.client_id, appointment.slot.therapist_id, appointment.practice_id)
    assert not [each for each in (*ids, "user:ada") if each in told]


def test_the_therapist_alone_moderates_and_nothing_is_recorded() -> None:
    """Context fields are text, as Prosody wants them."""
    _, of_client = opened(way_in(by_video(booked())))
    _, of_therapist = opened(way_in(by_video(booked()), actor_id="user:therapist", leads=True))

    assert of_client["context"]["user"]["moderator"] == "false"
    assert of_therapist["context"]["user"]["moderator"] == "true"
    assert set(of_client["context"]["features"].values()) == {"false"}


def test_a_room_can_not_be_guessed_from_ids() -> None:
    """Another secret gives another room for the same session."""
    other = JitsiRooms(ROOMS.url, ROOMS.app_id, b"another secret, just as long as the first one")
    entry = way_in(by_video(booked()))

    assert other.address(entry).partition("?")[0] != ROOMS.address(entry).partition("?")[0]


def test_without_settings_nobody_is_sent_anywhere(tmp_path: Path) -> None:
    """No rooms by default; half a setting, http or a short secret does not start."""
    secret, short = tmp_path / "secret", tmp_path / "short"
    secret.write_bytes(SECRET + b"\n")
    short.write_bytes(b"hunter2")
    whole = {
        "KEPT_JITSI_URL": "https://meet.example.org/",
        "KEPT_JITSI_APP_ID": "kept",
        "KEPT_JITSI_SECRET_FILE": str(secret),
    }

    assert read_rooms(whole) == ROOMS
    assert isinstance(read_rooms({}), NoRooms)
    with pytest.raises(errors.TelehealthUnconfigured):
        read_rooms({}).address(way_in(by_video(booked())))
    for broken in (
        {"KEPT_JITSI_APP_ID": ""},
        {"KEPT_JITSI_URL": "http://meet.example.org"},
        {"KEPT_JITSI_SECRET_FILE": str(short)},
        {"KEPT_JITSI_SECRET_FILE": str(tmp_path / "none")},
    ):
        with pytest.raises(Misconfigured):
            read_rooms(whole | broken)
