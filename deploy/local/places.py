"""Names the directories of a checkout and of one running stack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
LOCAL = REPO / ".local"
VENV = REPO / ".venv"
PYTHON = VENV / "bin" / "python"
PROTOS = REPO / "protos"
GENERATED = PROTOS / "generated"

ROOT_VARIABLE = "KEPT_LOCAL_ROOT"
"""
Marks every process that was started for a root, through all its descendants.

`make down` finds leftovers by it: a process that lost it would be left running.
"""


@dataclass(frozen=True, slots=True)
class Root:
    """One stack's home: `demo` and `test` live side by side and never meet."""

    name: str

    @property
    def path(self) -> Path:
        """Everything this stack writes, but for a PostgreSQL that can't reach it."""
        return LOCAL / self.name

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        """One folder a service, holding only what that service needs."""
        return self.path / "keys"

    @property
    def mail(self) -> Path:
        """Every mail the suite sent, one .eml file each."""
        return self.path / "mail"

    @property
    def stack_file(self) -> Path:
        """Ports, passwords and process ids of PostgreSQL, RabbitMQ and Redis."""
        return self.path / "stack.json"

    @property
    def suite_file(self) -> Path:
        """Addresses and process ids of the suite."""
        return self.path / "suite.json"

    def make(self) -> None:
        """Create the folders, closed to other users unless PostgreSQL has to pass."""
        for folder in (self.path, self.logs, self.mail):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replace *path* in one step by a file only this user may read."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
