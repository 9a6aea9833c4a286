"""Commits new appointments in groups: one transaction for all who wait at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from services.booking.adapters import proto
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, State
from services.chassis import crashpoints
from services.chassis.context import Call
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, RequestReplayed, write_envelopes
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError

# One round trip: who is known, the appointments, and the care teams they add to. An unknown client's id is stored as
# abandoned. On a conflict another row won the key, and the job is not among the rows returned.
_WRITE = """
    with job as (
        select job.*,
            exists (
                select from clients c where c.practice_id = job.practice_id and c.client_id = job.client_id
            ) as is_known
        from unnest(
            %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],
            %s::text[], %s::text[], %s::smallint[], %s::text[], %s::smallint[], %s::uuid[], %s::uuid[], %s::bigint[],
            %s::timestamptz[], %s::text[]
        ) as job (
            practice_id, appointment_id, client_id, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            create_time, create_actor_id
        )
    ), written as (
        insert into appointments (
            practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            version, create_time, update_time, create_actor_id
        )
        select practice_id, appointment_id, case when is_known then 'BOOKED' else 'ABANDONED' end,
            case when is_known then client_id end, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            1, create_time, create_time, create_actor_id
        from job
        on conflict on constraint appointments_pkey do nothing
        returning practice_id, appointment_id, state, client_id, therapist_id, create_time
    ), joined as (
        insert into care_team (practice_id, client_id, therapist_id, since_time)
        select practice_id, client_id, therapist_id, min(create_time)
        from written
        where state = 'BOOKED' and not exists (
            select from care_team t
            where t.practice_id = written.practice_id and t.client_id = written.client_id
                and t.therapist_id = written.therapist_id
        )
        group by practice_id, client_id, therapist_id
        order by practice_id, client_id, therapist_id
        on conflict do nothing
    )
    select practice_id::text, appointment_id::text, state from written
"""

_ABANDONED = """
    select practice_id::text, appointment_id::text from appointments
    where state = 'ABANDONED' and (practice_id, appointment_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""

Key = tuple[str, str]
"""Practice and appointment."""

_BOOKED = State.BOOKED.value


@dataclass(frozen=True, slots=True)
class _Job:
    """Is one appointment to commit, with what is committed beside it."""

    practice_id: str
    request_id: str
    booked: Appointment
    envelope: Envelope
    answer: Message


class BatchedPromises:
    """Writes appointments through one group-commit writer; each caller gets an answer of their own."""

    def __init__(self, database: Database) -> None:
        self._writer: BatchWriter[_Job, Message | RequestReplayed] = BatchWriter(database, _flush, name="promises")

    async def record(self, booked: Appointment, fact: facts.Booked, call: Call) -> Message:
        """Commit an appointment with its event, audit record and answer, and return the answer."""
        answer = proto.appointment_message(booked)
        call.resource_id = booked.appointment_id
        call.publish(proto.event_of(fact), aggregate_id=booked.appointment_id, version=1)
        job = _Job(booked.practice_id, call.request_id, booked, call.seal(answer), answer)
        crashpoints.reach("booking.held")
        written = await self._writer.submit(job)
        if isinstance(written, RequestReplayed):
            raise written
        return written

    async def close(self) -> None:
        """Commit who waits, and take no more."""
        await self._writer.close()


async def _flush(conn: Connection, jobs: Sequence[_Job]) -> list[Message | RequestReplayed | ServiceError]:
    """
    Write all jobs in one statement, then what is committed beside them.

    A job whose client is unknown leaves an abandoned id, committed with the batch: its hold is given back next,
    and a twin of the same request must not commit after that. Rows are inserted in key order, so that
    replicas can't deadlock.
    """
    jobs_by_key: dict[Key, _Job] = {}
    for job in jobs:
        jobs_by_key.setdefault((job.practice_id, job.booked.appointment_id), job)
    states = await write_booked(conn, [jobs_by_key[key].booked for key in sorted(jobs_by_key)])
    lost = [key for key in jobs_by_key if key not in states]
    abandoned = await _abandoned(conn, lost) if lost else set()

    refusals: dict[Key, RequestReplayed | ServiceError] = {}
    for key, job in jobs_by_key.items():
        if key in abandoned:
            refusals[key] = errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=key[1])
        elif key not in states:
            refusals[key] = RequestReplayed([job.request_id])
        elif states[key] != _BOOKED:
            refusals[key] = errors.UnknownClient("No such client.", client_id=job.booked.client_id)
    await write_envelopes(conn, [job.envelope for key, job in jobs_by_key.items() if key not in refusals])

    answers: list[Message | RequestReplayed | ServiceError] = []
    for job in jobs:
        key = (job.practice_id, job.booked.appointment_id)
        if key in refusals:
            answers.append(refusals[key])
        elif jobs_by_key[key] is job:
            answers.append(job.answer)
        else:
            answers.append(RequestReplayed([job.request_id]))
    return answers


async def write_booked(conn: Connection, booked: Sequence[Appointment]) -> dict[Key, str]:
    """
    Insert appointments, given in key order, with the care teams they add to.

    Returns:
        The state each row got: ABANDONED where the client is unknown. One that is missing lost its key to another row.
    """
    cursor = await conn.execute(_WRITE, _columns(booked))
    return {(row[0], row[1]): row[2] for row in await cursor.fetchall()}


async def _abandoned(conn: Connection, keys: Sequence[Key]) -> set[Key]:
    """Return those of the keys whose hold was given back."""
    values = (_array(practice_id for practice_id, _ in keys), _array(appointment_id for _, appointment_id in keys))
    return {(row[0], row[1]) for row in await (await conn.execute(_ABANDONED, values)).fetchall()}


def _columns(booked: Sequence[Appointment]) -> tuple[str, ...]:
    """Return the parameters of _WRITE, an array a column."""
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
    )


def _array(values: Iterable[object]) -> str:
    """
    Write a PostgreSQL array by hand; an empty text is NULL.

    psycopg's own way searches every element with regular expressions, which costs more than the rest of a booking's
    bookkeeping together.
    """
    texts = [str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return "{" + ",".join([f'"{text}"' if text else "NULL" for text in texts]) + "}"
