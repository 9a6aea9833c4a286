"""What a client and those who treat them write to each other, and how far each has read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.notifications.domain import errors

LONGEST_WORDS = 8_000
"""Characters of a post."""

LONGEST_TOPIC = 120

MOST_ATTACHMENTS = 5
"""Files of a post."""

MOST_THREADS = 200
"""Threads of a client."""

MOST_STORED_BYTES = 100 * 1024 * 1024
"""Bytes of all files of a client."""


class Side(StrEnum):
    """Who is writing or reading."""

    CLIENT = "CLIENT"
    CARE_TEAM = "CARE_TEAM"

    @property
    def other(self) -> Side:
        """The one who is written to."""
        return Side.CARE_TEAM if self is Side.CLIENT else Side.CLIENT


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation; what it is about is opened for those who may read it."""

    thread_id: str
    client_id: str
    topic: str
    create_time: datetime
    post_count: int
    last_side: Side
    last_post_id: str
    last_post_time: datetime
    unread_count: int = 0

    def written(self, post_id: str, side: Side, *, at: datetime) -> Thread:
        """Count one more post."""
        count = self.post_count + 1
        return replace(self, post_count=count, last_side=side, last_post_id=post_id, last_post_time=at)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file without its content."""

    attachment_id: str
    client_id: str
    file_name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Post:
    """One thing written; *number* counts from 1 within its thread."""

    post_id: str
    thread_id: str
    client_id: str
    number: int
    side: Side
    author_id: str
    words: str
    create_time: datetime
    attachments: tuple[Attachment, ...] = ()
    read_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostCreated:
    """Somebody wrote."""

    post: Post


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """One side has read up to a post."""

    thread: Thread
    post_id: str
    side: Side
    read_time: datetime


def checked_words(words: str) -> str:
    """
    Return words as they are kept.

    Raises:
        WordsMissing, WordsTooLong: As named. (INVALID_ARGUMENT)
    """
    kept = words.strip()
    if not kept:
        raise errors.WordsMissing("Write something.", field="words")
    if len(kept) > LONGEST_WORDS:
        raise errors.WordsTooLong("Too long for one post.", field="words", most=str(LONGEST_WORDS))
    return kept


def checked_topic(topic: str) -> str:
    """Return a topic as it is kept. Raises TopicMalformed. (INVALID_ARGUMENT)"""
    kept = topic.strip()
    if not kept or len(kept) > LONGEST_TOPIC or not kept.isprintable():
        raise errors.TopicMalformed("A topic has 1 to 120 characters on one line.", field="topic")
    return kept


def checked_attachments(attachment_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files of a post, each once. Raises TooManyAttachments. (INVALID_ARGUMENT)"""
    kept = tuple(dict.fromkeys(attachment_ids))
    if len(kept) > MOST_ATTACHMENTS:
        raise errors.TooManyAttachments("A post has at most so many files.", most=str(MOST_ATTACHMENTS))
    return kept
