"""What a link may do, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Stale
from services.notifications.domain import appointment, errors
from services.notifications.domain.link import Action, ActionLink, State, token_hash, token_of
from services.notifications.usecases.use_action_link import (
    BookedAppointment,
    FreeTime,
    Standing,
    list_link_times,
    use_action_link,
)

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
        self.asked: list[tuple[str, ...]] = []

    async def appointment(self, appointment_id: str) -> BookedAppointment:
        """Return the one."""
        return self.booked

    async def confirm(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Confirm the one, unless it changes this very moment."""
        if self.changes:
            self.booked = self.changes.pop(0)
            raise Stale("The appointment has changed.")
        self.confirmations.append((appointment_id, etag, request_id))

    async def cancel(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Call the one off."""
        self.asked.append(("cancel", appointment_id, etag))
        self.booked = replace(self.booked, standing=Standing.CANCELLED, etag="etag-cancelled")

    async def reschedule(self, appointment_id: str, time: FreeTime, *, etag: str, request_id: str) -> None:
        """Move the one."""
        self.asked.append(("reschedule", appointment_id, time.local, etag))
        self.booked = replace(self.booked, start_time=time.start_time, etag="etag-moved")

    async def undo(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Take the cancellation back."""
        self.asked.append(("undo", appointment_id, etag))

    async def accept(self, offer_id: str, *, request_id: str) -> None:
        """Take it."""
        self.asked.append(("accept", offer_id, request_id))

    async def decline(self, offer_id: str, *, request_id: str) -> None:
        """Refuse it."""
        self.asked.append(("decline", offer_id, request_id))


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
    used = LINK.used(Action.CONFIRM, at=NOW)

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


class FakeLedger:
    """Two free times."""

    def __init__(self, *times: datetime) -> None:
        self.times = times or (START + timedelta(days=1), START + timedelta(days=2))

    async def free_times(
        self, booked: BookedAppointment, *, from_time: datetime, to_time: datetime, most: int
    ) -> list[FreeTime]:
        """List those in the stretch."""
        found = [each for each in self.times if from_time <= each < to_time]
        return [FreeTime(each, f"{each:%d}", "America/Vancouver", 0) for each in found][:most]


OFFER = replace(LINK, action=Action.ACCEPT, offer_id="offer-1", expire_time=NOW + timedelta(minutes=30))


def test_what_can_be_done_follows_from_what_was_done() -> None:
    """Confirmed: move or cancel. Cancelled: undo for two minutes. Moved, undone or over: nothing."""
    confirmed, cancelled = LINK.used(Action.CONFIRM, at=NOW), LINK.used(Action.CANCEL, at=NOW)

    assert LINK.actions(KNOWN, at=NOW) == (Action.CONFIRM, Action.RESCHEDULE, Action.CANCEL)
    assert confirmed.actions(KNOWN, at=NOW) == (Action.RESCHEDULE, Action.CANCEL)
    assert cancelled.actions(KNOWN, at=NOW + timedelta(seconds=119)) == (Action.UNDO,)
    assert cancelled.actions(KNOWN, at=NOW + timedelta(minutes=2)) == ()
    assert LINK.used(Action.RESCHEDULE, at=NOW).actions(KNOWN, at=NOW) == ()
    assert LINK.actions(KNOWN, at=START) == ()
    assert LINK.actions(replace(KNOWN, placed_version=2), at=NOW) == ()
    assert OFFER.actions(KNOWN, at=NOW) == (Action.ACCEPT, Action.DECLINE)
    assert OFFER.actions(KNOWN, at=NOW + timedelta(minutes=30)) == ()


async def test_who_confirmed_can_still_cancel_and_take_that_back() -> None:
    """Three answers by one link, each on what booking has at that moment."""
    booking = FakeBooking(Standing.CONFIRMED)

    link = await use_action_link(LINK, KNOWN, booking=booking, at=NOW)
    link = await use_action_link(link, KNOWN, booking=booking, at=NOW, action=Action.CANCEL)
    again = await use_action_link(link, KNOWN, booking=booking, at=NOW, action=Action.CANCEL)
    link = await use_action_link(again, KNOWN, booking=booking, at=NOW, action=Action.UNDO)

    expected = [("cancel", "appointment-1", "etag-1"), ("undo", "appointment-1", "etag-cancelled")]
    assert expected == booking.asked
    assert Action.UNDO is link.use_action


async def test_a_cancellation_two_minutes_old_is_not_undone() -> None:
    """By then the slot is somebody else's chance."""
    booking = FakeBooking(Standing.CANCELLED)
    cancelled = LINK.used(Action.CANCEL, at=NOW)

    with pytest.raises(errors.LinkExpired):
        await use_action_link(cancelled, KNOWN, booking=booking, at=NOW + timedelta(minutes=2), action=Action.UNDO)

    assert booking.asked == []


async def test_moving_takes_one_of_the_times_that_are_free_at_that_moment() -> None:
    """A time nobody offered, or that is gone, is refused; a lost answer is found again."""
    booking, ledger, free = FakeBooking(), FakeLedger(), START + timedelta(days=1)
    move = Action.RESCHEDULE

    for gone in (None, START + timedelta(hours=3)):
        with pytest.raises(errors.TimeGone):
            await use_action_link(LINK, KNOWN, booking=booking, ledger=ledger, at=NOW, action=move, start_time=gone)
    moved = await use_action_link(LINK, KNOWN, booking=booking, ledger=ledger, at=NOW, action=move, start_time=free)
    retried = await use_action_link(LINK, KNOWN, booking=booking, ledger=ledger, at=NOW, action=move, start_time=free)

    assert [("reschedule", "appointment-1", f"{free:%d}", "etag-1")] == booking.asked
    assert [move, move] == [moved.use_action, retried.use_action]


async def test_other_times_do_not_hold_the_one_there_is() -> None:
    """Soonest first, and only while the link can move something."""
    ledger = FakeLedger(START, START + timedelta(days=1))

    times = await list_link_times(LINK, KNOWN, booking=FakeBooking(), ledger=ledger, at=NOW)
    with pytest.raises(errors.LinkExpired):
        await list_link_times(OFFER, KNOWN, booking=FakeBooking(), ledger=ledger, at=NOW)

    assert [START + timedelta(days=1)] == [each.start_time for each in times]


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DECLINE])
async def test_an_offer_is_answered_once(action: Action) -> None:
    """The same answer twice is one; the other answer comes too late for this link."""
    booking = FakeBooking()

    link = await use_action_link(OFFER, KNOWN, booking=booking, at=NOW, action=action)
    link = await use_action_link(link, KNOWN, booking=booking, at=NOW, action=action)
    other = Action.DECLINE if action is Action.ACCEPT else Action.ACCEPT
    with pytest.raises(errors.LinkExpired):
        await use_action_link(link, KNOWN, booking=booking, at=NOW, action=other)

    assert [(action.lower(), "offer-1", OFFER.request_id("offer-1", action))] == booking.asked


async def test_a_link_does_nothing_it_was_not_made_for() -> None:
    """An appointment's link accepts no offer, an offer's cancels nothing."""
    for link, action in ((LINK, Action.ACCEPT), (OFFER, Action.CANCEL), (LINK, Action.UNDO)):
        booking = FakeBooking()
        with pytest.raises(errors.ActionNotOffered):
            await use_action_link(link, KNOWN, booking=booking, at=NOW, action=action)
        assert booking.asked == []
