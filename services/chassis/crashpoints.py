"""Places where a test may have this process killed, as a power cut would."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def _read(setting: str) -> tuple[str, int, Path] | None:
    """Read `name:count:marker`: die at the count-th time, once, as the marker file remembers."""
    name, _, rest = setting.partition(":")
    count, _, marker = rest.partition(":")
    return (name, int(count), Path(marker)) if name else None


_wanted = _read(os.environ.get("KEPT_CRASH_AT", ""))
_reached = 0


def reach(name: str) -> None:
    """Say that a boundary is reached; costs one comparison unless KEPT_CRASH_AT names it."""
    global _reached
    if _wanted is None or _wanted[0] != name:
        return
    _reached += 1
    if _reached >= _wanted[1] and not _wanted[2].exists():
        _wanted[2].touch()
        os.kill(os.getpid(), signal.SIGKILL)
