"""Emergencies: who may break the glass, what it opens, when it ends, and who looks at it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_service_pb2, break_glass_pb2, break_glass_service_pb2, care_service_pb2

from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated
from tests.integration.booking.desk import Desk

Rows = Callable[..., list[tuple[Any, ...]]]
EXPLANATION = "Called by the emergency ward, nobody of the team answers."


def stranger(desk: Desk, **changed: Any) -> Desk:
    """A therapist of the practice whose client it is not, signed in just now with two factors."""
    fresh = {"strength": "mfa", "auth_time": int(time.time()), **changed}
    name = f"user:{uuid4()}"
    return desk.like(actor_id=name, roles=frozenset({"therapist"}), therapist_id=str(uuid4()), **fresh)


def start(client_id: str, **said: Any) -> break_glass_service_pb2.StartBreakGlassRequest:
    """A whole request."""
    whole = {
        "reason": break_glass_pb2.BreakGlass.REASON_CRISIS,
        "explanation": EXPLANATION,
        "scopes": [break_glass_pb2.BreakGlass.SCOPE_REGISTRY],
        "request_id": str(uuid4()),
        **said,
    }
    return break_glass_service_pb2.StartBreakGlassRequest(client_id=client_id, **whole)


def get(client_id: str) -> booking_service_pb2.GetClientRequest:
    """Look at a client."""
    return booking_service_pb2.GetClientRequest(client_id=client_id)


async def test_the_glass_opens_reading_within_its_scope_and_every_look_names_it(desk: Desk, rows: Rows) -> None:
    """Closed before, open after; what was not asked for stays closed; nothing can be changed; the record links it."""
    client_id = await desk.register()
    therapist = stranger(desk)
    with pytest.raises(Forbidden):
        await therapist.ask("GetClient", get(client_id))

    glass = await therapist.ask("StartBreakGlass", start(client_id))
    seen = await therapist.ask("GetClient", get(client_id))

    team = care_service_pb2.ListCareTeamRequest(client_id=client_id)
    with pytest.raises(Forbidden):
        await therapist.ask("ListCareTeam", team)
    with pytest.raises(Forbidden):
        await therapist.book(desk.booking(client_id, "2031-03-05T10:00"))
    assert seen.client_id == client_id
    [record] = [
        json.loads(record)
        for (record,) in rows("select record from audit_outbox where practice_id = %s", desk.actor.practice_id)
        if json.loads(record)["op"] == "booking.GetClient" and json.loads(record)["stage"] == "complete"
    ]
    assert record["decision"]["break_glass_id"] == glass.break_glass_id
    assert record["decision"]["policies"] == ["broken-glass-opens-for-reading"]
    assert record["actor"]["relation"] == "break_glass"


@pytest.mark.parametrize("changed", [{"strength": "pwd"}, {"auth_time": int(time.time()) - 600}, {"auth_time": 0}])
async def test_an_old_or_weak_sign_in_breaks_no_glass(desk: Desk, changed: dict[str, Any], rows: Rows) -> None:
    """The refusal is recorded, and no row stands."""
    client_id = await desk.register()

    with pytest.raises(RuleViolated) as refused:
        await stranger(desk, **changed).ask("StartBreakGlass", start(client_id))

    assert refused.value.reason == "FRESH_SIGN_IN_NEEDED"
    assert rows("select count(*) from break_glasses where client_id = %s", client_id) == [(0,)]
    records = rows("select record from audit_outbox where practice_id = %s", desk.actor.practice_id)
    assert "FRESH_SIGN_IN_NEEDED" in [json.loads(record)["reason_code"] for (record,) in records]


@pytest.mark.parametrize(
    "said",
    [
        {"explanation": "because"},
        {"reason": break_glass_pb2.BreakGlass.REASON_UNSPECIFIED},
        {"scopes": []},
        {"length_min": 61},
        {"length_min": 4},
    ],
)
async def test_a_reason_a_scope_and_a_length_are_needed(desk: Desk, said: dict[str, Any]) -> None:
    """Nothing is opened without them."""
    client_id = await desk.register()

    with pytest.raises(InvalidRequest) as refused:
        await stranger(desk).ask("StartBreakGlass", start(client_id, **said))

    assert refused.value.reason == "MALFORMED_REQUEST"


async def test_it_ends_in_the_middle_of_a_session(desk: Desk, rows: Rows, booking_database: Any) -> None:
    """By its time, or on its owner's word; another glass-breaker can't end it."""
    import psycopg

    client_id = await desk.register()
    first, second = stranger(desk), stranger(desk)
    ended = await first.ask("StartBreakGlass", start(client_id))
    late = await second.ask("StartBreakGlass", start(client_id, length_min=5))
    end = break_glass_service_pb2.EndBreakGlassRequest(break_glass_id=ended.break_glass_id, request_id=str(uuid4()))
    with pytest.raises(NotFound):
        await second.ask("EndBreakGlass", end)

    await first.ask("EndBreakGlass", end)
    with psycopg.connect(booking_database.owner_url) as conn:
        statement = "update break_glasses set start_time = %s, expire_time = %s where break_glass_id = %s"
        past = datetime.now(UTC) - timedelta(hours=1)
        conn.execute(statement, (past, past + timedelta(minutes=5), late.break_glass_id))

    for therapist in (first, second):
        with pytest.raises(Forbidden):
            await therapist.ask("GetClient", get(client_id))


async def test_it_crosses_no_practice_and_is_not_for_everybody(desk: Desk) -> None:
    """Another practice has no such client; the desk, clients and officers may not at all."""
    client_id = await desk.register()

    with pytest.raises(NotFound):
        await stranger(desk, practice_id=str(uuid4())).ask("StartBreakGlass", start(client_id))
    for role in ("front_desk", "client", "compliance_officer"):
        with pytest.raises(Forbidden):
            await stranger(desk).like(roles=frozenset({role})).ask("StartBreakGlass", start(client_id))


async def test_every_glass_is_told_reviewed_once_and_told_when_nobody_looked(
    desk: Desk, rows: Rows, booking_database: Any, served: Any
) -> None:
    """A notice at the start, a review item, one finding, and an escalation once when it is late."""
    import psycopg

    from services.booking.adapters.break_glasses import PostgresBreakGlasses
    from services.chassis.crypto import ClientCipher, FileKeyring
    from services.chassis.db.pool import Database

    client_id = await desk.register()
    therapist = stranger(desk)
    officer = desk.like(actor_id="user:officer", roles=frozenset({"compliance_officer"}))
    glass, late = [await therapist.ask("StartBreakGlass", start(client_id)) for _ in range(2)]
    review = break_glass_service_pb2.ReviewBreakGlassRequest(
        break_glass_id=glass.break_glass_id,
        finding=break_glass_pb2.BreakGlass.FINDING_JUSTIFIED,
        request_id=str(uuid4()),
    )

    await officer.ask("ReviewBreakGlass", review)
    open_ = await officer.ask("ListBreakGlasses", break_glass_service_pb2.ListBreakGlassesRequest(only_unreviewed=True))
    again = break_glass_service_pb2.ReviewBreakGlassRequest(
        break_glass_id=glass.break_glass_id, finding=review.finding, request_id=str(uuid4())
    )
    with pytest.raises(RuleViolated):
        await officer.ask("ReviewBreakGlass", again)
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute("update break_glasses set review_due_time = now() - interval '1 hour' where finding = ''")
    _, config = served
    database = await Database.connect(booking_database.server_url, emitter=f"booking/{uuid4()}")
    store = PostgresBreakGlasses(database, ClientCipher(FileKeyring(config.keys_dir / "keyring.json")))
    await store.announce_overdue(limit=100)
    twice = await store.announce_overdue(limit=100)
    await database.close()

    assert [each.break_glass_id for each in open_.break_glasses] == [late.break_glass_id]
    assert twice == 0
    types = [
        kind.rpartition(".")[2]
        for (kind,) in rows(
            "select type from outbox where aggregate_id = any (%s) order by position",
            [glass.break_glass_id, late.break_glass_id],
        )
    ]
    assert types == ["BreakGlassStarted", "BreakGlassStarted", "BreakGlassReviewed", "BreakGlassReviewOverdue"]
    [(stored,)] = rows("select explanation from break_glasses where break_glass_id = %s", glass.break_glass_id)
    assert EXPLANATION.encode() not in bytes(stored)


async def test_a_cover_sees_the_client_until_it_ends_and_keeps_no_agreements(desk: Desk, booking_database: Any) -> None:
    """Appointments and particulars, not who may act for the client; after the end nothing."""
    import psycopg
    from kept.booking.v1 import safety_service_pb2

    client_id, therapist = await desk.register(), stranger(desk)
    until = Timestamp()
    until.FromDatetime(datetime.now(UTC) + timedelta(days=7))
    put = care_service_pb2.PutCareTeamMemberRequest(
        client_id=client_id, therapist_id=therapist.actor.therapist_id, cover_until=until, request_id=str(uuid4())
    )
    member = await desk.ask("PutCareTeamMember", put)

    await therapist.ask("GetClient", get(client_id))
    with pytest.raises(Forbidden):
        await therapist.ask("ListProxies", safety_service_pb2.ListProxiesRequest(client_id=client_id))
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute("update care_team set cover_until = now() where client_id = %s", (client_id,))

    assert member.cover_until == until
    with pytest.raises(Forbidden):
        await therapist.ask("GetClient", get(client_id))


async def test_an_app_may_not_do_what_its_user_may(desk: Desk) -> None:
    """A desk's app with a scope to read appointments registers nobody and reads no client."""
    client_id = await desk.register()
    app = desk.like(scopes=frozenset({"user/Appointment.rs"}))

    with pytest.raises(Forbidden):
        await app.ask("GetClient", get(client_id))
    with pytest.raises(Forbidden):
        await app.register()
