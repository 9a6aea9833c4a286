"""From an event of booking to the mail a client reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.chassis.events.outbox import as_json
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Outcome, Reason, State
from tests.integration.notifications.office import START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink, text_of, token_of
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

WORDS = "You have an appointment on Tuesday 3 March at 15:00 (Vancouver time)."
A_MINUTE = timedelta(minutes=1)


async def test_a_booking_is_confirmed_now_and_reminded_of_a_day_ahead(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """The confirmation arrives at once, reminders three days and 24 hours ahead and not a minute earlier."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id).booked())

    await office.sweep()
    office.at = START - timedelta(hours=24) - A_MINUTE
    await office.sweep()
    early = sink.subjects()
    office.at = START - timedelta(hours=24)
    await office.sweep()
    await office.sweep()

    reminder = "Reminder of your appointment"
    assert early == ["Your appointment is set", reminder]
    assert sink.subjects() == ["Your appointment is set", reminder, reminder]
    assert [WORDS in text for text in sink.texts()] == [True, True, True]
    assert set(sink.recipients) == {"gita.silva@example.com"}


async def test_a_mail_is_what_mail_servers_and_clients_expect(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Neutral sender and subject, text and HTML, a stable Message-ID, no answer asked of robots."""
    await office.meet(practice_id, client_id, locale=Locale.ES)
    await office.handle(Promise(practice_id, client_id).booked())

    await office.sweep()

    letter, (message, *_) = sink.letters[0], await office.messages(practice_id, client_id)
    html = letter.get_body(("html",))
    assert html is not None
    assert letter["From"] == "Appointments <appointments@kept.example>"
    assert letter["Subject"] == "Su cita está reservada"
    assert letter["Message-ID"] == f"<{message.message_id}@kept.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Tiene una cita el martes 3 de marzo a las 15:00 (hora de Vancouver)." in text_of(letter)
    assert f"https://kept.example/l/{token_of(letter)}" in html.get_content()


async def test_a_move_silences_the_old_time(office: Office, sink: Sink, practice_id: str, client_id: str) -> None:
    """After the move nothing says the old time; the new one is told now and a day ahead."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    await office.sweep()

    await office.handle(promise.moved(START + timedelta(days=1, hours=1)))
    await office.sweep()
    office.at = START + timedelta(hours=1)
    await office.sweep()

    assert sink.subjects() == [
        "Your appointment is set",
        "Your appointment has a new time",
        "Reminder of your appointment",
    ]
    assert ["Wednesday 4 March at 16:00" in text for text in sink.texts()] == [False, True, True]
    assert await office.states(practice_id, client_id) == [
        ("CONFIRMATION", 1, "SENT", ""),
        *[("REMINDER", 1, "SUPPRESSED", "APPOINTMENT_MOVED")] * 3,
        ("MOVED", 2, "SENT", ""),
        ("REMINDER", 2, "SUPPRESSED", "OVERTAKEN"),
        ("REMINDER", 2, "SENT", ""),
        ("REMINDER", 2, "PLANNED", ""),
    ]


async def test_a_cancelled_appointment_is_not_reminded_of(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """The cancellation is told, without a link; the reminder never leaves."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    await office.sweep()

    await office.handle(promise.cancelled())
    await office.sweep()
    office.at = START - timedelta(hours=24)
    await office.sweep()

    assert sink.subjects() == ["Your appointment is set", "Your appointment is cancelled"]
    assert "/l/" not in sink.texts()[1]
    assert await office.states(practice_id, client_id) == [
        ("CONFIRMATION", 1, "SENT", ""),
        *[("REMINDER", 1, "SUPPRESSED", "APPOINTMENT_CANCELLED")] * 3,
        ("CANCELLED", 2, "SENT", ""),
    ]


async def test_a_cancellation_between_lease_and_sending_wins(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Leased but not begun: the message is looked at again, and stays here."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    (claim,) = await office.desk.claim(10, at=office.at)

    await office.handle(promise.cancelled())

    assert await office.desk.begin(claim, at=office.at) is None
    assert (await office.states(practice_id, client_id))[0] == (
        "CONFIRMATION", 1, "SUPPRESSED", "APPOINTMENT_CANCELLED",
    )  # fmt: skip
    assert sink.letters == []


async def test_events_come_twice_and_in_any_order(office: Office, sink: Sink, practice_id: str, client_id: str) -> None:
    """Cancelled, moved and booked in the wrong order, each three times: one mail, the cancellation."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    life = [promise.booked(), promise.moved(START + timedelta(hours=2)), promise.cancelled()]

    for event in [*reversed(life), *life, *reversed(life)]:
        await office.handle(event)
    await office.sweep()

    assert sink.subjects() == ["Your appointment is cancelled"]
    assert len(await office.messages(practice_id, client_id)) == 9


async def test_two_hours_before_only_who_has_not_answered_is_reminded(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Confirmed: the last reminder is kept back at once, with its reason; unconfirmed: it goes out."""
    silent_id = new_id()
    promises = [Promise(practice_id, each) for each in (client_id, silent_id)]
    for each in promises:
        await office.meet(practice_id, each.client_id)
        await office.handle(each.booked())
    await office.handle(promises[0].confirmed())

    office.at = START - timedelta(hours=2)
    await office.sweep()

    assert (await office.states(practice_id, client_id))[-1] == ("REMINDER", 1, "SUPPRESSED", "ALREADY_CONFIRMED")
    assert (await office.states(practice_id, silent_id))[-1] == ("REMINDER", 1, "SENT", "")


async def test_a_reminder_that_falls_into_the_night_waits_for_the_morning(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """An outage pushed it past nine in the evening of the client: deferred to eight with its reason, then sent once."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    office.at = datetime(2026, 3, 3, 6, tzinfo=UTC)

    at_night = await office.sweep()
    waiting = (await office.messages(practice_id, client_id))[2]
    office.at = datetime(2026, 3, 3, 16, tzinfo=UTC)
    in_the_morning = await office.sweep()

    assert (at_night, in_the_morning) == ({}, {Outcome.ACCEPTED: 1})
    assert (waiting.state, waiting.reason, waiting.due_time) == (State.PLANNED, Reason.QUIET_HOURS, office.at)


async def test_who_can_not_or_will_not_be_written_to_is_not(office: Office, sink: Sink, practice_id: str) -> None:
    """No contact point, or no consent: kept back with the reason."""
    unknown, unwilling = new_id(), new_id()
    await office.meet(practice_id, unwilling, has_consent=False)
    for client_id in (unknown, unwilling):
        await office.handle(Promise(practice_id, client_id).booked())

    await office.sweep()

    assert sink.letters == []
    assert (await office.states(practice_id, unknown))[0] == ("CONFIRMATION", 1, "SUPPRESSED", "NO_CONTACT")
    assert (await office.states(practice_id, unwilling))[0] == ("CONFIRMATION", 1, "SUPPRESSED", "NO_CONSENT")


async def test_consent_taken_back_before_the_reminder_stops_it(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Consent is asked for when the message leaves, not when it is planned."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()

    await office.meet(practice_id, client_id, has_consent=False)
    office.at = START - timedelta(hours=24)
    await office.sweep()

    assert sink.subjects() == ["Your appointment is set"]
    assert (await office.states(practice_id, client_id))[2] == ("REMINDER", 1, "SUPPRESSED", "NO_CONSENT")


async def test_each_end_is_an_event_and_in_the_trail(
    office: Office, sink: Sink, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """MessageSent and MessageFailed leave with their audit record, in the commit that stores the outcome."""
    refused = new_id()
    sink.answers["away@example.com"] = "550 no such mailbox"
    await office.meet(practice_id, client_id)
    await office.meet(practice_id, refused, email="away@example.com")
    for each in (client_id, refused):
        await office.handle(Promise(practice_id, each).booked())

    tally = await office.sweep()

    assert tally == {Outcome.ACCEPTED: 1, Outcome.REFUSED: 1}
    with psycopg.connect(store.owner_url) as owner:
        waiting = owner.execute("select type, body from outbox order by type").fetchall()
        events = [(name, json.loads(as_json(name, body))["clientId"]) for name, body in waiting]
        records = owner.execute(
            "select record::jsonb ->> 'client_id' from audit_outbox where record::jsonb ->> 'op' = %s",
            ("notifications.SendDueMessages",),
        ).fetchall()
    assert events == [
        ("kept.notifications.v1.MessageFailed", refused),
        ("kept.notifications.v1.MessageSent", client_id),
    ]
    assert {row[0] for row in records} == {client_id, refused}


async def test_nothing_personal_can_be_read_in_the_rows(
    office: Office, sink: Sink, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Every column of every row, as text and as bytes: no address, no secret of a link."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()

    token = token_of(sink.letters[0])
    with psycopg.connect(store.owner_url) as owner:
        tables = owner.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        dump = "\n".join(
            str(row)
            for (table,) in tables.fetchall()
            for row in owner.execute(f"select t::text, encode(t::text::bytea, 'escape') from {table} t").fetchall()
        )
    for secret in ("gita", "silva", "example.com", "Gita", token):
        assert secret not in dump
        assert secret.encode().hex() not in dump


async def test_another_practice_sees_nothing(office: Office, sink: Sink, practice_id: str, client_id: str) -> None:
    """The wall holds for every table, and a lease shows ids alone."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()

    async with office.database.begin([new_id()]) as conn:
        for table in ("contact_points", "appointments", "messages", "action_links"):
            row = await (await conn.execute(f"select count(*) from {table}")).fetchone()
            assert row == (0,)
