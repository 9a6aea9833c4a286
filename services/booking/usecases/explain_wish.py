"""Says what booking would answer a client who asks for a start the ledger offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import uuid_utils

from services.booking.domain.appointment import Appointment, book
from services.booking.domain.policy import PracticeRules
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.ports import Rules, Wish
from services.booking.usecases.series_ports import Refused, SeriesLedger
from services.chassis.context import Call


class Explains(Protocol):
    """Looks at what a booking must not break, and locks nothing."""

    async def explain(
        self, call: Call, wanted: Appointment, rules: PracticeRules, *, is_staff: bool
    ) -> tuple[list[str], Sequence[str]]:
        """Return the reasons a booking would be refused with, and its warnings."""


async def explain_wish(
    wish: Wish, call: Call, *, ledger: SeriesLedger, gates: Explains, rules: Rules, at: datetime
) -> tuple[Sequence[str], Sequence[str]]:
    """
    Return the stable reasons a booking would be refused with, and its warnings.

    The ledger is asked where the session would take place; of a client who is somewhere else then it says so.
    """
    appointment_id = str(uuid_utils.uuid7())
    [slot] = await ledger.check_many([(appointment_id, wish)], call)
    if isinstance(slot, Refused):
        return [slot.error.reason], ()
    wanted, _ = book(
        practice_id=call.practice_id,
        appointment_id=appointment_id,
        client_id=wish.client_id,
        slot=slot,
        actor_id=call.actor.actor_id,
        at=at,
    )
    return await gates.explain(call, wanted, await rules.of_call(call), is_staff=is_staff(call.actor))
