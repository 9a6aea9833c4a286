"""A template that a practice wrote: which, in which language, for which channel."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind

LONGEST_KEY = 48


@dataclass(frozen=True, slots=True)
class Text:
    """Its words; a text message has no subject."""

    practice_id: str
    template_key: str
    locale: Locale
    channel: Channel
    version: int
    subject: str
    body: str


def kind_of(template_key: str) -> Kind | None:
    """
    Return what a template says, by its key: "reminder", or "reminder.intensive"; None if there is no such kind.
    """
    name, _, more = template_key.partition(".")
    is_short = len(template_key) <= LONGEST_KEY and template_key.isascii()
    if not is_short or (more and not more.replace("-", "").isalnum()) or template_key.endswith("."):
        return None
    return next((kind for kind in Kind if kind.lower() == name), None)


def key_of(kind: Kind) -> str:
    """Return the key of the template a kind has when a step names none."""
    return kind.lower()
