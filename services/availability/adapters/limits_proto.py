"""Translates caps, travel times, equipment and reservations, within the stated limits."""

from __future__ import annotations

from dataclasses import fields

from kept.availability.v1 import limits_service_pb2

from services.availability.adapters.proto import audiences_of, uuid_of, uuid_or_new, whole
from services.availability.adapters.words import clock_of, clock_text, kind_of, name_of
from services.availability.domain import errors
from services.availability.domain.caps import Caps
from services.availability.domain.limits import Equipment, PriorityWindow, Reservation, TravelTime
from services.chassis.rpc.etags import tagged
from services.chassis.rpc.pages import read_page_token

MOST = {
    "max_sessions_day": 50,
    "max_sessions_week": 200,
    "max_minutes_day": 1_440,
    "max_minutes_week": 10_080,
    "max_load_day": 500,
    "max_load_week": 2_000,
    "max_consecutive": 20,
    "break_min": 240,
    "max_intakes_week": 50,
    "crisis_cool_down_min": 1_440,
}
"""Greatest value of each cap. Source: the contract."""

MAX_TRAVEL_MIN = 480
MAX_RELEASE_HOURS = 720
MAX_OPEN_DAYS = 365


def caps_of(message: limits_service_pb2.Caps) -> Caps:
    """Return caps as the caller sent them. Raises Malformed."""
    numbers = {
        name: whole(getattr(message, name), field=f"caps.{name}", least=0, most=most) for name, most in MOST.items()
    }
    if numbers["max_consecutive"] and not numbers["break_min"]:
        raise errors.Malformed("After so many sessions comes a break of how long?", field="caps.break_min")
    return Caps(uuid_of(message.therapist_id, field="caps.therapist_id"), **numbers)


def caps_message(caps: Caps) -> limits_service_pb2.Caps:
    """Return caps as the contract says them."""
    return tagged(limits_service_pb2.Caps(**{each.name: getattr(caps, each.name) for each in fields(caps)}))


def equipment_of(message: limits_service_pb2.Equipment) -> Equipment:
    """Return a piece of equipment as the caller sent it. Raises Malformed."""
    return Equipment(
        uuid_or_new(message.equipment_id, field="equipment.equipment_id"),
        uuid_of(message.site_id, field="equipment.site_id"),
        kind_of(message.kind, field="equipment.kind"),
        name_of(message.display_name, field="equipment.display_name"),
    )


def equipment_message(each: Equipment) -> limits_service_pb2.Equipment:
    """Return a piece of equipment as the contract says it."""
    message = limits_service_pb2.Equipment(
        equipment_id=each.equipment_id, site_id=each.site_id, kind=each.kind, display_name=each.display_name
    )
    return tagged(message)


def travel_of(message: limits_service_pb2.TravelTime) -> TravelTime:
    """Return a travel time, the lower site id first. Raises Malformed."""
    one = uuid_of(message.site_id, field="travel_time.site_id")
    other = uuid_of(message.other_site_id, field="travel_time.other_site_id")
    if one == other:
        raise errors.Malformed("Nobody travels within a site.", field="travel_time.other_site_id")
    minutes = whole(message.minutes, field="travel_time.minutes", least=0, most=MAX_TRAVEL_MIN)
    return TravelTime(min(one, other), max(one, other), minutes)


def travel_message(each: TravelTime) -> limits_service_pb2.TravelTime:
    """Return a travel time as the contract says it."""
    message = limits_service_pb2.TravelTime(
        site_id=each.site_id, other_site_id=each.other_site_id, minutes=each.minutes
    )
    return tagged(message)


def reservation_of(message: limits_service_pb2.Reservation) -> Reservation:
    """Return a reservation as the caller sent it. Raises Malformed, HoursReversed."""
    field = "reservation"
    start_min = clock_of(message.start_local, field=f"{field}.start_local")
    end_min = clock_of(message.end_local, field=f"{field}.end_local")
    if end_min <= start_min:
        raise errors.HoursReversed("A reservation ends after it starts.")
    return Reservation(
        uuid_or_new(message.reservation_id, field=f"{field}.reservation_id"),
        uuid_of(message.therapist_id, field=f"{field}.therapist_id") if message.therapist_id else "",
        whole(message.weekday, field=f"{field}.weekday", least=1, most=7),
        start_min,
        end_min,
        whole(message.audience, field=f"{field}.audience", least=1, most=1),
        whole(message.release_hours, field=f"{field}.release_hours", least=0, most=MAX_RELEASE_HOURS),
    )


def reservation_message(each: Reservation) -> limits_service_pb2.Reservation:
    """Return a reservation as the contract says it."""
    message = limits_service_pb2.Reservation(
        reservation_id=each.reservation_id,
        therapist_id=each.therapist_id,
        weekday=each.weekday,
        start_local=clock_text(each.start_min),
        end_local=clock_text(each.end_min),
        audience=each.audience,  # type: ignore[arg-type]
        release_hours=each.release_hours,
    )
    return tagged(message)


def window_of(message: limits_service_pb2.PriorityWindow) -> PriorityWindow:
    """Return a priority window as the caller sent it. Raises Malformed."""
    audiences = audiences_of(message.audiences, field="window.audiences")
    if not audiences:
        raise errors.Malformed("Say who may book earlier.", field="window.audiences")
    return PriorityWindow(
        uuid_or_new(message.window_id, field="window.window_id"),
        uuid_of(message.therapist_id, field="window.therapist_id") if message.therapist_id else "",
        uuid_of(message.session_type_id, field="window.session_type_id") if message.session_type_id else "",
        audiences,
        whole(message.open_days, field="window.open_days", least=1, most=MAX_OPEN_DAYS),
    )


def window_message(each: PriorityWindow) -> limits_service_pb2.PriorityWindow:
    """Return a priority window as the contract says it."""
    message = limits_service_pb2.PriorityWindow(
        window_id=each.window_id,
        therapist_id=each.therapist_id,
        session_type_id=each.session_type_id,
        audiences=sorted(each.audiences),  # type: ignore[arg-type]
        open_days=each.open_days,
    )
    return tagged(message)


def after_of(query: str, token: str) -> str:
    """Return the id after which a page begins, "" for the first. Raises Malformed."""
    match read_page_token(query, token):
        case None:
            return ""
        case [str(last)]:
            return last
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")
