"""What a calendar app is told of somebody's sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.booking.domain.appointment import Appointment, CancelledBy, Slot, State
from services.booking.domain.feed import entries_of, new_secret, period, secret_hash

AT = datetime(2030, 3, 4, 9, tzinfo=UTC)
SLOT = Slot("t", "s", AT, AT + timedelta(minutes=50), "2030-03-04T09:00", "Etc/UTC", 0, "2026f", 1, "", "", 1)
ONE = Appointment("p", "a-1", "c-1", State.BOOKED, SLOT, CancelledBy.NOBODY, False, 1, AT, AT, "user:desk")
SECRET = "s" * 43


def test_a_uid_stays_through_every_change_and_is_the_feed_s_own() -> None:
    """A move changes the time and the sequence, not the uid; another feed has another uid for the same session."""
    [before] = entries_of([ONE], SECRET)
    moved = replace(ONE, version=4, slot=replace(SLOT, start_time=AT + timedelta(days=1)))
    [after] = entries_of([moved], SECRET)
    [elsewhere] = entries_of([ONE], "t" * 43)

    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (0, 3)
    assert after.start_time == AT + timedelta(days=1)
    assert elsewhere.uid != before.uid
    assert "a-1" not in before.uid


def test_a_cancellation_is_told_not_left_out() -> None:
    """A calendar app that saw the session hears that it was called off."""
    [entry] = entries_of([replace(ONE, state=State.CANCELLED, cancelled_by=CancelledBy.CLIENT, version=2)], SECRET)

    assert entry.is_cancelled
    assert entry.sequence == 1


def test_a_group_s_session_is_one_entry_however_many_sit_in_it() -> None:
    """Seats are nobody's business; the session is called off when the last of them is."""
    seats = [replace(ONE, appointment_id=f"a-{each}", group_session_id="g-1") for each in range(5)]
    off = [replace(each, state=State.CANCELLED, version=2) for each in seats]
    [full] = entries_of(seats, SECRET)
    [thin] = entries_of([*off[:4], seats[4]], SECRET)
    [empty] = entries_of(off, SECRET)

    assert (full.is_cancelled, thin.is_cancelled, empty.is_cancelled) == (False, False, True)
    assert full.uid == thin.uid == empty.uid
    assert full.sequence < thin.sequence < empty.sequence


def test_entries_come_by_start() -> None:
    """Whatever order they are found in."""
    later = replace(ONE, appointment_id="a-2", slot=replace(SLOT, start_time=AT + timedelta(hours=1)))

    assert [each.start_time for each in entries_of([later, ONE], SECRET)] == [AT, AT + timedelta(hours=1)]


def test_a_secret_is_long_and_only_its_hash_is_kept() -> None:
    """256 bits, never twice the same."""
    one, other = new_secret(), new_secret()

    assert one != other
    assert len(one) == 43
    assert len(secret_hash(one)) == 32
    assert period(AT) == (AT - timedelta(days=30), AT + timedelta(days=180))
