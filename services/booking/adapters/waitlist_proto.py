"""Turns wishes, openings and offers into messages and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import waitlist_events_pb2, waitlist_pb2, waitlist_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import timestamp_of, uuid_of
from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.waitlist import (
    NOTICE_MAX_MIN,
    NOTICE_MIN,
    SITES_MAX,
    THERAPISTS_MAX,
    TYPES_MAX,
    WINDOWS_MAX,
    WISH_DAYS,
    WISH_DAYS_MAX,
    Offer,
    OfferState,
    Opening,
    Standing,
    Urgency,
    Why,
    Window,
    WishState,
    zone,
)

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EVENTS = {
    OfferState.MADE: waitlist_events_pb2.OfferMade,
    OfferState.ACCEPTED: waitlist_events_pb2.OfferAccepted,
    OfferState.DECLINED: waitlist_events_pb2.OfferDeclined,
    OfferState.EXPIRED: waitlist_events_pb2.OfferExpired,
    OfferState.TAKEN: waitlist_events_pb2.OfferTaken,
    OfferState.WITHDRAWN: waitlist_events_pb2.OfferWithdrawn,
    OfferState.PASSED_OVER: waitlist_events_pb2.OfferWithdrawn,
}


def wish_wanted(message: waitlist_pb2.Wish, *, wish_id: str, client_id: str, at: datetime) -> Standing:
    """Return a wish within its limits. Raises Malformed, UnknownTimeZone, IntervalReversed."""
    today = at.astimezone(zone(message.time_zone)).date()
    from_date = _day(message.from_date, field="wish.from_date") if message.from_date else today
    to_date = _day(message.to_date, field="wish.to_date") if message.to_date else today + timedelta(days=WISH_DAYS)
    if to_date < max(from_date, today):
        raise errors.IntervalReversed("The wish ends before it begins.", field="wish.to_date")
    if to_date > today + timedelta(days=WISH_DAYS_MAX):
        raise errors.Malformed("It waits too long.", field="wish.to_date", limit=str(WISH_DAYS_MAX))
    types = _ids(message.session_type_ids, field="wish.session_type_ids", most=TYPES_MAX)
    if not types:
        raise errors.Malformed("Say which session types.", field="wish.session_type_ids")
    if len(message.windows) > WINDOWS_MAX:
        raise errors.Malformed("There are too many windows.", field="wish.windows", limit=str(WINDOWS_MAX))
    known = set(availability_pb2.Modality.values()) - {availability_pb2.MODALITY_UNSPECIFIED}
    if not known.issuperset(message.modalities):
        raise errors.Malformed("No such modality.", field="wish.modalities")
    if message.urgency not in waitlist_pb2.Urgency.values():
        raise errors.Malformed("No such urgency.", field="wish.urgency")
    notice_min = message.notice_min if message.HasField("notice_min") else NOTICE_MIN
    return Standing(
        wish_id=wish_id,
        client_id=client_id,
        therapist_ids=_ids(message.therapist_ids, field="wish.therapist_ids", most=THERAPISTS_MAX),
        session_type_ids=types,
        windows=tuple(_window(each) for each in message.windows),
        time_zone=message.time_zone,
        modalities=tuple(sorted(set(message.modalities))),
        site_ids=_ids(message.site_ids, field="wish.site_ids", most=SITES_MAX),
        notice_min=number_of(notice_min, field="wish.notice_min", most=NOTICE_MAX_MIN),
        from_date=from_date,
        to_date=to_date,
        urgency=Urgency(message.urgency or Urgency.ROUTINE),
        is_confidential=message.is_confidential,
        state=WishState.WAITING,
        since_time=at,
        update_time=at,
    )


def wish_message(wish: Standing, *, at: datetime) -> waitlist_pb2.Wish:
    """Return a wish as the contract says it."""
    is_past = wish.state is WishState.WAITING and wish.to_date < at.astimezone(zone(wish.time_zone)).date()
    state = "EXPIRED" if is_past else wish.state.value
    return waitlist_pb2.Wish(
        wish_id=wish.wish_id,
        client_id=wish.client_id,
        therapist_ids=wish.therapist_ids,
        session_type_ids=wish.session_type_ids,
        windows=[
            waitlist_pb2.WishWindow(
                weekday=each.weekday, from_local=_clock(each.from_min), to_local=_clock(each.to_min)
            )
            for each in wish.windows
        ],
        time_zone=wish.time_zone,
        modalities=wish.modalities,  # type: ignore[arg-type]
        site_ids=wish.site_ids,
        notice_min=wish.notice_min,
        from_date=wish.from_date.isoformat(),
        to_date=wish.to_date.isoformat(),
        urgency=wish.urgency.value,  # type: ignore[arg-type]
        is_confidential=wish.is_confidential,
        state=waitlist_pb2.Wish.State.Value(f"STATE_{state}"),
        since_time=timestamp_of(wish.since_time),
        update_time=timestamp_of(wish.update_time),
        etag=wish.etag,
        offer_count=wish.offer_count,
    )


def why_message(why: Why) -> waitlist_pb2.OfferReason:
    """Return why somebody is asked as the contract says it."""
    return waitlist_pb2.OfferReason(
        waited_days=round(why.waited_days, 2),
        urgency=why.urgency.value,  # type: ignore[arg-type]
        urgency_days=why.urgency_days,
        fit_days=why.fit_days,
        fits=why.fits,
        place=why.place,
        fitting_count=why.fitting_count,
        words=why.words(),
    )


def offer_message(offer: Offer, *, is_staff: bool) -> waitlist_pb2.Offer:
    """Return an offer as the contract says it; why is told to staff only."""
    slot = offer.slot
    message = waitlist_pb2.Offer(
        offer_id=offer.offer_id,
        opening_id=offer.opening_id,
        wish_id=offer.wish_id,
        client_id=offer.client_id,
        therapist_id=slot.therapist_id,
        session_type_id=slot.session_type_id,
        start_time=timestamp_of(slot.start_time),
        end_time=timestamp_of(slot.end_time),
        start_wall=_wall(slot),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        state=waitlist_pb2.Offer.State.Value(f"STATE_{offer.state.value}"),
        expire_time=timestamp_of(offer.expire_time),
        is_batch=offer.is_batch,
        make_time=timestamp_of(offer.make_time),
        etag=offer.etag,
    )
    if offer.close_time is not None:
        message.close_time.CopyFrom(timestamp_of(offer.close_time))
    if is_staff:
        message.reason.CopyFrom(why_message(offer.why))
        message.pass_reason = offer.pass_reason
    return message


def opening_message(opening: Opening) -> waitlist_pb2.Opening:
    """Return an opening as the contract says it."""
    slot = opening.slot
    message = waitlist_pb2.Opening(
        opening_id=opening.opening_id,
        cause=waitlist_pb2.Opening.Cause.Value(f"CAUSE_{opening.cause.value}"),
        appointment_id=opening.appointment_id,
        therapist_id=slot.therapist_id,
        session_type_id=slot.session_type_id,
        start_time=timestamp_of(slot.start_time),
        end_time=timestamp_of(slot.end_time),
        start_wall=_wall(slot),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        state=waitlist_pb2.Opening.State.Value(f"STATE_{opening.state.value}"),
        close_reason=opening.close_reason,
        create_time=timestamp_of(opening.create_time),
        etag=opening.etag,
    )
    if opening.close_time is not None:
        message.close_time.CopyFrom(timestamp_of(opening.close_time))
    if opening.look_time is not None:
        message.look_time.CopyFrom(timestamp_of(opening.look_time))
    return message


def candidate_messages(ranked: Sequence[tuple[Standing, Why]]) -> list[waitlist_pb2.NextInLine]:
    """Return who would be asked as the contract says it."""
    return [
        waitlist_pb2.NextInLine(wish_id=wish.wish_id, client_id=wish.client_id, reason=why_message(why))
        for wish, why in ranked
    ]


def skip_reason_of(number: int) -> str:
    """Return why the desk passes somebody over. Raises Malformed when it is not said."""
    if not number or number not in waitlist_service_pb2.SkipReason.values():
        raise errors.Malformed("Say why.", field="reason")
    return waitlist_service_pb2.SkipReason.Name(number).removeprefix("SKIP_REASON_")  # type: ignore[arg-type]


def offer_event(offer: Offer) -> Message:
    """Return the event of what became of an offer."""
    slot = offer.slot
    said = waitlist_events_pb2.OfferFacts(
        practice_id=offer.practice_id,
        offer_id=offer.offer_id,
        opening_id=offer.opening_id,
        wish_id=offer.wish_id,
        client_id=offer.client_id,
        therapist_id=slot.therapist_id,
        session_type_id=slot.session_type_id,
        start_time=timestamp_of(slot.start_time),
        end_time=timestamp_of(slot.end_time),
        start_wall=_wall(slot),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        expire_time=timestamp_of(offer.expire_time),
        is_batch=offer.is_batch,
        is_confidential=offer.is_confidential,
        version=offer.version,
    )
    return _EVENTS[offer.state](offer=said)


def created_event(practice_id: str, wish: Standing) -> Message:
    """Return the event of a new wish."""
    return waitlist_events_pb2.WishCreated(wish=_wish_facts(practice_id, wish))


def changed_event(practice_id: str, wish: Standing) -> Message:
    """Return the event of a changed wish."""
    return waitlist_events_pb2.WishChanged(wish=_wish_facts(practice_id, wish))


def closed_event(practice_id: str, wish: Standing) -> Message:
    """Return the event of a wish that nobody waits on any more."""
    return waitlist_events_pb2.WishClosed(wish=_wish_facts(practice_id, wish))


def opened_event(opening: Opening) -> Message:
    """Return the event of a slot that came free."""
    return waitlist_events_pb2.SlotOpened(opening=_opening_facts(opening))


def ended_event(opening: Opening) -> Message:
    """Return the event of an opening's end."""
    return waitlist_events_pb2.SlotClosed(opening=_opening_facts(opening))


def _wish_facts(practice_id: str, wish: Standing) -> waitlist_events_pb2.WishFacts:
    return waitlist_events_pb2.WishFacts(
        practice_id=practice_id,
        wish_id=wish.wish_id,
        client_id=wish.client_id,
        state=waitlist_pb2.Wish.State.Value(f"STATE_{wish.state.value}"),
        version=wish.version,
    )


def _opening_facts(opening: Opening) -> waitlist_events_pb2.OpeningFacts:
    return waitlist_events_pb2.OpeningFacts(
        practice_id=opening.practice_id,
        opening_id=opening.opening_id,
        therapist_id=opening.slot.therapist_id,
        session_type_id=opening.slot.session_type_id,
        start_time=timestamp_of(opening.slot.start_time),
        end_time=timestamp_of(opening.slot.end_time),
        state=waitlist_pb2.Opening.State.Value(f"STATE_{opening.state.value}"),
        version=opening.version,
    )


def _wall(slot: Slot) -> wall_pb2.WallTime:
    return wall_pb2.WallTime(local=slot.start_local, time_zone=slot.time_zone, fold=slot.fold)


def _window(message: waitlist_pb2.WishWindow) -> Window:
    number_of(message.weekday, field="wish.windows.weekday", least=1, most=7)
    from_min = _minutes(message.from_local, field="wish.windows.from_local")
    to_min = _minutes(message.to_local, field="wish.windows.to_local")
    if to_min <= from_min:
        raise errors.IntervalReversed("The window ends before it begins.", field="wish.windows.to_local")
    return Window(message.weekday, from_min, to_min)


def _minutes(text: str, *, field: str) -> int:
    if not _CLOCK.fullmatch(text):
        raise errors.Malformed("A time of day is HH:MM.", field=field)
    return int(text[:2]) * 60 + int(text[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(text: str, *, field: str) -> date:
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise errors.Malformed("A date is YYYY-MM-DD.", field=field)
    return found


def _ids(values: Sequence[str], *, field: str, most: int) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(uuid_of(each, field=field) for each in values))
    if len(found) > most:
        raise errors.Malformed("There are too many.", field=field, limit=str(most))
    return found
