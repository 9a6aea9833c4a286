"""The officer's commands for keeping and destroying."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from services.audit.usecases.door import Door

OK, GIVEN_UP = 0, 1

BAR_CHARS = 30
LOOK_EVERY_S = 1.0
"""Seconds between two looks at what is under way."""

REASONS = ("LITIGATION", "INVESTIGATION", "REGULATOR", "CLIENT_REQUEST", "MINOR")
PAGE = 200

Run = Callable[[argparse.Namespace, Door], int]
Add = Callable[[str, Run, str], argparse.ArgumentParser]

UNDER_WAY = ("EXPORTING", "DETACHING", "ORDERED")
BAD = ("FAILED",)


def add_commands(add: Add, *, uuid: Callable[[str], str]) -> None:
    """Add the commands to the officer's parser."""
    keeping = add("retention", retention, "show, or with --years set, how long the trail is kept")
    keeping.add_argument("--years", type=int, help="6 to 100")
    holding = add("hold", hold, "hold a client, or with --practice-wide everything, from being destroyed")
    holding.add_argument("--client", type=uuid, default="", help="the client (UUID)")
    holding.add_argument("--practice-wide", action="store_true", help="hold the whole practice")
    holding.add_argument("--reason", choices=REASONS, required=True, help="why")
    holding.add_argument("--reference", default="", help="the number of a file or case, never a name")
    add("lift", lift, "lift a hold").add_argument("hold_id", type=uuid, help="which hold")
    add("holds", holds, "list holds").add_argument("--open", action="store_true", help="only those that hold now")
    for name, run, what in (
        ("detach", detach, "take out what is past its time: archived, verified, on two persons' word"),
        ("erase", erase, "destroy every key of a client, on two persons' word"),
    ):
        command = add(name, run, what)
        steps = command.add_subparsers(required=True, dest="step", metavar="STEP")
        for step in ("request", "approve", "cancel", "show"):
            each = steps.add_parser(step, help=_STEPS[step])
            if step == "request" and name == "erase":
                each.add_argument("--client", type=uuid, required=True, help="the client (UUID)")
            if step != "request":
                each.add_argument("id", type=uuid, nargs="?" if step == "show" else None, default="", help="which")
            each.add_argument("--wait", action="store_true", help="stay until it rests, with a bar on a terminal")


_STEPS = {
    "request": "ask for it, as the officer",
    "approve": "agree, as the practice's admin",
    "cancel": "call it off, as long as nobody agreed",
    "show": "show one, or all",
}


def retention(options: argparse.Namespace, door: Door) -> int:
    """Show or set how long the trail is kept."""
    if options.years is None:
        kept = door.keep("GetRetention", {})
    else:
        kept = door.keep("SetRetention", {"years": options.years})
    print(f"kept for {kept['years']} years")
    return OK


def hold(options: argparse.Namespace, door: Door) -> int:
    """Set a hold."""
    if bool(options.client) == options.practice_wide:
        sys.stderr.write("kept-audit: give --client or --practice-wide\n")
        return 2
    made = door.keep(
        "SetLegalHold", {"client_id": options.client, "reason": options.reason, "reference": options.reference}
    )
    print(_hold_line(made))
    return OK


def lift(options: argparse.Namespace, door: Door) -> int:
    """Lift a hold."""
    print(_hold_line(door.keep("LiftLegalHold", {"hold_id": options.hold_id})))
    return OK


def holds(options: argparse.Namespace, door: Door) -> int:
    """List holds."""
    for each in _all(door, "ListLegalHolds", "legal_holds", {"only_open": options.open}):
        print(_hold_line(each))
    return OK


def detach(options: argparse.Namespace, door: Door) -> int:
    """Ask for a detachment, agree to it, call it off, look how far it is."""
    return _step(options, door, "Detachment", "detachment_id", _detachment_line)


def erase(options: argparse.Namespace, door: Door) -> int:
    """Ask for an erasure, agree to it, call it off, look how far it is."""
    return _step(options, door, "Erasure", "erasure_id", _erasure_line)


def _step(
    options: argparse.Namespace, door: Door, what: str, id_field: str, line: Callable[[dict[str, Any]], str]
) -> int:
    if options.step == "show" and not options.id:
        listed = _all(door, f"List{what}s", f"{what.lower()}s", {})
        for each in listed:
            print(line(each))
        return OK
    if options.step == "request":
        fields = {"client_id": options.client} if what == "Erasure" else {}
        found = door.keep(f"Request{what}", fields)
    else:
        method = {"approve": f"Approve{what}", "cancel": f"Cancel{what}", "show": f"Get{what}"}[options.step]
        found = door.keep(method, {id_field: options.id})
    while options.wait and _state(found) in UNDER_WAY:
        _bar(found)
        time.sleep(LOOK_EVERY_S)
        found = door.keep(f"Get{what}", {id_field: found[id_field]})
    print(line(found))
    if found.get("certificate"):
        print(found["certificate"], end="")
    return GIVEN_UP if _state(found) in BAD else OK


def _all(door: Door, method: str, name: str, fields: dict[str, str | int | bool]) -> list[dict[str, Any]]:
    """Return every page of a list; over HTTP its cursor has another name than over gRPC."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        asked = {**fields, "limit": PAGE, "cursor": cursor} if door.is_http else {
            **fields, "page_size": PAGE, "page_token": cursor
        }  # fmt: skip
        page = door.keep(method, asked)
        found += page[name]
        cursor = str(page.get("next_cursor") or page.get("next_page_token") or "")
        if not cursor:
            return found


def _state(found: dict[str, Any]) -> str:
    return str(found["state"]).removeprefix("STATE_")


def _bar(found: dict[str, Any]) -> None:
    """Draw a bar on a terminal, and nothing into a file or a pipe."""
    if not sys.stderr.isatty() or "end_seq" not in found:
        return
    done = int(found["removed_count"] if _state(found) == "DETACHING" else found["exported_count"])
    total = max(1, int(found["end_seq"]))
    full = min(BAR_CHARS, BAR_CHARS * done // total)
    sys.stderr.write(f"\r[{'#' * full}{'-' * (BAR_CHARS - full)}] {_state(found).lower()} {done} of {total} records")


def _hold_line(found: dict[str, Any]) -> str:
    whose = found.get("client_id") or "the practice"
    reason = str(found["reason"]).removeprefix("REASON_")
    state = "lifted" if found.get("lift_actor_id") else "holds"
    return f"{found['hold_id']}  {state:<6}  {reason:<14}  {whose}  {found.get('reference', '')}".rstrip()


def _detachment_line(found: dict[str, Any]) -> str:
    return (
        f"{found['detachment_id']}  {_state(found):<9}  up to record {found['end_seq']}"
        f"  exported {found['exported_count']}  removed {found['removed_count']}  held {found['held_count']}"
    )


def _erasure_line(found: dict[str, Any]) -> str:
    parts = ", ".join(f"{each['service']} {each['keys_destroyed']}" for each in found.get("parts", ()))
    return f"{found['erasure_id']}  {_state(found):<9}  client {found['client_id']}  keys destroyed: {parts or 'none'}"
