"""TextMessage messages over a provider that misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from services.notifications.adapters.sms import SmsProvider, read_sms_urls
from services.notifications.adapters.twilio_signature import is_signed
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason
from services.notifications.usecases.carry_by_channel import Carrier
from services.notifications.usecases.send_due_messages import TextMessage
from tests.integration.notifications.office import new_id
from tests.support.sms_double import AUTH_TOKEN, SmsDouble

pytestmark = pytest.mark.integration
PUBLIC_URL = "https://kept.example"


@pytest.fixture
async def double() -> AsyncIterator[SmsDouble]:
    """A provider that listens."""
    double = SmsDouble()
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
async def provider(double: SmsDouble) -> AsyncIterator[SmsProvider]:
    """An account with it, and little patience."""
    made = provider_of(double)
    yield made
    await made.close()


def provider_of(double: SmsDouble, name: str = "a") -> SmsProvider:
    """An account with a double."""
    account = read_sms_urls(f"{double.url}&name={name}")[0]
    return SmsProvider(account, public_url=PUBLIC_URL, client=httpx.AsyncClient(timeout=httpx.Timeout(2.0, read=0.3)))


def text(**more: object) -> TextMessage:
    """A reminder."""
    fields: dict[str, object] = {"practice_id": new_id(), "message_id": new_id(), "recipient": "+15005550009"}
    return TextMessage(**(fields | {"body": "Tomorrow 3 PM. C to confirm."} | more))  # type: ignore[arg-type]


async def test_a_text_goes_out_with_what_keeps_it_private_and_a_way_to_report(
    double: SmsDouble, provider: SmsProvider
) -> None:
    """Neither text nor number stays with the provider; the report's address holds our ids only."""
    message = text(useless_time=datetime.now(UTC) + timedelta(hours=2))

    said = await provider.deliver(message)

    form = double.taken[0].form
    assert (Outcome.ACCEPTED, double.taken[0].sid, 1) == (said.outcome, said.provider_ref, said.segments)
    assert (form["ContentRetention"], form["AddressRetention"]) == ("discard", "obfuscate")
    assert f"{PUBLIC_URL}/v1/providers/a/messages/{message.practice_id}/{message.message_id}" == form["StatusCallback"]
    assert 7_000 < int(form["ValidityPeriod"]) <= 7_200
    assert "_" not in (urlsplit(form["StatusCallback"]).hostname or "_")


@pytest.mark.parametrize(
    ("mood", "outcome", "reason", "is_fault"),
    [
        ((429, {"Retry-After": "7"}), Outcome.PUT_OFF, Reason.PUT_OFF, False),
        ((400, 21610), Outcome.REFUSED, Reason.OPTED_OUT, False),
        ((400, 21211), Outcome.REFUSED, Reason.ADDRESS_REFUSED, False),
        ((400, 30007), Outcome.REFUSED, Reason.MESSAGE_REFUSED, False),
        (500, Outcome.PUT_OFF, Reason.SERVER_AWAY, True),
        (503, Outcome.PUT_OFF, Reason.SERVER_AWAY, True),
        (401, Outcome.PUT_OFF, Reason.SERVER_AWAY, True),
        (502, Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, False),
        ("hang", Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, False),
        ("cut", Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, False),
        ("silent_sid", Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, False),
    ],
)
async def test_every_misbehaviour_has_an_honest_outcome(
    double: SmsDouble, provider: SmsProvider, mood: object, outcome: Outcome, reason: Reason, is_fault: bool
) -> None:
    """Only what surely did not arrive may be tried again; only the provider's fault is another provider's chance."""
    double.moods.append(mood)

    said = await provider.deliver(text())

    assert (outcome, reason, is_fault) == (said.outcome, said.reason, said.is_fault)
    assert said.retry_after_s == (7.0 if mood == (429, {"Retry-After": "7"}) else None)


async def test_a_dead_provider_is_replaced_and_nobody_gets_a_text_twice(double: SmsDouble) -> None:
    """Connection refused: the second carries all; a hanging one is never repeated by the second."""
    other = SmsDouble()
    await other.start()
    providers = [provider_of(double, "a"), provider_of(other, "b")]
    carrier: Carrier[TextMessage] = Carrier(providers, clock=lambda: datetime.now(UTC))
    try:
        double.moods.append("hang")
        unknown = await carrier.deliver(text())
        await double.stop()
        carried = [await carrier.deliver(text()) for _ in range(7)]
    finally:
        await other.stop()
        for each in providers:
            await each.close()

    assert (unknown.outcome, unknown.provider) == (Outcome.UNKNOWN, "a")
    assert [(each.outcome, each.provider) for each in carried] == [(Outcome.ACCEPTED, "b")] * 7
    assert (len(double.taken), len(other.taken)) == (1, 7)
    assert carrier.standings() == {"a": True, "b": False}


async def test_the_double_signs_as_the_provider_does(double: SmsDouble, provider: SmsProvider) -> None:
    """What it reports is accepted by our check; signed by anybody else it is not."""
    await provider.deliver(text())
    seen: list[Delivered | bool] = []

    def post(url: str, form: dict[str, str], headers: dict[str, str]) -> None:
        fields = {name: [value] for name, value in form.items()}
        seen.append(is_signed(AUTH_TOKEN, url, fields, headers["X-Twilio-Signature"]))

    await double.report(post, double.taken[0], "delivered")
    await double.report(post, double.taken[0], "delivered", token="somebody else")

    assert seen == [True, False]


async def test_a_text_that_would_arrive_too_late_is_not_sent(double: SmsDouble, provider: SmsProvider) -> None:
    """Its time is over: refused here, nothing asked of the provider."""
    said = await provider.deliver(text(useless_time=datetime.now(UTC)))

    assert (said.outcome, said.reason, double.requests) == (Outcome.REFUSED, Reason.TOO_LATE, 0)
