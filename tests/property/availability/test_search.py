"""Search gives what trying every start gives, whatever is remembered and however it is paged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.availability.domain.days import Calendar, Closure, Override, Travel
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.hours import Modality, Schedule, SessionType, Stretch, WeeklyHours
from services.availability.domain.reasons import Taker
from services.availability.domain.wall import wall_at
from services.availability.usecases.ports import Slot
from services.availability.usecases.search_slots import Cursor, Query, search_slots
from tests.unit.availability.samples import NOW_S

THERAPISTS = ("anna", "bela")
SITE, ROOMS = "site", ("room-1", "room-2")
ZONE = "America/Santiago"
MONDAY = date(2027, 5, 3)
HOUR_S, DAY_S = 3_600, 86_400
KIND = SessionType("type", "Session", 50, 5, 10, 0, 365, 30, (1, 2))
WEEK = tuple(WeeklyHours(weekday, 540, 780, SITE, (1, 2)) for weekday in range(1, 6))
PLAIN = Directory(
    version=1,
    sites={SITE: ZONE},
    rooms={SITE: ROOMS},
    session_types={"type": KIND},
    schedules={each: Schedule(each, ZONE, WEEK, ("type",)) for each in THERAPISTS},
)
FROM_S = NOW_S
TO_S = NOW_S + 16 * DAY_S

days = st.integers(0, 13).map(lambda number: MONDAY + timedelta(days=number))
stretches = st.integers(6, 20).map(lambda hour: Stretch(hour * 60, (hour + 3) * 60, SITE, (1, 2)))
overrides = st.builds(
    Override, st.sampled_from(THERAPISTS), days, st.booleans(), st.lists(stretches, min_size=1, max_size=1).map(tuple)
)
travels = st.builds(
    lambda who, day, there: Travel("travel", who, day, day + timedelta(days=3), there),
    st.sampled_from(THERAPISTS),
    days,
    st.sampled_from(["Asia/Tokyo", "Pacific/Pago_Pago"]),
)
closures = st.builds(lambda day: Closure("closure", "", day, day, "Moving"), days)
taken = st.dictionaries(
    st.sampled_from([*THERAPISTS, *ROOMS]),
    st.lists(st.tuples(st.integers(0, 16 * 48), st.integers(1, 8)), max_size=30).map(
        lambda halves: sorted((FROM_S + at * 1_800, FROM_S + (at + length) * 1_800) for at, length in halves)
    ),
)


@dataclass(frozen=True)
class Published:
    """Is a practice that does not change."""

    directory: Directory

    async def read(self, practice_id: str) -> Directory:
        """Return it."""
        return self.directory


@dataclass(frozen=True)
class Ledger:
    """Is what is taken."""

    busy: Mapping[str, Sequence[Span]]

    async def times(self, practice_id: str, resource_ids: Sequence[str], span: Span) -> Mapping[str, Sequence[Span]]:
        """Return what meets the stretch."""
        return {
            each: [found for found in self.busy.get(each, ()) if found[0] < span[1] and span[0] < found[1]]
            for each in resource_ids
        }

    async def takers(self, practice_id: str, therapist_id: str, span: Span) -> Sequence[Taker]:
        """Know nobody."""
        return ()


def calendar(changes: Sequence[Override | Travel | Closure]) -> Calendar:
    """Return a calendar with these exceptions, the later of two that can't be together."""
    by_therapist: dict[str, dict[date, Override]] = {}
    trips = {each.therapist_id: [each] for each in changes if isinstance(each, Travel)}
    for each in changes:
        if isinstance(each, Override):
            by_therapist.setdefault(each.therapist_id, {})[each.day] = each
    return Calendar(by_therapist, trips, [each for each in changes if isinstance(each, Closure)])


def published(changes: Sequence[Override | Travel | Closure]) -> Directory:
    """Return a directory that remembers nothing yet."""
    return Directory(
        version=2,
        sites=PLAIN.sites,
        rooms=PLAIN.rooms,
        session_types=PLAIN.session_types,
        schedules=PLAIN.schedules,
        calendar=calendar(changes),
    )


def query(**changed: object) -> Query:
    """Return a search of the whole stretch by staff."""
    plain = Query("practice", "type", [], FROM_S, TO_S, 0, "", is_first_only=False, is_by_staff=True)
    return replace(plain, **changed)  # type: ignore[arg-type]


def search(
    directory: Directory,
    busy: Mapping[str, Sequence[Span]],
    asked: Query,
    *,
    limit: int = 100_000,
    after: Cursor | None = None,
) -> list[Slot]:
    """Search as the server does."""
    found = search_slots(
        asked,
        directories=Published(directory),  # type: ignore[arg-type]
        taken=Ledger(busy),
        clock=lambda: NOW_S,
        limit=limit,
        after=after,
    )
    return asyncio.run(found)


def tried(directory: Directory, busy: Mapping[str, Sequence[Span]]) -> list[tuple[int, str, int]]:
    """Try every half hour of every therapist by the rules alone."""
    found = []
    for at_s in range(FROM_S - FROM_S % 1_800, TO_S, 1_800):
        for therapist_id in THERAPISTS:
            blocked = busy.get(therapist_id, ())
            if at_s <= NOW_S or any(start < at_s + HOUR_S and at_s - 300 < end for start, end in blocked):
                continue
            options = directory.options_at(directory.schedules[therapist_id], KIND, at_s)
            for modality, site_id in options:
                rooms = ROOMS if modality == Modality.IN_PERSON else ()
                is_free = [not any(s < at_s + 3_000 and at_s < e for s, e in busy.get(room, ())) for room in rooms]
                if not site_id or any(is_free):
                    found.append((at_s, therapist_id, modality))
                    break
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(overrides | travels | closures, max_size=5), taken)
def test_search_finds_what_trying_every_start_finds(
    changes: list[Override | Travel | Closure], busy: dict[str, list[Span]]
) -> None:
    """In order, each once, with the first way that has a room; every slot's wall time is the therapist's."""
    directory = published(changes)

    found = search(directory, busy, query())

    assert [(slot.start_s, slot.therapist_id, slot.modality) for slot in found] == tried(directory, busy)
    for slot in found:
        zone_name = directory.calendar.zone_at(directory.schedules[slot.therapist_id], slot.start_s)
        assert slot.wall == wall_at(slot.start_s, zone_name)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(overrides | travels | closures, max_size=3), min_size=1, max_size=4), taken)
def test_what_was_remembered_answers_as_what_was_read_afresh(
    versions: list[list[Override | Travel | Closure]], busy: dict[str, list[Span]]
) -> None:
    """Version after version, each taking over what the one before remembered."""
    before = PLAIN
    for changes in versions:
        search(before, busy, query())
        remembered = published(changes)
        remembered.inherit(before)

        assert search(remembered, busy, query()) == search(published(changes), busy, query())
        before = remembered


@settings(max_examples=40, deadline=None)
@given(st.lists(overrides | travels | closures, max_size=3), taken, st.integers(1, 40))
def test_pages_put_together_are_the_whole(
    changes: list[Override | Travel | Closure], busy: dict[str, list[Span]], size: int
) -> None:
    """However small they are."""
    directory = published(changes)
    whole = search(directory, busy, query())
    pages: list[Slot] = []

    while page := search(
        directory, busy, query(), limit=size, after=(pages[-1].start_s, pages[-1].therapist_id) if pages else None
    ):
        pages += page

    assert pages == whole


@settings(max_examples=40, deadline=None)
@given(st.lists(overrides | travels | closures, max_size=3), taken)
def test_next_available_is_the_first_of_each_therapist(
    changes: list[Override | Travel | Closure], busy: dict[str, list[Span]]
) -> None:
    """Whoever has none is not there."""
    directory = published(changes)
    firsts: dict[str, Slot] = {}
    for slot in search(directory, busy, query()):
        firsts.setdefault(slot.therapist_id, slot)

    found = search(directory, busy, query(is_first_only=True))

    assert {slot.therapist_id: slot for slot in found} == firsts
    assert len(found) == len(firsts)
