"""Runs every static check and says which one failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from deploy.local.places import PYTHON, REPO

LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as check; sys.exit(check(['--no-cache']))"
CHECKS: dict[str, list[str]] = {
    "mypy --strict": ["-m", "mypy", "--strict", "services", "deploy", "tests/support", "tests/bench", "clients/python"],
    "ruff check": ["-m", "ruff", "check", "--quiet", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "import rules": ["-c", LINT_IMPORTS],
    "buf lint": ["-m", "deploy.local.contracts", "lint"],
    "buf breaking": ["-m", "deploy.local.contracts", "breaking"],
    "proto drift": ["-m", "deploy.local.contracts", "drift"],
    "docs drift": ["-m", "deploy.local.catalogues", "--check"],
    "locks": ["-m", "deploy.local.lock", "--check"],
    "manifests": ["-m", "deploy.local.manifests"],
}
AT_ONCE = 2


def main(arguments: list[str]) -> int:
    """Run all checks, or those whose names begin with one of *arguments*; every failure is shown whole."""
    chosen = [name for name in CHECKS if not arguments or name.startswith(tuple(arguments))]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        passed = list(pool.map(run, chosen))
    return 0 if all(passed) else 1


def run(name: str) -> bool:
    """Run one check; print its words only if it failed or skipped something."""
    started = time.monotonic()
    command = [part for part in CHECKS[name] if "/" not in part or (REPO / part).exists()]
    done = subprocess.run(
        [PYTHON, *command],
        cwd=REPO,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    verdict = "ok  " if done.returncode == 0 else "FAIL"
    words = done.stdout.strip()
    skipped = f"  ({words})" if done.returncode == 0 and "skipped" in words else ""
    report = f"{verdict}  {name:<14} {time.monotonic() - started:5.1f} s{skipped}"
    print(report if done.returncode == 0 else f"{report}\n{words}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
