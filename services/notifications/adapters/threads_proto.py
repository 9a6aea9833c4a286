"""Writes threads, posts and files to the wire, and facts about them."""

from __future__ import annotations

from google.protobuf.message import Message
from kept.notifications.v1 import threads_events_pb2, threads_pb2

from services.notifications.adapters.proto import timestamp
from services.notifications.domain.thread import Attachment, Post, PostCreated, Side, Thread, ThreadRead


def thread_resource(thread: Thread) -> threads_pb2.Thread:
    """Write a thread."""
    return threads_pb2.Thread(
        thread_id=thread.thread_id,
        client_id=thread.client_id,
        topic=thread.topic,
        create_time=timestamp(thread.create_time),
        last_post_time=timestamp(thread.last_post_time),
        last_side=_side(thread.last_side),
        post_count=thread.post_count,
        unread_count=thread.unread_count,
    )


def post_resource(post: Post) -> threads_pb2.Post:
    """Write a post."""
    return threads_pb2.Post(
        post_id=post.post_id,
        thread_id=post.thread_id,
        client_id=post.client_id,
        side=_side(post.side),
        author_id=post.author_id,
        words=post.words,
        attachments=[attachment_resource(each) for each in post.attachments],
        create_time=timestamp(post.create_time),
        read_time=timestamp(post.read_time) if post.read_time else None,
    )


def attachment_resource(attachment: Attachment) -> threads_pb2.Attachment:
    """Write a file without its content."""
    return threads_pb2.Attachment(
        attachment_id=attachment.attachment_id,
        client_id=attachment.client_id,
        file_name=attachment.file_name,
        media_type=attachment.media_type,
        size_bytes=attachment.size_bytes,
    )


def thread_event(fact: PostCreated | ThreadRead, *, practice_id: str, therapist_ids: list[str]) -> Message:
    """Write a fact: ids and times only."""
    if isinstance(fact, PostCreated):
        return threads_events_pb2.PostCreated(
            practice_id=practice_id,
            thread_id=fact.post.thread_id,
            post_id=fact.post.post_id,
            client_id=fact.post.client_id,
            side=_side(fact.post.side),
            therapist_ids=therapist_ids,
            create_time=timestamp(fact.post.create_time),
            version=fact.post.number,
        )
    return threads_events_pb2.ThreadRead(
        practice_id=practice_id,
        thread_id=fact.thread.thread_id,
        post_id=fact.post_id,
        client_id=fact.thread.client_id,
        side=_side(fact.side),
        therapist_ids=therapist_ids,
        read_time=timestamp(fact.read_time),
        version=fact.thread.post_count,
    )


def _side(side: Side) -> threads_pb2.ThreadSide.ValueType:
    return threads_pb2.ThreadSide.Value(f"THREAD_SIDE_{side}")
