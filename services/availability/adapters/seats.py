"""Takes seats in groups' sessions, counted under the session's lock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from weakref import WeakValueDictionary

from services.availability.adapters.agendas import ask_agendas, note_agendas
from services.availability.adapters.ledger import PostgresClaims
from services.availability.adapters.rows import CLAIM_COLUMNS, INSERT_PIECES, array, claim, columns
from services.availability.domain import errors
from services.availability.domain.agenda import Agendas
from services.availability.domain.claim import HOLD_S, Claim, State
from services.availability.domain.wish import check_for_client
from services.availability.usecases.ports import Clock, Directories
from services.chassis.context import Call
from services.chassis.db.pool import Connection
from services.chassis.errors import ServiceError

_FIND = f"""
select {CLAIM_COLUMNS} from claims where practice_id = %s and claim_id = any (%s::uuid[]) order by claim_id
"""  # noqa: S608 - only the literal column list is put in

_ROOM = """
select (select capacity from session_types where practice_id = %s and session_type_id = %s),
       (select count(*) from claims where practice_id = %s and seat_of_claim_id = %s and state <> 'released')
"""

_BUSY = "select distinct resource_id::text from occupied(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], null)"

_INSERT = """
insert into claims (
    practice_id, claim_id, state, client_id, session_type_id, therapist_id, room_id, site_id, modality,
    start_time, end_time, buffer_before_min, buffer_after_min, start_local, time_zone, fold, tzdata_version,
    wish_digest, hold_expire_time, ask_time, version, is_by_staff, seat_of_claim_id
)
select s.practice_id, seat.claim_id, 'held', seat.client_id, s.session_type_id, s.therapist_id, s.room_id, s.site_id,
       s.modality, s.start_time, s.end_time, s.buffer_before_min, s.buffer_after_min, s.start_local, s.time_zone,
       s.fold, s.tzdata_version, sha256(s.wish_digest || uuid_send(seat.client_id)), to_timestamp(%s),
       to_timestamp(%s), 1, %s, s.claim_id
  from claims s, unnest(%s::uuid[], %s::uuid[]) as seat (claim_id, client_id)
 where s.practice_id = %s and s.claim_id = %s
"""

Seat = tuple[str, str]
"""Claim id and client id."""


class PostgresSeats:
    """Is the store of seats; they are claims, and everything but taking them is done with claims."""

    def __init__(self, claims: PostgresClaims, directories: Directories, *, clock: Clock) -> None:
        self._claims = claims
        self._directories = directories
        self._clock = clock
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def take(
        self, call: Call, session_claim_id: str, wanted: Sequence[Seat], *, by_client: bool = False
    ) -> list[Claim | ServiceError]:
        """
        Hold seats in the order given while there are any, committed before this returns.

        Callers of one session take turns before they open a transaction: a crowd at the last seats waits here, and not
        with the pool's connections in its hands.

        Raises:
            Unknown, ClaimReleased, SeatFixed: As `_take`.
        """
        turn = self._turns.setdefault((call.practice_id, session_claim_id), asyncio.Lock())
        async with turn:
            answers = await self._take(call, session_claim_id, wanted, by_client=by_client)
            await call.close()
        return answers

    async def _take(
        self, call: Call, session_claim_id: str, wanted: Sequence[Seat], *, by_client: bool
    ) -> list[Claim | ServiceError]:
        """
        Hold seats under the session's lock.

        Danger: the session's claim is locked first. Everybody who takes a seat in it waits here, so that the count
        below stays true until the commit.

        Raises:
            Unknown: No such session. (NOT_FOUND)
            ClaimReleased: The session was given back. (FAILED_PRECONDITION)
            SeatFixed: It is a seat itself. (FAILED_PRECONDITION)
            ServiceError: What `check_for_client` refuses a client.
        """
        session = await self._claims.lock(call, session_claim_id)
        if session.state is State.RELEASED:
            raise errors.ClaimReleased("The session was given back.", claim_id=session_claim_id)
        if session.seat_of_claim_id:
            raise errors.SeatFixed("A seat has no seats.", claim_id=session_claim_id)
        if by_client:
            await self._check_for_client(call, session)
        async with call.tx() as conn:
            known = await _known(conn, call.practice_id, [seat_id for seat_id, _ in wanted])
            fresh = [each for each in wanted if each[0] not in known]
            answers = {
                seat_id: _same(known[seat_id], session, client_id) for seat_id, client_id in wanted if seat_id in known
            }
            if by_client and fresh:
                exhausted = await _exhausted(conn, call.practice_id, fresh)
                answers |= exhausted
                fresh = [each for each in fresh if each[0] not in exhausted]
            answers |= await self._seat(conn, call.practice_id, session, fresh, by_client=by_client) if fresh else {}
        return [answers[seat_id] for seat_id, _ in wanted]

    async def _check_for_client(self, call: Call, session: Claim) -> None:
        """Refuse a client what only staff may book. Raises Unknown, and what `check_for_client` does."""
        directory = await self._directories.of_call(call)
        session_type = directory.session_types.get(session.session_type_id)
        schedule = directory.schedules.get(session.placement.therapist_id)
        if session_type is None or schedule is None:
            raise errors.Unknown("No such session type or schedule.", claim_id=session.claim_id)
        now_s = self._clock()
        zone = directory.calendar.zone_at(schedule, now_s)
        check_for_client(session_type, session.placement.start_s, zone, now_s=now_s)

    async def _seat(
        self, conn: Connection, practice_id: str, session: Claim, fresh: Sequence[Seat], *, by_client: bool
    ) -> dict[str, Claim | ServiceError]:
        """Give the seats that are left to those who are free, and answer everybody."""
        start_s, end_s = session.placement.start_s, session.placement.end_s
        key = (practice_id, session.session_type_id, practice_id, session.claim_id)
        row = await (await conn.execute(_ROOM, key)).fetchone()
        assert row is not None, "a query without a table gives a row"
        capacity, taken = row[0] or 1, row[1]
        asked = columns((practice_id, client_id, start_s, end_s) for _, client_id in fresh)
        busy = {each[0] for each in await (await conn.execute(_BUSY, asked)).fetchall()}
        seated = [each for each in fresh if each[1] not in busy][: max(capacity - taken, 0)]
        # In the order of all writers: by resource.
        pieces = sorted((practice_id, client_id, seat_id, 0, "client", start_s, end_s) for seat_id, client_id in seated)
        if pieces:
            blocked = await conn.execute(INSERT_PIECES + " returning resource_id::text", columns(pieces))
            free = {each[0] for each in await blocked.fetchall()}
            busy |= {client_id for _, client_id in seated} - free
            seated = [each for each in seated if each[1] in free]
        if seated:
            expire_s = self._clock() + HOLD_S
            words = (expire_s, expire_s, not by_client, *columns(seated), practice_id, session.claim_id)
            await conn.execute(_INSERT, words)
        held = await _known(conn, practice_id, [seat_id for seat_id, _ in seated])
        answers: dict[str, Claim | ServiceError] = {}
        for seat_id, client_id in fresh:
            if seat_id in held:
                answers[seat_id] = held[seat_id]
            elif client_id in busy:
                answers[seat_id] = errors.ClientOverlap("The client is somewhere else at that time.")
            else:
                answers[seat_id] = errors.SeatsTaken("No seat is left.", capacity=str(capacity))
        return answers


async def _exhausted(conn: Connection, practice_id: str, fresh: Sequence[Seat]) -> dict[str, Claim | ServiceError]:
    """
    Refuse seats to clients who hold enough already, each locked until the transaction ends.

    Danger: after the session's own lock, as a move takes a claim's before its people's.
    """
    agendas = Agendas()
    await note_agendas(await ask_agendas(conn, [], {(practice_id, client_id) for _, client_id in fresh}), agendas)
    refused: dict[str, Claim | ServiceError] = {}
    for seat_id, client_id in fresh:
        try:
            agendas.require_few_holds(practice_id, client_id)
        except errors.HoldsExhausted as error:
            refused[seat_id] = error
    return refused


async def _known(conn: Connection, practice_id: str, seat_ids: Sequence[str]) -> dict[str, Claim]:
    rows = await (await conn.execute(_FIND, (practice_id, array(seat_ids)))).fetchall()
    return {row[0]: claim(row) for row in rows}


def _same(found: Claim, session: Claim, client_id: str) -> Claim | ServiceError:
    """Answer a seat that is asked for again."""
    if (found.seat_of_claim_id, found.client_id) != (session.claim_id, client_id):
        return errors.HoldIdReused("The seat id was used for another claim.", hold_id=found.claim_id)
    if found.state is State.RELEASED:
        return errors.ClaimReleased("The seat was given back before.", claim_id=found.claim_id)
    return found
