"""A template that people write says what it may, and can do nothing else."""

from __future__ import annotations

import pytest

from services.chassis.config import Misconfigured
from services.chassis.errors import InvalidRequest
from services.notifications.adapters.sandbox import compile_template, environment, require_safe_jinja
from services.notifications.adapters.templates import VARIABLES, Templates, for_telephones
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind
from services.notifications.domain.segments import segments
from services.notifications.domain.template import Text, key_of, kind_of

PLAIN = environment()
KNOWN = VARIABLES[Kind.REMINDER]
LINK = "https://kept.example/l/AAAAAAAAAAAAAAAAAAAAAA"
FACTS: dict[str, str | int] = {
    "sender": "Appointments", "phone": "+1 604 555 0100", "link": LINK, "code": "123456", "when": "Wed 30 Sep, 15:00",
    "date": "Wednesday 30 September", "time": "15:00", "days": 3, "in_days": "in 3 days",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "TEMPLATE_MALFORMED"),
        ("{{ when|attr('__class__') }}", "TEMPLATE_MALFORMED"),
        ("{{ '{0.__class__}'.format(when) }}", "TEMPLATE_MALFORMED"),
        ("{{ 'a' * 300000000 }}", "TEMPLATE_MALFORMED"),
        ("{{ 2 ** 3000000 }}", "TEMPLATE_MALFORMED"),
        ("{% for a in range(1000000000) %}{% endfor %}", "TEMPLATE_MALFORMED"),
        ("{% set when = 'x' %}{{ when }}", "TEMPLATE_MALFORMED"),
        ("{% macro m() %}{% endmacro %}", "TEMPLATE_MALFORMED"),
        ("{% include 'page.html' %}", "TEMPLATE_MALFORMED"),
        ("{{ lipsum(n=1000) }}", "TEMPLATE_MALFORMED"),
        ("{{ when|map('upper') }}", "TEMPLATE_MALFORMED"),
        ("{{ when[0] }}", "TEMPLATE_MALFORMED"),
        ("{{ when", "TEMPLATE_MALFORMED"),
        ("x" * 4001, "TEMPLATE_MALFORMED"),
        ("{{ diagnosis }}", "UNKNOWN_VARIABLE"),
        ("{{ cycler }}", "UNKNOWN_VARIABLE"),
        ("{% if first_name %}x{% endif %}", "UNKNOWN_VARIABLE"),
    ],
)
def test_only_words_variables_and_conditions_are_let_in(text: str, reason: str) -> None:
    """Acceptance check 16: every probe is refused when it is saved."""
    with pytest.raises(InvalidRequest) as refused:
        compile_template(text, variables=KNOWN, field="body", plain=PLAIN)

    assert refused.value.reason == reason


@pytest.mark.parametrize(("days", "words"), [(1, "TOMORROW at 15:00"), (3, "in 3 days at 15:00")])
def test_an_honest_template_is_taken(days: int, words: str) -> None:
    """Conditions, comparisons and a few filters are enough to speak properly."""
    text = "{% if days == 1 and not time == '' %}{{ 'tomorrow'|upper }}{% else %}{{ in_days }}{% endif %} at {{ time }}"

    template = compile_template(text, variables=KNOWN, field="body", plain=PLAIN)

    assert template.render(FACTS | {"days": days}) == words


@pytest.mark.parametrize(("version", "is_safe"), [("3.1.5", False), ("3.0.9", False), ("3.1.6", True), ("3.2.0", True)])
def test_a_jinja_with_known_holes_is_refused_at_start(version: str, is_safe: bool) -> None:
    """Acceptance check 16: older than 3.1.6 does not start."""
    if is_safe:
        require_safe_jinja(version)
        return
    with pytest.raises(Misconfigured):
        require_safe_jinja(version)


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", Kind)
def test_every_built_in_text_message_is_one_segment_and_begins_with_the_sender(kind: Kind, locale: Locale) -> None:
    """In both languages, with the longest date there is; accents that telephones lack are written without."""
    variables = {name: value for name, value in FACTS.items() if name in VARIABLES[kind]}

    words = Templates().render(kind, locale=locale, variables=variables, channel=Channel.SMS)

    assert (segments(words.text), words.subject, words.html) == (1, "", "")
    assert words.text.startswith("Appointments: ")


def test_what_telephones_lack_is_written_with_what_they_have() -> None:
    """Acceptance check 18: one segment stays one, quotes or accents."""
    assert for_telephones("sábado “3” – qué, señor, à") == 'sabado "3" - qué, señor, à'
    text = "x" * 148
    assert [segments(text + "'"), segments(for_telephones(text + "’")), segments(text + "’")] == [1, 1, 3]


def test_a_practices_own_words_stand_in_for_the_built_in_ones() -> None:
    """Subject and paragraphs of a mail, one line of a text message; each version is compiled anew."""
    templates = Templates()
    own = Text(
        "practice-1", "reminder", Locale.EN, Channel.EMAIL, 1, "See you {{ in_days }}", "On {{ when }}.\n\n{{ link }}"
    )
    text = Text("practice-1", "reminder", Locale.EN, Channel.SMS, 1, "", "{{ sender }}:\nsee you {{ in_days }}")

    mail = templates.render(Kind.REMINDER, locale=Locale.EN, variables=FACTS, own=own)
    sms = templates.render(Kind.REMINDER, locale=Locale.EN, variables=FACTS, channel=Channel.SMS, own=text)

    assert (mail.subject, mail.text) == ("See you in 3 days", f"On Wed 30 Sep, 15:00.\n\n{LINK}\n")
    assert f'<a href="{LINK}">' in mail.html
    assert sms.text == "Appointments: see you in 3 days"


def test_a_templates_key_names_what_it_says() -> None:
    """The kind, or the kind and a word of the practice's."""
    assert [kind_of(key) for key in ("reminder", "reminder.first-visit", key_of(Kind.NO_SHOW))] == [
        Kind.REMINDER,
        Kind.REMINDER,
        Kind.NO_SHOW,
    ]
    assert [kind_of(key) for key in ("", "remind", "reminder.", "reminder.a b", "reminder." + "x" * 60)] == [None] * 5
