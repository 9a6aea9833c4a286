"""Tries, reports of providers, and the numbers texts went to, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.context import NO_PRACTICE
from services.chassis.crypto import Keyring
from services.chassis.db.pool import Connection
from services.notifications.adapters import consents, metrics
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import SuppressionReason
from services.notifications.domain.delivery import RANK, Delivered, Report
from services.notifications.domain.message import Message, Outcome, Reason

NUMBER_FIELD = "sms recipient"
"""
Danger: names the index key; another name finds no number any more.
"""


@dataclass(frozen=True, slots=True)
class Try:
    """One try as the log shows it."""

    number: int
    channel: str
    provider: str
    outcome: str
    code: str
    segments: int
    deliver_time: datetime
    report: str
    report_time: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """One try that was made just now, with the message as it was begun."""

    practice_id: str
    message: Message
    said: Delivered
    at: datetime


async def note_made(conn: Connection, made: Sequence[Made]) -> None:
    """Store tries, the numbers they went to, and what an address turned out to be."""
    tries = [each for each in made if each.said.provider]
    if not tries:
        return
    rows = [
        (
            each.practice_id,
            each.message.message_id,
            each.message.revision,
            each.message.client_id,
            (each.message.channel or Channel.EMAIL).value,
            each.said.provider,
            each.said.provider_ref,
            each.said.outcome.value,
            each.said.code,
            each.said.segments,
            each.at,
        )
        for each in tries
    ]
    await conn.execute(
        "insert into deliveries (practice_id, message_id, number, client_id, channel, provider, provider_ref, outcome,"
        " code, segments, deliver_time) select * from unnest(%s::uuid[], %s::uuid[], %s::int[], %s::uuid[],"
        " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[])"
        " on conflict on constraint deliveries_pkey do nothing",
        [list(column) for column in zip(*rows, strict=True)],
    )
    for each in tries:
        channel = (each.message.channel or Channel.EMAIL).value
        metrics.TRIES.labels(channel, each.said.provider, each.said.outcome.value).inc()
        if each.said.segments:
            metrics.SEGMENTS.labels(each.said.provider).inc(each.said.segments)
    for each in sorted(tries, key=lambda one: (one.practice_id, one.said.number_hash)):
        if each.said.number_hash and each.said.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
            await note_number(conn, each.practice_id, each.said.number_hash, each.message.client_id, at=each.at)
        if each.message.channel is Channel.SMS and each.said.reason in (Reason.OPTED_OUT, Reason.ADDRESS_REFUSED):
            is_opt_out = each.said.reason is Reason.OPTED_OUT
            await suppress_address(conn, each.practice_id, each.message, is_opt_out=is_opt_out, at=each.at)


async def suppress_address(
    conn: Connection, practice_id: str, message: Message, *, is_opt_out: bool, at: datetime
) -> None:
    """Send nothing more to the address a message went to."""
    found = await conn.execute(
        "select channel, address_hash from contact_addresses"
        " where practice_id = %s and contact_point_id = %s and address_hash is not null",
        (practice_id, message.contact_point_id),
    )
    if row := await found.fetchone():
        reason = SuppressionReason.OPTED_OUT if is_opt_out else SuppressionReason.BOUNCED
        await consents.suppress(
            conn, practice_id, channel=Channel(row[0]), address_hash=bytes(row[1]), reason=reason, at=at
        )


async def list_tries(conn: Connection, practice_id: str, message_id: str, *, after: int, limit: int) -> list[Try]:
    """Return the tries of a message after the one of that number, with what was reported since."""
    found = await conn.execute(
        "select * from (select row_number() over (order by d.number) as number, d.channel, d.provider, d.outcome,"
        " d.code, d.segments, d.deliver_time, coalesce(r.report, ''), r.report_time from deliveries d"
        " left join delivery_reports r on r.practice_id = d.practice_id and r.message_id = d.message_id"
        " and r.provider = d.provider and (r.provider_ref = d.provider_ref or d.provider_ref = '')"
        " where d.practice_id = %s and d.message_id = %s) t where t.number > %s order by t.number limit %s",
        (practice_id, message_id, after, limit),
    )
    return [Try(*row) for row in await found.fetchall()]


async def take_report(
    conn: Connection,
    practice_id: str,
    message_id: str,
    *,
    provider: str,
    provider_ref: str,
    report: Report,
    code: str,
    at: datetime,
) -> bool:
    """Keep a report if it says more than what is known; tell whether it did."""
    done = await conn.execute(
        "insert into delivery_reports as r"
        " (practice_id, provider, provider_ref, message_id, report, rank, code, report_time)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict on constraint delivery_reports_pkey do update"
        " set report = excluded.report, rank = excluded.rank, code = excluded.code, report_time = excluded.report_time"
        " where r.rank < excluded.rank",
        (practice_id, provider, provider_ref, message_id, report.value, RANK[report], code, at),
    )
    return done.rowcount > 0


async def note_number(conn: Connection, practice_id: str, number_hash: bytes, client_id: str, *, at: datetime) -> None:
    """Remember that this practice writes to a number, so that its replies are found."""
    await conn.execute(
        "insert into texted_numbers as t (practice_id, number_hash, client_id, last_time) values (%s, %s, %s, %s)"
        " on conflict on constraint texted_numbers_pkey do update"
        " set last_time = greatest(t.last_time, excluded.last_time)",
        (practice_id, number_hash, client_id, at),
    )


async def texting_practices(conn: Connection, number_hash: bytes, *, most: int) -> list[str]:
    """Return the practices that write to a number, the latest first, whatever the transaction sees."""
    found = await conn.execute("select practice_id::text from find_texting_practices(%s, %s)", (number_hash, most))
    return [str(row[0]) for row in await found.fetchall()]


def number_hash(keyring: Keyring, number: str) -> bytes:
    """Hash a number for all practices alike: who texts back can't say which practice is meant."""
    return keyring.blind_index(NO_PRACTICE, NUMBER_FIELD, number)
