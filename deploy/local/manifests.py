"""Renders every overlay and checks it against the Kubernetes schemas."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.local.places import PYTHON, REPO

KUBERNETES = "1.34"
"""The release whose schemas the manifests are held to; deploy/README.md names the floor."""


def main() -> int:
    """Check all overlays; a machine without kubectl skips this and says so."""
    overlays = sorted(path.parent for path in (REPO / "deploy").glob("**/overlays/*/kustomization.yaml"))
    if not overlays or shutil.which("kubectl") is None:
        print(f"skipped, there is no {'kubectl' if overlays else 'overlay'} here")
        return 0
    return max(validate(overlay) for overlay in overlays)


def validate(overlay: Path) -> int:
    """Render one overlay and validate what comes out; an unknown kind is a failure as well."""
    rendered = subprocess.run(["kubectl", "kustomize", overlay], check=False, capture_output=True, text=True)
    if rendered.returncode != 0:
        print(f"{overlay.relative_to(REPO)}: {rendered.stderr}")
        return rendered.returncode
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(rendered.stdout)
        file.flush()
        command = [str(PYTHON), "-m", "kubernetes_validate", "--strict", "--quiet", "-k", KUBERNETES, file.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    words = (done.stdout + done.stderr).replace(file.name, str(overlay.relative_to(REPO))).strip()
    print(words, end="\n" if words else "")
    return done.returncode or int("WARN" in words)


if __name__ == "__main__":
    sys.exit(main())
