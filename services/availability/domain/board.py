"""Keeps what is known to be taken while claims are placed one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from services.availability.domain import errors
from services.availability.domain.claim import Claim, Placement
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.wall import MINUTE_S
from services.availability.domain.wish import Ways, equipment_to_try, rooms_to_try

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

    def taken(self, practice_id: str, resource_id: str) -> list[Span]:
        """Return what is known to be taken of a resource."""
        return list(self._taken.get((practice_id, resource_id), ()))

    def take_all(self, practice_id: str, claim: Claim) -> None:
        """Note everything a claim takes at its agreed time."""
        for (_, resource_id), span in claim.occupies(claim.placement).items():
            self.take(practice_id, resource_id, span)


def needs(ways: Ways) -> list[tuple[str, Span]]:
    """Return what a wish takes of its therapists, buffers included, and of its clients."""
    start_s, end_s = ways.wish.start_s, ways.end_s
    before_s = ways.session_type.buffer_before_min * MINUTE_S
    after_s = ways.session_type.buffer_after_min * MINUTE_S
    buffered, inner = (start_s - before_s, end_s + after_s), (start_s, end_s)
    found = [(ways.wish.therapist_id, buffered), (ways.wish.client_id, inner)]
    found += [(each, buffered) for each in ways.wish.extra_therapist_ids]
    found += [(each, inner) for each in ways.wish.extra_client_ids]
    return found


def place(
    practice_id: str, ways: Ways, board: Board, directory: Directory, *, rooms_known: int | None, tzdata_version: str
) -> Placement | None:
    """
    Find a place for a wish on the board; the caller takes it.

    A wish to overbook takes therapists, rooms and equipment that are taken already, each in lane 1; clients never.

    Args:
        rooms_known: How many rooms of each site, in the order to try, the board knows about; None for all.

    Returns:
        The placement; or None when the rooms known are taken and others might not be.

    Raises:
        SlotTaken: A therapist is taken, or every room or piece of equipment is. (FAILED_PRECONDITION)
        ClientOverlap: A client is somewhere else. (FAILED_PRECONDITION)
    """
    wish = ways.wish
    over: tuple[str, ...] = ()
    for resource_id, span in needs(ways):
        if not board.is_free(practice_id, resource_id, span):
            if resource_id == wish.client_id or resource_id in wish.extra_client_ids:
                raise errors.ClientOverlap("A client is somewhere else at that time.")
            if not wish.overbook_reason:
                raise errors.SlotTaken("The therapist is taken at that time.")
            over += (resource_id,)
    inner = (wish.start_s, ways.end_s)
    for option in ways.options:
        rooms = rooms_to_try(ways, option, directory)
        kinds = equipment_to_try(ways, option, directory)
        equipment = _each_kind(kinds, practice_id, board, inner)
        if equipment is None:
            continue
        for room_id in rooms[:rooms_known]:
            if not room_id or board.is_free(practice_id, room_id, inner):
                return ways.place(
                    option, room_id, tzdata_version=tzdata_version, equipment_ids=equipment, overbooked_ids=over
                )
        if rooms_known is not None and len(rooms) > rooms_known:
            return None
    if wish.overbook_reason:
        return _doubled(practice_id, ways, board, directory, over, tzdata_version=tzdata_version)
    raise errors.SlotTaken("No room or equipment is free at that time.")


def _each_kind(kinds: Sequence[Sequence[str]], practice_id: str, board: Board, span: Span) -> tuple[str, ...] | None:
    """Return a free piece of each kind, or None when one kind has none."""
    found: tuple[str, ...] = ()
    for pieces in kinds:
        free = next((each for each in pieces if board.is_free(practice_id, each, span)), None)
        if free is None:
            return None
        found += (free,)
    return found


def _doubled(
    practice_id: str, ways: Ways, board: Board, directory: Directory, over: tuple[str, ...], *, tzdata_version: str
) -> Placement:
    """Return the first option's place in a room and with equipment that others have too. Raises SlotTaken."""
    option, span = ways.options[0], (ways.wish.start_s, ways.end_s)
    rooms = rooms_to_try(ways, option, directory)
    kinds = equipment_to_try(ways, option, directory)
    if not rooms or not all(kinds):
        raise errors.SlotTaken("There is no such room or equipment at the site.")
    chosen = [rooms[0], *(pieces[0] for pieces in kinds)]
    taken = tuple(each for each in chosen if each and not board.is_free(practice_id, each, span))
    return ways.place(
        option,
        chosen[0],
        tzdata_version=tzdata_version,
        equipment_ids=tuple(chosen[1:]),
        overbooked_ids=(*over, *taken),
    )
