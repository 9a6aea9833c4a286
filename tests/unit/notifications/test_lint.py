"""What may be seen tells nothing of care, in any language, wherever it stands."""

from __future__ import annotations

from datetime import time

import pytest

from services.notifications.domain import errors
from services.notifications.domain.lint import find_forbidden
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.settings import Settings, check


@pytest.mark.parametrize(
    "texts",
    [
        ("Your THERAPY session", "", "", ""),
        ("", "Ask about your anti-depressant", "", ""),
        ("", "", "Hillside Behavioral Health", ""),
        ("", "", "", "hillside-psychiatry.example/l/abc"),
        ("Su psicóloga le espera", "", "", ""),
        ("", "centro de salud\nmental", "", ""),
        ("", "Clínica del Valle", "", ""),
    ],
)
def test_a_forbidden_word_is_found_in_subject_body_sender_and_link(texts: tuple[str, ...]) -> None:
    """Acceptance check 17: whatever the case, the accents, the line it is broken at."""
    assert find_forbidden(texts) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Your appointment is set",
        "Fundamental rules",
        "You can move your appointment",
        "kept.example/l/AAAAAAAAAAAAAAAAAAAAAA",
        "Hillside Practice",
    ],
)
def test_ordinary_words_are_let_through(text: str) -> None:
    """A word that only holds such letters in its middle tells nothing."""
    assert find_forbidden([text]) is None


def test_a_practice_may_forbid_its_own_name() -> None:
    """The legal name can tell what the built-in words don't know."""
    assert find_forbidden(["Greetings from Café Hoffnung"], ["cafe hoffnung"]) == "cafe hoffnung"
    assert find_forbidden(["Greetings"], ["cafe hoffnung"]) is None


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        (Settings(sender_label="x" * 41), errors.SettingsMalformed),
        (Settings(sender_label="Ada\nBcc: x"), errors.SettingsMalformed),
        (Settings(sender_label="Hillside Counseling"), errors.ForbiddenWords),
        (Settings(sender_label="Hillside", forbidden_words=("hillside",)), errors.ForbiddenWords),
        (Settings(phone="call me"), errors.SettingsMalformed),
        (Settings(quiet=QuietHours(time(8), time(8))), errors.SettingsMalformed),
        (Settings(quiet=QuietHours(time(8), time(1))), errors.SettingsMalformed),
        (Settings(forbidden_words=("x",)), errors.SettingsMalformed),
    ],
)
def test_settings_that_tell_too_much_or_make_no_sense_are_refused(settings: Settings, refusal: type[Exception]) -> None:
    """The sender's name is seen by everybody who sees the telephone."""
    with pytest.raises(refusal):
        check(settings)


def test_neutral_settings_are_taken() -> None:
    """A neutral name, a number, other hours."""
    check(Settings(1, "Hillside", "+1 604 555 0100", QuietHours(time(20), time(9)), ("hillside behavioral",)))
