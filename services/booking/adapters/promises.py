"""Commits new appointments in groups: one transaction for all who wait at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2

from services.booking.adapters import proto
from services.booking.adapters.answered import close_answered
from services.booking.adapters.gates import is_gated, judge, lock_gates
from services.booking.adapters.promise_rows import STALE, Row, array, write
from services.booking.adapters.rules import PostgresRules
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, State
from services.booking.domain.policy import PracticeRules, with_deadline
from services.booking.usecases.book_appointment import is_staff
from services.chassis import crashpoints
from services.chassis.context import Call
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, RequestReplayed, write_envelopes
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError, Unavailable

_ABANDONED = """
    select practice_id::text, appointment_id::text from appointments
    where state = 'ABANDONED' and (practice_id, appointment_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""

Key = tuple[str, str]
"""Practice and appointment."""

_BOOKED = State.BOOKED.value

RULES_TRIES = 4
"""Times a job is written at most while its practice's rules change under it; then the caller is asked to come again."""


@dataclass(slots=True)
class _Job:
    """Is one appointment to commit, with what is committed beside it; terms are set when its rules are known."""

    practice_id: str
    request_id: str
    booked: Appointment
    envelope: Envelope
    answer: booking_pb2.Appointment
    is_staff: bool

    @property
    def key(self) -> Key:
        """Return the row's key."""
        return self.practice_id, self.booked.appointment_id


@dataclass(slots=True)
class _Outcomes:
    """Is what became of a batch's rows."""

    states: dict[Key, str] = field(default_factory=dict)
    gates: dict[Key, errors.Gate] = field(default_factory=dict)
    answering: list[Key] = field(default_factory=list)


class BatchedPromises:
    """Writes appointments through one group-commit writer; each caller gets an answer of their own."""

    def __init__(self, database: Database, rules: PostgresRules | None = None) -> None:
        self._rules = rules or PostgresRules()
        self._writer: BatchWriter[_Job, Message | RequestReplayed] = BatchWriter(database, self._flush, name="promises")

    async def record(self, booked: Appointment, fact: facts.Booked, call: Call) -> Message:
        """Commit an appointment with its event, audit record and answer, and return the answer."""
        answer = proto.appointment_message(booked)
        call.resource_id = booked.appointment_id
        call.publish(proto.event_of(fact), aggregate_id=booked.appointment_id, version=1)
        job = _Job(booked.practice_id, call.request_id, booked, call.seal(answer), answer, is_staff(call.actor))
        crashpoints.reach("booking.held")
        written = await self._writer.submit(job)
        if isinstance(written, RequestReplayed):
            raise written
        return written

    async def close(self) -> None:
        """Commit who waits, and take no more."""
        await self._writer.close()

    async def _flush(self, conn: Connection, jobs: Sequence[_Job]) -> list[Message | RequestReplayed | ServiceError]:
        """
        Write all jobs in one statement, then what is committed beside them.

        A job whose client is unknown, or that a gate refuses, leaves an abandoned id, committed with the batch: its
        hold is given back next, and a twin of the same request must not commit after that. Rows are inserted in key
        order, so that replicas can't deadlock.
        """
        jobs_by_key: dict[Key, _Job] = {}
        for job in jobs:
            jobs_by_key.setdefault(job.key, job)
        outcomes = _Outcomes()
        pending = sorted(jobs_by_key)
        for _ in range(RULES_TRIES):
            await self._write(conn, [jobs_by_key[key] for key in pending], outcomes)
            pending = [key for key in pending if outcomes.states.get(key) == STALE]
            if not pending:
                break
            await self._rules.checked(conn, {practice_id for practice_id, _ in pending})
        lost = [key for key in jobs_by_key if key not in outcomes.states]
        abandoned = await _abandoned(conn, lost) if lost else set()
        refusals = {
            key: refusal
            for key, job in jobs_by_key.items()
            if (refusal := _refusal(job, outcomes, is_abandoned=key in abandoned)) is not None
        }
        envelopes = [job.envelope for key, job in jobs_by_key.items() if key not in refusals]
        if outcomes.answering:
            booked = [jobs_by_key[key].booked for key in outcomes.answering]
            envelopes += await close_answered(conn, booked)
        await write_envelopes(conn, envelopes)

        answers: list[Message | RequestReplayed | ServiceError] = []
        for job in jobs:
            if job.key in refusals:
                answers.append(refusals[job.key])
            elif jobs_by_key[job.key] is job:
                answers.append(job.answer)
            else:
                answers.append(RequestReplayed([job.request_id]))
        return answers

    async def _write(self, conn: Connection, jobs: Sequence[_Job], outcomes: _Outcomes) -> None:
        """Write the jobs that nothing stands in the way of together; the others one after another, under lock."""
        for job in jobs:
            outcomes.states.pop(job.key, None)
        plain: list[Row] = []
        gated: list[tuple[_Job, PracticeRules]] = []
        for job in jobs:
            rules = self._rules.known(job.practice_id)
            if rules.version and is_gated(job.booked, rules):
                gated.append((job, rules))
            else:
                plain.append(Row(_with_terms(job, rules, ()), rules.version))
        if plain:
            await _insert(conn, plain, outcomes)
        if gated:
            await lock_gates(conn, [(job.booked, rules) for job, rules in gated])
        for job, rules in gated:
            try:
                warnings = await judge(conn, job.booked, rules, is_staff=job.is_staff)
                outcomes.gates.pop(job.key, None)
                row = Row(_with_terms(job, rules, warnings), rules.version)
            except errors.Gate as refusal:
                outcomes.gates[job.key] = refusal
                row = Row(job.booked, rules.version, is_refused=True)
            await _insert(conn, [row], outcomes)


def _with_terms(job: _Job, rules: PracticeRules, warnings: tuple[str, ...]) -> Appointment:
    """
    Return the appointment with its warnings and its deadline, told in the answer too.

    A batch may be written twice, the first time in vain: what is set here is set anew each time.
    """
    if not rules.version:
        return job.booked
    policy = rules.policy(job.booked.slot.session_type_id)
    booked = replace(with_deadline(job.booked, policy), warnings=warnings)
    answer = proto.appointment_message(booked)
    if answer != job.answer:
        job.answer = answer
        if job.envelope.answer is not None:
            job.envelope.answer = replace(job.envelope.answer, response=answer.SerializeToString())
    return booked


async def _insert(conn: Connection, rows: Sequence[Row], outcomes: _Outcomes) -> None:
    for practice_id, appointment_id, state, has_open in await write(conn, rows):
        key = practice_id, appointment_id
        outcomes.states[key] = state
        if has_open:
            outcomes.answering.append(key)


def _refusal(job: _Job, outcomes: _Outcomes, *, is_abandoned: bool) -> RequestReplayed | ServiceError | None:
    state = outcomes.states.get(job.key)
    if is_abandoned:
        return errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=job.key[1])
    if state is None:
        return RequestReplayed([job.request_id])
    if state == STALE:
        return Unavailable("The practice's rules keep changing.", dependency="practice_rules")
    if state != _BOOKED:
        return outcomes.gates.get(job.key) or errors.UnknownClient("No such client.", client_id=job.booked.client_id)
    return None


async def _abandoned(conn: Connection, keys: Sequence[Key]) -> set[Key]:
    """Return those of the keys whose hold was given back."""
    values = (array(practice_id for practice_id, _ in keys), array(appointment_id for _, appointment_id in keys))
    return {(row[0], row[1]) for row in await (await conn.execute(_ABANDONED, values)).fetchall()}
