"""Translates between the contract and the domain; refuses what can't be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import uuid_utils
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_events_pb2, availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.adapters.words import reason_of
from services.availability.domain import errors, facts
from services.availability.domain.claim import Claim, Placement, State
from services.availability.domain.limits import MAX_EXTRA_CLIENTS, MAX_EXTRA_THERAPISTS
from services.availability.domain.wall import YEARS, WallTime, instant
from services.availability.domain.wish import Wish
from services.availability.usecases.ports import Slot
from services.chassis.errors import ServiceError

DEFAULT_PAGE = 50
"""Entries on a page where the caller names no number. Source: the contract."""

MAX_TYPES_PAGE = 200
"""Session types on one page. Source: the contract."""

FIRST_YEAR_S = 0
LAST_YEAR_S = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
"""Instants outside of 1970 to 2199 are somebody's mistake."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", re.ASCII)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

_LAST_MODALITY = max(availability_pb2.Modality.values())

_LAST_AUDIENCE = max(availability_pb2.Audience.values())

_STATES = {
    State.HELD: availability_pb2.Claim.STATE_HELD,
    State.CONFIRMED: availability_pb2.Claim.STATE_CONFIRMED,
    State.RELEASED: availability_pb2.Claim.STATE_RELEASED,
}


MAX_HOLDS = 256
"""Holds in one HoldMany. Source: the contract."""


MAX_TRANSFERS = 200
"""Claims given back by one transfer at most; the contract says so."""

MAX_HOLD_S = 1_209_600
"""Seconds a transferred hold may last: 14 days; the contract says so."""

MAX_CHECKS = 400
"""Holds in one CheckSlots. Source: the contract; a series has no more occurrences."""


MAX_SEATS = 200
"""Seats asked for in one TakeSeats. Source: the contract; a group's roster has no more."""


def check_holds(
    request: availability_service_pb2.HoldManyRequest | availability_service_pb2.CheckSlotsRequest,
    *,
    most: int = MAX_HOLDS,
) -> None:
    """Refuse too many holds, and the same one twice. Raises Malformed."""
    if len(request.holds) > most:
        raise errors.Malformed("There are more holds than one request may carry.", field="holds", limit=str(most))
    if len({each.hold_id for each in request.holds}) < len(request.holds):
        raise errors.Malformed("A hold_id stands in the request twice.", field="holds.hold_id")


def seats_of(request: availability_service_pb2.TakeSeatsRequest) -> tuple[str, list[tuple[str, str]]]:
    """Return the session's claim, and seats as claim and client. Raises Malformed."""
    wanted = [
        (uuid_of(each.seat_id, field="seats.seat_id"), uuid_of(each.client_id, field="seats.client_id"))
        for each in request.seats
    ]
    if not 0 < len(wanted) <= MAX_SEATS:
        raise errors.Malformed("Name 1 to 200 seats.", field="seats", limit=str(MAX_SEATS))
    if len({seat_id for seat_id, _ in wanted}) < len(wanted) or len({each for _, each in wanted}) < len(wanted):
        raise errors.Malformed("A seat or a client stands in the request twice.", field="seats")
    return uuid_of(request.session_claim_id, field="session_claim_id"), wanted


def outcome_message(outcome: Claim | ServiceError) -> availability_service_pb2.HoldOutcome:
    """Write the outcome of one of many."""
    if isinstance(outcome, ServiceError):
        return availability_service_pb2.HoldOutcome(refusal=refusal_message(outcome))
    return availability_service_pb2.HoldOutcome(claim=claim_message(outcome))


def refusal_message(refusal: ServiceError) -> availability_service_pb2.Refusal:
    """Write the refusal of one of many, with its alternatives."""
    message = availability_service_pb2.Refusal(
        status=refusal.status, reason=refusal.reason, message=refusal.message, metadata=refusal.metadata
    )
    for detail in refusal.details:
        if isinstance(detail, availability_pb2.Alternatives):
            message.alternatives.CopyFrom(detail)
    return message


def uuid_of(text: str, *, field: str) -> str:
    """Return an id in its one spelling. Raises Malformed."""
    if not _UUID.fullmatch(text):
        raise errors.Malformed("An id must be a UUID.", field=field)
    return text.lower()


def uuid_or_new(text: str, *, field: str) -> str:
    """Return the id, or a new one where none is given. Raises Malformed."""
    return uuid_of(text, field=field) if text else str(uuid_utils.uuid7())


def whole(value: int, *, field: str, least: int, most: int) -> int:
    """Return a number inside its limits. Raises Malformed."""
    if not least <= value <= most:
        raise errors.Malformed("A number is outside its limits.", field=field, least=str(least), most=str(most))
    return value


def day_of(text: str, *, field: str) -> date:
    """Return a day of the calendar, "YYYY-MM-DD". Raises Malformed."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise errors.Malformed("A date is YYYY-MM-DD.", field=field)
    return found


def modality_of(value: int, *, field: str) -> int:
    """Return a modality, 0 where it is not said. Raises Malformed for a number the contract does not know."""
    return whole(value, field=field, least=0, most=_LAST_MODALITY)


def audiences_of(values: Iterable[int], *, field: str) -> frozenset[int]:
    """Return who somebody is, by the contract's numbers. Raises Malformed for one it does not know."""
    return frozenset(whole(each, field=field, least=1, most=_LAST_AUDIENCE) for each in values)


def instant_of(holder: Message, field: str) -> int:
    """Return the epoch seconds of a timestamp field, fractions cut off. Raises Malformed."""
    name = field.rpartition(".")[2]
    seconds: int = getattr(holder, name).seconds
    if not holder.HasField(name) or not FIRST_YEAR_S <= seconds < LAST_YEAR_S:
        raise errors.Malformed("An instant is missing or too far from now.", field=field)
    return seconds


def wall_of(message: wall_pb2.WallTime) -> WallTime:
    """Return a wall time as the caller said it, unchecked."""
    return WallTime(message.local, message.time_zone, message.fold)


def wish_of_hold(request: availability_service_pb2.HoldRequest) -> Wish:
    """Return what a hold asks for. Raises Malformed, UnknownTimeZone, TimeDoesNotExist, TimeAmbiguous."""
    wall = wall_of(request.start_wall)
    wish = Wish(
        therapist_id=uuid_of(request.therapist_id, field="therapist_id"),
        client_id=uuid_of(request.client_id, field="client_id"),
        session_type_id=uuid_of(request.session_type_id, field="session_type_id"),
        wall=wall,
        start_s=instant(wall),
        modality=modality_of(request.modality, field="modality"),
        room_id=uuid_of(request.room_id, field="room_id") if request.room_id else "",
        is_by_staff=request.by_staff,
        digest=hashlib.blake2b(request.SerializeToString(deterministic=True), digest_size=16).digest(),
    )
    if request.extra_client_ids or request.extra_therapist_ids or request.override_reason or request.overbook_reason:
        wish = _wish_with_extras(wish, request)
    elif request.is_high_need:
        wish = replace(wish, is_high_need=True)
    if request.audiences:
        wish = replace(wish, audiences=audiences_of(request.audiences, field="audiences"))
    if wish.client_id == wish.therapist_id:
        raise errors.Malformed("Nobody is their own therapist.", field="client_id")
    return wish


def _wish_with_extras(wish: Wish, request: availability_service_pb2.HoldRequest) -> Wish:
    """Return the wish with what few have. Raises Malformed, StaffOnly."""
    clients = distinct(request.extra_client_ids, field="extra_client_ids", most=MAX_EXTRA_CLIENTS)
    therapists = distinct(request.extra_therapist_ids, field="extra_therapist_ids", most=MAX_EXTRA_THERAPISTS)
    people = [wish.client_id, wish.therapist_id, *clients, *therapists]
    if len(set(people)) < len(people):
        raise errors.Malformed("Everybody is in a session once.", field="extra_client_ids")
    return replace(
        wish,
        override_reason=reason_of(request.override_reason, field="override_reason", is_by_staff=wish.is_by_staff),
        overbook_reason=reason_of(request.overbook_reason, field="overbook_reason", is_by_staff=wish.is_by_staff),
        is_high_need=request.is_high_need,
        extra_client_ids=clients,
        extra_therapist_ids=therapists,
    )


def named_wish_of_hold(request: availability_service_pb2.HoldRequest) -> tuple[str, Wish]:
    """Return a hold's id and what it asks for; raises as `wish_of_hold`."""
    return uuid_of(request.hold_id, field="hold_id"), wish_of_hold(request)


def wish_of_move(request: availability_service_pb2.MoveRequest, claim: Claim) -> Wish:
    """Return what a move asks for; what it does not say stays as the claim has it."""
    wall = wall_of(request.start_wall)
    now = claim.placement
    return Wish(
        therapist_id=uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else now.therapist_id,
        client_id=claim.client_id,
        session_type_id=claim.session_type_id,
        wall=wall,
        start_s=instant(wall),
        modality=modality_of(request.modality, field="modality") or now.modality,
        room_id="",
        is_by_staff=request.by_staff,
        digest=claim.wish_digest,
        override_reason=reason_of(request.override_reason, field="override_reason", is_by_staff=request.by_staff),
        overbook_reason=reason_of(request.overbook_reason, field="overbook_reason", is_by_staff=request.by_staff),
        is_high_need=claim.is_high_need,
        extra_client_ids=claim.extra_client_ids,
        extra_therapist_ids=claim.extra_therapist_ids,
        audiences=audiences_of(request.audiences, field="audiences"),
    )


def claim_message(claim: Claim) -> availability_pb2.Claim:
    """Return a claim as the contract says it, at its agreed time."""
    return _claim(claim, claim.placement, _STATES[claim.state], claim.hold_expire_s)


def moved_message(claim: Claim) -> availability_pb2.Claim:
    """Return a claim with a pending move at its new time, which is held."""
    assert claim.pending is not None, "only for a pending move"
    return _claim(claim, claim.pending.placement, availability_pb2.Claim.STATE_HELD, claim.pending.expire_s)


def _claim(
    claim: Claim, placed: Placement, state: availability_pb2.Claim.State.ValueType, expire_s: int
) -> availability_pb2.Claim:
    return availability_pb2.Claim(
        claim_id=claim.claim_id,
        state=state,
        therapist_id=placed.therapist_id,
        client_id=claim.client_id,
        room_id=placed.room_id,
        session_type_id=claim.session_type_id,
        start_time=Timestamp(seconds=placed.start_s),
        end_time=Timestamp(seconds=placed.end_s),
        start_wall=_wall(placed.wall),
        tzdata_version=placed.tzdata_version,
        hold_expire_time=Timestamp(seconds=expire_s),
        modality=placed.modality,  # type: ignore[arg-type]
        site_id=placed.site_id,
        version=claim.version,
        extra_client_ids=claim.extra_client_ids,
        extra_therapist_ids=claim.extra_therapist_ids,
        equipment_ids=placed.equipment_ids,
        is_overbooked=bool(placed.overbooked_ids),
        seat_of_claim_id=claim.seat_of_claim_id,
    )


def slot_message(slot: Slot) -> availability_pb2.Slot:
    """Return a free slot as the contract says it."""
    return availability_pb2.Slot(
        therapist_id=slot.therapist_id,
        session_type_id=slot.session_type_id,
        start_time=Timestamp(seconds=slot.start_s),
        end_time=Timestamp(seconds=slot.end_s),
        start_wall=_wall(slot.wall),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        viewer_wall=_wall(slot.viewer_wall) if slot.viewer_wall else None,
        local_date=(slot.viewer_wall or slot.wall).local[:10],
    )


def alternatives(slots: Sequence[Slot]) -> availability_pb2.Alternatives:
    """Return slots as they travel in the details of a refusal."""
    return availability_pb2.Alternatives(slots=[slot_message(each) for each in slots])


def event_of(practice_id: str, fact: facts.Fact) -> Message:
    """Return the event that tells a fact: ids and times only."""
    match fact:
        case facts.TimeFreed():
            return availability_events_pb2.ClaimReleased(
                practice_id=practice_id,
                claim_id=fact.claim_id,
                therapist_id=fact.therapist_id,
                start_time=Timestamp(seconds=fact.start_s),
                end_time=Timestamp(seconds=fact.end_s),
                version=fact.version,
            )
        case facts.HoldLapsed():
            return availability_events_pb2.HoldLapsed(
                practice_id=practice_id,
                claim_id=fact.claim_id,
                hold_expire_time=Timestamp(seconds=fact.expire_s),
                is_move=fact.is_move,
                start_time=Timestamp(seconds=fact.start_s),
                version=fact.version,
            )
        case facts.ClaimShifted():
            return availability_events_pb2.ClaimShifted(
                practice_id=practice_id,
                claim_id=fact.claim_id,
                start_time=Timestamp(seconds=fact.start_s),
                end_time=Timestamp(seconds=fact.end_s),
                tzdata_version=fact.tzdata_version,
                version=fact.version,
            )
        case facts.AbsenceStarted():
            return availability_events_pb2.AbsenceStarted(
                practice_id=practice_id,
                absence_id=fact.absence_id,
                therapist_id=fact.therapist_id,
                start_time=Timestamp(seconds=fact.start_s),
                end_time=Timestamp(seconds=fact.end_s),
                claim_ids=fact.claim_ids,
                version=fact.version,
                needs=[
                    availability_pb2.ClaimNeed(
                        claim_id=each.claim_id,
                        is_high_need=each.is_high_need,
                        is_crisis=each.is_crisis,
                        load_weight=each.load_weight,
                    )
                    for each in fact.needs
                ],
            )
        case facts.AbsenceItemAnswered():
            return availability_events_pb2.AbsenceItemAnswered(
                practice_id=practice_id,
                absence_id=fact.absence_id,
                claim_id=fact.claim_id,
                end=availability_pb2.AbsenceItemEnd.Value(f"ABSENCE_ITEM_END_{fact.end}"),
                version=fact.version,
            )
        case facts.AbsenceClosed():
            return availability_events_pb2.AbsenceClosed(
                practice_id=practice_id,
                absence_id=fact.absence_id,
                therapist_id=fact.therapist_id,
                version=fact.version,
            )
        case facts.ScheduleChanged():
            return availability_events_pb2.ScheduleChanged(
                practice_id=practice_id, therapist_id=fact.therapist_id, version=fact.version
            )


def _wall(wall: WallTime) -> wall_pb2.WallTime:
    return wall_pb2.WallTime(local=wall.local, time_zone=wall.time_zone, fold=wall.fold)


def distinct(values: Iterable[str], *, field: str, most: int) -> tuple[str, ...]:
    """Return ids without repetition. Raises Malformed."""
    found = tuple(dict.fromkeys(uuid_of(each, field=field) for each in values))
    if len(found) > most:
        raise errors.Malformed("The list is too long.", field=field, most=str(most))
    return found
