"""Commits new claims in groups: one transaction for all callers who wait at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.availability.adapters.directory import PostgresDirectories
from services.availability.adapters.rows import CLAIM_COLUMNS, INSERT_PIECES, array, claim, columns, pieces_of
from services.availability.adapters.taken import Need, ask, look_up, note
from services.availability.domain import errors
from services.availability.domain.board import Board, needs, place
from services.availability.domain.claim import HOLD_S, Claim, Placement, State
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Modality
from services.availability.domain.wish import Ways, Wish, find_ways, rooms_to_try
from services.availability.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, write_envelopes
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError, Unavailable

ROOMS_FIRST = 2
"""Rooms looked up for each wish at first: mostly one of a therapist's first two is free."""

ROOMS_GROWTH = 4
"""How many times as many are looked up each time those known are taken."""

_EXISTING = f"""
select practice_id::text, {CLAIM_COLUMNS} from claims
 where (practice_id, claim_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
"""  # noqa: S608 - only the literal column list is put in

_INSERT_CLAIMS = """
insert into claims (
    practice_id, claim_id, state, client_id, session_type_id, therapist_id, room_id, site_id, modality,
    start_time, end_time, buffer_before_min, buffer_after_min, start_local, time_zone, fold, tzdata_version,
    wish_digest, hold_expire_time, ask_time, version
)
select practice_id, claim_id, 'held', client_id, session_type_id, therapist_id, room_id, site_id, modality,
       to_timestamp(start_s), to_timestamp(end_s), before_min, after_min, start_local, time_zone, fold, %s,
       decode(wish_digest, 'hex'), to_timestamp(%s), to_timestamp(%s), 1
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[],
              %s::bigint[], %s::bigint[], %s::integer[], %s::integer[], %s::text[],
              %s::text[], %s::smallint[], %s::text[])
    as given (practice_id, claim_id, client_id, session_type_id, therapist_id, room_id, site_id, modality,
              start_s, end_s, before_min, after_min, start_local, time_zone, fold, wish_digest)
on conflict do nothing
"""

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
        return await self._writer.submit(_Job(call.practice_id, hold_id, wish, call.seal(None)))

    async def check(self, practice_id: str, wishes: Sequence[tuple[str, Wish]]) -> list[Claim | ServiceError]:
        """Answer what `take` would answer each hold now, one after the other; nothing is written."""
        jobs = [_Job(practice_id, hold_id, wish, Envelope(practice_id)) for hold_id, wish in wishes]
        async with self._database.begin([practice_id]) as conn:
            answers, _, _ = await self._decide(conn, jobs)
        return answers

    async def close(self) -> None:
        """Commit who waits, and take no more."""
        await self._writer.close()

    async def _flush(self, conn: Connection, jobs: Sequence[_Job]) -> list[Claim | ServiceError]:
        """
        Place all jobs in order of arrival, and write the winners in two statements, whatever their number.

        Raises:
            _Overtaken: Another process was first with something; nothing of the batch is committed.
        """
        answers, won, now_s = await self._decide(conn, jobs)
        await self._write(conn, won, now_s=now_s, is_alone=len(jobs) == 1)
        told = [job.envelope for job, answer in zip(jobs, answers, strict=True) if isinstance(answer, Claim)]
        await write_envelopes(conn, told)
        return answers

    async def _decide(
        self, conn: Connection, jobs: Sequence[_Job]
    ) -> tuple[list[Claim | ServiceError], list[tuple[str, Claim]], int]:
        """Return what each job is answered, the new claims with their practices, and the time of deciding."""
        now_s = self._clock()
        directories = await self._directories.checked(conn, {job.practice_id for job in jobs})
        answers: list[Claim | ServiceError | None] = [None] * len(jobs)
        ways: dict[int, Ways] = {}
        for position, job in enumerate(jobs):
            try:
                ways[position] = find_ways(job.wish, directories[job.practice_id], now_s=now_s)
            except ServiceError as refusal:
                answers[position] = refusal
        board = Board()
        async with conn.pipeline():
            existing = await _ask_existing(conn, jobs)
            taken = await ask(conn, _first_needs(jobs, ways, directories))
        known = {(row[0], row[1]): claim(row[1:]) for row in await existing.fetchall()}
        await note(taken, board)
        for position, job in enumerate(jobs if known else ()):
            found = known.get((job.practice_id, job.hold_id))
            if found is not None:
                # What was held before stays the answer, even where it could not be held now.
                ways.pop(position, None)
                answers[position] = _same(found, job)
        won = await self._place(conn, board, jobs, ways, directories, answers, now_s=now_s)
        return [answer for answer in answers if answer is not None], won, now_s

    async def _place(
        self,
        conn: Connection,
        board: Board,
        jobs: Sequence[_Job],
        ways: dict[int, Ways],
        directories: dict[str, Directory],
        answers: list[Claim | ServiceError | None],
        *,
        now_s: int,
    ) -> list[tuple[str, Claim]]:
        """Answer every job that has ways, and return the new claims with their practices."""
        won: dict[Key, Claim] = {}
        rooms_known = dict.fromkeys(ways, ROOMS_FIRST)
        for position, each in ways.items():
            job = jobs[position]
            key = (job.practice_id, job.hold_id)
            try:
                if key in won:
                    answers[position] = _same(won[key], job)
                    continue
                directory = directories[job.practice_id]
                while (placement := self._try(job, each, board, directory, rooms_known[position])) is None:
                    short = self._short(jobs, ways, board, directories, rooms_known, since=position)
                    await look_up(conn, board, short)
                board.take_all(job.practice_id, job.wish.client_id, placement)
                answers[position] = won[key] = _held(job, placement, now_s=now_s)
            except ServiceError as refusal:
                answers[position] = refusal
        return [(practice_id, each) for (practice_id, _), each in won.items()]

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
        rows = [
            (
                practice_id,
                each.claim_id,
                each.client_id,
                each.session_type_id,
                each.placement.therapist_id,
                each.placement.room_id,
                each.placement.site_id,
                each.placement.modality,
                each.placement.start_s,
                each.placement.end_s,
                each.placement.before_min,
                each.placement.after_min,
                each.placement.wall.local,
                each.placement.wall.time_zone,
                each.placement.wall.fold,
                each.wish_digest.hex(),
            )
            for practice_id, each in won
        ]
        rows.sort()
        pieces = [piece for practice_id, each in won for piece in pieces_of(practice_id, each.claim_id, each.pieces())]
        pieces.sort(key=lambda piece: (piece[0], piece[1], piece[5]))
        expire_s = now_s + HOLD_S
        async with conn.pipeline():
            stored = await conn.execute(_INSERT_CLAIMS, (self._tzdata_version, expire_s, expire_s, *columns(rows)))
            blocked = await conn.execute(INSERT_PIECES, columns(pieces))
        if stored.rowcount < len(rows):
            if is_alone:
                raise Unavailable("Another call with this hold id is being committed.")
            raise _Overtaken
        if blocked.rowcount < len(pieces):
            if is_alone:
                raise errors.SlotTaken("The time was taken a moment ago.")
            raise _Overtaken


def _first_needs(jobs: Sequence[_Job], ways: dict[int, Ways], directories: dict[str, Directory]) -> set[Need]:
    """Return what to look up for all jobs: therapists, clients and the rooms each would try first."""
    wanted: set[Need] = set()
    for position, each in ways.items():
        practice_id = jobs[position].practice_id
        wanted.update((practice_id, resource_id, span) for resource_id, span in needs(each))
        wanted |= _room_needs(practice_id, each, directories[practice_id], slice(0, ROOMS_FIRST))
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
    )
