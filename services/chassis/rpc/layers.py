"""Wraps each method, at start: metrics, deadline, identity, access, audit, commit, errors."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import psycopg
import structlog
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis import access, audit, crashpoints, errors, logs, metrics, tracing
from services.chassis.context import ANONYMOUS, Call, enter
from services.chassis.crypto import AnswerCipher
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, RequestReplayed
from services.chassis.db.pool import Database
from services.chassis.db.requests import find_answer
from services.chassis.rpc import status
from services.chassis.rpc.callers import Callers, check_uuid
from services.chassis.rpc.lag import AuditLag

DEFAULT_TIMEOUT_S = 5.0
"""Seconds a call may take when its caller set no deadline."""

AUDIT_TIMEOUT_S = 5.0
"""Seconds the record of a refusal may take, whatever the caller's deadline: the trail comes first."""

PERSONAL = frozenset({"registry", "contact", "intake"})
"""Classes whose answers are personal data: they are stored encrypted."""

Handler = Callable[[Any, Call], Awaitable[Message]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every method of a process shares."""

    service: str
    database: Database
    callers: Callers
    access: access.PolicyAccess
    audit_writer: BatchWriter[Envelope, None]
    lag: AuditLag
    answers: AnswerCipher | None = None
    reader: Database | None = None
    """Where methods look that only read; the database itself when a service has no role for it."""


class Method:
    """One method: from bytes to bytes, with everything a caller must be able to rely on."""

    def __init__(
        self, method: MethodDescriptor, handler: Handler, around: Surroundings, *, is_optimistic: bool
    ) -> None:
        self.rule = access.read_rule(method)
        self.name = f"{around.service}.{method.name}"
        self._handler = handler
        self._around = around
        self._is_optimistic = is_optimistic
        self._request_class = GetMessageClass(method.input_type)
        side, _, path = self.rule.subject.partition(".")
        self._request_subjects = subjects_getter(method.input_type, path) if side == "request" else None
        self._response_subjects = subjects_getter(method.output_type, path) if side == "response" else None
        self._given = given_getter(path) if side == "response" else None
        self._is_subject_loaded = self.rule.subject == "loaded"
        self._database = around.reader if around.reader and self.rule.is_read else around.database
        self._answers = around.answers if self.rule.resource_class in PERSONAL else None
        if self.rule.is_mutating and self.rule.resource_class in PERSONAL and self._answers is None:
            raise access.UndeclaredMethod(f"{method.full_name} would store personal answers in plain text: no keyring")
        self._seconds = metrics.RPC_SECONDS.labels(self.name)
        self._succeeded = metrics.RPC_STATUS.labels(self.name, "OK", "")

    async def __call__(self, raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        """Measure, and map whatever happens to the wire."""
        started = time.perf_counter()
        metrics.RPC_IN_FLIGHT.inc()
        call = Call(
            actor=ANONYMOUS,
            method=self.name,
            database=self._database,
            access=self._around.access,
            rule=self.rule,
            answers=self._answers,
        )
        try:
            response = await self._within_deadline(raw, context, call)
            self._succeeded.inc()
            self._finish(call, started, "OK", "")
            return response
        except errors.ServiceError as error:
            refusal: errors.ServiceError | None = await self._record_refusal(call, error)
        except TimeoutError:
            refusal = await self._record_refusal(call, status.DeadlineExceeded("The call ran out of time."))
        except asyncio.CancelledError:
            await asyncio.shield(self._record_crash(call))
            self._finish(call, started, "CANCELLED", "")
            raise
        except Exception:
            log.exception("rpc.crashed", method=self.name, trace=call.trace)
            refusal = await self._record_crash(call)
        finally:
            metrics.RPC_IN_FLIGHT.dec()
        self._tell(refusal, context, call, started)
        return b""

    def _tell(
        self,
        refusal: errors.ServiceError | None,
        context: grpc.aio.ServicerContext[bytes, bytes],
        call: Call,
        started: float,
    ) -> None:
        """Put a refusal, or a bug, on the wire."""
        if refusal is None:
            context.set_code(grpc.StatusCode.INTERNAL)
            context.set_details("internal error")
            name, reason = "INTERNAL", ""
        else:
            code, message, details = status.to_wire(refusal, service=self._around.service)
            context.set_code(code)
            context.set_details(message)
            context.set_trailing_metadata(((status.DETAILS_KEY, details),))
            name, reason = refusal.status, refusal.reason
        metrics.RPC_STATUS.labels(self.name, name, reason).inc()
        self._finish(call, started, name, reason)

    async def _within_deadline(self, raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes], call: Call) -> bytes:
        left = context.time_remaining()
        timeout = DEFAULT_TIMEOUT_S if left is None else min(left, 3600.0)
        call.deadline = time.monotonic() + timeout
        async with asyncio.timeout(timeout):
            metadata = dict(context.invocation_metadata() or ())
            call.trace = tracing.parent_of(str(metadata.get("traceparent", "")))
            with tracing.span(self.name, call.trace) as call.trace:
                self._around.callers.identify(call, metadata, self.rule)
                enter(call)
                return await self._audited(self._read(raw), call)

    def _read(self, raw: bytes) -> Message:
        """Parse the request; refuse what can't be read and what is not known."""
        try:
            request: Message = self._request_class.FromString(raw)
        except DecodeError:
            raise errors.InvalidRequest("The request can't be read.") from None
        size = request.ByteSize()
        request.DiscardUnknownFields()
        if request.ByteSize() != size:
            raise errors.InvalidRequest("The request has fields this service does not know.")
        return request

    async def _audited(self, request: Message, call: Call) -> bytes:
        """Decide, work, and make the record durable before anything is answered."""
        self._around.lag.check(self.rule, call.actor)
        if self._request_subjects is not None:
            await call.authorize(client_ids=self._request_subjects(request))
        elif self.rule.is_impersonal:
            await call.authorize()
        if self.rule.is_mutating:
            self._name_request(request, call)
            if not self._is_optimistic and (known := await self._replayed(call)) is not None:
                return known
        try:
            response = await self._handler(request, call)
            if self._response_subjects is not None:
                await call.authorize(client_ids=self._response_subjects(response))
            if not call.is_authorized:
                raise RuntimeError(f"{self.name} answered before access was decided.")
            await self._commit(call, response)
        except RequestReplayed as error:
            await call.close(error)
            if (known := await self._replayed(call)) is None:
                raise errors.Unavailable("The first call of this request id is not done yet.") from None
            return known
        except errors.ServiceError as error:
            await call.close(error)
            if self._is_optimistic and (known := await self._replayed(call)) is not None:
                return known
            raise
        except BaseException as error:
            await call.close(error)
            raise
        crashpoints.reach("rpc.committed")
        return response.SerializeToString()

    async def _commit(self, call: Call, response: Message) -> None:
        if call.is_sealed:
            return
        if self.rule.is_mutating:
            try:
                await call.commit(response)
            except psycopg.Error as error:
                raise _audit_unavailable() from error
            return
        await call.close()
        call.fields = self._fields(response)
        record = call.seal(None)
        if record.audit:
            await self._write_record(record)

    def _fields(self, response: Message) -> dict[str, list[str]]:
        """Return which fields are given out, by client where the answer lists clients."""
        return self._given(response) if self._given is not None else {"": audit.fields_of(response)}

    def _name_request(self, request: Message, call: Call) -> None:
        """Read the request id; the hash covers who asks, where and what, so that an id opens nothing by itself."""
        call.request_id = request.request_id  # type: ignore[attr-defined]
        if not call.request_id:
            raise errors.InvalidRequest("A change needs a request_id.", reason="REQUEST_ID_MISSING")
        call.request_id = check_uuid(call.request_id, "request_id")
        body = request.SerializeToString(deterministic=True)
        call.body_hash = hashlib.sha256(f"{self.name}|{call.actor.actor_id}|".encode() + body).digest()

    async def _replayed(self, call: Call) -> bytes | None:
        """Return the first answer of this request id, recorded as given again; None when there is none."""
        async with self._around.database.begin([call.practice_id]) as conn:
            answer = await find_answer(conn, call.practice_id, call.request_id)
        if answer is None:
            return None
        if answer.body_hash != call.body_hash:
            raise errors.AlreadyExists("The request id was used for another request.", reason="REQUEST_ID_REUSED")
        await self._write_record(Envelope(call.practice_id, audit=audit.complete(call, is_replay=True)))
        if self._answers is not None:
            return self._answers.open(call.practice_id, call.request_id, answer.response)
        return answer.response

    async def _write_record(self, envelope: Envelope) -> None:
        try:
            await self._around.audit_writer.submit(envelope)
        except (errors.Unavailable, errors.Exhausted, psycopg.Error) as error:
            raise _audit_unavailable() from error

    async def _record_refusal(self, call: Call, error: errors.ServiceError) -> errors.ServiceError:
        """Return the refusal once it is in the trail, or the one that says it could not be written."""
        if error.reason == "AUDIT_UNAVAILABLE":
            metrics.AUDIT_REFUSED.inc()
            return error
        try:
            async with asyncio.timeout(AUDIT_TIMEOUT_S):
                await self._write_record(call.refused(error))
        except (errors.ServiceError, TimeoutError):
            metrics.AUDIT_REFUSED.inc()
            return _audit_unavailable()
        return error

    async def _record_crash(self, call: Call) -> errors.ServiceError | None:
        try:
            async with asyncio.timeout(AUDIT_TIMEOUT_S):
                await self._write_record(Envelope(call.practice_id, audit=audit.crashed(call)))
        except (errors.ServiceError, TimeoutError):
            metrics.AUDIT_REFUSED.inc()
            return _audit_unavailable()
        return None

    def _finish(self, call: Call, started: float, name: str, reason: str) -> None:
        seconds = time.perf_counter() - started
        self._seconds.observe(seconds)
        logs.write_call(
            method=self.name,
            status=name,
            reason=reason,
            duration_ms=round(seconds * 1000, 1),
            actor_id=call.actor.actor_id,
            practice_id=call.practice_id,
            request_id=call.request_id,
            trace=call.trace,
        )


def _audit_unavailable() -> errors.Unavailable:
    return errors.Unavailable("The audit trail can't be written, so the call is refused.", reason="AUDIT_UNAVAILABLE")


def subjects_getter(message: Any, path: str) -> Callable[[Any], Sequence[str]]:
    """
    Compile a path of fields to a function that gives the client ids there, each checked.

    Raises:
        UndeclaredMethod: The path names a field the message does not have.
    """
    steps: list[tuple[str, bool]] = []
    descriptor = message
    for name in path.split("."):
        field = descriptor.fields_by_name.get(name) if descriptor else None
        if field is None:
            raise access.UndeclaredMethod(f"{message.full_name} has no field {path}")
        steps.append((name, _is_repeated(field)))
        descriptor = field.message_type
    if len(steps) == 1 and not steps[0][1]:
        return lambda holder: [check_uuid(found, path)] if (found := getattr(holder, path)) else []

    def get(holder: Any) -> Sequence[str]:
        holders = [holder]
        for name, is_repeated in steps:
            found = [getattr(each, name) for each in holders]
            holders = [item for items in found for item in items] if is_repeated else found
        return [check_uuid(each, path) for each in dict.fromkeys(holders) if each]

    return get


def given_getter(path: str) -> Callable[[Any], dict[str, list[str]]]:
    """Compile a path of fields to a function that says, of each client there, which fields are given out."""
    *steps, last = path.split(".")

    def get(holder: Any) -> dict[str, list[str]]:
        items = [holder]
        for name in steps:
            items = [each for item in items for each in _many(getattr(item, name))]
        found: dict[str, set[str]] = {}
        for item in items:
            names = audit.fields_of(item)
            for client_id in _many(getattr(item, last)):
                if client_id:
                    found.setdefault(check_uuid(client_id, path), set()).update(names)
        return {client_id: sorted(names) for client_id, names in found.items()}

    return get


def _many(value: Any) -> Sequence[Any]:
    return [value] if isinstance(value, str | Message) else list(value)


def _is_repeated(field: FieldDescriptor) -> bool:
    return bool(field.is_repeated)
