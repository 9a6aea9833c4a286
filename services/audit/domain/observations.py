"""What the door saw: what each sight means, and what may be said of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.audit.domain.errors import ObservationMalformed

OBSERVATIONS_MAX = 500
"""Observations in one request: as many as records in a message."""

COUNT_MAX = 1_000_000

INSTANCE: Final = re.compile(r"[A-Za-z0-9.-]{1,100}")

PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/+=-]{0,200}")
"""Ids, hashes and reasons. No blank and no at sign: what a person typed does not get through."""

NAME: Final = re.compile(r"[\x21-\x7e]{0,255}")
"""People and sessions, as whoever signs them in names them; every service records them by the same names."""

KINDS: Final = frozenset({"user", "link", "anonymous"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sight is in the trail."""

    operation: str
    stage: str
    effect: str
    """C, R, U, D or E (FHIR AuditEvent.action)."""


SIGHTS: Final[Mapping[str, Meaning]] = {
    "SIGN_IN": Meaning("gateway.SignIn", "complete", "E"),
    "SIGN_OUT": Meaning("gateway.SignOut", "complete", "E"),
    "FAIL_SIGN_IN": Meaning("gateway.FailSignIn", "denied", "E"),
    "REFUSE_TOKEN": Meaning("gateway.RefuseToken", "denied", "E"),
    "REFUSE_REQUEST": Meaning("gateway.RefuseRequest", "denied", "E"),
    "THROTTLE": Meaning("gateway.Throttle", "denied", "E"),
    "CHANGE_PRIVILEGES": Meaning("gateway.ChangePrivileges", "complete", "U"),
    "LOAD_POLICIES": Meaning("gateway.LoadPolicies", "complete", "E"),
    "EXPORT": Meaning("gateway.Export", "complete", "R"),
}


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing the door saw; ids, times and keyed hashes only."""

    sight: str
    occur_time: datetime
    practice_id: str = ""
    actor_id: str = ""
    actor_kind: str = ""
    roles: tuple[str, ...] = ()
    actor_client_id: str = ""
    session_id: str = ""
    strength: str = ""
    client_id: str = ""
    object_id: str = ""
    reason: str = ""
    network: str = ""
    count: int = 1
    trace: str = ""

    @property
    def meaning(self) -> Meaning:
        """Return what it is in the trail."""
        return SIGHTS[self.sight]


def check(seen: Observation) -> None:
    """
    Let an observation pass, or not.

    Raises:
        ObservationMalformed: It is of no known kind, or a part of it is no id; `field` names it. (INVALID_ARGUMENT)
    """
    if seen.sight not in SIGHTS:
        raise ObservationMalformed("There is no such sight.", field="sight")
    if seen.actor_kind not in KINDS or (seen.actor_kind == "user") != bool(seen.actor_id and seen.practice_id):
        raise ObservationMalformed("A user has an id and a practice, and nobody else has.", field="actor_kind")
    if not 1 <= seen.count <= COUNT_MAX:
        raise ObservationMalformed("The count is out of range.", field="count")
    for field in ("practice_id", "actor_client_id", "client_id"):
        text = getattr(seen, field)
        if text and not _is_uuid(text):
            raise ObservationMalformed("An id must be a UUID.", field=field)
    for field in ("actor_id", "session_id"):
        if not NAME.fullmatch(getattr(seen, field)):
            raise ObservationMalformed("A name is of printable characters.", field=field)
    for field in ("strength", "object_id", "reason", "network", "trace"):
        if not PLAIN.fullmatch(getattr(seen, field)):
            raise ObservationMalformed("An id, a hash or a reason is of plain characters.", field=field)
    if not all(PLAIN.fullmatch(each) for each in seen.roles):
        raise ObservationMalformed("A role is of plain characters.", field="roles")


def check_instance(name: str) -> None:
    """Let a process's name pass, or not. Raises ObservationMalformed."""
    if not INSTANCE.fullmatch(name):
        raise ObservationMalformed("A process is named by letters, digits, dots and dashes.", field="instance")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
