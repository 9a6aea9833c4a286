"""Holds who may act for a client, and what they must not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.booking.domain.appointment import Appointment

PROXIES_MAX = 10
"""People who may act for one client at most."""

PROXY_YEARS_MAX = 20
"""Years a proxy may hold at most: a childhood."""


class Scope(StrEnum):
    """What a proxy may do."""

    APPOINTMENTS = "APPOINTMENTS"
    PARTICULARS = "PARTICULARS"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Is somebody, themselves in the registry, who may act for a client until a time."""

    client_id: str
    proxy_client_id: str
    scopes: tuple[Scope, ...]
    expire_time: datetime


def scopes_of(action: str) -> tuple[Scope, ...]:
    """
    Return the scopes that allow an action of the policies, any of which is enough; none for what no proxy may do.

    Whoever may act for a client at all may say that they are in danger.
    """
    if action == "crisis.raise":
        return tuple(Scope)
    if action.startswith(("appointment.", "wish.", "offer.", "match.", "intake.", "proposal.")):
        return (Scope.APPOINTMENTS,)
    if action == "client.read" or action.startswith(("form.", "screening.answer")):
        return (Scope.PARTICULARS,)
    return ()


def is_hidden_from(appointment: Appointment, *, own_client_id: str) -> bool:
    """Tell whether somebody who acts for others only must not see it; own_client_id is who they themselves are."""
    return appointment.is_confidential and own_client_id not in appointment.client_ids
