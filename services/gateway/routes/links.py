"""Pages behind the links in messages: GET shows, POST acts; neither names anybody."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.chassis import errors
from services.gateway import link_pages
from services.gateway.callers import Door, new_call

answering = APIRouter(prefix="/l", tags=["links"], include_in_schema=False)
lists = APIRouter(prefix="/u", tags=["links"], include_in_schema=False)

Token = Annotated[str, Path(max_length=64)]
ActionLink = notifications_pb2.ActionLink

OFFERS_END = ("OFFER_TAKEN", "OFFER_EXPIRED", "OFFER_CLOSED")
TAKEN = ("TIME_GONE", "SLOT_TAKEN", "CLIENT_OVERLAP", "SLOT_NOT_OFFERED", "SLOT_RESERVED", "CAP_REACHED")
"""Refusals after which another time is chosen."""


@answering.get("/{token}")
async def show(token: Token, request: Request) -> HTMLResponse:
    """Show what can be done. However often a mail scanner opens it, nothing changes."""
    try:
        link = await _opened(request, token)
    except errors.ServiceError as error:
        return _refused(error)
    if link.state == ActionLink.STATE_EXPIRED:
        return link_pages.expired(link_pages.words_of(link))
    return link_pages.overview(link, token)


@answering.post("/{token}")
async def act(token: Token, request: Request) -> HTMLResponse:
    """Do what the link does first; doing it twice does it once."""
    return await _used(request, token, ActionLink.ACTION_UNSPECIFIED)


@answering.get("/{token}/cancel")
async def ask(token: Token, request: Request) -> HTMLResponse:
    """Ask once more; the ticket in the form shows that the question was seen."""
    try:
        link = await _opened(request, token)
    except errors.ServiceError as error:
        return _refused(error)
    if ActionLink.ACTION_CANCEL not in link.actions:
        return link_pages.expired(link_pages.words_of(link))
    return link_pages.sure(link, token, _ticket(request, token))


@answering.post("/{token}/cancel")
async def cancel(token: Token, request: Request) -> HTMLResponse:
    """Cancel, if the question was seen: a robot that posts to every address it finds cancels nothing."""
    ticket = (await _form(request)).get("ticket", "")
    if not ticket.isascii() or not hmac.compare_digest(ticket, _ticket(request, token)):
        return await ask(token, request)
    return await _used(request, token, ActionLink.ACTION_CANCEL)


@answering.get("/{token}/times")
async def times(token: Token, request: Request) -> HTMLResponse:
    """Offer other times."""
    return await _other_times(request, token)


@answering.post("/{token}/times")
async def move(token: Token, request: Request) -> HTMLResponse:
    """Move to the chosen time, or offer others when it is gone."""
    chosen = Timestamp()
    try:
        chosen.FromJsonString((await _form(request)).get("start", ""))
    except ValueError:
        return await _other_times(request, token)
    return await _used(request, token, ActionLink.ACTION_RESCHEDULE, chosen)


@answering.post("/{token}/accept")
async def accept(token: Token, request: Request) -> HTMLResponse:
    """Take the offered slot."""
    return await _used(request, token, ActionLink.ACTION_ACCEPT)


@answering.post("/{token}/decline")
async def decline(token: Token, request: Request) -> HTMLResponse:
    """Say no to the offered slot."""
    return await _used(request, token, ActionLink.ACTION_DECLINE)


@answering.post("/{token}/undo")
async def undo(token: Token, request: Request) -> HTMLResponse:
    """Take a cancellation back."""
    return await _used(request, token, ActionLink.ACTION_UNDO)


async def _used(
    request: Request, token: str, action: ActionLink.Action.ValueType, chosen: Timestamp | None = None
) -> HTMLResponse:
    name = f"link|{token}|{action}|{chosen.ToJsonString() if chosen else ''}"
    message = notifications_service_pb2.UseActionLinkRequest(
        token=token, request_id=str(uuid.uuid5(uuid.NAMESPACE_URL, name)), action=action, start_time=chosen
    )
    try:
        link: ActionLink = await _ask(request, "UseActionLink", message)
    except errors.ServiceError as error:
        if chosen is not None and error.reason in TAKEN:
            return await _other_times(request, token, is_gone=True)
        return _refused(error)
    return link_pages.overview(link, token)


async def _other_times(request: Request, token: str, *, is_gone: bool = False) -> HTMLResponse:
    try:
        link = await _opened(request, token)
        found = await _ask(request, "GetLinkTimes", notifications_service_pb2.GetLinkTimesRequest(token=token))
    except errors.ServiceError as error:
        return _refused(error)
    return link_pages.other_times(link, token, found.times, is_gone=is_gone)


async def _opened(request: Request, token: str) -> ActionLink:
    link: ActionLink = await _ask(request, "GetActionLink", notifications_service_pb2.GetActionLinkRequest(token=token))
    return link


async def _ask(request: Request, method: str, message: Message) -> Any:
    door: Door = request.app.state.door
    return await door.neighbours.notifications.call(method, message, new_call(request))


async def _form(request: Request) -> dict[str, str]:
    """Read a form; the first value of each field."""
    text = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(text, max_num_fields=10).items()}


def _ticket(request: Request, token: str) -> str:
    door: Door = request.app.state.door
    return hmac.new(door.signer.secret("link tickets"), token.encode(), hashlib.sha256).hexdigest()[:32]


def _refused(error: errors.ServiceError) -> HTMLResponse:
    if isinstance(error, errors.Unavailable):
        return link_pages.unavailable()
    return link_pages.expired(is_offer=error.reason in OFFERS_END)


@lists.get("/{token}")
async def ask_to_unsubscribe(token: Token, request: Request) -> HTMLResponse:
    """Ask whether no more mails of this kind are wanted; a scanner that opens it ends nothing."""
    try:
        link = await _opened(request, token)
    except errors.ServiceError as error:
        return _refused(error)
    return link_pages.unsubscribe(link_pages.words_of(link), token)


@lists.post("/{token}")
async def unsubscribe(token: Token, request: Request) -> HTMLResponse:
    """End it at once: a mail program posts List-Unsubscribe=One-Click here, without cookies and without a question."""
    name = f"unsubscribe|{token}"
    message = notifications_service_pb2.UnsubscribeRequest(
        token=token, request_id=str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    )
    try:
        ended = await _ask(request, "Unsubscribe", message)
    except errors.ServiceError as error:
        return _refused(error)
    said = link_pages.WORDS.get(ended.locale, link_pages.EN)
    return link_pages.page(said, said["unsubscribed"], "")


router = APIRouter(include_in_schema=False)
router.include_router(answering)
router.include_router(lists)
