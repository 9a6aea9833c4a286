"""Remembers what a request id was answered, so that a retry is safe."""

from __future__ import annotations

from services.chassis.db.envelope import RequestAnswer
from services.chassis.db.pool import Connection

KEEP_DAYS = 14
"""Days an answer is kept. A client that retries later starts a new request."""

SWEEP_ROWS = 10_000
"""Rows one sweep deletes at most, to keep its transaction short."""


async def find_answer(conn: Connection, practice_id: str, request_id: str) -> RequestAnswer | None:
    """
    Look up what *request_id* was answered.

    Danger: compare `method` and `body_hash` before giving the answer out, and let the hash cover the
    actor; a request id alone is not a secret.
    """
    found = await conn.execute(
        "select method, body_hash, response from requests where practice_id = %s and request_id = %s",
        (practice_id, request_id),
    )
    row = await found.fetchone()
    if row is None:
        return None
    return RequestAnswer(request_id, method=row[0], body_hash=bytes(row[1]), response=bytes(row[2]))


async def sweep_requests(conn: Connection) -> int:
    """Delete answers older than KEEP_DAYS, at most SWEEP_ROWS of them."""
    found = await conn.execute("select requests_sweep(make_interval(days => %s), %s)", (KEEP_DAYS, SWEEP_ROWS))
    row = await found.fetchone()
    return int(row[0]) if row else 0
