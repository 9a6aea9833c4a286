"""Secure messages between a client and those who treat them, with their files."""

from __future__ import annotations

from email.message import Message as Head
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request, Response
from kept.notifications.v1 import threads_pb2, threads_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["threads"])
THREAD = threads_pb2.Thread.DESCRIPTOR
POST = threads_pb2.Post.DESCRIPTOR

Disposition = Annotated[
    str,
    Header(
        alias="Content-Disposition",
        max_length=600,
        description="Names the file (RFC 6266).",
        examples=["attachment; filename*=UTF-8''letter.pdf"],
    ),
]

_FILE = answers(None, 404)
_FILE[200] = {
    "description": "The file",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


class PostIn(Body):
    """Something to write."""

    words: str = Field(min_length=1, max_length=8000)
    attachment_ids: list[Id] = Field(default_factory=list, max_length=5, description="Files you uploaded.")


class ThreadIn(PostIn):
    """A thread to begin, with its first words."""

    topic: str = Field(min_length=1, max_length=120)


class ReadingIn(Body):
    """How far somebody has read."""

    post_id: Id


@router.post(
    "/clients/{client_id}/threads",
    operation_id="createThread",
    summary="Begin a thread",
    status_code=201,
    responses=answers(THREAD, 409, status=201),
)
async def create(client_id: PathId, body: ThreadIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Writes to the care team, or to the client; whoever is written to is told only that a message waits."""
    request = filled(
        threads_service_pb2.CreateThreadRequest,
        client_id=client_id,
        **body.model_dump(),
        request_id=caller.request_id(key),
    )
    made = await caller.notifications("CreateThread", request)
    return respond(made, 201, location=f"/v1/threads/{made.thread_id}/posts")


@router.get(
    "/clients/{client_id}/threads",
    operation_id="listThreads",
    summary="List the threads of a client",
    responses=answers(threads_service_pb2.ListThreadsResponse.DESCRIPTOR, 404),
)
async def list_threads(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists threads, the one written in last first, with what the caller has not read."""
    request = threads_service_pb2.ListThreadsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListThreads", request))


@router.get(
    "/threads",
    operation_id="listCareThreads",
    summary="List the threads of all in your care",
    responses=answers(threads_service_pb2.ListCareThreadsResponse.DESCRIPTOR),
)
async def list_care_threads(
    caller: SignedIn,
    is_unread_only: Annotated[bool, Query(description="Only those with something you have not read.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists threads of a therapist's clients, the one written in last first."""
    request = threads_service_pb2.ListCareThreadsRequest(
        is_unread_only=is_unread_only, page_size=limit, page_token=cursor
    )
    return respond(await caller.notifications("ListCareThreads", request))


@router.get(
    "/threads/{thread_id}/posts",
    operation_id="listPosts",
    summary="Read a thread",
    responses=answers(threads_service_pb2.ListPostsResponse.DESCRIPTOR, 404),
)
async def list_posts(thread_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists what was written, newest first, and whether the other side has read it."""
    request = threads_service_pb2.ListPostsRequest(thread_id=thread_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListPosts", request))


@router.post(
    "/threads/{thread_id}/posts",
    operation_id="createPost",
    summary="Write in a thread",
    status_code=201,
    responses=answers(POST, 404, 409, status=201),
)
async def create_post(thread_id: PathId, body: PostIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Adds to a thread; its writer has read it."""
    request = filled(
        threads_service_pb2.CreatePostRequest,
        thread_id=thread_id,
        **body.model_dump(),
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("CreatePost", request), 201)


@router.post(
    "/threads/{thread_id}/readings",
    operation_id="markThreadRead",
    summary="Say how far you have read",
    responses=answers(THREAD, 404),
)
async def mark_read(thread_id: PathId, body: ReadingIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Marks everything up to a post as read; never back."""
    request = threads_service_pb2.MarkThreadReadRequest(
        thread_id=thread_id, post_id=body.post_id, request_id=caller.request_id(key)
    )
    return respond(await caller.notifications("MarkThreadRead", request))


@router.post(
    "/clients/{client_id}/attachments",
    operation_id="createAttachment",
    summary="Upload a file",
    status_code=201,
    responses=answers(threads_pb2.Attachment.DESCRIPTOR, 409, 413, status=201),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The file as it is, at most 3 MiB: PDF, PNG, JPEG, WebP or plain text.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def create_attachment(
    client_id: PathId, request: Request, caller: SignedIn, disposition: Disposition = "", key: IdempotencyKey = ""
) -> Response:
    """Takes a file past the scanner; attach it to what you write next, within a day."""
    upload = threads_service_pb2.CreateAttachmentRequest(
        client_id=client_id,
        file_name=file_name(disposition),
        content=await request.body(),
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("CreateAttachment", upload), 201)


@router.get(
    "/attachments/{attachment_id}/content",
    operation_id="getAttachment",
    summary="Download a file",
    responses=_FILE,
)
async def get_attachment(attachment_id: PathId, caller: SignedIn) -> Response:
    """Returns a file to be saved; no browser opens it as a page of ours."""
    request = threads_service_pb2.GetAttachmentRequest(attachment_id=attachment_id)
    found = await caller.notifications("GetAttachment", request)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.attachment.file_name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(found.content, headers=headers, media_type=found.attachment.media_type)


def file_name(disposition: str) -> str:
    """Return the file's name from a header; "file" when it has none."""
    head = Head()
    head["Content-Disposition"] = disposition.replace("\n", " ").replace("\r", " ") or "attachment"
    return head.get_filename("file")
