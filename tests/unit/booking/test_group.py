"""Rules of groups: who comes in, who may have a seat, who is seated next, when a session is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.group import (
    SEAT_TRIES_MAX,
    Group,
    Member,
    MemberState,
    SeatHeld,
    SessionState,
    join,
    require_seat,
    schedule,
    try_again,
    waiting,
)
from tests.unit.booking.states import slot as any_slot

NOW = datetime(2030, 1, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GROUP = Group("practice", "group", "Evening", "lead", ("co",), "type", True, False, 0, 0, 3, NOW)


def member(state: MemberState = MemberState.ACTIVE, client_id: str = "ada", at: datetime = NOW) -> Member:
    """Somebody on the roster."""
    return Member("group", client_id, state, at, at)


def slot(start_time: datetime = NOW + 7 * DAY) -> Slot:
    """An hour some days ahead."""
    return replace(any_slot(), start_time=start_time, end_time=start_time + timedelta(minutes=50))


def test_somebody_who_joins_is_screened_first_where_the_group_asks_for_it() -> None:
    """Active at once, or waiting for a screening; who is on the roster stays as they are."""
    assert join(GROUP, "ada", None, has_begun=True, at=NOW).state is MemberState.ACTIVE
    screened = replace(GROUP, needs_screening=True)
    assert join(screened, "ada", None, has_begun=True, at=NOW).state is MemberState.SCREENING
    for state in (MemberState.ACTIVE, MemberState.SCREENING):
        before = member(state)
        assert join(GROUP, "ada", before, has_begun=True, at=NOW + DAY) is before


def test_somebody_who_left_comes_anew_and_somebody_declined_does_not() -> None:
    """A place of its own date for who left; another application changes nothing for who was declined."""
    again = join(GROUP, "ada", member(MemberState.LEFT), has_begun=True, at=NOW + DAY)

    assert (again.state, again.create_time) == (MemberState.ACTIVE, NOW + DAY)
    with pytest.raises(errors.StateForbids):
        join(GROUP, "ada", member(MemberState.DECLINED), has_begun=False, at=NOW)


def test_a_closed_group_takes_in_until_it_begins() -> None:
    """Open ones always do."""
    closed = replace(GROUP, is_open=False)

    assert join(closed, "ada", None, has_begun=False, at=NOW)
    with pytest.raises(errors.GroupClosed):
        join(closed, "ada", None, has_begun=True, at=NOW)
    with pytest.raises(errors.GroupClosed):
        join(closed, "ada", member(MemberState.LEFT), has_begun=True, at=NOW)


@pytest.mark.parametrize("state", [MemberState.ACTIVE, MemberState.LEFT])
def test_only_who_waits_or_was_declined_is_screened(state: MemberState) -> None:
    """A screening lets in, declines, and may change its mind about who was declined."""
    assert member(MemberState.SCREENING).screen(is_suitable=True, at=NOW).state is MemberState.ACTIVE
    declined = member(MemberState.SCREENING).screen(is_suitable=False, at=NOW)
    assert declined.state is MemberState.DECLINED
    assert declined.screen(is_suitable=True, at=NOW).state is MemberState.ACTIVE
    with pytest.raises(errors.StateForbids):
        member(state).screen(is_suitable=True, at=NOW)


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        (member(), None),
        (member(MemberState.SCREENING), errors.ScreeningRequired),
        (member(MemberState.DECLINED), errors.NotAMember),
        (member(MemberState.LEFT), errors.NotAMember),
        (None, errors.NotAMember),
    ],
)
def test_staff_seats_members_alone(found: Member | None, refusal: type[Exception] | None) -> None:
    """Whatever clients may do themselves in that group."""
    group = replace(GROUP, is_self_bookable=True)
    if refusal is None:
        require_seat(group, found, "ada", by_client=False, has_begun=True)
        return
    with pytest.raises(refusal):
        require_seat(group, found, "ada", by_client=False, has_begun=True)


@pytest.mark.parametrize(
    ("terms", "found", "has_begun", "refusal"),
    [
        ({}, member(), False, errors.NotSelfBookable),
        ({"is_self_bookable": True}, member(), True, None),
        ({"is_self_bookable": True}, None, True, None),
        ({"is_self_bookable": True}, member(MemberState.LEFT), True, None),
        ({"is_self_bookable": True}, member(MemberState.SCREENING), False, errors.ScreeningRequired),
        ({"is_self_bookable": True}, member(MemberState.DECLINED), False, errors.NotAMember),
        ({"is_self_bookable": True, "needs_screening": True}, None, False, errors.ScreeningRequired),
        ({"is_self_bookable": True, "needs_screening": True}, member(), False, None),
        ({"is_self_bookable": True, "is_open": False}, None, False, None),
        ({"is_self_bookable": True, "is_open": False}, None, True, errors.GroupClosed),
        ({"is_self_bookable": True, "is_open": False}, member(), True, None),
    ],
)
def test_clients_take_seats_where_the_group_lets_them(
    terms: dict[str, bool], found: Member | None, has_begun: bool, refusal: type[Exception] | None
) -> None:
    """Members where clients book at all; others where no screening comes first and the group takes people in."""
    group = replace(GROUP, **terms)  # type: ignore[arg-type]
    if refusal is None:
        require_seat(group, found, "ada", by_client=True, has_begun=has_begun)
        return
    with pytest.raises(refusal):
        require_seat(group, found, "ada", by_client=True, has_begun=has_begun)


def test_who_waits_is_seated_in_the_order_of_joining() -> None:
    """Not who has a seat, nor who gave theirs up since they joined; but who came anew after it."""
    roster = [
        member(client_id="seated"),
        member(client_id="gave-up"),
        member(client_id="came-anew", at=NOW + 2 * DAY),
        member(MemberState.SCREENING, "screening"),
        member(MemberState.LEFT, "left"),
        member(client_id="new", at=NOW + 3 * DAY),
    ]
    seats = {
        "seated": SeatHeld(True, NOW - DAY),
        "gave-up": SeatHeld(False, NOW + DAY),
        "came-anew": SeatHeld(False, NOW + DAY),
    }

    assert [each.client_id for each in waiting(roster, seats)] == ["came-anew", "new"]


def test_a_freed_seat_is_looked_for_ever_more_seldom() -> None:
    """Eight looks in all: about four hours."""
    waits = [try_again(tries) for tries in range(1, SEAT_TRIES_MAX)]

    assert waits == sorted(waits)
    assert sum(waits, timedelta()) == timedelta(minutes=254)


def test_a_session_is_decided_as_long_before_its_start_as_the_group_says() -> None:
    """Never without a minimum, or without hours; a move takes the hour of decision along."""
    decides = replace(GROUP, min_seats=3, decide_h=24)
    session = schedule(decides, "session", slot())

    assert session.decide_time == session.slot.start_time - DAY
    assert schedule(replace(decides, decide_h=0), "session", slot()).decide_time is None
    assert schedule(replace(decides, min_seats=0), "session", slot()).decide_time is None
    moved = session.move(slot(session.slot.start_time + 2 * DAY))
    assert moved.decide_time == moved.slot.start_time - DAY
    assert moved.version == session.version + 1
    assert session.run().move(slot(NOW + 9 * DAY)).decide_time is None


def test_a_session_that_was_called_off_or_has_begun_changes_no_more() -> None:
    """It is neither moved nor called off twice; a stale etag is refused before."""
    session = schedule(GROUP, "session", slot())
    gone = session.cancel(session.etag)

    assert gone.state is SessionState.CANCELLED
    for refused in (lambda: gone.cancel(), lambda: gone.require_ahead(at=NOW)):
        with pytest.raises(errors.StateForbids):
            refused()
    with pytest.raises(errors.StateForbids):
        session.require_ahead(at=session.slot.start_time)
    with pytest.raises(errors.StaleVersion):
        session.cancel("v9")
    with pytest.raises(errors.StaleVersion):
        GROUP.replaced_by(GROUP, "v2")


def test_a_group_keeps_its_birthday_under_new_terms() -> None:
    """New terms, the next version, the same creation; sessions made before keep their leaders."""
    session = schedule(GROUP, "session", slot())
    terms = replace(GROUP, therapist_id="other", co_therapist_ids=(), create_time=NOW + DAY, version=1)

    after = GROUP.replaced_by(terms, GROUP.etag)

    assert (after.version, after.create_time, after.leader_ids) == (4, NOW, ("other",))
    assert session.leader_ids[1:] == ("co",)
