"""Looks, before somebody is asked, whether they could have the slot."""

from __future__ import annotations

from services.booking.adapters.gates import is_gated, judge, lock_gates
from services.booking.adapters.rules import PostgresRules
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.chassis.context import Call


class OfferGates:
    """Asks the practice's rules of an appointment that may come to be."""

    def __init__(self, rules: PostgresRules) -> None:
        self._rules = rules

    async def refusal(self, call: Call, wanted: Appointment) -> str:
        """Return why a client could not book it, as a reason; "" when they could."""
        async with call.tx() as conn:
            rules = await self._rules.of_call(call)
            if not rules.version or not is_gated(wanted, rules):
                return ""
            await lock_gates(conn, [(wanted, rules)])
            try:
                await judge(conn, wanted, rules, is_staff=True)
            except errors.Gate as refusal:
                return refusal.reason
        return ""
