"""Lists where a practice works."""

from __future__ import annotations

from services.availability.usecases.list_session_types import NameCursor
from services.availability.usecases.ports import Directories, Site


async def list_sites(
    practice_id: str, *, directories: Directories, limit: int, after: NameCursor | None = None
) -> list[Site]:
    """Return at most *limit* sites by name, then id, those after the cursor."""
    ordered = sorted(await directories.sites(practice_id), key=lambda each: (each.display_name, each.site_id))
    wanted = [each for each in ordered if after is None or (each.display_name, each.site_id) > after]
    return wanted[:limit]
