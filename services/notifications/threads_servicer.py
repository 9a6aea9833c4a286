"""The door to what clients and those who treat them write to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import uuid_utils
from kept.notifications.v1 import threads_pb2, threads_service_pb2

from services.chassis.context import Call
from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection
from services.chassis.rpc.pages import page_token, read_page_token
from services.notifications.adapters import proto, threads_proto
from services.notifications.adapters.care import therapists_of
from services.notifications.adapters.care_reactions import tell_of_post
from services.notifications.adapters.matters import PostgresMatters
from services.notifications.adapters.threads import PostgresThreads
from services.notifications.adapters.webhooks import tell_published
from services.notifications.domain.channel import About
from services.notifications.domain.matter import MatterReport
from services.notifications.domain.thread import Attachment, PostCreated, Side, Thread, ThreadRead
from services.notifications.domain.workflow import Trigger
from services.notifications.usecases.follow_matters import follow_matters
from services.notifications.usecases.take_attachment import Scanner, check_file, take_attachment
from services.notifications.usecases.write_post import create_thread, write_post

SERVICE = threads_service_pb2.DESCRIPTOR.services_by_name["ThreadsService"]


WORTH_TELLING = timedelta(days=14)
"""How long the notice of a message is worth sending."""


class ThreadsServicer:
    """Keeps threads; who is written to hears only that a message waits."""

    def __init__(self, *, cipher: ClientCipher, scanner: Scanner, clock: Callable[[], datetime]) -> None:
        """Take what the methods need."""
        self._cipher = cipher
        self._scanner = scanner
        self._clock = clock

    async def CreateThread(self, request: threads_service_pb2.CreateThreadRequest, call: Call) -> threads_pb2.Thread:
        """Begin a thread with its first words."""
        client_id = proto.uuid(request.client_id, field="client_id")
        async with call.tx() as conn:
            thread, fact = await create_thread(
                self._threads(conn, call, client_id),
                client_id=client_id,
                topic=request.topic,
                words=request.words,
                attachment_ids=proto.uuids(request.attachment_ids, field="attachment_ids"),
                side=side_of(call, client_id),
                author_id=call.actor.actor_id,
                ids=(str(uuid_utils.uuid7()), str(uuid_utils.uuid7())),
                at=self._clock(),
            )
            await self._say(conn, call, thread, fact)
        return threads_proto.thread_resource(thread)

    async def CreatePost(self, request: threads_service_pb2.CreatePostRequest, call: Call) -> threads_pb2.Post:
        """Write in a thread."""
        async with call.tx() as conn:
            thread, threads = await self._opened(conn, call, request.thread_id)
            written, fact = await write_post(
                threads,
                thread,
                words=request.words,
                attachment_ids=proto.uuids(request.attachment_ids, field="attachment_ids"),
                side=side_of(call, thread.client_id),
                author_id=call.actor.actor_id,
                post_id=str(uuid_utils.uuid7()),
                at=self._clock(),
            )
            await self._say(conn, call, written, fact)
        return threads_proto.post_resource(fact.post)

    async def ListThreads(
        self, request: threads_service_pb2.ListThreadsRequest, call: Call
    ) -> threads_service_pb2.ListThreadsResponse:
        """List a client's threads, the one written in last first."""
        client_id = proto.uuid(request.client_id, field="client_id")
        query = f"threads|{client_id}"
        size, before = proto.place(request, query)
        async with call.tx() as conn:
            found = await self._threads(conn, call, client_id).of_client(client_id, before=before, limit=size + 1)
        return threads_service_pb2.ListThreadsResponse(
            threads=[threads_proto.thread_resource(each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each.last_post_id for each in found], size),
        )

    async def ListCareThreads(
        self, request: threads_service_pb2.ListCareThreadsRequest, call: Call
    ) -> threads_service_pb2.ListCareThreadsResponse:
        """List the threads of all clients in the caller's care."""
        query = f"care threads|{request.is_unread_only}"
        size, before = proto.place(request, query)
        found: list[Thread] = []
        if call.actor.therapist_id:
            async with call.tx() as conn:
                found = await self._threads(conn, call, "").in_care(
                    call.actor.therapist_id, only_unread=request.is_unread_only, before=before, limit=size + 1
                )
        return threads_service_pb2.ListCareThreadsResponse(
            threads=[threads_proto.thread_resource(each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each.last_post_id for each in found], size),
        )

    async def ListPosts(
        self, request: threads_service_pb2.ListPostsRequest, call: Call
    ) -> threads_service_pb2.ListPostsResponse:
        """List what was written in a thread, newest first."""
        query = f"posts|{request.thread_id}"
        size = proto.size(request.page_size)
        place = read_page_token(query, request.page_token)
        async with call.tx() as conn:
            thread, threads = await self._opened(conn, call, request.thread_id)
            found = await threads.posts(thread, before=int(str(place[0])) if place else None, limit=size + 1)
        return threads_service_pb2.ListPostsResponse(
            posts=[threads_proto.post_resource(each) for each in found[:size]],
            next_page_token=page_token(query, str(found[size - 1].number)) if len(found) > size else "",
        )

    async def MarkThreadRead(
        self, request: threads_service_pb2.MarkThreadReadRequest, call: Call
    ) -> threads_pb2.Thread:
        """Say that the caller has read a thread up to a post."""
        at = self._clock()
        async with call.tx() as conn:
            thread, threads = await self._opened(conn, call, request.thread_id)
            number = await threads.number_of(thread.thread_id, proto.uuid(request.post_id, field="post_id"))
            if await threads.mark_read(thread.thread_id, number, at=at):
                fact = ThreadRead(thread, request.post_id, side_of(call, thread.client_id), at)
                await self._say(conn, call, thread, fact)
            return threads_proto.thread_resource(await threads.lock(thread.thread_id))

    async def CreateAttachment(
        self, request: threads_service_pb2.CreateAttachmentRequest, call: Call
    ) -> threads_pb2.Attachment:
        """Take a file that is to be attached to what its uploader writes next."""
        client_id = proto.uuid(request.client_id, field="client_id")
        # Scanned before a transaction is open: none may wait for another machine.
        name, media_type = await check_file(request.file_name, request.content, scanner=self._scanner)
        attachment = Attachment(str(uuid_utils.uuid7()), client_id, name, media_type, len(request.content))
        async with call.tx() as conn:
            shelf = self._threads(conn, call, client_id).shelf(at=self._clock())
            return threads_proto.attachment_resource(await take_attachment(shelf, attachment, request.content))

    async def GetAttachment(
        self, request: threads_service_pb2.GetAttachmentRequest, call: Call
    ) -> threads_service_pb2.GetAttachmentResponse:
        """Return a file with its content."""
        attachment_id = proto.uuid(request.attachment_id, field="attachment_id")
        async with call.tx() as conn:
            threads = self._threads(conn, call, "")
            client_id = await threads.owner_of(attachment_id)
            await call.authorize(client_ids=[client_id], resource_id=attachment_id)
            attachment, content = await threads.content(attachment_id)
        return threads_service_pb2.GetAttachmentResponse(
            attachment=threads_proto.attachment_resource(attachment), content=content
        )

    async def _opened(self, conn: Connection, call: Call, thread_id: str) -> tuple[Thread, PostgresThreads]:
        """Find a thread and decide about its client."""
        thread_id = proto.uuid(thread_id, field="thread_id")
        client_id = await PostgresThreads.client_of(conn, call.practice_id, thread_id)
        await call.authorize(client_ids=[client_id], resource_id=thread_id)
        threads = self._threads(conn, call, client_id)
        return await threads.lock(thread_id), threads

    async def _say(self, conn: Connection, call: Call, thread: Thread, fact: PostCreated | ThreadRead) -> None:
        therapist_ids = await therapists_of(conn, call.practice_id, thread.client_id)
        event = threads_proto.thread_event(fact, practice_id=call.practice_id, therapist_ids=therapist_ids)
        call.publish(event, aggregate_id=thread.thread_id, version=thread.post_count)
        await tell_published(conn, [call.envelope], at=self._clock())
        if isinstance(fact, PostCreated) and fact.post.side is Side.CLIENT:
            await tell_of_post(conn, call.practice_id, thread.thread_id, therapist_ids, at=self._clock())
        if report := notice_of(thread, fact, practice_id=call.practice_id):
            await follow_matters([report], matters=PostgresMatters(conn), at=self._clock(), new_id=_new_id)

    def _threads(self, conn: Connection, call: Call, client_id: str) -> PostgresThreads:
        side = side_of(call, client_id)
        return PostgresThreads(conn, call.practice_id, self._cipher, reader_id=call.actor.actor_id, side=side)


def notice_of(thread: Thread, fact: PostCreated | ThreadRead, *, practice_id: str) -> MatterReport | None:
    """
    Say what the client is to be told: that a message waits, and no more, until they have read it or answered.

    Staff is told by the event stream, and the care team by a notice of its own.
    """
    is_waiting = isinstance(fact, PostCreated) and fact.post.side is Side.CARE_TEAM
    if isinstance(fact, ThreadRead) and fact.side is not Side.CLIENT:
        return None
    at = fact.post.create_time if isinstance(fact, PostCreated) else fact.read_time
    return MatterReport(
        practice_id=practice_id,
        matter_id=thread.thread_id,
        about=About.THREAD,
        client_id=thread.client_id,
        # Every post, and reading up to it, is a step of its own.
        version=2 * thread.post_count + (0 if isinstance(fact, PostCreated) else 1),
        is_open=is_waiting,
        trigger=Trigger.MESSAGE_WAITING if is_waiting else None,
        start_time=at,
        end_time=at + WORTH_TELLING,
        is_confidential=True,
    )


def _new_id() -> str:
    return str(uuid_utils.uuid7())


def side_of(call: Call, client_id: str) -> Side:
    """Tell on which side of a client's threads the caller stands."""
    return Side.CLIENT if client_id and call.actor.client_id == client_id else Side.CARE_TEAM
