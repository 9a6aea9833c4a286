"""How a sweep carries what is due, and what it survives."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.contact import Locale
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Kind, Message, Outcome, Reason
from services.notifications.usecases.send_due_messages import (
    CLAIM_SIZE,
    IN_FLIGHT,
    STALE_AFTER,
    Cargo,
    Claim,
    Letter,
    Parcel,
    send_due_messages,
)

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)


class FakeDesk:
    """Messages by number, as the store leases and settles them."""

    def __init__(self, size: int) -> None:
        self.due = [Claim("practice-1", f"message-{number}", "claim-1") for number in range(size)]
        self.begun: list[str] = []
        self.settled: dict[str, tuple[Outcome, Reason | None]] = {}
        self.released: list[Claim] = []
        self.kept_back: set[str] = set()
        self.most_claimed = 0

    async def claim(self, most: int, *, at: datetime) -> Sequence[Claim]:
        """Lease the next ones."""
        leased, self.due = self.due[:most], self.due[most:]
        self.most_claimed = max(self.most_claimed, len(leased))
        return leased

    async def release(self, claims: Sequence[Claim]) -> None:
        """Take back."""
        self.released += claims

    async def begin(self, claim: Claim, *, at: datetime) -> Parcel | None:
        """Commit SENDING."""
        if claim.message_id in self.kept_back:
            return None
        if claim.message_id == "message-broken":
            raise RuntimeError("The row can't be read.")
        self.begun.append(claim.message_id)
        message = Message(
            message_id=claim.message_id,
            client_id="client-1",
            appointment_id="appointment-1",
            appointment_version=1,
            kind=Kind.REMINDER,
            start_time=NOW + timedelta(days=1),
            due_time=NOW,
        ).begin(at=NOW)
        return Parcel(claim, message, b"dek", b"email", "UTC", Locale.EN, "token", begin_time=at)

    async def settle(self, parcel: Parcel, said: Delivered, *, at: datetime, share: float) -> None:
        """Commit the outcome."""
        assert 0 <= share < 1
        self.settled[parcel.claim.message_id] = (said.outcome, said.reason)


class FakeWriter:
    """Writes the message id on the letter."""

    def __init__(self, unreadable: str = "") -> None:
        self.unreadable = unreadable

    async def write(self, parcel: Parcel, *, at: datetime) -> Letter:
        """Write, or fail on the unreadable one."""
        if parcel.claim.message_id == self.unreadable:
            raise ValueError("someone@example.com can't be read")
        return Letter("from@example.com", parcel.claim.message_id, b"words")


class FakePost:
    """A mail server that answers by recipient."""

    def __init__(self, answers: dict[str, Outcome] | None = None, *, is_away: bool = False) -> None:
        self.answers = answers or {}
        self.is_away = is_away
        self.taken: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_full = asyncio.Event()

    has_other_ways = False

    async def is_there(self) -> bool:
        """Tell."""
        return not self.is_away

    async def deliver(self, cargo: Cargo) -> Delivered:
        """Answer as told."""
        assert isinstance(cargo, Letter)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        if self.in_flight == IN_FLIGHT:
            self.is_full.set()
        await self.gate.wait()
        self.taken.append(cargo.recipient)
        self.in_flight -= 1
        return Delivered(self.answers.get(cargo.recipient, Outcome.ACCEPTED))


async def sweep(desk: FakeDesk, post: FakePost, writer: FakeWriter | None = None) -> Counter[Outcome]:
    """Run one sweep with a still clock."""
    return await send_due_messages(
        desk=desk, writer=writer or FakeWriter(), post=post, clock=lambda: NOW, jitter=lambda: 0.5
    )


async def test_everything_due_is_sent_once_with_few_in_flight() -> None:
    """Many more than a lease: each once, never more than IN_FLIGHT or CLAIM_SIZE at a time."""
    desk, post = FakeDesk(5 * CLAIM_SIZE), FakePost()

    tally = await sweep(desk, post)

    assert tally == {Outcome.ACCEPTED: 5 * CLAIM_SIZE}
    assert 5 * CLAIM_SIZE == len(set(post.taken)) == len(post.taken)
    assert post.most_in_flight <= IN_FLIGHT
    assert desk.most_claimed == CLAIM_SIZE


async def test_a_mail_server_that_is_away_costs_nothing() -> None:
    """Nothing is leased, nothing is marked: it stays due."""
    desk = FakeDesk(3)

    assert await sweep(desk, FakePost(is_away=True)) == {}
    assert (len(desk.due), desk.begun) == (3, [])


async def test_an_outage_in_the_middle_ends_the_sweep_and_gives_leases_back() -> None:
    """Those in flight are put back; those only leased are released; none is lost."""
    desk = FakeDesk(CLAIM_SIZE)
    post = FakePost({f"message-{number}": Outcome.AWAY for number in range(CLAIM_SIZE)})

    tally = await sweep(desk, post)

    assert tally[Outcome.AWAY] <= IN_FLIGHT
    assert len(desk.settled) + len(desk.released) == CLAIM_SIZE


async def test_one_bad_message_does_not_stop_the_others() -> None:
    """A row that can't be read, an address that can't be opened, a refused recipient: each fails alone."""
    desk = FakeDesk(5)
    desk.due.insert(1, Claim("practice-1", "message-broken", "claim-1"))
    desk.kept_back = {"message-4"}
    post = FakePost({"message-1": Outcome.REFUSED})

    tally = await sweep(desk, post, FakeWriter(unreadable="message-2"))

    assert tally == {Outcome.ACCEPTED: 2, Outcome.REFUSED: 1, Outcome.PUT_OFF: 1}
    assert desk.settled["message-2"] == (Outcome.PUT_OFF, Reason.NOT_RENDERED)
    assert sorted(post.taken) == ["message-0", "message-1", "message-3"]


async def test_stopping_lets_the_mails_in_flight_end() -> None:
    """Cancelled in the middle: what was handed over is settled, the rest is given back."""
    desk, post = FakeDesk(CLAIM_SIZE), FakePost()
    post.gate.clear()
    running = asyncio.create_task(sweep(desk, post))
    await post.is_full.wait()

    running.cancel()
    await asyncio.sleep(0)
    post.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert IN_FLIGHT == len(desk.settled) == len(post.taken)
    assert len(desk.released) == CLAIM_SIZE - IN_FLIGHT


async def test_a_sender_that_slept_after_sending_hands_over_no_more() -> None:
    """Another replica may have called the outcome unknown meanwhile: the mail must not leave late."""
    desk, post = FakeDesk(1), FakePost()
    times = iter([NOW, NOW, NOW, NOW + STALE_AFTER, NOW + STALE_AFTER, NOW + STALE_AFTER])

    await send_due_messages(
        desk=desk, writer=FakeWriter(), post=post, clock=lambda: next(times, NOW + STALE_AFTER), jitter=lambda: 0.5
    )

    assert (post.taken, [outcome for outcome, _ in desk.settled.values()]) == ([], [Outcome.PUT_OFF])
