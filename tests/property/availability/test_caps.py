"""Whichever way pending moves end, what was let in under caps keeps them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.availability.domain.caps import Caps, Session, breaches, too_far
from services.availability.domain.hours import SessionType
from services.availability.domain.wall import WallTime, instant, local_date

ZONE = "America/Santiago"
THURSDAY_S = instant(WallTime("2027-04-01T00:00", ZONE))
"""A Thursday; the clocks go back on the night to Sunday."""

TYPES = {
    name: SessionType(
        name, name, 50, 0, 0, 0, 90, 30, (1,), load_weight=weight, is_intake=is_intake, is_crisis=is_crisis
    )
    for name, weight, is_intake, is_crisis in (
        ("plain", 1, False, False),
        ("heavy", 4, False, False),
        ("intake", 2, True, False),
        ("crisis", 3, False, True),
    )
}
TRAVEL = {("hill", "lake"): 45}
CAPS = Caps(
    "t",
    max_sessions_day=4,
    max_sessions_week=9,
    max_minutes_day=180,
    max_load_day=9,
    max_load_week=20,
    max_consecutive=2,
    break_min=30,
    max_intakes_week=2,
    crisis_cool_down_min=60,
)

wishes = st.tuples(
    st.integers(0, 11),
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(("", "hill", "lake")),
    st.integers(0, 6 * 24 * 2),
)
"""Whose claim, what kind, where, and on which half hour of six days."""


def overlap(one: Session, other: Session) -> bool:
    """Tell whether two sessions share a minute: the ledger's constraint keeps them from that."""
    return one.start_s < other.end_s and other.start_s < one.end_s


@settings(max_examples=200, deadline=None)
@given(st.lists(wishes, max_size=60), st.data())
def test_caps_hold_whichever_way_moves_end(asked: list[tuple[int, str, str, int]], data: st.DataObject) -> None:
    """Each claim ends at one of its times; counted by brute force, no cap is broken and every site is reached."""
    claims: dict[int, list[Session]] = {}
    for number, kind, site_id, half in asked:
        times = claims.get(number, [])
        kind = times[0].session_type_id if times else kind
        start_s = THURSDAY_S + half * 1_800
        wanted = Session(str(number), kind, site_id, start_s, start_s + 3_000)
        agenda = [each for some in claims.values() for each in some]
        if len(times) == 2 or any(overlap(wanted, each) for each in agenda if each.claim_id != wanted.claim_id):
            continue
        if not breaches(wanted, agenda, CAPS, TYPES, ZONE) and not too_far(wanted, agenda, TRAVEL):
            claims[number] = [*times, wanted]

    ended = sorted((data.draw(st.sampled_from(times)) for times in claims.values()), key=lambda each: each.start_s)

    days: dict[object, list[Session]] = {}
    for each in ended:
        day = local_date(each.start_s, ZONE)
        for key in (day, day.isocalendar()[:2]):
            days.setdefault(key, []).append(each)
    for key, some in days.items():
        load = sum(TYPES[each.session_type_id].load_weight for each in some)
        if isinstance(key, tuple):
            assert len(some) <= 9
            assert load <= 20
            assert sum(each.session_type_id == "intake" for each in some) <= 2
        else:
            assert len(some) <= 3, "180 minutes hold three sessions of fifty"
            assert load <= 9
    run = 1
    for one, other in pairwise(ended):
        run = run + 1 if other.start_s - one.end_s < 1_800 else 1
        assert run <= 2
        assert one.session_type_id != "crisis" or other.start_s >= one.end_s + 3_600
        assert "" in (one.site_id, other.site_id) or one.site_id == other.site_id or other.start_s - one.end_s >= 2_700
