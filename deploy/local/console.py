"""Prints what the processes log, each line with the name of its process."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94, 91)
TROUBLE = re.compile(r"\b(warning|error|critical|Traceback|[A-Z]\w+Error)\b", re.IGNORECASE)
EVERY_S = 0.15


class Console:
    """
    Follows log files and prints new lines.

    The processes write straight to their files, so a slow terminal never slows them down
    and a supervisor that died leaves no broken pipe behind.
    """

    def __init__(self, folder: Path, names: Iterable[str], *, out: TextIO = sys.stdout) -> None:
        self._files = {name: folder / f"{name}.log" for name in names}
        self._offsets = dict.fromkeys(self._files, 0)
        self._width = max(len(name) for name in self._files)
        self._colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(self._files)}
        self._out = out
        self._has_colour = out.isatty()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.only_trouble = False
        """Whether lines without a warning or an error are left to the files."""

    def start(self) -> None:
        """Begin to follow, from the end of what is there."""
        self._stopped.clear()
        self._offsets = {name: path.stat().st_size if path.exists() else 0 for name, path in self._files.items()}
        threading.Thread(target=self._follow, name="console", daemon=True).start()

    def say(self, name: str, words: str) -> None:
        """Print one line under *name*."""
        prefix = name.ljust(self._width)
        if self._has_colour:
            prefix = f"\x1b[{self._colours.get(name, 1)}m{prefix}\x1b[0m"
        with self._lock:
            print(f"{prefix} | {words}", file=self._out, flush=True)

    def stop(self) -> None:
        """Print what is left, and follow no more."""
        self._stopped.set()
        self._print_new()

    def _follow(self) -> None:
        while not self._stopped.wait(EVERY_S):
            self._print_new()

    def _print_new(self) -> None:
        for name, path in self._files.items():
            for line in self._new_lines(name, path):
                if not self.only_trouble or TROUBLE.search(line):
                    self.say(name, line)

    def _new_lines(self, name: str, path: Path) -> list[str]:
        """Whole lines written since last time; half a line waits for its end."""
        try:
            size = path.stat().st_size
            with open(path, "rb") as file:
                offset = self._offsets[name] if self._offsets[name] <= size else 0
                file.seek(offset)
                found = file.read(1 << 20)
        except FileNotFoundError:
            return []
        whole = found[: found.rfind(b"\n") + 1]
        self._offsets[name] = offset + len(whole)
        return whole.decode("utf-8", "replace").splitlines()
