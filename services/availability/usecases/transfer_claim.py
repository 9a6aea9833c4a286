"""Gives claims back and holds their time for somebody else, with nobody between."""

from __future__ import annotations

from collections.abc import Sequence

from services.availability.domain import errors
from services.availability.domain.claim import HOLD_S, Claim, State
from services.availability.domain.wish import Wish, find_ways
from services.availability.usecases.ports import Claims, Clock, Directories
from services.chassis.context import Call


async def transfer_claim(
    from_ids: Sequence[str],
    hold_id: str,
    wish: Wish,
    hold_s: int,
    call: Call,
    *,
    claims: Claims,
    directories: Directories,
    clock: Clock,
) -> Claim:
    """
    Release the claims and hold the slot in one transaction.

    What staff has booked over that time since does not stand in its way: it was promised. The same transfer again
    gives the same claim. Claims are locked in the order of their ids; those that are unknown
    or block nothing are passed by.

    Raises:
        HoldIdReused: The hold id came before with another wish. (ALREADY_EXISTS)
        SlotTaken, ClientOverlap, CapReached, TravelTooShort: Nothing is given back. (FAILED_PRECONDITION)
        ServiceError: What `find_ways` refuses.
    """
    locked = [each for each in [await claims.seek(call, one) for one in sorted({hold_id, *from_ids})] if each]
    existing = next((each for each in locked if each.claim_id == hold_id), None)
    if existing is not None:
        if existing.wish_digest != wish.digest:
            raise errors.HoldIdReused("The hold id came with another wish.", hold_id=hold_id)
        return existing
    had = []
    for each in locked:
        released, told = each.release()
        if released is not each:
            await claims.save(call, each, released, told)
            had.append(each)
    directory, now_s = await directories.of_call(call), clock()
    ways = find_ways(wish, directory, now_s=now_s)
    held = Claim(
        claim_id=hold_id,
        state=State.HELD,
        client_id=wish.client_id,
        session_type_id=wish.session_type_id,
        placement=ways.place(ways.options[0], "", tzdata_version=""),
        hold_expire_s=now_s + (hold_s or HOLD_S),
        wish_digest=wish.digest,
        is_high_need=wish.is_high_need,
        is_by_staff=wish.is_by_staff,
    )
    return await claims.add(call, held, await claims.place(call, held, ways, directory, had=had))
