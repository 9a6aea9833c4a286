"""The record of consents, and the addresses nothing may be sent to, in PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Consent, Purpose, Source, SuppressionReason

COLUMNS = """e.practice_id::text, e.consent_id::text, e.client_id::text, e.is_granted, e.source, e.create_time,
    e.purpose, e.channel, e.recipient_id::text, e.evidence, e.actor_id"""


async def record(conn: Connection, practice_id: str, consents: Sequence[Consent]) -> None:
    """Add to the record; nothing in it is ever changed."""
    for each in consents:
        await conn.execute(
            "insert into consent_events (practice_id, consent_id, client_id, recipient_id, purpose, channel,"
            " is_granted, source, evidence, actor_id, create_time)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                practice_id,
                each.consent_id,
                each.client_id,
                each.recipient_id,
                each.purpose.value,
                each.channel.value if each.channel else "",
                each.is_granted,
                each.source.value,
                each.evidence,
                each.actor_id,
                each.create_time,
            ),
        )


async def of_clients(conn: Connection, clients: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Consent]]:
    """Return the records of (practice, client) pairs, oldest first."""
    found = await conn.execute(
        f"select {COLUMNS} from consent_events e"  # noqa: S608
        " join (select distinct * from unnest(%s::uuid[], %s::uuid[]) as u (practice_id, client_id)) n"
        " on e.practice_id = n.practice_id and e.client_id = n.client_id"
        " order by e.create_time, e.consent_id",
        ([each[0] for each in clients], [each[1] for each in clients]),
    )
    records: dict[tuple[str, str], list[Consent]] = defaultdict(list)
    for row in await found.fetchall():
        records[row[0], row[2]].append(
            Consent(
                consent_id=row[1],
                client_id=row[2],
                is_granted=row[3],
                source=Source(row[4]),
                create_time=row[5],
                purpose=Purpose(row[6]),
                channel=Channel(row[7]) if row[7] else None,
                recipient_id=row[8],
                evidence=row[9],
                actor_id=row[10],
            )
        )
    return records


async def suppress(
    conn: Connection,
    practice_id: str,
    *,
    channel: Channel,
    address_hash: bytes,
    reason: SuppressionReason,
    at: datetime,
) -> None:
    """Send nothing to an address any more, whoever is reached there, until it is lifted."""
    await conn.execute(
        "insert into suppressions (practice_id, channel, address_hash, reason, create_time) values (%s, %s, %s, %s, %s)"
        " on conflict on constraint suppressions_pkey do update set reason = excluded.reason,"
        " create_time = excluded.create_time, lift_time = null",
        (practice_id, channel.value, address_hash, reason.value, at),
    )


async def lift(
    conn: Connection,
    practice_id: str,
    *,
    channel: Channel,
    address_hash: bytes,
    reasons: Sequence[SuppressionReason],
    at: datetime,
) -> bool:
    """Let an address be written to again if it is suppressed for one of these reasons; tell whether it was."""
    done = await conn.execute(
        "update suppressions set lift_time = %s where practice_id = %s and channel = %s and address_hash = %s"
        " and lift_time is null and reason = any (%s)",
        (at, practice_id, channel.value, address_hash, [reason.value for reason in reasons]),
    )
    return done.rowcount > 0


async def suppressed(
    conn: Connection, addresses: Sequence[tuple[str, Channel, bytes]]
) -> dict[tuple[str, Channel, bytes], SuppressionReason]:
    """Return which of these (practice, channel, hash) nothing may be sent to, and why."""
    if not addresses:
        return {}
    found = await conn.execute(
        "select s.practice_id::text, s.channel, s.address_hash, s.reason from suppressions s"
        " join unnest(%s::uuid[], %s::text[], %s::bytea[]) as n (practice_id, channel, address_hash)"
        " on s.practice_id = n.practice_id and s.channel = n.channel and s.address_hash = n.address_hash"
        " where s.lift_time is null",
        ([each[0] for each in addresses], [each[1].value for each in addresses], [each[2] for each in addresses]),
    )
    return {(row[0], Channel(row[1]), bytes(row[2])): SuppressionReason(row[3]) for row in await found.fetchall()}
