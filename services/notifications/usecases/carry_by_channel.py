"""Carries one thing by the first provider of its channel that is not broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog

from services.notifications.domain.breaker import Breaker
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason

log = structlog.get_logger(__name__)

Cargo = TypeVar("Cargo")
CargoOf = TypeVar("CargoOf", contravariant=True)


class Provider(Protocol[CargoOf]):
    """Somebody who carries messages of one channel."""

    @property
    def name(self) -> str:
        """Names it in rows and metrics."""

    async def deliver(self, cargo: CargoOf) -> Delivered:
        """Hand it over; whatever happens is an outcome."""


class Carrier(Generic[Cargo]):
    """
    The providers of one channel, in the order they are tried.

    Another provider is asked only when the one before is at fault and nothing can have arrived. Whoever refuses the
    recipient, or may have taken the message, has the last word.
    """

    def __init__(self, providers: Sequence[Provider[Cargo]], *, clock: Callable[[], datetime]) -> None:
        """Begin with every provider trusted."""
        self._providers = [(provider, Breaker()) for provider in providers]
        self._clock = clock

    async def deliver(self, cargo: Cargo) -> Delivered:
        """Hand it over; with every provider broken it waits."""
        last = Delivered(Outcome.PUT_OFF, Reason.SERVER_AWAY, is_fault=True)
        for provider, breaker in self._providers:
            if not breaker.lets_through(at=self._clock()):
                continue
            try:
                said = await provider.deliver(cargo)
            except BaseException:
                breaker.abandon()
                raise
            was_open = breaker.is_open
            breaker.note(is_fault=said.is_fault, at=self._clock())
            if breaker.is_open != was_open:
                event = "provider.opened" if breaker.is_open else "provider.closed"
                log.warning(event, provider=provider.name, code=said.code)
            last = replace(said, provider=said.provider or provider.name)
            if not said.is_fault:
                return last
        return last

    def standings(self) -> dict[str, bool]:
        """Tell of every provider whether it is left alone just now."""
        return {provider.name: breaker.is_open for provider, breaker in self._providers}
