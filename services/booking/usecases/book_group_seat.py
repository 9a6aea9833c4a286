"""Gives a client a seat in a session: the ledger's first, then the promise."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.group import require_seat
from services.booking.usecases.book_appointment import claim_id, is_staff
from services.booking.usecases.group_ports import GroupStore, SeatLedger
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.require_leader import require_leader
from services.booking.usecases.seat_members import book_seat
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
        NotSelfBookable, GroupClosed: No seat that a client takes. (FAILED_PRECONDITION)
        Gate: A fence, or what the practice asks for before it books. (FAILED_PRECONDITION)
        HoldAbandoned: The seat was given back, or the session moved; ask again under a new request id. (ABORTED)
        ServiceError: The ledger has no seat, or not for a client now, or the client is elsewhere.
    """
    seat_id = claim_id(call.practice_id, call.request_id)
    await _check(group_session_id, client_id, call, store=store, clock=clock)
    # Nothing was written: a crowd that waits for the ledger holds no transactions open.
    await call.close()
    by_client = not is_staff(call.actor)
    [outcome] = await ledger.take_seats(group_session_id, [(seat_id, client_id)], call, by_client=by_client)
    if isinstance(outcome, ServiceError):
        raise outcome
    try:
        session = await store.session(call, group_session_id, lock="share")
        await _check(group_session_id, client_id, call, store=store, clock=clock, is_locked=True)
        booked, fact = book_seat(session, seat_id, client_id, outcome, call, clock=clock)
        refused = await store.book_seats(call, session, [(booked, fact)], is_staff=not by_client)
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
    group_session_id: str, client_id: str, call: Call, *, store: GroupStore, clock: Clock, is_locked: bool = False
) -> None:
    session = await store.session(call, group_session_id)
    by_client = not is_staff(call.actor)
    if not by_client:
        require_leader(session.leader_ids, call)
    session.require_scheduled()
    group = await store.find(call, session.group_id)
    member = await store.member(call, session.group_id, client_id, is_locked=is_locked)
    has_begun = by_client and await store.has_begun(call, session.group_id, at=clock())
    require_seat(group, member, client_id, by_client=by_client, has_begun=has_begun)
    if by_client:
        await store.check_fences(call, session.group_id, client_id, is_staff=False)
