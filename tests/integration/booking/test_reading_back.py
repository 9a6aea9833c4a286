"""What a front end writes in booking it reads back, with etags; over real gRPC and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    care_pb2,
    care_service_pb2,
    policy_pb2,
    policy_service_pb2,
    safety_pb2,
    safety_service_pb2,
)

from services.chassis.errors import AlreadyExists, Forbidden, InvalidRequest, NotFound, ServiceError, Stale
from tests.integration.booking.desk import Desk
from tests.integration.booking.test_care import complete, follow_ups, put_rule
from tests.integration.booking.test_policies import book, fees, put_policy, soon

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]


def admin_of(desk: Desk) -> Desk:
    """Return the practice's admin."""
    return desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))


def client_of(desk: Desk, client_id: str) -> Desk:
    """Return a client at their own front end."""
    return desk.like(actor_id=f"client:{client_id}", client_id=client_id, roles=frozenset({"client"}))


async def update(desk: Desk, client: booking_pb2.Client, **changed: str) -> booking_pb2.Client:
    """Change a client as they were read."""
    wanted = booking_pb2.Client()
    wanted.CopyFrom(client)
    for field, value in changed.items():
        setattr(wanted, field, value)
    request = booking_service_pb2.UpdateClientRequest(client=wanted, request_id=str(uuid4()))
    answer: booking_pb2.Client = await desk.ask("UpdateClient", request)
    return answer


async def read(desk: Desk, client_id: str) -> booking_pb2.Client:
    """Read a client."""
    answer: booking_pb2.Client = await desk.ask("GetClient", booking_service_pb2.GetClientRequest(client_id=client_id))
    return answer


async def test_a_changed_client_is_found_under_the_new_address_only(desk: Desk, rows: Rows) -> None:
    """The blind indexes move with the address and the number, encrypted as before; one event says that it changed."""
    client_id = await desk.register(email=f"{uuid4()}@example.org", phone="+12065550143")
    before = await read(desk, client_id)

    after = await update(desk, before, email=f"New.{client_id}@Example.ORG", phone="", family_name="Osei-Lund")

    assert (after.email, after.phone, after.family_name) == (f"new.{client_id}@example.org", "", "Osei-Lund")
    assert after.etag != before.etag
    assert await read(desk, client_id) == after
    find = booking_service_pb2.FindClientsRequest
    assert not (await desk.ask("FindClients", find(email=before.email))).clients
    assert list((await desk.ask("FindClients", find(email=after.email))).clients) == [after]
    told = rows("select body::text from outbox where type like '%%ClientUpdated' and aggregate_id = %s", client_id)
    assert len(told) == 1
    assert "osei" not in told[0][0].lower()
    assert await update(desk, after) == after, "what is as it was costs no version"


async def test_of_two_changes_of_what_both_read_one_is_refused(desk: Desk) -> None:
    """Each sends the etag it read, at once; without one nothing is changed."""
    client_id = await desk.register()
    before = await read(desk, client_id)

    async def one(name: str) -> str:
        try:
            return (await update(desk, before, given_name=name)).given_name
        except ServiceError as refusal:
            return refusal.reason

    found = await asyncio.gather(*(one(f"Ada{number}") for number in range(4)))

    assert found.count("STALE_VERSION") == 3
    assert (await read(desk, client_id)).given_name in found
    with pytest.raises(InvalidRequest):
        await update(desk, before, etag="")
    with pytest.raises(NotFound):
        await update(desk, before, client_id=str(uuid4()))


async def test_an_address_is_one_clients_alone(desk: Desk) -> None:
    """A change to somebody else's address is refused, and changes nothing."""
    taken = f"{uuid4()}@example.org"
    await desk.register(email=taken)
    before = await read(desk, await desk.register())

    with pytest.raises(AlreadyExists):
        await update(desk, before, email=taken)
    assert await read(desk, before.client_id) == before


async def test_a_client_changes_their_own_address_and_not_their_name(desk: Desk) -> None:
    """Names and birth date are the desk's; nobody changes somebody else, and whoever acts for a client does not."""
    client_id, other_id = await desk.register(), await desk.register()
    themselves = client_of(desk, client_id)
    before = await read(themselves, client_id)

    after = await update(themselves, before, phone="(206) 555-0199", time_zone="America/Denver")

    assert (after.phone, after.time_zone) == ("+12065550199", "America/Denver")
    with pytest.raises(Forbidden) as refusal:
        await update(themselves, after, given_name="Eve")
    assert refusal.value.reason == "STAFF_ONLY"
    with pytest.raises(Forbidden):
        await update(client_of(desk, other_id), after, phone="")
    expire = {"seconds": int((datetime.now(UTC) + timedelta(days=30)).timestamp())}
    proxy = safety_pb2.Proxy(
        client_id=client_id,
        proxy_client_id=other_id,
        scopes=[1, 2],
        expire_time=expire,  # type: ignore[arg-type]
    )
    await desk.ask("PutProxy", safety_service_pb2.PutProxyRequest(proxy=proxy, request_id=str(uuid4())))
    with pytest.raises(Forbidden):
        await update(client_of(desk, other_id), after, phone="")


async def test_a_fee_is_read_by_whom_it_concerns(desk: Desk) -> None:
    """The desk and the client read it with the etag that decides about it; another client does not."""
    await put_policy(desk, late_cancel_fee_minor=5000, currency="USD")
    client_id = await desk.register()
    booked = await book(desk, client_id, soon(hours=3))
    await client_of(desk, client_id).change("CancelAppointment", booked.appointment_id)
    (fee,) = await fees(desk, client_id)
    asked = policy_service_pb2.GetFeeRequest(fee_id=fee.fee_id)

    assert await desk.ask("GetFee", asked) == fee
    assert await client_of(desk, client_id).ask("GetFee", asked) == fee
    with pytest.raises(Forbidden):
        await client_of(desk, await desk.register()).ask("GetFee", asked)
    with pytest.raises(NotFound):
        await desk.ask("GetFee", policy_service_pb2.GetFeeRequest(fee_id=str(uuid4())))


async def test_a_follow_up_is_read_by_the_desk_and_not_by_the_client(desk: Desk) -> None:
    """With the etag that sets it aside."""
    await put_rule(desk, trigger=1, kind=care_pb2.FollowUp.KIND_NEXT_SESSION, due_in_days=7)
    client_id = await desk.register()
    await complete(desk, client_id, str(uuid4()), hours=-3)
    (opened,) = await follow_ups(desk, client_id=client_id)
    asked = care_service_pb2.GetFollowUpRequest(follow_up_id=opened.follow_up_id)

    assert await desk.ask("GetFollowUp", asked) == opened
    with pytest.raises(Forbidden):
        await client_of(desk, client_id).ask("GetFollowUp", asked)
    with pytest.raises(NotFound):
        await desk.ask("GetFollowUp", care_service_pb2.GetFollowUpRequest(follow_up_id=str(uuid4())))


async def test_requirements_and_cadences_are_listed(desk: Desk) -> None:
    """What was recorded, until when; what was agreed, with whom."""
    client_id, therapist_id = await desk.register(), str(uuid4())
    until = {"seconds": int((datetime.now(UTC) + timedelta(days=30)).timestamp())}
    card = policy_pb2.Requirement(client_id=client_id, kind=policy_pb2.Requirement.KIND_CARD)
    consent = policy_pb2.Requirement(
        client_id=client_id,
        kind=policy_pb2.Requirement.KIND_CONSENT,
        expire_time=until,  # type: ignore[arg-type]
    )
    for each in (consent, card):
        request = policy_service_pb2.RecordRequirementRequest(requirement=each, request_id=str(uuid4()))
        await desk.ask("RecordRequirement", request)
    cadence = care_pb2.Cadence(client_id=client_id, therapist_id=therapist_id, every_days=14, lead_days=3)
    put = care_service_pb2.PutCadenceRequest(cadence=cadence, request_id=str(uuid4()))
    kept = await desk.ask("PutCadence", put)

    asked = policy_service_pb2.ListRequirementsRequest(client_id=client_id)
    assert list((await desk.ask("ListRequirements", asked)).requirements) == [card, consent]
    agreed = care_service_pb2.ListCadencesRequest(client_id=client_id)
    assert list((await desk.ask("ListCadences", agreed)).cadences) == [kept]
    assert (kept.every_days, bool(kept.etag)) == (14, True)


async def test_a_hidden_client_is_seen_to_be_hidden(desk: Desk) -> None:
    """Whoever lists the proxies sees whether they see anything."""
    client_id = await desk.register()
    asked = safety_service_pb2.ListProxiesRequest(client_id=client_id)
    assert not (await desk.ask("ListProxies", asked)).is_confidential

    hide = safety_service_pb2.SetConfidentialRequest(client_id=client_id, is_confidential=True, request_id=str(uuid4()))
    await desk.ask("SetConfidential", hide)

    assert (await desk.ask("ListProxies", asked)).is_confidential


async def test_whoever_saw_an_older_state_replaces_nothing(desk: Desk) -> None:
    """Policies, rules, authorisations, agreements and proxies: an etag lets one change in, and no second."""
    client_id, other_id = await desk.register(), await desk.register()
    day = datetime.now(UTC).date()
    expire = {"seconds": int((datetime.now(UTC) + timedelta(days=30)).timestamp())}
    authorisation = policy_pb2.Authorisation(
        authorisation_id=str(uuid4()),
        client_id=client_id,
        visit_count=10,
        from_date=day.isoformat(),
        to_date=(day + timedelta(days=90)).isoformat(),
    )
    rule = care_pb2.FollowUpRule(rule_id=str(uuid4()), trigger=1, kind=1, due_in_days=7)
    cadence = care_pb2.Cadence(client_id=client_id, therapist_id=str(uuid4()), every_days=14)
    proxy = safety_pb2.Proxy(
        client_id=client_id,
        proxy_client_id=other_id,
        scopes=[1],
        expire_time=expire,  # type: ignore[arg-type]
    )
    admin = admin_of(desk)
    jobs: list[tuple[Desk, str, Any, Any, str, Any]] = [
        (admin, "PutPolicy", policy_service_pb2.PutPolicyRequest, policy_pb2.Policy(late_cancel_h=24), "policy", 48),
        (desk, "PutAuthorisation", policy_service_pb2.PutAuthorisationRequest, authorisation, "authorisation", 12),
        (admin, "PutFollowUpRule", care_service_pb2.PutFollowUpRuleRequest, rule, "rule", 9),
        (desk, "PutCadence", care_service_pb2.PutCadenceRequest, cadence, "cadence", 21),
        (desk, "PutProxy", safety_service_pb2.PutProxyRequest, proxy, "proxy", [1, 2]),
    ]
    fields = {
        "policy": "late_cancel_h",
        "authorisation": "visit_count",
        "rule": "due_in_days",
        "cadence": "every_days",
        "proxy": "scopes",
    }
    for who, method, request, message, name, other in jobs:
        first = await who.ask(method, request(**{name: message}, request_id=str(uuid4())))
        changed = type(first)()
        changed.CopyFrom(first)
        if isinstance(other, list):
            changed.scopes.append(other[-1])
        else:
            setattr(changed, fields[name], other)
        second = await who.ask(method, request(**{name: changed}, request_id=str(uuid4())))
        assert second.etag not in ("", first.etag), method
        with pytest.raises(Stale):
            await who.ask(method, request(**{name: changed}, request_id=str(uuid4())))
