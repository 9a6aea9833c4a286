"""Finds the route of a request by its first words, instead of trying all of them in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

Place = tuple[int, str, str]
"""How many words a path has, and its first two; "" stands for a word that a route leaves open."""

OPEN: Final = ""


class Switchboard:
    """
    Stands where the router's own search stands.

    With two hundred routes the search cost a tenth of a reading's time. What is not found here (unknown paths, methods
    a path does not have) goes to the search, so that it is refused as before.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes: dict[Place, list[APIRoute]] = defaultdict(list)
        for route in router.routes:
            if isinstance(route, APIRoute) and ":path}" not in route.path:
                self._routes[place_of(route.path)].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to its route."""
        if scope["type"] == "http":
            for route in self._candidates(scope["path"]):
                match, child = route.matches(scope)
                if match is Match.FULL:
                    scope["router"] = self._router
                    scope.update(child)
                    await route.handle(scope, receive, send)
                    return
        await self._router.app(scope, receive, send)

    def _candidates(self, path: str) -> Sequence[APIRoute]:
        words = path.split("/")[1:]
        first, second = words[0], words[1] if len(words) > 1 else OPEN
        return (*self._routes.get((len(words), first, second), ()), *self._routes.get((len(words), first, OPEN), ()))


def place_of(path: str) -> Place:
    """Return where a route stands, by its path as it was declared."""
    words = [OPEN if "{" in word else word for word in path.split("/")[1:]]
    return len(words), words[0], words[1] if len(words) > 1 else OPEN
