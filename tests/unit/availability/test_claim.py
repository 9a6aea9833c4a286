"""What a claim may become, what it blocks meanwhile, and what it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.availability.domain import errors
from services.availability.domain.claim import ASK_BACKOFF_S, HOLD_S, Piece, State, ask_again_s
from services.availability.domain.facts import TimeFreed
from tests.unit.availability.samples import CLIENT, ROOMS, THERAPIST, held, placement

HOUR_S = 3_600


def spans(pieces: list[Piece], resource_id: str) -> list[tuple[int, int]]:
    """Return what is blocked of one resource."""
    return [each.span for each in pieces if each.resource_id == resource_id]


def test_a_hold_blocks_therapist_with_buffers_room_and_client() -> None:
    """Three rows, sorted by resource."""
    pieces = held().pieces()

    assert [each.resource_id for each in pieces] == sorted([THERAPIST, CLIENT, ROOMS[0]])
    assert spans(pieces, THERAPIST) == [(36_000, 39_600 + 600)]
    assert spans(pieces, CLIENT) == spans(pieces, ROOMS[0]) == [(36_000, 39_600)]


def test_confirming_is_idempotent_and_released_stays_released() -> None:
    """The version counts changes only."""
    confirmed, _ = held().confirm()
    again, _ = confirmed.confirm()
    released, told = confirmed.release()
    still, nothing = released.release()

    assert (confirmed.state, confirmed.version) == (State.CONFIRMED, 2)
    assert again is confirmed
    assert (released.state, released.version, released.pieces()) == (State.RELEASED, 3, [])
    assert [(each.start_s, each.version) for each in told if isinstance(each, TimeFreed)] == [(36_000, 3)]
    assert (still, nothing) == (released, [])
    with pytest.raises(errors.ClaimReleased):
        released.confirm()
    with pytest.raises(errors.ClaimReleased):
        released.move(placement(), now_s=0)


def test_a_pending_move_blocks_old_and_new_without_overlap() -> None:
    """Half an hour later: of the new time only what lies outside of the old."""
    moving = held().move(placement(36_000 + 1_800), now_s=100)

    assert moving.pending is not None
    assert (moving.pending.version, moving.pending.expire_s) == (2, 100 + HOLD_S)
    assert spans(moving.pieces(), CLIENT) == [(36_000, 39_600), (39_600, 41_400)]
    assert spans(moving.pieces(), THERAPIST) == [(36_000, 40_200), (40_200, 42_000)]


def test_the_owners_word_ends_a_move_either_way() -> None:
    """Yes leaves the new time, no the old."""
    moving = held().move(placement(36_000 + 2 * HOUR_S, room_id=ROOMS[1]), now_s=0)

    moved, freed = moving.confirm()
    kept, taken_back = moving.take_back_move()

    assert spans(moved.pieces(), CLIENT) == [(43_200, 46_800)]
    assert not spans(moved.pieces(), ROOMS[0])
    assert moved.state is State.CONFIRMED
    assert [each.start_s for each in freed if isinstance(each, TimeFreed)] == [36_000]
    assert kept.pieces() == held().pieces()
    assert kept.state is State.HELD
    assert [each.start_s for each in taken_back if isinstance(each, TimeFreed)] == [43_200]


def test_a_move_to_the_same_time_frees_nobody() -> None:
    """Only the way it takes place changes: whoever heard of free time would offer it to somebody."""
    claim = held()
    by_video = replace(claim.placement, modality=2, room_id="", site_id="")
    moving = claim.move(by_video, now_s=0)

    moved, told = moving.finish_move()
    kept, nothing = moving.take_back_move()

    assert (moved.placement, told) == (by_video, [])
    assert (kept.placement, nothing) == (claim.placement, [])
    assert spans(moved.pieces(), THERAPIST) == spans(claim.pieces(), THERAPIST)


def test_a_claim_has_its_own_time_and_no_more() -> None:
    """Buffers are the therapist's; a minute beside it is somebody else's."""
    claim = held()

    assert claim.has_time(THERAPIST, (36_000, 39_600 + 600))
    assert claim.has_time(CLIENT, (36_000, 39_600))
    assert not claim.has_time(CLIENT, (36_000, 39_660))
    assert not claim.has_time("somebody", (36_000, 39_600))


def test_word_of_another_move_changes_nothing() -> None:
    """Late events name a time the pending move does not go to."""
    moving = held().move(placement(36_000 + HOUR_S), now_s=0)

    assert moving.finish_move_to(THERAPIST, 36_000) == (moving, [])
    assert moving.finish_move_to("other", 36_000 + HOUR_S) == (moving, [])
    assert moving.finish_move_to(THERAPIST, 36_000 + HOUR_S)[0].pending is None
    assert held().take_back_move() == (held(), [])


def test_a_second_move_waits_for_the_first() -> None:
    """MOVE_PENDING."""
    with pytest.raises(errors.MovePending):
        held().move(placement(0), now_s=0).move(placement(1), now_s=0)


def test_releasing_during_a_move_tells_of_both_times() -> None:
    """Each fact has a version of its own, or a consumer would skip the second."""
    released, told = held().move(placement(36_000 + HOUR_S), now_s=0).release()

    assert released.version == 4
    assert [(each.start_s, each.version) for each in told if isinstance(each, TimeFreed)] == [(39_600, 3), (36_000, 4)]


def test_only_what_waits_for_a_word_is_asked_about() -> None:
    """A move before its hold; a settled claim never; and ever less often."""
    confirmed, _ = held().confirm()
    moving = confirmed.move(placement(0), now_s=1_000)

    assert held().waits_until_s() == 300
    assert confirmed.waits_until_s() is None
    assert moving.waits_until_s() == 1_000 + HOLD_S
    assert [ask_again_s(count) for count in (1, 2, 6, 7, 100)] == [
        ASK_BACKOFF_S[0], ASK_BACKOFF_S[1], ASK_BACKOFF_S[-1], ASK_BACKOFF_S[-1], ASK_BACKOFF_S[-1],
    ]  # fmt: skip
