"""Finds who suits a client, and keeps the run."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from kept.matching.v1 import matching_events_pb2, matching_pb2

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.contest import Change, compare
from services.matching.domain.hard_rules import Setting, slot_key, suitable
from services.matching.domain.needs import Fences, Need
from services.matching.domain.ranking import Ranking, rank
from services.matching.usecases.ports import (
    Clock,
    FirstSlots,
    Holds,
    Matches,
    NewId,
    Profiles,
    Rules,
    Run,
    Slots,
    Standing,
)

STAFF_ROLES = frozenset({"front_desk", "therapist", "practice_admin"})
"""Roles that are a human at the practice: a match they run is no automation."""


async def match_client(
    need: Need,
    previous_match_id: str,
    call: Call,
    *,
    profiles: Profiles,
    matches: Matches,
    rules: Rules,
    standing: Standing,
    slots: Slots,
    holds: Holds,
    clock: Clock,
    new_id: NewId,
) -> matching_pb2.Match:
    """
    Filter by hard rules, ask the ledger for the first slots of those left, rank, store, and say so.

    The ledger is asked outside of the transaction. When it does not answer, the first slot counts for nobody: a match
    without it is better than none. When booking does not say who must not meet, there is no match: it could bring the
    two together.

    A client whose crisis flag nobody has answered is matched by staff only.

    Raises:
        CrisisUnanswered: A human has to speak with the client first. (FAILED_PRECONDITION)
        MatchNotFound: There is no such run of this client to contest. (NOT_FOUND)
        RegionMalformed, AgesReversed, TooMany, AttributeMalformed, Contradiction: The need makes no sense, or passes a
            limit. (INVALID_ARGUMENT)
        Unavailable: Booking does not answer. (UNAVAILABLE)
    """
    need = need.checked()
    if not is_staff(call) and await holds.is_held(call, need.client_id):
        raise errors.CrisisUnanswered("Somebody of the practice speaks with the client first.")
    before = await matches.find(call, previous_match_id) if previous_match_id else None
    if previous_match_id and (before is None or before.client_id != need.client_id):
        raise errors.MatchNotFound("The client has no such match.", match_id=previous_match_id)
    people, fences, in_force = await asyncio.gather(
        profiles.all(call),
        fences_of(call, need.client_id, profiles=profiles, standing=standing),
        rules.in_force(call),
    )
    setting = Setting(now=clock(), rules=in_force, fences=fences)
    first: FirstSlots = {}
    if need.session_type_id:
        kept, _ = suitable(need, people, setting)
        ids = [profile.therapist_id for profile in kept]
        first = await slots.earliest(call, slot_key(need), ids, now=setting.now) if ids else {}
        setting = replace(setting, earliest={slot_key(need): {who: start for who, (start, _) in first.items()}})
    ranking = rank(need, people, setting)
    run = Run(
        match_id=new_id(),
        client_id=need.client_id,
        ranking=ranking,
        first_slots=first,
        create_time=setting.now,
        weights_version=setting.rules.label,
        previous_match_id=previous_match_id,
        changes=changes_since(before, ranking) if before is not None else (),
    )
    match = await matches.save(call, run, need)
    proposed = matching_events_pb2.MatchProposed(
        practice_id=call.practice_id,
        match_id=match.match_id,
        client_id=match.client_id,
        therapist_ids=[candidate.therapist_id for candidate in match.candidates],
        version=1,
    )
    call.publish(proposed, aggregate_id=match.match_id, version=1)
    return match


def is_staff(call: Call) -> bool:
    """Tell whether a human at the practice calls."""
    return not STAFF_ROLES.isdisjoint(call.actor.roles)


async def fences_of(call: Call, client_id: str, *, profiles: Profiles, standing: Standing) -> Fences:
    """Return which therapists treat somebody a client must not meet; of the whole practice for an empty id."""
    pairs = await standing.fenced_pairs(call, client_id)
    if not pairs:
        return Fences()
    treats: dict[str, set[str]] = {}
    for client, therapist in await profiles.therapists_of(call, {each for pair in pairs for each in pair}):
        treats.setdefault(client, set()).add(therapist)
    kept_off: dict[str, set[str]] = {}
    for one, other in pairs:
        kept_off.setdefault(one, set()).update(treats.get(other, ()))
        kept_off.setdefault(other, set()).update(treats.get(one, ()))
    return Fences({client: frozenset(therapists) for client, therapists in kept_off.items()})


def changes_since(before: matching_pb2.Match, ranking: Ranking) -> list[Change]:
    """Return what has become of each therapist since a run."""
    return compare(
        [each.therapist_id for each in before.candidates],
        {each.therapist_id: each.code for each in before.exclusions},
        [each.profile.therapist_id for each in ranking.candidates],
        dict(ranking.exclusions),
    )
