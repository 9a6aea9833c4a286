"""What practices have set about their messages, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db.pool import Connection
from services.notifications.domain.caps import Caps
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.settings import NEUTRAL, Settings


async def of_practices(conn: Connection, practice_ids: Sequence[str]) -> dict[str, Settings]:
    """Return the settings of practices; who has set nothing is missing."""
    found = await conn.execute(
        "select practice_id::text, version, sender_label, phone, quiet_from, quiet_to, forbidden_words,"
        " texts_a_day, texts_a_week, mails_a_day, mails_a_week"
        " from message_settings where practice_id = any (%s::uuid[])",
        (list(practice_ids),),
    )
    return {
        row[0]: Settings(row[1], row[2], row[3], QuietHours(row[4], row[5]), tuple(row[6]), Caps(*row[7:]))
        for row in await found.fetchall()
    }


async def quiet_hours(conn: Connection, practice_ids: Sequence[str]) -> dict[str, QuietHours]:
    """Return the quiet hours of practices; who has set nothing is missing."""
    return {practice_id: each.quiet for practice_id, each in (await of_practices(conn, practice_ids)).items()}


async def get(conn: Connection, practice_id: str) -> Settings:
    """Return one practice's settings, set or not."""
    return (await of_practices(conn, [practice_id])).get(practice_id, NEUTRAL)


async def put(conn: Connection, practice_id: str, settings: Settings) -> bool:
    """Store settings over the version before theirs; tell whether nobody else did meanwhile."""
    done = await conn.execute(
        "insert into message_settings as s (practice_id, version, sender_label, phone, quiet_from, quiet_to,"
        " forbidden_words, texts_a_day, texts_a_week, mails_a_day, mails_a_week)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict on constraint message_settings_pkey do update set version = excluded.version,"
        " sender_label = excluded.sender_label, phone = excluded.phone, quiet_from = excluded.quiet_from,"
        " quiet_to = excluded.quiet_to, forbidden_words = excluded.forbidden_words,"
        " texts_a_day = excluded.texts_a_day, texts_a_week = excluded.texts_a_week,"
        " mails_a_day = excluded.mails_a_day, mails_a_week = excluded.mails_a_week, update_time = now()"
        " where s.version = excluded.version - 1",
        (
            practice_id,
            settings.version,
            settings.sender_label,
            settings.phone,
            settings.quiet.begin,
            settings.quiet.end,
            list(settings.forbidden_words),
            settings.caps.texts_a_day,
            settings.caps.texts_a_week,
            settings.caps.mails_a_day,
            settings.caps.mails_a_week,
        ),
    )
    return done.rowcount == 1
