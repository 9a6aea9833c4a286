"""Records what staff passed over, and why."""

from __future__ import annotations

from collections.abc import Sequence

import uuid_utils

from services.availability.domain.agenda import Passed
from services.chassis.db.pool import Connection

_RECORD = """
insert into cap_overrides (practice_id, override_id, claim_id, therapist_id, cap, cap_limit, reason, actor_id)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""

Override = tuple[str, str, str, Passed]
"""Practice id, claim id, actor id, and what was passed over."""


async def record(conn: Connection, overrides: Sequence[Override]) -> None:
    """Write overrides beside the claims they let in; none, no statement."""
    if not overrides:
        return
    rows = [
        (practice_id, str(uuid_utils.uuid7()), claim_id, each.therapist_id, each.cap, each.limit, each.reason, actor_id)
        for practice_id, claim_id, actor_id, each in overrides
    ]
    async with conn.cursor() as cursor:
        await cursor.executemany(_RECORD, rows)
