"""Cases: what a rule found of somebody, until a human, or two, have said what it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.audit.domain import errors

OPEN, ASSIGNED, AWAITS_SIGN_OFF, CLOSED = "OPEN", "ASSIGNED", "AWAITS_SIGN_OFF", "CLOSED"

OUTCOMES: Final = ("JUSTIFIED", "VIOLATION", "INCONCLUSIVE")
"""What a human may find; SETTLED is what comes by itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule found of one actor and one client."""

    case_id: str
    rule: str
    severity: str
    state: str
    actor_id: str
    client_id: str
    subject_id: str
    findings: int
    first_seq: int
    last_seq: int
    assignee_id: str
    outcome: str
    decided_by: str
    signed_off_by: str
    due_time: datetime
    create_time: datetime
    close_time: datetime | None
    version: int

    def assign(self, assignee_id: str, *, by: str) -> Case:
        """Give it to somebody. Raises CaseOwn, CaseStateForbids."""
        self._forbid_own(by)
        self._forbid_own(assignee_id)
        self._require(OPEN, ASSIGNED)
        return replace(self, state=ASSIGNED, assignee_id=assignee_id, version=self.version + 1)

    def decide(self, outcome: str, *, by: str, at: datetime) -> Case:
        """Say what was found out; a severe one waits for a second person. Raises CaseNotYours, CaseStateForbids."""
        self._forbid_own(by)
        self._require(ASSIGNED)
        if by != self.assignee_id:
            raise errors.CaseNotYours("Somebody else works on this case.", case_id=self.case_id)
        decided = replace(self, outcome=outcome, decided_by=by, version=self.version + 1)
        if self.severity == "HIGH":
            return replace(decided, state=AWAITS_SIGN_OFF)
        return replace(decided, state=CLOSED, close_time=at)

    def sign_off(self, *, by: str, at: datetime, is_sent_back: bool = False) -> Case:
        """Agree, or send it back. Raises CaseSignOffOwn, CaseOwn, CaseStateForbids."""
        self._forbid_own(by)
        self._require(AWAITS_SIGN_OFF)
        if by in (self.decided_by, self.assignee_id):
            raise errors.CaseSignOffOwn("A second person signs this off.", case_id=self.case_id)
        if is_sent_back:
            return replace(self, state=ASSIGNED, outcome="", decided_by="", version=self.version + 1)
        return replace(self, state=CLOSED, signed_off_by=by, close_time=at, version=self.version + 1)

    def check_version(self, etag: str) -> None:
        """Let a change of the version that was read pass. Raises CaseChanged."""
        if etag != str(self.version):
            raise errors.CaseChanged("The case has changed since it was read.", case_id=self.case_id)

    def _forbid_own(self, actor_id: str) -> None:
        if actor_id == self.actor_id:
            raise errors.CaseOwn("Nobody works on a case about themself.", case_id=self.case_id)

    def _require(self, *states: str) -> None:
        if self.state not in states:
            raise errors.CaseStateForbids("The case's state does not allow this.", state=self.state)
