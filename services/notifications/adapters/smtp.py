"""Hands letters to a mail server, over connections that are kept open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from services.chassis.config import Misconfigured
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason
from services.notifications.usecases.send_due_messages import Letter

log = structlog.get_logger(__name__)

NAME = "smtp"
"""Names the mail server in rows and metrics."""

TIMEOUT_S = 20
"""
Seconds one answer of the mail server may take, and so at most 80 a letter.

Danger: with STALE_AFTER it must stay well inside the lease of a message in SENDING.
"""

CONNECTIONS = 16
"""
Connections a process keeps to the mail server at most.

Three replicas stay below the 50 that Postfix takes from one client (smtpd_client_connection_count_limit).
"""

PATIENCE_S = 60
"""
Seconds a letter waits for a connection; then nothing was offered, and it is tried again.

Danger: with STALE_AFTER and TIMEOUT_S it must stay well inside the lease of a message in SENDING.
"""

SERVICE_NOT_AVAILABLE = 421
"""The server closes: it says nothing about the letter. Source: RFC 5321, 4.2.2."""

FIRST_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where the mail server is and how to speak to it."""

    host: str
    port: int
    user: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None
    """None takes STARTTLS if it is offered."""


def read_smtp_url(url: str) -> MailServer:
    """
    Read KEPT_SMTP_URL.

    Raises:
        Misconfigured: It is not an smtp, smtp+starttls or smtps URL with a host. The process does not start.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname:
        raise Misconfigured("KEPT_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// with a host")
    use_tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if use_tls else 587 if parts.scheme == "smtp+starttls" else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=use_tls,
        start_tls=True if parts.scheme == "smtp+starttls" else False if use_tls else None,
    )


class SmtpPost:
    """
    A mail server behind a few connections, each kept for the next letter.

    What the server said decides what is known: before the letter was offered nothing can have
    arrived; a refusal is a refusal; silence after the letter was offered is unknown, never a retry.
    """

    def __init__(self, server: MailServer) -> None:
        """Open nothing yet."""
        self._server = server
        self._idle: list[aiosmtplib.SMTP] = []
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._is_lost = False

    async def is_there(self) -> bool:
        """Tell whether the mail server takes connections now."""
        async with self._slots:
            client = self._idle.pop() if self._idle else None
            try:
                if client is not None and client.is_connected:
                    await client.noop()
                else:
                    client = await self._connect()
            except (aiosmtplib.SMTPException, OSError) as error:
                self._lost(error)
                return False
            self._keep(client)
            return True

    async def deliver(self, letter: Letter) -> Delivered:
        """Hand it over; whatever happens is an outcome."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._slots.acquire()
        except TimeoutError:
            return Delivered(Outcome.AWAY, None, NAME)
        try:
            client = await self._offer(letter)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            return _refused(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._lost(error)
            return Delivered(Outcome.AWAY, None, NAME)
        else:
            return await self._hand_over(client, letter.content)
        finally:
            self._slots.release()

    async def close(self) -> None:
        """Say goodbye on every open connection."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.quit(timeout=1)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def _offer(self, letter: Letter) -> aiosmtplib.SMTP:
        """Return a connection on which the server took sender and recipient."""
        while self._idle:
            client = self._idle.pop()
            try:
                return await self._address(client, letter)
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
                # A kept connection may have been closed by the server meanwhile; that is no outage.
                client.close()
        return await self._address(await self._connect(), letter)

    async def _address(self, client: aiosmtplib.SMTP, letter: Letter) -> aiosmtplib.SMTP:
        try:
            await client.mail(letter.sender)
            await client.rcpt(letter.recipient)
        except aiosmtplib.SMTPRecipientRefused:
            await self._reset(client)
            raise
        except BaseException:
            client.close()
            raise
        return client

    async def _hand_over(self, client: aiosmtplib.SMTP, content: bytes) -> Delivered:
        """Danger: from here on only a clear answer says that the letter did not arrive."""
        try:
            await client.data(content)
        except aiosmtplib.SMTPDataError as error:
            await self._reset(client)
            return _refused(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            self._lost(error)
            return Delivered(Outcome.UNKNOWN, None, NAME)
        self._keep(client)
        return Delivered(Outcome.ACCEPTED, None, NAME)

    async def _connect(self) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            use_tls=self._server.use_tls,
            start_tls=self._server.start_tls,
            timeout=TIMEOUT_S,
        )
        await client.connect()
        if self._is_lost:
            self._is_lost = False
            log.info("dependency.regained", dependency="smtp")
        return client

    def _keep(self, client: aiosmtplib.SMTP) -> None:
        self._idle.append(client)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()
        else:
            self._keep(client)

    def _lost(self, error: Exception) -> None:
        if not self._is_lost:
            self._is_lost = True
            log.warning("dependency.lost", dependency="smtp", error_type=type(error).__name__)


def _refused(error: aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) -> Delivered:
    if error.code == SERVICE_NOT_AVAILABLE:
        return Delivered(Outcome.AWAY, None, NAME, code=str(error.code))
    if error.code < FIRST_PERMANENT:
        return Delivered(Outcome.PUT_OFF, None, NAME, code=str(error.code))
    is_address = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    reason = Reason.ADDRESS_REFUSED if is_address else Reason.MESSAGE_REFUSED
    return Delivered(Outcome.REFUSED, reason, NAME, code=str(error.code))
