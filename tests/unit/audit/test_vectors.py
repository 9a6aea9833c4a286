"""Proofs and notes against vectors that others published."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.notes import NoteRefused, VerifierKey, open_note, sign_note

VECTORS = Path(__file__).parents[2] / "vectors" / "merkle"
INCLUSION = sorted(VECTORS.glob("inclusion/**/*.json"))
CONSISTENCY = sorted(VECTORS.glob("consistency/**/*.json"))

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

# The public test key of golang.org/x/mod/sumdb/note; it protects nothing.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def read(path: Path) -> dict[str, Any]:
    """A vector with its hashes decoded; a missing hash is empty."""
    vector: dict[str, Any] = json.loads(path.read_text())
    for key in ("root", "root1", "root2", "leafHash"):
        vector[key] = base64.b64decode(vector.get(key) or "")
    vector["proof"] = [base64.b64decode(each) for each in vector.get("proof") or []]
    return vector


@pytest.mark.parametrize("path", INCLUSION, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_inclusion_vectors_are_classified_as_published(path: Path) -> None:
    """Good proofs hold, bad ones are refused."""
    vector = read(path)
    arguments = (vector["leafIdx"], vector["treeSize"], vector["leafHash"], vector["proof"], vector["root"])

    if vector["wantErr"]:
        with pytest.raises(merkle.ProofRefused):
            merkle.verify_inclusion(*arguments)
    else:
        merkle.verify_inclusion(*arguments)


@pytest.mark.parametrize("path", CONSISTENCY, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_consistency_vectors_are_classified_as_published(path: Path) -> None:
    """Good proofs hold, bad ones are refused, and an empty tree vouches for nothing."""
    vector = read(path)
    arguments = (vector["size1"], vector["size2"], vector["root1"], vector["root2"], vector["proof"])

    if vector["wantErr"]:
        with pytest.raises(merkle.ProofRefused):
            merkle.verify_consistency(*arguments)
    else:
        merkle.verify_consistency(*arguments)


def test_the_vectors_are_there() -> None:
    """A lost folder must not look like success."""
    assert (len(INCLUSION), len(CONSISTENCY)) == (49, 49)


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_tree(size: int) -> None:
    """RFC 6962 roots of the first leaves."""
    frontier = merkle.Frontier(0, [])
    frontier.append(merkle.leaf_hash(leaf) for leaf in LEAVES[:size])

    assert frontier.root().hex() == ROOTS[size]


def test_a_published_note_opens_and_is_signed_again_to_the_byte() -> None:
    """Ed25519 is deterministic: the same key and text give the published bytes."""
    key = VerifierKey.parse(VKEY)

    text = open_note(NOTE.encode(), {key.name: key})

    assert sign_note(text, name="PeterNeumann", key=Ed25519PrivateKey.from_private_bytes(SEED)) == NOTE
    assert key.text == VKEY


def test_the_golden_checkpoint() -> None:
    """A checkpoint of the reference tree, signed with the public test key."""
    checkpoint = Checkpoint("example.com/audit/tenant-1", 8, bytes.fromhex(ROOTS[8]))

    note = checkpoint.sign(name="PeterNeumann", key=Ed25519PrivateKey.from_private_bytes(SEED))

    assert note == (
        "example.com/audit/tenant-1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
        "\u2014 PeterNeumann "
        "x08go2YxFWW3jdvJdXocw/my9KbgjJVAcWSsP5gaTVVc0EXx1wiD7fTFBs56qCgGxFg8Tl8rj3wm0IyXaSvkmZ6t9gM=\n"
    )


@pytest.mark.parametrize(
    "note",
    [
        NOTE.partition("\n\n")[0].encode(),
        NOTE.removesuffix("\n").encode(),
        NOTE.replace("answer", "answ\x01r").encode(),
        NOTE.encode().replace(b"answer", b"answ\xff"),
        NOTE.replace("PeterNeumann x08", "Peter Neumann x08").encode(),
        NOTE.encode() + b"after\n",
        (NOTE + NOTE.partition("\n\n")[2] * 100).encode(),
        NOTE.replace("answer", "question").encode(),
        NOTE.replace("PeterNeumann", "Somebody").encode(),
    ],
)
def test_a_malformed_or_unsigned_note_is_refused(note: bytes) -> None:
    """No block, no end, control bytes, bad UTF-8, a blank in the name, trailing text, too many, changed, unknown."""
    key = VerifierKey.parse(VKEY)

    with pytest.raises(NoteRefused):
        open_note(note, {key.name: key})


def test_every_mangled_verifier_key_is_refused() -> None:
    """Whatever single byte is changed or wherever it is cut."""
    mangled = [VKEY[:end] for end in range(len(VKEY))]
    mangled += [VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))]

    for each in mangled:
        with pytest.raises((NoteRefused, ValueError)):
            VerifierKey.parse(each)
