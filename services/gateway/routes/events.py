"""The event stream: what changed, by id and version, as it happens."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.chassis import errors
from services.gateway.callers import Door, spent
from services.gateway.live import Hub, Listener
from services.gateway.routes.describing import SignedIn, answers
from services.gateway.sessions import Session

router = APIRouter(prefix="/v1", tags=["live"])

LONGEST_S = 900
"""Seconds a stream lives, about; its reader comes back with a fresh token and Last-Event-ID."""

RECONNECT_MS = 3_000

LastEventId = Annotated[
    str,
    Header(
        alias="Last-Event-ID",
        max_length=40,
        pattern=r"^(\d{1,15}-\d{1,10})?$",
        description="The id of the last event you have; what came after it is sent first.",
        examples=["1893456000000-0"],
    ),
]

_ANSWERS = answers(None)
_ANSWERS[200] = {
    "description": "A stream of events, until it is closed",
    "content": {
        "text/event-stream": {
            "schema": {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "event", "data")}},
            "example": "id: 1893456000000-0\nevent: booking.AppointmentBooked\n"
            'data: {"id": "1893456000000-0", "resource_id": "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11", "version": 1}\n\n',
        }
    },
}


class EventStream(Response):
    """Sends what its listener is given; waits for nothing else, so that ten thousand are few bytes each."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, listener: Listener, missed: bytes, *, most_s: float) -> None:
        mode = "live" if hub.is_live else "polling"
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Kept-Live": mode})
        del self.headers["content-length"]
        self._hub, self._listener, self._missed, self._most_s = hub, listener, missed, most_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the stream to whoever stands in front: what the route needed is let go before it is sent."""
        scope["state"]["stream"] = self.run

    async def run(self, receive: Receive, send: Send) -> None:
        """Send until the reader is gone, too slow or signed out, or the stream is old enough."""
        gone = asyncio.ensure_future(_until_gone(receive))
        gone.add_done_callback(lambda _: self._listener.close())
        age = LONGEST_S * random.uniform(0.9, 1.1)  # noqa: S311 - spreads readers, hides nothing
        end = asyncio.get_running_loop().call_later(min(age, self._most_s), self._listener.close)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send(_part(b"retry: %d\n\n" % RECONNECT_MS + self._missed))
            self._missed = b""
            while frames := await self._listener.take():
                await send(_part(frames))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            end.cancel()
            gone.cancel()
            await self._hub.leave(self._listener)


@router.get(
    "/events/stream",
    operation_id="streamEvents",
    summary="Hear what changes",
    responses=_ANSWERS,
    response_class=Response,
)
async def stream(caller: SignedIn, request: Request, last_event_id: LastEventId = "") -> Response:
    """
    Sends server-sent events with ids and versions only; fetch the resource to see it.

    The front desk hears of its whole practice, a therapist and a client of what concerns them. A comment comes every
    15 seconds. `reset` says that events were missed: read again what you show. `polling` says that events do not
    arrive for now: look every `interval_s` seconds until `reset` comes. The stream ends when its session is signed out
    of, and when the session or the token that opened it runs out.
    """
    await spent(request, ("stream", f"{caller.actor.practice_id}|{caller.actor.actor_id}"))
    hub: Hub = request.app.state.hub
    session: Session | None = getattr(request.state, "session", None)
    listener, missed = await hub.join(caller.actor, last_event_id, session_id=session.session_id if session else "")
    if session is not None:
        await _look_again(request, hub, listener)
    return EventStream(hub, listener, missed, most_s=max(0.0, request.state.good_until - time.time()))


async def _look_again(request: Request, hub: Hub, listener: Listener) -> None:
    """Refuse whoever signed out after they were let in and before their stream could be told so."""
    door: Door = request.app.state.door
    try:
        await door.credentials.session(request)
    except errors.ServiceError:
        await hub.leave(listener)
        raise


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}
