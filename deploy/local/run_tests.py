"""Runs pytest on private servers and prints nothing after pytest's closing line."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType

from deploy.local import check, holding
from deploy.local.places import PYTHON, REPO, Root
from deploy.local.stack import Stack

ROOT = Root("test")

WATCH_S = 0.2
"""Seconds between two looks at servers that tests may have killed."""


def main(arguments: list[str]) -> int:
    """Bring up what the tests need, run them, tear everything down whatever happened."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check-first", action="store_true")
    parser.add_argument("--without-servers", action="store_true")
    options, for_pytest = parser.parse_known_args(arguments)
    checks_failed = options.check_first and check.main([]) != 0
    with ExitStack() as at_end:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("KEPT_TEST_")}
        stack: Stack | None = None
        if not options.without_servers:
            stack = fresh_stack(at_end)
            environment |= {
                "KEPT_TEST_PG_ADMIN_URL": stack.admin_url(),
                "KEPT_TEST_BROKER_URL": stack.broker_url,
                "KEPT_TEST_REDIS_URL": stack.redis_url,
            }
        status = run_pytest([path for path in for_pytest if path.startswith("-") or present(path)], environment, stack)
    return status or (1 if checks_failed else 0)


def fresh_stack(at_end: ExitStack) -> Stack:
    """Start empty servers: a test that passes only on yesterday's data is found today."""
    at_end.callback(holding.hold(ROOT, "tests").release)
    stack = Stack(ROOT)
    stack.remove()
    at_end.callback(stack.stop)
    signal.signal(signal.SIGTERM, leave)
    stack.start()
    return stack


def run_pytest(arguments: list[str], environment: dict[str, str], stack: Stack | None) -> int:
    """Run pytest as a child that can't outlive this process; a keyboard interrupt is pytest's to answer."""
    child = subprocess.Popen(
        ["setpriv", "--pdeathsig=TERM", str(PYTHON), "-m", "pytest", *arguments], cwd=REPO, env=environment
    )
    while True:
        try:
            return child.wait(timeout=WATCH_S)
        except subprocess.TimeoutExpired:
            if stack:
                stack.reap()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.terminate()
            child.wait()
            raise


def leave(number: int, frame: FrameType | None) -> None:
    """Turn SIGTERM into an orderly way out."""
    raise SystemExit(128 + number)


def present(path: str) -> bool:
    """A level without tests yet is no reason to fail the others."""
    return (REPO / path.partition("::")[0]).exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
