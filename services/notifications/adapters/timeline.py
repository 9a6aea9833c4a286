"""Appointments of any practices and what is planned for them, in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.adapters import postgres, settings, workflows
from services.notifications.domain.appointment import Appointment, Person, Report
from services.notifications.domain.channel import THE_CLIENT
from services.notifications.domain.message import Message
from services.notifications.domain.workflow import Workflow
from services.notifications.usecases.follow_appointments import Key, Ledger

PEOPLE = """
    select c.practice_id::text, c.client_id::text, c.time_zone,
        array(select distinct d.recipient_id::text from contact_addresses d
            where d.practice_id = c.practice_id and d.client_id = c.client_id and d.state = 'ACTIVE'
              and d.recipient_id <> %s::uuid)
    from contact_points c
    join (select distinct * from unnest(%s::uuid[], %s::uuid[]) as u (practice_id, client_id)) n
      on c.practice_id = n.practice_id and c.client_id = n.client_id
"""

HISTORY = """
    select a.practice_id::text, a.client_id::text, count(*) filter (where a.state = 'ATTENDED'),
        count(*) filter (where a.state = 'MISSED')
    from appointments a
    join (select distinct * from unnest(%s::uuid[], %s::uuid[]) as u (practice_id, client_id)) n
      on a.practice_id = n.practice_id and a.client_id = n.client_id
    group by a.practice_id, a.client_id
"""

PLANNED = f"""
    select m.practice_id::text, {postgres.MESSAGE_COLUMNS} from messages m
    join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, appointment_id)
      on m.practice_id = n.practice_id and m.appointment_id = n.appointment_id
    where m.state = 'PLANNED' order by m.practice_id, m.message_id for no key update of m
"""  # noqa: S608

Columns = tuple[list[str], list[str]]


class PostgresTimeline:
    """All that a transaction sees."""

    def __init__(self, conn: Connection) -> None:
        """Work in the caller's transaction."""
        self._conn = conn

    async def read(self, reports: Sequence[Report]) -> Ledger:
        """Return what is known, locked against other reports of the same appointments, then against the sender."""
        appointments = await self._appointments({(each.practice_id, each.appointment_id) for each in reports})
        clients = {
            (each.practice_id, client_id) for each in reports for client_id in (each.client_id, *each.extra_client_ids)
        }
        types = {(each.practice_id, each.session_type_id) for each in reports}
        types |= {(key[0], found.session_type_id) for key, found in appointments.items()}
        chosen = await workflows.effective(self._conn, sorted(types))
        return Ledger(
            appointments=appointments,
            planned=await self._planned(list(appointments)),
            people=await people(self._conn, columns(sorted(clients)), chosen),
            workflows=chosen,
            quiet=await settings.quiet_hours(self._conn, sorted({each.practice_id for each in reports})),
        )

    async def save(
        self,
        appointments: Sequence[Appointment],
        *,
        changed: Sequence[tuple[str, Message]],
        new: Sequence[tuple[str, Message]],
        at: datetime,
    ) -> None:
        """Store the appointments, what was kept back and what is planned."""
        rows = [
            (
                each.practice_id,
                each.appointment_id,
                each.client_id,
                each.version,
                each.state.value,
                each.placed_version,
                each.start_time,
                each.time_zone,
                each.session_type_id or None,
                each.end_time,
                each.modality.value if each.modality else None,
                ",".join(each.extra_client_ids),
                each.is_confidential,
            )
            for each in appointments
        ]
        await self._conn.execute(
            "insert into appointments as a (practice_id, appointment_id, client_id, version, state, placed_version,"
            " start_time, time_zone, session_type_id, end_time, modality, extra_client_ids, is_confidential,"
            " place_time, update_time)"
            " select n.practice_id, n.appointment_id, n.client_id, n.version, n.state, n.placed_version, n.start_time,"
            " n.time_zone, n.session_type_id, n.end_time, n.modality,"
            " string_to_array(n.extra_client_ids, ',')::uuid[], n.is_confidential, %s, %s"
            " from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::bigint[],"
            " %s::timestamptz[], %s::text[], %s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::boolean[])"
            " as n (practice_id, appointment_id, client_id, version, state, placed_version, start_time, time_zone,"
            " session_type_id, end_time, modality, extra_client_ids, is_confidential)"
            " on conflict on constraint appointments_pkey do update set version = excluded.version,"
            " state = excluded.state, placed_version = excluded.placed_version, start_time = excluded.start_time,"
            " time_zone = excluded.time_zone, session_type_id = excluded.session_type_id,"
            " end_time = excluded.end_time, modality = excluded.modality,"
            " extra_client_ids = excluded.extra_client_ids, is_confidential = excluded.is_confidential,"
            " place_time = case when a.placed_version = excluded.placed_version then a.place_time"
            " else excluded.place_time end,"
            " update_time = excluded.update_time",
            [at, at, *(list(column) for column in zip(*rows, strict=True))],
        )
        if changed:
            await postgres.update_messages(self._conn, changed)
        await postgres.insert_messages(self._conn, new)

    async def _appointments(self, keys: set[Key]) -> dict[Key, Appointment]:
        found = await self._conn.execute(
            f"select {postgres.APPOINTMENT_COLUMNS} from appointments a"  # noqa: S608
            " join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, appointment_id)"
            " on a.practice_id = n.practice_id and a.appointment_id = n.appointment_id"
            " order by a.practice_id, a.appointment_id for no key update of a",
            columns(sorted(keys)),
        )
        rows = [postgres.read_appointment(row) for row in await found.fetchall()]
        return {(each.practice_id, each.appointment_id): each for each in rows}

    async def _planned(self, keys: Sequence[Key]) -> Mapping[Key, Sequence[Message]]:
        """Only what is known can have messages."""
        planned: dict[Key, list[Message]] = defaultdict(list)
        if keys:
            found = await self._conn.execute(PLANNED, columns(keys))
            for row in await found.fetchall():
                message = postgres.read_message(row[1:])
                planned[row[0], message.appointment_id].append(message)
        return planned


async def people(conn: Connection, clients: Columns, chosen: Mapping[Key, Workflow]) -> dict[Key, Person]:
    """Return what planning knows of clients; their earlier sessions only if a workflow asks for them."""
    found = await conn.execute(PEOPLE, (THE_CLIENT, *clients))
    known = {(row[0], row[1]): Person(row[2], tuple(sorted(row[3]))) for row in await found.fetchall()}
    if any(workflow.need_history for workflow in chosen.values()):
        found = await conn.execute(HISTORY, clients)
        for row in await found.fetchall():
            person = known.get((row[0], row[1]), Person())
            known[row[0], row[1]] = replace(person, earlier_visits=row[2], earlier_misses=row[3])
    return known


def columns(keys: Sequence[Key]) -> Columns:
    """Return keys as two columns."""
    return [key[0] for key in keys], [key[1] for key in keys]
