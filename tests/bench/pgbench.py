"""The limit a booking is compared with: pgbench doing the same inserts, one commit each, in both databases at once."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from deploy.local.suite import Suite

CLIENTS = 16
"""Connections per database."""

RECORD_BYTES = 750
"""Bytes of an audit record, about what a booking's is; event and answer bodies are sized alike."""

_COMMON = """
\\set seq random(1, 9000000000000000)
\\set day random(1, 1000000)
begin;
select set_config('kept.practices', '{practice}', true);
"""

AVAILABILITY = (
    _COMMON
    + """
with wanted as (
    select gen_random_uuid() claim, gen_random_uuid() therapist, gen_random_uuid() room, gen_random_uuid() client,
           now() + make_interval(mins => :day::int) starts
), claimed as (
    insert into claims (practice_id, claim_id, state, client_id, session_type_id, therapist_id, room_id,
        site_id, modality, start_time, end_time, buffer_before_min, buffer_after_min, start_local, time_zone, fold,
        tzdata_version, wish_digest, hold_expire_time, ask_time, version)
    select '{practice}', claim, 'held', client, claim, therapist, room, room, 1, starts, starts + '25 min', 0, 5,
        '2030-01-01T0000', 'UTC', 0, '2026a', sha256('x'), now(), now() + '1 day', 1
    from wanted
)
insert into occupancies (practice_id, claim_id, resource_id, piece, resource_kind, during)
select '{practice}', claim, resource, 0, kind, tstzrange(starts, starts + '30 min')
from wanted, lateral (values (therapist, 'therapist'), (room, 'room'), (client, 'client')) as each (resource, kind);
"""
)

BOOKING = (
    _COMMON
    + """
insert into appointments (practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time,
    end_time, start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version, version,
    create_time, update_time, create_actor_id)
select '{practice}', gen_random_uuid(), 'BOOKED', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), starts,
    starts + '25 min', '2030-01-01T0000', 'UTC', 0, '2026a', 1, gen_random_uuid(), gen_random_uuid(), 1, 1, now(),
    now(), 'front_desk'
from (select now() + make_interval(mins => :day::int) starts) at;
insert into outbox (practice_id, event_id, type, aggregate_id, version, body, actor, traceparent)
values ('{practice}', gen_random_uuid(), 'kept.booking.v1.AppointmentBooked', gen_random_uuid(), 1,
    convert_to(repeat('x', 260), 'UTF8'), 'front_desk', repeat('0', 55));
insert into requests (practice_id, request_id, method, body_hash, response)
values ('{practice}', gen_random_uuid(), 'booking.BookAppointment', sha256('x'), convert_to(repeat('x', 350), 'UTF8'));
"""
)

_AUDIT = """
insert into audit_outbox (practice_id, emitter, emitter_seq, record)
values ('{practice}', 'bench/' || :client_id::int, :seq::bigint, repeat('x', {bytes}));
commit;
"""


LEFTOVERS = {
    "availability": (
        "delete from occupancies where claim_id in (select claim_id from claims where wish_digest = sha256('x'))",
        "delete from claims where wish_digest = sha256('x')",
        "delete from audit_outbox where emitter like 'bench/%'",
    ),
    "booking": (
        "delete from appointments where start_local = '2030-01-01T0000' and tzdata_version = '2026a'",
        "delete from outbox where body = convert_to(repeat('x', 260), 'UTF8')",
        "delete from requests where body_hash = sha256('x')",
        "delete from audit_outbox where emitter like 'bench/%'",
    ),
}
"""What removes the rows again, as the owner."""


def commits_per_s(suite: Suite, practice_id: str, *, seconds: int) -> float:
    """Run both at once and return the slower one's transactions per second."""
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for service, script in (("availability", AVAILABILITY), ("booking", BOOKING)):
            path = Path(folder) / f"{service}.sql"
            path.write_text((script + _AUDIT).format(practice=practice_id, bytes=RECORD_BYTES))
            url = suite.stack.database_url(service, "server")
            command = ["pgbench", "-n", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds), "-M", "prepared", "-f", path]
            running.append(
                subprocess.Popen([*map(str, command), url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
        outputs = [child.communicate() for child in running]
    if any(child.returncode for child in running):
        raise RuntimeError("pgbench failed: " + " ".join(error[:600] for _, error in outputs))
    return min(_tps(out) for out, _ in outputs)


def _tps(output: str) -> float:
    found = re.search(r"tps = ([\d.]+)", output)
    if found is None:
        raise RuntimeError(f"pgbench said {output}")
    return float(found.group(1))
