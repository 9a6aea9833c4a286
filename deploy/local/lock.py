"""Writes the requirement locks: versions and hashes only, no place they came from."""

from __future__ import annotations

import re
import subprocess
import sys

from deploy.local.install import LOWEST_PYTHON
from deploy.local.places import PYTHON, REPO

FOLDER = REPO / "requirements"
UV = PYTHON.with_name("uv")
LOWEST = ".".join(map(str, LOWEST_PYTHON))
PLACES = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|(?<![\w.])/[\w.-]+/")
"""What a lock must not hold: a lock that names a host or a path works on one machine only."""


def main(arguments: list[str]) -> int:
    """Lock the runtime first, so the development set adds to the very same versions; or only check."""
    for name in () if "--check" in arguments else ("runtime", "dev"):
        # Universal: a lock made on one Python names what another one needs besides.
        options = ["--quiet", "--universal", "--python-version", LOWEST, "--generate-hashes", "--no-emit-index-url"]
        options += ["--custom-compile-command", "make lock", "--output-file", f"{name}.txt"]
        subprocess.run([UV, "pip", "compile", *options, f"{name}.in"], cwd=FOLDER, check=True)
    leaks = [
        f"requirements/{path.name}: {line}"
        for path in sorted(FOLDER.glob("*.txt"))
        for line in path.read_text().splitlines()
        if PLACES.search(line)
    ]
    print("\n".join(leaks), end="\n" if leaks else "")
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
