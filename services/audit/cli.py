"""The compliance officer's command: ask the trail, and check every answer."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit import cli_desk, cli_retention
from services.audit.adapters import evidence_verify
from services.audit.adapters.archive_verify import check_archive
from services.audit.adapters.evidence import write_package
from services.audit.adapters.gateway import GatewayTrail
from services.audit.adapters.rpc_door import RpcDoor
from services.audit.domain.checkpoints import ORIGIN_BASE, Checkpoint, open_checkpoint, origin_of, write_proof
from services.audit.domain.notes import NoteRefused, VerifierKey
from services.audit.domain.retention import detached_origin
from services.audit.domain.verification import Claimed, Finding
from services.audit.usecases.check_trail import Outcome, check_trail
from services.audit.usecases.door import Asked, Door, Inconsistent, Refused, ReportAsked, Unreachable, records

OK, TAMPERED, USAGE, UNREACHABLE = 0, 1, 2, 3

BAR_CHARS = 30

REPORT_PARAMETERS = (
    "client_id", "actor_id", "day", "time_zone", "opens", "closes", "threshold", "within_min", "near_days", "seq",
)  # fmt: skip

FINDINGS_SHOWN = 100
"""Findings printed at most; the count tells the rest."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0 fine, 1 tampering found, 2 wrong usage or refused, 3 unreachable."""
    options = _parser().parse_args(arguments)
    if getattr(options, "package", None):
        return _verify_package(options)
    if getattr(options, "archive", None):
        return _verify_archive(options)
    if not options.token:
        return _complain("give --token, or set KEPT_TOKEN", USAGE)
    door: Any = cli_desk.desk_of(options) if getattr(options, "is_desk", False) else _door(options)
    try:
        return int(options.run(options, door))
    except Unreachable as error:
        return _complain(f"the trail does not answer: {error}", UNREACHABLE)
    except Refused as error:
        return _complain(f"refused: {error}", USAGE)
    except OSError as error:
        return _complain(str(error), USAGE)
    except (NoteRefused, Inconsistent) as error:
        _show(Finding("checkpoint", -1, str(error)))
        return TAMPERED
    finally:
        door.close()


def query(options: argparse.Namespace, door: Door) -> int:
    """Print records, newest first: one line each."""
    for record in records(door, _asked(options), most=options.most):
        print(_line(record))
    return OK


def report(options: argparse.Namespace, door: Door) -> int:
    """Print what a report finds, page by page, or what reports there are."""
    if options.list or not options.name:
        for each in door.reports():
            needs = f" (needs {', '.join(each.required)})" if each.required else ""
            takes = f"\n    may be told {', '.join(each.optional)}" if each.optional else ""
            print(f"{each.name}{needs}\n    {each.summary}{takes}")
        return OK
    told = {field: getattr(options, field) for field in REPORT_PARAMETERS}
    told |= {"from_time": _rfc3339(options.since), "to_time": _rfc3339(options.until)}
    parameters = {field: value for field, value in told.items() if value not in ("", None)}
    asked, cursor = ReportAsked(options.name, options.format, parameters), ""
    while True:
        lines, cursor = door.report(asked, cursor)
        for line in lines:
            print(line)
        if not cursor:
            return OK


def verify(options: argparse.Namespace, door: Door) -> int:
    """Check records against the signed checkpoint; without a filter all of them, and that none is missing."""
    key = _read_key(options.key)
    practice_id = options.practice or door.practice_id()
    origin = origin_of(practice_id)
    note = door.checkpoint()
    checkpoint = open_checkpoint(note, {key.name: key}, origin=origin)
    print(f"checkpoint  {checkpoint.size} records of {origin}, signed by {key.text.rpartition('+')[0]}")
    before = None
    if options.state and options.state.exists():
        before = open_checkpoint(options.state.read_text(encoding="utf-8"), {key.name: key}, origin=origin)
    archived = _archived(door, key, practice_id)
    outcome = check_trail(door, _asked(options), checkpoint, before=before, archived=archived, progress=_progress)
    if before and not any(each.check == "consistency" for each in outcome.findings):
        print(f"growth      the tree still holds the {before.size} records it had when checked before")
    findings = outcome.findings
    for finding in findings[:FINDINGS_SHOWN]:
        _show(finding)
    if findings:
        print(f"TAMPERED    {len(findings)} findings in {outcome.count} records")
        return TAMPERED
    if options.state:
        options.state.write_text(note, encoding="utf-8")
    print(f"OK          {_praise(outcome)}")
    return OK


def _archived(door: Door, key: VerifierKey, practice_id: str) -> Checkpoint | None:
    """Return what the pinned key signed as archived, or None."""
    _, note = door.detached()
    return open_checkpoint(note, {key.name: key}, origin=detached_origin(practice_id)) if note else None


def _verify_archive(options: argparse.Namespace) -> int:
    """Check an archive offline; needs no token and asks nobody."""
    try:
        key = _read_key(options.key)
        count, problems = check_archive(options.archive, {key.name: key}, progress=_progress)
    except (Refused, OSError) as error:
        return _complain(str(error), USAGE)
    for name, problem in problems[:FINDINGS_SHOWN]:
        print(f"FAILED      {name}: {problem}")
    if problems:
        print(f"TAMPERED    {len(problems)} findings in {count} records")
        return TAMPERED
    print(f"OK          {count} records hold: they are the beginning of the signed tree")
    return OK


def export(options: argparse.Namespace, door: Door) -> int:
    """Write an evidence package, and verify it as its reader will."""
    key = _read_key(options.key)
    origin = origin_of(options.practice or door.practice_id())
    note = door.checkpoint()
    checkpoint = open_checkpoint(note, {key.name: key}, origin=origin)
    before = None
    if options.state and options.state.exists():
        old = options.state.read_text(encoding="utf-8")
        before = (old, open_checkpoint(old, {key.name: key}, origin=origin))
    count = write_package(
        options.out,
        door,
        _asked(options),
        note=note,
        checkpoint=checkpoint,
        key=key,
        before=before,
        progress=_progress,
    )
    print(f"wrote {count} records to {options.out}")
    return evidence_verify.main([str(options.out), "--key", key.text])


def _verify_package(options: argparse.Namespace) -> int:
    """Check a package offline; needs no token and asks nobody."""
    try:
        return evidence_verify.main([str(options.package), "--key", _read_key(options.key).text])
    except (Refused, OSError) as error:
        return _complain(str(error), USAGE)


def proof(options: argparse.Namespace, door: Door) -> int:
    """Write a proof that stands alone (C2SP tlog-proof) beside the record's bytes."""
    note = door.checkpoint()
    origin, size = note.split("\n")[:2]
    if options.practice and origin != origin_of(options.practice):
        raise Refused(f"the token opens {origin}")
    record = door.record(options.seq)
    text = write_proof(options.seq, door.inclusion(options.seq, int(size)), note)
    out = options.out or Path(f"record-{options.seq}")
    proof_path, record_path = out.with_name(f"{out.name}.tlog-proof"), out.with_name(f"{out.name}.json")
    proof_path.write_text(text, encoding="utf-8")
    record_path.write_bytes(record.canonical.encode())
    print(f"wrote {proof_path} and {record_path}")
    return OK


def checkpoint(options: argparse.Namespace, door: Door) -> int:
    """Print the latest signed checkpoint."""
    sys.stdout.write(door.checkpoint())
    return OK


def _door(options: argparse.Namespace) -> Door:
    if options.grpc:
        tls_dir = os.environ.get("KEPT_TLS_DIR")
        return RpcDoor(options.grpc, options.token, tls_dir=Path(tls_dir) if tls_dir else None)
    return GatewayTrail(options.url, options.token)


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(options.client, options.actor, options.since, options.until)


def _praise(outcome: Outcome) -> str:
    held = f"{outcome.count} records hold: bytes, columns, and their place in the signed tree"
    if outcome.detached:
        return f"{held}; none is missing but the first {outcome.detached} were archived and taken out"
    if outcome.is_whole:
        return f"{held}; none is missing"
    return f"{held} (leave out the filters to prove that none is missing)"


def _show(finding: Finding) -> None:
    where = f" at record {finding.seq}" if finding.seq >= 0 else ""
    print(f"FAILED      {finding.check}{where}: {finding.detail}")


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"kept-audit: {text}\n")
    return code


def _progress(done: int, expected: int) -> None:
    """Draw a bar on a terminal, and nothing into a file or a pipe."""
    if not sys.stderr.isatty():
        return
    if not expected:
        sys.stderr.write(f"\r{done} records")
        return
    full = BAR_CHARS * done // expected
    bar = "#" * full + "-" * (BAR_CHARS - full)
    sys.stderr.write(f"\r[{bar}] {100 * done // expected:>3} %  {done} of {expected} records")
    if done == expected:
        sys.stderr.write("\n")


def _line(record: Claimed) -> str:
    columns = record.columns
    client = columns["client_id"] or "-"
    head = f"{columns['occur_time']}  {columns['stage']:<8}  {columns['operation']:<38}"
    return f"{record.seq:>8}  {head}  {columns['actor_id']:<28}  {client}"


def _read_key(path: Path) -> VerifierKey:
    """Read the pinned public key: a PEM file, or a vkey line."""
    raw = path.read_bytes()
    try:
        if not raw.startswith(b"-----"):
            return VerifierKey.parse(raw.decode().strip())
        public = serialization.load_pem_public_key(raw)
    except (NoteRefused, ValueError) as error:
        raise Refused(f"{path} is no public key: {error}") from None
    if not isinstance(public, Ed25519PublicKey):
        raise Refused(f"{path} is no Ed25519 key")
    return VerifierKey(ORIGIN_BASE, public)


def _moment(text: str) -> datetime:
    """Read a date or an instant; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _rfc3339(moment: datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else ""


def _uuid(text: str) -> str:
    return str(UUID(text)) if text else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kept-audit",
        description="Asks the audit trail, and checks every answer.",
        epilog="Exit codes: 0 fine, 1 tampering found or given up, 2 wrong usage or refused, 3 unreachable.",
    )
    parser.add_argument(
        "--url", "--via", default=os.environ.get("KEPT_URL", "http://127.0.0.1:8080"), help="the gateway (or KEPT_URL)"
    )
    parser.add_argument("--grpc", metavar="HOST:PORT", default="", help="ask the audit service itself, not the gateway")
    parser.add_argument(
        "--token",
        default=os.environ.get("KEPT_TOKEN", ""),
        help="an officer's access token; with --grpc an actor token (or KEPT_TOKEN)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace, Any], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    listing = add("query", query, "list records, newest first")
    listing.add_argument("--most", type=int, default=1_000, help="records at most (default: 1000)")
    checking = add(
        "verify", verify, "check records against the signed checkpoint; without filters also that none is missing"
    )
    checking.add_argument("--key", type=Path, required=True, help="the pinned public key: PEM or vkey")
    checking.add_argument("--state", type=Path, help="remembers the checkpoint; proves growth since last time")
    checking.add_argument("--practice", type=_uuid, default="", help="whose tree it must be (default: the token's)")
    checking.add_argument("--package", type=Path, help="check this evidence package offline; needs no token")
    checking.add_argument("--archive", type=Path, help="check this archive's folder offline; needs no token")
    exporting = add("export", export, "write an evidence package that verifies without us")
    exporting.add_argument("--key", type=Path, required=True, help="the pinned public key: PEM or vkey")
    exporting.add_argument("--out", type=Path, required=True, help="an empty or new folder")
    exporting.add_argument("--state", type=Path, help="an earlier checkpoint; its growth is proven in the package")
    exporting.add_argument("--practice", type=_uuid, default="", help="whose tree it must be (default: the token's)")
    for command in (listing, checking, exporting):
        command.add_argument("--client", type=_uuid, default="", help="only records about this client (UUID)")
        command.add_argument("--actor", default="", help="only records of this actor, for example user:desk")
        command.add_argument("--since", type=_moment, help="first instant, for example 2030-01-31 or 2030-01-31T09:00Z")
        command.add_argument("--until", type=_moment, help="the instant the last record lies before")
    reporting = add("report", report, "run a ready-made report; --list tells which there are")
    reporting.add_argument("name", nargs="?", default="", metavar="NAME", help="for example who-saw-client")
    reporting.add_argument("--list", action="store_true", help="list the reports: what they find, need and may be told")
    reporting.add_argument("--format", choices=("jsonl", "csv", "fhir"), default="jsonl", help="default: jsonl")
    reporting.add_argument("--client", dest="client_id", type=_uuid, default="", help="the client (UUID)")
    reporting.add_argument("--actor", dest="actor_id", default="", help="the actor, for example user:desk")
    reporting.add_argument("--since", type=_moment, help="first instant, for example 2030-01-31 or 2030-01-31T09:00Z")
    reporting.add_argument("--until", type=_moment, help="the instant the last record lies before")
    reporting.add_argument("--day", default="", help="a local day instead, YYYY-MM-DD; needs --zone")
    reporting.add_argument("--zone", dest="time_zone", default="", help="the practice's zone, an IANA name")
    reporting.add_argument("--opens", default="", metavar="HH:MM", help="when the practice opens")
    reporting.add_argument("--closes", default="", metavar="HH:MM", help="when it closes")
    reporting.add_argument("--threshold", type=int, help="how many clients within an hour are many")
    reporting.add_argument("--within", dest="within_min", type=int, metavar="MINUTES", help="how soon is soon")
    reporting.add_argument("--near", dest="near_days", type=int, metavar="DAYS", help="how near an appointment is")
    reporting.add_argument("--seq", type=int, help="the record to explain")
    proving = add("proof", proof, "write a proof that stands alone")
    proving.add_argument("--seq", type=int, required=True, help="the record's place in the tree")
    proving.add_argument("--practice", type=_uuid, default="", help="whose tree it must be (default: the token's)")
    proving.add_argument("--out", type=Path, help="where to: OUT.tlog-proof and OUT.json (default: record-SEQ)")
    add("checkpoint", checkpoint, "print the latest signed checkpoint")
    cli_desk.add_commands(add, uuid=_uuid)
    cli_retention.add_commands(add, uuid=_uuid)
    return parser


if __name__ == "__main__":
    sys.exit(main())
