"""Workflows in PostgreSQL: versions are only added, the highest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.chassis.db.pool import Connection
from services.notifications.domain.channel import Channel, MessageClass
from services.notifications.domain.offset import Offset, Unit
from services.notifications.domain.workflow import EVERY_TYPE, Conditions, Modality, Step, Trigger, Workflow

Key = tuple[str, str]
"""Practice and session type."""


async def effective(conn: Connection, wanted: Sequence[Key]) -> dict[Key, Workflow]:
    """
    Return the workflow each (practice, session type) has now; what is missing has the built-in one.

    A session type without one of its own has the practice's; "" asks for the practice's own.
    """
    pairs = sorted({(practice_id, type_id or EVERY_TYPE) for practice_id, type_id in wanted})
    pairs += [(practice_id, EVERY_TYPE) for practice_id in sorted({practice_id for practice_id, _ in wanted})]
    found = await conn.execute(
        "select distinct on (w.practice_id, w.session_type_id) w.practice_id::text, w.session_type_id::text,"
        " w.version, w.steps from workflows w"
        " join (select distinct * from unnest(%s::uuid[], %s::uuid[]) as u (practice_id, session_type_id)) n"
        " on w.practice_id = n.practice_id and w.session_type_id = n.session_type_id"
        " order by w.practice_id, w.session_type_id, w.version desc",
        ([each[0] for each in pairs], [each[1] for each in pairs]),
    )
    own = {
        (row[0], row[1]): Workflow(read_steps(row[3]), row[2], row[1])
        for row in await found.fetchall()
        if row[3] is not None
    }
    chosen: dict[Key, Workflow] = {}
    for practice_id, type_id in wanted:
        workflow = own.get((practice_id, type_id or EVERY_TYPE)) or own.get((practice_id, EVERY_TYPE))
        if workflow:
            chosen[practice_id, type_id] = workflow
    return chosen


async def latest(conn: Connection, practice_id: str, session_type_id: str) -> tuple[int, tuple[Step, ...] | None]:
    """Return the newest version and its steps, locked against another; 0 when there never was one."""
    found = await conn.execute(
        "select version, steps from workflows where practice_id = %s and session_type_id = %s"
        " order by version desc limit 1 for no key update",
        (practice_id, session_type_id),
    )
    row = await found.fetchone()
    if row is None:
        return 0, None
    return row[0], read_steps(row[1]) if row[1] is not None else None


async def versions(
    conn: Connection, practice_id: str, session_type_id: str, *, before: int | None, limit: int
) -> list[tuple[int, tuple[Step, ...] | None, datetime]]:
    """Return versions with their steps, newest first, below *before*."""
    found = await conn.execute(
        "select version, steps, create_time from workflows where practice_id = %s and session_type_id = %s"
        " and (%s::int is null or version < %s::int) order by version desc limit %s",
        (practice_id, session_type_id, before, before, limit),
    )
    return [(row[0], read_steps(row[1]) if row[1] is not None else None, row[2]) for row in await found.fetchall()]


async def add(
    conn: Connection,
    practice_id: str,
    session_type_id: str,
    version: int,
    steps: Sequence[Step] | None,
    *,
    actor_id: str,
    at: datetime,
) -> bool:
    """Store a version; tell whether nobody else stored it first."""
    done = await conn.execute(
        "insert into workflows (practice_id, session_type_id, version, steps, actor_id, create_time)"
        " values (%s, %s, %s, %s, %s, %s) on conflict on constraint workflows_pkey do nothing",
        (
            practice_id,
            session_type_id,
            version,
            Jsonb(write_steps(steps)) if steps is not None else None,
            actor_id,
            at,
        ),
    )
    return done.rowcount == 1


def write_steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Write steps as they are stored."""
    return [
        {
            "name": step.name,
            "trigger": step.trigger.value,
            "channels": [channel.value for channel in step.channels],
            "amount": step.offset.amount,
            "unit": step.offset.unit.value,
            "class": step.message_class.value,
            "template": step.template_key,
            "first": step.conditions.is_first_visit,
            "modalities": sorted(modality.value for modality in step.conditions.modalities),
            "risk": step.conditions.is_high_risk,
            "confirmed": step.conditions.is_confirmed,
            "client": step.to_client,
            "guardians": step.to_guardians,
        }
        for step in steps
    ]


def read_steps(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Read steps as they are stored."""
    return tuple(
        Step(
            name=each["name"],
            trigger=Trigger(each["trigger"]),
            channels=tuple(Channel(channel) for channel in each["channels"]),
            offset=Offset(each["amount"], Unit(each["unit"])),
            message_class=MessageClass(each["class"]),
            template_key=each["template"],
            conditions=Conditions(
                is_first_visit=each["first"],
                modalities=frozenset(Modality(modality) for modality in each["modalities"]),
                is_high_risk=each["risk"],
                is_confirmed=each["confirmed"],
            ),
            to_client=each["client"],
            to_guardians=each["guardians"],
        )
        for each in stored
    )
