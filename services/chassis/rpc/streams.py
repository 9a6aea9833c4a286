"""Wraps methods that answer by many messages: each is in the trail before it is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import structlog
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from services.chassis import audit, errors, metrics, tracing
from services.chassis.access import UndeclaredMethod
from services.chassis.context import ANONYMOUS, Call, enter
from services.chassis.db.envelope import Envelope
from services.chassis.rpc import status
from services.chassis.rpc.layers import Method, Surroundings

STREAM_TIMEOUT_S = 3600.0
"""Seconds a stream may take when its caller set no deadline."""

Answers = Callable[[Any, Call], AsyncIterator[Message]]

log = structlog.get_logger(__name__)


class StreamMethod(Method):
    """
    One method that answers by a stream: an attempt is recorded first, then every message before it leaves.

    The last record says that the stream ended, or that the caller left, and after how many messages.
    """

    def __init__(self, method: MethodDescriptor, answers: Answers, around: Surroundings) -> None:
        super().__init__(method, _no_single_answer, around, is_optimistic=False)
        self._stream = answers
        if self.rule.is_mutating:
            raise UndeclaredMethod(f"{method.full_name} streams and mutates: a retry could not be given its answer")

    async def stream(self, raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> AsyncIterator[bytes]:
        """Answer message by message."""
        started = time.perf_counter()
        metrics.RPC_IN_FLIGHT.inc()
        call = Call(
            actor=ANONYMOUS,
            method=self.name,
            database=self._around.database,
            access=self._around.access,
            rule=self.rule,
        )
        sent, refusal = 0, None
        try:
            left = context.time_remaining()
            timeout = STREAM_TIMEOUT_S if left is None else left
            call.deadline = time.monotonic() + timeout
            async with asyncio.timeout(timeout):
                await self._begin(raw, context, call)
                async for answer in self._stream(self._read(raw), call):
                    await self._record(answer, call)
                    sent += 1
                    yield answer.SerializeToString()
                call.next_answer()
                await self._write_record(
                    Envelope(call.practice_id, audit=audit.ended(call, answers=sent, is_whole=True))
                )
            self._succeeded.inc()
            self._finish(call, started, "OK", "")
            return
        except errors.ServiceError as error:
            refusal = await self._record_refusal(call, error)
        except TimeoutError:
            refusal = await self._record_refusal(call, status.DeadlineExceeded("The call ran out of time."))
        except (asyncio.CancelledError, GeneratorExit):
            await asyncio.shield(self._record_leaving(call, sent))
            self._finish(call, started, "CANCELLED", "")
            raise
        except Exception:
            log.exception("rpc.crashed", method=self.name, trace=call.trace)
            refusal = await self._record_crash(call)
        finally:
            metrics.RPC_IN_FLIGHT.dec()
            await call.close(errors.Unavailable("The stream is over.") if refusal is not None else None)
        self._tell(refusal, context, call, started)

    async def _begin(self, raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes], call: Call) -> None:
        """Find out who asks, decide what can be decided, and record the attempt."""
        metadata = dict(context.invocation_metadata() or ())
        call.trace = tracing.parent_of(str(metadata.get("traceparent", "")))
        self._around.callers.identify(call, metadata, self.rule)
        enter(call)
        request = self._read(raw)
        self._around.lag.check(self.rule, call.actor)
        if self._request_subjects is not None:
            await call.authorize(client_ids=self._request_subjects(request))
        elif self.rule.is_impersonal:
            await call.authorize()
        await self._write_record(Envelope(call.practice_id, audit=audit.attempted(call)))

    async def _record(self, answer: Message, call: Call) -> None:
        """Decide about the clients of one message, and make its records durable."""
        if self._response_subjects is not None:
            call.next_answer()
            await call.authorize(client_ids=self._response_subjects(answer))
        if not call.is_authorized:
            raise RuntimeError(f"{self.name} answered before access was decided.")
        call.fields = self._fields(answer)
        await self._write_record(Envelope(call.practice_id, audit=audit.complete(call)))

    async def _record_leaving(self, call: Call, sent: int) -> None:
        try:
            call.next_answer()
            await self._write_record(Envelope(call.practice_id, audit=audit.ended(call, answers=sent, is_whole=False)))
        except errors.ServiceError:
            metrics.AUDIT_REFUSED.inc()


async def _no_single_answer(request: Any, call: Call) -> Message:
    raise RuntimeError(f"{call.method} answers by a stream.")
