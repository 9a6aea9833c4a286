"""Gives all who wait to therapists at once, and proposes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
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
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.intake_ports import Batches, Intakes, Proposals, StoredBatch
from services.matching.usecases.match_client import fences_of
from services.matching.usecases.ports import Clock, NewId, Profiles, Rules, Slots, Standing

SLOT_SEARCHES_MAX = 20
"""Different searches for first slots in one batch at most; further clients are compared without them."""

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


async def run_batch(
    policy: Policy,
    call: Call,
    *,
    is_dry_run: bool,
    profiles: Profiles,
    intakes: Intakes,
    proposals: Proposals,
    batches: Batches,
    rules: Rules,
    standing: Standing,
    slots: Slots,
    clock: Clock,
    new_id: NewId,
) -> BatchRun:
    """
    Judge all pairs, solve, and propose whom the solution gives; in a dry run nothing is stored.

    Raises:
        NobodyWaits: There is nobody to give to a therapist. (FAILED_PRECONDITION)
        TooMany: More than 10,000 wait. (INVALID_ARGUMENT)
        Unavailable: Booking does not say who must not meet. (UNAVAILABLE)
    """
    waiting = await intakes.waiting(call, limit=CLIENTS_MAX + 1)
    if len(waiting) > CLIENTS_MAX:
        raise errors.TooMany("More clients wait than one batch takes.", limit=str(CLIENTS_MAX))
    held = await intakes.held_clients(call)
    free = [each for each in waiting if each.client_id not in held]
    if not free:
        raise errors.NobodyWaits("Nobody waits for a therapist.")
    people, now = await profiles.all(call), clock()
    refused = await intakes.refused(call, [each.intake_id for each in free])
    needs = [_need(each, refused.get(each.intake_id, set())) for each in free]
    pairs = await standing.fenced_pairs(call)
    setting = Setting(
        now=now,
        rules=await rules.in_force(call),
        fences=await fences_of(call, "", profiles=profiles, standing=standing),
    )
    setting = replace(setting, earliest=await first_slots(needs, people, call, slots=slots, now=now))
    batch_id = new_id()
    inputs = await asyncio.to_thread(inputs_of, free, needs, people, setting, pairs, seed=batch_id, policy=policy)
    found = await asyncio.to_thread(solve, inputs)
    stored = StoredBatch(batch_id, setting.rules.label, inputs, found.pairs, now)
    placements = _placements(needs, found, inputs, people, setting)
    if not is_dry_run:
        await batches.add(call, stored)
        window = timedelta(hours=setting.rules.accept_window_h)
        placements = await propose(
            stored,
            placements,
            {each.client_id: each.intake_id for each in free},
            call,
            window=window,
            intakes=intakes,
            proposals=proposals,
            new_id=new_id,
        )
    given = dict.fromkeys((who for who, panel in inputs.panels.items() if panel.places), 0)
    for therapist in found.pairs.values():
        given[therapist] += 1
    return BatchRun(stored, found, placements, load_report(given), len(waiting) - len(free))


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
