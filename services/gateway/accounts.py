"""Finds out which client a sign-in is, where the identity provider does not say."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Final

from kept.booking.v1 import accounts_service_pb2 as contract

from services.chassis import errors
from services.chassis.context import Actor, Call
from services.chassis.rpc.client import Neighbour

KNOWN_S: Final = 60.0
"""Seconds a link is believed: what an unlinked sign-in still works at most."""

UNKNOWN_S: Final = 5.0
"""Seconds a sign-in without a link is not asked about again."""

REMEMBERED: Final = 50_000


@dataclass(slots=True)
class Accounts:
    """What this process knows of links."""

    booking: Neighbour
    _known: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)

    async def completed(self, actor: Actor, call: Call) -> Actor:
        """
        Return the actor with the client they are, if they are one.

        Raises:
            Unavailable: Booking does not say. (UNAVAILABLE)
        """
        key = (actor.practice_id, actor.actor_id)
        client_id, end = self._known.get(key, ("", 0.0))
        if end <= time.monotonic():
            client_id = await self._ask(call)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = client_id, time.monotonic() + (KNOWN_S if client_id else UNKNOWN_S)
        return replace(actor, client_id=client_id) if client_id else actor

    def forget(self, actor: Actor) -> None:
        """Ask again: the sign-in was linked just now."""
        self._known.pop((actor.practice_id, actor.actor_id), None)

    async def _ask(self, call: Call) -> str:
        try:
            found = await self.booking.call("GetOwnAccount", contract.GetOwnAccountRequest(), call)
        except errors.NotFound:
            return ""
        return str(found.client_id)
