"""How a start is said, and what a mail may say at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from services.notifications.adapters.templates import Templates
from services.notifications.adapters.wall_words import days_in_words, start_in_short, start_in_words, start_on_the_clock
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.lint import find_forbidden
from services.notifications.domain.message import Kind

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
START = datetime(2026, 3, 3, 23, tzinfo=UTC)
LINK = "https://kept.example/l/AAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("locale", "time_zone", "start_time", "words"),
    [
        (Locale.EN, "America/Vancouver", START, "Tuesday 3 March at 15:00 (Vancouver time)"),
        (Locale.ES, "America/Vancouver", START, "martes 3 de marzo a las 15:00 (hora de Vancouver)"),
        (Locale.ES, "Europe/Madrid", START, "miércoles 4 de marzo a las 00:00 (hora de Madrid)"),
        (Locale.ES, "Europe/Athens", START, "miércoles 4 de marzo a la 01:00 (hora de Athens)"),
        (Locale.EN, "America/Argentina/Buenos_Aires", START, "Tuesday 3 March at 20:00 (Buenos Aires time)"),
        (Locale.EN, "UTC", START, "Tuesday 3 March at 23:00 (UTC)"),
        (Locale.EN, "UTC", START.replace(year=2027), "Wednesday 3 March 2027 at 23:00 (UTC)"),
        (Locale.ES, "UTC", START.replace(year=2027), "miércoles 3 de marzo de 2027 a las 23:00 (UTC)"),
        (
            Locale.EN,
            "America/New_York",
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            "Sunday 1 November at 01:30 (New York time, UTC-04:00)",
        ),
        (
            Locale.EN,
            "America/New_York",
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "Sunday 1 November at 01:30 (New York time, UTC-05:00)",
        ),
        (
            Locale.EN,
            "America/New_York",
            datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
            "Sunday 8 March at 03:00 (New York time)",
        ),
    ],
)
def test_a_start_is_said_in_language_zone_and_without_doubt(
    locale: Locale, time_zone: str, start_time: datetime, words: str
) -> None:
    """Weekday, date, wall time and zone; the year if it is another; the offset if the hour comes twice."""
    assert words == start_in_words(start_time, time_zone=time_zone, locale=locale, at=NOW)


def test_the_clock_of_a_link_is_the_zone_s() -> None:
    """The link page gets the wall time."""
    assert start_on_the_clock(START, time_zone="America/Vancouver") == "2026-03-03T15:00"


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", Kind)
def test_a_mail_says_a_time_and_nothing_about_care(kind: Kind, locale: Locale) -> None:
    """No name, no therapist, no service, no illness: in text, HTML and subject alike."""
    variables = {"when": "WHEN", "date": "DATE", "link": LINK, "code": "CODE"}
    words = Templates().render(kind, locale=locale, variables=variables)

    said = f"{words.subject} {words.text} {words.html}".lower()
    assert not re.search(r"therap|terap|psych|psic|mental|salud|health|clinic|clínic|counsel|session|sesión", said)
    assert not re.search(r"WHEN|DATE|CODE|https", words.subject)
    has_link = kind not in (Kind.CANCELLED, Kind.CONTACT_CODE, Kind.CONTACT_CHANGED)
    assert [has_link, has_link] == [LINK in words.text, f'<a href="{LINK}">' in words.html]


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", Kind)
def test_no_built_in_text_says_a_forbidden_word(kind: Kind, locale: Locale, channel: Channel) -> None:
    """What practices are refused, the built-in texts do not say either."""
    assert find_forbidden(Templates().built_in(kind, locale=locale, channel=channel)) is None


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.REMINDER, Kind.MOVED, Kind.CANCELLED, Kind.OFFER])
def test_what_has_a_time_says_it(kind: Kind, locale: Locale) -> None:
    """The start stands in the text, not in the subject, which a lock screen shows."""
    words = Templates().render(kind, locale=locale, variables={"when": "WHEN", "link": LINK})

    assert "WHEN" in words.text


@pytest.mark.parametrize(
    ("days", "locale", "words"),
    [
        (1, Locale.EN, "in 1 day"),
        (3, Locale.EN, "in 3 days"),
        (1, Locale.ES, "dentro de 1 día"),
        (3, Locale.ES, "dentro de 3 días"),
    ],
)
def test_days_are_counted_as_the_language_does(days: int, locale: Locale, words: str) -> None:
    """One day, three days: Babel's plurals."""
    assert words == days_in_words(days, locale)


def test_a_text_message_says_a_start_in_few_letters() -> None:
    """Weekday, day, month, clock."""
    assert start_in_short(START, time_zone="America/Vancouver", locale=Locale.EN) == "Tue 3 Mar, 15:00"
    assert start_in_short(START, time_zone="America/Vancouver", locale=Locale.ES) == "mar 3 mar, 15:00"


def test_text_and_html_say_the_same() -> None:
    """Whoever reads only one part misses nothing."""
    words = Templates().render(Kind.REMINDER, locale=Locale.ES, variables={"when": "el <lunes>", "link": LINK})

    assert "el <lunes>" in words.text
    assert "el &lt;lunes&gt;" in words.html
    assert "á" not in words.subject
    assert "póngase en contacto" in words.text
    assert "póngase en contacto" in words.html
