"""Commits new claims in groups: one transaction for all callers who wait at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.availability.adapters.agendas import ask_agendas, note_agendas
from services.availability.adapters.directory import PostgresDirectories
from services.availability.adapters.new_claims import INSERT_CLAIMS, new_row, write_extras
from services.availability.adapters.overrides import Override, record
from services.availability.adapters.rows import (
    CLAIM_COLUMNS,
    INSERT_PIECES,
    array,
    claim,
    columns,
    pieces_of,
)
from services.availability.adapters.taken import Need, ask, equipment_needs, look_up, note
from services.availability.domain import errors
from services.availability.domain.agenda import Agendas, counted, passed_besides, session_of, stretch
from services.availability.domain.board import Board, needs, place
from services.availability.domain.claim import HOLD_S, Claim, Placement, State
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Modality
from services.availability.domain.wish import Ways, Wish, find_ways, rooms_to_try
from services.availability.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, write_envelopes
from services.chassis.db.pool import Connection, Database, together
from services.chassis.errors import ServiceError, Unavailable

ROOMS_FIRST = 2
"""Rooms looked up for each wish at first: mostly one of a therapist's first two is free."""

ROOMS_GROWTH = 4
"""How many times as many are looked up each time those known are taken."""

_EXISTING = f"""
select practice_id::text, {CLAIM_COLUMNS} from claims
 where (practice_id, claim_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""  # noqa: S608 - only the literal column list is put in

Key: TypeAlias = tuple[str, str]
"""Practice id and hold id."""


class _Overtaken(Exception):
    """Another process took something of this batch since it was looked up; each job is tried alone."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Is one wish to commit, with what is committed beside it."""

    practice_id: str
    hold_id: str
    wish: Wish
    envelope: Envelope
    actor_id: str


class _Decided(NamedTuple):
    """What each job is answered, the new claims with their practices, what they pass over, and when that was."""

    answers: list[Claim | ServiceError]
    won: list[tuple[str, Claim]]
    overrides: list[Override]
    at_s: int


class BatchedHolds:
    """Writes held claims through one group-commit writer; each caller gets an answer of their own."""

    def __init__(
        self, database: Database, directories: PostgresDirectories, *, clock: Clock, tzdata_version: str
    ) -> None:
        self._database = database
        self._directories = directories
        self._clock = clock
        self._tzdata_version = tzdata_version
        self._writer: BatchWriter[_Job, Claim] = BatchWriter(database, self._flush, name="holds")

    async def take(self, hold_id: str, wish: Wish, call: Call) -> Claim:
        """Commit a held claim with its audit record; the same wish under the same id gives the same claim."""
        call.resource_id = hold_id
        return await self._writer.submit(_Job(call.practice_id, hold_id, wish, call.seal(None), call.actor.actor_id))

    async def check(self, practice_id: str, wishes: Sequence[tuple[str, Wish]]) -> list[Claim | ServiceError]:
        """Answer what `take` would answer each hold now, one after the other; nothing is written."""
        jobs = [_Job(practice_id, hold_id, wish, Envelope(practice_id), actor_id="") for hold_id, wish in wishes]
        async with self._database.begin([practice_id]) as conn:
            return (await self._decide(conn, jobs)).answers

    async def close(self) -> None:
        """Commit who waits, and take no more."""
        await self._writer.close()

    async def _flush(self, conn: Connection, jobs: Sequence[_Job]) -> list[Claim | ServiceError]:
        """
        Place all jobs in order of arrival, and write the winners in two statements, whatever their number.

        Raises:
            _Overtaken: Another process was first with something; nothing of the batch is committed.
        """
        decided = await self._decide(conn, jobs)
        await self._write(conn, decided.won, now_s=decided.at_s, is_alone=len(jobs) == 1)
        await record(conn, decided.overrides)
        told = [job.envelope for job, answer in zip(jobs, decided.answers, strict=True) if isinstance(answer, Claim)]
        await write_envelopes(conn, told)
        return decided.answers

    async def _decide(self, conn: Connection, jobs: Sequence[_Job]) -> _Decided:
        """Place all jobs in order of arrival; nothing is written."""
        now_s = self._clock()
        directories = await self._directories.checked(conn, {job.practice_id for job in jobs})
        answers: list[Claim | ServiceError | None] = [None] * len(jobs)
        ways: dict[int, Ways] = {}
        for position, job in enumerate(jobs):
            try:
                ways[position] = find_ways(job.wish, directories[job.practice_id], now_s=now_s)
            except ServiceError as refusal:
                answers[position] = refusal
        board, agendas = Board(), Agendas()
        therapists, clients = _counted(jobs, ways, directories)
        async with together(conn):
            asked = await ask_agendas(conn, therapists, clients)
            existing = await _ask_existing(conn, jobs)
            taken = await ask(conn, _first_needs(jobs, ways, directories))
        known = {(row[0], row[1]): claim(row[1:]) for row in await existing.fetchall()}
        await note(taken, board)
        await note_agendas(asked, agendas)
        for position, job in enumerate(jobs if known else ()):
            found = known.get((job.practice_id, job.hold_id))
            if found is not None:
                # What was held before stays the answer, even where it could not be held now.
                ways.pop(position, None)
                answers[position] = _same(found, job)
        won, overrides = await self._place(conn, board, agendas, jobs, ways, directories, answers, now_s=now_s)
        return _Decided([answer for answer in answers if answer is not None], won, overrides, now_s)

    async def _place(
        self,
        conn: Connection,
        board: Board,
        agendas: Agendas,
        jobs: Sequence[_Job],
        ways: dict[int, Ways],
        directories: dict[str, Directory],
        answers: list[Claim | ServiceError | None],
        *,
        now_s: int,
    ) -> tuple[list[tuple[str, Claim]], list[Override]]:
        """Answer every job that has ways, and return the new claims with their practices, and what they passed over."""
        won: dict[Key, Claim] = {}
        overrides: list[Override] = []
        rooms_known = dict.fromkeys(ways, ROOMS_FIRST)
        for position, each in ways.items():
            job = jobs[position]
            key = (job.practice_id, job.hold_id)
            try:
                if key in won:
                    answers[position] = _same(won[key], job)
                    continue
                directory = directories[job.practice_id]
                agendas.refuse_more_holds(job.practice_id, job.wish)
                while (placement := self._try(job, each, board, directory, rooms_known[position])) is None:
                    short = self._short(jobs, ways, board, directories, rooms_known, since=position)
                    await look_up(conn, board, short)
                held = _held(job, placement, now_s=now_s)
                if counted(job.wish, directory):
                    passed = agendas.weigh(job.practice_id, job.wish, session_of(held), directory)
                    overrides += [(job.practice_id, job.hold_id, job.actor_id, one) for one in passed]
                if job.wish.override_reason or placement.overbooked_ids:
                    passed = passed_besides(job.wish, placement, directory, now_s=now_s)
                    overrides += [(job.practice_id, job.hold_id, job.actor_id, one) for one in passed]
                board.take_all(job.practice_id, held)
                agendas.add(job.practice_id, held, directory)
                answers[position] = won[key] = held
            except ServiceError as refusal:
                answers[position] = refusal
        return [(practice_id, each) for (practice_id, _), each in won.items()], overrides

    def _try(self, job: _Job, ways: Ways, board: Board, directory: Directory, rooms_known: int) -> Placement | None:
        return place(
            job.practice_id, ways, board, directory, rooms_known=rooms_known, tzdata_version=self._tzdata_version
        )

    def _short(
        self,
        jobs: Sequence[_Job],
        ways: dict[int, Ways],
        board: Board,
        directories: dict[str, Directory],
        rooms_known: dict[int, int],
        *,
        since: int,
    ) -> set[Need]:
        """Return further rooms to look up, for every job from *since* on whose rooms known so far are taken."""
        wanted: set[Need] = set()
        for position, each in ways.items():
            if position < since:
                continue
            job, first = jobs[position], rooms_known[position]
            directory = directories[job.practice_id]
            try:
                is_short = self._try(job, each, board, directory, first) is None
            except ServiceError:
                is_short = False
            if is_short:
                last = rooms_known[position] = first * ROOMS_GROWTH
                wanted |= _room_needs(job.practice_id, each, directory, slice(first, last))
        return wanted

    async def _write(self, conn: Connection, won: Sequence[tuple[str, Claim]], *, now_s: int, is_alone: bool) -> None:
        if not won:
            return
        rows = [new_row(practice_id, each) for practice_id, each in won]
        rows.sort()
        pieces = [piece for practice_id, each in won for piece in pieces_of(practice_id, each.claim_id, each.pieces())]
        pieces.sort(key=lambda piece: (piece[0], piece[1], piece[5]))
        expire_s = now_s + HOLD_S
        async with together(conn):
            stored = await conn.execute(INSERT_CLAIMS, (self._tzdata_version, expire_s, expire_s, *columns(rows)))
            blocked = await conn.execute(INSERT_PIECES, columns(pieces))
            for practice_id, each in won:
                await write_extras(conn, practice_id, each)
        if stored.rowcount < len(rows):
            if is_alone:
                raise Unavailable("Another call with this hold id is being committed.")
            raise _Overtaken
        if blocked.rowcount < len(pieces):
            if is_alone:
                raise errors.SlotTaken("The time was taken a moment ago.")
            raise _Overtaken


def _counted(
    jobs: Sequence[_Job], ways: dict[int, Ways], directories: dict[str, Directory]
) -> tuple[set[Need], set[Key]]:
    """Return the therapists whose agendas, and the clients whose holds, have to be known: mostly none."""
    therapists: set[Need] = set()
    clients: set[Key] = set()
    for position, each in ways.items():
        practice_id, wish = jobs[position].practice_id, each.wish
        if not wish.is_by_staff:
            clients.add((practice_id, wish.client_id))
        for therapist_id in counted(wish, directories[practice_id]):
            therapists.add((practice_id, therapist_id, stretch(wish, each.end_s)))
    return therapists, clients


def _first_needs(jobs: Sequence[_Job], ways: dict[int, Ways], directories: dict[str, Directory]) -> set[Need]:
    """Return what to look up for all jobs: therapists, clients and the rooms each would try first."""
    wanted: set[Need] = set()
    for position, each in ways.items():
        practice_id = jobs[position].practice_id
        wanted.update((practice_id, resource_id, span) for resource_id, span in needs(each))
        wanted |= _room_needs(practice_id, each, directories[practice_id], slice(0, ROOMS_FIRST))
        if each.session_type.equipment_kinds:
            wanted |= equipment_needs(practice_id, each, directories[practice_id])
    return wanted


def _room_needs(practice_id: str, ways: Ways, directory: Directory, part: slice) -> set[Need]:
    inner = (ways.wish.start_s, ways.end_s)
    return {
        (practice_id, room_id, inner)
        for option in ways.options
        if option.modality == Modality.IN_PERSON
        for room_id in rooms_to_try(ways, option, directory)[part]
    }


async def _ask_existing(conn: Connection, jobs: Sequence[_Job]) -> AsyncCursor[TupleRow]:
    """Ask for the claims that these jobs' ids have already."""
    practices, ids = array(job.practice_id for job in jobs), array(job.hold_id for job in jobs)
    # Planned anew each time: a plan from when the table was small reads all of it, as long as the connection lives.
    return await conn.execute(_EXISTING, (practices, ids), prepare=False)


def _same(existing: Claim, job: _Job) -> Claim | ServiceError:
    """Return the claim that this id has, or a refusal when it was made for another wish."""
    if existing.wish_digest != job.wish.digest:
        return errors.HoldIdReused("The hold id came with another wish.", hold_id=job.hold_id)
    return existing


def _held(job: _Job, placement: Placement, *, now_s: int) -> Claim:
    return Claim(
        claim_id=job.hold_id,
        state=State.HELD,
        client_id=job.wish.client_id,
        session_type_id=job.wish.session_type_id,
        placement=placement,
        hold_expire_s=now_s + HOLD_S,
        wish_digest=job.wish.digest,
        extra_client_ids=job.wish.extra_client_ids,
        extra_therapist_ids=job.wish.extra_therapist_ids,
        is_high_need=job.wish.is_high_need,
        is_by_staff=job.wish.is_by_staff,
    )
