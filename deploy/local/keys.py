"""Makes development keys, and gives every service only the ones it needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.local.places import PYTHON, REPO, Root, write_private

CALLERS: dict[str, tuple[str, ...]] = {
    "availability": ("gateway", "booking", "matching", "notifications"),
    "booking": ("gateway", "matching", "notifications"),
    "matching": ("gateway",),
    "notifications": ("gateway",),
    "audit": ("gateway",),
    "gateway": (),
}
"""
Who calls whom: a service trusts the signatures of its callers, and its own.

Source: the call graph, which has no circle. A caller that is missing here is refused with TOKEN_INVALID.
"""

KEEPS_PERSONAL_DATA = ("booking", "notifications", "matching")
"""Services with encrypted fields. Each has a keyring of its own: one stolen opens one database."""


def make_keys(root: Root) -> None:
    """Create what is missing; a key that is there is kept, since data was encrypted with it."""
    public = {service: signing_key(folder(root, service) / f"actor-{service}.key") for service in CALLERS}
    for service, callers in CALLERS.items():
        trusted = folder(root, service) / "trusted"
        trusted.mkdir(exist_ok=True)
        for issuer in (*callers, service):
            (trusted / f"{issuer}.pub").write_bytes(public[issuer])
    (folder(root, "audit") / "checkpoint.pub").write_bytes(signing_key(folder(root, "audit") / "checkpoint.key"))
    signing_key(folder(root, "gateway") / "oidc.key")
    for service in KEEPS_PERSONAL_DATA:
        keyring = folder(root, service) / "keyring.json"
        if not keyring.exists():
            subprocess.run([PYTHON, "-m", "services.chassis.crypto", "new-keyring", keyring], cwd=REPO, check=True)


def folder(root: Root, service: str) -> Path:
    """The service's KEPT_KEYS_DIR."""
    path = root.keys / service
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def signing_key(path: Path) -> bytes:
    """The public half of the Ed25519 key in *path*, which is made if it isn't there."""
    if path.exists():
        private = load_private(path)
    else:
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, pem.decode("ascii"))
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def load_private(path: Path) -> Ed25519PrivateKey:
    """Read a key this module wrote."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{path} is not an Ed25519 key; delete it to have a new one made")
    return key
