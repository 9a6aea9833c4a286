"""Licences end: therapists drop out of matches the day after, and the admin hears in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from kept.matching.v1 import matching_events_pb2, matching_pb2

from services.chassis import errors
from services.chassis.context import Actor
from tests.integration.matching.people import People
from tests.support.suite_keys import person

pytestmark = pytest.mark.integration


def admin(people: People) -> Actor:
    """The practice's admin."""
    return person(people.practice_id, ["practice_admin"])


def day(ahead: int) -> str:
    """A day from today, in UTC."""
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


async def put(people: People, *licences: tuple[str, str], therapist_id: str = "", **changes: Any) -> Any:
    """Store a therapist with these licences."""
    profile = {
        "therapist_id": therapist_id or str(uuid4()),
        "display_name": "Amara Osei",
        "youngest_age": 0,
        "oldest_age": 120,
        "is_accepting": True,
        "capacity": 5,
        "licences": [matching_pb2.Licence(region=region, expire_date=last) for region, last in licences],
        **changes,
    }
    return await people.ask(
        admin(people), "PutTherapistProfile", therapist_profile=matching_pb2.TherapistProfile(**profile)
    )


async def test_an_expired_licence_leaves_a_therapist_out_and_says_so(people: People) -> None:
    """One that ends tomorrow still counts, one that ended is named as such, another state's is no licence here."""
    licences = [("US-CA", day(1)), ("US-CA", day(-2)), ("US-NY", "")]
    ids = [(await put(people, each)).therapist_id for each in licences]
    need = matching_pb2.Need(client_id=str(uuid4()), region="US-CA")

    found = await people.ask(people.desk(), "MatchClient", need=need)

    assert [each.therapist_id for each in found.candidates] == ids[:1]
    codes = {each.therapist_id: each.code for each in found.exclusions}
    assert codes == {ids[1]: "LICENCE_EXPIRED", ids[2]: "NOT_LICENSED_IN_REGION"}


async def test_a_licence_is_verified_by_name_and_loses_it_when_it_changes(people: People) -> None:
    """A put that leaves it as it was keeps the name; another last day asks for a new look."""
    stored = await put(people, ("US-CA", day(90)), ("US-NY", day(90)))
    place = {"therapist_id": stored.therapist_id, "region": "US-CA"}

    with pytest.raises(errors.NotFound):
        await people.ask(admin(people), "VerifyLicence", **place, expire_date=day(91))
    await people.ask(admin(people), "VerifyLicence", **place, expire_date=day(90))
    same = await put(people, ("US-CA", day(90)), ("US-NY", day(90)), therapist_id=stored.therapist_id)
    changed = await put(people, ("US-CA", day(120)), ("US-NY", day(90)), therapist_id=stored.therapist_id)

    assert [each.verify_actor_id for each in same.licences] == [admin(people).actor_id, ""]
    assert same.licences[0].HasField("verify_time")
    assert [each.verify_actor_id for each in changed.licences] == ["", ""]


async def test_the_admin_hears_of_licences_that_end(people: People) -> None:
    """The first to end first, what has ended too, nothing later; pages join; a client hears nothing."""
    await put(people, ("US-CA", day(10)), ("US-NY", ""), ("US-TX", day(80)))
    await put(people, ("US-CA", day(-5)))

    listed: list[tuple[str, bool]] = []
    token = ""
    while True:
        page = await people.ask(admin(people), "ListExpiringLicences", page_size=1, page_token=token)
        listed += [(each.licence.expire_date, each.is_expired) for each in page.licences]
        token = page.next_page_token
        if not token:
            break

    assert listed == [(day(-5), True), (day(10), False)]
    with pytest.raises(errors.Forbidden):
        await people.ask(people.client(str(uuid4())), "ListExpiringLicences")


@pytest.mark.parametrize(
    ("licences", "changes", "reason"),
    [
        ([("US-CA", "2030-02-30")], {}, "DATE_MALFORMED"),
        ([("US-CA", "soon")], {}, "DATE_MALFORMED"),
        ([("California", "")], {}, "REGION_MALFORMED"),
        ([("US-CA", ""), ("US-CA", "2030-01-01")], {}, "LICENCE_TWICE"),
        ([("US-CA", "")], {"licensed_regions": ["US-CA"]}, "LICENCE_TWICE"),
    ],
)
async def test_a_licence_that_makes_no_sense_is_refused(
    people: People, licences: list[tuple[str, str]], changes: dict[str, Any], reason: str
) -> None:
    """Each with its reason."""
    with pytest.raises(errors.InvalidRequest) as refused:
        await put(people, *licences, **changes)

    assert refused.value.reason == reason


async def test_a_licence_that_ends_is_told_once_at_each_step(
    people: People, rows: Callable[..., list[tuple[Any, ...]]], sweep: Callable[[], Awaitable[None]]
) -> None:
    """At 60, 30 and 7 days, and once it is over; one without an end, or with a later one, never."""
    stored = await put(people, ("US-CA", day(6)), ("US-NY", day(29)), ("US-TX", day(59)), ("US-NV", day(61)))
    await put(people, ("US-CA", day(-1)), ("US-OR", ""))

    for _ in range(2):
        await sweep()
    await put(people, ("US-CA", day(7)), therapist_id=stored.therapist_id)
    await sweep()

    bodies = rows(
        "select body from outbox where practice_id = %s and type = 'kept.matching.v1.LicenceEnding'",
        people.practice_id,
    )
    told = [matching_events_pb2.LicenceEnding.FromString(bytes(body)) for (body,) in bodies]
    assert sorted((each.region, each.days_ahead) for each in told) == [
        ("US-CA", 0), ("US-CA", 7), ("US-CA", 7), ("US-NY", 30), ("US-TX", 60),
    ]  # fmt: skip
