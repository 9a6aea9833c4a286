"""
Carries facts from Redis to the event streams open here, to those they concern.

A stream tells name, id, resource id and version, nothing else: whoever wants to know more asks, under their own
rights. Without Redis streams stay open and say that asking now and then is needed.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from services.chassis import errors
from services.chassis.context import Actor
from services.gateway.cache import LOST, Cache

STREAM: Final = "kept:live:"
"""As the relays name it (`services/chassis/events/announce.py`)."""

ENDED: Final = STREAM
"""The channel of no practice: ids of sessions that are over (JSON), for the gateways to let their streams go."""

STREAMS: Final = 12_000
"""Streams of one process at most."""

HEARTBEAT_S: Final = 15
"""Seconds between two comments on a silent stream: proxies end what says nothing."""

POLL_S: Final = 30
"""Seconds between two looks that are advised while Redis is away."""

BEHIND: Final = 256
"""Frames a slow reader may be behind; then its stream ends, and it resumes by Last-Event-ID."""

REPLAYED: Final = 1_000
"""Facts replayed at most; whoever missed more reads again."""

RETRY_S: Final = 1.0

DESK: Final = frozenset({"booking", "availability", "notifications", "matching"})
"""Services whose facts the front desk is told of; all of a practice's."""

HEARTBEAT: Final = b": still here\n\n"
READ_AGAIN: Final = b"event: reset\ndata: {}\n\n"
POLLING: Final = b'event: polling\ndata: {"interval_s": %d}\n\n' % POLL_S

OPEN = Gauge("kept_gateway_streams", "Event streams that are open.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as announced."""

    name: str
    resource_id: str
    version: int
    clients: frozenset[str]
    therapists: frozenset[str]
    frame: bytes

    @classmethod
    def read(cls, event_id: str, text: str) -> Fact:
        """Read what a relay announced."""
        stored = json.loads(text)
        name = str(stored["n"])
        if name == "gap":
            return cls(name, "", 0, frozenset(), frozenset(), READ_AGAIN)
        shown = json.dumps({"id": event_id, "resource_id": stored["r"], "version": stored["v"]})
        frame = f"id: {event_id}\nevent: {name}\ndata: {shown}\n\n".encode()
        return cls(name, stored["r"], stored["v"], frozenset(stored["c"]), frozenset(stored["t"]), frame)

    def concerns(self, actor: Actor) -> bool:
        """Whether somebody is told: the desk of everything, others of what is about them by name."""
        if self.name == "gap":
            return True
        if "front_desk" in actor.roles:
            return self.name.partition(".")[0] in DESK
        if "therapist" in actor.roles and actor.therapist_id in self.therapists:
            return True
        return "client" in actor.roles and actor.client_id in self.clients


class Listener:
    """One open stream: frames on their way to one reader."""

    __slots__ = ("_waiter", "actor", "frames", "is_closed", "session_id")

    def __init__(self, actor: Actor, session_id: str = "") -> None:
        self.actor = actor
        self.session_id = session_id
        self.frames: deque[bytes] = deque()
        self.is_closed = False
        self._waiter: asyncio.Future[None] | None = None

    def push(self, frame: bytes) -> None:
        """Add a frame; a reader too far behind is let go."""
        self.frames.append(frame)
        if len(self.frames) > BEHIND:
            self.is_closed = True
        self._wake()

    def close(self) -> None:
        """End the stream after what is on its way."""
        self.is_closed = True
        self._wake()

    async def take(self) -> bytes:
        """Wait for frames and return all there are; empty when the stream is over."""
        while not self.frames and not self.is_closed:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        taken = b"".join(self.frames)
        self.frames.clear()
        return taken

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


@dataclass(slots=True)
class Room:
    """The streams of one practice."""

    listeners: set[Listener] = field(default_factory=set)
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once Redis has said that we listen: what is announced from then on is not missed."""


class Hub:
    """All streams of this process, and one connection that listens for them."""

    def __init__(self, cache: Cache, url: str) -> None:
        self._cache = cache
        # No time limit on reading: silence is the rule on this connection.
        self._redis: Redis | None = Redis.from_url(url, socket_connect_timeout=1.0) if url else None
        self._rooms: dict[str, Room] = {}
        self._pubsub: PubSub | None = None
        self._count = 0
        self.is_live = False
        """Whether facts arrive as they happen."""

    async def join(self, actor: Actor, last_id: str, *, session_id: str = "") -> tuple[Listener, bytes]:
        """
        Open a stream; returns it with what its reader missed since *last_id*.

        Args:
            actor: Who reads it.
            last_id: The last event they have; empty: none is replayed.
            session_id: The browser's session it ends with; empty: it was opened by a token.

        Raises:
            Exhausted: TOO_MANY_STREAMS. (RESOURCE_EXHAUSTED)
        """
        if self._count >= STREAMS:
            raise errors.Exhausted("Too many streams are open here.", reason="TOO_MANY_STREAMS", retry_after_s=5)
        listener = Listener(actor, session_id)
        room = self._rooms.get(actor.practice_id)
        if room is None:
            room = self._rooms[actor.practice_id] = Room()
            await self._subscribe(actor.practice_id)
        room.listeners.add(listener)
        self._count += 1
        OPEN.set(self._count)
        if not self.is_live:
            return listener, POLLING
        try:
            async with asyncio.timeout(2):
                await room.is_ready.wait()
        except TimeoutError:
            return listener, POLLING
        missed = await self._missed(actor, last_id) if last_id else b""
        # A fact that came between listening and replaying is in both; the reader has its version.
        return listener, missed

    async def leave(self, listener: Listener) -> None:
        """Close a stream."""
        practice_id = listener.actor.practice_id
        room = self._rooms.get(practice_id)
        if room is None or listener not in room.listeners:
            return
        room.listeners.discard(listener)
        self._count -= 1
        OPEN.set(self._count)
        if not room.listeners:
            del self._rooms[practice_id]
            if self._pubsub is not None and self.is_live:
                try:
                    await self._pubsub.unsubscribe(STREAM + practice_id)
                except LOST as error:
                    log.debug("unsubscribe.lost", error=type(error).__name__)

    async def run(self) -> None:
        """Listen and beat until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beat())
            if self._redis is not None:
                tasks.create_task(self._listen(self._redis))

    async def close(self) -> None:
        """End all streams: a process that stops must not wait for them."""
        for listener in self._all():
            listener.close()
        if self._redis is not None:
            await self._redis.aclose()

    def end_all(self) -> None:
        """Let every reader go; each resumes at another gateway."""
        for listener in self._all():
            listener.close()

    async def _listen(self, redis: Redis) -> None:
        while True:
            try:
                self._pubsub = redis.pubsub()
                # One name is always listened to: a connection without any can't be read.
                await self._pubsub.subscribe(STREAM, *(STREAM + each for each in self._rooms))
                self._say_live(True)
                while True:
                    message = await self._pubsub.get_message(ignore_subscribe_messages=False, timeout=HEARTBEAT_S)
                    if message is not None:
                        self._take(message)
                    else:
                        await self._pubsub.ping()
            except LOST as error:
                if self.is_live:
                    log.warning("dependency.lost", dependency="redis", error=type(error).__name__)
                self._say_live(False)
                await asyncio.sleep(RETRY_S)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] not in ("subscribe", "message"):
            return
        practice_id = message["channel"].decode().removeprefix(STREAM)
        if not practice_id and message["type"] == "message":
            self._end(frozenset(json.loads(message["data"])))
            return
        room = self._rooms.get(practice_id)
        if room is None:
            return
        if message["type"] == "subscribe":
            room.is_ready.set()
            return
        event_id, _, text = message["data"].decode().partition(" ")
        fact = Fact.read(event_id, text)
        for listener in room.listeners:
            if fact.concerns(listener.actor):
                listener.push(fact.frame)

    def _end(self, session_ids: frozenset[str]) -> None:
        """Let the streams of sessions go that are over."""
        for listener in self._all():
            if listener.session_id in session_ids:
                listener.close()

    def _say_live(self, is_live: bool) -> None:
        """
        Tell every stream that it must look for itself from now on, or need not any more.

        Whoever signed out while nothing could be heard is not known: browsers' streams end, and those that come back
        are looked up.
        """
        if is_live == self.is_live:
            return
        self.is_live = is_live
        for room in self._rooms.values():
            room.is_ready.clear()
        for listener in self._all():
            listener.push(READ_AGAIN if is_live else POLLING)
            if is_live and listener.session_id:
                listener.close()

    async def _beat(self) -> None:
        """Every second a fifteenth of the streams hears that we are here."""
        turn = 0
        while True:
            await asyncio.sleep(1)
            turn = (turn + 1) % HEARTBEAT_S
            for place, listener in enumerate(self._all()):
                if place % HEARTBEAT_S == turn:
                    listener.push(HEARTBEAT)

    async def _subscribe(self, practice_id: str) -> None:
        if self._pubsub is not None and self.is_live:
            try:
                await self._pubsub.subscribe(STREAM + practice_id)
            except LOST as error:
                log.debug("subscribe.lost", error=type(error).__name__)

    async def _missed(self, actor: Actor, last_id: str) -> bytes:
        """Return what was announced after *last_id*, or that reading again is needed when that can't be told."""
        key = STREAM + actor.practice_id

        async def look(redis: Any) -> tuple[Sequence[Any], Sequence[Any]]:
            first = await redis.xrange(key, count=1)
            return first, await redis.xrange(key, min=last_id, count=REPLAYED + 2)

        found = await self._cache.ask(look)
        if found is None:
            return POLLING
        first, entries = found
        if not first or _place(first[0][0].decode()) > _place(last_id) or len(entries) > REPLAYED:
            return READ_AGAIN
        facts = [Fact.read(each.decode(), values[b"fact"].decode()) for each, values in entries]
        after = facts[1:] if entries and entries[0][0].decode() == last_id else facts
        return b"".join(fact.frame for fact in after if fact.concerns(actor))

    def _all(self) -> Iterable[Listener]:
        return [listener for room in self._rooms.values() for listener in room.listeners]


def _place(event_id: str) -> tuple[int, int]:
    first, _, second = event_id.partition("-")
    return int(first), int(second or 0)
