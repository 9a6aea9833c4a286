"""Who is paged in which round, and that nothing but a human ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.notifications.domain.contact import Locale
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome
from services.notifications.domain.page import LAST_GAP, SOON, OnCallContact, after_round, called
from services.notifications.usecases.page_on_call import Delivery, DuePage, page_on_call
from services.notifications.usecases.send_due_messages import Letter

NOW = datetime(2026, 3, 3, 3, tzinfo=UTC)


def contact(level: int, *, name: str = "", is_active: bool = True) -> OnCallContact:
    """Somebody of that level."""
    return OnCallContact(name or f"contact-{level}", level, f"level.{level}@example.com", Locale.EN, is_active)


class Shelf:
    """One page in memory."""

    def __init__(self, contacts: Sequence[OnCallContact]) -> None:
        self.contacts = contacts
        self.round_number = 0
        self.next_time = NOW
        self.tries: list[tuple[int, str, Outcome]] = []

    async def claim(self, most: int, *, at: datetime) -> list[DuePage]:
        """Lease it if it is due."""
        is_due = most > 0 and self.next_time <= at
        return [DuePage("practice-1", "flag-1", self.round_number, self.contacts)] if is_due else []

    async def settle(
        self, page: DuePage, deliveries: Sequence[Delivery], *, round_number: int, next_time: datetime, at: datetime
    ) -> None:
        """Store."""
        self.tries += [(page.round_number, each.contact_id, each.outcome) for each in deliveries]
        self.round_number, self.next_time = round_number, next_time


class Writer:
    """Writes the address on it, or breaks."""

    def write(self, page: DuePage, contact: OnCallContact, *, at: datetime) -> Letter:
        """Break for who is called broken."""
        if contact.contact_id == "broken":
            raise ValueError("this address can't be written")
        return Letter("from@example.com", contact.email, page.flag_id.encode())


class Post:
    """Answers as told."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.recipients: list[str] = []

    async def deliver(self, letter: Letter) -> Delivered:
        """Take the next answer, in the end always yes."""
        self.recipients.append(letter.recipient)
        return Delivered(self.outcomes.pop(0) if self.outcomes else Outcome.ACCEPTED)


async def rounds(shelf: Shelf, post: Post, *, seconds: int) -> list[tuple[int, int]]:
    """Look every second; return when a look paged, in seconds, and how many it reached."""
    looks = []
    for second in range(seconds + 1):
        at = NOW + timedelta(seconds=second)
        before = len(post.recipients)
        reached = await page_on_call(pages=shelf, writer=Writer(), post=post, clock=lambda at=at: at)  # type: ignore[misc]
        if len(post.recipients) > before:
            looks.append((second, reached))
    return looks


async def test_a_page_is_said_again_after_2_5_and_10_minutes_to_more_people_each_time() -> None:
    """Acceptance check 24, the paging half: at three at night, level by level, and then every ten minutes."""
    shelf, post = Shelf([contact(1), contact(2), contact(3)]), Post()

    looks = await rounds(shelf, post, seconds=1800)

    assert looks == [(0, 1), (120, 2), (300, 3), (600, 3), (1200, 3), (1800, 3)]


async def test_a_round_that_reached_nobody_is_said_again_within_seconds() -> None:
    """Away, refused or unknown: each counts as nobody reached; the round does not move on, and the wait is short."""
    shelf, post = Shelf([contact(1)]), Post(Outcome.AWAY, Outcome.REFUSED, Outcome.UNKNOWN)

    looks = await rounds(shelf, post, seconds=200)

    assert looks == [(0, 0), (10, 0), (20, 0), (30, 1), (150, 1)]


async def test_one_broken_contact_keeps_nobody_else_from_being_paged() -> None:
    """What can't be written to one is written to the other."""
    shelf, post = Shelf([contact(1, name="broken"), contact(1)]), Post()

    assert await rounds(shelf, post, seconds=0) == [(0, 1)]
    assert shelf.tries == [(0, "broken", Outcome.UNKNOWN), (0, "contact-1", Outcome.ACCEPTED)]


async def test_a_flag_nobody_is_on_call_for_stays_due() -> None:
    """It is tried every few seconds, so whoever is put on call next is paged at once."""
    shelf, post = Shelf([]), Post()
    await rounds(shelf, post, seconds=0)
    shelf.contacts = [contact(3)]

    assert await rounds(shelf, post, seconds=int(SOON.total_seconds())) == [(10, 1)]


def test_an_unstaffed_first_level_is_passed_over() -> None:
    """Only level 3 is there, or level 1 is off: the lowest that is there is paged at once."""
    assert called([contact(3)], round_number=0) == [contact(3)]
    assert called([contact(1, is_active=False), contact(2)], round_number=0) == [contact(2)]
    assert called([], round_number=0) == []


def test_no_round_is_the_last() -> None:
    """However often it was said, there is a next time."""
    assert after_round(500, [Outcome.ACCEPTED], at=NOW) == (501, NOW + LAST_GAP)
