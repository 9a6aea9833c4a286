"""Starts processes that die with their parent, and finds and ends those of a root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.places import ROOT_VARIABLE, Root

_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
"""
The one thread that starts children.

Linux sends the parent-death signal when the *thread* that started the child ends,
so a child started from a short-lived thread would be stopped with it.
"""


def spawn(
    command: Sequence[str | Path],
    *,
    root: Root,
    env: Mapping[str, str],
    log: Path,
    death_signal: signal.Signals = signal.SIGTERM,
    as_user: str | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """
    Start *command* in its own process group, writing to *log*, for as long as we live.

    Args:
        death_signal: Sent by the kernel if this process dies without stopping its children.
        as_user: A user to become first; only root may ask for one.
    """
    leash = ["setpriv", f"--pdeathsig={death_signal.name.removeprefix('SIG')}"]
    if as_user is not None:
        leash += [f"--reuid={as_user}", f"--regid={as_user}", "--init-groups"]
    if shutil.which("setpriv") is None:
        raise SystemExit("setpriv (Debian package util-linux) is missing: children would outlive a crash")

    def start() -> subprocess.Popen[bytes]:
        with open(log, "ab") as output:
            return subprocess.Popen(
                [*leash, *command],
                env={**env, ROOT_VARIABLE: str(root.path)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=cwd,
            )

    return _spawner.submit(start).result()


def stop(pids: Sequence[int], *, first: signal.Signals = signal.SIGTERM, grace_s: float = 10.0) -> list[int]:
    """Ask every process group to end, and end by force what is left after the grace; returns those forced."""
    for pid in pids:
        _signal_group(pid, first)
    deadline = time.monotonic() + grace_s
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        _signal_group(pid, signal.SIGKILL)
    while any(is_alive(pid) for pid in left):
        time.sleep(0.02)
    return left


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended but was not yet waited for does not."""
    return identity(pid) is not None


def identity(pid: int) -> tuple[int, int] | None:
    """The process id with its start time, which together never name another process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else (pid, int(fields[19]))


def marked(root_path: Path) -> list[int]:
    """Processes that were started for the root, by the mark in their environment; not this one."""
    mark = f"{ROOT_VARIABLE}={root_path}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if is_alive(pid)]


def _signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the group led by *pid*, or the one process where it leads none."""
    try:
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return
