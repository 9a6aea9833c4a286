"""Offers, follow-ups, nudges: said while they stand, whatever order the events come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, permutations

from services.notifications.domain.channel import About
from services.notifications.domain.matter import Matter, MatterReport, matter_objection
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.message import State as MessageState
from services.notifications.domain.workflow import Trigger
from services.notifications.usecases.follow_matters import Dossier, follow_matters

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MADE = MatterReport(
    practice_id="practice-1",
    matter_id="offer-1",
    about=About.OFFER,
    client_id="client-1",
    version=1,
    is_open=True,
    trigger=Trigger.OFFER_MADE,
    start_time=NOW + timedelta(days=1),
    end_time=NOW + timedelta(minutes=30),
)
ACCEPTED = replace(MADE, version=2, is_open=False, trigger=None, end_time=MADE.start_time)
TAKEN = replace(ACCEPTED, trigger=Trigger.OFFER_TAKEN)


@dataclass
class Shelf:
    """The store's promises in memory."""

    known: Matter | None = None
    messages: dict[tuple[int, Kind, str], Message] = field(default_factory=dict)

    async def read(self, reports: Sequence[MatterReport]) -> Dossier:
        """Return what is known."""
        if self.known is None:
            return Dossier()
        key = (self.known.practice_id, self.known.matter_id)
        waiting = [message for message in self.messages.values() if message.state is MessageState.PLANNED]
        return Dossier({key: self.known}, {key: waiting})

    async def save(
        self, matters: Sequence[Matter], *, changed: Sequence[tuple[str, Message]], new: Sequence[tuple[str, Message]]
    ) -> None:
        """Keep all of it."""
        [self.known] = matters
        for _, message in changed:
            self.messages[message.appointment_version, message.kind, message.step] = message
        for _, message in new:
            self.messages.setdefault((message.appointment_version, message.kind, message.step), message)

    def fates(self) -> set[tuple[int, Kind, MessageState, Reason | None]]:
        """Return what became of each message."""
        return {
            (message.appointment_version, message.kind, message.state, message.reason)
            for message in self.messages.values()
        }


async def told(*reports: MatterReport, together: bool = False) -> Shelf:
    """Take the reports in, one by one or all at once."""
    shelf, ids = Shelf(), count()
    for batch in [list(reports)] if together else [[report] for report in reports]:
        await follow_matters(batch, matters=shelf, at=NOW, new_id=lambda: f"message-{next(ids)}")
    return shelf


async def test_an_offer_is_said_at_once_and_until_it_runs_out() -> None:
    """Not a minute longer: the slot is somebody else's then."""
    shelf = await told(MADE)
    [message] = shelf.messages.values()

    assert (message.kind, message.due_time, message.about) == (Kind.OFFER, NOW, About.OFFER)
    assert shelf.known is not None
    assert matter_objection(message, shelf.known, at=MADE.end_time - timedelta(seconds=1)) is None
    assert matter_objection(message, shelf.known, at=MADE.end_time) is Reason.TOO_LATE


async def test_nobody_is_told_of_an_offer_that_is_gone() -> None:
    """Answered, or taken by somebody else, before it was sent; heard of in any order, once or twice."""
    for life in ((MADE, ACCEPTED), (MADE, TAKEN)):
        fates = {
            frozenset((await told(*order, together=together)).fates())
            for order in permutations((*life, life[0]))
            for together in (False, True)
        }

        [only] = fates
        states = {(kind, state) for _, kind, state, _ in only}
        assert (Kind.OFFER, MessageState.SUPPRESSED) in states
        assert ((Kind.OFFER_TAKEN, MessageState.PLANNED) in states) is (life[1] is TAKEN)


async def test_the_next_occurrence_of_a_nudge_silences_the_one_before() -> None:
    """After an outage one is said, not all that were missed."""
    first = replace(
        MADE, matter_id="nudge-1", about=About.NUDGE, trigger=Trigger.MEDICATION, end_time=NOW + timedelta(hours=12)
    )

    shelf = await told(first, replace(first, version=2))

    assert shelf.fates() == {
        (1, Kind.MEDICATION, MessageState.SUPPRESSED, Reason.MATTER_CLOSED),
        (2, Kind.MEDICATION, MessageState.PLANNED, None),
    }
