"""Holds a refusal back until it is in the trail."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from services.chassis import errors, tracing
from services.chassis.context import ANONYMOUS, Call
from services.gateway.problems import of_refusal
from services.gateway.trail import Seen, Trail

WATCHED: Final = ("/v1/", "/l/")
"""Paths behind which people are; pages, probes and the API's description are for everybody."""

UNKEPT: Final = frozenset({503, 504})
"""What a service answers when it could not say so itself, and what is answered when it is not there: told here too."""

CLIENT: Final = re.compile(r"/clients/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:/|$)")

SIGHTS: Final = {401: "REFUSE_TOKEN", 429: "THROTTLE"}

UNNAMED: Final = frozenset({404, 405})
"""A path that nothing answers to touches nobody; one that names somebody has a route."""


class Recorder:
    """
    Is the way out of one request.

    What is told here touches a person and never reached a service: what a service refuses, it has recorded.

    A refusal's head waits for its body, which says the reason; both wait for the record. When it can't be kept, they
    are thrown away and the trail's own refusal goes out instead.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._head: Message | None = None
        self._is_replaced = False

    async def __call__(self, message: Message) -> None:
        """Pass a message on, or hold it back."""
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            if self._is_told_here(message["status"]):
                self._head = message
                return
        elif self._head is not None:
            head, self._head = self._head, None
            refusal = await self._tell(head["status"], message.get("body", b""))
            if refusal is not None:
                self._is_replaced = True
                await of_refusal(refusal)(self._scope, self._receive, self._send)
                return
            await self._send(head)
        await self._send(message)

    def _is_told_here(self, status: int) -> bool:
        if status < 400 or not self._scope["path"].startswith(WATCHED) or self._trail is None:
            return False
        if status in UNNAMED and "route" not in self._scope:
            return False
        call: Call | None = self._state.get("call")
        return call is None or not call.is_passed_on or status in UNKEPT

    async def _tell(self, status: int, body: bytes) -> errors.ServiceError | None:
        """Return None once the refusal is kept, or why the request is refused instead."""
        scope, state = self._scope, self._state
        trace = next((value.decode() for name, value in scope["headers"] if name == b"traceparent"), "")
        seen = Seen(
            SIGHTS.get(status, "REFUSE_REQUEST"),
            state.get("actor") or ANONYMOUS,
            client_id=_client_of(scope["path"]),
            object_id=getattr(scope.get("route"), "operation_id", None) or "",
            reason=_reason(body) or f"HTTP_{status}",
            address=state.get("address", ""),
            trace=tracing.parent_of(trace),
        )
        try:
            if self._trail is not None:
                await self._trail.tell(seen)
        except errors.ServiceError as error:
            return error
        return None

    @property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._scope.get("state", {})
        return state

    @property
    def _trail(self) -> Trail | None:
        door = getattr(self._scope["app"].state, "door", None) if "app" in self._scope else None
        return door.trail if door else None


def _client_of(path: str) -> str:
    """Return the client a path names, also of what is refused before any route is looked for."""
    found = CLIENT.search(path)
    return found[1] if found else ""


def _reason(body: bytes) -> str:
    try:
        reason = json.loads(body).get("reason", "")
    except (ValueError, AttributeError):
        return ""
    return reason if isinstance(reason, str) else ""
