"""Names the booking service to the chassis."""

from __future__ import annotations

SERVICE = "booking"
"""Is the service's name: its database is kept_booking, its exchange booking.events."""

NEIGHBOUR = "availability"
"""Is the one service that booking calls."""
