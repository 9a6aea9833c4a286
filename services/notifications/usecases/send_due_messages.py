"""Sends what is due: several at once, each at most once, none stopped by another."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.notifications.domain.contact import Locale
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Message, Outcome, Reason
from services.notifications.domain.settings import NEUTRAL, Settings
from services.notifications.domain.template import Text

log = structlog.get_logger(__name__)

IN_FLIGHT = 48
"""
Messages between SENDING and their outcome at once, and so the most whose outcome a kill leaves unknown.

More than there are connections to the mail server: what waits for one is written meanwhile, and what begins and ends
together is one commit. With 16 a commit held 4 of each (cProfile of 4,000 reminders).

Memory does not grow with what is due: one lease of CLAIM_SIZE ids and IN_FLIGHT mails.
"""

CLAIM_SIZE = 128
"""Messages leased at a time; those not yet begun at a kill wait for the lease and are then sent."""

STALE_AFTER = timedelta(seconds=60)
"""
Danger: a sender that slept longer than this after SENDING must not hand over any more.

Well inside the lease after which another replica calls the outcome unknown.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on one due message."""

    practice_id: str
    message_id: str
    claim_id: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    A message in SENDING, with all that is needed to write it; the address is still sealed.

    *message.channel* says which way it goes; the inbox has no address.
    """

    claim: Claim
    message: Message
    wrapped_dek: bytes
    address_sealed: bytes
    time_zone: str
    locale: Locale
    token: str
    begin_time: datetime
    settings: Settings = NEUTRAL
    own: Text | None = None
    """The practice's own words for it, if there are any."""

    code_sealed: bytes = b""
    """What proves an address, in the message that carries it."""


class Unsayable(Exception):
    """The words must not leave the house; the reason is stored."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it goes over the wire."""

    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message as it goes over the wire; opened at the last moment, never stored and never logged."""

    practice_id: str
    message_id: str
    recipient: str
    body: str
    useless_time: datetime | None = None
    """When it has become useless: a reminder of two hours must not arrive nine hours late."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry of a client's inbox: it is there as soon as it is sent, and read by whoever has signed in."""


@dataclass(frozen=True, slots=True)
class Relay:
    """A message that the practice's own system carries; it is given the id, and asks for the rest."""

    practice_id: str
    message_id: str
    version: int


Cargo = Letter | TextMessage | Notice | Relay
"""What is handed over, by its channel."""


class Desk(Protocol):
    """The messages of all practices, as the sender handles them."""

    async def claim(self, most: int, *, at: datetime) -> Sequence[Claim]:
        """Lease due messages, oldest first; nobody else gets them until the lease ends."""

    async def release(self, claims: Sequence[Claim]) -> None:
        """Give back leases that were not begun."""

    async def begin(self, claim: Claim, *, at: datetime) -> Parcel | None:
        """Commit SENDING if the message may be sent as everything stands now; else store why not."""

    async def settle(self, parcel: Parcel, said: Delivered, *, at: datetime, share: float) -> None:
        """Commit what became of it, with its event."""


class Writer(Protocol):
    """Writes what goes out by each channel."""

    async def write(self, parcel: Parcel, *, at: datetime) -> Cargo:
        """Open the address and say what is to be said."""


class Post(Protocol):
    """Hands it over to whoever carries it."""

    @property
    def has_other_ways(self) -> bool:
        """Tell whether something can go out while the mail server is away."""

    async def is_there(self) -> bool:
        """Tell whether anything can go out now."""

    async def deliver(self, cargo: Cargo) -> Delivered:
        """Hand it over; whatever happens is an outcome."""


async def send_due_messages(
    *, desk: Desk, writer: Writer, post: Post, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> Counter[Outcome]:
    """
    Send until nothing is due or the mail server is away, and count the outcomes.

    A mail server that is away is found out before anything is leased, so an outage leaves every
    message planned and due. Cancelling lets the mails in flight end before it is heeded.

    Args:
        desk: The messages.
        writer: Makes the mails.
        post: The mail server.
        clock: Now, UTC.
        jitter: A random share in [0, 1), for the wait before the next try.
    """
    tally: Counter[Outcome] = Counter()
    if not await post.is_there():
        return tally
    claims = Claims(desk, clock)

    async def carry() -> None:
        while claim := await claims.take():
            outcome = await _send(claim, desk=desk, writer=writer, post=post, clock=clock, jitter=jitter)
            if outcome is not None:
                tally[outcome] += 1
            if outcome is Outcome.AWAY and not post.has_other_ways:
                claims.close()

    carriers = [asyncio.create_task(carry()) for _ in range(IN_FLIGHT)]
    try:
        await asyncio.shield(asyncio.gather(*carriers))
    finally:
        claims.close()
        await asyncio.gather(*carriers, return_exceptions=True)
        await desk.release(claims.left())
    return tally


async def _send(
    claim: Claim,
    *,
    desk: Desk,
    writer: Writer,
    post: Post,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
) -> Outcome | None:
    """Carry one message through; what goes wrong with it stays with it."""
    try:
        parcel = await desk.begin(claim, at=clock())
        if parcel is None:
            return None
        said = await _hand_over(parcel, writer=writer, post=post, clock=clock)
        await desk.settle(parcel, said, at=clock(), share=jitter())
    except Exception as error:
        # The lease ends by itself: a message that was not begun is tried again, one that was is not.
        log.error("message.crashed", message_id=claim.message_id, error_type=type(error).__name__)
        return None
    return said.outcome


async def _hand_over(parcel: Parcel, *, writer: Writer, post: Post, clock: Callable[[], datetime]) -> Delivered:
    try:
        cargo = await writer.write(parcel, at=clock())
    except Unsayable as error:
        return Delivered(Outcome.REFUSED, error.reason)
    except Exception as error:
        # No traceback: what could not be written holds an address.
        log.error("message.not_rendered", message_id=parcel.claim.message_id, error_type=type(error).__name__)
        return Delivered(Outcome.PUT_OFF, Reason.NOT_RENDERED)
    if clock() >= parcel.begin_time + STALE_AFTER:
        return Delivered(Outcome.PUT_OFF, Reason.PUT_OFF)
    return await post.deliver(cargo)


class Claims:
    """The leased messages that the carriers take one by one."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        """Begin with none."""
        self._desk = desk
        self._clock = clock
        self._waiting: deque[Claim] = deque()
        self._one_at_a_time = asyncio.Lock()
        self.is_closed = False

    async def take(self) -> Claim | None:
        """Return the next lease, or None when nothing is due or the sweep is closed."""
        async with self._one_at_a_time:
            if not self._waiting and not self.is_closed:
                self._waiting.extend(await self._desk.claim(CLAIM_SIZE, at=self._clock()))
            if self.is_closed or not self._waiting:
                return None
            return self._waiting.popleft()

    def close(self) -> None:
        """Give out no more."""
        self.is_closed = True

    def left(self) -> list[Claim]:
        """Return the leases that nobody took."""
        left = list(self._waiting)
        self._waiting.clear()
        return left
