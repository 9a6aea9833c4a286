"""Solves the rest of a batch again; what others were given stays theirs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.chassis.context import Call
from services.matching.domain.batch import solve
from services.matching.domain.intake import IntakeState
from services.matching.usecases.intake_ports import StoredBatch
from services.matching.usecases.ports import NewId, Profiles, Rules
from services.matching.usecases.run_batch import Placed, propose
from services.matching.usecases.settle_proposal import Desk

WAITING_MAX = 20_000
"""Clients looked at who wait: twice the largest batch."""


async def resolve_batch(
    batch_id: str, call: Call, *, desk: Desk, profiles: Profiles, rules: Rules, new_id: NewId
) -> int:
    """
    Propose to those of a batch who wait, from its stored points and what is left of its places; return how many.

    Only they are solved: whoever accepted, or is still asked, keeps the therapist. Who has withdrawn, or waits in a
    crisis that nobody has answered, is left out. It is a batch of its own, with inputs of its own to replay.
    """
    batch = await desk.batches.find(call, batch_id)
    await desk.batches.set_stale(call, batch_id, is_stale=False)
    everybody = batch.inputs.priorities
    held = await desk.intakes.held_clients(call)
    waiting = {
        each.client_id: each
        for each in await desk.intakes.waiting(call, limit=WAITING_MAX)
        if each.client_id in everybody and each.client_id not in held and each.state is IntakeState.WAITING
    }
    if not waiting:
        return 0
    taken: dict[str, set[str]] = {}
    for client, therapist in await desk.proposals.kept(call, list(everybody), since=batch.create_time):
        taken.setdefault(therapist, set()).add(client)
    refused = await desk.intakes.refused(call, [each.intake_id for each in waiting.values()])
    pairs = {(client, who) for client, each in waiting.items() for who in refused.get(each.intake_id, ())}
    caseloads = {each.therapist_id: each.caseload for each in await profiles.all(call)}
    rest = batch.inputs.rest(waiting, taken, pairs).at_least(caseloads)
    found = await asyncio.to_thread(solve, rest)
    column = {who: at for at, who in enumerate(rest.panels)}
    placements = [
        Placed(client, found.pairs[client], int(rest.points[row, column[found.pairs[client]]]))
        for row, client in enumerate(rest.priorities)
        if client in found.pairs
    ]
    if not placements:
        return 0
    await call.authorize(client_ids=[each.client_id for each in placements], resource_id=batch_id)
    window = timedelta(hours=(await rules.in_force(call)).accept_window_h)
    again = StoredBatch(new_id(), batch.weights_version, rest, found.pairs, desk.clock())
    await desk.batches.add(call, again)
    await propose(
        again,
        placements,
        {client: each.intake_id for client, each in waiting.items()},
        call,
        window=window,
        intakes=desk.intakes,
        proposals=desk.proposals,
        new_id=new_id,
    )
    return len(placements)
