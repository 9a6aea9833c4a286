"""Runs processes of the suite in containers of the image, confined as the manifests ask."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import Root

USER_ID = 10001
"""Who the image runs as."""

HARDENING = (
    "--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges", f"--user={USER_ID}:{USER_ID}",
)  # fmt: skip
"""What deploy/k8s and deploy/compose.yaml ask for too."""


@dataclass(frozen=True, slots=True)
class Containers:
    """An engine with docker's command line, and the image to run."""

    engine: str
    image: str

    def __post_init__(self) -> None:
        if shutil.which(self.engine) is None:
            raise SystemExit(f"{self.engine} is missing; name another container engine with ENGINE=docker or podman")

    def command(self, name: str, inner: Sequence[str], env: Mapping[str, str], root: Root) -> list[str]:
        """
        Return the command that runs a process in a container, in the host's network.

        It sees its settings, its own keys and a folder for its state, and nothing else of this machine.
        """
        state = root.path / "state" / name
        state.mkdir(parents=True, exist_ok=True)
        settings = {key: value for key, value in env.items() if key.startswith("KEPT_")}
        settings |= {"PYTHONTZPATH": "", "KEPT_STATE_DIR": str(state)}
        places = [Path(value) for value in settings.values() if value.startswith(f"{root.path}/")]
        for place in places:
            _give(place)
        file = root.path / f"{name}.env"
        file.touch(mode=0o600)
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        mounts = [f"--volume={place}:{place}{'' if place == state else ':ro'}" for place in places]
        where = ["--network=host", f"--env-file={file}", *mounts]
        return [self.engine, "run", "--rm", *HARDENING, *where, self.image, "python", *inner[1:]]


def _give(place: Path) -> None:
    """Let the image's user read what is mounted; only root can."""
    for each in [place, *place.rglob("*")]:
        shutil.chown(each, USER_ID, USER_ID)
