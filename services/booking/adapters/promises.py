"""Commits new appointments in groups: one transaction for all who wait at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2

from services.booking.adapters import proto
from services.booking.adapters.answered import close_answered
from services.booking.adapters.gates import is_gated, judge, lock_gates
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

# One round trip: who is known, the appointments, and the care teams they add to. An unknown client's id, or one refused
# by a gate, is stored as abandoned. On a conflict another row won the key, and the job is not among the rows returned.
# A job whose rules were of another version than the practice's is not written: its process reads them and tries again.
_WRITE = """
    with job as (
        select job.*,
            not is_refused and exists (
                select from clients c where c.practice_id = job.practice_id and c.client_id = job.client_id
            ) and (
                job.extras is null or not exists (
                    select from unnest(string_to_array(job.extras, ',')::uuid[]) as extra (client_id)
                    where not exists (
                        select from clients c where c.practice_id = job.practice_id and c.client_id = extra.client_id
                    )
                )
            ) as is_known,
            job.rules_version = coalesce(
                (select r.version from practice_rules r where r.practice_id = job.practice_id), 0
            ) as is_current
        from unnest(
            %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],
            %s::text[], %s::text[], %s::smallint[], %s::text[], %s::smallint[], %s::uuid[], %s::uuid[], %s::bigint[],
            %s::timestamptz[], %s::text[], %s::bigint[], %s::boolean[], %s::text[], %s::timestamptz[], %s::boolean[],
            %s::text[]
        ) as job (
            practice_id, appointment_id, client_id, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            create_time, create_actor_id, rules_version, is_refused, warnings, confirm_by_time, is_confidential, extras
        )
    ), written as (
        insert into appointments (
            practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            version, create_time, update_time, create_actor_id, warnings, confirm_by_time, is_confidential,
            has_participants
        )
        select practice_id, appointment_id, case when is_known then 'BOOKED' else 'ABANDONED' end,
            case when is_known then client_id end, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            1, create_time, create_time, create_actor_id, string_to_array(warnings, ','), confirm_by_time,
            is_confidential, extras is not null
        from job where is_current
        on conflict on constraint appointments_pkey do nothing
        returning practice_id, appointment_id, state, client_id, therapist_id, create_time
    ), further as (
        select w.practice_id, w.appointment_id, extra.client_id, w.therapist_id, w.create_time
        from job join written w using (practice_id, appointment_id)
        cross join lateral unnest(string_to_array(job.extras, ',')::uuid[]) as extra (client_id)
        where job.extras is not null and w.state = 'BOOKED'
    ), participants as (
        insert into appointment_participants (practice_id, appointment_id, client_id)
        select practice_id, appointment_id, client_id from further
    ), joined as (
        insert into care_team (practice_id, client_id, therapist_id, since_time)
        select practice_id, client_id, therapist_id, min(create_time)
        from (
            select practice_id, client_id, therapist_id, create_time from written where state = 'BOOKED'
            union all
            select practice_id, client_id, therapist_id, create_time from further
        ) people
        where not exists (
            select from care_team t
            where t.practice_id = people.practice_id and t.client_id = people.client_id
                and t.therapist_id = people.therapist_id
        )
        group by practice_id, client_id, therapist_id
        order by practice_id, client_id, therapist_id
        on conflict do nothing
    )
    select practice_id::text, appointment_id::text, state, exists (
        select from follow_ups f
        where f.practice_id = written.practice_id and f.client_id = written.client_id and f.state = 'OPEN'
    ) from written
    union all
    select practice_id::text, appointment_id::text, 'STALE', false from job where not is_current
"""

_ABANDONED = """
    select practice_id::text, appointment_id::text from appointments
    where state = 'ABANDONED' and (practice_id, appointment_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""

Key = tuple[str, str]
"""Practice and appointment."""

_BOOKED = State.BOOKED.value

_STALE = "STALE"
"""Marks a job whose rules moved on."""

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
            pending = [key for key in pending if outcomes.states.get(key) == _STALE]
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
        plain: list[_Row] = []
        gated: list[tuple[_Job, PracticeRules]] = []
        for job in jobs:
            rules = self._rules.known(job.practice_id)
            if rules.version and is_gated(job.booked, rules):
                gated.append((job, rules))
            else:
                plain.append(_Row(_with_terms(job, rules, ()), rules.version))
        if plain:
            await _insert(conn, plain, outcomes)
        if gated:
            await lock_gates(conn, [(job.booked, rules) for job, rules in gated])
        for job, rules in gated:
            try:
                warnings = await judge(conn, job.booked, rules, is_staff=job.is_staff)
                outcomes.gates.pop(job.key, None)
                row = _Row(_with_terms(job, rules, warnings), rules.version)
            except errors.Gate as refusal:
                outcomes.gates[job.key] = refusal
                row = _Row(job.booked, rules.version, is_refused=True)
            await _insert(conn, [row], outcomes)


@dataclass(frozen=True, slots=True)
class _Row:
    """Is one appointment as it is written, and the version of the rules it was judged by."""

    booked: Appointment
    rules_version: int
    is_refused: bool = False


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


async def _insert(conn: Connection, rows: Sequence[_Row], outcomes: _Outcomes) -> None:
    cursor = await conn.execute(_WRITE, _columns(rows))
    for practice_id, appointment_id, state, has_open in await cursor.fetchall():
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
    if state == _STALE:
        return Unavailable("The practice's rules keep changing.", dependency="practice_rules")
    if state != _BOOKED:
        return outcomes.gates.get(job.key) or errors.UnknownClient("No such client.", client_id=job.booked.client_id)
    return None


async def _abandoned(conn: Connection, keys: Sequence[Key]) -> set[Key]:
    """Return those of the keys whose hold was given back."""
    values = (_array(practice_id for practice_id, _ in keys), _array(appointment_id for _, appointment_id in keys))
    return {(row[0], row[1]) for row in await (await conn.execute(_ABANDONED, values)).fetchall()}


def _columns(rows: Sequence[_Row]) -> tuple[str, ...]:
    """Return the parameters of _WRITE, an array a column."""
    booked = [row.booked for row in rows]
    slots = [one.slot for one in booked]
    return (
        _array(one.practice_id for one in booked),
        _array(one.appointment_id for one in booked),
        _array(one.client_id for one in booked),
        _array(slot.therapist_id for slot in slots),
        _array(slot.session_type_id for slot in slots),
        _array(slot.start_time for slot in slots),
        _array(slot.end_time for slot in slots),
        _array(slot.start_local for slot in slots),
        _array(slot.time_zone for slot in slots),
        _array(slot.fold for slot in slots),
        _array(slot.tzdata_version for slot in slots),
        _array(slot.modality for slot in slots),
        _array(slot.site_id for slot in slots),
        _array(slot.room_id for slot in slots),
        _array(slot.claim_version for slot in slots),
        _array(one.create_time for one in booked),
        _array(one.create_actor_id for one in booked),
        _array(row.rules_version for row in rows),
        _array(row.is_refused for row in rows),
        _array(",".join(one.warnings) for one in booked),
        _array(one.confirm_by_time or "" for one in booked),
        _array(one.is_confidential for one in booked),
        _array(",".join(one.extra_client_ids) for one in booked),
    )


def _array(values: Iterable[object]) -> str:
    """
    Write a PostgreSQL array by hand; an empty text is NULL.

    psycopg's own way searches every element with regular expressions, which costs more than the rest of a booking's
    bookkeeping together.
    """
    texts = [str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return "{" + ",".join([f'"{text}"' if text else "NULL" for text in texts]) + "}"
