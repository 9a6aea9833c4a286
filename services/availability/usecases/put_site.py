"""Creates or replaces a site."""

from __future__ import annotations

from services.availability.domain.wall import zone
from services.availability.usecases.ports import Directories, Site
from services.chassis.context import Call


async def put_site(site: Site, call: Call, *, directories: Directories) -> Site:
    """Store a site whose zone exists. Raises UnknownTimeZone."""
    zone(site.time_zone)
    await directories.put_site(call, site)
    return site
