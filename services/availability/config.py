"""Names the availability service to the chassis."""

from __future__ import annotations

SERVICE = "availability"
"""Is the service's name: its database is kept_availability, its exchange availability.events."""
