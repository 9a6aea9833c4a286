"""Reads and writes addresses, consents and nudges on the wire."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from kept.notifications.v1 import contact_pb2, contact_service_pb2, notifications_pb2

from services.chassis.context import Actor
from services.chassis.crypto import normalize_phone
from services.notifications.adapters.proto import consent_source, email, instant, time_zone, timestamp, uuid
from services.notifications.adapters.workflow_proto import channel_of, channel_wire, locale
from services.notifications.domain import errors
from services.notifications.domain.channel import THE_CLIENT, Channel
from services.notifications.domain.consent import Consent, Purpose, SuppressionReason
from services.notifications.domain.contact import AddressState, ContactAddress
from services.notifications.domain.nudge import Nudge
from services.notifications.domain.workflow import Trigger

LONGEST_EVIDENCE = 64

INVITATION_CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}")
"""As booking gives them. Nothing else can be sent as one: the mail would be anybody's letter paper."""

INVITATION_DAYS = 31


def invitation(request: contact_service_pb2.SendInvitationRequest, *, at: datetime) -> tuple[str, datetime]:
    """
    Read an invitation's code and its end.

    Raises:
        Malformed: It is no code, or its end is past or far. (INVALID_ARGUMENT)
    """
    if not INVITATION_CODE.fullmatch(request.code):
        raise errors.Malformed("That is no code of an invitation.", field="code")
    end_time = instant(request.expire_time)
    if not at < end_time <= at + timedelta(days=INVITATION_DAYS):
        raise errors.Malformed("An invitation ends within a month.", field="expire_time")
    return request.code, end_time


def address(wire: contact_pb2.ContactAddress, client_id: str, *, contact_point_id: str) -> ContactAddress:
    """
    Read an address.

    Raises:
        Malformed: Neither mail nor text, or an id that is none. (INVALID_ARGUMENT)
        EmailMalformed, InvalidRequest (PHONE_MALFORMED), UnknownTimeZone, LocaleUnknown: As named. (INVALID_ARGUMENT)
    """
    channel = channel_of(wire.channel, field="address.channel")
    if channel not in (Channel.EMAIL, Channel.SMS):
        raise errors.Malformed("An address is of mail or of texts.", field="address.channel")
    is_mail = channel is Channel.EMAIL
    return ContactAddress(
        contact_point_id=contact_point_id,
        client_id=client_id,
        channel=channel,
        address=email(wire.address, field="address.address") if is_mail else normalize_phone(wire.address),
        recipient_id=guardian(wire.guardian_id),
        is_alternative=wire.is_alternative,
        is_safe=not wire.is_unsafe,
        time_zone=time_zone(wire.time_zone, field="address.time_zone") if wire.time_zone else "",
        locale=locale(wire.locale, field="address.locale") if wire.locale else None,
    )


def guardian(guardian_id: str) -> str:
    """Read whose something is; empty means the client's own."""
    return uuid(guardian_id, field="guardian_id") if guardian_id else THE_CLIENT


def address_resource(found: ContactAddress, suppression: SuppressionReason | None = None) -> contact_pb2.ContactAddress:
    """Write an address."""
    return contact_pb2.ContactAddress(
        contact_point_id=found.contact_point_id,
        guardian_id=_own(found.recipient_id),
        channel=channel_wire(found.channel),
        address=found.address,
        state=contact_pb2.ContactAddress.State.Value(f"STATE_{found.state}"),
        is_verified=found.is_verified,
        is_alternative=found.is_alternative,
        is_unsafe=not found.is_safe,
        time_zone=found.time_zone,
        locale=found.locale or "",
        suppression=suppression or "",
    )


def is_ended(found: ContactAddress) -> bool:
    """Tell whether an address is used no more."""
    return found.state is AddressState.ENDED


def consent(wire: contact_pb2.Consent, client_id: str, *, consent_id: str, actor: Actor, at: datetime) -> Consent:
    """Read a consent. Raises Malformed. (INVALID_ARGUMENT)"""
    if len(wire.evidence) > LONGEST_EVIDENCE or not all(part.isalnum() for part in wire.evidence.split("-") if part):
        raise errors.Malformed("Evidence is a code of letters, digits and dashes.", field="consent.evidence")
    names = {number: name.removeprefix("PURPOSE_") for name, number in contact_pb2.Consent.Purpose.items()}
    if wire.purpose not in names:
        raise errors.Malformed("Not a purpose.", field="consent.purpose")
    return Consent(
        consent_id=consent_id,
        client_id=client_id,
        is_granted=wire.is_granted,
        source=consent_source(actor, client_id),
        create_time=at,
        purpose=Purpose(names[wire.purpose]) if wire.purpose else Purpose.ANY,
        channel=channel_of(wire.channel, field="consent.channel") if wire.channel else None,
        recipient_id=guardian(wire.guardian_id),
        evidence=wire.evidence,
        actor_id=actor.actor_id,
    )


def consent_resource(found: Consent) -> contact_pb2.Consent:
    """Write a consent."""
    return contact_pb2.Consent(
        consent_id=found.consent_id,
        guardian_id=_own(found.recipient_id),
        purpose=contact_pb2.Consent.Purpose.Value(f"PURPOSE_{found.purpose or 'UNSPECIFIED'}"),
        channel=channel_wire(found.channel) if found.channel else notifications_pb2.CHANNEL_UNSPECIFIED,
        is_granted=found.is_granted,
        source=found.source.value,
        evidence=found.evidence,
        create_time=timestamp(found.create_time),
    )


def nudge(request: contact_service_pb2.PutNudgeRequest) -> Nudge:
    """Read a nudge. Raises NudgeMalformed. (INVALID_ARGUMENT)"""
    wire = request.nudge
    triggers = {trigger.value: trigger for trigger in (Trigger.MEDICATION, Trigger.CHECK_IN, Trigger.FORM_DUE)}
    if wire.trigger not in triggers:
        raise errors.NudgeMalformed("A nudge is MEDICATION, CHECK_IN or FORM_DUE.", field="nudge.trigger")
    return Nudge(
        nudge_id=uuid(wire.nudge_id, field="nudge.nudge_id"),
        client_id=uuid(wire.client_id, field="nudge.client_id"),
        trigger=triggers[wire.trigger],
        wall_time=_wall_time(wire.wall_time),
        every_days=wire.every_days,
        from_date=_day(wire.from_date, "nudge.from_date"),
        until_date=_day(wire.until_date, "nudge.until_date"),
    )


def nudge_resource(found: Nudge) -> contact_pb2.Nudge:
    """Write a nudge."""
    return contact_pb2.Nudge(
        nudge_id=found.nudge_id,
        client_id=found.client_id,
        trigger=found.trigger.value,
        wall_time=f"{found.wall_time:%H:%M}",
        every_days=found.every_days,
        from_date=found.from_date.isoformat(),
        until_date=found.until_date.isoformat(),
        next_time=timestamp(found.next_time) if found.next_time else None,
        is_ended=found.end_time is not None,
    )


def _wall_time(wire: str) -> time:
    try:
        return datetime.strptime(wire, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise errors.NudgeMalformed("Not a wall time.", field="nudge.wall_time") from None


def _day(wire: str, field: str) -> date:
    try:
        return date.fromisoformat(wire)
    except ValueError:
        raise errors.NudgeMalformed("Not a day.", field=field) from None


def _own(recipient_id: str) -> str:
    return "" if recipient_id == THE_CLIENT else recipient_id
