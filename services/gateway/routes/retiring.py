"""Says of an operation that it will go: since when, until when, and what comes instead."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Request

from services.gateway.credentials import add_header


def retiring(*, since: datetime, until: datetime, successor: str) -> Any:
    """
    Return a dependency that says so with every answer; declare the route `deprecated=True` beside it.

    Args:
        since: When it became deprecated (RFC 9745).
        until: When it is gone at the earliest (RFC 8594); at least half a year later.
        successor: The path of what to use instead.

    Raises:
        ValueError: Half a year is not given.
    """
    if (until - since).days < NOTICE_D:
        raise ValueError("Front ends are given half a year.")
    said = (
        ("Deprecation", f"@{int(since.timestamp())}"),
        ("Sunset", format_datetime(until.astimezone(UTC), usegmt=True)),
        ("Link", f'<{successor}>; rel="successor-version"'),
    )

    def say(request: Request) -> None:
        for name, value in said:
            add_header(request, name, value)

    return Depends(say)


NOTICE_D = 180
"""Days between deprecation and removal at least."""
