"""Takes a case, says what was found out, and has it signed off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from services.audit.domain import errors
from services.audit.domain.cases import OUTCOMES, Case
from services.chassis.context import Call


class Cases(Protocol):
    """Keeps cases, in the call's transaction."""

    async def find(self, call: Call, case_id: str, *, is_locked: bool = False) -> Case | None:
        """Return a case; locked, nobody else changes it meanwhile."""

    async def save(self, call: Call, case: Case, step: str, *, at: datetime) -> None:
        """Store its new state, and the step that led to it."""


async def assign_case(case_id: str, assignee_id: str, etag: str, call: Call, *, cases: Cases, at: datetime) -> Case:
    """Give a case to somebody, or take it. Raises what `Case.assign` does, Missing, CaseChanged."""
    actor_id = call.actor.actor_id
    return await _step(
        case_id, etag, "ASSIGN", lambda case: case.assign(assignee_id or actor_id, by=actor_id), call, cases, at
    )


async def decide_case(case_id: str, outcome: str, etag: str, call: Call, *, cases: Cases, at: datetime) -> Case:
    """Say what was found out. Raises Missing, CaseChanged, CaseOwn, CaseNotYours, CaseStateForbids."""
    if outcome not in OUTCOMES:
        raise errors.ReportParameterWrong("There is no such outcome.", field="outcome")
    actor_id = call.actor.actor_id
    step = f"DECIDE {outcome}"
    return await _step(case_id, etag, step, lambda case: case.decide(outcome, by=actor_id, at=at), call, cases, at)


async def sign_off_case(case_id: str, etag: str, call: Call, *, is_sent_back: bool, cases: Cases, at: datetime) -> Case:
    """Agree with an outcome, or send the case back. Raises what `Case.sign_off` does, Missing, CaseChanged."""
    actor_id = call.actor.actor_id
    step = "SEND_BACK" if is_sent_back else "SIGN_OFF"
    return await _step(
        case_id, etag, step, lambda case: case.sign_off(by=actor_id, at=at, is_sent_back=is_sent_back), call, cases, at
    )


async def get_case(case_id: str, call: Call, *, cases: Cases, is_locked: bool = False) -> Case:
    """Return a case. Raises Missing."""
    call.resource_id = case_id
    case = await cases.find(call, case_id, is_locked=is_locked)
    if case is None:
        raise errors.Missing("There is no such case.", case_id=case_id)
    return case


async def _step(
    case_id: str, etag: str, step: str, change: Callable[[Case], Case], call: Call, cases: Cases, at: datetime
) -> Case:
    case = await get_case(case_id, call, cases=cases, is_locked=True)
    case.check_version(etag)
    changed = change(case)
    await cases.save(call, changed, step, at=at)
    return changed
