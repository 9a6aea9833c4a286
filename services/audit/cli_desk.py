"""The officer's desk at the command: alarms, cases, digests."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from services.audit.adapters.watch_doors import HttpDesk, RpcDesk, Told
from services.audit.usecases.door import Refused

OK, ALARM = 0, 1


class Desk(Protocol):
    """A way to the desk. Every method raises Unreachable or Refused."""

    def close(self) -> None:
        """Give the connection back."""

    def listed(self, what: str, told: Told, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Return a page of a list, and where to go on."""

    def step(self, what: str, id_: str, step: str, told: Told, etag: str) -> dict[str, Any]:
        """Do a step; return what it came to."""


def desk_of(options: argparse.Namespace) -> Desk:
    """Open the way that the options name."""
    if options.grpc:
        tls_dir = os.environ.get("KEPT_TLS_DIR")
        return RpcDesk(options.grpc, options.token, tls_dir=Path(tls_dir) if tls_dir else None)
    return HttpDesk(options.url, options.token)


def alarms(options: argparse.Namespace, desk: Desk) -> int:
    """List alarms, say that one was seen, or what it was; the exit code is 1 while severe ones are open."""
    if options.acknowledge:
        _print(options, desk.step("alarms", options.acknowledge, "acknowledgements", {}, ""), _alarm)
        return OK
    if options.resolve:
        if not options.resolution:
            raise Refused("--resolve needs --as EXPLAINED, REPAIRED or INCIDENT")
        told = {"resolution": options.resolution}
        _print(options, desk.step("alarms", options.resolve, "resolutions", told, ""), _alarm)
        return OK
    is_severe = False
    for each in _all(desk, "alarms", {"only_open": not options.all, "kind": options.kind}):
        is_severe |= each["severity"] == "HIGH" and not each["resolution"]
        _print(options, each, _alarm)
    return ALARM if is_severe else OK


def cases(options: argparse.Namespace, desk: Desk) -> int:
    """List the review queue, show what was found, take, decide or sign off a case."""
    steps: list[tuple[str, str, dict[str, str | bool]]] = [
        (options.take, "assignments", {"assignee_id": options.to}),
        (options.decide, "decisions", {"outcome": options.outcome}),
        (options.sign_off, "sign-offs", {"is_sent_back": False}),
        (options.send_back, "sign-offs", {"is_sent_back": True}),
    ]
    for case_id, step, told in steps:
        if case_id:
            if step == "decisions" and not options.outcome:
                raise Refused("--decide needs --as JUSTIFIED, VIOLATION or INCONCLUSIVE")
            _print(options, desk.step("cases", case_id, step, told, _etag(desk, case_id)), _case)
            return OK
    if options.findings:
        for each in _all(desk, "findings", {"case_id": options.findings}):
            _print(options, each, _finding)
        return OK
    told = {"only_open": not options.all, "only_overdue": options.overdue, "rule": options.rule}
    for each in _all(desk, "cases", told):
        _print(options, each, _case)
    return OK


def digests(options: argparse.Namespace, desk: Desk) -> int:
    """Print the weeks in numbers, newest first."""
    for each in _all(desk, "digests", {}):
        _print(options, each, _digest)
    return OK


def add_commands(
    add: Callable[[str, Callable[[argparse.Namespace, Any], int], str], argparse.ArgumentParser],
    *,
    uuid: Callable[[str], str],
) -> None:
    """Add the desk's commands."""
    alarming = add(
        "alarms", alarms, "list alarms, say that one was seen, or what it was; exits with 1 while HIGH is open"
    )
    alarming.add_argument("--all", action="store_true", help="also those that are over")
    alarming.add_argument("--kind", default="", help="only of this kind, for example emitter.gap")
    alarming.add_argument("--acknowledge", type=uuid, default="", metavar="ID", help="say that you have seen it")
    alarming.add_argument("--resolve", type=uuid, default="", metavar="ID", help="say what it was")
    alarming.add_argument("--as", dest="resolution", choices=("EXPLAINED", "REPAIRED", "INCIDENT"), default="")
    working = add("cases", cases, "list the review queue, and work on cases")
    working.add_argument("--all", action="store_true", help="also those that are closed")
    working.add_argument("--overdue", action="store_true", help="only those past their time")
    working.add_argument("--rule", default="", help="only of this rule, for example vip")
    working.add_argument("--findings", type=uuid, default="", metavar="ID", help="list what was found in a case")
    working.add_argument("--take", type=uuid, default="", metavar="ID", help="work on it yourself, or give it --to")
    working.add_argument("--to", default="", metavar="ACTOR", help="who is to work on it, for example user:officer")
    working.add_argument("--decide", type=uuid, default="", metavar="ID", help="say what was found out, with --as")
    working.add_argument("--as", dest="outcome", choices=("JUSTIFIED", "VIOLATION", "INCONCLUSIVE"), default="")
    working.add_argument("--sign-off", type=uuid, default="", metavar="ID", help="agree with a severe outcome")
    working.add_argument("--send-back", type=uuid, default="", metavar="ID", help="do not agree")
    reading = add("digests", digests, "print the weeks in numbers")
    for command in (alarming, working, reading):
        command.add_argument("--json", action="store_true", help="one JSON object a line")
        command.set_defaults(is_desk=True)


def _all(desk: Desk, what: str, told: Told) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page, cursor = desk.listed(what, told, cursor)
        yield from page
        if not cursor:
            return


def _etag(desk: Desk, case_id: str) -> str:
    """Return the version of a case as it is now: the command shows a case and changes it in one go."""
    for each in _all(desk, "cases", {}):
        if each["case_id"] == case_id:
            return str(each["etag"])
    raise Refused("there is no such case")


def _print(options: argparse.Namespace, each: dict[str, Any], line: Callable[[dict[str, Any]], str]) -> None:
    print(json.dumps(each, sort_keys=True) if options.json else line(each))


def _alarm(each: dict[str, Any]) -> str:
    state = each["resolution"] or ("seen" if each["acknowledged_by"] else "OPEN")
    shown = " ".join(f"{one['name']}={one['value']}" for one in each["evidence"])
    return f"{each['alarm_id']}  {each['severity']:<6}  {state:<9}  {each['kind']:<20}  {each['subject']}  {shown}"


def _case(each: dict[str, Any]) -> str:
    who = f"{each['actor_id']} -> {each['client_id'] or '-'}"
    return (
        f"{each['case_id']}  {each['severity']:<6}  {each['state']:<15}  due {str(each['due_time'])[:10]}"
        f"  {each['rule']:<19}  {each['findings']:>3}  {who}  {each['assignee_id'] or 'nobody'}  {each['outcome']}"
    )


def _finding(each: dict[str, Any]) -> str:
    return f"{each['seq']:>8}  {each['occur_time']}  {each['rule']:<19}  {each['actor_id']}  {each['client_id'] or '-'}"


def _digest(each: dict[str, Any]) -> str:
    lines = "".join(f"\n    {one['name']:<32} {one['count']:>8}" for one in each["lines"])
    return f"{each['week']}{lines}"
