"""Says who calls, what for, and collects what is committed with the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import uuid_utils
from google.protobuf.message import Message

from services.chassis import audit, errors
from services.chassis.db.envelope import Envelope, OutboxEvent, RequestAnswer, write_envelopes

if TYPE_CHECKING:
    from services.chassis.access import Decision, MethodRule
    from services.chassis.crypto import AnswerCipher
    from services.chassis.db.pool import Connection, Database

NO_PRACTICE = "00000000-0000-0000-0000-000000000000"
"""Stands where a practice id must and none is known; no practice has it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, a service, the holder of a link, or nobody known."""

    actor_id: str
    kind: str
    """"user", "service", "system", "link" or "anonymous"."""

    practice_id: str
    roles: frozenset[str] = frozenset()
    client_id: str = ""
    """The person's own client id, when they are a client."""

    therapist_id: str = ""
    purpose: str = "TREAT"
    """Purpose of use (HL7 v3 PurposeOfUse)."""

    strength: str = "pwd"
    """How the person proved who they are (RFC 8176 amr)."""

    session_id: str = ""
    via: str = ""
    """The calling service, when its own token was verified."""

    auth_time: int = 0
    """When the person last proved who they are, in seconds since 1970; 0 when nobody said."""

    scopes: frozenset[str] | None = None
    """What the app they use may ask for (SMART App Launch); None for our own front ends, which are not bound."""


ANONYMOUS = Actor("anonymous", "anonymous", NO_PRACTICE)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why somebody may touch a client, as the record of it says."""

    decision: Decision | None = None
    relations: frozenset[str] = frozenset()
    evidence: Mapping[str, str] = field(default_factory=dict)


UNDECIDED = Ground()


class Access(Protocol):
    """Decides whether a call may touch a client."""

    async def decide(self, call: Call, client_id: str, relations: Collection[str]) -> Decision:
        """Decide for one client, or for none ("")."""


class Call:
    """
    One call or one event being handled: its actor, its transaction, and what will be committed with it.

    The chassis makes it, and commits `envelope` with the handler's own rows: events, audit records and
    the answer a retry is given. A handler reads `actor`, `practice_id` and `request_id`, asks
    `authorize`, works in `tx` and says facts by `publish`.
    """

    __slots__ = (
        "_access", "_answers", "_database", "_stack", "_subjects", "actor", "actor_token", "body_hash",
        "causation_id", "conn", "deadline", "decision", "disclosure", "envelope", "evidence", "fields",
        "has_parts", "is_authorized", "is_passed_on", "is_sealed", "method", "practice_id", "relations",
        "request_id", "resource_id", "rule", "trace",
    )  # fmt: skip

    def __init__(
        self,
        *,
        actor: Actor,
        method: str,
        practice_id: str = "",
        database: Database | None = None,
        access: Access | None = None,
        rule: MethodRule | None = None,
        request_id: str = "",
        trace: str = "",
        deadline: float | None = None,
        causation_id: str = "",
        conn: Connection | None = None,
        actor_token: str = "",
        answers: AnswerCipher | None = None,
    ) -> None:
        self.actor = actor
        self.method = method
        self.practice_id = practice_id or actor.practice_id
        self.rule = rule
        self.request_id = request_id
        self.trace = trace
        self.deadline = deadline
        """Seconds of `time.monotonic`, or None."""
        self.causation_id = causation_id
        self.conn = conn
        self.actor_token = actor_token
        self.body_hash = b""
        self.envelope = Envelope(self.practice_id)
        self.is_authorized = False
        self.is_sealed = False
        self.is_passed_on = False
        """Whether a neighbour was asked: what it refuses, it has recorded."""
        self.has_parts = False
        self.decision: Decision | None = None
        self.relations: frozenset[str] = frozenset()
        self.evidence: dict[str, str] = {}
        """The row a relation rests on, by relation: the id of a break-glass grant or of a consent."""
        self.disclosure: dict[str, str] = {}
        """What is given to others outside of the practice by this call: codes and ids, for the record."""
        self.fields: dict[str, list[str]] = {}
        """The fields given out, by client; under "" what holds for those who are not named."""
        self.resource_id = ""
        self._subjects: dict[str, Ground] = {}
        self._database = database
        self._access = access
        self._answers = answers
        self._stack: AsyncExitStack | None = None

    @property
    def subjects(self) -> Sequence[str]:
        """Return the clients the call was allowed to touch, in order."""
        return tuple(self._subjects)

    def ground(self, client_id: str) -> Ground:
        """Return why a client may, or may not, be touched; of none, what was decided last."""
        return self._subjects.get(client_id) or Ground(self.decision, self.relations, self.evidence)

    async def authorize(
        self, *, client_ids: Sequence[str] = (), relations: Collection[str] = (), resource_id: str = ""
    ) -> None:
        """
        Decide now, for each client; allowed ones become subjects of the audit record.

        Args:
            client_ids: Whose data is touched; none of them decides about the resource class alone.
            relations: What the handler knows of the actor and these clients, beside the relations port.
            resource_id: The resource touched, for the audit record.

        Raises:
            Forbidden: For the first client the actor may not touch; it is the record's subject. (PERMISSION_DENIED)
        """
        self.resource_id = resource_id or self.resource_id
        if self._access is not None:
            for client_id in client_ids or ("",):
                self.decision = await self._access.decide(self, client_id, relations)
                ground = Ground(self.decision, self.relations, self.evidence)
                if not self.decision.allowed:
                    self._subjects = {client_id: ground} if client_id else {}
                    raise errors.Forbidden("You may not do this.", method=self.method)
                if client_id:
                    self._subjects[client_id] = ground
        else:
            self._subjects.update(dict.fromkeys([each for each in client_ids if each], UNDECIDED))
        self.is_authorized = True

    def next_answer(self) -> None:
        """Forget whom the last answer of a stream was about; each answer is decided and recorded for itself."""
        self._subjects, self.fields = {}, {}

    def enter_practice(self, practice_id: str, client_id: str) -> None:
        """Let the holder of a link act in the practice, and for the client, the link was made for."""
        self.actor = Actor(f"link:{client_id}", "link", practice_id, frozenset({"link"}), client_id, via=self.actor.via)
        self.practice_id = self.envelope.practice_id = practice_id

    def part(self, client_id: str, *, resource_id: str) -> Call:
        """
        Return the call of one of many things asked for at once: decided already, committed and recorded for itself.

        What is refused of it is recorded with this call: `envelope.audit.extend(part.refused(error).audit)`.
        """
        self.has_parts = True
        part = Call(
            actor=self.actor,
            method=self.method,
            practice_id=self.practice_id,
            database=self._database,
            rule=self.rule,
            trace=self.trace,
            deadline=self.deadline,
        )
        part.decision, part.relations, part.resource_id = self.decision, self.relations, resource_id
        part.evidence = self.evidence
        part.is_authorized = self.is_authorized
        part._subjects = {client_id: self.ground(client_id)}
        return part

    def publish(self, message: Message, *, aggregate_id: str, version: int) -> None:
        """Add a fact to what is committed with this call; *version* counts the aggregate's changes."""
        self.envelope.events.append(
            OutboxEvent(
                event_id=str(uuid_utils.uuid7()),
                type=message.DESCRIPTOR.full_name,
                aggregate_id=aggregate_id,
                version=version,
                body=message.SerializeToString(),
                actor=self.actor.actor_id,
                traceparent=self.trace,
                causation_id=self.causation_id or self.request_id,
            )
        )

    def seal(self, response: Message | None) -> Envelope:
        """Complete the envelope with its audit records and its answer, for a handler that commits by a BatchWriter."""
        if not self.is_authorized:
            raise RuntimeError(f"{self.method} would commit before access was decided.")
        self.is_sealed = True
        if response is not None and not self.fields:
            self.fields = {"": audit.fields_of(response)}
        if not self.has_parts:
            self.envelope.audit.extend(audit.complete(self))
        if response is not None and self.request_id and self.body_hash:
            body = response.SerializeToString()
            if self._answers is not None:
                body = self._answers.seal(self.practice_id, self.request_id, body)
            self.envelope.answer = RequestAnswer(self.request_id, self.method, self.body_hash, body)
        return self.envelope

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Connection]:
        """
        Lend THE transaction of this call, opened on first use and committed by the chassis after the handler.

        An exception anywhere rolls all of it back.
        """
        if self.conn is None:
            if self._database is None:
                raise RuntimeError(f"{self.method} has no database.")
            self._stack = AsyncExitStack()
            self.conn = await self._stack.enter_async_context(self._database.begin([self.practice_id]))
        yield self.conn

    async def commit(self, response: Message | None) -> None:
        """Write the envelope beside the handler's rows and commit; RequestReplayed when another call was first."""
        async with self.tx() as conn:
            await write_envelopes(conn, [self.seal(response)])
        await self.close()

    async def close(self, error: BaseException | None = None) -> None:
        """End the transaction if one is open: commit, or roll back when *error* is given."""
        stack, self._stack = self._stack, None
        if stack is None:
            return
        self.conn = None
        await stack.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None)

    def refused(self, error: errors.ServiceError) -> Envelope:
        """Return what the trail keeps of a refusal: nothing but the record."""
        return Envelope(self.practice_id, audit=audit.refused(self, error))


_current: ContextVar[Call] = ContextVar("kept_call")


def current() -> Call:
    """Return the call being worked on. Raises LookupError outside of one."""
    return _current.get()


def enter(call: Call) -> None:
    """Make *call* the current one in this task."""
    _current.set(call)
