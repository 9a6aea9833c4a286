"""Says what new zone rules do to a time that was agreed under old ones: the wall time stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from services.availability.domain import facts, wall
from services.availability.domain.claim import Claim, State


class Verdict(Enum):
    """What became of an agreed time."""

    SAME = "same"
    """Its wall time is still at its instant."""
    SHIFTED = "shifted"
    """Its wall time is at another instant."""
    VANISHED = "vanished"
    """Clocks skip its wall time now, or show it twice: a person has to decide."""
    WAITS = "waits"
    """It is shifted, but its owner's word is due first: look again in some minutes."""
    TAKEN = "taken"
    """It is shifted, and at the new instant somebody else is: a person has to decide."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One claim's verdict; start_s and new_start_s are epoch seconds, equal unless it is shifted."""

    practice_id: str
    claim_id: str
    verdict: Verdict
    start_s: int
    new_start_s: int


def judge(practice_id: str, claim: Claim) -> Shift:
    """Compare the instant of a claim with that of its wall time under the present rules."""
    placed = claim.placement
    local = datetime.fromisoformat(placed.wall.local)
    shown = wall.instants(local.date(), local.hour * 60 + local.minute, wall.zone(placed.wall.time_zone))
    verdict, new_start_s = Verdict.VANISHED, placed.start_s
    if placed.start_s in shown:
        verdict = Verdict.SAME
    elif len(shown) == 1 or (shown and placed.wall.fold):
        verdict = Verdict.WAITS if claim.state is State.HELD or claim.pending is not None else Verdict.SHIFTED
        new_start_s = shown[max(placed.wall.fold, 1) - 1] if len(shown) == 2 else shown[0]
    return Shift(practice_id, claim.claim_id, verdict, placed.start_s, new_start_s)


def mend(claim: Claim, shift: Shift, *, tzdata_version: str) -> tuple[Claim, list[facts.Fact]]:
    """
    Put a claim to the instant its wall time has now; its length stays.

    A claim that is not shifted is only marked as made by the present rules; one nobody but a person can decide
    about stays as it is.
    """
    if shift.verdict is Verdict.SAME:
        return replace(claim, placement=replace(claim.placement, tzdata_version=tzdata_version)), []
    if shift.verdict is not Verdict.SHIFTED:
        return claim, []
    placed = claim.placement
    end_s = shift.new_start_s + placed.end_s - placed.start_s
    moved = replace(placed, start_s=shift.new_start_s, end_s=end_s, tzdata_version=tzdata_version)
    mended = replace(claim, placement=moved, version=claim.version + 1)
    told = facts.ClaimShifted(claim.claim_id, moved.start_s, moved.end_s, tzdata_version, version=mended.version)
    return mended, [told]
