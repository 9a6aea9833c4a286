"""A service that is gone is said so at once, and found again without a restart."""

from __future__ import annotations

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import id_of
from deploy.local.suite import Suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ANSWERED_WITHIN_S = 15
"""Seconds to wait for an answer: the gateway's own deadline is 10."""

ASKED = {
    "availability": "/v1/schedules",
    "booking": f"/v1/clients/{id_of('client', 'client-001')}",
    "notifications": f"/v1/clients/{id_of('client', 'client-001')}/contact-point",
    "matching": "/v1/therapists",
    "audit": "/v1/audit/records",
}


@pytest.mark.parametrize("service", ASKED)
async def test_a_service_that_was_killed_is_503_and_comes_back(
    whole_suite: Suite, http: httpx.AsyncClient, desk: Person, officer: Person, service: str
) -> None:
    """Killed (-9): a problem with Retry-After; started again: the same gateway process answers."""
    person, path = officer if service == "audit" else desk, ASKED[service]
    await person.ask("GET", path)
    gateway = whole_suite.pid("gateway")
    whole_suite.kill9(f"{service}-server", stay_down=True)
    try:
        headers = {"Authorization": f"Bearer {person.token}"}
        lost = await http.get(path, headers=headers, timeout=ANSWERED_WITHIN_S)
        others = [await desk.send("GET", each) for name, each in ASKED.items() if name == "matching" != service]
        week = await desk.send("GET", "/v1/week", from_time="2030-03-04T00:00:00Z", to_time="2030-03-11T00:00:00Z")
    finally:
        whole_suite.start_process(f"{service}-server")
        whole_suite.wait_ready(f"{service}-server")

    problem = lost.json()
    # Of audit the door says why: it can't even record that it refuses.
    wanted = "audit-unavailable" if service == "audit" else "unavailable"
    assert (lost.status_code, problem["type"]) == (503, f"/problems/{wanted}")
    assert int(lost.headers["retry-after"]) >= 1
    assert [answer.status_code for answer in others] == [200] * len(others)
    # A page over several services is drawn without the part that is away.
    parts = {"availability": ["schedules", "closures", "sites", "rooms", "session_types"], "booking": ["appointments"]}
    parts["matching"] = ["therapists"]
    assert (week.status_code, week.json()["missing"]) == (200, parts.get(service, []))
    await person.ask("GET", path)
    assert whole_suite.pid("gateway") == gateway
