"""Reads who signed in from a provider's claims, by the names it gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from services.chassis.config import Misconfigured
from services.chassis.context import Actor

SYSTEM_ROLES: Final = frozenset({"front_desk", "practice_admin"})
"""What a program may stand in for; it is nobody's therapist, no client, and reviews nothing."""

ROLES: Final = frozenset({"client", "front_desk", "therapist", "practice_admin", "compliance_officer"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that a token may make: a claim that is true, or has a value, or has it in its list."""

    name: str
    value: str = ""

    def is_made(self, claims: Mapping[str, Any]) -> bool:
        """Whether *claims* make it."""
        found = claims.get(self.name)
        if not self.value:
            return bool(found)
        return self.value in (map(str, found) if isinstance(found, list) else (str(found),))


TWO_FACTORS: Final = Claim("amr", "mfa")


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """By which names a provider tells what the gateway needs. Source: KEPT_OIDC_CLAIMS."""

    subject: Claim = Claim("sub")
    practice: Claim = Claim("kept_practice")
    roles: Claim = Claim("kept_roles")
    client: Claim = Claim("kept_client")
    therapist: Claim = Claim("kept_therapist")
    strong: Claim = TWO_FACTORS
    """Tells that two factors were proved."""

    system: Claim = Claim("kept_system")
    """Tells that a program got the token for itself."""

    app: Claim = Claim("kept_app")
    """Tells that an app got it, whose scopes bind it."""

    def actor(self, claims: Mapping[str, Any]) -> Actor:
        """
        Return who signed in.

        A token whose scopes (`scope`, or `scp` at Entra ID) name anything of SMART was given to an app: they bound
        what it may ask for. One for a program has its `system/` scopes and nothing else.

        Raises:
            KeyError, TypeError: The claims name no person, practice or list of roles.
        """
        roles = claims[self.roles.name]
        if not isinstance(roles, list):
            raise TypeError(self.roles.name)
        granted = _scopes(claims)
        subject, practice_id = _text(claims, self.subject), _text(claims, self.practice)
        if self.system.is_made(claims):
            return Actor(
                actor_id=f"system:{subject}",
                kind="user",
                practice_id=practice_id,
                roles=SYSTEM_ROLES & frozenset(map(str, roles)),
                strength="key",
                scopes=frozenset(f"user/{each.removeprefix('system/')}" for each in granted if each[:7] == "system/"),
            )
        is_app = self.app.is_made(claims) or any("/" in each for each in granted)
        return Actor(
            actor_id=subject,
            kind="user",
            practice_id=practice_id,
            roles=ROLES & frozenset(map(str, roles)),
            client_id=str(claims.get(self.client.name) or ""),
            therapist_id=str(claims.get(self.therapist.name) or ""),
            strength="mfa" if self.strong.is_made(claims) else "pwd",
            session_id=str(claims.get("sid") or ""),
            auth_time=int(claims.get("auth_time") or 0),
            scopes=granted if is_app else None,
        )


def read_claim_names(text: str) -> ClaimNames:
    """
    Read KEPT_OIDC_CLAIMS, for example "practice=https://kept.example/practice roles=roles strong=acr=2".

    Raises:
        Misconfigured: A name is unknown, or nothing stands behind it.
    """
    known = {each.name for each in fields(ClaimNames)}
    found = ClaimNames()
    for part in text.split():
        what, _, claim = part.partition("=")
        name, _, value = claim.rpartition("=") if "=" in claim else (claim, "", "")
        if what not in known or not name or (value and what not in ("strong", "system", "app")):
            raise Misconfigured(f"KEPT_OIDC_CLAIMS: {part!r} names no claim such as roles=roles or strong=acr=2")
        found = replace(found, **{what: Claim(name, value)})
    return found


def _text(claims: Mapping[str, Any], claim: Claim) -> str:
    found = claims[claim.name]
    if not isinstance(found, str) or not found:
        raise TypeError(claim.name)
    return found


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    granted: set[str] = set()
    for name in ("scope", "scp"):
        found = claims.get(name) or ""
        granted.update(map(str, found) if isinstance(found, list) else str(found).split())
    return frozenset(granted)
