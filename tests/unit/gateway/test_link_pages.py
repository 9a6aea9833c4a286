"""Pages behind links say a time and nothing else, and let their reader leave fast."""

from __future__ import annotations

import re

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.gateway import link_pages
from services.gateway.link_pages import EN, ES

TOKEN = "A" * 22
ActionLink = notifications_pb2.ActionLink
CHOICES = [ActionLink.ACTION_CONFIRM, ActionLink.ACTION_RESCHEDULE, ActionLink.ACTION_CANCEL]
TELLING = re.compile(r"therap|psych|depress|counsel|mental|addict|clinic|og:|twitter:", re.IGNORECASE)


def link(locale: str = "en", **more: object) -> ActionLink:
    """A link to a Tuesday."""
    fields: dict[str, object] = {"action": CHOICES[0], "state": ActionLink.STATE_OPEN, "actions": CHOICES}
    return ActionLink(start_local="2026-03-03T15:00", time_zone="America/Vancouver", locale=locale, **(fields | more))  # type: ignore[arg-type]


def every_page(locale: str) -> list[str]:
    """All that can be shown in a language."""
    said = link_pages.WORDS[locale]
    time = notifications_service_pb2.LinkTime(
        start_time=Timestamp(seconds=1), start_local="2026-03-04T09:00", time_zone="America/Vancouver"
    )
    used = [link(locale, state=ActionLink.STATE_USED, action=each, actions=[]) for each in range(1, 7)]
    pages = [
        link_pages.overview(link(locale), TOKEN),
        *(link_pages.overview(each, TOKEN) for each in used),
        link_pages.sure(link(locale), TOKEN, "ticket"),
        link_pages.other_times(link(locale), TOKEN, [time]),
        link_pages.other_times(link(locale), TOKEN, [], is_gone=True),
        link_pages.expired(said),
        link_pages.expired(said, is_offer=True),
        link_pages.invitation(locale, sign_in="https://my.example/session/sign-in?return_to=/account"),
        link_pages.invitation(f"{locale}-US,en;q=0.5", sign_in=""),
    ]
    return [bytes(each.body).decode() for each in pages]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_no_page_tells_a_bystander_what_it_is_about(locale: str) -> None:
    """Neither words of the trade nor a preview for messengers; every page has the way out."""
    for page in every_page(locale):
        assert not TELLING.search(page), page
        assert f'<html lang="{locale}">' in page
        assert 'id="leave"' in page
        assert '<script src="/assets/link.js" defer>' in page
        assert page.count("<title>") == 1


def test_both_languages_say_the_same_things() -> None:
    """No word is missing in either."""
    assert EN.keys() == ES.keys()
    assert not [name for name in EN if EN[name] == ES[name]]


def test_cancelling_and_moving_need_a_second_page() -> None:
    """The first page has a button for coming only; the others are ways on that change nothing."""
    page = bytes(link_pages.overview(link(), TOKEN).body).decode()

    assert [f'action="/l/{TOKEN}"'] == re.findall(r'action="[^"]*"', page)
    assert [f"/l/{TOKEN}/times", f"/l/{TOKEN}/cancel"] == re.findall(r'class="choice" href="([^"]*)"', page)


def test_an_invitation_leads_to_the_portal_and_asks_for_nothing() -> None:
    """GET changes nothing: the page has no form, and the code is in no address."""
    page = bytes(link_pages.invitation("en", sign_in="https://my.example/session/sign-in").body).decode()

    assert re.findall(r'class="choice" href="([^"]*)"', page) == ["https://my.example/session/sign-in"]
    assert "<form" not in page
    assert "choice" not in bytes(link_pages.invitation("en", sign_in="").body).decode()


def test_a_spanish_reader_is_told_the_time_in_spanish() -> None:
    """Weekday, month and zone."""
    page = bytes(link_pages.overview(link("es"), TOKEN).body).decode()

    assert "martes 3 de marzo, 15:00 (hora de Vancouver)" in page
