"""Seats members in scheduled sessions: who joined, and who waits for a freed seat."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from services.booking.domain.group import SEAT_NOTICE, SEAT_TRIES_MAX, SessionState, try_again, waiting
from services.booking.usecases.group_ports import GroupStore, SeatLedger
from services.booking.usecases.ports import Clock
from services.booking.usecases.seat_members import SEATS_TAKEN, seat_members
from services.chassis.context import Call
from services.chassis.errors import ServiceError

BATCH = 100
"""Sessions looked at in one round at most; the next round is seconds later."""

OpenCall = Callable[[str], Call]
"""Gives a call of this service's own, in a practice."""

log = structlog.get_logger(__name__)


async def fill_group_seats(open_call: OpenCall, *, store: GroupStore, ledger: SeatLedger, clock: Clock) -> None:
    """
    Look at each session somebody may be waiting in, each in a transaction of its own.

    The roster is the waiting list: seats go to active members without one, in the order of joining. Safe to repeat, and
    to be killed anywhere: a call stays until it is answered, and what was held is found again under the same ids. A
    session that fails is told and looked at again in the next round.
    """
    for practice_id, group_session_id in await store.seat_calls_due(limit=BATCH):
        call = open_call(practice_id)
        try:
            await _fill(group_session_id, call, store=store, ledger=ledger, clock=clock)
            await call.commit(None)
        except ServiceError as error:
            await call.close(error)
            log.warning(
                "group_seats.postponed",
                practice_id=practice_id,
                group_session_id=group_session_id,
                reason=error.reason,
            )
        except BaseException as error:
            await call.close(error)
            raise


async def _fill(group_session_id: str, call: Call, *, store: GroupStore, ledger: SeatLedger, clock: Clock) -> None:
    """
    Seat who waits in one session.

    Danger: the group is locked first, as by everybody who changes its roster, then the session, and the calls are taken
    before the roster is read: whoever joins later makes a call of their own.
    """
    await call.authorize(resource_id=group_session_id)
    group_id = (await store.session(call, group_session_id)).group_id
    await store.find(call, group_id, is_locked=True)
    session = await store.session(call, group_session_id, lock="share")
    tries = await store.answer_seat_calls(call, group_session_id)
    now = clock()
    is_late = session.slot.start_time - now < SEAT_NOTICE
    if tries is None or is_late or session.state is not SessionState.SCHEDULED:
        return
    members = waiting(await store.members(call, group_id), await store.seated(call, group_session_id))
    if not members:
        return
    await call.authorize(client_ids=[each.client_id for each in members], resource_id=group_session_id)
    _, refusals = await seat_members(session, members, call, store=store, ledger=ledger, clock=clock)
    is_full = any(each.reason == SEATS_TAKEN for each in refusals)
    if is_full and 0 < tries < SEAT_TRIES_MAX:
        # The ledger may not have heard yet that a seat came free.
        due_time = now + try_again(tries)
        await store.call_for_seats(call, [group_session_id], due_time=due_time, tries=tries + 1)
