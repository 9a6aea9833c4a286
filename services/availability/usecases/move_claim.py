"""Takes new time for a claim beside the old."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.availability.domain.claim import Claim
from services.availability.domain.wish import Wish, find_ways
from services.availability.usecases.find_alternatives import ELSEWHERE, Finder, find_alternatives
from services.availability.usecases.ports import Claims, Clock, Directories
from services.chassis.context import Call


async def move_claim(
    claim_id: str,
    wish_for: Callable[[Claim], Wish],
    call: Call,
    *,
    claims: Claims,
    directories: Directories,
    clock: Clock,
    finder: Finder,
    from_ids: Sequence[str] = (),
) -> Claim:
    """
    Block the new time in one transaction with the old; both block until the owner's word.

    Args:
        wish_for: Says what is wanted, given the claim as it is.
        from_ids: Claims given back first, which held the time for this very move; locked in the order of their ids.

    Raises:
        Unknown: No such claim, or what it asks for is unknown. (NOT_FOUND)
        ClaimReleased, MovePending: The claim can't be moved now. (FAILED_PRECONDITION)
        SlotTaken, ClientOverlap: Somebody was first; the details hold alternatives. (FAILED_PRECONDITION)
        CapReached, TravelTooShort, SlotReserved: Not at that time; the details hold alternatives. (FAILED_PRECONDITION)
        ServiceError: What `find_ways` refuses.
    """
    held = [each for each in [await claims.seek(call, one) for one in sorted({*from_ids, claim_id})] if each]
    before = await claims.lock(call, claim_id)
    had = [before]
    for each in held:
        released, told = each.release()
        if each.claim_id != claim_id and released is not each:
            await claims.save(call, each, released, told)
            had.append(each)
    moved, _ = await _move(
        before, [], wish_for, call, claims=claims, directories=directories, clock=clock, finder=finder, had=had
    )
    return moved


async def move_session(
    claim_id: str,
    wish_for: Callable[[Claim], Wish],
    call: Call,
    *,
    claims: Claims,
    directories: Directories,
    clock: Clock,
    finder: Finder,
) -> tuple[Claim, list[Claim]]:
    """
    Move a group's session with every seat in it, in one transaction.

    Danger: the session's claim is locked first, as by whoever takes a seat: no seat is taken at the old time meanwhile.

    Raises:
        ClientOverlap: Somebody with a seat is somewhere else then; nobody moves. (FAILED_PRECONDITION)
        ServiceError: What `move_claim` refuses.
    """
    before = await claims.lock(call, claim_id)
    seats = await claims.lock_seats(call, claim_id)
    return await _move(
        before, seats, wish_for, call, claims=claims, directories=directories, clock=clock, finder=finder, had=[before]
    )


async def _move(
    before: Claim,
    seats: Sequence[Claim],
    wish_for: Callable[[Claim], Wish],
    call: Call,
    *,
    claims: Claims,
    directories: Directories,
    clock: Clock,
    finder: Finder,
    had: Sequence[Claim],
) -> tuple[Claim, list[Claim]]:
    wish = wish_for(before)
    now_s = clock()
    # The state refuses first: a released claim is told so whatever it asks for.
    before.move(before.placement, now_s=now_s)
    directory = await directories.of_call(call)
    try:
        ways = find_ways(wish, directory, now_s=now_s)
        placement = await claims.place(call, before, ways, directory, had=had)
        after = before.move(placement, now_s=now_s)
        seated = [each.move_along(placement, now_s=now_s) for each in seats]
        await claims.save_moves(call, [(before, after), *zip(seats, seated, strict=True)])
    except ELSEWHERE as refusal:
        raise await find_alternatives(refusal, wish, call.practice_id, finder=finder) from None
    return after, seated
