"""Checkpoints (C2SP tlog-checkpoint) and proofs that stand alone (C2SP tlog-proof@v1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain import merkle
from services.audit.domain.notes import NoteRefused, VerifierKey, open_note, sign_note

PROOF_HEADER = "c2sp.org/tlog-proof@v1"

ORIGIN_BASE = "kept.example/audit"
"""Origins are schema-less URLs; a practice's tree is `kept.example/audit/<practice id>`."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree at a moment: whose, how many records, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the body a key signs."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, *, name: str, key: Ed25519PrivateKey) -> str:
        """Return the signed note."""
        return sign_note(self.text, name=name, key=key)


def origin_of(practice_id: str) -> str:
    """Return the origin of a practice's tree."""
    return f"{ORIGIN_BASE}/{practice_id}"


def open_checkpoint(note: str, keys: Mapping[str, VerifierKey], *, origin: str) -> Checkpoint:
    """
    Return the checkpoint a known key signed for this origin.

    Raises:
        NoteRefused: The note, its signature, its origin or its body is not right.
    """
    lines = open_note(note.encode(), keys).split("\n")
    if len(lines) < 4 or lines[0] != origin:
        raise NoteRefused("the checkpoint is of another tree")
    size, root = lines[1], lines[2]
    if not (size.isascii() and size.isdigit()) or str(int(size)) != size:
        raise NoteRefused("the checkpoint's size is malformed")
    try:
        raw = base64.b64decode(root, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != merkle.HASH_BYTES:
        raise NoteRefused("the checkpoint's root is malformed")
    return Checkpoint(origin, int(size), raw)


def write_proof(index: int, hashes: Sequence[bytes], note: str) -> str:
    """Return a `.tlog-proof`: the place, the hashes from the leaf's sibling upward, the checkpoint."""
    lines = [PROOF_HEADER, f"index {index}", *(base64.b64encode(each).decode() for each in hashes), "", note]
    return "\n".join(lines)


def verify_proof(proof: str, leaf: bytes, keys: Mapping[str, VerifierKey], *, origin: str) -> tuple[int, Checkpoint]:
    """
    Check a `.tlog-proof` for a leaf hash; return the leaf's place and the checkpoint.

    Raises:
        NoteRefused: The file or the checkpoint in it is malformed or not signed by a known key.
        merkle.ProofRefused: The leaf is not where the proof says.
    """
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 2 or lines[0] != PROOF_HEADER or not lines[1].startswith("index "):
        raise NoteRefused("the proof is malformed")
    try:
        index = int(lines[1].removeprefix("index "))
        hashes = [base64.b64decode(each, validate=True) for each in lines[2:]]
    except (ValueError, binascii.Error):
        raise NoteRefused("the proof is malformed") from None
    checkpoint = open_checkpoint(note, keys, origin=origin)
    merkle.verify_inclusion(index, checkpoint.size, leaf, hashes, checkpoint.root)
    return index, checkpoint
