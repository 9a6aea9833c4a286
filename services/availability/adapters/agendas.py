"""Locks therapists and clients whose claims are counted, and looks up what they have."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.availability.adapters.rows import array, columns
from services.availability.domain.agenda import Agendas, Person
from services.availability.domain.caps import Session
from services.availability.domain.free import Span
from services.chassis.db.pool import Connection

# Danger: the keys are sorted, or two transactions that count the same two people wait for each other for ever.
# "offset 0" keeps the planner from calling the function before the sort.
_LOCK = """
select pg_advisory_xact_lock(key)
  from (select distinct hashtextextended(person, 0) as key from unnest(%s::text[]) as person
         order by key offset 0) as keys
"""

_AGENDAS = """
select practice_id::text, therapist_id::text, claim_id::text, session_type_id::text, site_id, start_s, end_s
  from agendas(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[])
"""

# Client by client through their index, whatever the planner knows; see _EXISTING of the holds.
_HOLDS = """
select of_practice_id::text, of_client_id::text, held
  from unnest(%s::uuid[], %s::uuid[]) as wanted (of_practice_id, of_client_id)
 cross join lateral (
    select count(*) as held from claims
     where practice_id = of_practice_id and client_id = of_client_id and state = 'held' and not is_by_staff
 ) as counted
"""

Reach = tuple[str, str, Span]
"""Practice, therapist, and the stretch to look up."""

Asked = tuple[AsyncCursor[TupleRow] | None, AsyncCursor[TupleRow] | None]
"""What comes of `ask_agendas`."""


async def ask_agendas(conn: Connection, therapists: Collection[Reach], clients: Collection[Person]) -> Asked:
    """
    Lock everybody who is counted until the transaction ends, then ask what they have; for nobody nothing is sent.

    Danger: each statement sees what was committed before it began: the lock has to be a statement of its own, before.
    In a pipeline the answers come with their neighbours'.
    """
    if not therapists and not clients:
        return None, None
    people = sorted({person for _, person, _ in therapists} | {person for _, person in clients})
    await conn.execute(_LOCK, (array(people),))
    sessions = holds = None
    if therapists:
        sessions = await ask_sessions(conn, therapists)
    if clients:
        holds = await conn.execute(_HOLDS, columns(clients))
    return sessions, holds


async def ask_sessions(conn: Connection, therapists: Collection[Reach]) -> AsyncCursor[TupleRow]:
    """Ask what therapists have; without their locks somebody else may add to it meanwhile."""
    wanted = columns((practice_id, person, *span) for practice_id, person, span in therapists)
    return await conn.execute(_AGENDAS, wanted)


async def note_agendas(asked: Asked, agendas: Agendas) -> None:
    """Note the answers."""
    sessions, holds = asked
    if sessions is not None:
        for row in set(await sessions.fetchall()):
            agendas.note(row[0], row[1], Session(*row[2:]))
    if holds is not None:
        for practice_id, client_id, count in await holds.fetchall():
            agendas.note_holds(practice_id, client_id, count)
