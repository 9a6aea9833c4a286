"""Writes many new appointments in one statement, and says what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.booking.domain.appointment import Appointment
from services.chassis.db.pool import Connection

STALE = "STALE"
"""Marks a row that was not written: the practice's rules have moved on."""

# One round trip: who is known, the appointments, and the care teams they add to. An unknown client's id, or one refused
# by a gate, is stored as abandoned. On a conflict another row won the key, and the job is not among the rows returned.
# A job whose rules were of another version than the practice's is not written: its process reads them and tries again.
# The rules are locked against change until commit: whoever changes them then sees what was written by the old ones.
_JOB = """
    with wanted as (
        select * from unnest(
            %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],
            %s::text[], %s::text[], %s::smallint[], %s::text[], %s::smallint[], %s::uuid[], %s::uuid[], %s::bigint[],
            %s::timestamptz[], %s::text[], %s::bigint[], %s::boolean[], %s::text[], %s::timestamptz[], %s::boolean[],
            %s::text[]
        ) as job (
            practice_id, appointment_id, client_id, therapist_id, session_type_id, start_time, end_time,
            start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version,
            create_time, create_actor_id, rules_version, is_refused, warnings, confirm_by_time, is_confidential, extras
        )
    ), rules as materialized (
        select practice_id, version from practice_rules where practice_id in (select practice_id from wanted)
        order by practice_id for share
    ), job as (
        select job.*,
            is_refused is null and exists (
                select from clients c where c.practice_id = job.practice_id and c.client_id = job.client_id
            ) {is_known} as is_known,
            job.rules_version = coalesce(
                (select r.version from rules r where r.practice_id = job.practice_id), 0
            ) as is_current
        from wanted job
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
            is_confidential is not null, extras is not null
        from job where is_current
        on conflict on constraint appointments_pkey do nothing
        returning practice_id, appointment_id, state, client_id, therapist_id, create_time
    ){further}, joined as (
        insert into care_team (practice_id, client_id, therapist_id, since_time)
        select practice_id, client_id, therapist_id, min(create_time)
        from {people}
        where state = 'BOOKED' and not exists (
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

_WRITE = _JOB.format(is_known="", further="", people="written people")

# The same for batches with further clients in a session; it costs more even where nobody has one.
_WRITE_SHARED = _JOB.format(
    is_known="""and (
                job.extras is null or not exists (
                    select from unnest(string_to_array(job.extras, ',')::uuid[]) as extra (client_id)
                    where not exists (
                        select from clients c where c.practice_id = job.practice_id and c.client_id = extra.client_id
                    )
                )
            )""",
    further=""", further as (
        select w.practice_id, w.appointment_id, w.state, extra.client_id, w.therapist_id, w.create_time
        from job join written w using (practice_id, appointment_id)
        cross join lateral unnest(string_to_array(job.extras, ',')::uuid[]) as extra (client_id)
        where job.extras is not null and w.state = 'BOOKED'
    ), participants as (
        insert into appointment_participants (practice_id, appointment_id, client_id)
        select practice_id, appointment_id, client_id from further
    )""",
    people="""(
            select practice_id, state, client_id, therapist_id, create_time from written
            union all
            select practice_id, state, client_id, therapist_id, create_time from further
        ) people""",
)


@dataclass(frozen=True, slots=True)
class Row:
    """Is one appointment as it is written, and the version of the rules it was judged by."""

    booked: Appointment
    rules_version: int
    is_refused: bool = False


async def write(conn: Connection, rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Write the rows; return practice, id, state and whether follow-ups of the client are open, of each that was."""
    is_shared = any(row.booked.extra_client_ids for row in rows)
    return await (await conn.execute(_WRITE_SHARED if is_shared else _WRITE, _columns(rows))).fetchall()


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the parameters of _WRITE, an array a column."""
    booked = [row.booked for row in rows]
    slots = [one.slot for one in booked]
    return (
        array(one.practice_id for one in booked),
        array(one.appointment_id for one in booked),
        array(one.client_id for one in booked),
        array(slot.therapist_id for slot in slots),
        array(slot.session_type_id for slot in slots),
        array(slot.start_time for slot in slots),
        array(slot.end_time for slot in slots),
        array(slot.start_local for slot in slots),
        array(slot.time_zone for slot in slots),
        array(slot.fold for slot in slots),
        array(slot.tzdata_version for slot in slots),
        array(slot.modality for slot in slots),
        array(slot.site_id for slot in slots),
        array(slot.room_id for slot in slots),
        array(slot.claim_version for slot in slots),
        array(one.create_time for one in booked),
        array(one.create_actor_id for one in booked),
        array(row.rules_version for row in rows),
        _sparse([row.is_refused for row in rows]),
        _sparse([",".join(one.warnings) for one in booked]),
        _sparse([one.confirm_by_time for one in booked]),
        _sparse([one.is_confidential for one in booked]),
        _sparse([",".join(one.extra_client_ids) for one in booked]),
    )


def array(values: Iterable[object]) -> str:
    """
    Write a PostgreSQL array by hand; an empty text is NULL.

    psycopg's own way searches every element with regular expressions, which costs more than the rest of a booking's
    bookkeeping together.
    """
    texts = [str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return "{" + ",".join([f'"{text}"' if text else "NULL" for text in texts]) + "}"


def _sparse(values: Sequence[object]) -> str:
    """Write an array whose elements are mostly empty, none of which is false: what is empty is NULL."""
    if not any(values):
        return "{" + ",".join(["NULL"] * len(values)) + "}"
    return array(value or "" for value in values)
