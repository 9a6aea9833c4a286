"""Lists: whose, how long, and page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.booking.adapters import proto
from services.booking.domain import errors
from services.booking.usecases.list_appointments import list_appointments
from services.booking.usecases.ports import Filter
from services.chassis.errors import Forbidden, InvalidRequest
from tests.unit.booking.fakes import FakeAppointments, FakeCall, FakeCareTeam
from tests.unit.booking.states import CLIENT_ID, NOW, THERAPIST_ID, booked


def _filter(*, client_id: str = "", therapist_id: str = "", to_time: datetime = NOW + timedelta(days=30)) -> Filter:
    return Filter(client_id, therapist_id, NOW, to_time)


async def test_pages_follow_one_another_without_gap_or_double() -> None:
    """Five appointments in pages of two come once each, in order, also when they start together."""
    ids = [f"0190a000-0000-7000-8000-00000000000{number}" for number in range(5)]
    store = FakeAppointments(rows={one: replace(booked(), appointment_id=one) for one in ids})
    wanted, seen, after = _filter(), [], None

    for _ in range(3):
        page, cursor = await list_appointments(
            wanted, FakeCall(), appointments=store, care_team=FakeCareTeam(), after=after, page_size=2
        )
        seen += [one.appointment_id for one in page]
        after = proto.cursor_of(proto.page_token(cursor, wanted), wanted) if cursor else None

    assert ids == seen
    assert cursor is None


@pytest.mark.parametrize("token", ["x", "AAAA", "%%%", "ä"])
def test_a_foreign_page_token_is_malformed(token: str) -> None:
    """What is no token of ours is refused, and so is one of another list."""
    with pytest.raises(InvalidRequest):
        proto.cursor_of(token, _filter())
    with pytest.raises(InvalidRequest):
        proto.cursor_of(proto.page_token((NOW, CLIENT_ID), _filter()), _filter(client_id=CLIENT_ID))


async def test_a_reversed_or_endless_interval_is_refused() -> None:
    """An end at the start is INTERVAL_REVERSED; more than 366 days is malformed."""
    with pytest.raises(errors.IntervalReversed):
        await _list(_filter(to_time=NOW))
    with pytest.raises(errors.Malformed):
        await _list(_filter(to_time=NOW + timedelta(days=367)))


async def test_a_client_names_whose_appointments() -> None:
    """Only staff list the practice; a client without a client_id is told to name one."""
    with pytest.raises(errors.Malformed):
        await _list(_filter(therapist_id=THERAPIST_ID), FakeCall(roles=frozenset({"client"})))


async def test_an_empty_list_of_somebody_else_is_refused_too() -> None:
    """That another client has no appointments is nobody's business."""
    with pytest.raises(Forbidden):
        await _list(_filter(client_id=CLIENT_ID), FakeCall(roles=frozenset({"client"}), allowed=set()))


async def test_a_therapist_who_names_nobody_sees_their_own_week() -> None:
    """The list is narrowed to the therapist, not refused and not the whole practice."""
    store = FakeAppointments(rows={"a": booked()})
    other = FakeCall(roles=frozenset({"therapist"}), therapist_id=CLIENT_ID)
    own = FakeCall(roles=frozenset({"therapist"}), therapist_id=THERAPIST_ID)

    assert await _list(_filter(), other, store) == 0
    assert await _list(_filter(), own, store) == 1


async def _list(wanted: Filter, call: FakeCall | None = None, store: FakeAppointments | None = None) -> int:
    page, _ = await list_appointments(
        wanted,
        call or FakeCall(),
        appointments=store or FakeAppointments(),
        care_team=FakeCareTeam(),
        after=None,
        page_size=50,
    )
    return len(page)
