"""Decides, at its hour, whether each session of a group runs."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from services.booking.domain.appointment import Reason
from services.booking.domain.group import SessionState
from services.booking.usecases.cancel_group_session import cancel_group_session
from services.booking.usecases.group_ports import GroupStore
from services.booking.usecases.ports import Appointments, Books, Clock
from services.chassis.context import Call
from services.chassis.errors import ServiceError

BATCH = 100
"""Sessions decided in one round at most; the next round is a minute later."""

OpenCall = Callable[[str], Call]
"""Gives a call of this service's own, in a practice."""

log = structlog.get_logger(__name__)


async def decide_group_sessions(
    open_call: OpenCall, *, store: GroupStore, appointments: Appointments, books: Books, clock: Clock
) -> None:
    """
    Call off what is due and has too few seats taken, and let the others run; each in a transaction of its own.

    Safe to repeat: a session is decided once. One that fails is told and looked at again in the next round.
    """
    for practice_id, group_session_id in await store.undecided(limit=BATCH):
        call = open_call(practice_id)
        try:
            await _decide(group_session_id, call, store=store, appointments=appointments, books=books, clock=clock)
            await call.commit(None)
        except ServiceError as error:
            await call.close(error)
            log.warning(
                "group_session.postponed",
                practice_id=practice_id,
                group_session_id=group_session_id,
                reason=error.reason,
            )
        except BaseException as error:
            await call.close(error)
            raise


async def _decide(
    group_session_id: str, call: Call, *, store: GroupStore, appointments: Appointments, books: Books, clock: Clock
) -> None:
    """
    Count the seats while nobody can take or leave one unseen.

    A seat that is called off by its client at this moment may still count: the session then runs with one fewer.
    """
    before = await store.session(call, group_session_id, lock="no key update")
    await call.authorize(resource_id=group_session_id)
    if before.state is not SessionState.SCHEDULED or before.decide_time is None:
        return
    seats = await store.seats(call, group_session_id, is_locked=True)
    if len(seats) >= before.min_seats or before.slot.start_time <= clock():
        await store.save_session(call, before, before.run())
        return
    await call.authorize(client_ids=[each.client_id for each in seats], resource_id=group_session_id)
    await cancel_group_session(
        group_session_id,
        "",
        Reason.PRACTICE,
        call,
        store=store,
        appointments=appointments,
        books=books,
        clock=clock,
    )
