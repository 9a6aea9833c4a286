"""Keeps what is known to be taken while claims are placed one after the other."""

from __future__ import annotations

from services.availability.domain import errors
from services.availability.domain.claim import Placement
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.wall import MINUTE_S
from services.availability.domain.wish import Ways, rooms_to_try

Resource = tuple[str, str]
"""Practice id and resource id."""


class Board:
    """
    What is taken of each resource, as far as it was looked up, and what was taken here since.

    A batch of claims is placed on one board in order of arrival: whoever comes later runs into whoever
    came before. The board may be wrong about other processes; the ledger's constraint never is.
    """

    def __init__(self) -> None:
        self._taken: dict[Resource, list[Span]] = {}

    def take(self, practice_id: str, resource_id: str, span: Span) -> None:
        """Note that a stretch is taken."""
        key = (practice_id, resource_id)
        if key in self._taken:
            self._taken[key].append(span)
        else:
            self._taken[key] = [span]

    def is_free(self, practice_id: str, resource_id: str, span: Span) -> bool:
        """Tell whether nothing known overlaps the stretch."""
        start_s, end_s = span
        return not any(
            start_s < taken_end_s and taken_start_s < end_s
            for taken_start_s, taken_end_s in self._taken.get((practice_id, resource_id), ())
        )

    def take_all(self, practice_id: str, client_id: str, placement: Placement) -> None:
        """Note everything a placement takes."""
        for (_, resource_id), span in placement.occupies(client_id).items():
            self.take(practice_id, resource_id, span)


def needs(ways: Ways) -> tuple[tuple[str, Span], tuple[str, Span]]:
    """Return what a wish takes of its therapist, buffers included, and of its client."""
    start_s, end_s = ways.wish.start_s, ways.end_s
    before_s = ways.session_type.buffer_before_min * MINUTE_S
    after_s = ways.session_type.buffer_after_min * MINUTE_S
    return (ways.wish.therapist_id, (start_s - before_s, end_s + after_s)), (ways.wish.client_id, (start_s, end_s))


def place(
    practice_id: str, ways: Ways, board: Board, directory: Directory, *, rooms_known: int | None, tzdata_version: str
) -> Placement | None:
    """
    Find a place for a wish on the board; the caller takes it.

    Args:
        rooms_known: How many rooms of each site, in the order to try, the board knows about; None for all.

    Returns:
        The placement; or None when the rooms known are taken and others might not be.

    Raises:
        SlotTaken: The therapist is taken, or every room is. (FAILED_PRECONDITION)
        ClientOverlap: The client is somewhere else. (FAILED_PRECONDITION)
    """
    (therapist_id, buffered), (client_id, inner) = needs(ways)
    if not board.is_free(practice_id, therapist_id, buffered):
        raise errors.SlotTaken("The therapist is taken at that time.")
    if not board.is_free(practice_id, client_id, inner):
        raise errors.ClientOverlap("The client is somewhere else at that time.")
    for option in ways.options:
        rooms = rooms_to_try(ways, option, directory)
        for room_id in rooms[:rooms_known]:
            if not room_id or board.is_free(practice_id, room_id, inner):
                return ways.place(option, room_id, tzdata_version=tzdata_version)
        if rooms_known is not None and len(rooms) > rooms_known:
            return None
    raise errors.SlotTaken("No room is free at that time.")
