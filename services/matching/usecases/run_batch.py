"""Gives all who wait to therapists at once, and proposes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.assignment import APART, Assignment
from services.matching.domain.batch import CLIENTS_MAX, Inputs, Policy, panel_of, solve
from services.matching.domain.edges import points_of
from services.matching.domain.fairness import LoadReport, load_report
from services.matching.domain.hard_rules import Setting, binding_rule, slot_key, suitable
from services.matching.domain.intake import Intake, IntakeState, Proposal
from services.matching.domain.needs import Need
from services.matching.domain.operations import Stage
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.intake_ports import Intakes, Proposals, StoredBatch
from services.matching.usecases.match_client import fences_of
from services.matching.usecases.ports import NewId, Profiles, Rules, Slots, Standing
from services.matching.usecases.settle_proposal import Desk

SLOT_SEARCHES_MAX = 20
"""Different searches for first slots in one batch at most; further clients are compared without them."""

AT_ONCE_MAX = 1_000
"""Clients of a batch that somebody waits for; more are started, and asked about."""

POINT = 10_000
"""Points of a whole fit."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one client of a batch."""

    client_id: str
    therapist_id: str = ""
    points: int = 0
    proposal_id: str = ""
    best_therapist_id: str = ""
    lost_points: int = 0
    binding_rule: str = ""


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A batch as it is answered."""

    stored: StoredBatch
    found: Assignment
    placements: Sequence[Placed]
    spread: LoadReport
    held_count: int
    intake_of: Mapping[str, str]
    window: timedelta


@dataclass(frozen=True, slots=True)
class Hall:
    """What batches are worked with."""

    desk: Desk
    profiles: Profiles
    rules: Rules
    standing: Standing
    slots: Slots
    new_id: NewId


Told = Callable[[Stage], Awaitable[None]]
"""Is told what is done next; it may raise to end the batch."""


async def unheard(stage: Stage) -> None:
    """Tell nobody."""


async def run_batch(policy: Policy, call: Call, *, is_dry_run: bool, hall: Hall) -> BatchRun:
    """
    Judge all pairs, solve, and propose whom the solution gives; in a dry run nothing is stored.

    Raises:
        NobodyWaits: There is nobody to give to a therapist. (FAILED_PRECONDITION)
        TooMany: More than 1,000 wait. (INVALID_ARGUMENT)
        Unavailable: Booking does not say who must not meet. (UNAVAILABLE)
    """
    run = await plan_batch(policy, call, hall=hall, clients_max=AT_ONCE_MAX)
    return run if is_dry_run else await commit_batch(run, call, hall=hall)


async def plan_batch(
    policy: Policy, call: Call, *, hall: Hall, clients_max: int = CLIENTS_MAX, told: Told = unheard
) -> BatchRun:
    """
    Judge all pairs and solve, outside of any transaction of the call.

    Raises:
        NobodyWaits: There is nobody to give to a therapist. (FAILED_PRECONDITION)
        TooMany: More wait than are taken. (INVALID_ARGUMENT)
        Unavailable: Booking does not say who must not meet. (UNAVAILABLE)
    """
    intakes, profiles = hall.desk.intakes, hall.profiles
    await told(Stage.READING)
    waiting = await intakes.waiting(call, limit=clients_max + 1)
    if len(waiting) > clients_max:
        raise errors.TooMany("More clients wait than one batch takes here.", limit=str(clients_max))
    held = await intakes.held_clients(call)
    free = [each for each in waiting if each.client_id not in held]
    if not free:
        raise errors.NobodyWaits("Nobody waits for a therapist.")
    people, now = await profiles.all(call), hall.desk.clock()
    refused = await intakes.refused(call, [each.intake_id for each in free])
    needs = [_need(each, refused.get(each.intake_id, set())) for each in free]
    pairs = await hall.standing.fenced_pairs(call)
    setting = Setting(
        now=now,
        rules=await hall.rules.in_force(call),
        fences=await fences_of(call, "", profiles=profiles, standing=hall.standing),
    )
    await told(Stage.SEARCHING)
    setting = replace(setting, earliest=await first_slots(needs, people, call, slots=hall.slots, now=now))
    batch_id = hall.new_id()
    await told(Stage.JUDGING)
    inputs = await asyncio.to_thread(inputs_of, free, needs, people, setting, pairs, seed=batch_id, policy=policy)
    await told(Stage.SOLVING)
    found = await asyncio.to_thread(solve, inputs)
    given = dict.fromkeys((who for who, panel in inputs.panels.items() if panel.places), 0)
    for therapist in found.pairs.values():
        given[therapist] += 1
    placements = await asyncio.to_thread(_placements, needs, found, inputs, people, setting)
    await told(Stage.PROPOSING)
    return BatchRun(
        StoredBatch(batch_id, setting.rules.label, inputs, found.pairs, now),
        found,
        placements,
        load_report(given),
        len(waiting) - len(free),
        {each.client_id: each.intake_id for each in free},
        timedelta(hours=setting.rules.accept_window_h),
    )


async def commit_batch(run: BatchRun, call: Call, *, hall: Hall) -> BatchRun:
    """Store a batch and propose what it came to, in the call's transaction; whoever waits no more is passed over."""
    desk = hall.desk
    await desk.batches.add(call, run.stored)
    placements = await propose(
        run.stored,
        run.placements,
        run.intake_of,
        call,
        window=run.window,
        intakes=desk.intakes,
        proposals=desk.proposals,
        new_id=hall.new_id,
    )
    return replace(run, placements=placements)


async def propose(
    batch: StoredBatch,
    placements: Sequence[Placed],
    intake_of: Mapping[str, str],
    call: Call,
    *,
    window: timedelta,
    intakes: Intakes,
    proposals: Proposals,
    new_id: NewId,
) -> list[Placed]:
    """Propose the pairs of a batch whose clients still wait, and return the placements with their proposals."""
    locked, at = await intakes.lock_many(call, [intake_of[client] for client in batch.pairs]), batch.create_time
    still = {each.client_id: each for each in locked if each.state is IntakeState.WAITING}
    made, answered = [], []
    for placed in placements:
        intake = still.get(placed.client_id)
        if not placed.therapist_id or intake is None:
            answered.append(placed)
            continue
        proposal = Proposal(
            proposal_id=new_id(),
            client_id=placed.client_id,
            therapist_id=placed.therapist_id,
            fit_ratio=placed.points / POINT,
            weights_version=batch.weights_version,
            create_time=at,
            expire_time=at + window,
            intake_id=intake.intake_id,
            batch_id=batch.batch_id,
        )
        made.append(proposal)
        answered.append(replace(placed, proposal_id=proposal.proposal_id))
    await proposals.add(call, made)
    await intakes.save(call, *(still[each.client_id].moved(IntakeState.PROPOSED, at=at) for each in made))
    return answered


async def first_slots(
    needs: Sequence[Need], people: Sequence[TherapistProfile], call: Call, *, slots: Slots, now: datetime
) -> dict[tuple[str, int, tuple[int, ...], str], dict[str, datetime]]:
    """Ask the ledger once for each thing that is asked for, not once a client."""
    keys = list(dict.fromkeys(slot_key(need) for need in needs if need.session_type_id))[:SLOT_SEARCHES_MAX]
    ids = [each.therapist_id for each in people if each.is_accepting]
    found = {key: await slots.earliest(call, key, ids, now=now) for key in keys if ids}
    return {key: {who: start for who, (start, _) in each.items()} for key, each in found.items()}


def inputs_of(
    intakes: Sequence[Intake],
    needs: Sequence[Need],
    people: Sequence[TherapistProfile],
    setting: Setting,
    fenced: Sequence[tuple[str, str]],
    *,
    seed: str,
    policy: Policy = Policy.FLOW,
) -> Inputs:
    """Judge all pairs and return what the batch is solved from."""
    staff = sorted(people, key=lambda each: each.therapist_id)
    panels = {each.therapist_id: panel_of(each) for each in staff}
    clients = {each.client_id for each in intakes}
    ageing = setting.rules.ageing_weeks
    return Inputs(
        priorities={each.client_id: each.urgency(ageing_weeks=ageing, at=setting.now) for each in intakes},
        weekly_min=[need.weekly_min for need in needs],
        panels={who: panel for who, (panel, _) in panels.items()},
        minutes_left=[minutes for _, minutes in panels.values()],
        points=points_of(needs, staff, setting),
        fenced=tuple(pair for pair in fenced if clients >= set(pair)),
        load_weight=setting.rules.load_weight,
        seed=seed,
        policy=policy,
    )


def _need(intake: Intake, refused: set[str]) -> Need:
    assert intake.need is not None, "who waits is read with what they asked for"
    excluded = tuple(sorted({*intake.need.excluded_therapist_ids, *refused}))
    return replace(intake.need, excluded_therapist_ids=excluded)


def _placements(
    needs: Sequence[Need], found: Assignment, inputs: Inputs, people: Sequence[TherapistProfile], setting: Setting
) -> list[Placed]:
    """Say what became of each client: with whom, the best other one, or why nobody."""
    staff = list(inputs.panels)
    column = {who: at for at, who in enumerate(staff)}
    placements = []
    for need, row in zip(needs, inputs.points, strict=True):
        best = int(row.argmax()) if staff else -1
        top = int(row[best]) if staff else APART
        therapist = found.pairs.get(need.client_id, "")
        if therapist:
            points = int(row[column[therapist]])
            other, lost = (staff[best], top - points) if top > points else ("", 0)
            placed = Placed(need.client_id, therapist, points, best_therapist_id=other, lost_points=lost)
        elif top >= 0:
            placed = Placed(need.client_id, best_therapist_id=staff[best], binding_rule="CAPACITY")
        else:
            placed = Placed(need.client_id, binding_rule=binding_rule(suitable(need, people, setting)[1]))
        placements.append(placed)
    return placements
