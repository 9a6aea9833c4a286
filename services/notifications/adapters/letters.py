"""Writes a parcel as a mail: neutral sender and subject, one time, at most one link."""

from __future__ import annotations

from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from email_validator import validate_email

from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.templates import Templates
from services.notifications.config import MailConfig
from services.notifications.domain.wall_words import start_in_words
from services.notifications.usecases.send_due_messages import Letter, Parcel

UTF_8 = Charset("utf-8")
"""Quoted-printable: seven bits, which any mail server takes, and readable in the source of the mail."""

UTF_8.body_encoding = UTF_8.header_encoding = QP

WIRE = compat32.clone(linesep="\r\n")
"""
The older of Python's mail writers: no header here needs folding, and the newer one took half of a sweep's time.
"""


class LetterWriter:
    """Opens the address at the last moment and writes the mail in the client's language and zone."""

    def __init__(self, *, config: MailConfig, templates: Templates, contacts: Contacts) -> None:
        """Take what every letter needs."""
        self._config = config
        self._templates = templates
        self._contacts = contacts

    async def write(self, parcel: Parcel, *, at: datetime) -> Letter:
        """Write the mail; the same message always has the same Message-ID."""
        email = await self._contacts.open_email(
            parcel.claim.practice_id, parcel.message.client_id, parcel.wrapped_dek, parcel.email_sealed
        )
        recipient = validate_email(email, check_deliverability=False).ascii_email or email
        words = self._templates.render(
            parcel.message.kind,
            locale=parcel.locale,
            when=start_in_words(parcel.message.start_time, time_zone=parcel.time_zone, locale=parcel.locale, at=at),
            link=f"{self._config.public_url}/l/{parcel.token}",
        )
        mail = MIMEMultipart("alternative", boundary=f"kept-{parcel.message.message_id}")
        mail["From"] = self._config.sender
        mail["To"] = recipient
        mail["Subject"] = words.subject if words.subject.isascii() else Header(words.subject, UTF_8).encode()
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{parcel.message.message_id}@{self._config.sender_domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Content-Language"] = parcel.locale.value
        mail.attach(_part(words.text, "plain"))
        mail.attach(_part(words.html, "html"))
        return Letter(self._config.sender_address, recipient, mail.as_bytes(policy=WIRE))


def _part(text: str, subtype: str) -> MIMEText:
    # A Charset is documented for MIMEText and understood; the type stubs know a string only.
    return MIMEText(text, subtype, UTF_8)  # type: ignore[arg-type]
