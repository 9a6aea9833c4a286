"""Finds who suits a client, and keeps the run."""

from __future__ import annotations

from kept.matching.v1 import matching_events_pb2, matching_pb2

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.profiles import Need
from services.matching.domain.ranking import rank, suitable
from services.matching.usecases.ports import Clock, FirstSlots, Holds, Matches, NewId, Profiles, Run, Slots

STAFF_ROLES = frozenset({"front_desk", "therapist", "practice_admin"})
"""Roles that are a human at the practice: a match they run is no automation."""


async def match_client(
    need: Need,
    call: Call,
    *,
    profiles: Profiles,
    matches: Matches,
    slots: Slots,
    holds: Holds,
    clock: Clock,
    new_id: NewId,
) -> matching_pb2.Match:
    """
    Filter by hard rules, ask the ledger for the first slots of those left, rank, store, and say so.

    The ledger is asked outside of the transaction. When it does not answer, the first slot counts for
    nobody: a match without it is better than none.

    A client whose crisis flag nobody has answered is matched by staff only.

    Raises:
        CrisisUnanswered: A human has to speak with the client first. (FAILED_PRECONDITION)
        RegionMalformed, AgesReversed, TooMany: The need passes a limit. (INVALID_ARGUMENT)
    """
    need = need.checked()
    if STAFF_ROLES.isdisjoint(call.actor.roles) and await holds.is_held(call, need.client_id):
        raise errors.CrisisUnanswered("Somebody of the practice speaks with the client first.")
    now = clock()
    people = await profiles.all(call)
    kept, _ = suitable(need, people, now.date())
    first: FirstSlots = {}
    if need.session_type_id and kept:
        ids = [profile.therapist_id for profile in kept]
        first = await slots.earliest(call, need.session_type_id, ids, modality=need.modality, now=now)
    ranking = rank(need, people, earliest={who: start for who, (start, _) in first.items()}, now=now)
    match = await matches.save(call, Run(new_id(), need.client_id, ranking, first, now))
    proposed = matching_events_pb2.MatchProposed(
        practice_id=call.practice_id,
        match_id=match.match_id,
        client_id=match.client_id,
        therapist_ids=[candidate.therapist_id for candidate in match.candidates],
        version=1,
    )
    call.publish(proposed, aggregate_id=match.match_id, version=1)
    return match
