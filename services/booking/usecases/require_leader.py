"""Decides whether a therapist has to do with a group."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.context import Call
from services.chassis.errors import Forbidden


def require_leader(leader_ids: Sequence[str], call: Call) -> None:
    """
    Let the desk in, and therapists who lead.

    Danger: the policy lets every therapist ask. That they see their own groups alone is decided here.

    Raises:
        Forbidden: The therapist leads neither the group nor the session. (PERMISSION_DENIED)
    """
    if "front_desk" not in call.actor.roles and call.actor.therapist_id not in leader_ids:
        raise Forbidden("Only those who lead the group may.")
