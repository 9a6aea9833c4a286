"""A wish is checked against hours and rules, and placed on what is free."""

from __future__ import annotations

from typing import Any

import pytest

from services.availability.domain import errors
from services.availability.domain.board import Board, place
from services.availability.domain.claim import Placement
from services.availability.domain.hours import Option
from services.availability.domain.wall import WallTime, instant
from services.availability.domain.wish import find_ways
from tests.unit.availability.samples import (
    CLIENT,
    NOON,
    NOW_S,
    ROOMS,
    SITE,
    THERAPIST,
    TYPE,
    ZONE,
    directory,
    session_type,
    wish,
)

NOON_S = instant(NOON)
HOUR = (NOON_S, NOON_S + 3_000)
PRACTICE = "practice"


def placed(board: Board, *, rooms_known: int | None = None, **changed: Any) -> Placement | None:
    """Place Wednesday noon."""
    book = directory()
    ways = find_ways(wish(**changed), book, now_s=NOW_S)
    return place(PRACTICE, ways, board, book, rooms_known=rooms_known, tzdata_version="2026f")


def test_a_wish_inside_hours_and_rules_has_ways() -> None:
    """In the order the hours list them."""
    ways = find_ways(wish(), directory(), now_s=NOW_S)
    assert ways.options == (Option(1, SITE), Option(2, ""))
    assert ways.end_s == NOON_S + 3_000


@pytest.mark.parametrize(
    ("changed", "now_s", "refusal"),
    [
        ({}, NOON_S, errors.SlotInPast),
        ({}, NOON_S - 7_199, errors.NoticeTooShort),
        ({}, NOON_S - 60 * 86_400, errors.HorizonExceeded),
        ({"session_type_id": "?"}, NOW_S, errors.Unknown),
        ({"therapist_id": "?"}, NOW_S, errors.Unknown),
        ({"room_id": "?"}, NOW_S, errors.Unknown),
        ({"modality": 3}, NOW_S, errors.SlotNotOffered),
        ({"modality": 2, "room_id": ROOMS[0]}, NOW_S, errors.SlotNotOffered),
        ({"wall": WallTime("2027-05-05T12:15", ZONE)}, NOW_S, errors.SlotNotOffered),
        ({"wall": WallTime("2027-05-06T12:00", ZONE)}, NOW_S, errors.SlotNotOffered),
        ({"wall": WallTime("2027-05-05T16:30", ZONE)}, NOW_S, errors.SlotNotOffered),
    ],
)
def test_a_wish_outside_is_refused(changed: dict[str, Any], now_s: int, refusal: type[Exception]) -> None:
    """Each with its own reason."""
    with pytest.raises(refusal):
        find_ways(wish(**changed), directory(), now_s=now_s)


def test_notice_and_horizon_end_exactly_where_they_say() -> None:
    """Two hours before is in time; staff need not ask; the past stays past for everybody."""
    assert find_ways(wish(), directory(), now_s=NOON_S - 7_200).options
    assert find_ways(wish(is_by_staff=True), directory(), now_s=NOON_S - 1).options
    with pytest.raises(errors.SlotInPast):
        find_ways(wish(is_by_staff=True), directory(), now_s=NOON_S)


def test_a_wish_in_another_zone_is_the_same_instant() -> None:
    """Noon in New York is six in the evening in Paris."""
    paris = wish(WallTime("2027-05-05T18:00", "Europe/Paris"))
    assert find_ways(paris, directory(), now_s=NOW_S).options


def test_the_first_free_room_is_taken_and_rooms_differ_by_therapist() -> None:
    """One's own order, always the same."""
    order = directory().rooms_for(THERAPIST, SITE)
    board = Board()

    first = placed(board)
    board.take(PRACTICE, order[0], HOUR)
    second = placed(board)

    assert sorted(order) == sorted(ROOMS)
    assert first is not None
    assert second is not None
    assert (first.room_id, second.room_id) == order


def test_when_no_room_is_free_the_next_way_is_taken() -> None:
    """Video; and SLOT_TAKEN for who wants to come in person."""
    board = Board()
    for room_id in ROOMS:
        board.take(PRACTICE, room_id, HOUR)

    by_video = placed(board)

    assert by_video is not None
    assert (by_video.modality, by_video.room_id, by_video.site_id) == (2, "", "")
    with pytest.raises(errors.SlotTaken):
        placed(board, modality=1)


def test_rooms_not_looked_up_are_not_guessed_about() -> None:
    """Neither free nor taken: the caller looks them up."""
    board = Board()
    board.take(PRACTICE, directory().rooms_for(THERAPIST, SITE)[0], HOUR)
    assert placed(board, rooms_known=1) is None


def test_a_taken_therapist_or_client_is_told_apart() -> None:
    """Touching is not overlapping; another practice's time is not ours."""
    board = Board()
    board.take(PRACTICE, THERAPIST, (NOON_S - 600, NOON_S))
    board.take("other", THERAPIST, HOUR)
    board.take(PRACTICE, CLIENT, (HOUR[1], HOUR[1] + 60))
    assert placed(board)

    board.take(PRACTICE, CLIENT, (HOUR[1] - 1, HOUR[1]))
    with pytest.raises(errors.ClientOverlap):
        placed(board)
    board.take(PRACTICE, THERAPIST, (HOUR[1] + 599, HOUR[1] + 600))
    with pytest.raises(errors.SlotTaken):
        placed(board)


def test_what_only_staff_books_is_refused_to_clients() -> None:
    """Staff passes over it."""
    book = directory(session_types={TYPE: session_type(is_self_bookable=False)})

    with pytest.raises(errors.NotSelfBookable):
        find_ways(wish(), book, now_s=NOW_S)

    assert find_ways(wish(is_by_staff=True), book, now_s=NOW_S).options


def test_a_closed_same_day_opens_at_the_therapists_midnight() -> None:
    """From the evening before, whatever the notice; staff passes over it."""
    book = directory(session_types={TYPE: session_type(is_same_day_allowed=False, notice_min=0)})
    midnight_s = instant(WallTime("2027-05-05T00:00", ZONE))

    for now_s in (midnight_s, NOON_S - 1):
        with pytest.raises(errors.SameDayClosed):
            find_ways(wish(), book, now_s=now_s)

    assert find_ways(wish(), book, now_s=midnight_s - 1).options
    assert find_ways(wish(is_by_staff=True), book, now_s=NOON_S - 1).options


def test_a_session_that_needs_no_room_takes_none() -> None:
    """In person at the site, though every room is taken; a room that is asked for is taken all the same."""
    book = directory(session_types={TYPE: session_type(needs_room=False)}, rooms={SITE: ROOMS})
    board = Board()
    board.take(PRACTICE, ROOMS[0], HOUR)

    walking = place(PRACTICE, find_ways(wish(), book, now_s=NOW_S), board, book, rooms_known=2, tzdata_version="2026f")
    asked = find_ways(wish(room_id=ROOMS[0]), book, now_s=NOW_S)

    assert walking is not None
    assert (walking.modality, walking.site_id, walking.room_id) == (1, SITE, "")
    with pytest.raises(errors.SlotTaken):
        place(PRACTICE, asked, board, book, rooms_known=None, tzdata_version="2026f")
