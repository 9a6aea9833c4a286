"""Checks an archive's folder by a public key alone: no trail, no network, no database."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.audit.domain import merkle, tiles
from services.audit.domain.checkpoints import open_checkpoint, origin_of
from services.audit.domain.notes import NoteRefused, VerifierKey
from services.audit.domain.retention import detached_origin
from services.audit.usecases.door import Refused

Problems = list[tuple[str, str]]


def check_archive(
    folder: Path, keys: Mapping[str, VerifierKey], *, progress: Callable[[int, int], None]
) -> tuple[int, Problems]:
    """
    Check every detachment in an archive; return how many records were checked, and what is wrong in which file.

    Every record is hashed, the hashes must be those of the tiles, the tiles make up the root of the signed statement,
    and that root is proven to be the beginning of a signed checkpoint.

    Raises:
        Refused: There is no detachment in this folder.
    """
    manifests = sorted(folder.glob("*/detachments/*.json"))
    if not manifests:
        raise Refused(f"{folder} holds no detachment")
    problems: Problems = []
    ends: dict[Path, int] = {}
    roots: dict[Path, list[bytes]] = {}
    for path in manifests:
        practice = path.parent.parent
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            end = int(manifest["end_seq"])
        except (ValueError, KeyError, TypeError):
            problems.append((str(path.relative_to(folder)), "it is no manifest"))
            continue
        known = roots.setdefault(practice, [])
        for index in range(len(known), end // tiles.WIDTH):
            known.append(_check_tile(folder, practice, index, problems))
            progress((index + 1) * tiles.WIDTH, end)
        ends[practice] = max(ends.get(practice, 0), end)
        if problem := _check_manifest(manifest, practice.name, end, known[: end // tiles.WIDTH], keys):
            problems.append((str(path.relative_to(folder)), problem))
    return sum(ends.values()), problems


def _check_tile(folder: Path, practice: Path, index: int, problems: Problems) -> bytes:
    """Check 256 records against their tile; return the root above them."""
    bundle, tile = practice / tiles.tile_path("entries", index), practice / tiles.tile_path(0, index)
    try:
        records = tiles.read_bundle(bundle.read_bytes())
        hashes = tiles.split_hashes(tile.read_bytes())
    except (OSError, tiles.BundleMalformed) as error:
        problems.append((str(bundle.relative_to(folder)), str(error)))
        return b""
    if [merkle.leaf_hash(each) for each in records] != hashes or len(records) != tiles.WIDTH:
        problems.append((str(bundle.relative_to(folder)), "the records are not those that were hashed"))
    return tiles.tile_root(hashes)


def _check_manifest(
    manifest: dict[str, Any], practice_id: str, end: int, roots: list[bytes], keys: Mapping[str, VerifierKey]
) -> str:
    """Return what is wrong with a detachment as a whole, or an empty text."""
    try:
        archived = open_checkpoint(manifest["note"], keys, origin=detached_origin(practice_id))
        checkpoint = open_checkpoint(manifest["checkpoint"], keys, origin=origin_of(practice_id))
        proof = [base64.b64decode(each, validate=True) for each in manifest["consistency"]]
        if (archived.size, archived.root) != (end, tiles.tile_root(roots)):
            return "the tiles do not make up the signed root"
        merkle.verify_consistency(archived.size, checkpoint.size, archived.root, checkpoint.root, proof)
    except (NoteRefused, merkle.ProofRefused) as error:
        return str(error)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "it is no manifest"
    return ""
