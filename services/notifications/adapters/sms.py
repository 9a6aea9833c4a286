"""Hands text messages to a provider that speaks as Twilio does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import structlog

from services.chassis.config import Misconfigured
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason
from services.notifications.domain.segments import plain, segments
from services.notifications.usecases.send_due_messages import TextMessage

log = structlog.get_logger(__name__)

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
"""
Danger: with STALE_AFTER it must stay well inside the lease of a message in SENDING.
"""

LONGEST_BODY = 1600
"""Characters Twilio takes. Source: its Messages resource, Body."""

LONGEST_VALIDITY_S = 36_000
SHORTEST_VALIDITY_S = 5
"""Seconds of ValidityPeriod. Source: as above."""

LONGEST_PAUSE_S = 3_600
"""Seconds a Retry-After is believed at most."""

OPTED_OUT = frozenset({"21610"})
BAD_ADDRESS = frozenset(
    {"21211", "21214", "21217", "21265", "21401", "21612", "21614", "30003", "30004", "30005", "30006"}
)
BUSY = frozenset({"20429", "30001", "30008", "14107"})
"""
Codes by what they mean for us; an unknown one refuses the message and nobody's address.

Source: Twilio's list of errors.
"""

FIRST_SERVER_ERROR = 500
MAYBE_PASSED_ON = frozenset({502, 504})
"""A gateway in front of the provider says these: whoever is behind it may have taken the message."""

FAULTS_OF_OURS = frozenset({401, 403, 404})
"""The account is wrong or blocked: no recipient is to blame, and another provider may do better."""


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """One provider, as KEPT_SMS_URLS names it."""

    name: str
    base_url: str
    account_sid: str
    auth_token: str
    sender: str
    """A number in E.164, or the id of a Messaging Service (MG...)."""

    practice_id: str
    """Whose the sender is, when it is one practice's alone; empty when all share it."""


def read_sms_urls(urls: str) -> list[SmsAccount]:
    """
    Read KEPT_SMS_URLS: `twilio+https://SID:TOKEN@host/?from=%2B1...&name=a&practice=UUID`, several by spaces.

    They are tried in this order. Raises Misconfigured when one can't be read.
    """
    accounts = [_account(url, number) for number, url in enumerate(urls.split(), start=1)]
    if len({each.name for each in accounts}) != len(accounts):
        raise Misconfigured("KEPT_SMS_URLS names two providers alike")
    return accounts


def _account(url: str, number: int) -> SmsAccount:
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    sender = query.get("from", "")
    if parts.scheme not in ("twilio+https", "twilio+http") or not parts.hostname or not parts.username or not sender:
        raise Misconfigured("KEPT_SMS_URLS holds no twilio+https://SID:TOKEN@host/?from=NUMBER")
    if parts.scheme == "twilio+http" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise Misconfigured("KEPT_SMS_URLS would send numbers and texts in the clear")
    port = f":{parts.port}" if parts.port else ""
    return SmsAccount(
        name=query.get("name") or f"sms-{number}",
        base_url=f"{parts.scheme.removeprefix('twilio+')}://{parts.hostname}{port}",
        account_sid=unquote(parts.username),
        auth_token=unquote(parts.password or ""),
        sender=sender,
        practice_id=query.get("practice", ""),
    )


class SmsProvider:
    """
    One account.

    The API has no idempotency key, so silence after the request went out is unknown and never a reason to try again;
    what became of it is learnt from the status report, whose address carries our own id.
    """

    def __init__(
        self,
        account: SmsAccount,
        *,
        public_url: str,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open nothing yet."""
        self._clock = clock
        self._account = account
        self._public_url = public_url
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)

    @property
    def name(self) -> str:
        """Names it in rows and metrics."""
        return self._account.name

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def deliver(self, cargo: TextMessage) -> Delivered:
        """Hand it over; whatever happens is an outcome."""
        body = plain(cargo.body)
        if len(body) > LONGEST_BODY:
            return Delivered(Outcome.REFUSED, Reason.MESSAGE_REFUSED, self.name, code="21617")
        form = self._form(cargo, body)
        if form is None:
            return Delivered(Outcome.REFUSED, Reason.TOO_LATE, self.name)
        account = self._account
        url = f"{account.base_url}/2010-04-01/Accounts/{account.account_sid}/Messages.json"
        try:
            answer = await self._client.post(url, data=form, auth=(account.account_sid, account.auth_token))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return self._fault("unreachable")
        except httpx.HTTPError as error:
            log.warning("sms.unknown", provider=self.name, error_type=type(error).__name__)
            return Delivered(Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, self.name)
        return self._read(answer, body)

    def _form(self, cargo: TextMessage, body: str) -> dict[str, str] | None:
        account = self._account
        sender = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        form = {
            "To": cargo.recipient,
            sender: account.sender,
            "Body": body,
            "StatusCallback": status_url(self._public_url, account.name, cargo.practice_id, cargo.message_id),
            "SmartEncoded": "true",
            "ContentRetention": "discard",
            "AddressRetention": "obfuscate",
        }
        if cargo.useless_time is not None:
            left_s = int((cargo.useless_time - self._clock()).total_seconds())
            if left_s <= SHORTEST_VALIDITY_S:
                return None
            form["ValidityPeriod"] = str(min(left_s, LONGEST_VALIDITY_S))
        return form

    def _read(self, answer: httpx.Response, body: str) -> Delivered:
        said = _json(answer)
        if answer.status_code in (200, 201):
            # Without an id the message may have been taken, and no report will say so.
            ref = str(said.get("sid", ""))
            if not ref:
                return Delivered(Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, self.name)
            return Delivered(Outcome.ACCEPTED, None, self.name, ref, segments=segments(body))
        code = str(said.get("code", ""))[:8]
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or code in BUSY:
            retry_after_s = retry_after(answer.headers, at=self._clock())
            return Delivered(Outcome.PUT_OFF, Reason.PUT_OFF, self.name, code=code, retry_after_s=retry_after_s)
        if answer.status_code in MAYBE_PASSED_ON:
            return Delivered(Outcome.UNKNOWN, Reason.OUTCOME_UNKNOWN, self.name, code=str(answer.status_code))
        if answer.status_code >= FIRST_SERVER_ERROR or answer.status_code in FAULTS_OF_OURS:
            return self._fault(code or str(answer.status_code))
        if code in OPTED_OUT:
            return Delivered(Outcome.REFUSED, Reason.OPTED_OUT, self.name, code=code)
        reason = Reason.ADDRESS_REFUSED if code in BAD_ADDRESS else Reason.MESSAGE_REFUSED
        return Delivered(Outcome.REFUSED, reason, self.name, code=code)

    def _fault(self, code: str) -> Delivered:
        return Delivered(Outcome.PUT_OFF, Reason.SERVER_AWAY, self.name, code=code, is_fault=True)


def status_url(public_url: str, provider: str, practice_id: str, message_id: str) -> str:
    """Return where the provider reports about a message: ids only."""
    return f"{public_url}/v1/providers/{provider}/messages/{practice_id}/{message_id}"


def retry_after(headers: Mapping[str, str], *, at: datetime) -> float | None:
    """Read Retry-After, seconds or a date; nothing when it says nothing that can be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text), LONGEST_PAUSE_S))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - at).total_seconds(), 0.0), float(LONGEST_PAUSE_S))


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
