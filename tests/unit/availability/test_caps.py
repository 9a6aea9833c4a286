"""Caps, travel, reservations and ranks, as pure rules."""

from __future__ import annotations

from services.availability.domain.absence import Item, rank
from services.availability.domain.caps import Breach, Caps, Session, breaches, too_far
from services.availability.domain.free import gaps
from services.availability.domain.limits import Reservation, is_reserved
from services.availability.domain.wall import WallTime, instant
from tests.unit.availability.samples import SITE, THERAPIST, TYPE, ZONE, session_type

HOUR_S = 3_600
AT_S = instant(WallTime("2027-05-05T12:00", ZONE))
"""A Wednesday."""

TYPES = {
    TYPE: session_type(load_weight=3),
    "crisis": session_type(session_type_id="crisis", is_crisis=True),
    "intake": session_type(session_type_id="intake", is_intake=True),
}


def session(hours: float, claim_id: str = "", type_id: str = TYPE, site_id: str = "", minutes: int = 50) -> Session:
    """A session some hours from Wednesday noon."""
    start_s = AT_S + int(hours * HOUR_S)
    return Session(claim_id or str(hours), type_id, site_id, start_s, start_s + minutes * 60)


def broken(wanted: Session, *others: Session, **caps: int) -> list[Breach]:
    """Weigh one session against others."""
    return breaches(wanted, others, Caps(THERAPIST, **caps), TYPES, ZONE)


def test_a_cap_names_itself_and_its_limit() -> None:
    """Every broken one is listed, the day's before the week's."""
    found = broken(session(0), session(2), max_sessions_day=1, max_load_week=5, max_minutes_day=500)

    assert found == [Breach("sessions_day", 1), Breach("load_week", 5)]


def test_both_times_of_a_move_count_once_a_day() -> None:
    """A claim with two times on one day is one session of it, and one of the week whatever its days."""
    moving = (session(2, "moving"), session(4, "moving"))

    assert broken(session(0), *moving, max_sessions_day=2) == []
    assert broken(session(0), session(2, "moving"), session(26, "moving"), max_sessions_week=2) == []
    assert broken(session(24), session(2, "moving"), session(26, "moving"), max_sessions_day=1) != []


def test_a_moved_session_does_not_count_beside_itself() -> None:
    """Its own old time is given up when the new one is agreed."""
    assert broken(session(0, "own"), session(1, "own"), max_sessions_day=1, max_consecutive=1, break_min=240) == []


def test_a_day_is_the_therapists_own_on_the_night_the_clocks_change() -> None:
    """The longest Sunday has 25 hours; Monday's first session is of another day and another week."""
    first_s, last_s = (instant(WallTime(f"2026-11-01T{at}", ZONE)) for at in ("00:00", "23:00"))
    next_s = instant(WallTime("2026-11-02T00:00", ZONE))
    first, last, after = (Session(str(at), TYPE, "", at, at + 3_000) for at in (first_s, last_s, next_s))

    assert last_s - first_s == 24 * HOUR_S
    assert broken(last, first, max_sessions_day=1) != []
    assert broken(after, first, last, max_sessions_day=1, max_sessions_week=1) == []


def test_a_run_is_broken_by_a_break_on_either_side() -> None:
    """The wanted session joins what lies before and after it."""
    before, after = session(-1), session(1)

    assert broken(session(0), before, after, max_consecutive=2, break_min=30) == [Breach("consecutive", 2)]
    assert broken(session(0), before, after, max_consecutive=3, break_min=30) == []
    assert broken(session(0), before, after, max_consecutive=2, break_min=10) == [], "ten minutes are a break of ten"
    assert broken(session(0), session(-2), session(-1), max_consecutive=2, break_min=11) == [Breach("consecutive", 2)]


def test_a_cool_down_reaches_both_ways() -> None:
    """No session after a crisis, no crisis right before a session; before a crisis there is no cool-down."""
    assert broken(session(1), session(0, type_id="crisis"), crisis_cool_down_min=30) != []
    assert broken(session(0, type_id="crisis"), session(1), crisis_cool_down_min=30) != []
    assert broken(session(-1), session(0, type_id="crisis"), crisis_cool_down_min=30) == []
    assert broken(session(2), session(0, type_id="crisis"), crisis_cool_down_min=70) == []


def test_only_intakes_count_as_intakes() -> None:
    """A week full of intakes is open to others."""
    intakes = (session(2, type_id="intake"), session(4, type_id="intake"))

    assert broken(session(0), *intakes, max_intakes_week=2) == []
    assert broken(session(0, type_id="intake"), *intakes, max_intakes_week=2) == [Breach("intakes_week", 2)]


def test_a_therapist_needs_time_between_sites() -> None:
    """Either way, and not where a session has no site or the sites are one."""
    travel = {("hill", SITE): 30}
    here = session(0, site_id=SITE)

    assert too_far(here, [session(1, site_id="hill")], travel) == 30
    assert too_far(here, [session(-1, site_id="hill")], travel) == 30
    assert too_far(here, [session(1.5, site_id="hill")], travel) == 0
    assert too_far(here, [session(1), session(-1, site_id=SITE)], travel) == 0
    assert too_far(session(0), [session(1, site_id="hill")], travel) == 0


def test_reserved_capacity_opens_hours_before() -> None:
    """To the second; outside of its stretch, and for other therapists, it never was closed."""
    kept = [Reservation("r", THERAPIST, 3, 12 * 60, 13 * 60, 1, 48)]

    assert is_reserved(kept, THERAPIST, ZONE, AT_S, now_s=AT_S - 48 * HOUR_S - 1)
    assert not is_reserved(kept, THERAPIST, ZONE, AT_S, now_s=AT_S - 48 * HOUR_S)
    assert not is_reserved(kept, THERAPIST, ZONE, AT_S + HOUR_S, now_s=0)
    assert not is_reserved(kept, THERAPIST, ZONE, AT_S + 24 * HOUR_S, now_s=0)
    assert not is_reserved(kept, "other", ZONE, AT_S, now_s=0)


def test_the_greatest_need_is_first_and_ties_are_settled() -> None:
    """The same claims in any order have the same places."""
    items = [
        Item("late", "c", TYPE, 30),
        Item("soon", "c", TYPE, 10),
        Item("crisis", "c", "crisis", 40),
        Item("urgent", "c", "unknown", 50, is_high_need=True),
        Item("twin", "c", TYPE, 10),
    ]

    ranked = rank(items, TYPES)

    assert [each.claim_id for each in ranked] == ["urgent", "crisis", "soon", "twin", "late"]
    assert ranked == rank(reversed(items), TYPES)


def test_gaps_are_what_nobody_has() -> None:
    """Whatever overlaps the edges or each other."""
    assert gaps((10, 20), []) == [(10, 20)]
    assert gaps((10, 20), [(0, 12), (11, 13), (15, 16), (18, 30)]) == [(13, 15), (16, 18)]
    assert gaps((10, 20), [(0, 10), (20, 30), (10, 20)]) == []
