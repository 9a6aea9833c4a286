"""Says what booking does when it hears of something."""

from __future__ import annotations

from kept.availability.v1 import availability_events_pb2

from services.booking.usecases.answer_lapsed_hold import KeepsTime, answer_lapsed_hold
from services.booking.usecases.ports import Appointments, Clock, Ledger
from services.chassis.context import Call


class Reactions:
    """Answers the events booking listens to."""

    def __init__(self, *, appointments: Appointments, ledger: Ledger, clock: Clock, keeps_time: KeepsTime) -> None:
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
        )
