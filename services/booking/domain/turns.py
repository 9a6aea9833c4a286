"""Says whose turn it is for a freed slot, and how long they have to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from services.booking.domain.appointment import Slot
from services.booking.domain.waitlist import FIT_DAYS, URGENCY_DAYS, Standing, Why, zone

OFFER_TIME = timedelta(minutes=30)
"""
How long an offer waits for its answer, minutes of the client's night not counted where there is time.

Source: the same simulation: 30 minutes fill more than 15 or 60, a day ahead.
"""

BATCH_LEAD, BATCH = timedelta(hours=8), 3
"""How near the session is when a few are asked at once, and how many. Source: the same simulation, at 6 hours."""

LAST_CALL = timedelta(minutes=30)
"""Before the start, when nobody is asked any more."""

NIGHT_FROM, NIGHT_TO = time(21), time(8)
"""The client's night: nobody has to answer in it."""

DAY_S = 86_400.0


def rank(waiting: Sequence[Standing], slot: Slot, *, at: datetime) -> list[tuple[Standing, Why]]:
    """
    Return those a slot suits, who is asked first coming first, each with why.

    Days waited, days for urgency and days for fit are added up; of equals, the earlier wish comes first.
    """
    found = []
    for each in waiting:
        if not each.suits(slot, at=at):
            continue
        fits = each.fits(slot)
        why = Why(
            waited_days=max(0.0, (at - each.since_time).total_seconds() / DAY_S),
            urgency=each.urgency,
            urgency_days=URGENCY_DAYS[each.urgency],
            fit_days=sum(FIT_DAYS[one] for one in fits),
            fits=fits,
        )
        found.append((each, why))
    found.sort(key=lambda one: (-one[1].score, one[0].since_time, one[0].wish_id))
    return [
        (each, replace(why, place=place, fitting_count=len(found))) for place, (each, why) in enumerate(found, start=1)
    ]


def is_batch_time(slot: Slot, *, at: datetime) -> bool:
    """Tell whether the session is so near that a few are asked at once."""
    return slot.start_time - at < BATCH_LEAD


def is_too_late(slot: Slot, *, at: datetime) -> bool:
    """Tell whether the session is so near that nobody is asked any more."""
    return slot.start_time - at < LAST_CALL


def answer_by(slot: Slot, time_zone: str, *, at: datetime) -> datetime:
    """
    Return when an offer made now expires.

    Minutes of the client's night do not count, as far as the slot then still goes to the next one by one.
    """
    last = slot.start_time - LAST_CALL
    if is_batch_time(slot, at=at):
        return min(at + OFFER_TIME, last)
    awake = _after_waking(at, time_zone)
    return max(min(awake, slot.start_time - BATCH_LEAD), at + OFFER_TIME)


def _after_waking(at: datetime, time_zone: str) -> datetime:
    """Return when OFFER_TIME of the client's day has passed."""
    rules, left, now = zone(time_zone), OFFER_TIME, at
    local = now.astimezone(rules)
    if NIGHT_TO <= local.time() < NIGHT_FROM:
        evening = datetime.combine(local.date(), NIGHT_FROM, tzinfo=rules).astimezone(at.tzinfo)
        if now + left <= evening:
            return now + left
        left -= evening - now
        now = evening
        local = now.astimezone(rules)
    day = local.date() + timedelta(days=0 if local.time() < NIGHT_TO else 1)
    return datetime.combine(day, NIGHT_TO, tzinfo=rules).astimezone(at.tzinfo) + left
