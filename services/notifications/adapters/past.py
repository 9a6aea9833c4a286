"""Appointments of the past, as a dry run looks at them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.adapters import postgres
from services.notifications.usecases.look_ahead import Past

MOST_LOOKED_AT = 2_000
"""Appointments of one dry run; planning them takes well under a second."""


async def appointments(
    conn: Connection, practice_id: str, session_type_id: str, *, from_time: datetime, to_time: datetime
) -> tuple[list[Past], bool]:
    """Return those that began in a span, newest first, of one session type or of all; and whether there were more."""
    found = await conn.execute(
        f"select {postgres.APPOINTMENT_COLUMNS}, a.place_time, a.update_time from appointments a"  # noqa: S608
        " where a.practice_id = %s and a.start_time >= %s and a.start_time < %s"
        " and (%s = '' or a.session_type_id::text = %s) and a.placed_version > 0"
        " order by a.start_time desc limit %s",
        (practice_id, from_time, to_time, session_type_id, session_type_id, MOST_LOOKED_AT + 1),
    )
    rows = await found.fetchall()
    looked_at = [Past(postgres.read_appointment(row), row[13], row[14]) for row in rows[:MOST_LOOKED_AT]]
    return looked_at, len(rows) > MOST_LOOKED_AT


def clients_of(past: Past) -> tuple[str, ...]:
    """Return whose appointment it was."""
    return (past.appointment.client_id, *past.appointment.extra_client_ids)
