"""Looks up what is taken of therapists, rooms and clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.availability.adapters.agendas import ask_sessions, note_agendas
from services.availability.adapters.rows import array, columns
from services.availability.domain.agenda import Agendas
from services.availability.domain.board import Board
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.wish import Ways, equipment_to_try
from services.chassis.db.pool import Connection, Database

_OCCUPIED = """
select practice_id::text, resource_id::text, start_s, end_s
  from occupied(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::uuid)
"""

_TAKEN_TIMES = "select resource_id::text, spans from taken_times(%s, %s::uuid[], %s, %s)"

Need = tuple[str, str, Span]
"""Practice, resource, and the stretch to look up."""


class PostgresTaken:
    """Reads occupancies in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def times(self, practice_id: str, resource_ids: Sequence[str], span: Span) -> Mapping[str, Sequence[Span]]:
        """Return what is taken of each resource in a stretch; one of which nothing is taken is missing."""
        if not resource_ids:
            return {}
        async with self._database.begin([practice_id]) as conn:
            found = await conn.execute(_TAKEN_TIMES, (practice_id, array(resource_ids), *span))
            rows = await found.fetchall()
        taken: dict[str, list[Span]] = {}
        for resource_id, text in rows:
            edges = [int(word) for word in text.split(" ")]
            taken.setdefault(resource_id, []).extend(zip(edges[::2], edges[1::2], strict=True))
        return taken

    async def agendas(self, practice_id: str, therapist_ids: Sequence[str], span: Span) -> Agendas:
        """Return what therapists have around a stretch; unlocked, so it may be overtaken."""
        agendas = Agendas()
        async with self._database.begin([practice_id]) as conn:
            asked = await ask_sessions(conn, [(practice_id, each, span) for each in therapist_ids])
            await note_agendas((asked, None), agendas)
        return agendas


async def look_up(conn: Connection, board: Board, needs: Collection[Need], *, but_claim_id: str | None = None) -> None:
    """Note on the board what is taken in the stretches needed, but for the rows of one claim."""
    if needs:
        await note(await ask(conn, needs, but_claim_id=but_claim_id), board)


async def ask(conn: Connection, needs: Collection[Need], *, but_claim_id: str | None = None) -> AsyncCursor[TupleRow]:
    """Ask what is taken; in a pipeline the answer comes with its neighbours'."""
    wanted = columns((practice_id, resource_id, *span) for practice_id, resource_id, span in needs)
    return await conn.execute(_OCCUPIED, (*(wanted or ["{}"] * 4), but_claim_id))


async def note(found: AsyncCursor[TupleRow], board: Board) -> None:
    """Note an answer on the board; a row found by two needs is noted once."""
    seen: set[tuple[str, str, int, int]] = set()
    for row in await found.fetchall():
        if row not in seen:
            seen.add(row)
            board.take(row[0], row[1], (row[2], row[3]))


def equipment_needs(practice_id: str, ways: Ways, directory: Directory) -> set[Need]:
    """Return the equipment to look up for a wish."""
    inner = (ways.wish.start_s, ways.end_s)
    return {
        (practice_id, each, inner)
        for option in ways.options
        for pieces in equipment_to_try(ways, option, directory)
        for each in pieces
    }
