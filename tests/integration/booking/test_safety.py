"""Protection over real gRPC: fences hold under races, proxies see what they may, couples have each their part."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_pb2, booking_service_pb2, safety_pb2, safety_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.errors import Forbidden, NotFound, RuleViolated, ServiceError, Stale
from services.chassis.identity import Signer
from tests.integration.booking.desk import Desk
from tests.integration.booking.ledger import FakeLedger

pytestmark = pytest.mark.integration

DAY = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%d")


async def put_fence(desk: Desk, *client_ids: str, **said: Any) -> safety_service_pb2.PutFenceResponse:
    """Keep two clients apart."""
    fence = safety_pb2.Fence(client_ids=client_ids, reason=safety_pb2.Fence.REASON_THREAT, **said)
    answer: safety_service_pb2.PutFenceResponse = await desk.ask(
        "PutFence", safety_service_pb2.PutFenceRequest(fence=fence, request_id=str(uuid4()))
    )
    return answer


async def test_fenced_clients_never_sit_in_one_waiting_room(desk: Desk, ledger: FakeLedger) -> None:
    """Staff is told FENCED, the client only SLOT_NOT_OFFERED; an hour further away both may come."""
    ledger.site_id = str(uuid4())
    ada, ben = await desk.register(), await desk.register()
    await desk.book(desk.booking(ada, f"{DAY}T10:00"))
    client = desk.like(actor_id="user:ben", roles=frozenset({"client"}), client_id=ben)
    before = await put_fence(desk, ada, ben)

    with pytest.raises(RuleViolated) as told:
        await desk.book(desk.booking(ben, f"{DAY}T11:20"))
    with pytest.raises(RuleViolated) as hidden:
        await client.book(desk.booking(ben, f"{DAY}T11:20"))
    held = ledger.words.count("hold") - ledger.words.count("release")
    booked = await client.book(desk.booking(ben, f"{DAY}T11:50"))

    assert (told.value.reason, hidden.value.reason) == ("FENCED", "SLOT_NOT_OFFERED")
    assert "fence" not in hidden.value.message.lower()
    assert (held, list(before.conflicting_appointment_ids)) == (1, [])
    assert booked.client_id == ben


async def test_whoever_saw_an_older_fence_replaces_nothing(desk: Desk) -> None:
    """Its etag lets one change in, and no second; it is read back by its id, and the trail names both clients."""
    ada, ben = await desk.register(), await desk.register()
    first = (await put_fence(desk, ada, ben)).fence
    wider = safety_pb2.Fence()
    wider.CopyFrom(first)
    wider.gap_min = first.gap_min + 30

    second = (await desk.ask("PutFence", fence_request(wider))).fence
    with pytest.raises(Stale):
        await desk.ask("PutFence", fence_request(wider))
    read = await desk.ask("GetFence", safety_service_pb2.GetFenceRequest(fence_id=first.fence_id))

    assert (read, second.gap_min, second.etag == first.etag) == (second, first.gap_min + 30, False)
    client = desk.like(actor_id="user:ben", roles=frozenset({"client"}), client_id=ben)
    with pytest.raises(Forbidden):
        await client.ask("GetFence", safety_service_pb2.GetFenceRequest(fence_id=first.fence_id))
    with pytest.raises(NotFound):
        await desk.ask("GetFence", safety_service_pb2.GetFenceRequest(fence_id=str(uuid4())))


def fence_request(fence: safety_pb2.Fence) -> safety_service_pb2.PutFenceRequest:
    """Carry a fence."""
    return safety_service_pb2.PutFenceRequest(fence=fence, request_id=str(uuid4()))


async def test_of_a_fenced_pair_at_once_one_is_booked(desk: Desk, ledger: FakeLedger) -> None:
    """Whichever comes first has the morning; over many rounds never both."""
    ledger.site_id = str(uuid4())
    ada, ben = await desk.register(), await desk.register()
    await put_fence(desk, ada, ben)

    for hour in range(8, 18, 3):
        outcomes = await asyncio.gather(
            desk.book(desk.booking(ada, f"{DAY}T{hour:02}:00")),
            desk.book(desk.booking(ben, f"{DAY}T{hour:02}:30")),
            return_exceptions=True,
        )
        refused = [one.reason for one in outcomes if isinstance(one, ServiceError)]
        assert refused == ["FENCED"]


async def test_a_fence_put_up_meanwhile_stops_them_or_names_them(desk: Desk, ledger: FakeLedger) -> None:
    """Put up while both are being booked: either one is refused, or the fence's answer names both to be moved."""
    ledger.site_id = str(uuid4())
    await put_fence(desk, await desk.register(), await desk.register())

    for hour in range(8, 18, 3):
        ada, ben = await desk.register(), await desk.register()
        put, *booked = await asyncio.gather(
            put_fence(desk, ada, ben),
            desk.book(desk.booking(ada, f"{DAY}T{hour:02}:00")),
            desk.book(desk.booking(ben, f"{DAY}T{hour:02}:30")),
            return_exceptions=True,
        )
        assert isinstance(put, safety_service_pb2.PutFenceResponse)
        stands = {one.appointment_id for one in booked if isinstance(one, booking_pb2.Appointment)}
        assert len(stands) == 1 or set(put.conflicting_appointment_ids) == stands


async def test_a_move_does_not_jump_a_fence(desk: Desk, ledger: FakeLedger) -> None:
    """The move is refused and taken back at once: the old hour stands and may still be moved elsewhere."""
    ledger.site_id = str(uuid4())
    ada, ben = await desk.register(), await desk.register()
    await put_fence(desk, ada, ben)
    await desk.book(desk.booking(ada, f"{DAY}T10:00"))
    booked = await desk.book(desk.booking(ben, f"{DAY}T15:00"))

    with pytest.raises(RuleViolated) as fenced:
        await _move(desk, booked, f"{DAY}T11:00")
    moved = await _move(desk, booked, f"{DAY}T16:00")

    assert fenced.value.reason == "FENCED"
    assert "release move" in ledger.words
    assert moved.start_wall.local == f"{DAY}T16:00"


async def test_a_fence_taken_away_stops_nobody_and_one_put_late_lists_what_breaks_it(
    desk: Desk, ledger: FakeLedger
) -> None:
    """What was agreed before is named for somebody to move; after RemoveFence the pair may meet again."""
    ledger.site_id = str(uuid4())
    ada, ben = await desk.register(), await desk.register()
    first = await desk.book(desk.booking(ada, f"{DAY}T10:00"))
    second = await desk.book(desk.booking(ben, f"{DAY}T11:00"))

    put = await put_fence(desk, ada, ben)
    listed = await desk.ask("ListFences", safety_service_pb2.ListFencesRequest(client_id=ben))
    remove = safety_service_pb2.RemoveFenceRequest(fence_id=put.fence.fence_id, request_id=str(uuid4()))
    await desk.ask("RemoveFence", remove)
    await desk.book(desk.booking(ben, f"{DAY}T10:00"))

    assert set(put.conflicting_appointment_ids) == {first.appointment_id, second.appointment_id}
    assert list(listed.fences) == [put.fence]


async def test_a_fenced_pair_shares_no_session(desk: Desk) -> None:
    """Not even by video: they can't be clients of one appointment."""
    ada, ben = await desk.register(), await desk.register()
    await put_fence(desk, ada, ben)

    with pytest.raises(RuleViolated) as fenced:
        await desk.book(desk.booking(ada, f"{DAY}T10:00", extra_client_ids=[ben]))

    assert fenced.value.reason == "FENCED"


async def test_both_of_a_couple_see_their_session(desk: Desk) -> None:
    """Each finds it in their own list; a stranger does not, and an unknown partner books nothing."""
    ada, ben, eve = [await desk.register() for _ in range(3)]
    booked = await desk.book(desk.booking(ada, f"{DAY}T10:00", extra_client_ids=[ben]))
    partner = desk.like(actor_id="user:ben", roles=frozenset({"client"}), client_id=ben)
    stranger = desk.like(actor_id="user:eve", roles=frozenset({"client"}), client_id=eve)
    get = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)

    assert list(booked.extra_client_ids) == [ben]
    assert await partner.ask("GetAppointment", get) == booked
    assert await _listed(partner, ben) == [booked.appointment_id]
    assert await _listed(stranger, eve) == []
    with pytest.raises(Forbidden):
        await stranger.ask("GetAppointment", get)
    with pytest.raises(Forbidden):
        await partner.book(desk.booking(ben, f"{DAY}T15:00", extra_client_ids=[ada]))
    with pytest.raises(NotFound):
        await desk.book(desk.booking(ada, f"{DAY}T15:00", extra_client_ids=[str(uuid4())]))


async def test_a_therapist_who_takes_over_a_couple_cares_for_both(desk: Desk) -> None:
    """Moved to another therapist, the session is on that therapist's list, and either of the couple may be seen."""
    ada, ben = await desk.register(), await desk.register()
    booked = await desk.book(desk.booking(ada, f"{DAY}T10:00", extra_client_ids=[ben]))
    therapist_id = str(uuid4())
    move = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=booked.appointment_id,
        start_wall=wall_pb2.WallTime(local=f"{DAY}T11:00", time_zone="Etc/UTC"),
        therapist_id=therapist_id,
        etag=booked.etag,
        request_id=str(uuid4()),
    )
    await desk.ask("RescheduleAppointment", move)
    therapist = desk.like(actor_id="user:cover", roles=frozenset({"therapist"}), therapist_id=therapist_id)

    for client_id in (ada, ben):
        seen = await therapist.ask("GetClient", booking_service_pb2.GetClientRequest(client_id=client_id))
        assert seen.client_id == client_id


async def test_a_guardian_acts_within_their_scope_until_it_ends(desk: Desk) -> None:
    """They book and cancel for the child; particulars were not granted; once removed they see nothing."""
    child, parent = await desk.register(), await desk.register()
    guardian = desk.like(actor_id="user:parent", roles=frozenset({"client"}), client_id=parent)
    request = desk.booking(child, f"{DAY}T10:00")
    with pytest.raises(Forbidden):
        await guardian.book(request)
    await _put_proxy(desk, child, parent)

    booked = await guardian.book(desk.booking(child, f"{DAY}T10:00"))
    with pytest.raises(Forbidden):
        await guardian.ask("GetClient", booking_service_pb2.GetClientRequest(client_id=child))
    remove = safety_service_pb2.RemoveProxyRequest(client_id=child, proxy_client_id=parent, request_id=str(uuid4()))
    await desk.ask("RemoveProxy", remove)

    with pytest.raises(Forbidden):
        await guardian.change("CancelAppointment", booked.appointment_id)


async def test_a_confidential_minor_is_not_shown_to_whoever_acts_for_them(desk: Desk) -> None:
    """One confidential hour is missing from the guardian's list; a confidential client is closed to them."""
    child, parent = await desk.register(), await desk.register()
    guardian = desk.like(actor_id="user:parent", roles=frozenset({"client"}), client_id=parent)
    themselves = desk.like(actor_id="user:child", roles=frozenset({"client"}), client_id=child)
    await _put_proxy(desk, child, parent)
    hidden = await desk.book(desk.booking(child, f"{DAY}T10:00", is_confidential=True))
    shown = await desk.book(desk.booking(child, f"{DAY}T12:00"))

    assert await _listed(guardian, child) == [shown.appointment_id]
    assert await _listed(themselves, child) == [hidden.appointment_id, shown.appointment_id]
    for step in ("ConfirmAppointment", "CancelAppointment"):
        with pytest.raises(NotFound):
            await guardian.change(step, hidden.appointment_id)
    closed = safety_service_pb2.SetConfidentialRequest(client_id=child, is_confidential=True, request_id=str(uuid4()))
    await desk.ask("SetConfidential", closed)
    with pytest.raises(Forbidden):
        await _listed(guardian, child)


async def test_matching_hears_who_acts_for_whom_and_who_must_not_meet(desk: Desk, tmp_path: Path) -> None:
    """Within scope, until it is removed; fences of one client or of all; nobody else hears either."""
    child, parent, other = await desk.register(), await desk.register(), await desk.register()
    guardian = desk.like(actor_id="user:parent", roles=frozenset({"client"}), client_id=parent)
    through = replace(guardian, service=Signer.read("matching", tmp_path))
    await _put_proxy(desk, child, parent)
    await put_fence(desk, child, other)

    async def may(action: str) -> bool:
        request = safety_service_pb2.CheckProxyRequest(client_id=child, action=action)
        return bool((await through.ask("CheckProxy", request)).is_proxy)

    granted = [await may(each) for each in ("match.run", "crisis.raise", "form.answer", "screening.read")]
    fences = [
        (await through.ask("CheckFences", safety_service_pb2.CheckFencesRequest(client_id=each))).pairs
        for each in (child, parent, "")
    ]
    remove = safety_service_pb2.RemoveProxyRequest(client_id=child, proxy_client_id=parent, request_id=str(uuid4()))
    await desk.ask("RemoveProxy", remove)

    assert granted == [True, True, False, False]
    assert [[sorted(pair.client_ids) for pair in pairs] for pairs in fences] == [
        [sorted([child, other])], [], [sorted([child, other])],
    ]  # fmt: skip
    assert not await may("match.run")
    for request, method in (
        (safety_service_pb2.CheckProxyRequest(client_id=child, action="match.run"), "CheckProxy"),
        (safety_service_pb2.CheckFencesRequest(), "CheckFences"),
    ):
        with pytest.raises(Forbidden):
            await desk.ask(method, request)


async def _put_proxy(desk: Desk, client_id: str, proxy_client_id: str) -> None:
    end = Timestamp()
    end.FromDatetime(datetime.now(UTC) + timedelta(days=365))
    proxy = safety_pb2.Proxy(
        client_id=client_id,
        proxy_client_id=proxy_client_id,
        scopes=[safety_pb2.Proxy.SCOPE_APPOINTMENTS],
        expire_time=end,
    )
    await desk.ask("PutProxy", safety_service_pb2.PutProxyRequest(proxy=proxy, request_id=str(uuid4())))


async def _listed(desk: Desk, client_id: str) -> list[str]:
    begin, end = Timestamp(), Timestamp()
    begin.FromDatetime(datetime.now(UTC))
    end.FromDatetime(datetime.now(UTC) + timedelta(days=60))
    request = booking_service_pb2.ListAppointmentsRequest(client_id=client_id, from_time=begin, to_time=end)
    return [each.appointment_id for each in (await desk.ask("ListAppointments", request)).appointments]


async def _move(desk: Desk, booked: booking_pb2.Appointment, local: str) -> booking_pb2.Appointment:
    moved: booking_pb2.Appointment = await desk.change(
        "RescheduleAppointment",
        booked.appointment_id,
        start_wall=wall_pb2.WallTime(local=local, time_zone="Etc/UTC"),
        etag=booked.etag,
    )
    return moved
