"""Templates that practices wrote, in PostgreSQL: the highest version counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.template import Text

Place = tuple[str, str, Locale, Channel]
"""Practice, key, locale, channel."""

NEWEST = """
    select distinct on (t.practice_id, t.template_key, t.locale, t.channel) t.practice_id::text, t.template_key,
        t.locale, t.channel, t.version, t.subject, t.body
    from message_templates t
    where t.practice_id = any (%s::uuid[]) and (%s::text[] is null or t.template_key = any (%s))
    order by t.practice_id, t.template_key, t.locale, t.channel, t.version desc
"""


async def newest(conn: Connection, practice_ids: Sequence[str], keys: Sequence[str] | None) -> dict[Place, Text]:
    """Return the newest version of each template of practices, of these keys or of all; a reset one is missing."""
    listed = list(keys) if keys is not None else None
    found = await conn.execute(NEWEST, (list(practice_ids), listed, listed))
    texts = [
        Text(row[0], row[1], Locale(row[2]), Channel(row[3]), row[4], row[5], row[6])
        for row in await found.fetchall()
        if row[6] is not None
    ]
    return {(text.practice_id, text.template_key, text.locale, text.channel): text for text in texts}


async def latest_version(conn: Connection, text: Text) -> int:
    """Return the newest version there is, reset or not; 0 when there never was one."""
    found = await conn.execute(
        "select coalesce(max(version), 0) from message_templates"
        " where practice_id = %s and template_key = %s and locale = %s and channel = %s",
        (text.practice_id, text.template_key, text.locale.value, text.channel.value),
    )
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def add(conn: Connection, text: Text, *, resets: bool, actor_id: str, at: datetime) -> bool:
    """Store a version; tell whether nobody else stored it first."""
    done = await conn.execute(
        "insert into message_templates"
        " (practice_id, template_key, locale, channel, version, subject, body, actor_id, create_time)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict on constraint message_templates_pkey do nothing",
        (
            text.practice_id,
            text.template_key,
            text.locale.value,
            text.channel.value,
            text.version,
            None if resets else text.subject,
            None if resets else text.body,
            actor_id,
            at,
        ),
    )
    return done.rowcount == 1
