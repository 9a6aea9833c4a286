"""How a practice's messages look and when they may come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from services.notifications.domain import errors
from services.notifications.domain.caps import DEFAULT_CAPS, MOST_A_DAY, MOST_A_WEEK, Caps
from services.notifications.domain.lint import LONGEST_WORD, MOST_WORDS, find_forbidden
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours

LONGEST_LABEL = 40
LONGEST_PHONE = 24
LONGEST_QUIET_H = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """One practice's; version 0 is what nobody has set."""

    version: int = 0
    sender_label: str = ""
    """The name messages come from; empty is the neutral one of the installation."""

    phone: str = ""
    """Where a client can call, said in messages that ask for it."""

    quiet: QuietHours = DEFAULT_QUIET
    forbidden_words: tuple[str, ...] = ()
    """Words beyond the built-in ones that no message may say, for example the practice's legal name."""

    caps: Caps = DEFAULT_CAPS
    """How many routine messages one address gets."""


NEUTRAL = Settings()


def check(settings: Settings) -> None:
    """
    Refuse settings that can't be meant or would tell too much.

    Raises:
        SettingsMalformed: A label, number or word that is too long, quiet hours of more than 16, a cap that
            lets nothing through or is none. (INVALID_ARGUMENT)
        ForbiddenWords: The sender's name tells what the practice does. (FAILED_PRECONDITION)
    """
    if len(settings.sender_label) > LONGEST_LABEL or not settings.sender_label.isprintable():
        raise errors.SettingsMalformed("A sender's name has at most 40 printable characters.", field="sender_label")
    if len(settings.phone) > LONGEST_PHONE or set(settings.phone) - set("+0123456789 ()-./"):
        raise errors.SettingsMalformed("Not a telephone number.", field="phone")
    begin, end = settings.quiet.begin, settings.quiet.end
    if begin == end or _hours(begin, end) > LONGEST_QUIET_H:
        raise errors.SettingsMalformed("Quiet hours last at most 16 hours.", field="quiet_from")
    if len(settings.forbidden_words) > MOST_WORDS or any(
        not 2 <= len(word.strip()) <= LONGEST_WORD for word in settings.forbidden_words
    ):
        raise errors.SettingsMalformed("At most 50 words of 2 to 60 characters.", field="forbidden_words")
    if not settings.caps.can_be_meant:
        raise errors.SettingsMalformed(
            f"A cap is 1 to {MOST_A_DAY} a day and to {MOST_A_WEEK} a week, which holds a day's.", field="texts_a_day"
        )
    if found := find_forbidden([settings.sender_label], settings.forbidden_words):
        raise errors.ForbiddenWords("The sender's name tells too much.", field="sender_label", word=found)


def _hours(begin: time, end: time) -> float:
    minutes = (end.hour - begin.hour) * 60 + end.minute - begin.minute
    return (minutes if minutes > 0 else minutes + 24 * 60) / 60
