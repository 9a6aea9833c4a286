"""A calendar app reads when a therapist is busy, and hears no more than that."""

from __future__ import annotations

import httpx
import pytest
from icalendar import Calendar

from deploy.local.house_calls import sign_in
from deploy.local.suite import Suite
from tests.e2e.test_conventions import key

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_a_calendar_app_reads_a_feed_until_it_is_revoked(whole_suite: Suite, http: httpx.AsyncClient) -> None:
    """Made, read, unchanged, revoked; neither headers nor logs hold more than they should."""
    amara = await sign_in(http, "amara")
    made = await amara.ask("POST", "/v1/calendar-feeds", {}, key=key(), wanted=201)
    path = f"/cal/{made['secret']}.ics"
    read = await http.get(path)
    again = await http.get(path, headers={"If-None-Match": read.headers["etag"]})
    listed = await amara.ask("GET", "/v1/calendar-feeds")
    await amara.ask("DELETE", f"/v1/calendar-feeds/{made['feed']['feed_id']}", key=key())
    gone = await http.get(path)
    unknown = await http.get(f"/cal/{'x' * 43}.ics")

    events = Calendar.from_ical(read.text).walk("VEVENT")
    assert read.headers["content-type"] == "text/calendar; charset=utf-8"
    assert read.headers["cache-control"] == "private, max-age=300"
    assert {read.headers[name] for name in ("referrer-policy", "x-robots-tag")} == {"no-referrer", "noindex, nofollow"}
    assert len(events) > 10
    assert {str(event["SUMMARY"]) for event in events} == {"Busy"}
    assert (again.status_code, again.content) == (304, b"")
    assert "secret" not in listed["feeds"][-1]
    assert [gone.status_code, unknown.status_code] == [404, 404]
    assert {**gone.json(), "trace": ""} == {**unknown.json(), "trace": ""}
    logs = b"".join(path.read_bytes() for path in whole_suite.root.logs.glob("*.log"))
    assert made["secret"].encode() not in logs
