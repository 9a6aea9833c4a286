"""Turns what is to be said into words: the built-in texts, and those that practices wrote."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Template

from services.notifications.adapters.sandbox import compile_template, environment, require_safe_jinja
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind
from services.notifications.domain.segments import plain
from services.notifications.domain.template import Text

TEMPLATES = Path(__file__).parent.parent / "templates"

Variables = Mapping[str, str | int]

EVERYWHERE = frozenset({"sender", "phone", "link"})
WITH_START = frozenset({"when", "date", "time", "days", "in_days"})

VARIABLES: Mapping[Kind, frozenset[str]] = {
    **{kind: EVERYWHERE | WITH_START for kind in Kind},
    Kind.CHECK_IN: EVERYWHERE,
    Kind.MESSAGE_WAITING: EVERYWHERE,
    Kind.CONTACT_CODE: frozenset({"sender", "phone", "code"}),
    Kind.INVITATION: EVERYWHERE | {"code"},
    Kind.CONTACT_CHANGED: frozenset({"sender", "phone"}),
}
"""
All that a message of a kind may say. No name, no therapist, no service is among them: a template can't tell what it
is not told.

`when` is the start with its zone, `date` and `time` its parts, `days` the days until then, `in_days` the same in words,
`sender` and `phone` the practice's own, `link` where to answer, `code` what proves an address
or takes an invitation up.
"""

REMEMBERED = 500
"""Compiled templates of practices kept in memory, the least used forgotten first."""

CARD = Channel.EMAIL
"""What is said in an inbox or to a practice's own system is written as mail is."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message as the client reads it; a text message has neither subject nor HTML."""

    subject: str
    text: str
    html: str


TOPICS = (
    "page",
    "alarm",
    "digest",
    "care-follow-up",
    "care-proposal",
    "care-licence",
    "care-message",
    "desk-affected",
    "desk-failures",
)
"""What staff is told of; each is a template in every language."""


class Templates:
    """
    The templates, compiled when this is made: a broken one stops the process at start.

    A file is subject, empty line, paragraphs, and for text messages one line; the HTML says the same paragraphs.
    """

    def __init__(self, folder: Path = TEMPLATES) -> None:
        """Load every template of every locale, kind and channel."""
        require_safe_jinja()
        self._plain = environment()
        self._page_html = environment(escapes=True).from_string((folder / "page.html").read_text(encoding="utf-8"))
        self._pages = {
            (topic, locale): self._plain.from_string((folder / locale / f"{topic}.txt").read_text(encoding="utf-8"))
            for topic in TOPICS
            for locale in Locale
        }
        self._built_in = {
            (locale, kind, channel): self._read(folder / locale / f"{kind.lower()}{ending}", kind)
            for locale in Locale
            for kind in Kind
            for channel, ending in ((Channel.EMAIL, ".txt"), (Channel.SMS, ".sms.txt"))
        }
        self._own: OrderedDict[tuple[str, str, str, str, int], tuple[Template, Template]] = OrderedDict()

    def built_in(self, kind: Kind, *, locale: Locale, channel: Channel) -> tuple[str, str]:
        """Return subject and body of a built-in template, as an editor begins with."""
        _, text = self._built_in[locale, kind, _as_written(channel)]
        subject, _, body = text.partition("\n\n")
        return (subject, body) if channel is not Channel.SMS else ("", text)

    def check(self, text: Text, kind: Kind) -> None:
        """Refuse a template that can't be used. Raises TemplateMalformed, VariableUnknown. (INVALID_ARGUMENT)"""
        self._compiled(text, kind)

    def render(
        self,
        kind: Kind,
        *,
        locale: Locale,
        variables: Variables,
        channel: Channel = Channel.EMAIL,
        own: Text | None = None,
    ) -> Words:
        """Write a message, in the practice's own words if it has any; the link is an anchor of its own in HTML."""
        link = str(variables.get("link", ""))
        if own is not None:
            subject, body = (each.render(variables) for each in self._compiled(own, kind))
            rendered = body if channel is Channel.SMS else f"{subject.strip()}\n\n{body.strip()}"
        else:
            rendered = self._built_in[locale, kind, _as_written(channel)][0].render(variables)
        if channel is Channel.SMS:
            return Words("", for_telephones(" ".join(rendered.split())), "")
        return self._written(rendered, locale=locale, link=link)

    def say(self, body: str, kind: Kind, *, locale: Locale, variables: Variables, channel: Channel) -> Words:
        """Say words that staff wrote for one occasion, under the usual subject; they are no template."""
        link = str(variables.get("link", ""))
        if channel is Channel.SMS:
            return Words("", for_telephones(" ".join(f"{variables.get('sender', '')}: {body} {link}".split())), "")
        subject = self._built_in[locale, kind, CARD][0].render(variables).strip().partition("\n\n")[0]
        return self._written(f"{subject}\n\n{body.strip()}\n\n{link}", locale=locale, link=link)

    def render_page(self, topic: str, *, locale: Locale, link: str, flag_id: str) -> Words:
        """Write a page, or a notice, to staff."""
        return self._written(self._pages[topic, locale].render(link=link, flag_id=flag_id), locale=locale, link=link)

    def _read(self, path: Path, kind: Kind) -> tuple[Template, str]:
        text = path.read_text(encoding="utf-8").strip()
        return compile_template(text, variables=VARIABLES[kind], field=path.name, plain=self._plain), text

    def _compiled(self, text: Text, kind: Kind) -> tuple[Template, Template]:
        key = (text.practice_id, text.template_key, text.locale.value, text.channel.value, text.version)
        if text.version and key in self._own:
            self._own.move_to_end(key)
            return self._own[key]
        compiled = (
            compile_template(text.subject, variables=VARIABLES[kind], field="subject", plain=self._plain),
            compile_template(text.body, variables=VARIABLES[kind], field="body", plain=self._plain),
        )
        if text.version:
            self._own[key] = compiled
            if len(self._own) > REMEMBERED:
                self._own.popitem(last=False)
        return compiled

    def _written(self, rendered: str, *, locale: Locale, link: str) -> Words:
        subject, *paragraphs = [part.strip() for part in rendered.strip().split("\n\n") if part.strip()]
        text = "\n\n".join(paragraphs) + "\n"
        html = self._page_html.render(locale=locale.value, subject=subject, paragraphs=paragraphs, link=link)
        return Words(subject, text, html)


def for_telephones(text: str) -> str:
    """
    Write what the telephones' alphabet lacks with what it has: quotes, dashes, and accents it has no place for.

    One such letter would make the whole text two bytes a letter, and three messages of one.
    """
    written = plain(text)
    return "".join(letter if letter in KEPT_ACCENTS else LOST_ACCENTS.get(letter, letter) for letter in written)


KEPT_ACCENTS = frozenset("èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà")
"""Source: 3GPP TS 23.038, 6.2.1."""

LOST_ACCENTS = {
    letter: unicodedata.normalize("NFKD", letter)[0]
    for letter in (chr(code) for code in range(0xC0, 0x180))
    if unicodedata.normalize("NFKD", letter)[0].isascii()
}


def _as_written(channel: Channel) -> Channel:
    return Channel.SMS if channel is Channel.SMS else CARD
