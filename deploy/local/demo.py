"""Starts the suite with a made-up practice, walks through the main job, and stays up."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

from deploy.local.containers import Containers
from deploy.local.places import LOCAL, PYTHON, REPO, ROOT_VARIABLE, Root
from deploy.local.suite import Suite

STORY = "deploy.local.story"
LOAD = "deploy.local.load_examples"


def main(arguments: list[str]) -> int:
    """Start, load, walk; then serve until stopped, or leave with the walk's result if only checking."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="stop after the walk and exit with its result")
    parser.add_argument("--root", default="demo", help="the folder under .local that everything lives in")
    parser.add_argument("--image", help="run every process in a container of this image")
    parser.add_argument("--engine", default="docker", help="what runs containers, with docker's command line")
    options = parser.parse_args(arguments)
    containers = Containers(options.engine, options.image) if options.image else None
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: interrupt(stopped, number, frame))
    started = time.monotonic()
    suite = Suite(Root(options.root), log_format="text", has_console=True, containers=containers)
    if suite.console is not None:
        suite.console.only_trouble = True
    try:
        suite.start()
        print(f"\nEvery process is ready after {time.monotonic() - started:.1f} s.\n", flush=True)
        status = run_if_present(LOAD, suite) or run_if_present(STORY, suite)
        if not options.check:
            serve(suite, stopped, walk_status=status)
            status = 0
    except KeyboardInterrupt:
        status = 130
    except TimeoutError as error:
        print(f"\n{error}", file=sys.stderr)
        status = 1
    finally:
        suite.stop(with_stack=True)
    return status


def interrupt(stopped: threading.Event, number: int, frame: FrameType | None) -> None:
    """End the wait; a start or a walk that is still going on is broken off."""
    if not stopped.is_set():
        stopped.set()
        raise KeyboardInterrupt


def run_if_present(module: str, suite: Suite) -> int:
    """Run a step that talks to the suite from outside, as a person's browser would."""
    if importlib.util.find_spec(module) is None:
        return 0
    environment = os.environ | {"KEPT_SUITE_FILE": str(suite.root.suite_file), ROOT_VARIABLE: str(suite.root.path)}
    command = ["setpriv", "--pdeathsig=TERM", str(PYTHON), "-m", module]
    return subprocess.run(command, cwd=REPO, env=environment, check=False).returncode


def serve(suite: Suite, stopped: threading.Event, *, walk_status: int) -> None:
    """Say where things are, then show the logs until Ctrl-C or `make down`."""
    ending = "The walk went through." if walk_status == 0 else f"The walk failed (exit {walk_status}); see above."
    folder = suite.root.path.relative_to(LOCAL.parent)
    print(
        f"\n{ending}\n\n"
        f"  Gateway    {suite.gateway_url}\n"
        f"  API docs   {suite.gateway_url}/docs\n"
        f"  Sent       http://{suite.address('mail-sink.page')}/ (every mail and text; text back there)\n"
        f"  Mail       {folder}/mail/*.eml\n"
        f"  Logs       {folder}/logs/*.log, and below\n"
        f"  State      {folder}/suite.json (addresses, process ids, database URLs)\n\n"
        f"  Stop       Ctrl-C here, or `make down` in another terminal\n",
        flush=True,
    )
    if suite.console is not None:
        suite.console.only_trouble = False
    try:
        stopped.wait()
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
