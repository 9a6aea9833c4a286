"""Holds standing hours: which times a series names, and how far ahead it is booked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from services.booking.domain import errors
from services.booking.domain.recurrence import Frequency, Rule
from services.booking.domain.recurrence_days import expand
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, Told, tell, zone

HORIZON_DAYS = 182
"""Days booked ahead when nobody says: 26 weeks. The contract says so."""

HORIZON_MAX_DAYS = 366
"""Days booked ahead at most; the contract says so."""

INTERVAL_MAX = 52
"""Periods a series steps by at most; the contract says so."""

OCCURRENCES_MAX = 400
"""Occurrences in a horizon at most. Source: one request of the ledger checks as many."""

SHIFT_MAX_DAYS = 6
"""Days a whole series can be moved at once: one more would be another week's occurrence."""

TOP_UP_EVERY = timedelta(days=1)
"""Between two looks at a series' horizon."""

FIRST_REFUSAL_EVERY = timedelta(minutes=1)
"""Between two looks whether lent time came free: sooner than it is offered to anybody who waits for any time."""

MIDNIGHT = datetime.min.time()


class SeriesState(StrEnum):
    """Where a series stands."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    CANCELLED = "CANCELLED"


class Fate(StrEnum):
    """What became of an occurrence."""

    BOOKED = "BOOKED"
    CONFLICT = "CONFLICT"
    PAUSED = "PAUSED"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True)
class Planned:
    """Is one time a rule names: original_local as the rule has it, told as clocks show it."""

    original_local: str
    told: Told


@dataclass(frozen=True, slots=True)
class Plan:
    """Says what a standing hour is; start_local is the wall time the rule counts from."""

    client_id: str
    therapist_id: str
    session_type_id: str
    modality: int
    start_local: datetime
    time_zone: str
    rule: Rule
    horizon_days: int
    extra_therapist_ids: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse numbers beyond a series' limits. Raises RecurrenceUnsupported, RecurrenceTooLarge."""
        if self.rule.interval > INTERVAL_MAX:
            raise errors.RecurrenceUnsupported("The interval is too large.", part="INTERVAL", most=str(INTERVAL_MAX))
        if not 1 <= self.horizon_days <= HORIZON_MAX_DAYS:
            raise errors.RecurrenceTooLarge("The horizon is out of range.", limit=str(HORIZON_MAX_DAYS))

    def today(self, at: datetime) -> date:
        """Return the day the series' clock shows at an instant."""
        return at.astimezone(zone(self.time_zone)).date()

    def horizon(self, at: datetime) -> date:
        """Return the first day that need not be booked yet."""
        return max(self.today(at), self.start_local.date()) + timedelta(days=self.horizon_days)

    def planned(self, since: date, before: date, *, after: datetime) -> list[Planned]:
        """
        Return the times the rule names on the days from *since* until before *before* that lie after an instant.

        Raises:
            RecurrenceTooLarge: They are more than OCCURRENCES_MAX, or take too much work. (INVALID_ARGUMENT)
        """
        rules = zone(self.time_zone)
        window = (datetime.combine(since, MIDNIGHT), datetime.combine(before, MIDNIGHT))
        named = expand(self.rule, self.start_local, since=window[0], before=window[1])
        if len(named) > OCCURRENCES_MAX:
            raise errors.RecurrenceTooLarge("There are too many occurrences.", limit=str(OCCURRENCES_MAX))
        found = [Planned(each.strftime(LOCAL_FORMAT), tell(each, rules)) for each in named]
        return [each for each in found if each.told.start_time > after]

    def goes_on(self, before: date) -> bool:
        """Tell whether the rule may name a time from *before* on."""
        if self.rule.until is not None and self.rule.until < datetime.combine(before, MIDNIGHT):
            return False
        if not self.rule.count:
            return True
        window = datetime.combine(before, MIDNIGHT)
        return len(expand(self.rule, self.start_local, since=self.start_local, before=window)) < self.rule.count

    def moved_from(self, original_local: str, start_local: datetime, therapist_id: str) -> Plan:
        """
        Return the plan from one of its occurrences on, that occurrence being at *start_local*.

        Occurrences keep their distances; a COUNT counts on. Only weekdays can be moved to other days.

        Raises:
            RecurrenceUnsupported: It would move days that are no weekdays, or too far. (INVALID_ARGUMENT)
        """
        original = datetime.strptime(original_local, LOCAL_FORMAT)
        days = (start_local.date() - original.date()).days
        rule = self.rule
        if rule.count:
            past = expand(rule, self.start_local, since=self.start_local, before=original)
            rule = replace(rule, count=rule.count - len(past))
        if days:
            rule = _shifted(rule, days)
        if rule.until is not None:
            rule = replace(rule, until=rule.until + (start_local - original))
        return replace(self, therapist_id=therapist_id or self.therapist_id, start_local=start_local, rule=rule)


def _shifted(rule: Rule, days: int) -> Rule:
    """Return a rule whose weekdays, and whose weeks, begin some days later."""
    is_of_weekdays = rule.frequency is Frequency.WEEKLY and not rule.by_month
    if not is_of_weekdays or abs(days) > SHIFT_MAX_DAYS:
        raise errors.RecurrenceUnsupported(
            "Only weekdays can be moved, by at most six days.", part="BYDAY", most=str(SHIFT_MAX_DAYS)
        )
    by_day = tuple(sorted((nth, (weekday + days) % 7) for nth, weekday in rule.by_day))
    return replace(rule, by_day=by_day, week_start=(rule.week_start + days) % 7)


@dataclass(frozen=True, slots=True)
class Pause:
    """Is a stretch of days, half open, without sessions; its time stays blocked, or is lent out."""

    from_date: date
    to_date: date
    keeps_time: bool

    def holds(self, original_local: str) -> bool:
        """Tell whether an occurrence's day is in it."""
        return self.from_date <= date.fromisoformat(original_local[:10]) < self.to_date


@dataclass(frozen=True, slots=True)
class Series:
    """Is a standing hour of one client with one therapist."""

    practice_id: str
    series_id: str
    plan: Plan
    state: SeriesState
    booked_until: date
    pause: Pause | None
    top_up_time: datetime | None
    version: int
    create_time: datetime
    update_time: datetime
    create_actor_id: str

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"

    def expect(self, etag: str) -> None:
        """Refuse with StaleVersion unless *etag* is empty or the current one."""
        if etag and etag != self.etag:
            raise errors.StaleVersion(
                "The series has changed since you looked.", series_id=self.series_id, etag=self.etag
            )

    def require_running(self) -> None:
        """Refuse with SeriesCancelled when the series was called off."""
        if self.state is SeriesState.CANCELLED:
            raise errors.SeriesCancelled("The series was called off.", series_id=self.series_id)

    def touched(self, *, at: datetime) -> Series:
        """Return the next version."""
        return replace(self, version=self.version + 1, update_time=at)

    def booked_on(self, before: date, *, at: datetime) -> Series:
        """Return the series booked up to a day, with the time of the next look if the rule or a pause goes on."""
        is_due = self.pause is not None or self.plan.goes_on(before)
        due = at + TOP_UP_EVERY if is_due else None
        return replace(self, booked_until=before, top_up_time=due)

    def cancelled(self, *, at: datetime) -> Series:
        """Return the series called off: nothing new is booked."""
        return replace(self.touched(at=at), state=SeriesState.CANCELLED, pause=None, top_up_time=None)

    def paused(self, pause: Pause, *, at: datetime) -> Series:
        """
        Return the series with a stretch without sessions.

        Raises:
            SeriesPaused: It has one already. (FAILED_PRECONDITION)
            IntervalReversed: The stretch ends before it begins. (INVALID_ARGUMENT)
            PauseBeyondHorizon: It ends where nothing is booked yet. (FAILED_PRECONDITION)
        """
        if self.rested(at=at).pause is not None:
            raise errors.SeriesPaused("The series has a pause already.", series_id=self.series_id)
        if pause.to_date <= pause.from_date:
            raise errors.IntervalReversed("The pause ends before it begins.", field="to_date")
        if pause.to_date > self.booked_until:
            raise errors.PauseBeyondHorizon("The pause is too long.", booked_until=self.booked_until.isoformat())
        due = self.top_up_time or at + TOP_UP_EVERY
        return replace(self.touched(at=at), state=SeriesState.PAUSED, pause=pause, top_up_time=due)

    def rested(self, *, at: datetime) -> Series:
        """Return the series without its pause if that is over."""
        if self.pause is None or self.pause.to_date > self.plan.today(at):
            return self
        return replace(self, state=SeriesState.ACTIVE, pause=None)

    def resumed(self, *, at: datetime) -> Series:
        """Return the series without its pause. Raises SeriesNotPaused."""
        if self.pause is None:
            raise errors.SeriesNotPaused("The series has no pause.", series_id=self.series_id)
        return replace(self.touched(at=at), state=SeriesState.ACTIVE, pause=None)


def start_series(*, practice_id: str, series_id: str, plan: Plan, actor_id: str, at: datetime) -> Series:
    """Return a new series, booked up to its horizon; version 1."""
    fresh = Series(
        practice_id=practice_id,
        series_id=series_id,
        plan=plan,
        state=SeriesState.ACTIVE,
        booked_until=plan.horizon(at),
        pause=None,
        top_up_time=None,
        version=1,
        create_time=at,
        update_time=at,
        create_actor_id=actor_id,
    )
    return fresh.booked_on(fresh.booked_until, at=at)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Is a free slot that could take an occurrence's place."""

    therapist_id: str
    session_type_id: str
    start_time: datetime
    end_time: datetime
    start_local: str
    time_zone: str
    fold: int
    modality: int
    site_id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Says why an occurrence can't be placed; reason and message are the ledger's."""

    reason: str
    message: str
    alternative: Alternative | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Is a time a series names, and what became of it."""

    original_local: str
    start_time: datetime
    fate: Fate
    appointment_id: str = ""
    conflict: Conflict | None = None
    has_first_refusal: bool = False


def wall_date(text: str, *, field: str) -> date:
    """Return a day. Raises Malformed."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise errors.Malformed("A day is YYYY-MM-DD.", field=field) from None
    if len(text) != 10 or not 1970 <= found.year < 2200:
        raise errors.Malformed("A day is YYYY-MM-DD.", field=field)
    return found


def choose_alternatives(wanted: list[datetime], offered: dict[int, list[Alternative]]) -> dict[int, Alternative]:
    """
    Give each occurrence that can't be its nearest alternative that no sibling wants.

    Args:
        wanted: The starts of all occurrences.
        offered: The alternatives of those that can't be, by position, nearest first.
    """
    chosen: dict[int, Alternative] = {}
    taken: list[Alternative] = []
    for position, alternatives in offered.items():
        for each in alternatives:
            length = each.end_time - each.start_time
            siblings = [at for number, at in enumerate(wanted) if number != position]
            is_free = all(abs(each.start_time - at) >= length for at in siblings)
            if is_free and all(each.end_time <= at.start_time or at.end_time <= each.start_time for at in taken):
                chosen[position] = each
                taken.append(each)
                break
    return chosen
