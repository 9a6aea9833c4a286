"""The compliance officer's command: ask the trail, and check every answer."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit.adapters.gateway import GatewayTrail, Refused, Unreachable
from services.audit.domain import merkle
from services.audit.domain.checkpoints import ORIGIN_BASE, Checkpoint, open_checkpoint, origin_of, write_proof
from services.audit.domain.notes import NoteRefused, VerifierKey
from services.audit.domain.verification import Claimed, Finding, check_record

OK, TAMPERED, USAGE, UNREACHABLE = 0, 1, 2, 3
PROGRESS_EVERY = 50


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0 fine, 1 tampering found, 2 wrong usage or refused, 3 unreachable."""
    options = _parser().parse_args(arguments)
    if not options.token:
        sys.stderr.write("kept-audit: give --token, or set KEPT_TOKEN\n")
        return USAGE
    try:
        with GatewayTrail(options.url, options.token) as trail:
            return int(options.run(options, trail))
    except Unreachable as error:
        sys.stderr.write(f"kept-audit: {options.url} does not answer: {error}\n")
        return UNREACHABLE
    except Refused as error:
        sys.stderr.write(f"kept-audit: refused: {error}\n")
        return USAGE
    except NoteRefused as error:
        sys.stderr.write(f"kept-audit: FAILED checkpoint: {error}\n")
        return TAMPERED


def query(options: argparse.Namespace, trail: GatewayTrail) -> int:
    """Print records, newest first: one line each."""
    for record in trail.records(client_id=options.client, actor_id=options.actor, most=options.most):
        print(_line(record))
    return OK


def verify(options: argparse.Namespace, trail: GatewayTrail) -> int:
    """Check the records of a client, an actor or the whole practice against the signed checkpoint."""
    key = _read_key(options.key)
    practice_id = trail.practice_id()
    note = trail.checkpoint()
    checkpoint = open_checkpoint(note, {key.name: key}, origin=origin_of(practice_id))
    print(f"checkpoint  {checkpoint.size} records, signed by {key.text.rpartition('+')[0]}")
    findings = _check_growth(options.state, note, checkpoint, key, trail)
    count = 0
    for record in trail.records(client_id=options.client, actor_id=options.actor, most=options.most):
        if record.seq >= checkpoint.size:
            continue
        finding = check_record(record, trail.inclusion(record.seq, checkpoint.size), checkpoint)
        count += 1
        if finding:
            findings.append(finding)
        if count % PROGRESS_EVERY == 0 and sys.stderr.isatty():
            sys.stderr.write(f"\r{count} records checked")
    if count >= PROGRESS_EVERY and sys.stderr.isatty():
        sys.stderr.write("\n")
    for each in findings:
        print(f"FAILED      {each.check} at record {each.seq}: {each.detail}")
    if findings:
        print(f"TAMPERED    {len(findings)} of {count} records do not hold")
        return TAMPERED
    if options.state:
        options.state.write_text(note, encoding="utf-8")
    print(f"OK          {count} records hold: bytes, columns, and their place in the signed tree")
    return OK


def proof(options: argparse.Namespace, trail: GatewayTrail) -> int:
    """Write a proof that stands alone (C2SP tlog-proof) beside the record's bytes."""
    note = trail.checkpoint()
    size = int(note.split("\n")[1])
    record = trail.record(options.seq)
    text = write_proof(options.seq, trail.inclusion(options.seq, size), note)
    options.out.with_suffix(".tlog-proof").write_text(text, encoding="utf-8")
    options.out.with_suffix(".json").write_text(record.canonical, encoding="utf-8")
    print(f"wrote {options.out.with_suffix('.tlog-proof')} and {options.out.with_suffix('.json')}")
    return OK


def checkpoint(options: argparse.Namespace, trail: GatewayTrail) -> int:
    """Print the latest signed checkpoint."""
    sys.stdout.write(trail.checkpoint())
    return OK


def _check_growth(
    state: Path | None, note: str, now: Checkpoint, key: VerifierKey, trail: GatewayTrail
) -> list[Finding]:
    """Check that the tree holds the one that was checked last time, if that was kept."""
    if state is None or not state.exists():
        return []
    before = open_checkpoint(state.read_text(encoding="utf-8"), {key.name: key}, origin=now.origin)
    try:
        if before.size > now.size:
            raise merkle.ProofRefused("the tree has shrunk")
        path = trail.consistency(before.size, now.size) if before.size < now.size else []
        merkle.verify_consistency(before.size, now.size, before.root, now.root, path)
    except merkle.ProofRefused as error:
        return [Finding("consistency", before.size, str(error))]
    print(f"growth      the tree still holds the {before.size} records checked before")
    return []


def _line(record: Claimed) -> str:
    columns = record.columns
    client = columns["client_id"] or "-"
    head = f"{columns['occur_time']}  {columns['stage']:<8}  {columns['operation']:<38}"
    return f"{head}  {columns['actor_id']:<28}  {client}"


def _read_key(path: Path) -> VerifierKey:
    """Read the pinned public key: a PEM file, or a vkey line."""
    raw = path.read_bytes()
    if raw.startswith(b"-----"):
        public = serialization.load_pem_public_key(raw)
        if not isinstance(public, Ed25519PublicKey):
            raise NoteRefused("the key is no Ed25519 key")
        return VerifierKey(ORIGIN_BASE, public)
    return VerifierKey.parse(raw.decode().strip())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kept-audit", description="Asks the audit trail, and checks every answer.")
    parser.add_argument("--url", default=os.environ.get("KEPT_URL", "http://127.0.0.1:8080"), help="the gateway")
    parser.add_argument(
        "--token", default=os.environ.get("KEPT_TOKEN", ""), help="an officer's access token (or KEPT_TOKEN)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    for name, run, text in (
        ("query", query, "list records, newest first"),
        ("verify", verify, "check records against the signed checkpoint"),
    ):
        command = add(name, run, text)
        command.add_argument("--client", default="", help="only records about this client (UUID)")
        command.add_argument("--actor", default="", help="only records of this actor, for example user:desk")
        command.add_argument("--most", type=int, default=10_000, help="records at most (default: 10000)")
        if name == "verify":
            command.add_argument("--key", type=Path, required=True, help="the pinned public key: PEM or vkey")
            command.add_argument("--state", type=Path, help="remembers the checkpoint; proves growth since last time")
    command = add("proof", proof, "write a proof that stands alone")
    command.add_argument("--seq", type=int, required=True, help="the record's place in the tree")
    command.add_argument("--out", type=Path, required=True, help="where to: PATH.tlog-proof and PATH.json")
    add("checkpoint", checkpoint, "print the latest signed checkpoint")
    return parser


if __name__ == "__main__":
    sys.exit(main())
