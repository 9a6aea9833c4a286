"""Appointments, messages, contact points and links in PostgreSQL, inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import TupleRow

from services.chassis.db.pool import Connection
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.appointment import State as AppointmentState
from services.notifications.domain.channel import About, Channel, MessageClass
from services.notifications.domain.contact import Locale
from services.notifications.domain.link import Action, ActionLink
from services.notifications.domain.message import Kind, Message, Reason, State
from services.notifications.domain.workflow import Modality

MESSAGE_COLUMNS = """m.message_id::text, m.client_id::text, m.appointment_id::text, m.appointment_version, m.kind,
    m.start_time, m.due_time, m.state, m.reason, m.send_time, m.attempts, m.revision,
    m.step, m.only_unconfirmed, m.overtake_time, m.about, m.class, m.channels, m.recipient_id::text, m.template_key,
    m.channel, m.contact_point_id::text, m.template_version, m.workflow_version, m.end_time, m.begin_time,
    m.only_confirmed"""

WRITTEN_COLUMNS = """practice_id, message_id, client_id, appointment_id, appointment_version, kind, start_time,
    due_time, state, reason, send_time, attempts, revision, step, only_unconfirmed, overtake_time, about, class,
    channels, recipient_id, template_key, channel, contact_point_id, template_version, workflow_version, end_time,
    begin_time, only_confirmed"""

APPOINTMENT_COLUMNS = """a.appointment_id::text, a.client_id::text, a.version, a.state, a.placed_version, a.start_time,
    a.time_zone, a.practice_id::text, coalesce(a.session_type_id::text, ''), a.end_time, a.modality,
    a.extra_client_ids::text[], a.is_confidential"""


async def insert_messages(conn: Connection, messages: Sequence[tuple[str, Message]]) -> None:
    """Store planned messages of the practices given with them; one whose name is taken is left out."""
    if not messages:
        return
    columns = list(zip(*(_written(practice_id, message) for practice_id, message in messages), strict=True))
    await conn.execute(
        f"insert into messages ({WRITTEN_COLUMNS})"  # noqa: S608
        " select n.practice_id, n.message_id, n.client_id, n.appointment_id, n.appointment_version, n.kind,"
        " n.start_time, n.due_time, n.state, n.reason, n.send_time, n.attempts, n.revision, n.step,"
        " n.only_unconfirmed, n.overtake_time, n.about, n.class, string_to_array(n.channels, ','), n.recipient_id,"
        " n.template_key, n.channel, n.contact_point_id, n.template_version, n.workflow_version, n.end_time,"
        " n.begin_time, n.only_confirmed"
        " from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[],"
        " %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::bigint[],"
        " %s::text[], %s::boolean[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[],"
        " %s::text[], %s::uuid[], %s::int[], %s::int[], %s::timestamptz[], %s::timestamptz[],"
        " %s::boolean[])"
        f" as n ({WRITTEN_COLUMNS})"
        " on conflict on constraint messages_once_key do nothing",
        [list(column) for column in columns],
    )


async def update_messages(
    conn: Connection, messages: Sequence[tuple[str, Message]], *, lease_end_time: datetime | None = None
) -> None:
    """Write the changing fields of messages that the caller holds locked; SENDING lasts until the lease ends."""
    rows = [
        (
            practice_id,
            message.message_id,
            message.due_time,
            message.state.value,
            message.reason.value if message.reason else None,
            message.send_time,
            message.attempts,
            message.revision,
            ",".join(message.channels),
            message.channel.value if message.channel else None,
            message.contact_point_id,
            message.template_version,
            message.begin_time,
        )
        for practice_id, message in messages
    ]
    await conn.execute(
        "update messages m set due_time = n.due_time, state = n.state, reason = n.reason, send_time = n.send_time,"
        " attempts = n.attempts, revision = n.revision, channels = string_to_array(n.channels, ','),"
        " channel = n.channel, contact_point_id = n.contact_point_id, template_version = n.template_version,"
        " begin_time = n.begin_time,"
        " claim_expire_time = case n.state when 'SENDING' then %s::timestamptz end"
        " from unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[],"
        " %s::int[], %s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::int[], %s::timestamptz[])"
        " as n (practice_id, message_id, due_time, state, reason, send_time, attempts, revision, channels, channel,"
        " contact_point_id, template_version, begin_time)"
        " where m.practice_id = n.practice_id and m.message_id = n.message_id",
        (lease_end_time, *(list(column) for column in zip(*rows, strict=True))),
    )


async def list_messages(
    conn: Connection, practice_id: str, client_id: str, *, before: str | None, limit: int
) -> list[Message]:
    """Return a client's messages, newest first, after the one named *before*."""
    found = await conn.execute(
        f"select {MESSAGE_COLUMNS} from messages m"  # noqa: S608
        " where m.practice_id = %s and m.client_id = %s and (%s::uuid is null or m.message_id < %s::uuid)"
        " order by m.message_id desc limit %s",
        (practice_id, client_id, before, before, limit),
    )
    return [read_message(row) for row in await found.fetchall()]


async def find_link_owner(conn: Connection, token_hash: bytes) -> tuple[str, str, str] | None:
    """Return practice, client and message of a link, whatever practices the transaction sees."""
    found = await conn.execute(
        "select practice_id::text, client_id::text, message_id::text from find_action_link(%s)", (token_hash,)
    )
    row = await found.fetchone()
    return (row[0], row[1], row[2]) if row else None


async def read_link(
    conn: Connection, practice_id: str, message_id: str
) -> tuple[ActionLink, Appointment | None, About]:
    """Return a link, what is known of the appointment it is about, if it is one, and what its message is about."""
    found = await conn.execute(
        f"""
        select m.message_id::text, m.client_id::text, m.appointment_id::text, m.appointment_version, l.action,
            m.start_time, l.time_zone, l.use_time, l.use_action, l.offer_id::text, l.expire_time, l.locale, m.about,
            {APPOINTMENT_COLUMNS}
        from action_links l
        join messages m on m.practice_id = l.practice_id and m.message_id = l.message_id
        left join appointments a on a.practice_id = m.practice_id and a.appointment_id = m.appointment_id
        where l.practice_id = %s and l.message_id = %s
        """,  # noqa: S608
        (practice_id, message_id),
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError("a link that was found is gone")
    link = ActionLink(
        message_id=row[0],
        client_id=row[1],
        appointment_id=row[2],
        appointment_version=row[3],
        action=Action(row[4]),
        start_time=row[5],
        time_zone=row[6],
        use_time=row[7],
        # A link that an older process marked has no action with it.
        use_action=Action(row[8] or row[4]) if row[7] else None,
        offer_id=row[9] or "",
        expire_time=row[10],
        locale=Locale(row[11]),
    )
    return link, read_appointment(row[13:]) if row[13] else None, About(row[12])


async def mark_used(conn: Connection, practice_id: str, link: ActionLink) -> float | None:
    """
    Store what was done last with a link, and when; the same thing again keeps its first time.

    Returns:
        Seconds from the message's sending to this answer; None when there is nothing new.
    """
    found = await conn.execute(
        "update action_links l set use_time = %s, use_action = %s from messages m"
        " where l.practice_id = %s and l.message_id = %s and l.use_action is distinct from %s"
        " and m.practice_id = l.practice_id and m.message_id = l.message_id"
        " returning extract(epoch from l.use_time - m.send_time)",
        (link.use_time, link.use_action, practice_id, link.message_id, link.use_action),
    )
    row = await found.fetchone()
    return float(row[0]) if row and row[0] is not None else None


def read_appointment(row: TupleRow) -> Appointment:
    """Read a row of APPOINTMENT_COLUMNS."""
    return Appointment(
        appointment_id=row[0],
        client_id=row[1],
        version=row[2],
        state=AppointmentState(row[3]),
        placed_version=row[4],
        start_time=row[5],
        time_zone=row[6],
        practice_id=row[7],
        session_type_id=row[8],
        end_time=row[9],
        modality=Modality(row[10]) if row[10] else None,
        extra_client_ids=tuple(row[11]),
        is_confidential=row[12],
    )


def read_message(row: TupleRow) -> Message:
    """Read a row of MESSAGE_COLUMNS."""
    return Message(
        message_id=row[0],
        client_id=row[1],
        appointment_id=row[2],
        appointment_version=row[3],
        kind=Kind(row[4]),
        start_time=row[5],
        due_time=row[6],
        state=State(row[7]),
        reason=Reason(row[8]) if row[8] else None,
        send_time=row[9],
        attempts=row[10],
        revision=row[11],
        step=row[12],
        only_unconfirmed=row[13],
        overtake_time=row[14],
        about=About(row[15]),
        message_class=MessageClass(row[16]),
        channels=tuple(Channel(channel) for channel in row[17]),
        recipient_id=row[18],
        template_key=row[19],
        channel=Channel(row[20]) if row[20] else None,
        contact_point_id=row[21],
        template_version=row[22],
        workflow_version=row[23],
        end_time=row[24],
        begin_time=row[25],
        only_confirmed=row[26],
    )


def _written(practice_id: str, message: Message) -> tuple[Any, ...]:
    return (
        practice_id,
        message.message_id,
        message.client_id,
        message.appointment_id,
        message.appointment_version,
        message.kind.value,
        message.start_time,
        message.due_time,
        message.state.value,
        message.reason.value if message.reason else None,
        message.send_time,
        message.attempts,
        message.revision,
        message.step,
        message.only_unconfirmed,
        message.overtake_time,
        message.about.value,
        message.message_class.value,
        ",".join(message.channels),
        message.recipient_id,
        message.template_key,
        message.channel.value if message.channel else None,
        message.contact_point_id,
        message.template_version,
        message.workflow_version,
        message.end_time,
        message.begin_time,
        message.only_confirmed,
    )
