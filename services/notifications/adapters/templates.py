"""Turns what is to be said into the words of an e-mail; names no person and no service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind

TEMPLATES = Path(__file__).parent.parent / "templates"

Variables = Mapping[str, str | int]
"""What a template may say: `when`, `date`, `days`, `in_days`, `link`, `sender`, `phone`, `code`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message as the client reads it."""

    subject: str
    text: str
    html: str


TOPICS = ("page", "alarm", "digest")
"""What staff is told of; each is a template in every language."""


class Templates:
    """
    The templates, compiled when this is made: a broken one stops the process at start.

    A text template is subject, empty line, paragraphs; the HTML says the same paragraphs.
    Only a few variables are known to a template, so it can't say more than a time.
    """

    def __init__(self, folder: Path = TEMPLATES) -> None:
        """Load every template of every locale and kind."""
        loader = FileSystemLoader(folder)
        plain = ImmutableSandboxedEnvironment(loader=loader, undefined=StrictUndefined, autoescape=False)
        escaped = ImmutableSandboxedEnvironment(
            loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True
        )
        self._page = escaped.get_template("page.html")
        self._pages = {
            (topic, locale): plain.get_template(f"{locale}/{topic}.txt") for topic in TOPICS for locale in Locale
        }
        self._texts = {
            (locale, kind): plain.get_template(f"{locale}/{kind.lower()}.txt") for locale in Locale for kind in Kind
        }

    def render(self, kind: Kind, *, locale: Locale, variables: Variables) -> Words:
        """Write a message; the link is not shown by kinds that have nothing to answer."""
        rendered = self._texts[locale, kind].render(variables)
        return self._written(rendered, locale=locale, link=str(variables.get("link", "")))

    def render_page(self, topic: str, *, locale: Locale, link: str, flag_id: str) -> Words:
        """Write a page, or a notice, to staff."""
        return self._written(self._pages[topic, locale].render(link=link, flag_id=flag_id), locale=locale, link=link)

    def _written(self, rendered: str, *, locale: Locale, link: str) -> Words:
        subject, *paragraphs = rendered.strip().split("\n\n")
        text = "\n\n".join(paragraphs) + "\n"
        html = self._page.render(locale=locale.value, subject=subject, paragraphs=paragraphs, link=link)
        return Words(subject, text, html)
