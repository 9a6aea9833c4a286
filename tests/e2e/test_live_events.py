"""Somebody books, and who is looking at the week sees it come."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import id_of
from deploy.local.suite import Suite
from tests.e2e.test_bad_input import FREE_DAY, GOOD

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_a_booking_is_heard_by_the_desk(whole_suite: Suite, desk: Person) -> None:
    """From the commit, by the relay and Redis, to an open stream: id and version, and nothing about the person."""
    headers = {"Authorization": f"Bearer {desk.token}"}
    async with (
        httpx.AsyncClient(base_url=whole_suite.gateway_url, timeout=60) as browser,
        browser.stream("GET", "/v1/events/stream", headers=headers) as stream,
    ):
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        body = {**GOOD, "client_id": id_of("client", "client-002"), "local_start": f"{FREE_DAY}T10:00"}
        booked = await desk.ask("POST", "/v1/appointments", body, key=str(uuid.uuid4()), wanted=201)

        async with asyncio.timeout(60):
            heard = [line async for line in _until(lines, booked["appointment_id"])]

    assert "event: booking.AppointmentBooked" in heard
    shown = json.loads(heard[-1].removeprefix("data: "))
    assert shown == {"id": shown["id"], "resource_id": booked["appointment_id"], "version": booked["version"]}
    assert not [line for line in heard if body["client_id"] in line]


async def _until(lines: AsyncIterator[str], wanted: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if wanted in line:
            return
