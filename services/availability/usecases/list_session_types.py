"""Lists what kinds of session a practice offers."""

from __future__ import annotations

from services.availability.domain.hours import SessionType
from services.availability.usecases.ports import Directories

NameCursor = tuple[str, str]
"""Name and id of the last session type of a page."""


async def list_session_types(
    practice_id: str, *, directories: Directories, limit: int, after: NameCursor | None = None
) -> list[SessionType]:
    """Return at most *limit* session types by name, then id, those after the cursor."""
    types = (await directories.read(practice_id)).session_types.values()
    ordered = sorted(types, key=lambda each: (each.display_name, each.session_type_id))
    wanted = [each for each in ordered if after is None or (each.display_name, each.session_type_id) > after]
    return wanted[:limit]
