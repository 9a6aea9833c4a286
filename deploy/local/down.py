"""Stops every process that was started for this checkout."""

from __future__ import annotations

import os
import signal
import sys
import time

from deploy.local import holding, processes
from deploy.local.places import LOCAL, Root
from deploy.local.stack import Stack

HOLDERS = ("suite", "tests")
GRACE_S = 40.0


def main(arguments: list[str]) -> int:
    """Ask each root's supervisor to stop, then end what a crash left behind; with `--remove` delete the data too."""
    stopped = 0
    for root in sorted((Root(path.name) for path in LOCAL.glob("*") if path.is_dir()), key=lambda root: root.name):
        stopped += sum(ask_holder(root, what) for what in HOLDERS)
        stopped += stop_leftovers(root)
        if "--remove" in arguments:
            Stack(root).remove()
    print(f"down: {'everything is stopped' if stopped else 'nothing was running'}")
    return 0


def ask_holder(root: Root, what: str) -> int:
    """Send SIGTERM to the program that runs the root, and wait until it is through."""
    pid = holding.holder(root, what)
    if pid is None:
        return 0
    print(f"down: stopping the {what} of {root.path.name} (process {pid})", flush=True)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while holding.holder(root, what) == pid and time.monotonic() < deadline:
        time.sleep(0.1)
    if holding.holder(root, what) == pid:
        print(f"down: process {pid} did not stop within {GRACE_S:.0f} s and is killed", flush=True)
        os.kill(pid, signal.SIGKILL)
    return 1


def stop_leftovers(root: Root) -> int:
    """Stop servers and processes whose supervisor is gone."""
    stack = Stack(root)
    servers = [name for name in stack.record.running if stack.is_running(name)]
    if servers:
        print(f"down: stopping {', '.join(servers)} of {root.name}", flush=True)
        stack.stop()
    left = processes.marked(root.path)
    if left:
        print(f"down: stopping {len(left)} processes of {root.name} that had lost their supervisor", flush=True)
        processes.stop(left)
    return len(servers) + len(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
