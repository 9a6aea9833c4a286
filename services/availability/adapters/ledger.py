"""Keeps claims and what they block, each change with its facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from services.availability.adapters import proto
from services.availability.adapters.absence_items import settle_items
from services.availability.adapters.agendas import ask_agendas, note_agendas
from services.availability.adapters.new_claims import INSERT_CLAIMS, new_row, write_extras
from services.availability.adapters.overrides import record
from services.availability.adapters.rows import (
    CLAIM_COLUMNS,
    INSERT_LANE_1,
    INSERT_PIECES,
    array,
    claim,
    columns,
    pending_words,
    pieces_of,
)
from services.availability.adapters.taken import equipment_needs, look_up
from services.availability.domain import errors, facts
from services.availability.domain.agenda import Agendas, counted, passed_besides, session_of, stretch
from services.availability.domain.board import Board, needs, place
from services.availability.domain.claim import Claim, Piece, Placement, State, ask_again_s
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Modality
from services.availability.domain.wish import Ways, rooms_to_try
from services.availability.usecases.ports import Clock, TimeOff
from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Connection, Database

_FIND = f"select {CLAIM_COLUMNS} from claims where practice_id = %s and claim_id = %s"  # noqa: S608 - literal columns

_UPDATE = """
update claims set
    state = %s, therapist_id = %s, room_id = nullif(%s, '')::uuid, site_id = nullif(%s, '')::uuid, modality = %s,
    start_time = to_timestamp(%s), end_time = to_timestamp(%s), buffer_before_min = %s, buffer_after_min = %s,
    start_local = %s, time_zone = %s, fold = %s, tzdata_version = %s, move = %s::jsonb,
    equipment_ids = %s::uuid[], overbooked_ids = %s::uuid[],
    ask_time = to_timestamp(%s), ask_count = 0, version = %s, update_time = now()
where practice_id = %s and claim_id = %s and version = %s
"""

_CONFIRM_HOLD = """
update claims set
    state = 'confirmed', ask_time = case when move is null then null else ask_time end,
    version = version + 1, update_time = now()
where practice_id = %s and claim_id = %s and state = 'held' and therapist_id = %s and start_time = to_timestamp(%s)
"""

_LOCK_SEATS = f"""
select {CLAIM_COLUMNS} from claims
 where practice_id = %s and seat_of_claim_id = %s and state <> 'released'
 order by claim_id for no key update
"""  # noqa: S608 - only the literal column list is put in

_INSERT_TOLD = INSERT_PIECES + " returning resource_id::text, claim_id::text, piece"

_DELETE_PIECES = """
delete from occupancies using unnest(%s::uuid[], %s::smallint[]) as gone (resource_id, piece)
where occupancies.practice_id = %s and occupancies.claim_id = %s
  and occupancies.resource_id = gone.resource_id and occupancies.piece = gone.piece
"""

_ADD_TIME_OFF = """
insert into time_offs (practice_id, time_off_id, therapist_id, start_time, end_time)
values (%s, %s, %s, to_timestamp(%s), to_timestamp(%s))
"""

_DUE = "select practice_id::text, claim_id::text from claims_due(%s)"

_LOCK_DUE = f"""
select practice_id::text, ask_count, {CLAIM_COLUMNS} from claims
where (practice_id, claim_id) in (select * from unnest(%s::uuid[], %s::uuid[])) and ask_time <= now()
order by practice_id, claim_id
for no key update skip locked
"""  # noqa: S608 - only the literal column list is put in

_ASKED = """
update claims set ask_time = now() + make_interval(secs => wait_s), ask_count = ask_count + 1
from unnest(%s::uuid[], %s::uuid[], %s::integer[]) as asked (practice_id, claim_id, wait_s)
where claims.practice_id = asked.practice_id and claims.claim_id = asked.claim_id
"""


class PostgresClaims:
    """Is the store of claims."""

    def __init__(self, database: Database, *, clock: Clock, tzdata_version: str) -> None:
        self._database = database
        self._clock = clock
        self._tzdata_version = tzdata_version

    async def find(self, call: Call, claim_id: str) -> Claim:
        """Return a claim. Raises Unknown."""
        return await self._one(call, claim_id, _FIND)

    async def lock(self, call: Call, claim_id: str) -> Claim:
        """Return a claim that nobody else can change until this call ends. Raises Unknown."""
        return await self._one(call, claim_id, _FIND + " for no key update")

    async def save(self, call: Call, before: Claim, after: Claim, told: Sequence[facts.Fact]) -> None:
        """
        Store the new state, what it blocks, and its facts.

        Raises:
            SlotTaken: Another process took some of the new time a moment ago. (FAILED_PRECONDITION)
        """
        practice_id = call.practice_id
        async with call.tx() as conn:
            await conn.execute(_UPDATE, _values(practice_id, before, after))
            await block(conn, practice_id, after.claim_id, before.pieces(), after.pieces())
            if after.state is State.RELEASED or (before.pending is not None and after.pending is None):
                await settle_items(conn, practice_id, before, after)
        for fact in told:
            call.publish(proto.event_of(practice_id, fact), aggregate_id=after.claim_id, version=fact.version)

    async def lock_seats(self, call: Call, session_claim_id: str) -> list[Claim]:
        """Return the seats of a session that are not released, by id, locked until this call ends."""
        async with call.tx() as conn:
            found = await conn.execute(_LOCK_SEATS, (call.practice_id, session_claim_id))
            return [claim(row) for row in await found.fetchall()]

    async def save_moves(self, call: Call, changes: Sequence[tuple[Claim, Claim]]) -> None:
        """
        Store pending moves; what they block is inserted in one statement, in the order of all writers.

        Raises:
            SlotTaken: Another process took some of a leader's or a room's time a moment ago. (FAILED_PRECONDITION)
            ClientOverlap: Somebody with a seat is somewhere else then. (FAILED_PRECONDITION)
        """
        practice_id = call.practice_id
        guarded: list[tuple[str, str, str, int, str, int, int]] = []
        doubled: list[tuple[str, str, str, int, str, int, int]] = []
        async with call.tx() as conn:
            for before, after in changes:
                await conn.execute(_UPDATE, _values(practice_id, before, after))
                standing = before.pieces()
                new = [piece for piece in after.pieces() if piece not in standing]
                guarded += pieces_of(practice_id, after.claim_id, new)
                doubled += pieces_of(practice_id, after.claim_id, new, lane=1)
            if guarded:
                guarded.sort(key=lambda row: (row[1], row[5]))
                done = await conn.execute(_INSERT_TOLD, columns(guarded))
                blocked = {(row[0], row[1], row[2]) for row in await done.fetchall()}
                _refuse_lost([row for row in guarded if (row[1], row[2], row[3]) not in blocked], changes[0][0])
            if doubled:
                await conn.execute(INSERT_LANE_1, columns(doubled))

    async def place(
        self, call: Call, claim: Claim, ways: Ways, directory: Directory, *, had: Sequence[Claim] = ()
    ) -> Placement:
        """
        Find a place for a claim, and record what staff passes over for it.

        Args:
            had: Claims whose agreed time counts as free: its own, and those that held time for it until a moment ago,
                in this transaction.

        Raises:
            SlotTaken, ClientOverlap: Somebody is there. (FAILED_PRECONDITION)
            CapReached, TravelTooShort: A therapist can't take it on. (FAILED_PRECONDITION)
        """
        practice_id, board, agendas = call.practice_id, Board(), Agendas()
        inner = (ways.wish.start_s, ways.end_s)
        wanted = {(practice_id, resource_id, span) for resource_id, span in needs(ways)}
        for option in ways.options:
            if option.modality == Modality.IN_PERSON:
                wanted |= {(practice_id, room_id, inner) for room_id in rooms_to_try(ways, option, directory)}
        wanted |= equipment_needs(practice_id, ways, directory)
        # Danger: what staff or an absence took over its own time since, in lane 1, does not stand in its way: the time
        # was promised. Lane 0 is the constraint's to guard.
        wanted = {need for need in wanted if not any(each.has_time(need[1], need[2]) for each in had)}
        therapists = [(practice_id, each, stretch(ways.wish, ways.end_s)) for each in counted(ways.wish, directory)]
        async with call.tx() as conn:
            await note_agendas(await ask_agendas(conn, therapists, ()), agendas)
            await look_up(conn, board, wanted, but_claim_id=claim.claim_id)
        found = place(practice_id, ways, board, directory, rooms_known=None, tzdata_version=self._tzdata_version)
        assert found is not None, "with all rooms known there is a place or a refusal"
        passed = agendas.weigh(practice_id, ways.wish, session_of(replace(claim, placement=found)), directory)
        passed += passed_besides(ways.wish, found, directory, now_s=self._clock())
        async with call.tx() as conn:
            await record(conn, [(practice_id, claim.claim_id, call.actor.actor_id, each) for each in passed])
        return found

    async def seek(self, call: Call, claim_id: str) -> Claim | None:
        """Return a claim, locked until this call ends; None when there is none."""
        async with call.tx() as conn:
            found = await conn.execute(_FIND + " for no key update", (call.practice_id, claim_id))
            row = await found.fetchone()
        return claim(row) if row else None

    async def add(self, call: Call, held: Claim, placement: Placement) -> Claim:
        """
        Store a new claim at a place, and block it.

        Raises:
            SlotTaken: Another process took some of it, or this id, a moment ago. (FAILED_PRECONDITION)
        """
        placed = replace(held, placement=placement)
        practice_id, expire_s = call.practice_id, held.hold_expire_s
        row = columns([new_row(practice_id, placed)])
        async with call.tx() as conn:
            stored = await conn.execute(INSERT_CLAIMS, (placement.tzdata_version, expire_s, expire_s, *row))
            if stored.rowcount != 1:
                raise errors.SlotTaken("The time is taken.")
            await block(conn, practice_id, placed.claim_id, [], placed.pieces())
            await write_extras(conn, practice_id, replace(placed, placement=replace(placement, overbooked_ids=())))
        return placed

    async def confirm_hold(self, call: Call, claim_id: str, *, therapist_id: str, start_s: int) -> bool:
        """Turn a hold at exactly that time into a confirmed claim; tell whether there was one."""
        async with call.tx() as conn:
            done = await conn.execute(_CONFIRM_HOLD, (call.practice_id, claim_id, therapist_id, start_s))
        return done.rowcount == 1

    async def block(self, call: Call, time_off: TimeOff) -> None:
        """Take a therapist's time without a client. Raises SlotTaken."""
        piece = Piece("therapist", time_off.therapist_id, 0, time_off.span)
        async with call.tx() as conn:
            await conn.execute(
                _ADD_TIME_OFF, (call.practice_id, time_off.time_off_id, time_off.therapist_id, *time_off.span)
            )
            await block(conn, call.practice_id, time_off.time_off_id, [], [piece])

    async def announce_due(self, *, limit: int) -> int:
        """
        Ask the owners of claims that are due for their word, at most *limit*; return how many.

        The question and the time of the next one are committed together. A claim that is being changed at
        this moment is passed over: it may have got its word.
        """
        async with self._database.begin([]) as conn:
            due = await (await conn.execute(_DUE, (limit,))).fetchall()
        if not due:
            return 0
        calls: dict[str, Call] = {}
        async with self._database.begin({practice_id for practice_id, _ in due}) as conn:
            rows = await (await conn.execute(_LOCK_DUE, tuple(columns(due)))).fetchall()
            asked = []
            for practice_id, ask_count, *columns_of_claim in rows:
                lapsed = _lapsed(claim(tuple(columns_of_claim)))
                call = calls.setdefault(practice_id, _own_call(practice_id))
                event = proto.event_of(practice_id, lapsed)
                call.publish(event, aggregate_id=lapsed.claim_id, version=lapsed.version)
                asked.append((practice_id, lapsed.claim_id, ask_again_s(ask_count + 1)))
            if asked:
                await conn.execute(_ASKED, tuple(columns(asked)))
                await write_envelopes(conn, [call.envelope for call in calls.values()])
        return len(asked)

    async def _one(self, call: Call, claim_id: str, query: str) -> Claim:
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, claim_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such claim.", claim_id=claim_id)
        return claim(row)


def _values(practice_id: str, before: Claim, after: Claim) -> tuple[object, ...]:
    """Return the values of `_UPDATE`."""
    placed = after.placement
    return (
        after.state.value,
        placed.therapist_id,
        placed.room_id,
        placed.site_id,
        placed.modality,
        placed.start_s,
        placed.end_s,
        placed.before_min,
        placed.after_min,
        placed.wall.local,
        placed.wall.time_zone,
        placed.wall.fold,
        placed.tzdata_version,
        json.dumps(pending_words(after.pending)) if after.pending else None,
        array(placed.equipment_ids),
        array(placed.overbooked_ids),
        after.waits_until_s(),
        after.version,
        practice_id,
        after.claim_id,
        before.version,
    )


def _refuse_lost(lost: Sequence[tuple[str, str, str, int, str, int, int]], session: Claim) -> None:
    """Refuse a move that others were faster than; of clients, say who is somewhere else. Raises as `save_moves`."""
    if not lost:
        return
    if any(row[2] == session.claim_id and row[4] != "client" for row in lost):
        raise errors.SlotTaken("The time is taken.")
    raise errors.ClientOverlap(
        "Somebody is somewhere else at that time.", client_ids=" ".join(sorted({row[1] for row in lost}))
    )


async def block(
    conn: Connection, practice_id: str, claim_id: str, before: Sequence[Piece], after: Sequence[Piece]
) -> None:
    """
    Make the ledger block exactly what a claim now needs.

    Danger: delete first. Between the two statements nobody else can take the minutes: whoever wants them
    waits for this transaction.
    """
    gone = [piece for piece in before if piece not in after]
    new = [piece for piece in after if piece not in before]
    if gone:
        resources, numbers = columns((piece.resource_id, piece.number) for piece in gone)
        await conn.execute(_DELETE_PIECES, (resources, numbers, practice_id, claim_id))
    if new:
        guarded, doubled = pieces_of(practice_id, claim_id, new), pieces_of(practice_id, claim_id, new, lane=1)
        if guarded and (await conn.execute(INSERT_PIECES, columns(guarded))).rowcount < len(guarded):
            raise errors.SlotTaken("The time is taken.")
        if doubled:
            await conn.execute(INSERT_LANE_1, columns(doubled))


def _lapsed(due: Claim) -> facts.HoldLapsed:
    """
    Say what waits for its owner's word.

    Danger: of a pending move the version is the one it was made at, which the owner knows it by; the
    claim's own may have grown since.
    """
    if due.pending is not None:
        move = due.pending
        return facts.HoldLapsed(due.claim_id, move.expire_s, True, move.placement.start_s, move.version)
    return facts.HoldLapsed(due.claim_id, due.hold_expire_s, False, due.placement.start_s, due.version)


def _own_call(practice_id: str) -> Call:
    """Return the call of a question that nobody but this service asked for."""
    actor = Actor("service:availability", "system", practice_id, frozenset({"system"}))
    return Call(actor=actor, method="availability.AnnounceLapsed", practice_id=practice_id)
