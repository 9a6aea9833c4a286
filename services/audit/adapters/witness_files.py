"""Keeps the last checkpoint of each tree in files, away from the database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileWitness:
    """
    One file a practice, replaced by comparing with what stood there.

    Danger: this folder must not be restored together with the database; it is what a rollback is found against.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def last(self, practice_id: str) -> str:
        """Return the note, or an empty text."""
        path = self._folder / f"{practice_id}.checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def replace(self, practice_id: str, old: str, new: str) -> bool:
        """Put a new note in the place of *old*, on disk before this returns; False when another one stands there."""
        path = self._folder / f"{practice_id}.checkpoint"
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.last(practice_id) != old:
                return False
            draft = path.with_suffix(".draft")
            with draft.open("w", encoding="utf-8") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        return True
