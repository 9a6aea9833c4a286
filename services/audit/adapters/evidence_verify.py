"""Verifies an evidence package with nothing but Python and `cryptography`."""

# This file travels in every package as verify.py: it imports nothing of Kept, and must go on not to.
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OK, FAILED, USAGE = 0, 1, 2
SEAL, MANIFEST = "manifest.sha256", "manifest.json"
FORMAT = "kept-evidence/1"
PROGRESS_EVERY = 500


class Refused(Exception):
    """A file of the package does not hold; the text names it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a package; the exit code is 0 fine, 1 something does not hold, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent, help="the package")
    parser.add_argument("--key", default="", help="the vkey line you trust; without it the package's own is used")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        sys.stderr.write(f"verify.py: {options.folder} is no folder\n")
        return USAGE
    try:
        for line in check_package(options.folder, pinned=options.key):
            sys.stdout.write(f"OK          {line}\n")
    except Refused as error:
        sys.stdout.write(f"FAILED      {error}\n")
        return FAILED
    if not options.key:
        sys.stdout.write("NOTE        the key came with the package: compare it with the one you were given\n")
    return OK


def check_package(folder: Path, *, pinned: str = "") -> Iterator[str]:
    """Give a line for each check that holds. Raises Refused at the first that does not."""
    manifest = _in_file(MANIFEST, lambda: _check_files(folder))
    yield f"{len(manifest['files'])} files are those that were exported"
    vkey = pinned or (folder / "vkeys.txt").read_text(encoding="utf-8").strip()
    latest = folder / "checkpoints" / "latest.checkpoint"
    size, root = _in_file("checkpoints/latest.checkpoint", lambda: open_checkpoint(latest, vkey, manifest["origin"]))
    yield f"checkpoint of {size} records of {manifest['origin']}, signed by {vkey.rpartition('+')[0]}"
    if (before := folder / "checkpoints" / "before.checkpoint").exists():
        old_size, old_root = _in_file(before.name, lambda: open_checkpoint(before, vkey, manifest["origin"]))
        path = (folder / "proofs" / "consistency.txt").read_text(encoding="ascii").split()
        hashes = [base64.b64decode(each) for each in path]
        _in_file("proofs/consistency.txt", lambda: check_growth(old_size, size, old_root, root, hashes))
        yield f"the tree still holds the {old_size} records of the earlier checkpoint"
    seqs, leaves = _check_records(folder, manifest["count"], latest.read_text(encoding="utf-8"), size, root)
    yield f"{len(seqs)} records hold: bytes, columns, and their place in the signed tree"
    if manifest["is_whole"]:
        if seqs != list(range(size)) or fold(leaves) != root:
            raise Refused("records.jsonl: records are missing from a package that says it is whole")
        yield "none is missing: the records make up the signed tree"
    else:
        yield "the records were chosen by a filter: what it left out can't be proven by them"


def _check_files(folder: Path) -> dict[str, Any]:
    raw = (folder / MANIFEST).read_bytes()
    if (folder / SEAL).read_text(encoding="ascii").strip() != hashlib.sha256(raw).hexdigest():
        raise Refused(f"{MANIFEST}: it is not the one that was exported ({SEAL} differs)")
    manifest: dict[str, Any] = json.loads(raw)
    if manifest["format"] != FORMAT:
        raise Refused(f"{MANIFEST}: format {manifest['format']} is not known")
    for name, digest in manifest["files"].items():
        if not (folder / name).is_file():
            raise Refused(f"{name}: the file is missing")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise Refused(f"{name}: the file was changed")
    present = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    if extra := present - set(manifest["files"]) - {MANIFEST, SEAL}:
        raise Refused(f"{min(extra)}: the file was added")
    return manifest


def _check_records(folder: Path, count: int, note: str, size: int, root: bytes) -> tuple[list[int], list[bytes]]:
    seqs, leaves = [], []
    with (folder / "records.jsonl").open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            seq, leaf = record["seq"], hashlib.sha256(b"\x00" + record["canonical"].encode()).digest()
            _in_file(f"records.jsonl: record {seq}", partial(_check_columns, record))
            name = f"proofs/{seq}.tlog-proof"
            proof = _in_file(name, partial((folder / name).read_text, encoding="utf-8"))
            _in_file(name, partial(check_proof, proof, seq, leaf, note, size, root))
            seqs.append(seq)
            leaves.append(leaf)
            if sys.stderr.isatty() and len(seqs) % PROGRESS_EVERY == 0:
                sys.stderr.write(f"\r{len(seqs)} of {count} records checked")
    if len(seqs) != count or seqs != sorted(set(seqs)):
        raise Refused(f"records.jsonl: {count} records were exported, {len(set(seqs))} are there")
    return seqs, leaves


def _in_file(name: str, check: Callable[[], Any]) -> Any:
    try:
        return check()
    except (OSError, ValueError, KeyError, TypeError, IndexError, InvalidSignature) as error:
        raise Refused(f"{name}: {error or 'the signature is false'}") from None


def _check_columns(record: dict[str, Any]) -> None:
    content, columns = json.loads(record["canonical"]), record["columns"]
    pairs = {
        "client_id": content["client_id"],
        "actor_id": content["actor"]["id"],
        "operation": content["op"],
        "stage": content["stage"],
    }
    for column, wanted in pairs.items():
        if columns[column] != wanted:
            raise ValueError(f"the column {column} is not what the record says")
    if _moment(columns["occur_time"]) != _moment(content["occurred_at"]):
        raise ValueError("the column occur_time is not what the record says")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def open_checkpoint(path: Path, vkey: str, origin: str) -> tuple[int, bytes]:
    """Return size and root of a C2SP checkpoint the key signed. Raises ValueError or InvalidSignature."""
    name, _, rest = vkey.partition("+")
    raw = base64.b64decode(rest.partition("+")[2], validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\x01" or key_id.hex() != rest.partition("+")[0]:
        raise ValueError("the key is malformed")
    text, _, signatures = path.read_text(encoding="utf-8").rpartition("\n\n")
    lines = [line.partition(f"\u2014 {name} ")[2] for line in signatures.splitlines()]
    found = [base64.b64decode(line, validate=True) for line in lines if line]
    ours = [each[4:] for each in found if each[:4] == key_id]
    if not ours:
        raise ValueError("the key did not sign the checkpoint")
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(ours[0], f"{text}\n".encode())
    given, size, root = text.split("\n")[:3]
    if given != origin:
        raise ValueError("the checkpoint is of another tree")
    return int(size), base64.b64decode(root, validate=True)


def check_proof(proof: str, seq: int, leaf: bytes, note: str, size: int, root: bytes) -> None:
    """Check a C2SP tlog-proof of one leaf (RFC 9162, 2.1.3.2). Raises ValueError."""
    head, _, carried = proof.partition("\n\n")
    title, index, *hashes = head.split("\n")
    if title != "c2sp.org/tlog-proof@v1" or index != f"index {seq}" or carried != note:
        raise ValueError("the proof is of another record or checkpoint")
    if not 0 <= seq < size:
        raise ValueError("the record lies outside the tree")
    fn, sn, current = seq, size - 1, leaf
    for sibling in (base64.b64decode(each, validate=True) for each in hashes):
        if sn == 0:
            raise ValueError("the proof is too long")
        if fn & 1 or fn == sn:
            current = node(sibling, current)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            current = node(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or current != root:
        raise ValueError("the record is not in the signed tree")


def check_growth(first: int, second: int, first_root: bytes, second_root: bytes, proof: list[bytes]) -> None:
    """Check that the later tree begins with the earlier one (RFC 9162, 2.1.4.2). Raises ValueError."""
    if not 0 < first <= second or (first == second) is bool(proof):
        raise ValueError("the sizes and the proof do not go together")
    if first == second:
        if first_root != second_root:
            raise ValueError("the roots differ")
        return
    path = [first_root, *proof] if first.bit_count() == 1 else proof
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for each in path[1:]:
        if sn == 0:
            raise ValueError("the proof is too long")
        if fn & 1 or fn == sn:
            old, new = node(each, old), node(each, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node(new, each)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or old != first_root or new != second_root:
        raise ValueError("the tree does not hold what it held before")


def fold(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 9162, 2.1.1)."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        level, current = 0, leaf
        while stack and stack[-1][0] == level:
            level, current = level + 1, node(stack.pop()[1], current)
        stack.append((level, current))
    if not stack:
        return hashlib.sha256(b"").digest()
    current = stack.pop()[1]
    while stack:
        current = node(stack.pop()[1], current)
    return current


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


if __name__ == "__main__":
    sys.exit(main())
