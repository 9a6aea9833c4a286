"""Says who is in the example practice: stable ids, and one demo user per role."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.places import write_private

NAMESPACE = uuid.UUID("6b657074-6578-616d-706c-650000000000")
"""Ids of the example are derived from their names, so that loading it twice loads it once."""

PRACTICE = "harbour-and-prairie"
PASSWORD = "demo"  # noqa: S105 - made-up people on loopback


@dataclass(frozen=True, slots=True)
class User:
    """A demo user, as the development issuer reads it."""

    user: str
    password: str
    practice_id: str
    roles: tuple[str, ...]
    client_id: str = ""
    therapist_id: str = ""


def id_of(kind: str, name: str) -> str:
    """Return the id of something in the example: `id_of("client", "client-001")`."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


PRACTICE_ID = id_of("practice", PRACTICE)

USERS = (
    User("desk", PASSWORD, PRACTICE_ID, ("front_desk",)),
    User("admin", PASSWORD, PRACTICE_ID, ("practice_admin",)),
    User("amara", PASSWORD, PRACTICE_ID, ("therapist",), therapist_id=id_of("therapist", "amara-osei")),
    User("client", PASSWORD, PRACTICE_ID, ("client",), client_id=id_of("client", "client-200")),
    User("officer", PASSWORD, PRACTICE_ID, ("compliance_officer",)),
)


def write_users(path: Path) -> Path:
    """Write the users for the development issuer; return the path."""
    write_private(path, json.dumps([asdict(user) for user in USERS], indent=2))
    return path
