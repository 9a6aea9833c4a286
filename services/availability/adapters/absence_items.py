"""Settles the items of absences when their claims no longer touch them."""

from __future__ import annotations

from services.availability.adapters.rows import INSERT_PIECES, columns, pieces_of
from services.availability.domain.absence import ItemState
from services.availability.domain.claim import Claim, Piece, State
from services.chassis.db.pool import Connection

_WAITING = """
select a.absence_id::text, a.therapist_id::text,
       extract(epoch from a.start_time)::bigint, extract(epoch from a.end_time)::bigint
  from absence_items i
  join absences a on a.practice_id = i.practice_id and a.absence_id = i.absence_id
 where i.practice_id = %s and i.claim_id = %s and i.state in ('open', 'offered')
 order by a.absence_id
   for no key update of a
"""

_SETTLE = """
update absence_items set state = %s, update_time = now()
 where practice_id = %s and absence_id = %s and claim_id = %s
"""

LAST_PIECE = "select coalesce(max(piece), 0) from occupancies where practice_id = %s and claim_id = %s"


async def settle_items(conn: Connection, practice_id: str, before: Claim, after: Claim) -> None:
    """
    Settle every item whose absence the claim no longer touches, and give the time it leaves to the absence.

    Mostly there is none, which one query over an index of unsettled items tells.
    """
    found = await conn.execute(_WAITING, (practice_id, after.claim_id))
    kept = after.pieces()
    for absence_id, therapist_id, start_s, end_s in await found.fetchall():
        touching = [each for each in kept if _touches(each, therapist_id, start_s, end_s)]
        if touching:
            continue
        state = _outcome(after, therapist_id)
        await conn.execute(_SETTLE, (state.value, practice_id, absence_id, after.claim_id))
        last = await (await conn.execute(LAST_PIECE, (practice_id, absence_id))).fetchone()
        assert last is not None, "an aggregate returns a row"
        freed = [
            Piece("therapist", therapist_id, number, (max(each.span[0], start_s), min(each.span[1], end_s)))
            for number, each in enumerate(before.pieces(), start=last[0] + 1)
            if each.lane == 0 and _touches(each, therapist_id, start_s, end_s)
        ]
        if freed:
            await conn.execute(INSERT_PIECES, columns(pieces_of(practice_id, absence_id, freed)))


def _touches(piece: Piece, therapist_id: str, start_s: int, end_s: int) -> bool:
    return piece.resource_id == therapist_id and piece.span[0] < end_s and start_s < piece.span[1]


def _outcome(after: Claim, therapist_id: str) -> ItemState:
    if after.state is State.RELEASED:
        return ItemState.CANCELLED
    if therapist_id in (after.placement.therapist_id, *after.extra_therapist_ids):
        return ItemState.MOVED
    return ItemState.COVERED
