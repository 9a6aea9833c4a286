"""Takes an affected client's answer: one of the options, or none."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.absence import Offer, OfferState
from services.booking.domain.appointment import Appointment, Reason
from services.booking.usecases.absence_ports import AbsenceLedger, AbsenceStore
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.ports import Appointments, Books, Clock, Wish
from services.booking.usecases.reschedule_appointment import reschedule_appointment
from services.booking.usecases.see_offer import is_for_client_alone
from services.chassis.context import Call


async def see_absence_offer(offer_id: str, call: Call, *, store: AbsenceStore) -> Offer:
    """
    Return an offer to those who may see it.

    Raises:
        UnknownOffer: No such offer, none that was ever made, or a confidential one for a proxy. (NOT_FOUND)
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
    """
    offer = await store.offer(call, offer_id)
    await call.authorize(client_ids=[offer.client_id], resource_id=offer_id)
    if is_staff(call.actor):
        return offer
    is_unmade = offer.state in (OfferState.PREPARED, OfferState.EMPTY)
    if is_unmade or is_for_client_alone(call, offer.client_id, is_confidential=offer.is_confidential):
        raise errors.UnknownOffer("No such offer.", offer_id=offer_id)
    return offer


async def accept_absence_option(
    offer_id: str,
    option_id: str,
    call: Call,
    *,
    store: AbsenceStore,
    appointments: Appointments,
    ledger: AbsenceLedger,
    books: Books,
    clock: Clock,
) -> Appointment:
    """
    Move the appointment to the option; every claim of the offer is given back in the move's own ledger transaction.

    The appointment is locked first, then the item, as every step of the appointment does: between an answer, its
    expiry, and the desk settling it otherwise, one is first.

    Raises:
        UnknownOffer: No such offer or option here. (NOT_FOUND)
        OfferExpired, OfferClosed: It ended, or this option can't be given any more. (FAILED_PRECONDITION)
        StateForbids, Gate, ServiceError: As `reschedule_appointment`.
    """
    seen = await see_absence_offer(offer_id, call, store=store)
    before = await appointments.lock(call, seen.appointment_id)
    await store.lock_affected(call, seen.absence_id, seen.appointment_id)
    offer = await store.offer(call, offer_id)
    if offer.state is OfferState.ACCEPTED and offer.accepted_option_id == option_id:
        return before
    offer.require_made()
    option = offer.option(option_id)
    slot = option.slot
    await store.save_offer(call, offer, offer.accepted(option_id, at=clock()))
    return await reschedule_appointment(
        seen.appointment_id,
        "",
        Wish(
            before.client_id,
            slot.therapist_id,
            slot.session_type_id,
            slot.start_local,
            slot.time_zone,
            slot.fold,
            slot.modality,
        ),
        call,
        appointments=appointments,
        ledger=ledger,
        books=books,
        clock=clock,
        audiences=_nobody,
        reason=Reason.THERAPIST_ABSENT,
        held_ids=[each.option_id for each in offer.options],
    )


async def decline_absence_offer(offer_id: str, call: Call, *, store: AbsenceStore, clock: Clock) -> Offer:
    """
    Close the offer; the appointment is open again.

    Raises:
        UnknownOffer: No such offer here. (NOT_FOUND)
        OfferExpired, OfferClosed: It ended otherwise. (FAILED_PRECONDITION)
    """
    seen = await see_absence_offer(offer_id, call, store=store)
    return await _close(seen, OfferState.DECLINED, call, store=store, clock=clock)


async def withdraw_absence_offer(offer_id: str, call: Call, *, store: AbsenceStore, clock: Clock) -> Offer:
    """Take an offer back for the practice. Raises UnknownOffer, OfferExpired, OfferClosed."""
    return await _close(await store.offer(call, offer_id), OfferState.WITHDRAWN, call, store=store, clock=clock)


async def _close(seen: Offer, state: OfferState, call: Call, *, store: AbsenceStore, clock: Clock) -> Offer:
    item = await store.lock_affected(call, seen.absence_id, seen.appointment_id)
    offer = await store.offer(call, seen.offer_id)
    if offer.state is state:
        return offer
    offer.require_made()
    closed = offer.closed(state, at=clock())
    await store.save_offer(call, offer, closed)
    await store.save_affected(call, item, item.opened(state.value))
    return closed


async def _nobody(_call: Call, _client_id: str, _therapist_id: str) -> tuple[int, ...]:
    """Say nothing: of time that the practice offered no rule of priority holds."""
    return ()
