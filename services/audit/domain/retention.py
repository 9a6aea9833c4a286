"""How long the trail is kept, what is held, what two persons must agree on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.audit.domain import errors
from services.audit.domain.checkpoints import origin_of

YEARS_DEFAULT = 10
"""Years a record is kept at least. Source: ASTM E2147-18, 4.1."""

YEARS_LEAST, YEARS_MOST = 6, 100
"""No practice may keep less. Source: 45 CFR 164.316(b)(2)(i)."""

SERVICES_WITH_KEYS = ("booking", "matching", "notifications")
"""Who must have told that a client's keys are gone before the certificate is signed."""

_REFERENCE = re.compile(r"[A-Za-z0-9./-]{0,60}", re.ASCII)


class HoldReason(StrEnum):
    """Why something is held."""

    LITIGATION = "LITIGATION"
    INVESTIGATION = "INVESTIGATION"
    REGULATOR = "REGULATOR"
    CLIENT_REQUEST = "CLIENT_REQUEST"
    MINOR = "MINOR"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a practice keeps its trail."""

    years: int = YEARS_DEFAULT
    version: int = 0
    actor_id: str = ""
    update_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Keeps a client, or with an empty client_id the practice, from destruction until it is lifted."""

    hold_id: str
    client_id: str
    reason: HoldReason
    reference: str
    set_actor_id: str
    set_time: datetime
    lift_actor_id: str = ""
    lift_time: datetime | None = None
    version: int = 1

    def lift(self, *, actor_id: str, at: datetime) -> LegalHold:
        """Lift it; one that was lifted before stays as it is."""
        if self.lift_time is not None:
            return self
        return replace(self, lift_actor_id=actor_id, lift_time=at, version=self.version + 1)


class DetachmentState(StrEnum):
    """How far a detachment is."""

    EXPORTING = "EXPORTING"
    EXPORTED = "EXPORTED"
    DETACHING = "DETACHING"
    DETACHED = "DETACHED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Detachment:
    """Takes the records from start_seq up to end_seq out of the trail; both are multiples of 256."""

    detachment_id: str
    state: DetachmentState
    start_seq: int
    end_seq: int
    exported_seq: int
    removed_seq: int
    held_count: int
    note: str
    request_actor_id: str
    request_time: datetime
    approve_actor_id: str
    approve_time: datetime | None
    update_time: datetime
    version: int

    def approve(self, *, actor_id: str, at: datetime) -> Detachment:
        """Agree. Raises StateForbids unless it is exported and verified, SamePerson for whoever asked."""
        if self.state is not DetachmentState.EXPORTED:
            raise errors.StateForbids("Only what lies verified in the archive is detached.", state=self.state)
        if actor_id == self.request_actor_id:
            raise errors.SamePerson("Another person must agree.")
        return self._at(DetachmentState.DETACHING, at, approve_actor_id=actor_id, approve_time=at)

    def cancel(self, *, at: datetime) -> Detachment:
        """Call it off. Raises StateForbids once it was agreed to."""
        if self.state not in (DetachmentState.EXPORTING, DetachmentState.EXPORTED):
            raise errors.StateForbids("It can't be called off any more.", state=self.state)
        return self._at(DetachmentState.CANCELLED, at)

    def fail(self, *, at: datetime) -> Detachment:
        """Give up: what was read back is not what was written."""
        return self._at(DetachmentState.FAILED, at)

    def export(self, up_to: int, *, at: datetime) -> Detachment:
        """Note how far the archive holds what it must."""
        return self._at(DetachmentState.EXPORTING, at, exported_seq=up_to)

    def finish_export(self, note: str, *, at: datetime) -> Detachment:
        """Everything lies in the archive, and this statement beside it."""
        return self._at(DetachmentState.EXPORTED, at, note=note)

    def remove(self, up_to: int, *, held: int, at: datetime) -> Detachment:
        """Note how far records were removed, and how many had to stay."""
        state = DetachmentState.DETACHED if up_to == self.end_seq else DetachmentState.DETACHING
        return self._at(state, at, removed_seq=up_to, held_count=self.held_count + held)

    def _at(self, state: DetachmentState, at: datetime, **changed: object) -> Detachment:
        return replace(self, state=state, update_time=at, version=self.version + 1, **changed)  # type: ignore[arg-type]


class ErasureState(StrEnum):
    """How far an erasure is."""

    REQUESTED = "REQUESTED"
    ORDERED = "ORDERED"
    ERASED = "ERASED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class ErasurePart:
    """What a service told."""

    service: str
    keys_destroyed: int
    erase_time: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """Destroys every key of a client."""

    erasure_id: str
    client_id: str
    state: ErasureState
    request_actor_id: str
    request_time: datetime
    approve_actor_id: str = ""
    approve_time: datetime | None = None
    certificate: str = ""
    version: int = 1
    parts: Sequence[ErasurePart] = ()

    def approve(self, *, actor_id: str, at: datetime) -> Erasure:
        """Agree: there is no way back. Raises StateForbids, SamePerson."""
        if self.state is not ErasureState.REQUESTED:
            raise errors.StateForbids("It does not wait for anybody.", state=self.state)
        if actor_id == self.request_actor_id:
            raise errors.SamePerson("Another person must agree.")
        return replace(
            self, state=ErasureState.ORDERED, approve_actor_id=actor_id, approve_time=at, version=self.version + 1
        )

    def cancel(self) -> Erasure:
        """Call it off. Raises StateForbids once it was agreed to."""
        if self.state is not ErasureState.REQUESTED:
            raise errors.StateForbids("It can't be called off any more.", state=self.state)
        return replace(self, state=ErasureState.CANCELLED, version=self.version + 1)

    @property
    def is_told_by_all(self) -> bool:
        """Tell whether every service with keys has answered the order."""
        return self.state is ErasureState.ORDERED and {each.service for each in self.parts} >= {*SERVICES_WITH_KEYS}

    def certify(self, certificate: str) -> Erasure:
        """Keep the signed certificate."""
        return replace(self, state=ErasureState.ERASED, certificate=certificate, version=self.version + 1)

    def certificate_text(self, practice_id: str) -> str:
        """Return what the certificate says: ids and times, one a line."""
        lines = [
            f"{origin_of(practice_id)}/erased",
            f"erasure {self.erasure_id}",
            f"client {self.client_id}",
            f"requested {self.request_time.isoformat()} {self.request_actor_id}",
            f"approved {self.approve_time.isoformat() if self.approve_time else ''} {self.approve_actor_id}",
            *(
                f"{each.service} destroyed {each.keys_destroyed} keys {each.erase_time.isoformat()}"
                for each in sorted(self.parts, key=lambda part: part.service)
            ),
        ]
        return "".join(f"{line}\n" for line in lines)


def check_years(years: int) -> int:
    """Return the years. Raises RetentionTooShort, Malformed."""
    if years < YEARS_LEAST:
        raise errors.RetentionTooShort("The trail is kept for six years at least.", least=str(YEARS_LEAST))
    if years > YEARS_MOST:
        raise errors.Malformed("Years run from 6 to 100.", field="years")
    return years


def check_reference(reference: str) -> str:
    """Return the number of a file or case; a form no name fits. Raises Malformed."""
    if not _REFERENCE.fullmatch(reference):
        raise errors.Malformed("A reference has up to 60 of A-Z, a-z, 0-9, dot, dash and slash.", field="reference")
    return reference


def detached_origin(practice_id: str) -> str:
    """Return the origin under which it is signed how far a tree was archived and taken out."""
    return f"{origin_of(practice_id)}/detached"
