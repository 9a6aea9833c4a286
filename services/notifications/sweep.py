"""Sends what is due at a given moment, once: a look ahead for development machines."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

import uvloop

from services.chassis import logs
from services.chassis.config import read_config
from services.notifications.bootstrap import bootstrap


async def sweep(at: datetime) -> None:
    """Send as if it were *at* now: every check at send time is made against that moment."""
    parts = await bootstrap(read_config("notifications"))
    try:
        await parts.send(lambda: at)
    finally:
        for close in parts.closers:
            await close()
        await parts.database.close()


def main() -> int:
    """Run `python -m services.notifications.sweep --at 2030-03-04T15:00:00+00:00`."""
    parser = argparse.ArgumentParser(description="Sends what is due at a given moment, once.")
    parser.add_argument("--at", type=datetime.fromisoformat, required=True, help="RFC 3339, with an offset")
    at = parser.parse_args().at
    if at.tzinfo is None:
        sys.stderr.write("sweep: --at needs an offset, for example +00:00\n")
        return 2
    logs.configure(service="notifications", process="sweep", style="text", level="warning")
    uvloop.run(sweep(at))
    return 0


if __name__ == "__main__":
    sys.exit(main())
