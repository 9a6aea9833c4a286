"""Runs reports in PostgreSQL, in the transaction of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.audit.adapters.report_statements import CHANGES, PRIVILEGES, STAFF, STATEMENTS
from services.audit.domain.reports import Row
from services.audit.usecases.run_report import ReportQuestion
from services.chassis.context import Call

_SCOPE = (
    ("r.client_id = %(client_id)s::uuid", "client_id"),
    ("r.actor_id = %(actor_id)s", "actor_id"),
    ("r.occur_time >= %(from_time)s", "from_time"),
    ("r.occur_time < %(to_time)s", "to_time"),
    ("r.seq = %(seq)s", "seq"),
)


class PostgresReports:
    """Runs reports."""

    async def run(self, call: Call, question: ReportQuestion) -> Sequence[Row]:
        """Return what the report finds before *before_seq*, newest first, at most *limit*."""
        conditions = [text for text, name in _SCOPE if getattr(question, name) not in ("", None)]
        scope = " and ".join(["r.practice_id = %(practice_id)s", *conditions])
        values = {
            "practice_id": call.practice_id,
            "client_id": question.client_id,
            "actor_id": question.actor_id,
            "from_time": question.from_time,
            "to_time": question.to_time,
            "seq": question.seq,
            "time_zone": question.time_zone,
            "opens": question.opens,
            "closes": question.closes,
            "threshold": question.threshold,
            "within_min": question.within_min,
            "near_days": question.near_days,
            "before": question.before_seq,
            "limit": question.limit,
            "staff": list(STAFF),
            "changes": list(CHANGES),
            "privileges": list(PRIVILEGES),
        }
        async with call.tx() as conn:
            found = await conn.execute(STATEMENTS[question.name].replace("{scope}", scope), values)
            return [_row(row) for row in await found.fetchall()]


def _row(row: Sequence[Any]) -> Row:
    """Read a row; columns are told as they are, everything else as the bytes say."""
    content = row[6] if isinstance(row[6], dict) else {}
    actor, item, decision = (_part(content, name) for name in ("actor", "object", "decision"))
    policies = decision.get("policies")
    return Row(
        seq=row[0],
        client_id=row[1],
        actor_id=row[2],
        operation=row[3],
        stage=row[4],
        occur_time=row[5],
        actor_role=_text(actor, "role"),
        relation=_text(actor, "relation") or "none",
        via=_text(actor, "via"),
        action=_text(content, "action"),
        reason=_text(content, "reason_code"),
        object_class=_text(item, "class"),
        object_id=_text(item, "id"),
        purpose=_text(content, "purpose"),
        policies=tuple(str(each) for each in policies) if isinstance(policies, list) else (),
        break_glass_id=_text(decision, "break_glass_id"),
        request_id=_text(content, "request_id"),
        disclosed=" ".join(f"{name}={value}" for name, value in sorted(_part(content, "disclosure").items())),
        evidence_seq=row[7],
        evidence_id=row[8],
        evidence_actor_id=row[9],
        count=row[10],
    )


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""
