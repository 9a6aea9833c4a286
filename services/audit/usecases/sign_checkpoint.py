"""Signs the tree of a practice, if it still holds everything that was signed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain import errors, merkle
from services.audit.domain.checkpoints import ORIGIN_BASE, Checkpoint, open_checkpoint, origin_of
from services.audit.domain.notes import NoteRefused, VerifierKey, sign_note
from services.audit.domain.retention import detached_origin
from services.audit.usecases.ports import Head, Trail, Witness
from services.chassis.context import Call


class CheckpointSigner:
    """Holds the key, which is not in the database, and signs one tree after another."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        verifier = VerifierKey(ORIGIN_BASE, key.public_key())
        self.keys: Mapping[str, VerifierKey] = {verifier.name: verifier}

    def sign(self, practice_id: str, head: Head) -> str:
        """Return the note."""
        return Checkpoint(origin_of(practice_id), head.size, head.root).sign(name=ORIGIN_BASE, key=self._key)

    def sign_detached(self, practice_id: str, archived: Checkpoint) -> str:
        """Return the statement how far a practice's tree was archived and may be taken out."""
        return replace(archived, origin=detached_origin(practice_id)).sign(name=ORIGIN_BASE, key=self._key)

    def certify(self, text: str) -> str:
        """Return a certificate: a note with this text."""
        return sign_note(text, name=ORIGIN_BASE, key=self._key)


async def sign_checkpoint(call: Call, *, trail: Trail, witness: Witness, signer: CheckpointSigner) -> tuple[Head, str]:
    """
    Return the practice's head and its signed note, signing a fresh one when records have come in.

    The last note is kept outside of the database, too: a tree that was rewritten, or rolled back to a backup,
    is found against it and not signed.

    Raises:
        Missing: The practice has no records yet. (NOT_FOUND)
        TreeInconsistent: The tree does not hold what was signed before. (FAILED_PRECONDITION)
        SignedMeanwhile: Another process was faster. (ABORTED)
    """
    practice_id = call.practice_id
    head = await trail.head(call, is_locked=True)
    last = witness.last(practice_id)
    if head is None or head.size == 0:
        if last:
            raise errors.TreeInconsistent(
                "The trail no longer holds what was signed before.", practice_id=practice_id, check="the tree is empty"
            )
        raise errors.Missing("The practice has no records yet.")
    if last:
        await _check_growth(last, head, call, trail=trail, signer=signer)
    note = await trail.note(call, head.size)
    if note and note == last:
        return head, note
    note = signer.sign(practice_id, head)
    if note != last and not witness.replace(practice_id, last, note):
        raise errors.SignedMeanwhile("Another process signed meanwhile; ask again.")
    await trail.save_checkpoint(call, head, note)
    return head, note


async def _check_growth(last: str, head: Head, call: Call, *, trail: Trail, signer: CheckpointSigner) -> None:
    """Raise TreeInconsistent unless the tree begins with the one signed last."""
    try:
        before = open_checkpoint(last, signer.keys, origin=origin_of(call.practice_id))
        if before.size > head.size:
            raise merkle.ProofRefused("the tree has shrunk")
        plan = merkle.plan_consistency(before.size, head.size)
        nodes = await trail.nodes(call, [node for part in plan for node in part])
        merkle.verify_consistency(before.size, head.size, before.root, head.root, merkle.fold(plan, nodes))
    except (merkle.ProofRefused, NoteRefused) as error:
        raise errors.TreeInconsistent(
            "The trail no longer holds what was signed before.", practice_id=call.practice_id, check=str(error)
        ) from None
