"""What this service is told by its environment, beyond what every process is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

from services.chassis.config import Misconfigured, ProcessConfig

DEFAULT_SENDER = "Appointments <appointments@localhost>"
"""Says nothing about who practises what; a practice sets its own, as neutral, in KEPT_MAIL_SENDER."""


@dataclass(frozen=True, slots=True)
class MailConfig:
    """How mails leave and what they look like from outside."""

    smtp_url: str
    """smtp://, smtp+starttls:// (refuses to send in the clear) or smtps://, with user:password@ if needed."""

    public_url: str
    """The address clients reach the gateway at, without a slash at the end."""

    sender: str
    """The From header, a name and an address."""

    scanner_url: str = ""
    """KEPT_SCANNER_URL: clamd://host:port; empty takes no files."""

    sms_urls: str = ""
    """KEPT_SMS_URLS: providers of text messages, see `adapters/sms.py`; empty sends none."""

    @property
    def sender_address(self) -> str:
        """The bare address, for the envelope."""
        return _parsed(self.sender)[1]

    @property
    def sender_name(self) -> str:
        """The bare name, which messages without a header begin with."""
        return _parsed(self.sender)[0] or "Appointments"

    @property
    def sender_domain(self) -> str:
        """Where message ids live."""
        return self.sender_address.rpartition("@")[2]


@lru_cache(maxsize=16)
def _parsed(sender: str) -> tuple[str, str]:
    """Parse a From header once: a sweep asks for its parts several times a mail."""
    return parseaddr(sender)


def read_mail_config(config: ProcessConfig, environ: Mapping[str, str] = os.environ) -> MailConfig:
    """Take what every process is told and add KEPT_MAIL_SENDER. Raises Misconfigured when something is missing."""
    if not config.smtp_url or not config.public_url:
        raise Misconfigured("KEPT_SMTP_URL and KEPT_PUBLIC_URL must be set")
    sender = environ.get("KEPT_MAIL_SENDER") or DEFAULT_SENDER
    if "@" not in parseaddr(sender)[1]:
        raise Misconfigured("KEPT_MAIL_SENDER is no address")
    return MailConfig(
        smtp_url=config.smtp_url,
        public_url=config.public_url,
        sender=sender,
        scanner_url=environ.get("KEPT_SCANNER_URL", ""),
        sms_urls=environ.get("KEPT_SMS_URLS", ""),
    )
