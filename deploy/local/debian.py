"""Installs the Debian or Ubuntu packages the suite runs on, without starting a server."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The server itself: the wrapper in /usr/sbin changes to user rabbitmq and reads /etc/rabbitmq."""

POLICY = Path("/usr/sbin/policy-rc.d")


def postgres_binaries() -> Path | None:
    """The newest PostgreSQL server installed, which is not on the search path in Debian."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def has_venv() -> bool:
    """Debian ships python3 without what `python3 -m venv` needs."""
    return importlib.util.find_spec("ensurepip") is not None and importlib.util.find_spec("venv") is not None


NEEDED: dict[str, Callable[[], bool]] = {
    "python3-venv": has_venv,
    "postgresql": lambda: postgres_binaries() is not None,
    "rabbitmq-server": RABBITMQ_SERVER.exists,
    "redis-server": lambda: shutil.which("redis-server") is not None,
}
FOR_BENCH: dict[str, Callable[[], bool]] = {
    "gcc": lambda: shutil.which("gcc") is not None,
    "libc6-dev": Path("/usr/include/stdio.h").exists,
    "libnghttp2-dev": Path("/usr/include/nghttp2/nghttp2.h").exists,
    "wrk": lambda: shutil.which("wrk") is not None,
}
"""What the C client of the benchmarks is made with, and the client of the gateway's."""


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""Names one kind of browser goes by; any of them does."""


def browser() -> str | None:
    """The browser that tests open pages in."""
    return next((found for name in BROWSERS if (found := shutil.which(name)) is not None), None)


FOR_TESTS: dict[str, Callable[[], bool]] = {"chromium": lambda: browser() is not None}
"""What tests need besides: a real browser calls the API by its generated client."""


def missing_packages(*, with_bench: bool = False, with_tests: bool = False) -> list[str]:
    """Packages whose programs are not here yet."""
    wanted = NEEDED | (FOR_BENCH if with_bench else {}) | (FOR_TESTS if with_tests else {})
    return [package for package, is_here in wanted.items() if not is_here()]


def install_packages(packages: list[str]) -> None:
    """Install as root, or through sudo, or stop with the command that a person should run."""
    if shutil.which("apt-get") is None:
        raise SystemExit(
            f"install: this machine has no apt-get. Install the programs of these Debian packages, "
            f"then try again: {' '.join(packages)}"
        )
    if os.geteuid() == 0:
        install_as_root(packages)
    elif (sudo := usable_sudo()) is not None:
        print(f"install: {' '.join(packages)} (by sudo)", flush=True)
        done = subprocess.run([*sudo, sys.executable, __file__, *packages], check=False)
        if done.returncode != 0:
            raise SystemExit("install: apt-get failed; its words are above")
    else:
        raise SystemExit(
            f"install: {' '.join(packages)} must be installed by an administrator, once. As root, run\n\n"
            f"    {sys.executable} {__file__} {' '.join(packages)}\n\n"
            f"which is `apt-get install` with the new servers kept from starting; then try again."
        )


def usable_sudo() -> list[str] | None:
    """sudo without a password, or with one when a person is there to type it."""
    if shutil.which("sudo") is None:
        return None
    if subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


def install_as_root(packages: list[str]) -> None:
    """Run apt-get while new servers are kept from starting."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print(f"install: {' '.join(packages)} (by apt-get)", flush=True)
    with servers_kept_from_starting():
        for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(["apt-get", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
            if done.returncode != 0:
                raise SystemExit(f"install: apt-get {arguments[0]} failed; its words are above")


@contextmanager
def servers_kept_from_starting() -> Iterator[None]:
    """
    Answer "not allowed" to packages that want to start their server.

    A policy that is there already belongs to someone: it is left as it is, and stays.
    """
    if POLICY.exists() or POLICY.is_symlink():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


if __name__ == "__main__":
    install_as_root(sys.argv[1:])
