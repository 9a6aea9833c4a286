"""Writes in a thread, and begins one with its first words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.domain import errors
from services.notifications.domain.thread import (
    MOST_THREADS,
    Attachment,
    Post,
    PostCreated,
    Side,
    Thread,
    checked_attachments,
    checked_topic,
    checked_words,
)


class Threads(Protocol):
    """The threads of one practice, inside one transaction."""

    async def begin(self, thread: Thread) -> int:
        """Store a new thread, locked; return how many its client has with it."""

    async def attach(self, post: Post, attachment_ids: Sequence[str], *, uploader_id: str) -> Sequence[Attachment]:
        """Bind files of this client that this uploader has not posted yet; return those there are, in order."""

    async def add(self, thread: Thread, post: Post) -> None:
        """Store a post and what the thread came to by it; its writer has read it."""


async def create_thread(
    threads: Threads,
    *,
    client_id: str,
    topic: str,
    words: str,
    attachment_ids: tuple[str, ...],
    side: Side,
    author_id: str,
    ids: tuple[str, str],
    at: datetime,
) -> tuple[Thread, PostCreated]:
    """
    Begin a thread.

    Args:
        ids: Of the thread and its first post.

    Raises:
        TopicMalformed, WordsMissing, WordsTooLong, TooManyAttachments: As named. (INVALID_ARGUMENT)
        AttachmentUnknown: A file is not there, not the caller's, or posted already. (FAILED_PRECONDITION)
        TooManyThreads: The client has as many as there may be. (FAILED_PRECONDITION)
    """
    thread = Thread(ids[0], client_id, checked_topic(topic), at, 0, side, ids[1], at)
    checked_words(words)
    if await threads.begin(thread) > MOST_THREADS:
        raise errors.TooManyThreads("The client has as many threads as there may be.", most=str(MOST_THREADS))
    return await write_post(
        threads,
        thread,
        words=words,
        attachment_ids=attachment_ids,
        side=side,
        author_id=author_id,
        post_id=ids[1],
        at=at,
    )


async def write_post(
    threads: Threads,
    thread: Thread,
    *,
    words: str,
    attachment_ids: tuple[str, ...],
    side: Side,
    author_id: str,
    post_id: str,
    at: datetime,
) -> tuple[Thread, PostCreated]:
    """
    Write in a thread that the caller holds locked.

    Raises:
        WordsMissing, WordsTooLong, TooManyAttachments: As named. (INVALID_ARGUMENT)
        AttachmentUnknown: A file is not there, not the caller's, or posted already. (FAILED_PRECONDITION)
    """
    written = thread.written(post_id, side, at=at)
    post = Post(
        post_id, thread.thread_id, thread.client_id, written.post_count, side, author_id, checked_words(words), at
    )
    await threads.add(written, post)
    wanted = checked_attachments(attachment_ids)
    attached = tuple(await threads.attach(post, wanted, uploader_id=author_id)) if wanted else ()
    if len(attached) != len(wanted):
        raise errors.AttachmentUnknown("A file is not there, or was posted already.", field="attachment_ids")
    return written, PostCreated(
        Post(
            post.post_id,
            post.thread_id,
            post.client_id,
            post.number,
            side,
            author_id,
            post.words,
            at,
            attachments=attached,
        )
    )
