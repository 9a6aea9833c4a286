"""Whatever order an appointment's events come in, and however often, nothing is said twice or wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.appointment import Appointment, Report, State, Step, objection
from services.notifications.domain.message import Kind, Message, Outcome
from services.notifications.domain.message import State as MessageState
from services.notifications.usecases.follow_appointments import Ledger, follow_appointments

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """The store's promises in memory: one appointment, each message name once."""

    known: Appointment | None = None
    messages: dict[tuple[int, Kind, str], Message] = field(default_factory=dict)
    sent: list[tuple[Message, Appointment]] = field(default_factory=list)

    async def read(self, reports: Sequence[Report]) -> Ledger:
        """Return what is known; quiet hours are held elsewhere."""
        if self.known is None:
            return Ledger()
        waiting = [message for message in self.messages.values() if message.state is MessageState.PLANNED]
        key = ("", self.known.appointment_id)
        return Ledger(appointments={key: self.known}, planned={key: waiting})

    async def save(
        self,
        appointments: Sequence[Appointment],
        *,
        changed: Sequence[tuple[str, Message]],
        new: Sequence[tuple[str, Message]],
        at: datetime,
    ) -> None:
        """Keep all of it."""
        [self.known] = appointments
        for _, message in changed:
            self.messages[message.appointment_version, message.kind, message.step] = message
        for _, message in new:
            self.messages.setdefault((message.appointment_version, message.kind, message.step), message)

    def sweep(self, at: datetime) -> None:
        """Send what is due and meets no objection, as the sender does."""
        for name, message in self.messages.items():
            if message.state is not MessageState.PLANNED or message.due_time > at:
                continue
            assert self.known is not None
            if reason := objection(message, self.known, at=at):
                self.messages[name] = message.suppress(reason)
                continue
            self.messages[name], _ = message.begin(at=at).settle(Outcome.ACCEPTED, at=at, share=0.0)
            self.sent.append((self.messages[name], self.known))


@st.composite
def lives(draw: st.DrawFn) -> list[Report]:
    """An appointment's life as booking can tell it, in its true order."""
    middle = draw(st.lists(st.sampled_from([Step.CONFIRMED, Step.RESCHEDULED]), max_size=4))
    end = draw(st.sampled_from([[], [Step.CANCELLED], [Step.ATTENDED]]))
    start_time = NOW + timedelta(hours=draw(st.integers(1, 96)))
    life = []
    for version, step in enumerate([Step.BOOKED, *middle, *end], start=1):
        if step is Step.RESCHEDULED:
            start_time = NOW + timedelta(hours=draw(st.integers(1, 96)))
        life.append(Report(step, "appointment-1", "client-1", version, start_time))
    return life


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Report], list[tuple[Report, int]]]:
    """A life, and its events in any order, each at least once, with minutes passing between."""
    life = draw(lives())
    repeated = life + draw(st.lists(st.sampled_from(life), max_size=4))
    order = draw(st.permutations(repeated))
    return life, [(report, draw(st.integers(0, 600))) for report in order]


def told(order: list[tuple[Report, int]]) -> tuple[Shelf, int, datetime]:
    """Deliver everything with a sweep after each; also return what had been sent at the cancellation."""
    shelf, at, ids = Shelf(), NOW, count()
    sent_at_cancellation = -1
    for report, minutes in order:
        asyncio.run(follow_appointments([report], timeline=shelf, at=at, new_id=lambda: f"message-{next(ids)}"))
        if report.step is Step.CANCELLED and sent_at_cancellation < 0:
            sent_at_cancellation = len(shelf.sent)
        at += timedelta(minutes=minutes)
        shelf.sweep(at)
    return shelf, sent_at_cancellation, at


@given(deliveries())
def test_each_thing_is_said_at_most_once(delivery: tuple[list[Report], list[tuple[Report, int]]]) -> None:
    """At most one message per (appointment, version, kind, step), and none after the start."""
    _, order = delivery

    shelf, _, _ = told(order)

    names = [(message.appointment_version, message.kind, message.step) for message, _ in shelf.sent]
    assert len(set(names)) == len(names)
    assert all(message.send_time and message.send_time < message.start_time for message, _ in shelf.sent)


@given(deliveries())
def test_a_cancelled_appointment_is_only_ever_said_to_be_cancelled(
    delivery: tuple[list[Report], list[tuple[Report, int]]],
) -> None:
    """Once the cancellation is handled nothing but the cancellation is sent, now or later."""
    life, order = delivery

    shelf, before, at = told(order)
    shelf.sweep(at + timedelta(days=5))

    if life[-1].step is Step.CANCELLED:
        assert {message.kind for message, _ in shelf.sent[before:]} <= {Kind.CANCELLED}
        assert shelf.known is not None
        assert shelf.known.state is State.CANCELLED


@given(deliveries())
def test_what_is_said_is_the_newest_that_is_known(
    delivery: tuple[list[Report], list[tuple[Report, int]]],
) -> None:
    """No mail says a time that a handled event had already made wrong."""
    _, order = delivery

    shelf, _, _ = told(order)

    assert all(message.start_time == known.start_time for message, known in shelf.sent)


@given(deliveries())
def test_in_the_end_the_order_does_not_matter(delivery: tuple[list[Report], list[tuple[Report, int]]]) -> None:
    """Delivered at one moment, in any order: the same is planned and the same is kept back."""
    life, order = delivery

    inorder, shuffled = (
        told([(report, 0) for report in reports])[0] for reports in (life, [report for report, _ in order])
    )

    assert inorder.known == shuffled.known
    assert {name for name, message in inorder.messages.items() if message.state is MessageState.PLANNED} == {
        name for name, message in shuffled.messages.items() if message.state is MessageState.PLANNED
    }


@given(lives(), st.data())
def test_a_reminder_is_not_lost_to_the_order_of_events(life: list[Report], data: st.DataObject) -> None:
    """If the appointment stands and is far enough ahead, its reminder waits for its time."""
    order = data.draw(st.permutations(life))

    shelf, _, _ = told([(report, 0) for report in order])

    assert shelf.known is not None
    stands = shelf.known.state in (State.BOOKED, State.CONFIRMED)
    is_far = shelf.known.start_time - NOW >= timedelta(hours=25)
    reminder = shelf.messages[shelf.known.placed_version, Kind.REMINDER, "24h"]
    assert (stands and is_far) == (reminder.state is MessageState.PLANNED)


@given(deliveries())
def test_a_batch_plans_what_its_events_plan_one_by_one(
    delivery: tuple[list[Report], list[tuple[Report, int]]],
) -> None:
    """In one sweep of the inbox, or each alone: the same appointment, the same messages with the same fates."""
    _, order = delivery
    reports = [report for report, _ in order]
    ids = count()
    alone, together = Shelf(), Shelf()
    for report in reports:
        asyncio.run(follow_appointments([report], timeline=alone, at=NOW, new_id=lambda: f"message-{next(ids)}"))

    asyncio.run(follow_appointments(reports, timeline=together, at=NOW, new_id=lambda: f"message-{next(ids)}"))

    assert alone.known == together.known
    assert {name: (each.state, each.reason, each.due_time) for name, each in alone.messages.items()} == {
        name: (each.state, each.reason, each.due_time) for name, each in together.messages.items()
    }
