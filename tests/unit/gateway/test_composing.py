"""One answer of several services: what came in time, and what did not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.chassis import errors
from services.chassis.rpc.status import DeadlineExceeded
from services.gateway import composing
from services.gateway.composing import PAGES, Part, composed


class Sites:
    """A service with pages of sites, or with a refusal."""

    def __init__(self, pages: int = 1, *, error: Exception | None = None, is_silent: bool = False) -> None:
        self.pages, self.error, self.is_silent = pages, error, is_silent
        self.tokens: list[str] = []

    async def ask(self, method: str, request: Message) -> Any:
        """Answer a page."""
        assert isinstance(request, availability_service_pb2.ListSitesRequest)
        self.tokens.append(request.page_token)
        if self.is_silent:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        number = len(self.tokens)
        return availability_service_pb2.ListSitesResponse(
            sites=[availability_pb2.Site(site_id=f"s-{number}")],
            next_page_token=str(number) if number < self.pages else "",
        )

    @property
    def part(self) -> Part:
        """The part it stands for."""
        return Part(self.ask, "ListSites", availability_service_pb2.ListSitesRequest(), "sites")


async def test_every_page_is_asked_for_once() -> None:
    """As many calls as there are pages: none for each entry."""
    sites = Sites(pages=3)
    answer = await composed({"sites": sites.part})

    assert [each["site_id"] for each in answer["sites"]] == ["s-1", "s-2", "s-3"]
    assert sites.tokens == ["", "1", "2"]
    assert (answer["missing"], answer["cut"]) == ([], [])


async def test_a_list_that_is_too_long_is_cut_and_said_to_be() -> None:
    """Nobody takes it for all there is."""
    answer = await composed({"sites": Sites(pages=PAGES + 5).part})

    assert (len(answer["sites"]), answer["cut"]) == (PAGES, ["sites"])


@pytest.mark.parametrize(
    "error", [errors.Unavailable("away"), DeadlineExceeded("late"), errors.Exhausted("too much")], ids=repr
)
async def test_a_service_that_is_away_is_left_out_by_name(error: Exception) -> None:
    """The others' parts are whole."""
    answer = await composed({"here": Sites().part, "away": Sites(error=error).part})

    assert (answer["missing"], len(answer["here"]), answer["away"]) == (["away"], 1, [])


async def test_nobody_waits_for_a_silent_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is over; the page is drawn without it."""
    monkeypatch.setattr(composing, "PART_S", 0.01)
    answer = await composed({"here": Sites().part, "silent": Sites(is_silent=True).part})

    assert answer["missing"] == ["silent"]


async def test_a_refusal_is_the_answer_to_all() -> None:
    """Who may not see a part is told so, instead of seeing a page with a hole."""
    with pytest.raises(errors.Forbidden):
        await composed({"here": Sites().part, "shut": Sites(error=errors.Forbidden("no")).part})


async def test_nothing_at_all_is_no_page() -> None:
    """Everything is away: 503."""
    with pytest.raises(errors.Unavailable):
        await composed({"a": Sites(error=errors.Unavailable("away")).part})
