"""Says what booking does when it hears of something."""

from __future__ import annotations

from datetime import UTC
from typing import Protocol

from kept.audit.v1 import retention_events_pb2
from kept.availability.v1 import availability_events_pb2, availability_pb2

from services.booking.domain.absence import Fate, Need
from services.booking.usecases.absence_ports import AbsenceStore, Case
from services.booking.usecases.answer_lapsed_hold import AskGroups, KeepsTime, ToOffers, answer_lapsed_hold
from services.booking.usecases.erase_client import Registry, erase_client
from services.booking.usecases.follow_ledger_answer import follow_ledger_answer
from services.booking.usecases.open_absence_case import open_absence_case, withdraw_hit_options
from services.booking.usecases.ports import Appointments, Clock, Ledger
from services.booking.usecases.waitlist_ports import WaitlistLedger, WaitlistStore
from services.booking.usecases.work_openings import withdraw_opening
from services.chassis.context import Call


class WholeLedger(Ledger, WaitlistLedger, Protocol):
    """Is the ledger with all that reactions need of it."""


class Reactions:
    """Answers the events booking listens to."""

    def __init__(
        self,
        *,
        appointments: Appointments,
        ledger: WholeLedger,
        clock: Clock,
        keeps_time: KeepsTime,
        to_offers: ToOffers,
        waitlist: WaitlistStore,
        absences: AbsenceStore,
        ask_groups: AskGroups,
        registry: Registry,
    ) -> None:
        self._absences = absences
        self._ask_groups = ask_groups
        self._registry = registry
        self._to_offers = to_offers
        self._waitlist = waitlist
        self._appointments = appointments
        self._ledger = ledger
        self._clock = clock
        self._keeps_time = keeps_time

    async def on_hold_lapsed(self, event: availability_events_pb2.HoldLapsed, call: Call) -> None:
        """Tell the ledger whether the lapsed time is still wanted."""
        await answer_lapsed_hold(
            event.claim_id,
            event.version,
            event.is_move,
            call,
            appointments=self._appointments,
            ledger=self._ledger,
            clock=self._clock,
            keeps_time=self._keeps_time,
            to_offers=self._to_offers,
            ask_groups=self._ask_groups,
        )

    async def on_erasure_ordered(self, event: retention_events_pb2.ClientErasureOrdered, call: Call) -> None:
        """Destroy the client's key; the order says that two persons agreed."""
        await erase_client(event, call, registry=self._registry, clock=self._clock)

    async def on_absence_item_answered(self, event: availability_events_pb2.AbsenceItemAnswered, call: Call) -> None:
        """State here what the desk stated by hand in the ledger; late or doubled, its fate is stated already."""
        fate = Fate(availability_pb2.AbsenceItemEnd.Name(event.end).removeprefix("ABSENCE_ITEM_END_"))
        await follow_ledger_answer(
            event.absence_id, event.claim_id, fate, call, store=self._absences, clock=self._clock
        )

    async def on_absence_started(self, event: availability_events_pb2.AbsenceStarted, call: Call) -> None:
        """
        Open the case of whom it hits, and offer nobody a slot that its therapist can't keep.

        Late or doubled, the case is there and nobody is offered any.
        """
        at, from_time, to_time = self._clock(), event.start_time.ToDatetime(UTC), event.end_time.ToDatetime(UTC)
        case = Case(event.absence_id, event.therapist_id, from_time, to_time, create_time=at)
        needs = {
            each.claim_id: Need(each.is_high_need, each.is_crisis, load_weight=each.load_weight) for each in event.needs
        }
        await open_absence_case(case, event.claim_ids, needs, call, store=self._absences)
        await withdraw_hit_options(event.therapist_id, from_time, to_time, call, store=self._absences, at=at)
        found = await self._waitlist.openings_hit(
            call,
            event.therapist_id,
            from_time=from_time,
            to_time=to_time,
        )
        for each in found:
            await withdraw_opening(each, "ABSENCE", call, store=self._waitlist, ledger=self._ledger, at=at)
