"""What went out, in PostgreSQL: found, counted, and said once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.adapters import postgres
from services.notifications.domain import errors
from services.notifications.domain.channel import Channel
from services.notifications.domain.message import Kind, Message, State

AGAIN = "+"
"""Stands before the number of a repeat in the name of its step: "24h+1"."""

MOST_REPLAYED = 500
"""Messages said once more by one call."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which messages are looked for; None and empty mean any."""

    client_id: str | None = None
    state: State | None = None
    reason: str | None = None
    kind: Kind | None = None
    channel: Channel | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepCount:
    """What became of the messages of one kind and step."""

    kind: Kind
    step: str
    planned: int
    sent: int
    delivered: int
    answered: int
    confirmed: int
    answer_median_s: int


async def search(
    conn: Connection, practice_id: str, wanted: Search, *, before: str | None, limit: int
) -> list[Message]:
    """Return messages, newest first, after the one named *before*."""
    found = await conn.execute(
        f"select {postgres.MESSAGE_COLUMNS} from messages m where m.practice_id = %(practice)s"  # noqa: S608
        " and (%(client)s::uuid is null or m.client_id = %(client)s::uuid)"
        " and (%(state)s::text is null or m.state = %(state)s) and (%(reason)s::text is null or m.reason = %(reason)s)"
        " and (%(kind)s::text is null or m.kind = %(kind)s)"
        " and (%(channel)s::text is null or m.channel = %(channel)s)"
        " and (%(from)s::timestamptz is null or m.due_time >= %(from)s)"
        " and (%(to)s::timestamptz is null or m.due_time < %(to)s)"
        " and (%(before)s::uuid is null or m.message_id < %(before)s::uuid)"
        " order by m.message_id desc limit %(limit)s",
        {
            "practice": practice_id,
            "client": wanted.client_id,
            "state": wanted.state,
            "reason": wanted.reason,
            "kind": wanted.kind,
            "channel": wanted.channel,
            "from": wanted.from_time,
            "to": wanted.to_time,
            "before": before,
            "limit": limit,
        },
    )
    return [postgres.read_message(row) for row in await found.fetchall()]


async def get(conn: Connection, practice_id: str, message_id: str) -> Message:
    """Return a message, locked. Raises UnknownMessage. (NOT_FOUND)"""
    found = await conn.execute(
        f"select {postgres.MESSAGE_COLUMNS} from messages m"  # noqa: S608
        " where m.practice_id = %s and m.message_id = %s for no key update",
        (practice_id, message_id),
    )
    row = await found.fetchone()
    if row is None:
        raise errors.UnknownMessage("No such message.", message_id=message_id)
    return postgres.read_message(row)


async def dead(
    conn: Connection, practice_id: str, reason: str, *, from_time: datetime, to_time: datetime
) -> list[Message]:
    """Return what failed for a reason and was not said once more, oldest first, one more than MOST_REPLAYED."""
    found = await conn.execute(
        f"select {postgres.MESSAGE_COLUMNS} from messages m where m.practice_id = %s and m.state = 'FAILED'"  # noqa: S608
        " and m.reason = %s and m.due_time >= %s and m.due_time < %s"
        " and not exists (select 1 from messages n where n.practice_id = m.practice_id"
        " and n.appointment_id = m.appointment_id and n.appointment_version = m.appointment_version"
        " and n.kind = m.kind and n.client_id = m.client_id and n.recipient_id = m.recipient_id"
        " and n.message_id > m.message_id and split_part(n.step, '+', 1) = split_part(m.step, '+', 1))"
        " order by m.due_time, m.message_id limit %s for no key update of m skip locked",
        (practice_id, reason, from_time, to_time, MOST_REPLAYED + 1),
    )
    return [postgres.read_message(row) for row in await found.fetchall()]


async def plan_again(conn: Connection, practice_id: str, message: Message, *, message_id: str, at: datetime) -> Message:
    """Plan what a message said once more, due now, by all the ways it had."""
    base = message.step.partition(AGAIN)[0]
    found = await conn.execute(
        "select count(*) from messages where practice_id = %s and appointment_id = %s and appointment_version = %s"
        " and kind = %s and client_id = %s and recipient_id = %s and split_part(step, '+', 1) = %s",
        (
            practice_id,
            message.appointment_id,
            message.appointment_version,
            message.kind.value,
            message.client_id,
            message.recipient_id,
            base,
        ),
    )
    row = await found.fetchone()
    tried = await conn.execute(
        "select channel from deliveries where practice_id = %s and message_id = %s order by number",
        (practice_id, message.message_id),
    )
    channels = [Channel(each[0]) for each in await tried.fetchall()] + list(message.channels)
    again = replace(
        message,
        message_id=message_id,
        step=f"{base}{AGAIN}{int(row[0]) if row else 1}",
        state=State.PLANNED,
        reason=None,
        due_time=at,
        send_time=None,
        begin_time=None,
        attempts=0,
        revision=1,
        overtake_time=None,
        channel=None,
        channels=tuple(dict.fromkeys(channels)),
        contact_point_id=None,
    )
    await postgres.insert_messages(conn, [(practice_id, again)])
    return again


async def count_steps(
    conn: Connection, practice_id: str, *, from_time: datetime, to_time: datetime
) -> Sequence[StepCount]:
    """Count by kind and step; a text counts as answered by what came back before the next text about the same thing."""
    found = await conn.execute(
        """
        select kind, step, count(*), count(*) filter (where state = 'SENT'), count(*) filter (where is_delivered),
            count(answer_time), count(*) filter (where is_confirmed),
            coalesce(percentile_cont(0.5) within group (order by extract(epoch from answer_time - send_time))
                filter (where answer_time is not null), 0)::bigint
        from (
            select m.kind, split_part(m.step, '+', 1) as step, m.state, m.send_time,
                exists (select 1 from delivery_reports r where r.practice_id = m.practice_id
                    and r.message_id = m.message_id and r.report in ('DELIVERED', 'READ')) as is_delivered,
                coalesce(l.use_time, y.receive_time) as answer_time,
                coalesce(l.use_action = 'CONFIRM', y.meaning in ('CONFIRM', 'YES'), false) as is_confirmed
            from messages m
            left join action_links l on l.practice_id = m.practice_id and l.message_id = m.message_id
            left join lateral (
                select y.receive_time, y.meaning from replies y
                where y.practice_id = m.practice_id and y.appointment_id = m.appointment_id and m.channel = 'SMS'
                  and y.receive_time >= m.send_time
                  and not exists (select 1 from messages n where n.practice_id = m.practice_id
                      and n.appointment_id = m.appointment_id and n.channel = 'SMS'
                      and n.send_time > m.send_time and n.send_time <= y.receive_time)
                order by y.receive_time limit 1
            ) y on true
            where m.practice_id = %s and m.due_time >= %s and m.due_time < %s
        ) counted group by kind, step order by kind, step
        """,
        (practice_id, from_time, to_time),
    )
    return [StepCount(Kind(row[0]), *row[1:]) for row in await found.fetchall()]


async def count_reasons(
    conn: Connection, practice_id: str, *, from_time: datetime, to_time: datetime
) -> Sequence[tuple[State, str, int]]:
    """Count why messages did not go out, the most frequent first."""
    found = await conn.execute(
        "select state, reason, count(*) from messages where practice_id = %s and due_time >= %s and due_time < %s"
        " and state in ('SUPPRESSED', 'FAILED') group by state, reason order by count(*) desc, state, reason",
        (practice_id, from_time, to_time),
    )
    return [(State(row[0]), row[1], row[2]) for row in await found.fetchall()]


async def count_open_replies(conn: Connection, practice_id: str) -> int:
    """Count replies that wait for a human."""
    found = await conn.execute("select count(*) from replies where practice_id = %s and state = 'OPEN'", (practice_id,))
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def inbox(
    conn: Connection, practice_id: str, client_id: str, *, before: str | None, limit: int
) -> list[tuple[Message, datetime | None, str]]:
    """Return what was put into a client's inbox, newest first: the message, when it was seen, and the client's zone."""
    found = await conn.execute(
        f"select {postgres.MESSAGE_COLUMNS}, i.read_time, c.time_zone from messages m"  # noqa: S608
        " join contact_points c on c.practice_id = m.practice_id and c.client_id = m.client_id"
        " left join inbox_reads i on i.practice_id = m.practice_id and i.message_id = m.message_id"
        " where m.practice_id = %s and m.client_id = %s and m.channel = 'INBOX' and m.state = 'SENT'"
        " and (%s::uuid is null or m.message_id < %s::uuid) order by m.message_id desc limit %s",
        (practice_id, client_id, before, before, limit),
    )
    return [(postgres.read_message(row[:-2]), row[-2], row[-1]) for row in await found.fetchall()]


async def mark_seen(conn: Connection, practice_id: str, message_id: str, *, at: datetime) -> None:
    """Remember that a client saw an entry; the first time stays."""
    await conn.execute(
        "insert into inbox_reads (practice_id, message_id, read_time) values (%s, %s, %s)"
        " on conflict on constraint inbox_reads_pkey do nothing",
        (practice_id, message_id, at),
    )
