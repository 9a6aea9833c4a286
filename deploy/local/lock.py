"""Writes the requirement locks: versions and hashes only, no place they came from."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from deploy.local.places import PYTHON, REPO

FOLDER = REPO / "requirements"
PLACES = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|(?<![\w.])/[\w.-]+/")
"""What a lock must not hold: a lock that names a host or a path works on one machine only."""


def main(arguments: list[str]) -> int:
    """Lock the runtime first, so the development set adds to the very same versions; or only check."""
    for name in () if "--check" in arguments else ("runtime", "dev"):
        options = ["--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras"]
        options += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]
        subprocess.run(
            [PYTHON, "-m", "piptools", "compile", *options, "--output-file", f"{name}.txt", f"{name}.in"],
            cwd=FOLDER,
            env=os.environ | {"CUSTOM_COMPILE_COMMAND": "make lock"},
            check=True,
        )
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
