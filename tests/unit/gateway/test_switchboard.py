"""The switchboard finds what the router would have found."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from services.gateway.bootstrap import routes
from services.gateway.switchboard import Switchboard

APP = routes()
BOARD = Switchboard(APP.router)
ID = "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"
ROUTES = [route for route in APP.router.routes if isinstance(route, APIRoute) and ":path}" not in route.path]
"""All but those that take any number of words: they are left to the search."""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_route_is_found_first_by_both(route: APIRoute) -> None:
    """Of every path and method: the first route that matches is the same."""
    path = re.sub(r"\{[^}]+\}", ID, route.path)
    for method in route.methods or ():
        scope = {"type": "http", "path": path, "method": method, "root_path": ""}
        [first, *_] = [each for each in ROUTES if each.matches(scope)[0] is Match.FULL]
        [found, *_] = [each for each in BOARD._candidates(path) if each.matches(scope)[0] is Match.FULL]

        assert found is first


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/nothing/here", "/v1/appointments/a/b/c/d"])
def test_what_has_no_place_is_left_to_the_search(path: str) -> None:
    """It refuses as before."""
    scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}

    assert [each for each in BOARD._candidates(path) if each.matches(scope)[0] is Match.FULL] == []
