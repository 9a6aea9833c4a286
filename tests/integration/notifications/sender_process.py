"""A sender in a process of its own, so that a test can kill it in the middle of a letter."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from tests.integration.notifications.office import Office


async def main(database_url: str, keyring_path: str, smtp_url: str, at: str) -> None:
    """Sweep once at the given time."""
    database = await Database.connect(database_url, emitter="notifications/killed")
    office = Office(database, FileKeyring(Path(keyring_path)), smtp_url)
    office.at = datetime.fromisoformat(at)
    await office.sweep()
    await office.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
