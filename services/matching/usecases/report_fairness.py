"""Says how work is spread, and how long each group of clients waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.context import Call
from services.matching.domain.fairness import LoadReport, load_report
from services.matching.domain.intake import Intake, IntakeState
from services.matching.domain.triage import Priority
from services.matching.usecases.intake_ports import Intakes, Proposals
from services.matching.usecases.ports import Clock, Profiles

GROUP_MIN = 5
"""Clients of a group that is told at least: a smaller one is somebody."""

INTAKES_MAX = 50_000
"""Intakes a report looks at, the oldest of its interval."""

TOLD = ("language", "insurer", "region", "age")
"""Facts of a need that make a group."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GroupWait:
    """How long the clients of one group waited."""

    group: str
    client_count: int
    placed_count: int
    mean_wait_days: float


async def report_fairness(
    call: Call,
    *,
    from_time: datetime,
    to_time: datetime,
    intakes: Intakes,
    proposals: Proposals,
    profiles: Profiles,
    clock: Clock,
) -> tuple[LoadReport, list[GroupWait]]:
    """Report on those placed in an interval, and on the waits of those who came in it."""
    placed = await proposals.placed(call, from_time=from_time, to_time=to_time)
    accepting = [each.therapist_id for each in await profiles.all(call) if each.is_accepting and each.capacity]
    came = await intakes.created(call, from_time=from_time, to_time=to_time, limit=INTAKES_MAX)
    return load_report({**dict.fromkeys(accepting, 0), **placed}), group_waits(came, at=clock())


def group_waits(intakes: Sequence[Intake], *, at: datetime) -> list[GroupWait]:
    """Return the groups of at least 5 clients by name; whoever waits still has waited until now."""
    groups: dict[str, list[Intake]] = defaultdict(list)
    for intake in intakes:
        facts = intake.need.facts() if intake.need else ()
        told = [fact for fact in facts if fact.partition(":")[0] in TOLD]
        for group in (*told, f"priority:{max(intake.priority, Priority.ROUTINE).name.lower()}"):
            groups[group].append(intake)
    return [
        GroupWait(
            group,
            len(those),
            sum(each.state is IntakeState.PLACED for each in those),
            sum(((each.settle_time or at) - each.create_time) / DAY for each in those) / len(those),
        )
        for group, those in sorted(groups.items())
        if len(those) >= GROUP_MIN
    ]
