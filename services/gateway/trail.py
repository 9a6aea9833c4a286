"""Tells the trail what the door saw, and waits until it is kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import structlog
import uuid_utils
from google.protobuf.message import Message
from kept.audit.v1 import capture_service_pb2 as contract
from prometheus_client import Counter

from services.chassis import errors
from services.chassis.context import ANONYMOUS, NO_PRACTICE, Actor, Call

BATCH: Final = 250
"""Observations handed over together."""

WAITING: Final = 4_096
"""Observations that wait; the next request is refused, or memory and waiting time would grow together."""

TIMEOUT_S: Final = 3.0
"""Seconds a batch may take: less than a request may, so that its refusal still has time."""

GATHER_S: Final = 0.05
"""Seconds a batch gathers after a full one: a flood of refusals is told in fewer records, each with its count."""

NAME: Final = re.compile(r"[\x21-\x7e]{0,255}")
"""Names of people and sessions that the trail takes; it refuses others, and a sign-in must not fail by its spelling."""

UNNAMEABLE: Final = re.compile(r"[^A-Za-z0-9.-]")
"""What a process's name in the trail has none of."""

BEAT_S: Final = 10.0
"""Seconds between two signs of life of a door that sees nothing."""

UNTOLD = Counter("kept_gateway_untold_total", "Requests that were refused because the trail could not be told.")

log = structlog.get_logger(__name__)


class Audit(Protocol):
    """The trail's service, as `Neighbour` calls it."""

    async def call(self, method: str, request: Message, call: Call) -> Any:
        """Call a method."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing the door saw. Ids, hashes and reasons only: see `Trail.mark` for what a person typed."""

    sight: str
    """A name of the contract's `Sight` without its prefix, for example "SIGN_IN"."""
    actor: Actor = ANONYMOUS
    client_id: str = ""
    """The client whose data was asked for."""
    object_id: str = ""
    reason: str = ""
    address: str = ""
    """Where it came from; only its keyed hash leaves this process."""
    trace: str = ""
    practice_id: str = ""
    """The practice when the actor names none, for example of a failed sign-in."""


@dataclass(slots=True)
class _Waiting:
    seen: Seen
    time: datetime
    done: asyncio.Future[None]
    count: int = 1


@dataclass(slots=True)
class Trail:
    """
    Hands over what was seen, by batches, one in flight.

    Whoever tells something waits until it is durable, and refuses the request when it can't be: no answer without its
    record. Equal things that nobody is named for are told once, with their count.
    """

    audit: Audit
    instance: str
    secret: bytes
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _queue: deque[_Waiting] = field(default_factory=deque)
    _runner: asyncio.Task[None] | None = None

    def mark(self, text: str) -> str:
        """Return a keyed hash of what a person typed, or of where they are: equal for equal texts, and no more."""
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()[:32] if text else ""

    async def tell(self, seen: Seen) -> None:
        """
        Return once it is kept.

        Raises:
            Unavailable: AUDIT_UNAVAILABLE; the request must be refused. (UNAVAILABLE)
        """
        if len(self._queue) >= WAITING:
            UNTOLD.inc()
            raise _unavailable()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(seen, self.clock(), done))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="trail")
        try:
            await done
        except errors.Unavailable:
            UNTOLD.inc()
            raise

    async def signed_in(self, actor: Actor, *, address: str = "", trace: str = "", object_id: str = "") -> None:
        """Tell that somebody signed in; before their session or token is given out. Raises Unavailable."""
        await self.tell(Seen("SIGN_IN", actor, address=address, trace=trace, object_id=object_id))

    async def signed_out(self, actor: Actor, *, address: str = "", trace: str = "", reason: str = "") -> None:
        """Tell that a session ended: by its person, by its time, or by whoever ended it. Raises Unavailable."""
        await self.tell(Seen("SIGN_OUT", actor, address=address, trace=trace, reason=reason))

    async def sign_in_failed(
        self,
        name: str = "",
        *,
        reason: str = "SIGN_IN_FAILED",
        address: str = "",
        trace: str = "",
        practice_id: str = "",
    ) -> None:
        """Tell that somebody failed to sign in; of the name they typed a keyed hash is kept. Raises Unavailable."""
        await self.tell(
            Seen(
                "FAIL_SIGN_IN",
                object_id=self.mark(name),
                reason=reason,
                address=address,
                trace=trace,
                practice_id=practice_id,
            )
        )

    async def run(self) -> None:
        """Give signs of life until cancelled, then say farewell."""
        try:
            while True:
                await self._beat(is_farewell=False)
                await asyncio.sleep(BEAT_S)
        finally:
            await self._beat(is_farewell=True)

    async def _beat(self, *, is_farewell: bool) -> None:
        try:
            await self._hand_over([], is_farewell=is_farewell)
        except errors.ServiceError as error:
            log.warning("trail.unreachable", reason=error.reason)

    async def _run(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                await self._tell_all(batch)
                if len(batch) == BATCH:
                    await asyncio.sleep(GATHER_S)
        finally:
            # No await stands between the empty queue and this line: nothing can slip in between.
            self._runner = None
            while self._queue:
                _settle(self._queue.popleft(), _unavailable())

    async def _tell_all(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._hand_over([self._message(each) for each in _gathered(batch)])
        except errors.InvalidRequest as error:
            # One that the trail does not take must not keep its neighbours from being kept.
            log.error("trail.refused", reason=error.reason, field=error.metadata.get("field", ""))
            if len(batch) > 1:
                for each in batch:
                    await self._tell_all([each])
            else:
                _settle(batch[0], _unavailable())
        except errors.ServiceError as error:
            log.warning("trail.unreachable", reason=error.reason)
            for each in batch:
                _settle(each, _unavailable())
        except BaseException:
            for each in batch:
                _settle(each, _unavailable())
            raise
        else:
            for each in batch:
                _settle(each, None)

    async def _hand_over(self, observations: Sequence[contract.Observation], *, is_farewell: bool = False) -> None:
        request = contract.RecordAccessRequest(
            request_id=str(uuid_utils.uuid7()),
            instance=UNNAMEABLE.sub("-", self.instance)[:100],
            observations=observations,
            is_farewell=is_farewell,
        )
        own = Actor("service:gateway", "service", NO_PRACTICE)
        call = Call(actor=own, method="gateway.RecordAccess", deadline=time.monotonic() + TIMEOUT_S)
        await self.audit.call("RecordAccess", request, call)

    def _plain(self, name: str) -> str:
        """Return a name as the trail takes it; one of other characters is told by its keyed hash."""
        return name if NAME.fullmatch(name) else f"mark:{self.mark(name)}"

    def _message(self, waiting: _Waiting) -> contract.Observation:
        seen, actor = waiting.seen, waiting.seen.actor
        is_known = actor.kind == "user" and _is_uuid(actor.practice_id)
        message = contract.Observation(
            sight=contract.Sight.Value(f"SIGHT_{seen.sight}"),
            practice_id=actor.practice_id if is_known else _uuid(seen.practice_id),
            actor_id=self._plain(actor.actor_id) if is_known else "",
            actor_kind="user" if is_known else "anonymous",
            roles=sorted(actor.roles),
            actor_client_id=_uuid(actor.client_id),
            session_id=self._plain(actor.session_id),
            strength=actor.strength if is_known else "",
            client_id=_uuid(seen.client_id),
            object_id=seen.object_id,
            reason=seen.reason,
            network=self.mark(seen.address),
            count=waiting.count,
            trace=seen.trace,
        )
        message.occur_time.FromDatetime(waiting.time)
        return message


def _gathered(batch: Sequence[_Waiting]) -> list[_Waiting]:
    """Return each thing once, and equal ones without an actor together, with their count and the first one's time."""
    found: list[_Waiting] = []
    strangers: dict[Seen, _Waiting] = {}
    for each in batch:
        key = replace(each.seen, trace="")
        if each.seen.actor.kind == "user":
            found.append(each)
        elif key in strangers:
            strangers[key].count += 1
        else:
            strangers[key] = replace(each)
            found.append(strangers[key])
    return found


def _settle(waiting: _Waiting, error: Exception | None) -> None:
    if waiting.done.done():
        return
    if error is None:
        waiting.done.set_result(None)
    else:
        waiting.done.set_exception(error)


def _unavailable() -> errors.Unavailable:
    return errors.Unavailable("The audit trail can't be told, so the request is refused.", reason="AUDIT_UNAVAILABLE")


def _uuid(text: str) -> str:
    return text.lower() if _is_uuid(text) else ""


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
