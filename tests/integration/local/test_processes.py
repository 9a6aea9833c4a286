"""Children of the supervisor: they die with it, and stop when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.places import ROOT_VARIABLE, Root

pytestmark = pytest.mark.integration

SLEEP = ["sleep", "60"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()",
]
PARENT = """
import os, sys
from pathlib import Path
from deploy.local import processes
from deploy.local.places import Root
child = processes.spawn(["sleep", "60"], root=Root("unused"), env=dict(os.environ), log=Path(sys.argv[1]))
print(child.pid, flush=True)
while Path(f"/proc/{child.pid}/comm").read_text().strip() != "sleep":
    pass  # the kernel knows whom to tell only once the child has said so
os.kill(os.getpid(), 9)
"""


def until(condition: object, *, timeout_s: float = 10) -> bool:
    """Whether *condition* came true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.02)
    return bool(condition())  # type: ignore[operator]


def test_a_supervisor_killed_without_warning_leaves_no_child(tmp_path: Path) -> None:
    """The kernel tells the children, since the supervisor no longer can."""
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], capture_output=True, text=True, check=False
    )

    child_pid = int(parent.stdout)

    assert parent.returncode == -signal.SIGKILL
    assert until(lambda: not processes.is_alive(child_pid))


def test_a_process_that_ignores_the_request_is_ended_after_the_grace(tmp_path: Path) -> None:
    """It is also named, so that the supervisor can say so."""
    log = tmp_path / "log"
    child = processes.spawn(STUBBORN, root=Root("unused"), env=dict(os.environ), log=log)
    assert until(lambda: "up" in log.read_text())

    forced = processes.stop([child.pid], grace_s=0.2)

    assert [child.pid] == forced
    assert child.wait() == -signal.SIGKILL


def test_a_leftover_is_found_by_its_roots_mark(tmp_path: Path) -> None:
    """`make down` needs no file to find what a crash left behind."""
    root = Root(tmp_path.name)
    child = processes.spawn(SLEEP, root=root, env=dict(os.environ), log=tmp_path / "log")

    # While it becomes the program it was started for, its environment reads as empty.
    assert until(lambda: processes.marked(root.path) == [child.pid])
    processes.stop([child.pid])

    assert processes.marked(root.path) == []
    assert ROOT_VARIABLE not in os.environ


def test_a_process_id_alone_never_names_a_process(tmp_path: Path) -> None:
    """An id may be given out again; with its start time it can't."""
    first = processes.spawn(SLEEP, root=Root("unused"), env=dict(os.environ), log=tmp_path / "log")
    known = processes.identity(first.pid)

    processes.stop([first.pid])

    assert known is not None
    assert known != processes.identity(first.pid)
