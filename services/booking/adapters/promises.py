"""Commits new appointments in groups: one transaction for all callers who wait at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from services.booking.adapters import proto
from services.booking.adapters.postgres import ADD_TO_CARE_TEAM
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment
from services.chassis.context import Call
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, RequestReplayed, write_envelopes
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError

_CHECK = """
    select row_number,
        exists (select from clients c where c.practice_id = job.practice_id and c.client_id = job.client_id),
        exists (
            select from care_team t
            where t.practice_id = job.practice_id and t.client_id = job.client_id
                and t.therapist_id = job.therapist_id
        )
    from unnest(%s::uuid[], %s::uuid[], %s::uuid[])
        with ordinality as job (practice_id, client_id, therapist_id, row_number)
"""

_INSERT = """
    insert into appointments (
        practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
        version, create_time, update_time, create_actor_id
    )
    select practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
        1, create_time, create_time, create_actor_id
    from unnest(
        %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],
        %s::text[], %s::text[], %s::smallint[], %s::text[], %s::smallint[], %s::uuid[], %s::uuid[], %s::bigint[],
        %s::timestamptz[], %s::text[]
    ) as job (
        practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
        create_time, create_actor_id
    )
    on conflict on constraint appointments_pkey do nothing
    returning practice_id::text, appointment_id::text
"""

_ABANDONED = """
    select practice_id::text, appointment_id::text from appointments
    where state = 'ABANDONED' and (practice_id, appointment_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""

Key = tuple[str, str]


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
        written = await self._writer.submit(job)
        if isinstance(written, RequestReplayed):
            raise written
        return written

    async def close(self) -> None:
        """Commit who waits, and take no more."""
        await self._writer.close()


async def _flush(conn: Connection, jobs: Sequence[_Job]) -> list[Message | RequestReplayed | ServiceError]:
    """
    Write all jobs in three or four statements, whatever their number.

    A job whose client is unknown leaves an abandoned id, committed with the batch: its hold is given back next,
    and a twin of the same request must not commit after that. Rows are inserted in key order, so that
    replicas can't deadlock.
    """
    jobs_by_key: dict[Key, _Job] = {}
    for job in jobs:
        jobs_by_key.setdefault((job.practice_id, job.booked.appointment_id), job)
    firsts = [jobs_by_key[key] for key in sorted(jobs_by_key)]
    practices = [job.practice_id for job in firsts]
    clients = [job.booked.client_id for job in firsts]
    therapists = [job.booked.slot.therapist_id for job in firsts]
    checked = await (await conn.execute(_CHECK, (_array(practices), _array(clients), _array(therapists)))).fetchall()
    is_known, is_cared_for = [False] * len(firsts), [False] * len(firsts)
    for number, known, cared_for in checked:
        is_known[number - 1], is_cared_for[number - 1] = known, cared_for

    inserted = set(await (await conn.execute(_INSERT, _columns(firsts, is_known))).fetchall())
    lost = [key for key in jobs_by_key if key not in inserted]
    abandoned: set[Key] = set()
    if lost:
        keys = ([practice_id for practice_id, _ in lost], [appointment_id for _, appointment_id in lost])
        abandoned = set(await (await conn.execute(_ABANDONED, keys)).fetchall())

    refusals: dict[Key, RequestReplayed | ServiceError] = {}
    written, joining = [], []
    for job, known, cared_for in zip(firsts, is_known, is_cared_for, strict=True):
        key = (job.practice_id, job.booked.appointment_id)
        if key in abandoned:
            refusals[key] = errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=key[1])
        elif key not in inserted:
            refusals[key] = RequestReplayed([job.request_id])
        elif not known:
            refusals[key] = errors.UnknownClient("No such client.", client_id=job.booked.client_id)
        else:
            written.append(job)
            if not cared_for:
                joining.append(job)
    await _add_to_care_teams(conn, joining)
    await write_envelopes(conn, [job.envelope for job in written])

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


def _columns(jobs: Sequence[_Job], is_known: Sequence[bool]) -> tuple[str, ...]:
    """Return the parameters of _INSERT, an array a column; an unknown client's id is stored as abandoned."""
    booked = [job.booked for job in jobs]
    slots = [one.slot for one in booked]
    return (
        _array(one.practice_id for one in booked),
        _array(one.appointment_id for one in booked),
        _array("BOOKED" if known else "ABANDONED" for known in is_known),
        _array(one.client_id if known else "" for one, known in zip(booked, is_known, strict=True)),
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


async def _add_to_care_teams(conn: Connection, jobs: Sequence[_Job]) -> None:
    """Put each therapist on the client's care team, where they are not yet."""
    if jobs:
        pairs = sorted({(job.practice_id, job.booked.client_id, job.booked.slot.therapist_id) for job in jobs})
        practices, clients, therapists = (list(column) for column in zip(*pairs, strict=True))
        await conn.execute(ADD_TO_CARE_TEAM, (jobs[0].booked.create_time, practices, clients, therapists))
