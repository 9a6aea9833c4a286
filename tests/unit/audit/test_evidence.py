"""Checkpoints and proofs that stand alone: what is accepted, and nothing else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain import merkle
from services.audit.domain.checkpoints import (
    ORIGIN_BASE,
    PROOF_HEADER,
    Checkpoint,
    open_checkpoint,
    origin_of,
    verify_proof,
    write_proof,
)
from services.audit.domain.notes import NoteRefused, VerifierKey, open_note, sign_note

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
VERIFIER = VerifierKey(ORIGIN_BASE, KEY.public_key())
KEYS = {ORIGIN_BASE: VERIFIER}
ORIGIN = origin_of("p")
LEAVES = [merkle.leaf_hash(bytes([each])) for each in range(2)]
ROOT = merkle.node_hash(*LEAVES)
NOTE = Checkpoint(ORIGIN, 2, ROOT).sign(name=ORIGIN_BASE, key=KEY)
PROOF = write_proof(1, [LEAVES[0]], NOTE)


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    """Whose tree, how large, which root."""
    assert open_checkpoint(NOTE, KEYS, origin=ORIGIN) == Checkpoint(ORIGIN, 2, ROOT)


@pytest.mark.parametrize(
    "body",
    [
        f"{ORIGIN}x\n2\n{'A' * 43}=\n",
        f"{ORIGIN}\n02\n{'A' * 43}=\n",
        f"{ORIGIN}\n-2\n{'A' * 43}=\n",
        f"{ORIGIN}\n²\n{'A' * 43}=\n",
        f"{ORIGIN}\n2\nAAAA\n",
        f"{ORIGIN}\n2\n!\n",
        f"{ORIGIN}\n2\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_the_tree_is_refused(body: str) -> None:
    """Another origin, a size with a zero in front, a root that is none."""
    with pytest.raises(NoteRefused):
        open_checkpoint(sign_note(body, name=ORIGIN_BASE, key=KEY), KEYS, origin=ORIGIN)


def test_a_proof_says_where_the_leaf_stands() -> None:
    """And in which tree."""
    assert verify_proof(PROOF, LEAVES[1], KEYS, origin=ORIGIN) == (1, Checkpoint(ORIGIN, 2, ROOT))


@pytest.mark.parametrize(
    "proof",
    [
        "",
        PROOF.replace("@v1", "@v2"),
        PROOF.replace("index 1", "index one"),
        PROOF.replace("index 1\n", "index 1\n!\n"),
        PROOF_HEADER,
        PROOF.replace("index 1\n", ""),
        PROOF[:-1],
    ],
)
def test_a_malformed_proof_is_refused(proof: str) -> None:
    """Whatever line is not what it must be."""
    with pytest.raises(NoteRefused):
        verify_proof(proof, LEAVES[1], KEYS, origin=ORIGIN)


def test_a_proof_holds_for_its_leaf_and_place_alone() -> None:
    """Another leaf, or the same at another place, is refused."""
    with pytest.raises(merkle.ProofRefused):
        verify_proof(PROOF, LEAVES[0], KEYS, origin=ORIGIN)
    with pytest.raises(merkle.ProofRefused):
        verify_proof(PROOF.replace("index 1", "index 0"), LEAVES[1], KEYS, origin=ORIGIN)


@pytest.mark.parametrize("at", range(len(PROOF)))
def test_no_character_of_a_proof_can_be_changed(at: int) -> None:
    """But those between the lines of a signature that base64 does not carry."""
    mangled = PROOF[:at] + chr(ord(PROOF[at]) ^ 1) + PROOF[at + 1 :]

    with pytest.raises((NoteRefused, merkle.ProofRefused)):
        verify_proof(mangled, LEAVES[1], KEYS, origin=ORIGIN)


def test_a_signature_of_a_stranger_beside_ours_is_passed_over() -> None:
    """Witnesses may add theirs."""
    text = NOTE.partition("\n\n")[0] + "\n"
    stranger = sign_note(text, name="witness.example", key=Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))

    assert open_note((NOTE + stranger.partition("\n\n")[2]).encode(), KEYS) == text


def test_a_false_signature_in_our_name_is_refused_beside_a_true_one() -> None:
    """A known key's signature must hold wherever it stands."""
    false = sign_note(NOTE.partition("\n\n")[0] + "x\n", name=ORIGIN_BASE, key=KEY).partition("\n\n")[2]

    with pytest.raises(NoteRefused):
        open_note((NOTE + false).encode(), KEYS)


@pytest.mark.parametrize(("text", "name"), [("no end", "n"), ("tab\t\n", "n"), ("text\n", "a b"), ("text\n", "a+b")])
def test_what_could_not_be_read_again_is_not_signed(text: str, name: str) -> None:
    """No newline at the end, control characters, names that break the line."""
    with pytest.raises(ValueError, match="newline"):
        sign_note(text, name=name, key=KEY)
