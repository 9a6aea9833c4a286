"""Every capability of the services has a door for front ends."""

from __future__ import annotations

import ast
from pathlib import Path

from kept.access.v1 import access_pb2

from services.gateway import routes as resources
from services.gateway.bootstrap import SERVICES

WITHOUT_ROUTE = {
    "Hold": "booking holds slots in the ledger; a front end books an appointment instead",
    "HoldMany": "booking holds the slots of a series; a front end books the series instead",
    "TakeSeats": "booking seats a group's members by it; a front end books the seat instead",
    "MoveSession": "booking moves a group's session and its seats by it; a front end moves the session instead",
    "CheckSlots": "booking tries a series by it; a front end asks for the pre-flight instead",
    "Confirm": "booking answers its own holds",
    "Release": "booking gives time back when an appointment is cancelled",
    "Transfer": "booking passes freed time on to whom it offers it",
    "Move": "booking moves a claim when an appointment is moved",
    "CheckProxy": "matching asks who acts for whom; a front end lists proxies instead",
    "CheckFences": "matching asks who must not meet; a front end lists fences instead",
    "GetClaim": "booking reads back what it holds",
    "RecordAccess": "the gateway itself records by it what it saw at the door",
}
"""Methods without an HTTP route, each with the reason."""

METHODS = {method.name: method for doors in SERVICES.values() for door in doors for method in door.methods}


def named_in_routes() -> set[str]:
    """Every string constant of the routes: a method is called by its name."""
    folder = Path(resources.__path__[0])
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_method_has_a_route_or_a_reason() -> None:
    """A capability that no front end can reach is not there."""
    missing = METHODS.keys() - named_in_routes() - WITHOUT_ROUTE.keys()

    assert not missing, f"no route calls {sorted(missing)}"


def test_only_what_services_ask_each_other_goes_without_a_route() -> None:
    """An exemption that a person could use, or that has a route by now, is none."""
    assert WITHOUT_ROUTE.keys() <= METHODS.keys()
    assert not WITHOUT_ROUTE.keys() & named_in_routes()
    for name in WITHOUT_ROUTE:
        rule = METHODS[name].GetOptions().Extensions[access_pb2.rule]
        assert list(rule.callers) == [access_pb2.CALLER_SERVICE], name


def test_no_two_methods_of_a_process_have_one_name() -> None:
    """The gateway calls them by name."""
    for doors in SERVICES.values():
        names = [method.name for door in doors for method in door.methods]
        assert len(set(names)) == len(names)
