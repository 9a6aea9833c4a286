"""Shows what was put aside and puts it back: `python -m services.chassis.events.quarantine`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO
from uuid import UUID

import psycopg

from services.chassis.events.contracts import event_class
from services.chassis.events.delivery import Unreadable, read

DONE, REFUSED, MISUSED, DOWN = 0, 1, 2, 3
"""Exit codes: all done; something was refused; bad usage; the database does not answer."""

SETTLED = frozenset({"replayed", "known", "already replayed"})
"""Fates that leave nothing to do."""

PAGE = 50
"""Rows `list` prints unless told otherwise."""

PAGE_MAX = 1000
BATCH = 100
"""Messages put back in one transaction: a crash repeats at most these, and repeating changes nothing."""

WIDTHS = "{:<36}  {:<20}  {:<8}  {:<42}  {:<22}  {}"

_LIST = """
select quarantine_id::text, create_time, origin, queue, event_id, type, reason, detail, replay_time
  from quarantine
 where (%(type)s = '' or type = %(type)s) and (%(reason)s = '' or reason = %(reason)s)
   and (%(all)s or replay_time is null)
   and (create_time, quarantine_id) > (%(after_time)s, %(after_id)s)
 order by create_time, quarantine_id
 limit %(limit)s
"""

_SHOW = """
select quarantine_id::text, create_time, origin, queue, event_id, type, reason, detail, replay_time,
       practice_id::text, headers, body
  from quarantine where quarantine_id = %s
"""

_LOCK = """
select practice_id::text, quarantine_id::text, origin, event_id, headers, body, replay_time
  from quarantine where quarantine_id = any (%s::uuid[])
 order by create_time, quarantine_id
   for update
"""

# The event keeps its place in the inbox, and with it its place in the order of its aggregate.
_AGAIN = """
update inbox set state = 'pending', is_replayed = true, attempt_count = 0, next_attempt_time = '-infinity',
                 handle_time = null, last_error = ''
 where practice_id = %s and event_id = %s and state = 'quarantined'
returning 1
"""

_STORE = """
insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body, actor, traceparent,
                   causation_id, publish_time, is_replayed)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true)
on conflict (practice_id, event_id) do nothing
returning 1
"""

_MARK = "update quarantine set replay_time = now() where practice_id = %s and quarantine_id = %s"


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was put aside; its body only leaves by `show`."""

    quarantine_id: str
    create_time: datetime
    origin: str
    queue: str
    event_id: str
    type: str
    reason: str
    detail: str
    replay_time: datetime | None


def find(
    conn: psycopg.Connection, *, type_: str = "", reason: str = "", is_every: bool = False, limit: int | None = None
) -> Iterator[Aside]:
    """Give what was put aside, oldest first: of a type, for a reason, and with *is_every* what was replayed too."""
    after_time: object = "-infinity"
    after_id, left = str(UUID(int=0)), limit
    while left is None or left > 0:
        wanted = min(PAGE_MAX, PAGE_MAX if left is None else left)
        values = {
            "type": type_,
            "reason": reason,
            "all": is_every,
            "after_time": after_time,
            "after_id": after_id,
            "limit": wanted,
        }
        rows = [Aside(*row) for row in conn.execute(_LIST, values).fetchall()]
        yield from rows
        if len(rows) < wanted:
            return
        after_time, after_id = rows[-1].create_time, rows[-1].quarantine_id
        left = None if left is None else left - len(rows)


def replay(conn: psycopg.Connection, quarantine_ids: Sequence[str]) -> dict[str, str]:
    """
    Put messages back into the inbox in the order they were put aside, in one transaction.

    Args:
        conn: Autocommit, as the service's worker.
        quarantine_ids: UUIDs.

    Returns:
        What became of each: "replayed", "known" (the inbox has or had the event: nothing to do), "already
        replayed", "not found", or the reason why it still can't be read.
    """
    fates = dict.fromkeys(quarantine_ids, "not found")
    with conn.transaction():
        for practice_id, quarantine_id, origin, event_id, headers, body, replay_time in conn.execute(
            _LOCK, (list(quarantine_ids),)
        ).fetchall():
            if replay_time is not None:
                fates[quarantine_id] = "already replayed"
                continue
            if origin == "inbox":
                again = conn.execute(_AGAIN, (practice_id, event_id)).fetchone()
                fates[quarantine_id] = "replayed" if again else "known"
            else:
                fates[quarantine_id] = _store(conn, headers, bytes(body))
            if fates[quarantine_id] in ("replayed", "known"):
                conn.execute(_MARK, (practice_id, quarantine_id))
    return fates


def _store(conn: psycopg.Connection, headers: Mapping[str, Any], body: bytes) -> str:
    """Read a message as the consumer does, with the contracts of today; return what became of it."""
    properties = {**headers, "application_headers": headers.get("headers") or {}}
    name = str(properties.get("type", ""))
    try:
        event = read(body, properties, {name: event_class(name)})
    except KeyError:
        return "UNKNOWN_TYPE"
    except Unreadable as unreadable:
        return unreadable.reason
    row = (
        event.practice_id, event.event_id, event.source, event.type, event.aggregate_id, event.version, event.body,
        event.actor, event.traceparent, event.causation_id, event.publish_time,
    )  # fmt: skip
    return "replayed" if conn.execute(_STORE, row).fetchone() else "known"


def main(arguments: Sequence[str], out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    url = options.database_url or os.environ.get("KEPT_DATABASE_URL", "")
    if not url:
        print("quarantine: set KEPT_DATABASE_URL or give --database-url", file=err)
        return MISUSED
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="kept quarantine") as conn:
            found: int = options.run(conn, options, out, err)
            return found
    except psycopg.OperationalError as error:
        print(f"quarantine: the database does not answer ({type(error).__name__})", file=err)
        return DOWN


def _list(conn: psycopg.Connection, options: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    if not options.json:
        print(WIDTHS.format("id", "put aside", "from", "type", "reason", "replayed"), file=out)
    count = 0
    for each in find(conn, type_=options.type, reason=options.reason, is_every=options.all, limit=options.limit):
        count += 1
        if options.json:
            told = {name: getattr(each, name) for name in Aside.__slots__}
            print(json.dumps(told, default=_iso), file=out)
        else:
            when, again = f"{each.create_time:%Y-%m-%dT%H:%M:%SZ}", _iso(each.replay_time) if each.replay_time else ""
            print(WIDTHS.format(each.quarantine_id, when, each.origin, each.type, each.reason, again), file=out)
    print(f"{count} shown" + (f"; there may be more: --limit {count * 2}" if count == options.limit else ""), file=err)
    return DONE


def _show(conn: psycopg.Connection, options: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    row = conn.execute(_SHOW, (options.id,)).fetchone()
    if row is None:
        print(f"quarantine: nothing was put aside under {options.id}", file=err)
        return REFUSED
    *known, practice_id, headers, body = row
    told = dict(zip(Aside.__slots__, known, strict=True)) | {"practice_id": practice_id, "headers": headers}
    print(
        json.dumps(told | {"body": bytes(body).decode("utf-8", "backslashreplace")}, default=_iso, indent=2), file=out
    )
    return DONE


def _replay(conn: psycopg.Connection, options: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    ids = options.ids
    if not ids and not options.all:
        print("quarantine: name ids, or say --all", file=err)
        return MISUSED
    if not ids:
        ids = [each.quarantine_id for each in find(conn, type_=options.type, reason=options.reason)]
    counts: dict[str, int] = {}
    for start in range(0, len(ids), BATCH):
        for quarantine_id, fate in replay(conn, ids[start : start + BATCH]).items():
            counts[fate] = counts.get(fate, 0) + 1
            if options.verbose or fate not in SETTLED:
                print(f"{quarantine_id}  {fate}", file=out)
        if err.isatty():
            print(f"\r{min(start + BATCH, len(ids))} of {len(ids)}", end="", file=err)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items())) or "nothing was put aside"
    print(told, file=out)
    return DONE if counts.keys() <= SETTLED else REFUSED


def _parser() -> argparse.ArgumentParser:
    about = "Shows what was put aside, and puts it back; runs as the service's worker, on its database."
    parser = argparse.ArgumentParser(prog="quarantine", description=about)
    parser.add_argument("--database-url", default="", help="instead of KEPT_DATABASE_URL; the service's worker role")
    commands = parser.add_subparsers(required=True, metavar="list|show|replay")
    listing = commands.add_parser("list", help="what was put aside, oldest first; never a body")
    listing.add_argument("--limit", type=_limit, default=PAGE, help=f"rows to print, at most {PAGE_MAX}")
    listing.add_argument("--all", action="store_true", help="what was replayed already, too")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_list)
    showing = commands.add_parser("show", help="one message whole, with its headers and its body")
    showing.add_argument("id", type=_uuid)
    showing.set_defaults(run=_show)
    replaying = commands.add_parser("replay", help="put messages back into the inbox; again changes nothing")
    replaying.add_argument("ids", nargs="*", type=_uuid, metavar="id")
    replaying.add_argument("--all", action="store_true", help="everything that was put aside and not replayed")
    replaying.add_argument("--verbose", action="store_true", help="a line for each message")
    replaying.set_defaults(run=_replay)
    for command in (listing, replaying):
        command.add_argument("--type", default="", help="only this event type, for example kept.booking.v1.X")
        command.add_argument("--reason", default="", help="only this reason, for example UNKNOWN_TYPE")
    return parser


def _limit(text: str) -> int:
    number = int(text)
    if not 1 <= number <= PAGE_MAX:
        raise argparse.ArgumentTypeError(f"1 to {PAGE_MAX}")
    return number


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no id") from None


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
