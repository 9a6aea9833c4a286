"""Keeps absences, the time they take, and the claims they hit."""

from __future__ import annotations

from collections.abc import Collection

from services.availability.adapters import proto
from services.availability.adapters.absence_items import LAST_PIECE
from services.availability.adapters.rows import INSERT_LANE_1, INSERT_PIECES, columns, pieces_of
from services.availability.adapters.taken import TAKERS
from services.availability.domain import errors, facts
from services.availability.domain.absence import Absence, Item, ItemState
from services.availability.domain.claim import Piece
from services.availability.domain.free import Span, gaps
from services.chassis.context import Call
from services.chassis.db.pool import Connection
from services.chassis.errors import Stale

TRIES = 5
"""Times the free time of an absence is looked up anew because somebody took some of it meanwhile."""

_ADD = """
with added as (
    insert into time_offs (practice_id, time_off_id, therapist_id, start_time, end_time)
    values (%(practice_id)s, %(id)s, %(therapist_id)s, to_timestamp(%(start_s)s), to_timestamp(%(end_s)s))
)
insert into absences (practice_id, absence_id, therapist_id, start_time, end_time)
values (%(practice_id)s, %(id)s, %(therapist_id)s, to_timestamp(%(start_s)s), to_timestamp(%(end_s)s))
"""

# Danger: locked against release, or an item could be written for a claim that is given back at this moment.
_HIT = """
select claim_id::text, client_id::text, session_type_id::text, extract(epoch from start_time)::bigint, is_high_need
  from claims
 where practice_id = %s and state <> 'released' and claim_id in (select * from claims_hit(%s, %s, %s, %s))
 order by claim_id
 limit %s
"""

_ADD_ITEMS = """
insert into absence_items (practice_id, absence_id, claim_id, client_id, session_type_id, start_time, need_rank)
select %s, %s, claim_id, client_id, session_type_id, to_timestamp(start_s), need_rank
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::integer[])
    as given (claim_id, client_id, session_type_id, start_s, need_rank)
"""

_FIND = """
select therapist_id::text, extract(epoch from start_time)::bigint, extract(epoch from end_time)::bigint, is_closed,
       (select count(*) from absence_items i
         where i.practice_id = a.practice_id and i.absence_id = a.absence_id and i.state in ('open', 'offered')),
       (select count(*) from absence_items i where i.practice_id = a.practice_id and i.absence_id = a.absence_id),
       version
  from absences a
 where practice_id = %s and absence_id = %s
"""

_PAGE = """
select absence_id::text, therapist_id::text, extract(epoch from start_time)::bigint,
       extract(epoch from end_time)::bigint, is_closed,
       (select count(*) from absence_items i
         where i.practice_id = a.practice_id and i.absence_id = a.absence_id and i.state in ('open', 'offered')),
       (select count(*) from absence_items i where i.practice_id = a.practice_id and i.absence_id = a.absence_id),
       version
  from absences a
 where practice_id = %s and (%s = '' or therapist_id::text = %s) and (not %s or not is_closed)
   and (start_time, absence_id) < (to_timestamp(%s), %s::uuid)
 order by start_time desc, absence_id desc
 limit %s
"""

_LOCK = "select from absences where practice_id = %s and absence_id = %s for no key update"

_FOLLOW = """
update absence_items set state = %s, update_time = now()
 where practice_id = %s and absence_id = %s and claim_id = %s and state in ('open', 'offered')
"""

_CLOSE = """
update absences set is_closed = true, version = version + 1, update_time = now()
 where practice_id = %s and absence_id = %s
"""

_ITEM_COLUMNS = """
    claim_id::text, client_id::text, session_type_id::text, extract(epoch from start_time)::bigint, need_rank, state
"""

_ITEMS = f"""
select {_ITEM_COLUMNS} from absence_items
 where practice_id = %s and absence_id = %s and need_rank > %s
 order by need_rank limit %s
"""  # noqa: S608 - only the literal column list is put in

_ITEM = f"""
select {_ITEM_COLUMNS} from absence_items where practice_id = %s and absence_id = %s and claim_id = %s
   for no key update
"""  # noqa: S608 - only the literal column list is put in

_ANSWER = """
update absence_items set state = %s, update_time = now()
 where practice_id = %s and absence_id = %s and claim_id = %s
"""


class PostgresAbsences:
    """Is the store of absences; everything happens in the call's own transaction."""

    async def hit(self, call: Call, therapist_id: str, span: Span, *, limit: int, is_locked: bool) -> list[Item]:
        """Return the claims an absence hits, at most *limit*, without their rank; locked ones wait to be released."""
        words = (call.practice_id, call.practice_id, therapist_id, *span, limit)
        async with call.tx() as conn:
            found = await conn.execute(_HIT + (" for share" if is_locked else ""), words)
            return [Item(*row) for row in await found.fetchall()]

    async def take_time(self, call: Call, absence: Absence) -> None:
        """Store the absence, and take all of its time in lane 1, where claims still stand."""
        whole = Piece("therapist", absence.therapist_id, 0, absence.span, 1)
        words = {"practice_id": call.practice_id, "id": absence.absence_id, "therapist_id": absence.therapist_id}
        async with call.tx() as conn:
            await conn.execute(_ADD, words | {"start_s": absence.span[0], "end_s": absence.span[1]})
            doubled = pieces_of(call.practice_id, absence.absence_id, [whole], lane=1)
            await conn.execute(INSERT_LANE_1, columns(doubled))

    async def take_free(self, call: Call, absence: Absence, known_claim_ids: Collection[str]) -> bool:
        """
        Take what is free of an absence in lane 0; tell whether nothing was, and only known claims have the rest.

        Raises:
            Stale: Others took time again and again while this looked for what is free. (ABORTED)
        """
        has_taken = False
        async with call.tx() as conn:
            last = await (await conn.execute(LAST_PIECE, (call.practice_id, absence.absence_id))).fetchone()
            assert last is not None, "an aggregate returns a row"
            number = last[0] + 1
            for _ in range(TRIES):
                free, holders = await _look(conn, call.practice_id, absence)
                pieces = [
                    Piece("therapist", absence.therapist_id, at, span) for at, span in enumerate(free, start=number)
                ]
                number += len(pieces)
                rows = pieces_of(call.practice_id, absence.absence_id, pieces)
                has_taken = has_taken or bool(rows)
                if not rows or (await conn.execute(INSERT_PIECES, columns(rows))).rowcount == len(rows):
                    return not has_taken and holders <= set(known_claim_ids)
        raise Stale("The therapist's time changes too quickly.", reason="ABORTED")

    async def add_items(self, call: Call, absence: Absence, items: list[Item], told: facts.AbsenceStarted) -> None:
        """Store ranked items and tell that the absence started."""
        rows = [(each.claim_id, each.client_id, each.session_type_id, each.start_s, each.rank) for each in items]
        if rows:
            async with call.tx() as conn:
                await conn.execute(_ADD_ITEMS, (call.practice_id, absence.absence_id, *columns(rows)))
        self._tell(call, told)

    async def find(self, call: Call, absence_id: str, *, is_locked: bool = False) -> Absence:
        """Return an absence with its counts. Raises Unknown."""
        words = (call.practice_id, absence_id)
        async with call.tx() as conn:
            if is_locked:
                await conn.execute(_LOCK, words)
            row = await (await conn.execute(_FIND, words)).fetchone()
        if row is None:
            raise errors.Unknown("No such absence.", absence_id=absence_id)
        return Absence(absence_id, row[0], (row[1], row[2]), row[3], row[4], row[5], row[6])

    async def page(
        self, call: Call, therapist_id: str, *, is_open: bool, before: tuple[int, str], limit: int
    ) -> list[Absence]:
        """Return at most *limit* absences, the latest start first, those before a start and an id."""
        words = (call.practice_id, therapist_id, therapist_id, is_open, *before, limit)
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, words)).fetchall()
        return [Absence(row[0], row[1], (row[2], row[3]), *row[4:]) for row in rows]

    async def close(self, call: Call, absence_id: str, told: facts.AbsenceClosed) -> None:
        """Store that the case is closed, and tell it."""
        async with call.tx() as conn:
            await conn.execute(_CLOSE, (call.practice_id, absence_id))
        self._tell(call, told)

    async def items(self, call: Call, absence_id: str, *, after_rank: int, limit: int) -> list[Item]:
        """Return items by rank."""
        async with call.tx() as conn:
            found = await conn.execute(_ITEMS, (call.practice_id, absence_id, after_rank, limit))
            return [_item(row) for row in await found.fetchall()]

    async def lock_item(self, call: Call, absence_id: str, claim_id: str) -> Item:
        """Return an item that nobody else can change until this call ends. Raises Unknown."""
        async with call.tx() as conn:
            row = await (await conn.execute(_ITEM, (call.practice_id, absence_id, claim_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such item.", absence_id=absence_id, claim_id=claim_id)
        return _item(row)

    async def save_item(self, call: Call, absence_id: str, item: Item) -> None:
        """Store an item's state."""
        async with call.tx() as conn:
            await conn.execute(_ANSWER, (item.state.value, call.practice_id, absence_id, item.claim_id))

    async def tell(self, call: Call, told: facts.AbsenceItemAnswered) -> None:
        """
        Publish what staff stated of an item.

        Danger: an aggregate of its own. Under the absence's id it would count as a change of the absence, and a later
        version of that would make whoever listens pass it over.
        """
        event = proto.event_of(call.practice_id, told)
        call.publish(event, aggregate_id=f"{told.absence_id}.{told.claim_id}", version=told.version)

    async def follow_item(self, call: Call, absence_id: str, claim_id: str, state: ItemState) -> None:
        """Store what booking tells of an item that is not settled; of any other nothing changes."""
        async with call.tx() as conn:
            await conn.execute(_FOLLOW, (state.value, call.practice_id, absence_id, claim_id))

    def _tell(self, call: Call, told: facts.AbsenceStarted | facts.AbsenceClosed) -> None:
        call.publish(proto.event_of(call.practice_id, told), aggregate_id=told.absence_id, version=told.version)


async def _look(conn: Connection, practice_id: str, absence: Absence) -> tuple[list[Span], set[str]]:
    """Return what of an absence nobody has, and the claims that have some of it, as of one instant."""
    words = (practice_id, absence.therapist_id, *absence.span)
    found = await (await conn.execute(TAKERS, words)).fetchall()
    mine = await conn.execute(
        "select extract(epoch from lower(during))::bigint, ceil(extract(epoch from upper(during)))::bigint"
        " from occupancies where practice_id = %s and claim_id = %s and lane = 0",
        (practice_id, absence.absence_id),
    )
    taken: list[Span] = [(start_s, end_s) for start_s, end_s in await mine.fetchall()]
    # Its own row in lane 1 spans everything.
    taken += [(row[2], row[3]) for row in found if row[1] != absence.absence_id]
    return gaps(absence.span, taken), {row[1] for row in found if row[0] == "claim"}


def _item(row: tuple[str, str, str, int, int, str]) -> Item:
    return Item(row[0], row[1], row[2], row[3], rank=row[4], state=ItemState(row[5]))
