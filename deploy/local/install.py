"""Brings a fresh machine to where the suite can start; runs on the system's Python alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import debian
from deploy.local.places import GENERATED, LOCAL, PYTHON, REPO, VENV

LOCK = REPO / "requirements" / "dev.txt"
STAMP = LOCAL / "install.json"
LOWEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Install what is missing; return at once when nothing changed since last time."""
    if sys.version_info < LOWEST_PYTHON:
        raise SystemExit(
            f"install: Kept needs Python {LOWEST_PYTHON[0]}.{LOWEST_PYTHON[1]} or newer and this is "
            f"{sys.version.split()[0]}; name another one with `make PYTHON=/path/to/python3`"
        )
    missing = debian.missing_packages(with_bench="--bench" in arguments, with_tests="--tests" in arguments)
    if missing:
        debian.install_packages(missing)
    stamp = {"lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(), "checkout": str(REPO), "python": venv_python()}
    if PYTHON.exists() and recorded() == stamp:
        return 0
    make_venv()
    install_locked()
    write_paths()
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(json.dumps(stamp | {"python": venv_python()}))
    return 0


def recorded() -> dict[str, str] | None:
    """What was installed last time."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None
    return stamp


def venv_python() -> str:
    """The interpreter's own record in the venv; it changes when the venv is made again."""
    try:
        return (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return ""


def make_venv() -> None:
    """Create .venv, unless one is there that runs and is new enough."""
    probe = f"import sys, pip; sys.exit(sys.version_info < {LOWEST_PYTHON})"
    try:
        is_usable = subprocess.run([PYTHON, "-c", probe], check=False, capture_output=True).returncode == 0
    except OSError:
        is_usable = False
    if is_usable:
        return
    print(f"install: a virtual environment in {VENV.name} on Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def install_locked() -> None:
    """Install exactly the files whose hashes are in the lock."""
    count = sum(1 for line in LOCK.read_text().splitlines() if "==" in line)
    print(f"install: {count} Python packages from requirements/{LOCK.name} (a minute or two, once)", flush=True)
    started = time.monotonic()
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    # Outside the checkout pip would find the caller's PYTHONPATH or user packages "already satisfied".
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    environment["PYTHONNOUSERSITE"] = "1"
    done = subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit("install: pip failed; its words are above")
    print(f"install: done in {time.monotonic() - started:.0f} s", flush=True)


def write_paths() -> None:
    """Let every program of the venv import services, deploy, tests and the generated contracts."""
    found = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    (Path(found.stdout.strip()) / "kept.pth").write_text(f"{REPO}\n{GENERATED}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
