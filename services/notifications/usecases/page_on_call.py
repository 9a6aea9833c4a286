"""Pages whoever is on call about crisis flags that no human has taken over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome
from services.notifications.domain.page import PRESSING, OnCallContact, after_round, called
from services.notifications.usecases.send_due_messages import Letter

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 16
"""Pages leased in one turn; what is over waits for the next second."""


@dataclass(frozen=True, slots=True)
class DuePage:
    """A leased page with everybody who could be paged about it."""

    practice_id: str
    flag_id: str
    round_number: int
    contacts: Sequence[OnCallContact]
    topic: str = "page"
    """What it is about: the name of its template."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to reach one contact."""

    contact_id: str
    outcome: Outcome


class Pages(Protocol):
    """The pages of all practices."""

    async def claim(self, most: int, *, at: datetime) -> Sequence[DuePage]:
        """Lease due pages; one whose replica dies is due again when the lease ends."""

    async def settle(
        self, page: DuePage, deliveries: Sequence[Delivery], *, round_number: int, next_time: datetime, at: datetime
    ) -> None:
        """Store the tries and when to page next, unless a human took over meanwhile."""


class Writer(Protocol):
    """Writes pages."""

    def write(self, page: DuePage, contact: OnCallContact, *, at: datetime) -> Letter:
        """Say that somebody is needed, and no more."""


class Post(Protocol):
    """Hands mails to the mail server."""

    async def deliver(self, letter: Letter) -> Delivered:
        """Hand it over; whatever happens is an outcome."""


async def page_on_call(*, pages: Pages, writer: Writer, post: Post, clock: Callable[[], datetime]) -> int:
    """
    Page about everything that is due, at any hour, and return how many pages went out.

    At least once: the tries are stored after they were made, so a crash between says a round twice, never not at all.
    """
    due = await pages.claim(MOST_AT_ONCE, at=clock())
    return sum(await asyncio.gather(*(_page(each, pages, writer, post, clock) for each in due)))


async def _page(page: DuePage, pages: Pages, writer: Writer, post: Post, clock: Callable[[], datetime]) -> int:
    contacts = called(page.contacts, round_number=page.round_number)
    if not contacts and page.topic in PRESSING:
        log.error("page.nobody_on_call", practice_id=page.practice_id, flag_id=page.flag_id)

    async def reach(contact: OnCallContact) -> Delivery:
        try:
            outcome = (await post.deliver(writer.write(page, contact, at=clock()))).outcome
        except Exception as error:
            # Whatever is wrong with one contact must not keep the others from being paged.
            log.error("page.crashed", flag_id=page.flag_id, error_type=type(error).__name__)
            outcome = Outcome.UNKNOWN
        return Delivery(contact.contact_id, outcome)

    deliveries = await asyncio.gather(*(reach(contact) for contact in contacts))
    at = clock()
    outcomes = [each.outcome for each in deliveries]
    round_number, next_time = after_round(page.round_number, outcomes, at=at)
    await pages.settle(page, deliveries, round_number=round_number, next_time=next_time, at=at)
    return outcomes.count(Outcome.ACCEPTED)
