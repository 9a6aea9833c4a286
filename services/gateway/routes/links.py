"""Pages behind the links in messages: GET shows, POST acts; neither names anybody."""

from __future__ import annotations

import uuid
from datetime import datetime
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.chassis import errors
from services.gateway.callers import Door, new_call

router = APIRouter(prefix="/l", tags=["links"], include_in_schema=False)

Token = Annotated[str, Path(max_length=64)]

ACTIONS = {
    notifications_pb2.ActionLink.ACTION_CONFIRM: ("I will come", "Thank you. The appointment is confirmed."),
    notifications_pb2.ActionLink.ACTION_CANCEL: ("Cancel the appointment", "The appointment is cancelled."),
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Appointment</title>
<link rel="stylesheet" href="/assets/link.css">
</head>
<body>
<main>
<h1>{heading}</h1>
{body}
</main>
</body>
</html>
"""


@router.get("/{token}")
async def show(token: Token, request: Request) -> HTMLResponse:
    """Show what the link would do. However often a mail scanner opens it, nothing changes."""
    try:
        link = await _links(request, "GetActionLink", notifications_service_pb2.GetActionLinkRequest(token=token))
    except errors.ServiceError as error:
        return _refused(error)
    if link.state == notifications_pb2.ActionLink.STATE_USED:
        return _page("Appointment", f"<p>{escape(ACTIONS[link.action][1])}</p>")
    if link.state != notifications_pb2.ActionLink.STATE_OPEN:
        return _expired()
    label = ACTIONS[link.action][0]
    return _page(
        _when(link),
        f'<form method="post"><button type="submit">{escape(label)}</button></form>'
        "<p>Nothing happens until you press the button.</p>",
    )


@router.post("/{token}")
async def act(token: Token, request: Request) -> HTMLResponse:
    """Do what the link says; doing it twice does it once."""
    message = notifications_service_pb2.UseActionLinkRequest(
        token=token, request_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"link|{token}"))
    )
    try:
        link = await _links(request, "UseActionLink", message)
    except errors.ServiceError as error:
        return _refused(error)
    return _page(_when(link), f"<p>{escape(ACTIONS[link.action][1])}</p>")


async def _links(
    request: Request,
    method: str,
    message: notifications_service_pb2.GetActionLinkRequest | notifications_service_pb2.UseActionLinkRequest,
) -> notifications_pb2.ActionLink:
    door: Door = request.app.state.door
    link: notifications_pb2.ActionLink = await door.neighbours.notifications.call(method, message, new_call(request))
    return link


def _when(link: notifications_pb2.ActionLink) -> str:
    """Say the wall time in words; the zone by its city."""
    moment = datetime.fromisoformat(link.start_local)
    city = link.time_zone.rpartition("/")[2].replace("_", " ")
    return f"{moment:%A} {moment.day} {moment:%B}, {moment:%H:%M} ({city} time)"


def _refused(error: errors.ServiceError) -> HTMLResponse:
    if isinstance(error, errors.Unavailable):
        page = _page("Please try again in a minute", "<p>Nothing was changed.</p>", 503)
        page.headers["Retry-After"] = "30"
        return page
    return _expired()


def _expired() -> HTMLResponse:
    """One page for unknown, expired and refused: it betrays nothing."""
    return _page("This link no longer works", "<p>Please contact the practice if you need help.</p>", 410)


def _page(heading: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(heading=escape(heading), body=body), status)
