"""Makes keys and tokens for services that a test starts in its own process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.chassis.config import ProcessConfig
from services.chassis.context import Actor
from services.chassis.crypto import write_keyring
from services.chassis.identity import Signer, write_key_pair

ISSUERS = ("gateway", "availability", "booking", "matching", "notifications", "audit")


class SuiteKeys:
    """A KEPT_KEYS_DIR in which everybody trusts everybody, and a signer per issuer."""

    def __init__(self, folder: Path) -> None:
        (folder / "trusted").mkdir(parents=True)
        for issuer in ISSUERS:
            write_key_pair(folder / f"actor-{issuer}.key", folder / "trusted" / f"{issuer}.pub")
        write_key_pair(folder / "checkpoint.key", folder / "checkpoint.pub")
        self.keyring_path = folder / "keyring.json"
        write_keyring(self.keyring_path)
        self.folder = folder
        self.signers = {issuer: Signer.read(issuer, folder) for issuer in ISSUERS}

    def config(self, service: str, **settings: object) -> ProcessConfig:
        """Return the settings of a process on a free loopback port."""
        return ProcessConfig(
            service=service,
            instance="test",
            grpc_listen="127.0.0.1:0",
            keys_dir=self.folder,
            **settings,  # type: ignore[arg-type]
        )

    def as_person(self, actor: Actor) -> list[tuple[str, str]]:
        """Return the metadata the gateway sends for a person."""
        return [*self.as_service("gateway"), ("authorization", f"Bearer {self.signers['gateway'].sign(actor)}")]

    def as_service(self, name: str, practice_id: str = "") -> list[tuple[str, str]]:
        """Return the metadata a service sends in its own name."""
        practice = [("x-kept-practice", practice_id)] if practice_id else []
        return [("x-kept-service", self.signers[name].service_token()), *practice]


def person(practice_id: str, roles: Sequence[str], *, client_id: str = "", therapist_id: str = "") -> Actor:
    """Return somebody with these roles."""
    name = "-".join(roles) or "nobody"
    return Actor(f"user:{name}", "user", practice_id, frozenset(roles), client_id=client_id, therapist_id=therapist_id)
