"""Where providers report and pass replies on; who signs with the shared secret is let in."""

from __future__ import annotations

import uuid
from html import escape
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Header, Path, Request, Response
from google.protobuf.message import Message
from kept.notifications.v1 import providers_service_pb2

from services.chassis import errors
from services.gateway.callers import Door, new_call, spent
from services.gateway.routes.describing import PathId

router = APIRouter(prefix="/v1/providers", tags=["providers"], include_in_schema=False)

Provider = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Signature = Annotated[str, Header(alias="X-Twilio-Signature", max_length=100)]

MOST_FIELDS = 60


@router.post("/{provider}/messages/{practice_id}/{message_id}")
async def report(
    provider: Provider, practice_id: PathId, message_id: PathId, request: Request, signature: Signature = ""
) -> Response:
    """Take a report of what became of a message."""
    form = await _form(provider, request, signature)
    taken = providers_service_pb2.TakeDeliveryReportRequest(
        form=form, practice_id=practice_id, message_id=message_id, request_id=_request_id(form)
    )
    await _ask(request, "TakeDeliveryReport", taken)
    return Response(status_code=204)


@router.post("/{provider}/replies")
async def reply(provider: Provider, request: Request, signature: Signature = "") -> Response:
    """Take what somebody texted back, and answer as the provider expects it."""
    form = await _form(provider, request, signature)
    taken = providers_service_pb2.TakeReplyRequest(form=form, request_id=_request_id(form))
    answer = await _ask(request, "TakeReply", taken)
    said = f"<Message>{escape(answer.words)}</Message>" if answer.words else ""
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>', media_type="text/xml")


async def _form(provider: str, request: Request, signature: str) -> providers_service_pb2.SignedForm:
    """Read a call as it was made; what is signed is the address and the fields."""
    body = await request.body()
    target = request.scope["raw_path"].decode("ascii")
    if query := request.scope["query_string"].decode("ascii"):
        target += f"?{query}"
    signed = providers_service_pb2.SignedForm(provider=provider, target=target, signature=signature)
    if "json" in request.headers.get("content-type", ""):
        signed.body = body
        return signed
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise errors.InvalidRequest("The form can't be read.") from None
    signed.fields.extend(providers_service_pb2.FormField(name=name, value=value) for name, value in fields)
    return signed


def _request_id(form: providers_service_pb2.SignedForm) -> str:
    """Name a call by all it says: the same one twice is one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, form.SerializeToString(deterministic=True).hex()))


async def _ask(request: Request, method: str, message: Message) -> Any:
    door: Door = request.app.state.door
    try:
        return await door.neighbours.notifications.call(method, message, new_call(request))
    except errors.Forbidden:
        # Whoever guesses at signatures is told to wait before long.
        await spent(request, ("refused", getattr(request.state, "address", "unknown")))
        raise
