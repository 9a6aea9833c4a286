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


def scope_of(action: str) -> Scope | None:
    """Return the scope an action of the policies needs; None for what no proxy may do."""
    if action.startswith(("appointment.", "wish.", "offer.")):
        return Scope.APPOINTMENTS
    return Scope.PARTICULARS if action == "client.read" else None


def is_hidden_from(appointment: Appointment, *, own_client_id: str) -> bool:
    """Tell whether somebody who acts for others only must not see it; own_client_id is who they themselves are."""
    return appointment.is_confidential and own_client_id not in appointment.client_ids
