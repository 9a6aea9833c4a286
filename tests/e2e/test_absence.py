"""A therapist falls ill: everybody affected is offered something, answers, and nobody is lost."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.house_calls import Person, sign_in
from deploy.local.people import DEMO_CLIENT, id_of
from deploy.local.story import fresh_mails, text_of
from deploy.local.story import wish as booking_of
from deploy.local.suite import Suite
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TYPE = id_of("session-type", "individual-50")
ADA, BEN = id_of("client", DEMO_CLIENT), id_of("client", "client-012")
PATIENCE_S = 150.0
TEXT = "We are sorry: your appointment can't take place as planned. Please choose what suits you."


def key() -> str:
    """A key of its own."""
    return str(uuid.uuid4())


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """Look until there is something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.3)
    raise AssertionError("it did not come")


async def two_hours_with_cover(desk: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two free hours of one therapist on one day; at the first somebody else is free in the same way."""
    now = datetime.now(UTC)
    search = {
        "session_type_id": TYPE,
        "from_time": (now + timedelta(days=45)).isoformat(),
        "to_time": (now + timedelta(days=55)).isoformat(),
        "limit": 500,
    }
    slots = (await desk.ask("POST", "/v1/searches/slots", search))["slots"]
    others: dict[tuple[str, str], set[str]] = defaultdict(set)
    days: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for slot in slots:
        others[slot["start_time"], slot["modality"]].add(slot["therapist_id"])
        days[slot["therapist_id"], slot["start_time"][:10]].append(slot)
    for hours in days.values():
        covered = [each for each in hours if len(others[each["start_time"], each["modality"]]) > 1]
        for first in covered:
            for second in hours:
                if abs(start_of(second) - start_of(first)) >= timedelta(hours=2):
                    return first, second
    raise AssertionError("the example practice has no two such hours")


def start_of(slot: dict[str, Any]) -> datetime:
    """Return when it starts."""
    return datetime.fromisoformat(slot["start_time"])


async def test_a_therapist_falls_ill_and_nobody_is_lost(
    whole_suite: Suite, http: httpx.AsyncClient, desk: Person
) -> None:
    """Preview, case, wording, bulk offers, the client's own answer, the desk's; it closes when nobody is open."""
    first, second = await two_hours_with_cover(desk)
    booked = [
        await desk.ask("POST", "/v1/appointments", booking_of(client_id, slot), key=key(), wanted=201)
        for client_id, slot in ((ADA, first), (BEN, second))
    ]
    day = start_of(first).replace(hour=0, minute=0)
    absence = {
        "therapist_id": first["therapist_id"],
        "start_time": (min(start_of(first), start_of(second)) - timedelta(minutes=5)).isoformat(),
        "end_time": (max(start_of(first), start_of(second)) + timedelta(minutes=55)).isoformat(),
    }

    # What would it hit? Then it starts, and the case opens by itself.
    seen = await desk.ask("POST", "/v1/searches/absences", absence)
    assert {each["claim_id"] for each in seen["items"]} == {each["appointment_id"] for each in booked}
    started = await desk.ask("POST", "/v1/absences", absence, key=key(), wanted=201)
    path = f"/v1/absences/{started['absence_id']}"

    async def worklist(state: str) -> Any:
        answer = await desk.send("GET", f"{path}/appointments")
        found = answer.json().get("affected", [])
        return found if len(found) == 2 and all(each["state"] == state for each in found) else None

    affected = await eventually(lambda: worklist("OPEN"))
    assert [each["need_rank"] for each in affected] == [1, 2]
    assert all(each["need"]["words"].startswith("Place ") for each in affected)
    assert (await desk.ask("GET", f"{path}/case"))["open_count"] == 2

    # Nobody is told anything before the text is approved, and the text gives nothing away.
    wanted = {"kinds": ["COVER", "VIDEO", "OTHER_TIME"], "answer_h": 48}
    early = await desk.send("POST", f"{path}/offers", wanted, key=key())
    assert (early.status_code, early.json()["reason"]) == (409, "WORDING_UNAPPROVED")
    telling = await desk.send("POST", f"{path}/wordings", {"body": "Your therapy is cancelled."}, key=key())
    assert (telling.status_code, telling.json()["reason"]) == (409, "WORDING_REFUSED")
    written = await desk.ask("POST", f"{path}/wordings", {"body": TEXT}, key=key(), wanted=201)
    version = {"wording_version": written["wording"]["wording_version"]}
    approved = await desk.ask("POST", f"{path}/wordings/approvals", version, key=key())
    assert approved["approved_wording_version"] == 1

    # Everybody is offered something, held for them alone.
    addresses = {each: (await desk.ask("GET", f"/v1/clients/{each}/contact-point"))["email"] for each in (ADA, BEN)}
    since = time.time()
    asked = await desk.ask("POST", f"{path}/offers", wanted, key=key(), wanted=202)
    assert asked["asked_count"] == 2
    offered = {each["client_id"]: each["offer"] for each in await eventually(lambda: worklist("OFFERED"))}
    cover = next(each for each in offered[ADA]["options"] if each["kind"] == "COVER")
    stolen = {**first, "therapist_id": cover["therapist_id"]}
    taken = await desk.send("POST", "/v1/appointments", booking_of(id_of("client", "client-013"), stolen), key=key())
    assert (taken.status_code, taken.json()["reason"]) == (409, "SLOT_TAKEN")

    # Each hears of it in the words that staff approved, and the mail says no more.
    for address in addresses.values():

        async def told(to: str = address) -> Any:
            mails = [mail for mail in fresh_mails(whole_suite.root.mail, since) if mail["X-Envelope-To"] == to]
            return [text for mail in mails if TEXT in (text := " ".join(text_of(mail).split()))]

        [said] = await eventually(told)
        [link] = said.removeprefix(TEXT).split()
        assert link.startswith("http://127.0.0.1:")

    # The client answers for herself, and sees nobody else's offer.
    ada = await sign_in(http, "client")
    (mine,) = (await ada.ask("GET", f"/v1/clients/{ADA}/absence-offers", is_open_only=True))["offers"]
    assert (mine["offer_id"], mine["wording"]) == (offered[ADA]["offer_id"], TEXT)
    assert (await ada.send("GET", f"/v1/absence-offers/{offered[BEN]['offer_id']}")).status_code == 403
    choice = {"option_id": cover["option_id"]}
    got = await ada.ask("POST", f"/v1/absence-offers/{mine['offer_id']}/acceptances", choice, key=key())
    assert (got["appointment_id"], got["therapist_id"]) == (booked[0]["appointment_id"], cover["therapist_id"])
    assert got["start_time"] == first["start_time"]

    # The other one says no on the phone; nobody forgets him: the case can't be closed before his fate is stated.
    refusal = f"/v1/absence-offers/{offered[BEN]['offer_id']}/refusals"
    assert (await desk.ask("POST", refusal, key=key()))["state"] == "DECLINED"
    (left,) = (await desk.ask("GET", f"{path}/appointments", is_open_only=True))["affected"]
    assert (left["client_id"], left["note"]) == (BEN, "DECLINED")
    open_still = await desk.send("POST", f"{path}/closings", key=key())
    assert (open_still.status_code, open_still.json()["reason"]) == (409, "ABSENCE_OPEN")
    cancelling = f"/v1/appointments/{booked[1]['appointment_id']}/cancellations"
    await desk.ask("POST", cancelling, {"reason": "THERAPIST_ABSENT"}, key=key(), etag=booked[1]["etag"])
    follow_ups = await desk.ask("GET", "/v1/follow-ups", client_id=BEN)
    assert booked[1]["appointment_id"] in {each["cause_appointment_id"] for each in follow_ups["follow_ups"]}

    async def closed() -> Any:
        answer = await desk.send("POST", f"{path}/closings", key=key())
        return answer.json() if answer.status_code == 200 else None

    assert (await eventually(closed))["is_closed"]
    case = await desk.ask("GET", f"{path}/case")
    assert (case["open_count"], case["affected_count"]) == (0, 2)
    assert {each["state"]: each["count"] for each in case["counts"]} == {"COVERED": 1, "CANCELLED": 1}

    async def given_back() -> bool:
        held = "select 1 from claims where practice_id = %s and state = 'held' and start_time > %s"
        return not rows(whole_suite, "availability", held, id_of("practice", "harbour-and-prairie"), day)

    await eventually(given_back)
