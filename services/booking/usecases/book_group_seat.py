"""Gives a member a seat in a session: the ledger's first, then the promise."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupStore, SeatLedger
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.require_leader import require_leader
from services.booking.usecases.schedule_group_session import book_seat
from services.chassis.context import Call
from services.chassis.errors import RuleViolated, ServiceError


async def book_group_seat(
    group_session_id: str,
    client_id: str,
    call: Call,
    *,
    store: GroupStore,
    ledger: SeatLedger,
    appointments: Appointments,
    clock: Clock,
) -> Appointment:
    """
    Take the seat in the ledger, which counts, then commit it while session and membership stand still.

    Danger: what is refused after the seat was taken is given back, and only after its id was taken out of use: a twin
    of this call may have been luckier.

    Raises:
        Unknown: No such session. (NOT_FOUND)
        NotAMember, ScreeningRequired, StateForbids: No seat for them, or in this session. (FAILED_PRECONDITION)
        Gate: A fence, or what the practice asks for before it books. (FAILED_PRECONDITION)
        HoldAbandoned: The seat was given back; ask again under a new request id. (ABORTED)
        ServiceError: The ledger has no seat, or the client is elsewhere.
    """
    seat_id = claim_id(call.practice_id, call.request_id)
    await _check(group_session_id, client_id, call, store=store)
    # Nothing was written: a crowd that waits for the ledger holds no transactions open.
    await call.close()
    [outcome] = await ledger.take_seats(group_session_id, [(seat_id, client_id)], call)
    if isinstance(outcome, ServiceError):
        raise outcome
    try:
        session = await store.session(call, group_session_id, lock="share")
        await _check(group_session_id, client_id, call, store=store, is_locked=True)
        booked, fact = book_seat(session, seat_id, client_id, outcome, call, clock=clock)
        refused = await store.book_seats(call, session, [(booked, fact)])
        if refused:
            raise refused[seat_id]
    except (RuleViolated, errors.HoldAbandoned) as refusal:
        await call.close(refusal)
        if await appointments.abandon(call, seat_id, at=clock()) is None:
            await ledger.release(seat_id, call)
        raise
    call.resource_id = seat_id
    return booked


async def _check(
    group_session_id: str, client_id: str, call: Call, *, store: GroupStore, is_locked: bool = False
) -> None:
    session = await store.session(call, group_session_id)
    require_leader(session.leader_ids, call)
    session.require_scheduled()
    member = await store.member(call, session.group_id, client_id, is_locked=is_locked)
    if member is None:
        raise errors.NotAMember("The client is no member of the group.", client_id=client_id)
    member.require_active()
