"""The gate at the moment of sending: which way, or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.caps import Caps
from services.notifications.domain.channel import About, Channel, MessageClass
from services.notifications.domain.consent import Consent, Purpose, Source, SuppressionReason, allows
from services.notifications.domain.errors import SettingsMalformed
from services.notifications.domain.gate import HELD_FOR, Address, Circumstances, Go, Refuse, Wait, judge
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.settings import Settings, check

NOON = datetime(2026, 7, 1, 16, tzinfo=UTC)
NIGHT = datetime(2026, 7, 1, 5, tzinfo=UTC)
NEW_YORK = "America/New_York"
MAIL = Address("mail-1", Channel.EMAIL, b"sealed", b"m" * 32)
PHONE = Address("phone-1", Channel.SMS, b"sealed", b"p" * 32)
BOTH = frozenset({Channel.EMAIL, Channel.SMS})


def consent(number: int, *, granted: bool, purpose: Purpose = Purpose.ANY, channel: Channel | None = None) -> Consent:
    """An entry of the record; later numbers are later."""
    return Consent(
        f"consent-{number}", "client-1", granted, Source.STAFF, NOON + timedelta(seconds=number), purpose, channel
    )


AGREED = (consent(1, granted=True),)
SEEN = Circumstances(NEW_YORK, (MAIL, PHONE), AGREED, available=BOTH)
TEXT = Message(
    message_id="message-1",
    client_id="client-1",
    appointment_id="appointment-1",
    appointment_version=1,
    kind=Kind.REMINDER,
    start_time=NOON + timedelta(days=1),
    due_time=NOON,
    message_class=MessageClass.ROUTINE,
    channels=(Channel.SMS, Channel.EMAIL),
)


def test_the_first_channel_that_lets_it_pass_is_taken() -> None:
    """A text goes by text; without a number it falls back to mail."""
    assert judge(TEXT, SEEN, at=NOON) == Go(Channel.SMS, PHONE)
    assert judge(TEXT, replace(SEEN, addresses=(MAIL,)), at=NOON) == Go(Channel.EMAIL, MAIL)
    assert judge(TEXT, replace(SEEN, available=frozenset({Channel.EMAIL})), at=NOON) == Go(Channel.EMAIL, MAIL)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(SEEN, addresses=()), Reason.NO_ADDRESS),
        (replace(SEEN, consents=()), Reason.NO_CONSENT),
        (replace(SEEN, consents=(*AGREED, consent(2, granted=False))), Reason.NO_CONSENT),
        (replace(SEEN, addresses=(replace(PHONE, is_safe=False),)), Reason.NOT_SAFE),
        (
            replace(SEEN, addresses=(PHONE,), suppressed={(Channel.SMS, b"p" * 32): SuppressionReason.OPTED_OUT}),
            Reason.OPTED_OUT,
        ),
        (
            replace(SEEN, addresses=(PHONE,), suppressed={(Channel.SMS, b"p" * 32): SuppressionReason.BOUNCED}),
            Reason.ADDRESS_SUPPRESSED,
        ),
        (replace(SEEN, addresses=(PHONE,), begun_times={"phone-1": [NOON - timedelta(hours=1)]}), Reason.RATE_CAPPED),
    ],
)
def test_every_refusal_has_its_reason(seen: Circumstances, reason: Reason) -> None:
    """Nowhere to write, no consent, not safe, opted out, bounced, too often."""
    assert judge(TEXT, seen, at=NOON) == Refuse(reason)


def test_a_number_gets_one_routine_text_a_day_and_three_a_week() -> None:
    """The day is the recipient's; the fourth text of a week waits for nothing, it falls back to mail."""
    yesterday = NOON - timedelta(hours=13)
    thrice = [NOON - timedelta(days=2 * number) for number in (1, 2, 3)]

    assert judge(TEXT, replace(SEEN, begun_times={"phone-1": [yesterday]}), at=NOON) == Go(Channel.SMS, PHONE)
    assert judge(TEXT, replace(SEEN, begun_times={"phone-1": thrice}), at=NOON) == Go(Channel.EMAIL, MAIL)
    answer = replace(TEXT, message_class=MessageClass.TRANSACTIONAL, kind=Kind.CONFIRMATION)
    assert judge(answer, replace(SEEN, begun_times={"phone-1": thrice}), at=NOON) == Go(Channel.SMS, PHONE)


def test_routine_waits_for_the_morning_and_what_has_just_happened_does_not() -> None:
    """One o'clock at night in New York: eight o'clock for a reminder, now for a cancellation."""
    assert judge(TEXT, SEEN, at=NIGHT) == Wait(datetime(2026, 7, 1, 12, tzinfo=UTC), Reason.QUIET_HOURS)
    answer = replace(TEXT, message_class=MessageClass.TRANSACTIONAL)
    assert judge(answer, SEEN, at=NIGHT) == Go(Channel.SMS, PHONE)
    away = replace(SEEN, addresses=(replace(PHONE, time_zone="Europe/Madrid"),))
    assert judge(TEXT, away, at=NIGHT + timedelta(hours=3)) == Go(Channel.SMS, away.addresses[0])


def test_automation_waits_while_a_client_may_be_in_danger() -> None:
    """Reminders and offers wait for a human; the answer to a change of the appointment does not, nor does a page."""
    crisis = replace(SEEN, is_in_crisis=True)
    held = Wait(NOON + HELD_FOR, Reason.CRISIS_HOLD)
    offer = replace(TEXT, about=About.OFFER, message_class=MessageClass.TRANSACTIONAL)

    assert [judge(TEXT, crisis, at=NOON), judge(offer, crisis, at=NOON)] == [held, held]
    moved = replace(TEXT, kind=Kind.MOVED, message_class=MessageClass.TRANSACTIONAL)
    assert judge(moved, crisis, at=NOON) == Go(Channel.SMS, PHONE)
    assert judge(replace(TEXT, message_class=MessageClass.CRISIS), crisis, at=NOON) == Go(Channel.SMS, PHONE)


def test_an_alternative_address_stands_in_for_all_others() -> None:
    """Given once, it is used, and why is not asked."""
    other = replace(PHONE, contact_point_id="phone-2", is_alternative=True)

    assert judge(TEXT, replace(SEEN, addresses=(PHONE, other)), at=NOON) == Go(Channel.SMS, other)


def test_the_code_that_proves_an_address_needs_no_consent() -> None:
    """It was asked for this moment; a bounce still stops it."""
    code = replace(TEXT, about=About.CONTACT, kind=Kind.CONTACT_CODE, message_class=MessageClass.TRANSACTIONAL)
    nothing_agreed = replace(SEEN, consents=(), addresses=(replace(PHONE, is_safe=False),))

    assert isinstance(judge(code, nothing_agreed, at=NOON), Go)


@pytest.mark.parametrize(
    ("record", "may"),
    [
        ((), False),
        (AGREED, True),
        ((*AGREED, consent(2, granted=False, channel=Channel.SMS)), False),
        ((*AGREED, consent(2, granted=False, channel=Channel.EMAIL)), True),
        ((*AGREED, consent(2, granted=False, purpose=Purpose.OFFERS)), True),
        ((*AGREED, consent(2, granted=False, purpose=Purpose.APPOINTMENTS)), False),
        ((consent(1, granted=False), consent(2, granted=True, channel=Channel.SMS)), True),
    ],
)
def test_the_latest_entry_that_covers_it_counts(record: tuple[Consent, ...], may: bool) -> None:
    """For a purpose and a channel, or for all of them."""
    assert allows(record, purpose=Purpose.APPOINTMENTS, channel=Channel.SMS) is may


def test_a_guardians_consent_is_their_own() -> None:
    """What the client agreed to says nothing of whoever acts for them."""
    assert not allows(AGREED, purpose=Purpose.APPOINTMENTS, channel=Channel.SMS, recipient_id="guardian-1")
    assert allows((), purpose=Purpose.APPOINTMENTS, channel=Channel.INBOX)


def test_a_practice_chooses_its_own_caps() -> None:
    """Two texts a day where it says so, and never more than its week; a notice is not counted."""
    begun = {"phone-1": [NOON - timedelta(hours=1)]}
    roomy = replace(SEEN, addresses=(PHONE,), begun_times=begun, caps=Caps(texts_a_day=2, texts_a_week=2))
    full = replace(roomy, begun_times={"phone-1": [NOON - timedelta(hours=1), NOON - timedelta(days=3)]})
    notice = replace(TEXT, message_class=MessageClass.TRANSACTIONAL)

    assert judge(TEXT, roomy, at=NOON) == Go(Channel.SMS, PHONE)
    assert judge(TEXT, full, at=NOON) == Refuse(Reason.RATE_CAPPED)
    assert judge(notice, full, at=NOON) == Go(Channel.SMS, PHONE)


@pytest.mark.parametrize(
    "caps", [Caps(texts_a_day=0), Caps(texts_a_day=4, texts_a_week=3), Caps(mails_a_day=21), Caps(mails_a_week=61)]
)
def test_a_cap_that_lets_nothing_through_or_is_none_is_refused(caps: Caps) -> None:
    """Nothing a day, a day above its week, or more than anybody should get."""
    with pytest.raises(SettingsMalformed):
        check(Settings(caps=caps))


def test_the_practices_own_system_is_asked_the_same_and_wakes_nobody() -> None:
    """Consent, and the client's night by the client's own zone; without a receiver it is no way at all."""
    relayed = replace(TEXT, channels=(Channel.WEBHOOK,), start_time=NIGHT + timedelta(days=2), due_time=NIGHT)
    seen = replace(SEEN, available=frozenset({Channel.WEBHOOK}), addresses=())

    assert judge(relayed, seen, at=NOON) == Go(Channel.WEBHOOK, None)
    assert isinstance(judge(relayed, seen, at=NIGHT), Wait)
    assert judge(relayed, replace(seen, consents=()), at=NOON) == Refuse(Reason.NO_CONSENT)
    assert judge(relayed, replace(seen, available=BOTH), at=NOON) == Refuse(Reason.NO_ADDRESS)
