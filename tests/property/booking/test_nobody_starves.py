"""Nobody starves on the waitlist, whoever else comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain.appointment import Slot
from services.booking.domain.turns import rank
from services.booking.domain.waitlist import HEAD_START_MAX, Standing, Urgency, Window, WishState

START = datetime(2030, 1, 7, 12, tzinfo=UTC)
ALWAYS = (Window(weekday, 0, 24 * 60) for weekday in range(1, 8))
WINDOWS = tuple(ALWAYS)

ARRIVALS = st.lists(
    st.tuples(
        st.floats(0, 120, allow_nan=False), st.sampled_from(list(Urgency)), st.booleans(), st.booleans(), st.booleans()
    ),
    min_size=1,
    max_size=40,
)


def slot_on(day: float) -> Slot:
    """A slot at noon of the day after."""
    start = START + timedelta(days=int(day) + 1)
    return Slot("t", "s", start, start + timedelta(minutes=50), "", "Etc/UTC", 0, "x", 2, "", "", 1)


def wish(number: int, arrival: tuple[float, Urgency, bool, bool, bool]) -> Standing:
    """Somebody who came on a day."""
    day, urgency, names_therapist, names_time, names_modality = arrival
    return Standing(
        f"{number:03}", f"{number:03}", ("t",) if names_therapist else (), ("s",), WINDOWS if names_time else (),
        "Etc/UTC", (2,) if names_modality else (), (), 0, date(2030, 1, 1), date(2031, 1, 1), urgency, False,
        WishState.WAITING, START + timedelta(days=day), START,
    )  # fmt: skip


@settings(max_examples=150)
@given(ARRIVALS, st.lists(st.floats(0, 200, allow_nan=False), min_size=1, max_size=60))
def test_everybody_is_asked_after_those_who_came_before_them_or_soon_after(
    arrivals: list[tuple[float, Urgency, bool, bool, bool]], freed: list[float]
) -> None:
    """
    Whoever waits is asked before anybody who came HEAD_START_MAX days later, whatever comes free and when.

    So the number of slots that pass somebody by is bounded by those who came before that day: nobody starves.
    """
    waiting = {each.wish_id: each for each in (wish(number, one) for number, one in enumerate(arrivals))}
    passed_by = dict.fromkeys(waiting, 0)
    for day in sorted(freed):
        at = START + timedelta(days=day)
        here = [each for each in waiting.values() if each.since_time <= at]
        ranked = rank(here, slot_on(day), at=at)
        assert len(ranked) == len(here)
        if not ranked:
            continue
        chosen = ranked[0][0]
        for each in here:
            if each is not chosen:
                passed_by[each.wish_id] += 1
                assert chosen.since_time <= each.since_time + timedelta(days=HEAD_START_MAX, seconds=1)
        del waiting[chosen.wish_id]
    everybody = [wish(number, one) for number, one in enumerate(arrivals)]
    for each in everybody:
        rivals = [
            one for one in everybody if one.since_time <= each.since_time + timedelta(days=HEAD_START_MAX, seconds=1)
        ]
        assert passed_by[each.wish_id] < len(rivals)
