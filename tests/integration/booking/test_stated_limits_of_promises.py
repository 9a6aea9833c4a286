"""Every rule of booking has a limit, and one more than it is refused with a reason that says which; over real gRPC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from kept.booking.v1 import (
    booking_service_pb2,
    care_pb2,
    care_service_pb2,
    groups_pb2,
    groups_service_pb2,
    policy_pb2,
    policy_service_pb2,
    safety_pb2,
    safety_service_pb2,
    waitlist_pb2,
    waitlist_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.chassis.errors import InvalidRequest, ServiceError
from tests.integration.booking.desk import Desk
from tests.integration.booking.standing import House, at

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Ask = tuple[str, Message]


def ids(count: int) -> list[str]:
    """Return ids of nobody."""
    return [str(uuid4()) for _ in range(count)]


def day(after: int) -> str:
    """Return a date, days from today."""
    return (datetime.now(UTC) + timedelta(days=after)).date().isoformat()


def policy(**changed: Any) -> Ask:
    """Put a policy."""
    told = policy_pb2.Policy(**({"currency": "EUR"} | changed))
    return "PutPolicy", policy_service_pb2.PutPolicyRequest(policy=told, request_id=str(uuid4()))


def authorisation(client_id: str, **changed: Any) -> Ask:
    """Put authorised visits."""
    words = {"client_id": client_id, "visit_count": 10, "from_date": day(0), "to_date": day(30)} | changed
    told = policy_pb2.Authorisation(**words)
    return "PutAuthorisation", policy_service_pb2.PutAuthorisationRequest(authorisation=told, request_id=str(uuid4()))


def rule(**changed: Any) -> Ask:
    """Put a follow-up rule."""
    told = care_pb2.FollowUpRule(**({"trigger": 1, "kind": 1, "due_in_days": 7} | changed))
    return "PutFollowUpRule", care_service_pb2.PutFollowUpRuleRequest(rule=told, request_id=str(uuid4()))


def cadence(client_id: str, **changed: Any) -> Ask:
    """Agree on a cadence."""
    told = care_pb2.Cadence(client_id=client_id, therapist_id=str(uuid4()), **({"every_days": 14} | changed))
    return "PutCadence", care_service_pb2.PutCadenceRequest(cadence=told, request_id=str(uuid4()))


def fence(*client_ids: str, **changed: Any) -> Ask:
    """Put up a fence."""
    told = safety_pb2.Fence(client_ids=client_ids, reason=safety_pb2.Fence.REASON_THREAT, **changed)
    return "PutFence", safety_service_pb2.PutFenceRequest(fence=told, request_id=str(uuid4()))


def proxy(client_id: str, proxy_client_id: str, days: int) -> Ask:
    """Let somebody act for a client."""
    told = safety_pb2.Proxy(client_id=client_id, proxy_client_id=proxy_client_id, scopes=[1])
    told.expire_time.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return "PutProxy", safety_service_pb2.PutProxyRequest(proxy=told, request_id=str(uuid4()))


def member(client_id: str) -> Ask:
    """Add somebody to a care team."""
    request = care_service_pb2.PutCareTeamMemberRequest(client_id=client_id, request_id=str(uuid4()))
    request.therapist_id = str(uuid4())
    return "PutCareTeamMember", request


def period(client_id: str, days: int) -> Ask:
    """List appointments of a stretch."""
    request = booking_service_pb2.ListAppointmentsRequest(client_id=client_id)
    request.from_time.FromDatetime(datetime.now(UTC))
    request.to_time.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return "ListAppointments", request


BEYOND: list[tuple[str, Callable[[str], Ask]]] = [
    ("hours of the cancellation window", lambda _: policy(late_cancel_h=337)),
    ("hours before, to confirm", lambda _: policy(confirm_by_h=337)),
    ("late fee", lambda _: policy(late_cancel_fee_minor=10_000_001)),
    ("fee of a miss", lambda _: policy(no_show_fee_minor=10_000_001)),
    ("authorised visits", lambda who: authorisation(who, visit_count=1_001)),
    ("types of an authorisation", lambda who: authorisation(who, session_type_ids=ids(51))),
    ("days until a follow-up is due", lambda _: rule(due_in_days=367)),
    ("sessions between two reviews", lambda _: rule(every_sessions=101)),
    ("days between sessions", lambda who: cadence(who, every_days=367)),
    ("days of a prompt before", lambda who: cadence(who, lead_days=61)),
    ("minutes of a fence", lambda who: fence(who, str(uuid4()), gap_min=721)),
    ("clients of a fence", lambda who: fence(who, *ids(2))),
    ("years of a proxy", lambda who: proxy(who, str(uuid4()), days=20 * 366 + 2)),
    ("days of a list", lambda who: period(who, days=367)),
]


@pytest.mark.parametrize(("what", "ask"), BEYOND, ids=[what for what, _ in BEYOND])
async def test_one_more_than_the_limit_is_malformed(desk: Desk, what: str, ask: Callable[[str], Ask]) -> None:
    """The caller learns which field it is; nothing is stored."""
    method, request = ask(await desk.register())
    admin = desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))
    who = admin if method in ("PutPolicy", "PutFollowUpRule") else desk

    with pytest.raises(InvalidRequest) as refused:
        await who.ask(method, request)

    assert (refused.value.reason, bool(refused.value.metadata["field"])) == ("MALFORMED_REQUEST", True), what


async def test_a_session_has_so_many_clients_and_an_override_so_many_words(desk: Desk) -> None:
    """Ten further clients; 200 characters to say why staff passes over a rule."""
    client_id, local = await desk.register(), f"{day(20)}T10:00"
    for changed in ({"extra_client_ids": ids(11)}, {"override_reason": "r" * 201}):
        with pytest.raises(InvalidRequest):
            await desk.book(desk.booking(client_id, local, **changed))


FILL = {
    "PutPolicy": (
        "insert into policies select %s, gen_random_uuid(), 24, 0, 0, 'EUR', false, false, false, 0, 0, 0, 0"
        " from generate_series(1, 200) returning 1",
        "200",
    ),
    "PutFollowUpRule": (
        "insert into follow_up_rules (practice_id, rule_id, trigger, every_sessions, kind, due_in_days)"
        " select %s, gen_random_uuid(), 'COMPLETED', 0, 'NEXT_SESSION', 7 from generate_series(1, 50) returning 1",
        "50",
    ),
    "PutAuthorisation": (
        "insert into authorisations select %s, gen_random_uuid(), %s, 5, 0, current_date, current_date, '{}', false"
        " from generate_series(1, 100) returning 1",
        "100",
    ),
    "PutProxy": (
        "insert into client_proxies select %s, %s, gen_random_uuid(), '{APPOINTMENTS}', now() + interval '1 day', 'a'"
        " from generate_series(1, 10) returning 1",
        "10",
    ),
    "PutCareTeamMember": (
        "insert into care_team (practice_id, client_id, therapist_id, since_time)"
        " select %s, %s, gen_random_uuid(), now() from generate_series(1, 20) returning 1",
        "20",
    ),
    "PutFence": (
        "insert into fences (practice_id, fence_id, client_id, other_client_id, site_id, gap_min, reason, actor_id,"
        " create_time) select %s, gen_random_uuid(), least(a, b), greatest(a, b), gen_random_uuid(), 60, 'THREAT', 'a',"
        " now() from (select gen_random_uuid() as a, gen_random_uuid() as b from generate_series(1, 1000)) as pairs"
        " returning 1",
        "1000",
    ),
}
"""How each is filled to its limit, and the limit as the refusal names it."""


@pytest.mark.parametrize("method", FILL)
async def test_a_full_list_takes_no_more(desk: Desk, rows: Rows, method: str) -> None:
    """LIMIT_REACHED with the limit; what is there can still be replaced."""
    client_id, other_id = await desk.register(), await desk.register()
    statement, limit = FILL[method]
    rows(statement, desk.actor.practice_id, *([client_id] if statement.count("%s") == 2 else []))
    asked = {
        "PutPolicy": policy(session_type_id=str(uuid4())),
        "PutFollowUpRule": rule(),
        "PutAuthorisation": authorisation(client_id),
        "PutProxy": proxy(client_id, other_id, days=30),
        "PutCareTeamMember": member(client_id),
        "PutFence": fence(client_id, other_id),
    }
    admin = desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))
    who = admin if method in ("PutPolicy", "PutFollowUpRule") else desk

    with pytest.raises(ServiceError) as refused:
        await who.ask(*asked[method])

    assert (refused.value.reason, refused.value.metadata["limit"]) == ("LIMIT_REACHED", limit)


async def test_groups_and_wishes_have_their_limits(standing_house: House) -> None:
    """Co-leaders, seats, hours to decide; therapists, types, windows, sites, notice and last day of a wish."""
    house = standing_house
    client_id = await house.register()
    window = waitlist_pb2.WishWindow(weekday=1, from_local="09:00", to_local="12:00")

    def group(**changed: Any) -> groups_service_pb2.PutGroupRequest:
        words = {"display_name": "G", "therapist_id": house.therapist_id, "session_type_id": house.session_type_id}
        return groups_service_pb2.PutGroupRequest(group=groups_pb2.Group(**(words | changed)), request_id=str(uuid4()))

    def wish(**changed: Any) -> waitlist_service_pb2.CreateWishRequest:
        words = {"client_id": client_id, "session_type_ids": [house.session_type_id], "time_zone": "Etc/UTC"} | changed
        return waitlist_service_pb2.CreateWishRequest(wish=waitlist_pb2.Wish(**words), request_id=str(uuid4()))

    beyond: list[tuple[str, Message]] = [
        ("PutGroup", group(co_therapist_ids=ids(4))),
        ("PutGroup", group(min_seats=31, decide_h=24)),
        ("PutGroup", group(min_seats=3, decide_h=337)),
        ("PutGroup", group(display_name="n" * 121)),
        ("CreateWish", wish(therapist_ids=ids(21))),
        ("CreateWish", wish(session_type_ids=ids(11))),
        ("CreateWish", wish(windows=[window] * 22)),
        ("CreateWish", wish(site_ids=ids(11))),
        ("CreateWish", wish(notice_min=14 * 1440 + 1)),
        ("CreateWish", wish(to_date=day(367))),
    ]
    for method, request in beyond:
        with pytest.raises(InvalidRequest) as refused:
            await house.ask(method, request)
        assert refused.value.metadata["field"], (method, str(request))
    booked = await house.book(client_id, at(0))
    assert booked.start_wall == wall_pb2.WallTime(local=at(0), time_zone=booked.start_wall.time_zone)
