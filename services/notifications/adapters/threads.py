"""Threads, posts and files in PostgreSQL; all that is written is ciphertext there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import TupleRow

from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection
from services.notifications.domain import errors
from services.notifications.domain.thread import Attachment, Post, Side, Thread

TOPIC, WORDS, FILE_NAME, CONTENT = "threads.topic", "posts.words", "attachments.name", "attachments.content"
"""
Danger: bound into every ciphertext; another name makes everything stored unreadable.
"""

THREAD_COLUMNS = """t.thread_id::text, t.client_id::text, k.wrapped_dek, t.topic_sealed, t.create_time, t.post_count,
    t.last_side, t.last_post_id::text, t.last_post_time,
    (select count(*) from posts p where p.practice_id = t.practice_id and p.thread_id = t.thread_id
        and p.side <> %(side)s and p.number > coalesce((select r.number from thread_readers r
            where r.practice_id = t.practice_id and r.thread_id = t.thread_id and r.reader_id = %(reader)s), 0))"""

THREADS = "from threads t join thread_keys k on k.practice_id = t.practice_id and k.client_id = t.client_id"


class PostgresThreads:
    """The threads of one practice, as one reader sees them, inside one transaction."""

    def __init__(self, conn: Connection, practice_id: str, cipher: ClientCipher, *, reader_id: str, side: Side) -> None:
        """See them as this reader."""
        self._conn = conn
        self._practice_id = practice_id
        self._cipher = cipher
        self._seen: dict[str, Any] = {"practice": practice_id, "reader": reader_id, "side": side.value}

    async def begin(self, thread: Thread) -> int:
        """Store a new thread without posts; return how many its client has with it."""
        wrapped, count = await self._key(thread.client_id, threads=1)
        sealed = await self._cipher.encrypt(self._practice_id, thread.client_id, wrapped, TOPIC, thread.topic)
        await self._conn.execute(
            "insert into threads (practice_id, thread_id, client_id, topic_sealed, post_count, last_side, last_post_id,"
            " last_post_time, create_time) values (%s, %s, %s, %s, 0, %s, %s, %s, %s)",
            (
                self._practice_id,
                thread.thread_id,
                thread.client_id,
                sealed,
                thread.last_side.value,
                thread.last_post_id,
                thread.last_post_time,
                thread.create_time,
            ),
        )
        return count

    async def lock(self, thread_id: str) -> Thread:
        """Return a thread, locked against another post. Raises UnknownThread. (NOT_FOUND)"""
        found = await self._conn.execute(
            f"select {THREAD_COLUMNS} {THREADS} where t.practice_id = %(practice)s and t.thread_id = %(thread)s"
            " for no key update of t",
            self._seen | {"thread": thread_id},
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownThread("No such thread.", thread_id=thread_id)
        return await self._thread(row)

    async def of_client(self, client_id: str, *, before: str | None, limit: int) -> list[Thread]:
        """Return a client's threads, the one written in last first."""
        return await self._list("t.client_id = %(client)s", {"client": client_id}, before, limit)

    async def in_care(self, therapist_id: str, *, only_unread: bool, before: str | None, limit: int) -> list[Thread]:
        """Return the threads of a therapist's clients, the one written in last first."""
        condition = (
            "exists (select 1 from care_pairs c where c.practice_id = t.practice_id and c.client_id = t.client_id"
            " and c.therapist_id = %(therapist)s)"
        )
        if only_unread:
            condition += (
                " and t.last_side <> %(side)s and t.post_count > coalesce((select r.number from thread_readers r"
                " where r.practice_id = t.practice_id and r.thread_id = t.thread_id and r.reader_id = %(reader)s), 0)"
            )
        return await self._list(condition, {"therapist": therapist_id}, before, limit)

    async def add(self, thread: Thread, post: Post) -> None:
        """Store a post and what the thread came to by it; its writer has read it."""
        wrapped, _ = await self._key(post.client_id)
        sealed = await self._cipher.encrypt(self._practice_id, post.client_id, wrapped, WORDS, post.words)
        await self._conn.execute(
            "insert into posts (practice_id, post_id, thread_id, number, side, author_id, words_sealed, create_time)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self._practice_id,
                post.post_id,
                post.thread_id,
                post.number,
                post.side.value,
                post.author_id,
                sealed,
                post.create_time,
            ),
        )
        await self._conn.execute(
            "update threads set post_count = %s, last_side = %s, last_post_id = %s, last_post_time = %s"
            " where practice_id = %s and thread_id = %s",
            (
                thread.post_count,
                thread.last_side.value,
                thread.last_post_id,
                thread.last_post_time,
                self._practice_id,
                thread.thread_id,
            ),
        )
        await self.mark_read(thread.thread_id, post.number, at=post.create_time)

    async def posts(self, thread: Thread, *, before: int | None, limit: int) -> list[Post]:
        """Return what was written, newest first, before the post of that number."""
        found = await self._conn.execute(
            "select p.post_id::text, p.number, p.side, p.author_id, p.words_sealed, p.create_time,"
            " (select min(r.read_time) from thread_readers r where r.practice_id = p.practice_id"
            " and r.thread_id = p.thread_id and r.side <> p.side and r.number >= p.number)"
            " from posts p where p.practice_id = %s and p.thread_id = %s and (%s::int is null or p.number < %s)"
            " order by p.number desc limit %s",
            (self._practice_id, thread.thread_id, before, before, limit),
        )
        rows = await found.fetchall()
        wrapped, _ = await self._key(thread.client_id)
        attached = await self._attached(thread.client_id, wrapped, [row[0] for row in rows])
        return [
            Post(
                post_id=row[0],
                thread_id=thread.thread_id,
                client_id=thread.client_id,
                number=row[1],
                side=Side(row[2]),
                author_id=row[3],
                words=await self._open(thread.client_id, wrapped, WORDS, row[4]),
                create_time=row[5],
                attachments=tuple(attached.get(row[0], ())),
                read_time=row[6],
            )
            for row in rows
        ]

    async def number_of(self, thread_id: str, post_id: str) -> int:
        """Return the place of a post in its thread. Raises UnknownThread. (NOT_FOUND)"""
        found = await self._conn.execute(
            "select number from posts where practice_id = %s and thread_id = %s and post_id = %s",
            (self._practice_id, thread_id, post_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownThread("No such post in the thread.", post_id=post_id)
        return int(row[0])

    async def mark_read(self, thread_id: str, number: int, *, at: datetime) -> bool:
        """Remember how far this reader has read; tell whether it is further than before."""
        done = await self._conn.execute(
            "insert into thread_readers as r (practice_id, thread_id, reader_id, side, number, read_time)"
            " values (%(practice)s, %(thread)s, %(reader)s, %(side)s, %(number)s, %(at)s)"
            " on conflict on constraint thread_readers_pkey do update set number = excluded.number,"
            " read_time = excluded.read_time where r.number < excluded.number",
            self._seen | {"thread": thread_id, "number": number, "at": at},
        )
        return done.rowcount > 0

    def shelf(self, *, at: datetime) -> Shelf:
        """Return where files go that come in now."""
        return Shelf(self, at)

    @staticmethod
    async def client_of(conn: Connection, practice_id: str, thread_id: str) -> str:
        """Return whose a thread is. Raises UnknownThread. (NOT_FOUND)"""
        found = await conn.execute(
            "select client_id::text from threads where practice_id = %s and thread_id = %s", (practice_id, thread_id)
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownThread("No such thread.", thread_id=thread_id)
        return str(row[0])

    async def put(self, attachment: Attachment, content: bytes, *, at: datetime) -> int:
        """Store a file; return how many bytes its client has stored with it."""
        wrapped, _ = await self._key(attachment.client_id)
        scope = (self._practice_id, attachment.client_id, wrapped)
        name = await self._cipher.encrypt(*scope, FILE_NAME, attachment.file_name)
        field = f"{CONTENT}|{attachment.attachment_id}"
        await self._conn.execute(
            "insert into attachments (practice_id, attachment_id, client_id, uploader_id, name_sealed, media_type,"
            " size_bytes, content_sealed, create_time) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                self._practice_id,
                attachment.attachment_id,
                attachment.client_id,
                self._seen["reader"],
                name,
                attachment.media_type,
                attachment.size_bytes,
                await self._cipher.encrypt_bytes(*scope, field, content),
                at,
            ),
        )
        found = await self._conn.execute(
            "update thread_keys set stored_bytes = stored_bytes + %s where practice_id = %s and client_id = %s"
            " returning stored_bytes",
            (attachment.size_bytes, self._practice_id, attachment.client_id),
        )
        row = await found.fetchone()
        return int(row[0]) if row else 0

    async def attach(self, post: Post, attachment_ids: Sequence[str], *, uploader_id: str) -> list[Attachment]:
        """Bind files of this client that this uploader has not posted yet; return those there are, in order."""
        await self._conn.execute(
            "update attachments a set post_id = %s, place = n.place"
            " from unnest(%s::uuid[]) with ordinality as n (attachment_id, place)"
            " where a.practice_id = %s and a.attachment_id = n.attachment_id and a.client_id = %s"
            " and a.uploader_id = %s and a.post_id is null",
            (post.post_id, list(attachment_ids), self._practice_id, post.client_id, uploader_id),
        )
        wrapped, _ = await self._key(post.client_id)
        return (await self._attached(post.client_id, wrapped, [post.post_id])).get(post.post_id, [])

    async def owner_of(self, attachment_id: str) -> str:
        """Return whose a file is, if this reader may know of it. Raises UnknownThread. (NOT_FOUND)"""
        found = await self._conn.execute(
            "select client_id::text from attachments where practice_id = %(practice)s"
            " and attachment_id = %(file)s and (post_id is not null or uploader_id = %(reader)s)",
            self._seen | {"file": attachment_id},
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownThread("No such file.", attachment_id=attachment_id)
        return str(row[0])

    async def content(self, attachment_id: str) -> tuple[Attachment, bytes]:
        """Return a file with its content."""
        found = await self._conn.execute(
            "select a.client_id::text, k.wrapped_dek, a.name_sealed, a.media_type, a.size_bytes, a.content_sealed"
            " from attachments a join thread_keys k on k.practice_id = a.practice_id and k.client_id = a.client_id"
            " where a.practice_id = %s and a.attachment_id = %s",
            (self._practice_id, attachment_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownThread("No such file.", attachment_id=attachment_id)
        client_id, wrapped = str(row[0]), bytes(row[1])
        name = await self._open(client_id, wrapped, FILE_NAME, row[2])
        content = await self._cipher.decrypt_bytes(
            self._practice_id, client_id, wrapped, f"{CONTENT}|{attachment_id}", bytes(row[5])
        )
        return Attachment(attachment_id, client_id, name, row[3], row[4]), content

    async def _list(self, condition: str, more: dict[str, Any], before: str | None, limit: int) -> list[Thread]:
        found = await self._conn.execute(
            f"select {THREAD_COLUMNS} {THREADS} where t.practice_id = %(practice)s and {condition}"
            " and (%(before)s::uuid is null or t.last_post_id < %(before)s::uuid)"
            " order by t.last_post_id desc limit %(limit)s",
            self._seen | more | {"before": before, "limit": limit},
        )
        return [await self._thread(row) for row in await found.fetchall()]

    async def _thread(self, row: TupleRow) -> Thread:
        return Thread(
            thread_id=row[0],
            client_id=row[1],
            topic=await self._open(row[1], bytes(row[2]), TOPIC, row[3]),
            create_time=row[4],
            post_count=row[5],
            last_side=Side(row[6]),
            last_post_id=row[7],
            last_post_time=row[8],
            unread_count=row[9],
        )

    async def _attached(self, client_id: str, wrapped: bytes, post_ids: Sequence[str]) -> dict[str, list[Attachment]]:
        found = await self._conn.execute(
            "select post_id::text, attachment_id::text, name_sealed, media_type, size_bytes from attachments"
            " where practice_id = %s and post_id = any (%s::uuid[]) order by post_id, place",
            (self._practice_id, list(post_ids)),
        )
        attached: dict[str, list[Attachment]] = defaultdict(list)
        for row in await found.fetchall():
            name = await self._open(client_id, wrapped, FILE_NAME, row[2])
            attached[row[0]].append(Attachment(row[1], client_id, name, row[3], row[4]))
        return attached

    async def _key(self, client_id: str, *, threads: int = 0) -> tuple[bytes, int]:
        """Return the client's wrapped key, made on first use, and how many threads there are; adding locks the row."""
        if threads == 0:
            found = await self._conn.execute(
                "select wrapped_dek, thread_count from thread_keys where practice_id = %s and client_id = %s",
                (self._practice_id, client_id),
            )
            if row := await found.fetchone():
                return bytes(row[0]), int(row[1])
        _, wrapped = await self._cipher.new_key(self._practice_id)
        found = await self._conn.execute(
            "insert into thread_keys as k (practice_id, client_id, wrapped_dek, thread_count) values (%s, %s, %s, %s)"
            " on conflict on constraint thread_keys_pkey do update set thread_count = k.thread_count + %s"
            " returning wrapped_dek, thread_count",
            (self._practice_id, client_id, wrapped, threads, threads),
        )
        row = await found.fetchone()
        if row is None:
            raise LookupError("a key that was stored is gone")
        return bytes(row[0]), int(row[1])

    async def _open(self, client_id: str, wrapped: bytes, field: str, sealed: Any) -> str:
        return await self._cipher.decrypt(self._practice_id, client_id, wrapped, field, bytes(sealed))


class Shelf:
    """Where files go that come in at one moment."""

    def __init__(self, threads: PostgresThreads, at: datetime) -> None:
        """Store through these."""
        self._threads = threads
        self._at = at

    async def put(self, attachment: Attachment, content: bytes) -> int:
        """Store a file; return how many bytes its client has stored with it."""
        return await self._threads.put(attachment, content, at=self._at)


async def drop_loose(conn: Connection, *, before: datetime, most: int) -> int:
    """Throw files of all practices away that nobody posted; return how many."""
    found = await conn.execute("select drop_loose_attachments(%s, %s)", (before, most))
    row = await found.fetchone()
    return int(row[0]) if row else 0
