"""Replays a time of intakes batch by batch, and says how it would have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from services.matching.domain.assignment import Panel, Points
from services.matching.domain.batch import Inputs, solve
from services.matching.domain.fairness import LoadReport, load_report

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A client who came onto the waitlist."""

    client_id: str
    create_time: datetime
    urgency: int
    weekly_min: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a replay went; waits in days."""

    placed: int
    waiting: int
    mean_wait: float
    urgent_wait: float
    mean_points: float
    spread: LoadReport


def scaled(panels: Mapping[str, Panel], ratio: float) -> dict[str, Panel]:
    """Return panels with another capacity, never below what they carry."""
    return {
        who: replace(panel, capacity=max(panel.caseload, round(panel.capacity * ratio)))
        for who, panel in panels.items()
    }


def replay(
    arrivals: Sequence[Arrival],
    panels: Mapping[str, Panel],
    points: Points,
    judged_by: Points,
    *,
    load_weight: int,
    every: timedelta,
    until: datetime,
) -> Outcome:
    """
    Give arrivals to therapists in batches, everybody accepting, and look at waits, fit and load.

    Args:
        arrivals: Shape: P clients, by time.
        panels: Shape: T therapists, as they were at the beginning.
        points: Shape: P x T, by the rules that are tried.
        judged_by: Shape: P x T, by the rules both replays are compared by.
    """
    staff, given = list(panels), dict.fromkeys(panels, 0)
    column = {who: at for at, who in enumerate(staff)}
    waits: dict[int, timedelta] = {}
    worth: list[int] = []
    waiting: list[int] = []
    upcoming = list(range(len(arrivals)))
    moment = arrivals[0].create_time + every if arrivals else until
    while moment <= until and (waiting or upcoming):
        while upcoming and arrivals[upcoming[0]].create_time <= moment:
            waiting.append(upcoming.pop(0))
        if waiting:
            inputs = Inputs(
                priorities={arrivals[at].client_id: arrivals[at].urgency for at in waiting},
                weekly_min=[arrivals[at].weekly_min for at in waiting],
                panels={who: replace(each, caseload=each.caseload + given[who]) for who, each in panels.items()},
                minutes_left=[-1] * len(staff),
                points=np.ascontiguousarray(points[waiting]),
                fenced=(),
                load_weight=load_weight,
                seed=moment.isoformat(),
            )
            pairs = solve(inputs).pairs
            for at in list(waiting):
                therapist = pairs.get(arrivals[at].client_id)
                if therapist is not None:
                    waiting.remove(at)
                    given[therapist] += 1
                    waits[at] = moment - arrivals[at].create_time
                    worth.append(max(0, int(judged_by[at, column[therapist]])))
        moment += every
    for at in (*waiting, *upcoming):
        waits[at] = until - arrivals[at].create_time
    urgent = [wait for at, wait in waits.items() if arrivals[at].urgency == 2]
    return Outcome(
        placed=len(worth),
        waiting=len(arrivals) - len(worth),
        mean_wait=_mean(list(waits.values())),
        urgent_wait=_mean(urgent),
        mean_points=sum(worth) / len(worth) if worth else 0.0,
        spread=load_report({who: given[who] for who, panel in panels.items() if panel.places}),
    )


def _mean(waits: Sequence[timedelta]) -> float:
    return sum(wait / DAY for wait in waits) / len(waits) if waits else 0.0
