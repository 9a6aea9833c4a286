"""Turns rows of wishes, openings and offers into the domain's words and back."""

from __future__ import annotations

import json
from typing import Any

from services.booking.adapters.rows import slot_values
from services.booking.domain.appointment import Slot
from services.booking.domain.waitlist import (
    Cause,
    Offer,
    OfferState,
    Opening,
    OpeningState,
    Standing,
    Urgency,
    Why,
    Window,
    WishState,
)

WISH_COLUMNS = """
    w.wish_id::text, w.client_id::text, w.therapist_ids::text[], w.session_type_ids::text[], w.windows, w.time_zone,
    w.modalities, w.site_ids::text[], w.notice_min, w.from_date, w.to_date, w.urgency, w.is_confidential, w.state,
    w.since_time, w.update_time, w.version, (
        select count(*) from offers f
        where f.practice_id = w.practice_id and f.wish_id = w.wish_id and f.state not in ('PREPARED', 'PASSED_OVER')
    )
"""
"""What `wish_of` reads, in its order."""

OPENING_COLUMNS = """
    practice_id::text, opening_id::text, cause, coalesce(appointment_id::text, ''), freed_client_ids::text[],
    therapist_id::text, session_type_id::text, start_time, end_time, start_local, time_zone, fold, tzdata_version,
    modality, coalesce(site_id::text, ''), claim_id::text, state, create_time, look_time, close_time, close_reason,
    is_owner_asked, version
"""
"""What `opening_of` reads, in its order."""

OFFER_COLUMNS = """
    practice_id::text, offer_id::text, opening_id::text, wish_id::text, client_id::text,
    therapist_id::text, session_type_id::text, start_time, end_time, start_local, time_zone, fold, tzdata_version,
    modality, coalesce(site_id::text, ''), coalesce(room_id::text, ''), claim_version,
    is_confidential, is_batch, reason, state, make_time, expire_time, close_time, pass_reason, version
"""
"""What `offer_of` reads, in its order."""


def wish_of(row: tuple[Any, ...]) -> Standing:
    """Return the wish in a row of WISH_COLUMNS."""
    return Standing(
        wish_id=row[0],
        client_id=row[1],
        therapist_ids=tuple(row[2]),
        session_type_ids=tuple(row[3]),
        windows=tuple(Window(*map(int, each.split())) for each in row[4]),
        time_zone=row[5],
        modalities=tuple(row[6]),
        site_ids=tuple(row[7]),
        notice_min=row[8],
        from_date=row[9],
        to_date=row[10],
        urgency=Urgency(row[11]),
        is_confidential=row[12],
        state=WishState(row[13]),
        since_time=row[14],
        update_time=row[15],
        version=row[16],
        offer_count=row[17],
    )


def wish_values(wish: Standing) -> tuple[object, ...]:
    """Return what may change of a wish, in the order of the statements that write it."""
    return (
        list(wish.therapist_ids),
        list(wish.session_type_ids),
        [f"{each.weekday} {each.from_min} {each.to_min}" for each in wish.windows],
        wish.time_zone,
        list(wish.modalities),
        list(wish.site_ids),
        wish.notice_min,
        wish.from_date,
        wish.to_date,
        int(wish.urgency),
        wish.is_confidential,
        wish.state.value,
        wish.update_time,
        wish.version,
    )


def opening_of(row: tuple[Any, ...]) -> Opening:
    """Return the opening in a row of OPENING_COLUMNS."""
    return Opening(
        practice_id=row[0],
        opening_id=row[1],
        cause=Cause(row[2]),
        appointment_id=row[3],
        freed_client_ids=tuple(row[4]),
        slot=Slot(*(*row[5:15], "", 0)),
        claim_id=row[15],
        state=OpeningState(row[16]),
        create_time=row[17],
        look_time=row[18],
        close_time=row[19],
        close_reason=row[20],
        is_owner_asked=row[21],
        version=row[22],
    )


def offer_of(row: tuple[Any, ...]) -> Offer:
    """Return the offer in a row of OFFER_COLUMNS."""
    why = row[19]
    return Offer(
        practice_id=row[0],
        offer_id=row[1],
        opening_id=row[2],
        wish_id=row[3],
        client_id=row[4],
        slot=Slot(*row[5:17]),
        is_confidential=row[17],
        is_batch=row[18],
        why=Why(**why | {"urgency": Urgency(why["urgency"]), "fits": tuple(why["fits"])}),
        state=OfferState(row[20]),
        make_time=row[21],
        expire_time=row[22],
        close_time=row[23],
        pass_reason=row[24],
        version=row[25],
    )


def offer_values(offer: Offer) -> tuple[object, ...]:
    """Return an offer's columns, in the order of the statement that adds one."""
    why = offer.why
    words = {name: getattr(why, name) for name in Why.__slots__}
    return (
        offer.practice_id,
        offer.offer_id,
        offer.opening_id,
        offer.wish_id,
        offer.client_id,
        *slot_values(offer.slot),
        offer.is_confidential,
        offer.is_batch,
        json.dumps(words),
        offer.state.value,
        offer.pass_reason,
        offer.make_time,
        offer.expire_time,
        offer.close_time,
        offer.version,
    )
