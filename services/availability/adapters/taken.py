"""Looks up what is taken of therapists, rooms and clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from struct import iter_unpack

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.availability.adapters.agendas import ask_sessions, note_agendas
from services.availability.adapters.rows import array, columns
from services.availability.domain.agenda import Agendas
from services.availability.domain.board import Board
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.reasons import Taker
from services.availability.domain.wish import Ways, equipment_to_try
from services.chassis.db.pool import Connection, Database

_OCCUPIED = """
select practice_id::text, resource_id::text, start_s, end_s
  from occupied(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::uuid)
"""

_TAKEN_SPANS = "select resource_id::text, spans from taken_spans(%s, %s::uuid[], %s, %s)"

_MICROS = 1_000_000
_EPOCH_2000_S = 946_684_800
"""Epoch seconds of the instant from which PostgreSQL counts."""

_COUNT_BYTES = 4
_RANGE = ">ibiqiq"
"""
A range of a multirange on the wire: bytes that follow, flags, then each bound with its length; no bound is missing,
because occupancies_during_check lets none be endless. Source: rangetypes.c and multirangetypes.c of PostgreSQL.
"""

TAKERS = """
select kind, source_id::text, start_s, end_s, inner_start_s, inner_end_s from takers(%s, %s, %s, %s)
"""

Need = tuple[str, str, Span]
"""Practice, resource, and the stretch to look up."""


class PostgresTaken:
    """Reads occupancies in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def times(self, practice_id: str, resource_ids: Sequence[str], span: Span) -> Mapping[str, Sequence[Span]]:
        """Return what is taken of each resource in a stretch, by start; one of which nothing is taken is missing."""
        if not resource_ids:
            return {}
        async with self._database.begin([practice_id]) as conn:
            found = await conn.execute(_TAKEN_SPANS, (practice_id, array(resource_ids), *span), binary=True)
            rows = await found.fetchall()
        return {resource_id: _spans(packed) for resource_id, packed in rows if packed}

    async def takers(self, practice_id: str, therapist_id: str, span: Span) -> Sequence[Taker]:
        """Return everything that takes a therapist's time in a stretch, by start."""
        async with self._database.begin([practice_id]) as conn:
            found = await conn.execute(TAKERS, (practice_id, therapist_id, *span))
            rows = await found.fetchall()
        return [Taker(row[0] == "time_off", row[1], (row[2], row[3]), (row[4], row[5])) for row in rows]

    async def agendas(self, practice_id: str, therapist_ids: Sequence[str], span: Span) -> Agendas:
        """Return what therapists have around a stretch; unlocked, so it may be overtaken."""
        agendas = Agendas()
        async with self._database.begin([practice_id]) as conn:
            asked = await ask_sessions(conn, [(practice_id, each, span) for each in therapist_ids])
            await note_agendas((asked, None), agendas)
        return agendas


def _spans(packed: bytes) -> list[Span]:
    """Read a multirange as the database sends it, sorted and disjoint; fractions of a second widen a span."""
    return [
        (start // _MICROS + _EPOCH_2000_S, _EPOCH_2000_S - (-end // _MICROS))
        for _, _, _, start, _, end in iter_unpack(_RANGE, memoryview(packed)[_COUNT_BYTES:])
    ]


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
