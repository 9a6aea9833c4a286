"""Puts audit's parts together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.adapters.archives import read_archive, read_witnesses
from services.audit.adapters.postgres import PostgresTrail
from services.audit.adapters.postgres_retention import PostgresRetention
from services.audit.adapters.witness_files import FileWitness
from services.audit.usecases.retention_ports import Archive
from services.audit.usecases.sign_checkpoint import CheckpointSigner
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.db.pool import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """What the process is built from."""

    database: Database
    trail: PostgresTrail
    witness: FileWitness
    signer: CheckpointSigner
    retention: PostgresRetention
    archive: Archive | None
    witnesses: Sequence[Archive]
    clock: Callable[[], datetime]


async def bootstrap(config: ProcessConfig, environ: Mapping[str, str] = os.environ) -> Parts:
    """
    Open the database and read the key, which stands outside of it.

    KEPT_STATE_DIR is where the last checkpoints are kept; by default beside the keys. KEPT_ARCHIVE is where records
    past their time are exported to, KEPT_WITNESSES where checkpoints are copied to.
    """
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    folder = Path(environ.get("KEPT_STATE_DIR") or config.keys_dir.parent / "checkpoints")
    return Parts(
        database=await Database.open(config),
        trail=PostgresTrail(),
        witness=FileWitness(folder),
        signer=CheckpointSigner(_read_key(config.keys_dir / "checkpoint.key")),
        retention=PostgresRetention(),
        archive=read_archive(environ),
        witnesses=read_witnesses(environ),
        clock=lambda: datetime.now(UTC),
    )


def _read_key(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured(f"{path.name} is no Ed25519 key")
    return key
