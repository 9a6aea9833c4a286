"""Reads a stored match."""

from __future__ import annotations

from kept.matching.v1 import matching_pb2

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.usecases.ports import Matches


async def get_match(match_id: str, call: Call, *, matches: Matches) -> matching_pb2.Match:
    """Return the run as it was answered. Raises MatchNotFound."""
    match = await matches.find(call, match_id)
    if match is None:
        raise errors.MatchNotFound("There is no such match.", match_id=match_id)
    return match
