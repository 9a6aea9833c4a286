"""Finds out who is calling, and calls the services in their name."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from google.protobuf.message import Message

from services.chassis import errors, tracing
from services.chassis.context import ANONYMOUS, Actor, Call
from services.chassis.identity import Signer
from services.chassis.rpc.client import Neighbour
from services.gateway.accounts import Accounts
from services.gateway.addresses import Network
from services.gateway.credentials import Credentials, add_header
from services.gateway.cursors import Cursors
from services.gateway.limits import Limited, Limits, Standing
from services.gateway.trail import Trail

TIMEOUT_S = 10.0
"""Seconds a request may take; its calls share what is left of it."""

SEARCHES = "/v1/searches"
"""Paths the search limit counts too."""

KEY_SHORTEST, KEY_LONGEST = 8, 128
"""Characters of an Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services behind the door."""

    availability: Neighbour
    booking: Neighbour
    notifications: Neighbour
    matching: Neighbour
    audit: Neighbour


@dataclass(frozen=True, slots=True)
class Door:
    """What every route needs: the services, and the two halves of identity."""

    neighbours: Neighbours
    credentials: Credentials
    signer: Signer
    cursors: Cursors
    limits: Limits
    accounts: Accounts
    trail: Trail
    proxies: tuple[Network, ...] = ()
    partners: frozenset[str] = frozenset()
    """Origins whose pages may call with a token of their own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person with a request at hand."""

    actor: Actor
    services: Neighbours
    call: Call
    cursors: Cursors

    async def availability(self, method: str, request: Message) -> Any:
        """Call availability in the person's name."""
        return await self._ask(self.services.availability, method, request)

    async def booking(self, method: str, request: Message) -> Any:
        """Call booking in the person's name."""
        return await self._ask(self.services.booking, method, request)

    async def notifications(self, method: str, request: Message) -> Any:
        """Call notifications in the person's name."""
        return await self._ask(self.services.notifications, method, request)

    async def matching(self, method: str, request: Message) -> Any:
        """Call matching in the person's name."""
        return await self._ask(self.services.matching, method, request)

    async def audit(self, method: str, request: Message) -> Any:
        """Call audit in the person's name."""
        return await self._ask(self.services.audit, method, request)

    async def _ask(self, neighbour: Neighbour, method: str, request: Message) -> Any:
        """Call, with cursors outside and page tokens inside."""
        fields = request.DESCRIPTOR.fields_by_name
        if "page_token" not in fields:
            return await neighbour.call(method, request, self.call)
        place = f"{self.actor.practice_id}|{self.actor.actor_id}|{method}"
        request.page_token = self.cursors.open(request.page_token, place)  # type: ignore[attr-defined]
        found = await neighbour.call(method, request, self.call)
        found.next_page_token = self.cursors.seal(found.next_page_token, place)
        return found

    def request_id(self, key: str, part: str = "") -> str:
        """
        Return the request id an idempotency key stands for: the same for the same person, key and part.

        Raises:
            InvalidRequest: The key is missing or its length is out of bounds. (INVALID_ARGUMENT)
        """
        if not key:
            raise errors.InvalidRequest("Send an Idempotency-Key header.", reason="IDEMPOTENCY_KEY_MISSING")
        if not KEY_SHORTEST <= len(key) <= KEY_LONGEST or not key.isprintable():
            raise errors.InvalidRequest(
                "An Idempotency-Key has 8 to 128 printable characters.", field="Idempotency-Key"
            )
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.actor.practice_id}|{self.actor.actor_id}|{key}|{part}"))


async def signed_in(request: Request) -> Caller:
    """Find out who calls and sign a short-lived actor token for the services."""
    door: Door = request.app.state.door
    actor = await _found(door, request)
    request.state.actor = actor
    keys = [("user", f"{actor.practice_id}|{actor.actor_id}"), ("practice", actor.practice_id)]
    if request.url.path.startswith(SEARCHES):
        keys.append(("search", keys[0][1]))
    request.state.standings = await spent(request, *keys)
    call = new_call(request, actor, door.signer.sign(actor))
    if "client" in actor.roles and not actor.client_id:
        actor = request.state.actor = await door.accounts.completed(actor, call)
        call = new_call(request, actor, door.signer.sign(actor))
    return Caller(actor, door.neighbours, call, door.cursors)


async def _found(door: Door, request: Request) -> Actor:
    """Find out who calls; an address whose credentials are refused too often is told to wait."""
    try:
        return await door.credentials.find(request)
    except errors.Unauthenticated as error:
        if error.reason == "DPOP_NONCE_NEEDED":
            add_header(request, "DPoP-Nonce", door.credentials.proofs.nonce())
        # What has lapsed, or lacks a nonce, is nobody's attack: every front end sends that now and then.
        elif error.reason not in ("TOKEN_MISSING", "TOKEN_EXPIRED"):
            await spent(request, ("refused", getattr(request.state, "address", "unknown")))
        raise


async def spent(request: Request, *keys: tuple[str, str]) -> Sequence[Standing]:
    """Take a request's tokens from limits. Raises Exhausted: RATE_LIMITED."""
    door: Door = request.app.state.door
    try:
        return await door.limits.spend(*keys)
    except Limited as limited:
        request.state.standings = limited.standings
        raise


def new_call(request: Request, actor: Actor = ANONYMOUS, token: str = "") -> Call:
    """Return the call that carries actor, trace and time limit on to the services."""
    call = request.state.call = Call(
        actor=actor,
        method=f"gateway.{request.method}",
        trace=tracing.parent_of(request.headers.get("traceparent", "")),
        deadline=time.monotonic() + TIMEOUT_S,
        actor_token=token,
    )
    return call


def etag_read(if_match: str, unquoted: str) -> str:
    """Return the version a replacement is meant for; empty, when none is named, replaces whatever is there."""
    return (unquoted or "unknown") if if_match else ""


def etag_required(if_match: str, unquoted: str) -> str:
    """Return the version an edit is meant for. Raises PRECONDITION_MISSING when none is named."""
    if not if_match:
        raise errors.RuleViolated("Send If-Match with the ETag you read.", reason="PRECONDITION_MISSING")
    return unquoted or "unknown"
