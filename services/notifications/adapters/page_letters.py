"""Writes a page to staff: that somebody is needed now, and nothing about whom."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

import uuid_utils

from services.notifications.adapters.letters import subject_line, wire
from services.notifications.adapters.templates import Templates
from services.notifications.config import MailConfig
from services.notifications.domain.page import PRESSING, OnCallContact
from services.notifications.usecases.page_on_call import DuePage
from services.notifications.usecases.send_due_messages import Letter

URGENT = {"Importance": "high", "X-Priority": "1"}


class PageWriter:
    """Writes in the contact's language; the flag's id is all that tells pages apart."""

    def __init__(self, *, config: MailConfig, templates: Templates) -> None:
        """Take what every page needs."""
        self._config = config
        self._templates = templates

    def write(self, page: DuePage, contact: OnCallContact, *, at: datetime) -> Letter:
        """Write the mail; each has a Message-ID of its own, or a mailbox would hide the second one as a copy."""
        words = self._templates.render_page(
            page.topic, locale=contact.locale, link=self._config.public_url, flag_id=page.flag_id
        )
        boundary = f"kept-{uuid_utils.uuid7()}"
        headers = {
            "MIME-Version": "1.0",
            "From": self._config.sender,
            "To": contact.email,
            "Subject": subject_line(words.subject),
            "Date": format_datetime(at),
            "Message-ID": f"<{uuid_utils.uuid7()}@{self._config.sender_domain}>",
            **(URGENT if page.topic in PRESSING else {}),
            "Auto-Submitted": "auto-generated",
            "Content-Language": contact.locale.value,
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        }
        content = wire(headers, {"plain": words.text, "html": words.html}, boundary)
        return Letter(self._config.sender_address, contact.email, content)
