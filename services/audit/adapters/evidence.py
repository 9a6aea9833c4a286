"""Writes evidence packages: folders that verify without Kept, its network or its database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.audit.adapters import evidence_verify
from services.audit.domain.checkpoints import Checkpoint, write_proof
from services.audit.domain.notes import VerifierKey
from services.audit.usecases.door import Asked, Door, Refused, records

README = """\
Evidence from the audit trail of Kept

    python3 verify.py --key '<the vkey line you were given by other means>'

checks every file here. It needs Python 3.11 and the package `cryptography`, no network and no database.
Take verify.py from a copy you trust when the package came by somebody you do not.

records.jsonl   the records, oldest first: place, exact bytes, and the columns they were found by
proofs/         one C2SP tlog-proof a record: it stands in the signed tree
checkpoints/    the signed tree (C2SP tlog-checkpoint), and an earlier one when it was given
vkeys.txt       the key that signed
manifest.json   what was asked, by which filter, and the SHA-256 of every file; manifest.sha256 is its own

A package without a filter proves that no record is missing.
A package with one proves every record in it, not that the filter left none out.
"""


def write_package(
    folder: Path,
    door: Door,
    asked: Asked,
    *,
    note: str,
    checkpoint: Checkpoint,
    key: VerifierKey,
    before: tuple[str, Checkpoint] | None,
    progress: Callable[[int, int], None],
) -> int:
    """
    Write the records asked for with a proof each; return how many.

    Args:
        before: An earlier note and what it says; proven to be the beginning of this tree.

    Raises:
        Refused: The folder is not empty: a package is never mixed with another.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty")
    for each in (folder / "proofs", folder / "checkpoints"):
        each.mkdir(parents=True, exist_ok=True)
    leaving = replace(asked, is_evidence=True)
    found = sorted((each for each in records(door, leaving) if each.seq < checkpoint.size), key=lambda each: each.seq)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for count, record in enumerate(found, start=1):
            line = {"seq": record.seq, "canonical": record.canonical, "columns": dict(record.columns)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            proof = write_proof(record.seq, door.inclusion(record.seq, checkpoint.size), note)
            (folder / "proofs" / f"{record.seq}.tlog-proof").write_text(proof, encoding="utf-8")
            progress(count, len(found))
    (folder / "checkpoints" / "latest.checkpoint").write_text(note, encoding="utf-8")
    if before:
        (folder / "checkpoints" / "before.checkpoint").write_text(before[0], encoding="utf-8")
        grown = before[1].size < checkpoint.size
        hashes = door.consistency(before[1].size, checkpoint.size) if grown else []
        lines = "".join(base64.b64encode(each).decode() + "\n" for each in hashes)
        (folder / "proofs" / "consistency.txt").write_text(lines, encoding="ascii")
    (folder / "vkeys.txt").write_text(f"{key.text}\n", encoding="utf-8")
    (folder / "README").write_text(README, encoding="utf-8")
    (folder / "verify.py").write_bytes(Path(evidence_verify.__file__).read_bytes())
    _seal(folder, asked, checkpoint, len(found))
    return len(found)


def _seal(folder: Path, asked: Asked, checkpoint: Checkpoint, count: int) -> None:
    """Write the manifest over all files, and its own hash."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    manifest = {
        "format": evidence_verify.FORMAT,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "count": count,
        "is_whole": asked.is_everything,
        "asked": {
            "client_id": asked.client_id,
            "actor_id": asked.actor_id,
            "since": asked.since.isoformat() if asked.since else "",
            "until": asked.until.isoformat() if asked.until else "",
        },
        "make_time": datetime.now(UTC).isoformat(),
        "files": {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files},
    }
    raw = json.dumps(manifest, indent=1, sort_keys=True).encode()
    (folder / evidence_verify.MANIFEST).write_bytes(raw)
    (folder / evidence_verify.SEAL).write_text(hashlib.sha256(raw).hexdigest() + "\n", encoding="ascii")
