"""A practice says what, when and in which words; what it tries out sends nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from kept.booking.v1 import absence_events_pb2, booking_pb2, care_events_pb2, policy_events_pb2, waitlist_events_pb2
from kept.notifications.v1 import notifications_pb2, workflow_pb2, workflow_service_pb2

from services.notifications.domain.channel import Channel
from services.notifications.domain.message import Reason, State
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import NOW, START, Office, Promise, new_id, timestamp
from tests.integration.notifications.sink import Sink

pytestmark = pytest.mark.integration

Step = workflow_pb2.WorkflowStep
Message = notifications_pb2.Message


@pytest.fixture
async def door(office: Office, keyring_path: Path) -> AsyncIterator[Door]:
    """The service behind its gRPC door."""
    door = Door(office, keyring_path.parent)
    await door.start()
    yield door
    await door.stop()


def step(name: str, trigger: str = "BEFORE_SESSION", **values: Any) -> Step:
    """A step by mail, a day ahead."""
    fields = {"offset": 1, "unit": Step.UNIT_DAYS, "urgency": Message.URGENCY_ROUTINE} | values
    kind = Step.Trigger.Value(f"TRIGGER_{trigger}")
    return Step(name=name, trigger=kind, channels=[notifications_pb2.CHANNEL_EMAIL], **fields)


async def put(door: Door, practice_id: str, *steps: Step, session_type_id: str = "", seen: int = 0) -> Any:
    """Store a workflow."""
    request = workflow_service_pb2.PutWorkflowRequest(
        session_type_id=session_type_id, steps=steps, seen_version=seen, request_id=new_id()
    )
    return await door.workflows.PutWorkflow(request, metadata=door.admin(practice_id))


async def test_a_session_type_has_its_own_workflow_and_each_version_is_kept(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Its own before the practice's before the built-in one; what was planned keeps its version; a reset goes back."""
    await office.meet(practice_id, client_id)
    own, other = Promise(practice_id, client_id), Promise(practice_id, client_id)
    await put(door, practice_id, step("house"))
    stored = await put(door, practice_id, step("own"), session_type_id=own.session_type_id)
    with pytest.raises(grpc.aio.AioRpcError) as stale:
        await put(door, practice_id, step("late"), session_type_id=own.session_type_id)
    await office.handle(own.booked())
    await office.handle(other.booked())
    await put(door, practice_id, session_type_id=own.session_type_id, seen=1)
    await office.handle(own.moved(START + timedelta(days=3)))

    got = await door.workflows.GetWorkflow(
        workflow_service_pb2.GetWorkflowRequest(session_type_id=own.session_type_id), metadata=door.admin(practice_id)
    )
    listed = await door.workflows.ListWorkflowVersions(
        workflow_service_pb2.ListWorkflowVersionsRequest(session_type_id=own.session_type_id),
        metadata=door.admin(practice_id),
    )
    messages = await office.messages(practice_id, client_id)
    assert (stored.version, stale.value.code()) == (1, grpc.StatusCode.ABORTED)
    assert [(message.step, message.workflow_version, message.state) for message in messages] == [
        ("own", 1, State.SUPPRESSED),
        ("house", 1, State.PLANNED),
        ("house", 1, State.PLANNED),
    ]
    assert [each.name for each in got.steps] == ["house"]
    assert [(each.version, len(each.steps)) for each in listed.workflows] == [(2, 0), (1, 1)]


async def test_a_practices_own_words_are_sent_and_words_that_tell_of_care_are_refused(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """In its sender's name; a word forbidden later keeps the message back at the moment of sending, with the reason."""
    await office.meet(practice_id, client_id)
    admin = door.admin(practice_id)
    words = workflow_pb2.MessageTemplate(
        template_key="confirmation", locale="en", channel=notifications_pb2.CHANNEL_EMAIL,
        subject="See you soon", body="At Hillside we expect you on {{ date }}.\n\n{{ link }}",
    )  # fmt: skip
    request = workflow_service_pb2.PutTemplateRequest(template=words, request_id=new_id())
    stored = await door.workflows.PutTemplate(request, metadata=admin)
    words.body = "Your therapy: {{ date }}"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await door.workflows.PutTemplate(
            workflow_service_pb2.PutTemplateRequest(template=words, seen_version=1, request_id=new_id()), metadata=admin
        )
    words.body = "At Hillside we expect you on {{ date }}, as agreed.\n\n{{ link }}"
    request = workflow_service_pb2.PutTemplateRequest(template=words, seen_version=1, request_id=new_id())
    await door.workflows.PutTemplate(request, metadata=admin)
    house = workflow_pb2.MessageSettings(sender_label="Hillside", phone="+1 604 555 0100", quiet_from="20:00")
    settings = workflow_service_pb2.PutMessageSettingsRequest(settings=house, request_id=new_id())
    await door.workflows.PutMessageSettings(settings, metadata=admin)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    house.forbidden_words.append("hillside")
    house.version, house.sender_label = 1, ""
    settings = workflow_service_pb2.PutMessageSettingsRequest(settings=house, request_id=new_id())
    await door.workflows.PutMessageSettings(settings, metadata=admin)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()

    messages = [message for message in await office.messages(practice_id, client_id) if message.step == "booked"]
    assert (stored.version, refused.value.code()) == (1, grpc.StatusCode.FAILED_PRECONDITION)
    assert sink.subjects() == ["See you soon"]
    assert sink.letters[0]["From"] == "Hillside <appointments@kept.example>"
    # The refused words had asked for the same version: they are not what is sent under it.
    assert "At Hillside we expect you on Tuesday 3 March, as agreed." in sink.texts()[0]
    assert [(message.state, message.reason, message.template_version) for message in messages] == [
        (State.SENT, None, 2),
        (State.FAILED, Reason.FORBIDDEN_WORDS, 2),
    ]


async def test_a_preview_shows_times_words_and_reasons_and_a_dry_run_counts_last_month(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Nothing is stored, nothing sent; how appointments ended counts."""
    await office.meet(practice_id, client_id)
    admin = door.admin(practice_id)
    for end in ("", "cancelled", "missed"):
        promise = Promise(practice_id, client_id)
        await office.handle(promise.booked())
        if end == "cancelled":
            await office.handle(promise.cancelled())
        elif end == "missed":
            await office.handle(promise.attended(booking_pb2.Appointment.STATE_NO_SHOW))
    before = await office.messages(practice_id, client_id)
    steps = [
        step("soon", offset=2, unit=Step.UNIT_HOURS, confirmed=Step.DEMAND_NO),
        step("first", first_visit=Step.DEMAND_YES),
        step("outreach", "NO_SHOW", offset=1, unit=Step.UNIT_HOURS),
    ]

    preview = await door.workflows.PreviewWorkflow(
        workflow_service_pb2.PreviewWorkflowRequest(
            steps=steps, book_time=timestamp(NOW), start_time=timestamp(START), time_zone="America/Vancouver",
            is_returning=True, is_confirmed=True,
        ),
        metadata=admin,
    )  # fmt: skip
    office.at = START + timedelta(days=2)
    counted = await door.workflows.DryRunWorkflow(
        workflow_service_pb2.DryRunWorkflowRequest(steps=steps), metadata=admin
    )

    assert [(each.step, each.reason) for each in preview.messages] == [
        ("first", "NOT_FIRST_VISIT"),
        ("soon", "ALREADY_CONFIRMED"),
    ]
    assert [each.locale for each in preview.messages[0].rendered] == ["en", "es"]
    assert "Reminder of your appointment" in preview.messages[0].rendered[0].subject
    assert counted.appointment_count == 3
    assert [(line.step, line.reason, line.count) for line in counted.lines if line.step == "outreach"] == [
        ("outreach", "", 1)
    ]
    assert sum(line.count for line in counted.lines if line.step == "first") == 3
    assert await office.messages(practice_id, client_id) == before
    assert sink.letters == []


async def test_a_dry_run_says_what_the_gate_would_say(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Consents, addresses and the practice's own caps as they stand; reminders are planned around the night."""
    silent = new_id()
    await office.meet(practice_id, client_id)
    await office.meet(practice_id, silent, email="silent@example.com", has_consent=False)
    late = [START - timedelta(hours=14) + timedelta(minutes=minute) for minute in (0, 1)]
    for start in (START + timedelta(days=1), *late):
        await office.handle(Promise(practice_id, client_id, start).booked())
    await office.handle(Promise(practice_id, silent).booked())
    await office.handle(Promise(practice_id, new_id()).booked())
    caps = workflow_pb2.MessageSettings(mails_a_day=1, mails_a_week=2)
    stored = await door.workflows.PutMessageSettings(
        workflow_service_pb2.PutMessageSettingsRequest(settings=caps, request_id=new_id()),
        metadata=door.admin(practice_id),
    )
    office.at = START + timedelta(days=2)

    counted = await door.workflows.DryRunWorkflow(
        workflow_service_pb2.DryRunWorkflowRequest(steps=[step("day")]), metadata=door.admin(practice_id)
    )

    assert (stored.texts_a_day, stored.mails_a_day, stored.mails_a_week) == (1, 1, 2)
    lines = {(line.reason, line.channel): (line.count, line.waited_count) for line in counted.lines}
    by_mail = ("", notifications_pb2.CHANNEL_EMAIL)
    nothing = notifications_pb2.CHANNEL_UNSPECIFIED
    assert lines == {
        by_mail: (2, 0),
        ("RATE_CAPPED", nothing): (1, 0),
        ("NO_CONSENT", nothing): (1, 0),
        ("NO_CONTACT", nothing): (1, 0),
    }


async def test_caps_that_can_not_be_meant_are_refused(door: Door, practice_id: str) -> None:
    """With the reason, and what was set before stays."""
    for wrong in (
        {"texts_a_day": 4},
        {"mails_a_day": 30, "mails_a_week": 40},
        {"mails_a_week": 61},
        {"texts_a_day": -1},
    ):
        request = workflow_service_pb2.PutMessageSettingsRequest(
            settings=workflow_pb2.MessageSettings(**wrong), request_id=new_id()
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await door.workflows.PutMessageSettings(request, metadata=door.admin(practice_id))
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    kept = await door.workflows.GetMessageSettings(
        workflow_service_pb2.GetMessageSettingsRequest(), metadata=door.admin(practice_id)
    )

    assert (kept.version, kept.texts_a_day, kept.texts_a_week, kept.mails_a_day) == (0, 1, 3, 6)


async def test_a_templates_preview_shows_segments_and_warns(door: Door, practice_id: str) -> None:
    """In every locale asked for; a long text is refused, a longer-than-one warns."""
    texts = [
        workflow_pb2.MessageTemplate(
            template_key="reminder", locale=locale, channel=notifications_pb2.CHANNEL_SMS, body=body
        )
        for locale, body in (("en", ""), ("es", ""), ("en", "{{ sender }}: " + "see you " * 20 + "{{ when }}"))
    ]
    admin = door.admin(practice_id)

    shown = await door.workflows.PreviewTemplate(
        workflow_service_pb2.PreviewTemplateRequest(templates=texts), metadata=admin
    )
    texts[2].body = "see you " * 80
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await door.workflows.PreviewTemplate(
            workflow_service_pb2.PreviewTemplateRequest(templates=texts), metadata=admin
        )

    assert [(each.segments, list(each.warnings)) for each in shown.rendered] == [
        (1, []),
        (1, []),
        (2, ["MORE_THAN_ONE_SEGMENT"]),
    ]
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_only_the_practices_admin_sets_what_is_said(door: Door, practice_id: str) -> None:
    """The front desk does not."""
    request = workflow_service_pb2.PutWorkflowRequest(steps=[step("own")], request_id=new_id())

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await door.workflows.PutWorkflow(request, metadata=door.clerk(practice_id))

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_an_offer_is_mailed_and_is_not_once_it_is_gone(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Made: told at once. Taken before it was sent: only that it is taken."""
    await office.meet(practice_id, client_id)
    facts = waitlist_events_pb2.OfferFacts(
        practice_id=practice_id, offer_id=new_id(), client_id=client_id, session_type_id=new_id(),
        start_time=timestamp(START), expire_time=timestamp(NOW + timedelta(minutes=30)), version=1,
    )  # fmt: skip
    await office.handle(waitlist_events_pb2.OfferMade(offer=facts))
    await office.sweep()
    facts.offer_id = new_id()
    await office.handle(waitlist_events_pb2.OfferMade(offer=facts))
    facts.version = 2
    await office.handle(waitlist_events_pb2.OfferTaken(offer=facts))
    await office.sweep()

    assert sink.subjects() == ["An earlier time is free", "The earlier time is taken"]
    assert "Tuesday 3 March at 15:00" in sink.texts()[0]


async def test_a_follow_up_that_is_due_and_times_offered_in_an_absence_are_told_while_they_stand(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Due: the client is asked to book. Closed before it was sent: not a word."""
    await office.meet(practice_id, client_id)
    facts = care_events_pb2.FollowUpFacts(
        practice_id=practice_id, follow_up_id=new_id(), client_id=client_id, due_date="2026-02-27", version=2
    )
    away = absence_events_pb2.AbsenceOfferFacts(
        practice_id=practice_id, offer_id=new_id(), client_id=client_id, start_time=timestamp(START),
        expire_time=timestamp(NOW + timedelta(days=1)), version=1,
    )  # fmt: skip
    await office.handle(care_events_pb2.FollowUpDue(follow_up=facts))
    await office.handle(absence_events_pb2.AbsenceOffered(offer=away))
    office.at = NOW + timedelta(hours=6)
    await office.sweep()
    told = sorted(sink.subjects())
    facts.follow_up_id, facts.version = new_id(), 2
    await office.handle(care_events_pb2.FollowUpDue(follow_up=facts))
    facts.version = 3
    await office.handle(care_events_pb2.FollowUpClosed(follow_up=facts))
    away.version = 2
    await office.handle(absence_events_pb2.AbsenceOfferClosed(offer=away))
    await office.sweep()

    assert told == ["It is time for your next appointment", "Your appointment needs another time"]
    assert len(sink.letters) == 2


async def test_what_was_not_confirmed_in_time_is_asked_for_and_a_miss_is_followed_up(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Booking's own events; a miss that was a mis-click is not followed up."""
    await office.meet(practice_id, client_id)
    promises = [Promise(practice_id, client_id) for _ in range(2)]
    for promise in promises:
        await office.handle(promise.booked())
    late = policy_events_pb2.ConfirmationOverdue(
        practice_id=practice_id, appointment_id=promises[0].appointment_id, client_id=client_id,
        start_time=timestamp(START), version=2,
    )  # fmt: skip
    office.at = START - timedelta(hours=4)
    await office.sweep()
    sink.letters.clear()
    await office.handle(late)
    await office.sweep()
    asked = sink.subjects()
    office.at = START + timedelta(minutes=20)
    promises[0].version = 2
    for promise in promises:
        await office.handle(promise.attended(booking_pb2.Appointment.STATE_NO_SHOW))
    await office.handle(promises[1].undone(booking_pb2.Appointment.STATE_BOOKED))
    office.at = START + timedelta(minutes=81)
    await office.sweep()

    assert asked == ["Please confirm your appointment"]
    assert sink.subjects() == [*asked, "We missed you"]
    reasons = {message.reason for message in await office.messages(practice_id, client_id) if message.step == "missed"}
    assert reasons == {None, Reason.CHANGE_UNDONE}


async def test_extra_clients_of_a_session_get_notices_of_their_own(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Each at their own address, under their own record."""
    other = new_id()
    await office.meet(practice_id, client_id)
    await office.meet(practice_id, other, email="sam.silva@example.com")
    event = Promise(practice_id, client_id).booked()
    event.appointment.extra_client_ids.append(other)  # type: ignore[attr-defined]

    await office.handle(event)
    await office.sweep()

    assert sorted(sink.recipients) == ["gita.silva@example.com", "sam.silva@example.com"]
    assert [message.channel for message in await office.messages(practice_id, other)] == [Channel.EMAIL, *[None] * 3]
