"""What every answer says to browsers, and what the pages of the house load."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
import pytest

from services.gateway.middleware import HEADERS
from tests.integration.gateway.conftest import Gateway

pytestmark = pytest.mark.integration

HOST = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/v1/me"),
        ("POST", "/v1/appointments"),
        ("GET", "/v1/no-such-thing"),
        ("DELETE", "/v1/me"),
        ("GET", "/v1//me"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/assets/reference.js"),
        ("GET", "/problems/slot-taken"),
        ("GET", "/invitation"),
        ("GET", f"/l/{'A' * 22}"),
        ("GET", "/dev-issuer/.well-known/openid-configuration"),
    ],
)
def test_every_answer_is_strict_with_browsers(gateway: Gateway, method: str, path: str) -> None:
    """Pages, JSON and refusals alike: nothing from elsewhere, nothing framed, nothing sniffed, nothing kept."""
    answer = httpx.request(method, gateway.url + path)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    kept = "public, max-age=3600" if path.startswith("/assets/") else "no-store"
    assert answer.headers["cache-control"] == kept
    assert "server" not in answer.headers
    rules = dict(each.strip().partition(" ")[::2] for each in HEADERS["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert not [value for value in rules.values() if "unsafe" in value or "*" in value or "http" in value]


@pytest.mark.parametrize("path", ["/docs", "/invitation"])
def test_a_page_loads_nothing_from_another_host(gateway: Gateway, path: str) -> None:
    """The reference of the API can be read where there is no internet: what it names is here, and names nobody."""
    page = httpx.get(gateway.url + path)
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page.text)

    assert page.status_code == 200
    assert loaded
    for each in loaded:
        assert not urlsplit(each).netloc
        asset = httpx.get(gateway.url + each)
        assert asset.status_code == 200
        assert not HOST.search(re.sub(r"http://www\.w3\.org/\S+", "", asset.text))


def test_the_reference_is_drawn_from_a_document_that_says_everything(gateway: Gateway) -> None:
    """Operations, webhooks and problems of this very process."""
    document = httpx.get(f"{gateway.url}/openapi.json").json()

    assert document["openapi"] == "3.1.0"
    assert len(document["paths"]) > 100
    assert "offer.made" in document["webhooks"]
    assert "Problem" in document["components"]["schemas"]
