"""Names the origins that people sign in at by browser, and how long they stay signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.chassis.config import Misconfigured
from services.gateway.code_flow import is_local

LIFETIME_S: Final = 12 * 3600
"""Seconds a session lasts at most, whatever happens in it. Source: NIST SP 800-63B 4.2.3, twelve hours."""


@dataclass(frozen=True, slots=True)
class Face:
    """One of the portal's three faces."""

    roles: frozenset[str]
    """Who has business there; a session carries no other role of a person who has more."""

    idle_s: int
    """Seconds without a request after which a session ends."""

    needs_strong: bool
    """Whether one factor opens nothing here."""


FACES: Final[dict[str, Face]] = {
    "client": Face(frozenset({"client"}), 30 * 60, needs_strong=False),
    "desk": Face(frozenset({"front_desk", "therapist", "practice_admin"}), 30 * 60, needs_strong=False),
    "compliance": Face(frozenset({"compliance_officer"}), 15 * 60, needs_strong=True),
}
"""Source of the idle times: NIST SP 800-63B 4.2.3 and 4.3.3, 30 minutes, and 15 for the highest level."""


@dataclass(frozen=True, slots=True)
class Portal:
    """A face at its origin."""

    name: str
    origin: str
    face: Face

    @property
    def host(self) -> str:
        """Return the Host header a browser sends to it."""
        return urlsplit(self.origin).netloc


def read_portals(text: str) -> Mapping[str, Portal]:
    """
    Read KEPT_PORTAL_ORIGINS, such as "client=https://my.example desk=https://desk.example".

    Returns:
        Portals by the Host header they are asked with.

    Raises:
        Misconfigured: A face is unknown, an origin is none or is shared, or is neither HTTPS nor on this machine.
    """
    found: dict[str, Portal] = {}
    for part in text.split():
        name, _, origin = part.partition("=")
        parts = urlsplit(origin)
        if name not in FACES:
            raise Misconfigured(f"KEPT_PORTAL_ORIGINS: {name} is none of {', '.join(FACES)}")
        if f"{parts.scheme}://{parts.netloc}" != origin or not parts.hostname or origin != origin.lower():
            raise Misconfigured(f"KEPT_PORTAL_ORIGINS: {origin} is no origin")
        if parts.scheme != "https" and not is_local(origin):
            raise Misconfigured(f"KEPT_PORTAL_ORIGINS: {origin} is not HTTPS")
        portal = Portal(name, origin, FACES[name])
        if portal.host in found:
            raise Misconfigured(f"KEPT_PORTAL_ORIGINS: two portals share {origin}; each needs a cookie of its own")
        found[portal.host] = portal
    return found
