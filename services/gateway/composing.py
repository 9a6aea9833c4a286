"""Asks several services at once and answers with what came in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.message import Message

from services.chassis import errors
from services.gateway.conversion import Json, plain

PART_S: Final = 3.0
"""Seconds a part may take: a page is drawn without it rather than late."""

PAGE: Final = 200
"""Entries asked for at once; the most every list gives."""

PAGES: Final = 6
"""Pages of one part at most: a list that is longer is cut, and that is said."""

AWAY: Final = (errors.Unavailable, errors.Exhausted, TimeoutError)
"""What makes a part missing. A refusal is no such thing: it is the answer to all."""

Ask = Callable[[str, Message], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One list of one service."""

    ask: Ask
    method: str
    request: Message
    field: str
    """Where in the answer the entries stand."""


async def composed(parts: Mapping[str, Part]) -> Json:
    """
    Return every part's entries by name, with `missing` and `cut`: the names of what is not there, or not whole.

    The number of calls is that of the parts and their pages, however much is in them.

    Raises:
        ServiceError: What a service refused.
        Unavailable: Every part is missing. (UNAVAILABLE)
    """
    found = await asyncio.gather(*(_whole(part) for part in parts.values()))
    answer: Json = {}
    missing, cut = [], []
    for name, (entries, is_whole) in zip(parts, found, strict=True):
        answer[name] = [] if entries is None else entries
        if entries is None:
            missing.append(name)
        elif not is_whole:
            cut.append(name)
    if len(missing) == len(parts):
        raise errors.Unavailable("No service answers.", reason="DEPENDENCY_DOWN")
    return {**answer, "missing": missing, "cut": cut}


async def _whole(part: Part) -> tuple[list[Json] | None, bool]:
    """Return a part's entries, page after page, and whether these are all; None when its service is away."""
    entries: list[Json] = []
    part.request.page_size = PAGE  # type: ignore[attr-defined]
    try:
        async with asyncio.timeout(PART_S):
            for _ in range(PAGES):
                page = await part.ask(part.method, part.request)
                entries += map(plain, getattr(page, part.field))
                if not page.next_page_token:
                    return entries, True
                part.request.page_token = page.next_page_token  # type: ignore[attr-defined]
    except errors.ServiceError as error:
        if isinstance(error, AWAY) or error.status == "DEADLINE_EXCEEDED":
            return None, False
        raise
    except TimeoutError:
        return None, False
    return entries, False
