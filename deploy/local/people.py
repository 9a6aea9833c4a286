"""Says who is in the example practice: stable ids, and one demo user per role."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from pathlib import Path

from deploy.local.places import write_private
from services.chassis.oidc import DemoUser

SECOND_FACTOR = "246810"
"""What a demo therapist's or officer's authenticator would show."""

NAMESPACE = uuid.UUID("6b657074-6578-616d-706c-650000000000")
"""Ids of the example are derived from their names, so that loading it twice loads it once."""

PRACTICE = "harbour-and-prairie"
PASSWORD = "demo"  # noqa: S105 - made-up people on loopback


def id_of(kind: str, name: str) -> str:
    """Return the id of something in the example: `id_of("client", "client-001")`."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


PRACTICE_ID = id_of("practice", PRACTICE)

DEMO_CLIENT, OTHER_CLIENT = "client-198", "client-197"
"""Two clients without a standing appointment: the one who signs in, and the one who comes second."""

PORTALS = {"client": "my", "desk": "desk", "compliance": "audit"}
"""Where each face of the portal is reached: `desk.localhost`."""

USERS = (
    DemoUser("desk", PASSWORD, PRACTICE_ID, ("front_desk",)),
    DemoUser("admin", PASSWORD, PRACTICE_ID, ("practice_admin",)),
    DemoUser(
        "amara",
        PASSWORD,
        PRACTICE_ID,
        ("therapist",),
        therapist_id=id_of("therapist", "amara-osei"),
        second_factor=SECOND_FACTOR,
    ),
    DemoUser("client", PASSWORD, PRACTICE_ID, ("client",), client_id=id_of("client", DEMO_CLIENT)),
    DemoUser("officer", PASSWORD, PRACTICE_ID, ("compliance_officer",), second_factor=SECOND_FACTOR),
)


def write_users(path: Path) -> Path:
    """Write the users for the development issuer; return the path."""
    write_private(path, json.dumps([asdict(user) for user in USERS], indent=2))
    return path
