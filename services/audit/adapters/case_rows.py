"""Keeps cases, their findings and their steps in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.audit.domain.cases import Case
from services.chassis.context import Call
from services.chassis.db.pool import Connection

SYSTEM = "system:audit"
"""Who takes the steps that come by themselves."""

_COLUMNS = """
    case_id::text, rule, severity, state, actor_id, coalesce(client_id::text, ''), subject_id, findings, first_seq,
    last_seq, assignee_id, outcome, decided_by, signed_off_by, due_time, create_time, close_time, version
"""

_GATHER = """
    insert into cases as c (practice_id, case_id, rule, severity, state, actor_id, client_id, subject_id, findings,
                            first_seq, last_seq, due_time, create_time)
    values (%(practice_id)s, %(case_id)s, %(rule)s, %(severity)s, 'OPEN', %(actor_id)s, %(client_id)s, %(subject_id)s,
            1, %(seq)s, %(seq)s, %(due_time)s, %(now)s)
        on conflict (practice_id, rule, actor_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000'),
                     subject_id) where state <> 'CLOSED'
        do update set findings = c.findings + 1, last_seq = greatest(c.last_seq, excluded.last_seq),
                      version = c.version + 1
    returning case_id::text
"""

_SETTLE = """
    update cases c set state = 'CLOSED', outcome = 'SETTLED', close_time = %(now)s, version = version + 1
     where c.practice_id = %(practice_id)s and (c.state = 'OPEN' or (c.rule = 'break-glass' and c.state <> 'CLOSED'))
       and not exists (select from findings f
                        where f.practice_id = c.practice_id and f.case_id = c.case_id and f.explanation = '')
    returning case_id::text, version
"""

_SAVE = """
    update cases set state = %s, assignee_id = %s, outcome = %s, decided_by = %s, signed_off_by = %s, close_time = %s,
           version = %s
     where practice_id = %s and case_id = %s
"""

_STEP = """
    insert into case_steps (practice_id, case_id, version, step, actor_id, step_time) values (%s, %s, %s, %s, %s, %s)
        on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is listed."""

    rule: str
    key: str
    seq: int
    occur_time: datetime
    actor_id: str
    client_id: str
    explanation: str
    evidence_seq: int | None
    evidence_id: str
    case_id: str


async def gather(conn: Connection, practice_id: str, **values: Any) -> str:
    """Put a finding into the case that is open about the same, or open one; return its id."""
    row = await (await conn.execute(_GATHER, {"practice_id": practice_id, **values})).fetchone()
    if row is None:
        raise RuntimeError("A case was neither opened nor found.")
    if row[0] == values["case_id"]:
        await conn.execute(_STEP, (practice_id, row[0], 1, "OPEN", SYSTEM, values["now"]))
    return str(row[0])


async def settle(conn: Connection, practice_id: str, *, now: datetime) -> None:
    """Close cases in which nothing is left unexplained, before anybody took them; a review closes its emergency's."""
    rows = await (await conn.execute(_SETTLE, {"practice_id": practice_id, "now": now})).fetchall()
    for case_id, version in rows:
        await conn.execute(_STEP, (practice_id, case_id, version, "SETTLED", SYSTEM, now))


async def find(call: Call, case_id: str, *, is_locked: bool = False) -> Case | None:
    """Return a case; locked, nobody else changes it until the transaction ends."""
    query = f"select {_COLUMNS} from cases where practice_id = %s and case_id = %s"  # noqa: S608 - own columns
    async with call.tx() as conn:
        values = (call.practice_id, case_id)
        row = await (await conn.execute(query + (" for update" if is_locked else ""), values)).fetchone()
    return Case(*row) if row else None


async def save(call: Call, case: Case, step: str, *, at: datetime) -> None:
    """Store a case's new state, and the step that led to it."""
    async with call.tx() as conn:
        await conn.execute(
            _SAVE,
            (
                case.state, case.assignee_id, case.outcome, case.decided_by, case.signed_off_by, case.close_time,
                case.version, call.practice_id, case.case_id,
            ),
        )  # fmt: skip
        await conn.execute(_STEP, (call.practice_id, case.case_id, case.version, step, call.actor.actor_id, at))


async def list_(
    call: Call,
    *,
    only_open: bool,
    only_overdue: bool,
    rule: str,
    assignee_id: str,
    after: tuple[datetime, str] | None,
    limit: int,
    now: datetime,
) -> list[Case]:
    """Return cases, those due first, after the one named."""
    query = f"""
        select {_COLUMNS} from cases
         where practice_id = %(practice_id)s and (state <> 'CLOSED' or not %(only_open)s)
           and ((state <> 'CLOSED' and due_time < %(now)s) or not %(only_overdue)s)
           and (%(rule)s = '' or rule = %(rule)s) and (%(assignee_id)s = '' or assignee_id = %(assignee_id)s)
           and (%(due)s::timestamptz is null or (due_time, case_id) > (%(due)s::timestamptz, %(id)s::uuid))
         order by due_time, case_id limit %(limit)s
    """  # noqa: S608 - put together from this file's own texts
    due, case_id = after or (None, None)
    values = {
        "practice_id": call.practice_id, "only_open": only_open, "only_overdue": only_overdue, "rule": rule,
        "assignee_id": assignee_id, "due": due, "id": case_id, "limit": limit, "now": now,
    }  # fmt: skip
    async with call.tx() as conn:
        return [Case(*row) for row in await (await conn.execute(query, values)).fetchall()]


async def list_findings(
    call: Call, *, case_id: str, rule: str, only_explained: bool, before: tuple[int, str, str] | None, limit: int
) -> list[Found]:
    """Return findings, newest records first, before the one named."""
    query = """
        select rule, finding_key, seq, occur_time, actor_id, coalesce(client_id::text, ''), explanation, evidence_seq,
               evidence_id, coalesce(case_id::text, '')
          from findings
         where practice_id = %(practice_id)s and (%(case_id)s = '' or case_id::text = %(case_id)s)
           and (%(rule)s = '' or rule = %(rule)s) and (explanation <> '' or not %(only_explained)s)
           and (%(seq)s::bigint is null or (seq, rule, finding_key) < (%(seq)s::bigint, %(before_rule)s, %(key)s))
         order by seq desc, rule desc, finding_key desc limit %(limit)s
    """
    seq, before_rule, key = before or (None, "", "")
    values = {
        "practice_id": call.practice_id, "case_id": case_id, "rule": rule, "only_explained": only_explained,
        "seq": seq, "before_rule": before_rule, "key": key, "limit": limit,
    }  # fmt: skip
    async with call.tx() as conn:
        return [Found(*row) for row in await (await conn.execute(query, values)).fetchall()]


async def count_open(conn: Connection) -> Sequence[tuple[str, int, int]]:
    """Return how many cases are open and overdue, of all practices, by severity."""
    rows = await (await conn.execute("select severity, open, overdue from cases_open()")).fetchall()
    return [(str(severity), int(count), int(overdue)) for severity, count, overdue in rows]
