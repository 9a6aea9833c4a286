"""Writes a parcel as a mail: neutral sender and subject, one time, at most one link."""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Mapping
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.utils import format_datetime, formataddr

from email_validator import validate_email

from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.wording import Wording
from services.notifications.config import MailConfig
from services.notifications.domain.channel import Channel
from services.notifications.domain.link import UNSUBSCRIBABLE
from services.notifications.usecases.send_due_messages import Letter, Parcel

UTF_8 = Charset("utf-8")
"""Quoted-printable: seven bits, which any mail server takes, and readable in the source of the mail."""

UTF_8.header_encoding = QP

LONGEST_LINE = 998
"""Characters of a header line a mail server must take; a longer one is refused here. Source: RFC 5322, 2.1.1."""


class LetterWriter:
    """Opens the address at the last moment and writes the mail in the client's language and zone."""

    def __init__(self, *, config: MailConfig, wording: Wording, contacts: Contacts) -> None:
        """Take what every letter needs."""
        self._config = config
        self._wording = wording
        self._contacts = contacts

    async def write(self, parcel: Parcel, *, at: datetime) -> Letter:
        """Write the mail; the same message always has the same Message-ID. Raises Unsayable."""
        words = await self._wording.of(parcel, at=at)
        email = await self._contacts.open_address(
            parcel.claim.practice_id,
            parcel.message.client_id,
            parcel.wrapped_dek,
            Channel.EMAIL,
            parcel.address_sealed,
        )
        recipient = email if email.isascii() else _ascii(email)
        boundary = f"kept-{parcel.message.message_id}"
        headers = {
            "MIME-Version": "1.0",
            "From": sender_line(self._wording.sender_label(parcel.settings), self._config.sender_address),
            "To": recipient,
            "Subject": subject_line(words.subject),
            "Date": format_datetime(at),
            "Message-ID": f"<{parcel.message.message_id}@{self._config.sender_domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": parcel.locale.value,
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        }
        if parcel.token and parcel.message.kind in UNSUBSCRIBABLE:
            headers["List-Unsubscribe"] = f"<{self._config.public_url}/u/{parcel.token}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        parts = {"plain": words.text, "html": words.html}
        return Letter(self._config.sender_address, recipient, wire(headers, parts, boundary))


def sender_line(label: str, address: str) -> str:
    """Write a sender's name and address as a header carries them."""
    return formataddr((label, address), charset=UTF_8)


def subject_line(words: str) -> str:
    """Write a subject as a header carries it."""
    return words if words.isascii() else Header(words, UTF_8, maxlinelen=0).encode()


def wire(headers: Mapping[str, str], parts: Mapping[str, str], boundary: str) -> bytes:
    """
    Write a mail of text parts, quoted-printable: seven bits, which any mail server takes.

    By hand, since Python's own mail writers folded sixteen headers a mail and took a third of a sweep's time
    (cProfile of 3,000 reminders); what comes out is read back by the standard library in the tests.

    Raises:
        ValueError: A header would break the line or be too long: nothing of it may become a header of its own.
    """
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(len(line) > LONGEST_LINE or not line.isascii() or not line.isprintable() for line in lines):
        raise ValueError("a header does not fit in its line")
    written = ["\r\n".join(lines).encode("ascii"), b""]
    for subtype, text in parts.items():
        written += [
            f"--{boundary}".encode("ascii"),
            f'Content-Type: text/{subtype}; charset="utf-8"'.encode("ascii"),
            b"Content-Transfer-Encoding: quoted-printable",
            b"",
            b2a_qp(text.encode("utf-8").replace(b"\n", b"\r\n"), istext=True),
        ]
    return b"\r\n".join([*written, f"--{boundary}--".encode("ascii"), b""])


def _ascii(email: str) -> str:
    """Write an address with an international domain as mail servers know it."""
    return validate_email(email, check_deliverability=False).ascii_email or email
