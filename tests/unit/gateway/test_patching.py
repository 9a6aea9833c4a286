"""Merge patch as RFC 7396 says it, and what retires says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from services.gateway.bootstrap import Api, add_routes, routes
from services.gateway.document import describe
from services.gateway.routes.patching import MERGE_PATCH, merged
from services.gateway.routes.retiring import retiring


@pytest.mark.parametrize(
    ("target", "patch", "wanted"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_is_merged_as_the_rfc_s_appendix_shows(target: Any, patch: Any, wanted: Any) -> None:
    """Every example of RFC 7396, appendix A."""
    assert merged(target, patch) == wanted


def test_what_can_be_patched_is_documented_with_its_media_type() -> None:
    """Each has all fields of its PUT, none of them required, and the refusals of an edit."""
    paths = routes().openapi()["paths"]
    found = {path: methods["patch"] for path, methods in paths.items() if "patch" in methods}

    assert set(found) >= {
        "/v1/sites/{site_id}",
        "/v1/rooms/{room_id}",
        "/v1/session-types/{session_type_id}",
        "/v1/clients/{client_id}",
        "/v1/webhooks/{webhook_id}",
    }
    for path, operation in found.items():
        [(media, content)] = operation["requestBody"]["content"].items()
        assert media == MERGE_PATCH
        assert "required" not in content["schema"]
        assert {"412", "415", "428"} <= operation["responses"].keys()
        assert "put" in paths[path]


async def test_an_operation_that_will_go_says_so_with_every_answer() -> None:
    """Deprecation (RFC 9745), Sunset (RFC 8594), what comes instead, and the document's own mark."""
    since, until = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 9, 1, tzinfo=UTC)
    router = APIRouter()

    @router.get(
        "/v1/old",
        deprecated=True,
        operation_id="getOld",
        dependencies=[retiring(since=since, until=until, successor="/v1/new")],
    )
    async def old() -> dict[str, str]:
        """Is old."""
        return {}

    app = routes()
    assert isinstance(app, Api)
    add_routes(app, router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kept.test") as http:
        answer = await http.get("/v1/old")

    assert answer.headers["deprecation"] == "@1893456000"
    assert answer.headers["sunset"] == "Sun, 01 Sep 2030 00:00:00 GMT"
    assert answer.headers["link"] == '</v1/new>; rel="successor-version"'
    assert describe(app)["paths"]["/v1/old"]["get"]["deprecated"] is True


def test_nothing_goes_without_half_a_year_s_notice() -> None:
    """Front ends need time."""
    with pytest.raises(ValueError, match="half a year"):
        retiring(since=datetime(2030, 1, 1, tzinfo=UTC), until=datetime(2030, 3, 1, tzinfo=UTC), successor="/v1/new")
