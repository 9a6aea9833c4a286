"""What a link may do, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Stale
from services.notifications.domain import appointment, errors
from services.notifications.domain.link import Action, ActionLink, State, token_hash, token_of
from services.notifications.usecases.use_action_link import BookedAppointment, Standing, use_action_link

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)
START = NOW + timedelta(days=1)
MESSAGE_ID = "0198f6a0-0000-7000-8000-000000000001"
LINK = ActionLink(
    message_id=MESSAGE_ID,
    client_id="client-1",
    appointment_id="appointment-1",
    appointment_version=1,
    action=Action.CONFIRM,
    start_time=START,
    time_zone="America/Vancouver",
)
KNOWN = appointment.Appointment("appointment-1", "client-1", 1, appointment.State.BOOKED, 1, START)


class FakeBooking:
    """Booking with one appointment."""

    def __init__(self, standing: Standing = Standing.BOOKED, start_time: datetime = START) -> None:
        self.booked = BookedAppointment(standing, start_time, etag="etag-1")
        self.confirmations: list[tuple[str, str, str]] = []
        self.changes: list[BookedAppointment] = []

    async def appointment(self, appointment_id: str) -> BookedAppointment:
        """Return the one."""
        return self.booked

    async def confirm(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Confirm the one, unless it changes this very moment."""
        if self.changes:
            self.booked = self.changes.pop(0)
            raise Stale("The appointment has changed.")
        self.confirmations.append((appointment_id, etag, request_id))


@pytest.mark.parametrize(
    ("known", "at", "state"),
    [
        (KNOWN, NOW, State.OPEN),
        (replace(KNOWN, version=2, state=appointment.State.CONFIRMED), NOW, State.OPEN),
        (replace(KNOWN, version=2, state=appointment.State.CANCELLED), NOW, State.EXPIRED),
        (replace(KNOWN, version=2, state=appointment.State.ATTENDED), NOW, State.EXPIRED),
        (replace(KNOWN, version=2, placed_version=2, start_time=START + timedelta(hours=1)), NOW, State.EXPIRED),
        (replace(KNOWN, version=3, placed_version=3), NOW, State.EXPIRED),
        (replace(KNOWN, version=2, start_time=START + timedelta(hours=1)), NOW, State.EXPIRED),
        (KNOWN, START - timedelta(microseconds=1), State.OPEN),
        (KNOWN, START, State.EXPIRED),
    ],
)
def test_a_link_lives_as_long_as_what_its_mail_said(known: appointment.Appointment, at: datetime, state: State) -> None:
    """Open until the start, unless the appointment moved, was called off or was attended."""
    assert state is LINK.state(known, at=at)


async def test_using_a_link_confirms_the_version_that_was_seen() -> None:
    """Booking is asked to confirm exactly the etag that has the link's time."""
    booking = FakeBooking()

    used = await use_action_link(LINK, KNOWN, booking=booking, at=NOW)

    assert [("appointment-1", "etag-1", LINK.request_id("etag-1"))] == booking.confirmations
    assert used.use_time == NOW


async def test_a_used_link_does_nothing_more() -> None:
    """Twice is once."""
    booking = FakeBooking()
    used = replace(LINK, use_time=NOW)

    assert used == await use_action_link(used, KNOWN, booking=booking, at=NOW + timedelta(minutes=1))
    assert booking.confirmations == []


async def test_an_appointment_confirmed_elsewhere_only_marks_the_link() -> None:
    """The client said so at the desk already."""
    booking = FakeBooking(Standing.CONFIRMED)

    used = await use_action_link(LINK, KNOWN, booking=booking, at=NOW)

    assert (booking.confirmations, used.use_time) == ([], NOW)


@pytest.mark.parametrize(
    "booking",
    [FakeBooking(start_time=START + timedelta(hours=1)), FakeBooking(Standing.CANCELLED)],
    ids=["moved", "cancelled"],
)
async def test_a_link_never_confirms_a_time_its_mail_did_not_say(booking: FakeBooking) -> None:
    """The appointment moved a moment ago and our copy does not know yet: refused."""
    with pytest.raises(errors.LinkExpired):
        await use_action_link(LINK, KNOWN, booking=booking, at=NOW)

    assert booking.confirmations == []


async def test_an_appointment_that_changes_between_look_and_confirmation_is_looked_at_again() -> None:
    """Another etag, the same start: confirmed all the same, under the newer etag."""
    booking = FakeBooking()
    booking.changes = [replace(booking.booked, etag="etag-2")]

    used = await use_action_link(LINK, KNOWN, booking=booking, at=NOW)

    assert booking.confirmations == [("appointment-1", "etag-2", LINK.request_id("etag-2"))]
    assert used.use_time == NOW


async def test_a_move_between_look_and_confirmation_is_noticed() -> None:
    """The etag seen had the link's time, but it is gone: nothing is confirmed."""
    booking = FakeBooking()
    booking.changes = [replace(booking.booked, etag="etag-2", start_time=START + timedelta(hours=1))]

    with pytest.raises(errors.LinkExpired):
        await use_action_link(LINK, KNOWN, booking=booking, at=NOW)

    assert booking.confirmations == []


async def test_an_expired_link_asks_nobody() -> None:
    """From the start on it is refused at once."""
    booking = FakeBooking()

    with pytest.raises(errors.LinkExpired):
        await use_action_link(LINK, KNOWN, booking=booking, at=START)

    assert booking.confirmations == []


async def test_a_session_that_runs_can_not_be_confirmed() -> None:
    """Booking has it in a later state than our copy."""
    with pytest.raises(errors.StateForbids):
        await use_action_link(LINK, KNOWN, booking=FakeBooking(Standing.OTHER), at=NOW)


def test_a_secret_is_22_characters_that_fit_an_url() -> None:
    """128 bits in base64url; only its hash is kept."""
    token = token_of(b"\xff" * 16)

    assert token == "_____________________w"
    assert len(token_hash(token)) == 32
    assert token_hash(token) != token_hash(token_of(b"\xfe" * 16))


def test_every_try_of_a_link_names_the_same_request() -> None:
    """A retry after a lost answer is the same request, another etag another."""
    assert LINK.request_id("a") == LINK.request_id("a")
    assert LINK.request_id("a") != LINK.request_id("b")
