"""Keeps archived objects as files; the storage below must be one that nobody rewrites."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from services.audit.usecases.retention_ports import ArchiveRefused
from services.chassis import errors


class FileArchive:
    """
    A folder, for single machines and for WORM mounts.

    Danger: a plain folder is as safe as its root user: files are read-only and never opened for writing again, and
    beside each stands until when it must be kept, but only write-once storage enforces it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        """Return where it is."""
        return f"file:{self._folder}"

    async def put(self, name: str, data: bytes, *, retain_until: datetime) -> None:
        """Store a file, on disk before this returns; the same bytes again change nothing. Raises ArchiveRefused."""
        await asyncio.to_thread(self._put, name, data, retain_until)

    async def get(self, name: str) -> bytes | None:
        """Return a file's bytes, or None."""
        return await asyncio.to_thread(self._get, name)

    def _put(self, name: str, data: bytes, retain_until: datetime) -> None:
        known = self._get(name)
        if known == data:
            return
        if known is not None:
            raise ArchiveRefused(f"{name} is there already, and is another")
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path.with_name(f"{path.name}.retain"), f"{retain_until.isoformat()}\n".encode())
            _write(path, data)
        except OSError as error:
            raise errors.Unavailable("The archive can't be written.", dependency="archive") from error

    def _get(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise errors.Unavailable("The archive can't be read.", dependency="archive") from error


def _write(path: Path, data: bytes) -> None:
    """Write under another name first: a process that is killed leaves no half of a file under the right one."""
    draft = path.with_name(f"{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o444)
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
