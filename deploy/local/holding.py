"""Lets one program at a time run a root's suite or its tests."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import Root


@dataclass(frozen=True, slots=True)
class Hold:
    """A lock the kernel lets go of when its holder ends, however it ends."""

    descriptor: int

    def release(self) -> None:
        """Let the next one in."""
        os.close(self.descriptor)


def hold(root: Root, what: str) -> Hold:
    """Become the one that runs *what*, or stop with the holder's process id."""
    descriptor = os.open(lock_file(root, what), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder_pid = os.pread(descriptor, 20, 0).decode().strip()
        os.close(descriptor)
        raise SystemExit(
            f"The {what} of {root.path} runs already (process {holder_pid}); `make down` stops it."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return Hold(descriptor)


def holder(root: Root, what: str) -> int | None:
    """The process that holds it now."""
    try:
        descriptor = os.open(lock_file(root, what), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(descriptor, 20, 0) or b"0") or None
    finally:
        os.close(descriptor)
    return None


def lock_file(root: Root, what: str) -> Path:
    """Beside the root, so that deleting a root never deletes a lock that is held."""
    root.path.parent.mkdir(exist_ok=True)
    return root.path.with_name(f"{root.name}.{what}.lock")
