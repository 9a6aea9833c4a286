"""Reads requests and events of the wire, writes resources and facts to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_pb2
from kept.notifications.v1 import (
    notifications_events_pb2,
    notifications_pb2,
    notifications_service_pb2,
    on_call_service_pb2,
)

from services.chassis.context import Actor
from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.notifications.adapters.replies import Reply
from services.notifications.adapters.wall_words import start_on_the_clock
from services.notifications.domain import errors
from services.notifications.domain.answer import State as ReplyState
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.channel import THE_CLIENT
from services.notifications.domain.consent import Source
from services.notifications.domain.contact import ContactPoint, Locale
from services.notifications.domain.link import TOKEN_CHARACTERS, Action, ActionLink
from services.notifications.domain.message import Message, MessageFailed, MessageSent
from services.notifications.domain.page import CRISIS, DUTIES, HIGHEST_LEVEL, OnCallContact
from services.notifications.usecases.use_action_link import BookedAppointment, FreeTime, Standing

LARGEST_PAGE = 200
DEFAULT_PAGE = 50

LONGEST_EMAIL = 254
"""Characters of an address that can be put into RCPT TO. Source: RFC 5321, 4.5.3.1.3."""

LONGEST_ZONE = 64


class Paged(Protocol):
    """A request for a page of a list."""

    page_size: int
    page_token: str


STANDINGS = {
    booking_pb2.Appointment.STATE_BOOKED: Standing.BOOKED,
    booking_pb2.Appointment.STATE_CONFIRMED: Standing.CONFIRMED,
    booking_pb2.Appointment.STATE_CANCELLED: Standing.CANCELLED,
}


def contact_point(wire: notifications_pb2.ContactPoint) -> ContactPoint:
    """
    Read a contact point from a request.

    Raises:
        Malformed: client_id is not a UUID. (INVALID_ARGUMENT)
        EmailMalformed, UnknownTimeZone, LocaleUnknown: As named. (INVALID_ARGUMENT)
    """
    client_id = uuid(wire.client_id, field="contact_point.client_id")
    if wire.locale not in tuple(Locale):
        raise errors.LocaleUnknown("There are no templates in this locale.", field="contact_point.locale")
    return ContactPoint(
        client_id=client_id,
        email=email(wire.email),
        time_zone=time_zone(wire.time_zone),
        locale=Locale(wire.locale),
        has_consent=wire.has_consent,
    )


def consent_source(actor: Actor, client_id: str) -> Source:
    """Tell whether the client speaks for themselves."""
    return Source.CLIENT if actor.client_id == client_id else Source.STAFF


def contact_resource(contact_point: ContactPoint) -> notifications_pb2.ContactPoint:
    """Write a contact point."""
    return notifications_pb2.ContactPoint(
        client_id=contact_point.client_id,
        email=contact_point.email,
        time_zone=contact_point.time_zone,
        locale=contact_point.locale.value,
        has_consent=contact_point.has_consent,
    )


def on_call_contact(wire: on_call_service_pb2.OnCallContact) -> OnCallContact:
    """
    Read a contact on call from a request.

    Raises:
        Malformed: contact_id is not a UUID. (INVALID_ARGUMENT)
        LevelUnknown, EmailMalformed, LocaleUnknown: As named. (INVALID_ARGUMENT)
    """
    contact_id = uuid(wire.contact_id, field="contact.contact_id")
    if not 1 <= wire.level <= HIGHEST_LEVEL:
        raise errors.LevelUnknown("A contact on call has level 1, 2 or 3.", field="contact.level")
    if wire.locale not in tuple(Locale):
        raise errors.LocaleUnknown("There are no templates in this locale.", field="contact.locale")
    address = email(wire.email, field="contact.email")
    if wire.duty not in ("", *DUTIES):
        raise errors.Malformed("A duty is crisis, compliance, care or desk.", field="contact.duty")
    return OnCallContact(contact_id, wire.level, address, Locale(wire.locale), wire.is_active, wire.duty or CRISIS)


def on_call_resource(contact: OnCallContact) -> on_call_service_pb2.OnCallContact:
    """Write a contact on call."""
    return on_call_service_pb2.OnCallContact(
        contact_id=contact.contact_id,
        level=contact.level,
        email=contact.email,
        locale=contact.locale.value,
        is_active=contact.is_active,
        duty=contact.duty,
    )


def page_resource(
    flag_id: str, raise_time: datetime, rounds: int, end_time: datetime | None, reached: int
) -> on_call_service_pb2.Page:
    """Write what staff was paged about."""
    return on_call_service_pb2.Page(
        flag_id=flag_id,
        raise_time=timestamp(raise_time),
        rounds=rounds,
        end_time=timestamp(end_time) if end_time else None,
        reached=reached,
    )


def message_resource(message: Message) -> notifications_pb2.Message:
    """Write a message."""
    return notifications_pb2.Message(
        message_id=message.message_id,
        client_id=message.client_id,
        appointment_id=message.appointment_id,
        kind=notifications_pb2.Message.Kind.Value(f"KIND_{message.kind}"),
        state=notifications_pb2.Message.State.Value(f"STATE_{message.state}"),
        reason=message.reason or "",
        due_time=timestamp(message.due_time),
        send_time=timestamp(message.send_time) if message.send_time else None,
        attempts=message.attempts,
        step=message.step,
        about=notifications_pb2.Message.About.Value(f"ABOUT_{message.about}"),
        urgency=notifications_pb2.Message.Urgency.Value(f"URGENCY_{message.message_class}"),
        channels=[notifications_pb2.Channel.Value(f"CHANNEL_{channel}") for channel in message.channels],
        channel=notifications_pb2.Channel.Value(f"CHANNEL_{message.channel or 'UNSPECIFIED'}"),
        guardian_id="" if message.recipient_id == THE_CLIENT else message.recipient_id,
        template_key=message.template_key or message.kind.lower(),
        template_version=message.template_version,
        workflow_version=message.workflow_version,
    )


def link_resource(link: ActionLink, appointment: Appointment | None, *, at: datetime) -> notifications_pb2.ActionLink:
    """Write a link as its holder may see it: neither who nor what."""
    return notifications_pb2.ActionLink(
        action=_action(link.use_action or link.action),
        state=notifications_pb2.ActionLink.State.Value(f"STATE_{link.state(appointment, at=at)}"),
        start_local=start_on_the_clock(link.start_time, time_zone=link.time_zone),
        time_zone=link.time_zone,
        actions=[_action(each) for each in link.actions(appointment, at=at)],
        locale=link.locale.value,
    )


def link_action(wire: notifications_pb2.ActionLink.Action.ValueType) -> Action | None:
    """Read what is to be done; None means what the link does first. Raises Malformed. (INVALID_ARGUMENT)"""
    if wire == notifications_pb2.ActionLink.ACTION_UNSPECIFIED:
        return None
    if wire not in notifications_pb2.ActionLink.Action.values():
        raise errors.Malformed("There is no such action.", field="action")
    return Action(notifications_pb2.ActionLink.Action.Name(wire).removeprefix("ACTION_"))


def link_times(times: Sequence[FreeTime], *, time_zone: str) -> notifications_service_pb2.LinkTimes:
    """Write other times on the recipient's clock."""
    return notifications_service_pb2.LinkTimes(
        times=[
            notifications_service_pb2.LinkTime(
                start_time=timestamp(each.start_time),
                start_local=start_on_the_clock(each.start_time, time_zone=time_zone),
                time_zone=time_zone,
            )
            for each in times
        ]
    )


def _action(action: Action) -> notifications_pb2.ActionLink.Action.ValueType:
    return notifications_pb2.ActionLink.Action.Value(f"ACTION_{action}")


def reply_event(reply: Reply, *, practice_id: str) -> notifications_events_pb2.ReplyReceived:
    """Say that somebody texted back: ids and times only."""
    return notifications_events_pb2.ReplyReceived(
        practice_id=practice_id,
        reply_id=reply.reply_id,
        client_id=reply.client_id,
        appointment_id=reply.appointment_id,
        meaning=reply.meaning,
        is_open=reply.state is ReplyState.OPEN,
        receive_time=timestamp(reply.receive_time),
        version=1,
    )


def fact_event(
    fact: MessageSent | MessageFailed, *, practice_id: str
) -> notifications_events_pb2.MessageSent | notifications_events_pb2.MessageFailed:
    """Write a fact as the event that is published."""
    message = fact.message
    if isinstance(fact, MessageSent):
        return notifications_events_pb2.MessageSent(
            practice_id=practice_id,
            message_id=message.message_id,
            client_id=message.client_id,
            appointment_id=message.appointment_id,
            kind=notifications_pb2.Message.Kind.Value(f"KIND_{message.kind}"),
            version=message.revision,
        )
    return notifications_events_pb2.MessageFailed(
        practice_id=practice_id,
        message_id=message.message_id,
        client_id=message.client_id,
        appointment_id=message.appointment_id,
        reason=message.reason or "",
        version=message.revision,
    )


def booked_appointment(wire: booking_pb2.Appointment) -> BookedAppointment:
    """Read an appointment from booking's answer."""
    return BookedAppointment(
        standing=STANDINGS.get(wire.state, Standing.OTHER),
        start_time=instant(wire.start_time),
        etag=wire.etag,
        therapist_id=wire.therapist_id,
        session_type_id=wire.session_type_id,
        modality=wire.modality,
    )


def token(wire: str) -> str:
    """Return a link's secret; what can't be one is unknown, without a look at the database."""
    if len(wire) != TOKEN_CHARACTERS or not wire.isascii():
        raise errors.LinkUnknown("No link has this secret.")
    return wire


def page(request: notifications_service_pb2.ListMessagesRequest) -> tuple[int, str | None]:
    """Return how many messages are asked for, and the message the page comes after."""
    size = page_size(request.page_size, default=DEFAULT_PAGE, most=LARGEST_PAGE)
    place = read_page_token(request.client_id, request.page_token)
    return size, uuid(str(place[0]), field="page_token") if place else None


def next_page_token(client_id: str, messages: Sequence[Message], size: int) -> str:
    """Name the place the next page begins at; empty when there are no more messages than *size*."""
    return page_token(client_id, messages[size - 1].message_id) if len(messages) > size else ""


def place(request: Paged, query: str) -> tuple[int, str | None]:
    """Return how many entries are asked for, and the id the page comes after."""
    size = page_size(request.page_size, default=DEFAULT_PAGE, most=LARGEST_PAGE)
    read = read_page_token(query, request.page_token)
    return size, uuid(str(read[0]), field="page_token") if read else None


def place_token(query: str, ids: Sequence[str], size: int) -> str:
    """Name the place the next page of ids begins at; empty when there are no more than *size*."""
    return page_token(query, ids[size - 1]) if len(ids) > size else ""


def size(wanted: int) -> int:
    """Return how many entries are asked for."""
    return page_size(wanted, default=DEFAULT_PAGE, most=LARGEST_PAGE)


def uuids(values: Iterable[str], *, field: str) -> tuple[str, ...]:
    """Return UUIDs in their usual form, or refuse them."""
    return tuple(uuid(value, field=field) for value in values)


def uuid(value: str, *, field: str) -> str:
    """Return a UUID in its usual form, or refuse it."""
    try:
        parsed = UUID(value)
    except ValueError:
        raise errors.Malformed("Not a UUID.", field=field) from None
    if str(parsed) != value.lower():
        raise errors.Malformed("Not a UUID.", field=field)
    return str(parsed)


def instant(timestamp: Timestamp) -> datetime:
    """Read an instant to the microsecond, as PostgreSQL keeps it."""
    return timestamp.ToDatetime(tzinfo=UTC)


def timestamp(instant: datetime) -> Timestamp:
    """Write an instant."""
    written = Timestamp()
    written.FromDatetime(instant)
    return written


def email(email: str, *, field: str = "contact_point.email") -> str:
    """Read an e-mail address. Raises EmailMalformed. (INVALID_ARGUMENT)"""
    if len(email) <= LONGEST_EMAIL:
        try:
            return validate_email(email, check_deliverability=False, allow_smtputf8=False).normalized
        except EmailNotValidError:
            # The validator's words hold parts of the address.
            pass
    raise errors.EmailMalformed("Not an e-mail address.", field=field) from None


def time_zone(key: str, *, field: str = "contact_point.time_zone") -> str:
    """Read a zone. Raises UnknownTimeZone. (INVALID_ARGUMENT)"""
    try:
        if 0 < len(key) <= LONGEST_ZONE and key != "localtime":
            return ZoneInfo(key).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise errors.UnknownTimeZone("Not a zone of the IANA database.", field=field) from None
