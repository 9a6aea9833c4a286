"""A time keeps its wall clock when the rules of its zone change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.availability.domain.claim import Claim, State
from services.availability.domain.facts import ClaimShifted
from services.availability.domain.shift import Verdict, judge, mend
from services.availability.domain.wall import WallTime, instant
from tests.unit.availability.samples import NOON, ZONE, held, placement

NOON_S = instant(NOON)
TWICE = WallTime("2027-11-07T01:30", ZONE)


def confirmed(wall: WallTime, start_s: int) -> Claim:
    """Return a claim agreed for a wall time, at an instant old rules gave."""
    return held(state=State.CONFIRMED, placement=placement(start_s, wall=wall))


def test_a_shifted_claim_goes_to_its_wall_times_instant_and_keeps_its_length() -> None:
    """With a fact that says where it is now."""
    claim = confirmed(NOON, NOON_S - 3_600)

    shift = judge("practice", claim)
    mended, told = mend(claim, shift, tzdata_version="2027a")

    assert (shift.verdict, shift.new_start_s) == (Verdict.SHIFTED, NOON_S)
    assert (mended.placement.start_s, mended.placement.end_s) == (NOON_S, NOON_S + 3_600)
    assert mended.placement.wall == NOON
    assert told == [ClaimShifted("claim", NOON_S, NOON_S + 3_600, "2027a", version=2)]


def test_a_claim_that_did_not_shift_is_only_marked() -> None:
    """No new version, nothing told."""
    claim = confirmed(NOON, NOON_S)

    mended, told = mend(claim, judge("practice", claim), tzdata_version="2027a")

    assert (mended.version, mended.placement.tzdata_version, told) == (1, "2027a", [])


@pytest.mark.parametrize(
    ("wall", "verdict"),
    [
        (WallTime("2027-03-14T02:30", ZONE), Verdict.VANISHED),
        (TWICE, Verdict.VANISHED),
        (replace(TWICE, fold=2), Verdict.SHIFTED),
    ],
)
def test_a_wall_time_that_became_odd_is_left_to_a_person(wall: WallTime, verdict: Verdict) -> None:
    """Unless the fold says which of two is meant."""
    claim = confirmed(wall, 0)

    shift = judge("practice", claim)

    assert shift.verdict is verdict
    if verdict is Verdict.VANISHED:
        assert mend(claim, shift, tzdata_version="2027a") == (claim, [])
    else:
        assert shift.new_start_s == instant(wall)


def test_a_time_shown_twice_since_is_the_one_it_was() -> None:
    """Either of the two instants is right for a wall time that says no fold."""
    for fold in (1, 2):
        claim = confirmed(TWICE, instant(replace(TWICE, fold=fold)))
        assert judge("practice", claim).verdict is Verdict.SAME
