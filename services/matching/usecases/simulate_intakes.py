"""Replays the intakes of an interval under the rules in force and under others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.assignment import Panel
from services.matching.domain.batch import CLIENTS_MAX, panel_of
from services.matching.domain.edges import points_of
from services.matching.domain.hard_rules import Setting
from services.matching.domain.intake import Intake
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.rules import MatchRules
from services.matching.domain.simulation import Arrival, Outcome, replay, scaled
from services.matching.usecases.intake_ports import Intakes, Proposals
from services.matching.usecases.ports import Profiles, Rules


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: other weights (None keeps those in force), load, capacity."""

    weights: Mapping[str, int] | None
    load_weight: int
    capacity_ratio: float
    every: timedelta


async def simulate_intakes(
    trial: Trial,
    call: Call,
    *,
    from_time: datetime,
    to_time: datetime,
    intakes: Intakes,
    proposals: Proposals,
    profiles: Profiles,
    rules: Rules,
) -> tuple[int, Outcome, Outcome]:
    """
    Return how many intakes were replayed, and how it went as it is and under the trial.

    Therapists are those of now, with the places they had at the beginning: today's caseload without those who were
    placed since. Everybody accepts at once; first slots, which have passed, count for nobody; fences are left out.
    Both replays are compared by the fit the rules in force give.

    Raises:
        NobodyWaits: No intake was made in the interval. (FAILED_PRECONDITION)
        TooMany: More than 10,000 were. (INVALID_ARGUMENT)
        Unbalanced: The weights are not 100 together. (INVALID_ARGUMENT)
    """
    came = await intakes.created(call, from_time=from_time, to_time=to_time, limit=CLIENTS_MAX + 1)
    if not came:
        raise errors.NobodyWaits("Nobody came onto the waitlist then.")
    if len(came) > CLIENTS_MAX:
        raise errors.TooMany("More intakes than one replay takes.", limit=str(CLIENTS_MAX))
    people = await profiles.all(call)
    placed = await proposals.placed(call, from_time=from_time, to_time=to_time)
    as_is = await rules.in_force(call)
    tried = replace(as_is, weights=trial.weights or as_is.weights, load_weight=trial.load_weight).checked()
    return len(came), *await asyncio.to_thread(_both, came, people, placed, as_is, tried, trial, to_time)


def _both(
    came: Sequence[Intake],
    people: Sequence[TherapistProfile],
    placed: Mapping[str, int],
    as_is: MatchRules,
    tried: MatchRules,
    trial: Trial,
    until: datetime,
) -> tuple[Outcome, Outcome]:
    staff = [_before(each, placed.get(each.therapist_id, 0)) for each in people]
    needs = [_need(each) for each in came]
    arrivals = [
        Arrival(each.intake_id, each.create_time, each.urgency(ageing_weeks=0, at=until), need.weekly_min)
        for each, need in zip(came, needs, strict=True)
    ]
    panels: dict[str, Panel] = {each.therapist_id: panel_of(each)[0] for each in staff}
    # Hard rules see an empty caseload: places are counted by the replay itself.
    open_staff = [replace(each, caseload=0, caseload_min=0, capacity=max(1, each.capacity)) for each in staff]
    ours = points_of(needs, open_staff, Setting(now=until, rules=as_is))
    theirs = points_of(needs, open_staff, Setting(now=until, rules=tried))
    first = replay(arrivals, panels, ours, ours, load_weight=as_is.load_weight, every=trial.every, until=until)
    other = scaled(panels, trial.capacity_ratio)
    second = replay(arrivals, other, theirs, ours, load_weight=tried.load_weight, every=trial.every, until=until)
    return first, second


def _before(profile: TherapistProfile, placed: int) -> TherapistProfile:
    return replace(profile, caseload=max(0, profile.caseload - placed))


def _need(intake: Intake) -> Need:
    assert intake.need is not None, "intakes of an interval are read with what they asked for"
    # One client may have come twice: each time is a client of its own here.
    return replace(intake.need, client_id=intake.intake_id)
