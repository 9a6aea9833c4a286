"""Asks owners for their word on holds and moves that are past their time."""

from __future__ import annotations

from services.availability.usecases.ports import Claims

BATCH = 500
"""Claims asked about in one transaction."""


async def announce_lapsed_claims(*, claims: Claims) -> None:
    """Ask about every claim that is due; each is asked about again, ever less often, until its owner answers."""
    while await claims.announce_due(limit=BATCH) == BATCH:
        pass
