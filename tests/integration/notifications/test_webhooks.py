"""Facts posted to a practice's own system."""

from __future__ import annotations

import base64
import json

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.adapters.webhook import Hook, WebhookProvider
from services.notifications.domain.message import Outcome, Reason

pytestmark = pytest.mark.integration
SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()


class Receiver:
    """A practice's system, as an HTTP transport."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.is_silent = False

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Keep what came, then answer as told."""
        self.requests.append(request)
        if self.is_silent:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(self.status, headers=self.headers)


@pytest.fixture
def receiver() -> Receiver:
    """A system that answers."""
    return Receiver()


def provider(receiver: Receiver, *, may_be_local: bool = True) -> WebhookProvider:
    """Our side of it."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(receiver))
    return WebhookProvider(client=client, may_be_local=may_be_local)


def hook(url: str = "https://practice.example/hook") -> Hook:
    """A fact."""
    return Hook(url, SECRET, "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11", json.dumps({"type": "message.failed"}))


async def test_the_receiver_can_check_who_posted(receiver: Receiver) -> None:
    """By the standard's own library; a changed body is refused by it."""
    said = await provider(receiver).deliver(hook())

    request = receiver.requests[0]
    assert Outcome.ACCEPTED is said.outcome
    assert Webhook(SECRET).verify(request.content, dict(request.headers)) == {"type": "message.failed"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.content + b" ", dict(request.headers))


async def test_every_try_has_the_same_id_so_silence_may_be_tried_again(receiver: Receiver) -> None:
    """The receiver tells a repeat by it."""
    receiver.is_silent = True
    first = await provider(receiver).deliver(hook())
    receiver.is_silent = False
    second = await provider(receiver).deliver(hook())

    assert [first.outcome, second.outcome] == [Outcome.PUT_OFF, Outcome.ACCEPTED]
    assert len({each.headers["webhook-id"] for each in receiver.requests}) == 1


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (410, Outcome.REFUSED, Reason.ADDRESS_REFUSED),
        (429, Outcome.PUT_OFF, Reason.PUT_OFF),
        (500, Outcome.PUT_OFF, Reason.PUT_OFF),
        (302, Outcome.PUT_OFF, Reason.PUT_OFF),
    ],
)
async def test_only_gone_ends_it(receiver: Receiver, status: int, outcome: Outcome, reason: Reason) -> None:
    """Everything else is tried again; a redirect is not followed."""
    receiver.status, receiver.headers = status, {"Retry-After": "9", "Location": "http://127.0.0.1/"}

    said = await provider(receiver).deliver(hook())

    assert (outcome, reason, 1) == (said.outcome, said.reason, len(receiver.requests))


@pytest.mark.parametrize(
    "url",
    ["http://practice.example/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://[::1]/"],
)
async def test_nobody_reaches_our_own_network_by_us(receiver: Receiver, url: str) -> None:
    """Refused before anything is sent."""
    said = await provider(receiver, may_be_local=False).deliver(hook(url))

    assert (said.outcome, len(receiver.requests)) == (Outcome.REFUSED, 0)
