"""A mail server that tests can turn off, make refuse, and hold in the middle of a letter."""

from __future__ import annotations

import asyncio
import email
import re
from asyncio import Server
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd import smtp

OK = "250 OK"


class Sink:
    """Takes every letter and keeps it; answers by recipient where told to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.data_answer = OK
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_holding = asyncio.Event()
        self.port = 0
        self._server: Server | None = None
        self._connections: set[asyncio.Transport] = set()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: smtp.Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        answer = self.answers.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: smtp.Envelope) -> str:
        """Keep the letter, then answer: who never hears the answer does not know it was kept."""
        if self.data_answer == OK:
            self.letters.append(email.message_from_bytes(bytes(envelope.content or b""), policy=SMTP))
            self.recipients += envelope.rcpt_tos
        self.is_holding.set()
        await self.gate.wait()
        return self.data_answer

    @property
    def url(self) -> str:
        """Where it listens, or did."""
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, after a stop on the same port."""
        sink = self

        class Protocol(smtp.SMTP):  # type: ignore[misc]
            def connection_made(self, transport: Any) -> None:
                sink._connections.add(transport)
                super().connection_made(transport)

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Protocol(self, hostname="sink.test", enable_SMTPUTF8=False), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Go away and cut every connection, as a crash would."""
        if self._server is not None:
            self._server.close()
            for transport in self._connections:
                transport.abort()
            self._connections.clear()
            self._server = None

    def subjects(self) -> list[str]:
        """The subjects of what was taken, in order."""
        return [str(letter["Subject"]) for letter in self.letters]

    def texts(self) -> list[str]:
        """The text parts of what was taken, in order."""
        return [text_of(letter) for letter in self.letters]


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def token_of(letter: EmailMessage) -> str:
    """The secret of the link in a letter."""
    found = re.search(r"/l/([A-Za-z0-9_-]{22})\s", text_of(letter))
    assert found is not None
    return found[1]
