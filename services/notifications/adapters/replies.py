"""What people text back, in PostgreSQL; words and numbers are ciphertext there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import TupleRow

from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection
from services.chassis.errors import ClientErased
from services.notifications.adapters import postgres
from services.notifications.domain import errors
from services.notifications.domain.answer import Ahead, Asked, Question, State
from services.notifications.domain.appointment import Appointment

SENDER, WORDS = "replies.sender", "replies.words"
"""
Danger: bound into every ciphertext; another name makes everything stored unreadable.
"""

LATELY = timedelta(days=7)
"""How old a text may be that a letter answers; after that all that lies ahead is meant."""

TOLD_FOR = timedelta(days=1)
"""How long nobody is told again that a human will look."""

MOST_AHEAD = 5

COLUMNS = """r.reply_id::text, r.client_id::text,
    coalesce((select c.wrapped_dek from contact_points c where c.practice_id = r.practice_id
        and c.client_id = r.client_id), r.wrapped_dek), r.sender_sealed, r.words_sealed, r.meaning, r.state,
    r.appointment_id::text, r.receive_time, r.closed_by, r.close_time"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One text that came back, opened."""

    reply_id: str
    client_id: str
    sender: str
    words: str
    meaning: str
    state: State
    appointment_id: str
    receive_time: datetime
    closed_by: str = ""
    close_time: datetime | None = None


class Replies:
    """The replies of one practice, inside one transaction."""

    def __init__(self, conn: Connection, practice_id: str, cipher: ClientCipher) -> None:
        """Seal and open with this cipher."""
        self._conn = conn
        self._practice_id = practice_id
        self._cipher = cipher

    async def answer_to(self, provider: str, provider_ref: str) -> str | None:
        """Return what a reply that came before was answered, or None."""
        found = await self._conn.execute(
            "select answer from replies where practice_id = %s and provider = %s and provider_ref = %s",
            (self._practice_id, provider, provider_ref),
        )
        row = await found.fetchone()
        return str(row[0]) if row else None

    async def add(self, reply: Reply, *, provider: str, provider_ref: str, answer: str) -> None:
        """Store a reply with what it was answered."""
        wrapped, own = await self._key(reply.client_id)
        scope = (self._practice_id, reply.reply_id, wrapped)
        await self._conn.execute(
            "insert into replies (practice_id, reply_id, client_id, wrapped_dek, sender_sealed, words_sealed, provider,"
            " provider_ref, meaning, state, appointment_id, answer, receive_time)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self._practice_id,
                reply.reply_id,
                reply.client_id or None,
                own,
                await self._cipher.encrypt(*scope, SENDER, reply.sender),
                await self._cipher.encrypt(*scope, WORDS, reply.words),
                provider,
                provider_ref,
                reply.meaning,
                reply.state.value,
                reply.appointment_id or None,
                answer,
                reply.receive_time,
            ),
        )

    async def page(self, *, only_open: bool, before: str | None, limit: int) -> list[Reply]:
        """Return replies, newest first."""
        found = await self._conn.execute(
            f"select {COLUMNS} from replies r where r.practice_id = %s and (r.state = 'OPEN' or not %s)"  # noqa: S608
            " and (%s::uuid is null or r.reply_id < %s::uuid) order by r.reply_id desc limit %s",
            (self._practice_id, only_open, before, before, limit),
        )
        return [await self._opened(row) for row in await found.fetchall()]

    async def get(self, reply_id: str) -> Reply:
        """Return a reply, locked. Raises UnknownReply. (NOT_FOUND)"""
        found = await self._conn.execute(
            f"select {COLUMNS} from replies r where r.practice_id = %s and r.reply_id = %s for no key update",  # noqa: S608
            (self._practice_id, reply_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownReply("No such reply.", reply_id=reply_id)
        return await self._opened(row)

    async def close(self, reply_id: str, *, by: str, at: datetime) -> None:
        """Remember who has seen to it; the first one stays."""
        await self._conn.execute(
            "update replies set state = 'CLOSED', closed_by = %s, close_time = %s"
            " where practice_id = %s and reply_id = %s and state <> 'CLOSED'",
            (by, at, self._practice_id, reply_id),
        )

    async def was_told(self, client_id: str, *, at: datetime) -> bool:
        """Tell whether a client was told lately that a human will look."""
        found = await self._conn.execute(
            "select 1 from replies where practice_id = %s and client_id = %s and state = 'OPEN' and answer <> ''"
            " and receive_time > %s limit 1",
            (self._practice_id, client_id, at - TOLD_FOR),
        )
        return await found.fetchone() is not None

    async def ahead(self, client_ids: Sequence[str], *, at: datetime) -> list[Ahead]:
        """Return what a letter may be about, soonest first: what was texted about in the last days, or else all."""
        for condition in (
            "exists (select 1 from messages m where m.practice_id = a.practice_id"
            " and m.appointment_id = a.appointment_id and m.channel = 'SMS'"
            " and m.state in ('SENT', 'SENDING') and m.begin_time > %(lately)s)",
            "true",
        ):
            found = await self._conn.execute(
                "select a.appointment_id::text, a.placed_version, a.start_time from appointments a"  # noqa: S608
                " where a.practice_id = %(practice)s and a.client_id = any (%(clients)s::uuid[])"
                " and a.start_time > %(at)s"
                f" and a.state in ('BOOKED', 'CONFIRMED') and {condition}"
                " order by a.start_time limit %(most)s",
                {
                    "practice": self._practice_id,
                    "clients": list(client_ids),
                    "at": at,
                    "lately": at - LATELY,
                    "most": MOST_AHEAD,
                },
            )
            if rows := await found.fetchall():
                return [Ahead(*row) for row in rows]
        return []

    async def question(self, client_id: str) -> Question | None:
        """Return what a client was asked last."""
        found = await self._conn.execute(
            "select word, appointment_ids::text[], start_times, expire_time from reply_questions"
            " where practice_id = %s and client_id = %s",
            (self._practice_id, client_id),
        )
        row = await found.fetchone()
        return Question(Asked(row[0]), tuple(row[1]), tuple(row[2]), row[3]) if row else None

    async def ask(self, client_id: str, question: Question | None) -> None:
        """Remember what a client is asked; a new reply ends the question before it."""
        if question is None:
            await self._conn.execute(
                "delete from reply_questions where practice_id = %s and client_id = %s", (self._practice_id, client_id)
            )
            return
        await self._conn.execute(
            "insert into reply_questions (practice_id, client_id, word, appointment_ids, start_times, expire_time)"
            " values (%s, %s, %s, %s::uuid[], %s, %s) on conflict on constraint reply_questions_pkey do update"
            " set word = excluded.word, appointment_ids = excluded.appointment_ids,"
            " start_times = excluded.start_times, expire_time = excluded.expire_time",
            (
                self._practice_id,
                client_id,
                question.asked.value,
                list(question.appointment_ids),
                list(question.start_times),
                question.expire_time,
            ),
        )

    async def appointment(self, appointment_id: str) -> Appointment:
        """Return what is known of an appointment. Raises UnknownReply. (NOT_FOUND)"""
        found = await self._conn.execute(
            f"select {postgres.APPOINTMENT_COLUMNS} from appointments a"  # noqa: S608
            " where a.practice_id = %s and a.appointment_id = %s",
            (self._practice_id, appointment_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownReply("No such appointment.", appointment_id=appointment_id)
        return postgres.read_appointment(row)

    async def _key(self, client_id: str) -> tuple[bytes, bytes]:
        """
        Return the key to seal with, and the row's own where nobody's is known.

        Danger: a client's key is never copied: a copy would outlive the client's erasure.
        """
        found = await self._conn.execute(
            "select wrapped_dek from contact_points where practice_id = %s and client_id = %s",
            (self._practice_id, client_id or None),
        )
        if row := await found.fetchone():
            return bytes(row[0]), b""
        _, wrapped = await self._cipher.new_key(self._practice_id)
        return wrapped, wrapped

    async def _open(self, scope: tuple[str, str, bytes], field: str, sealed: bytes) -> str:
        """Open a field; of a client who was erased there is nothing to read."""
        try:
            return await self._cipher.decrypt(*scope, field, sealed)
        except ClientErased:
            return ""

    async def _opened(self, row: TupleRow) -> Reply:
        scope = (self._practice_id, row[0], bytes(row[2]))
        return Reply(
            reply_id=row[0],
            client_id=row[1] or "",
            sender=await self._open(scope, SENDER, bytes(row[3])),
            words=await self._open(scope, WORDS, bytes(row[4])),
            meaning=row[5],
            state=State(row[6]),
            appointment_id=row[7] or "",
            receive_time=row[8],
            closed_by=row[9],
            close_time=row[10],
        )
