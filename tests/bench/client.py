"""Drives the C load client: writes its bodies, runs it, reads its figures."""

from __future__ import annotations

import json
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from deploy.local.places import LOCAL

SOURCE = Path(__file__).with_name("load.c")
IN_FLIGHT = 128
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of one run of the client."""

    ok: int
    failed: int
    per_s: float
    p50_ms: float
    p99_ms: float
    statuses: Mapping[str, int]


def compiled() -> Path:
    """Compile the client if it changed; needs gcc and libnghttp2-dev."""
    binary = LOCAL / "bench" / "load"
    binary.parent.mkdir(parents=True, exist_ok=True)
    if not binary.exists() or binary.stat().st_mtime < SOURCE.stat().st_mtime:
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", binary, SOURCE, "-lnghttp2"], check=True)
    return binary


def drive(address: str, path: str, metadata: Iterable[tuple[str, str]], messages: Iterable[Message], calls: int) -> Run:
    """Send *calls* requests with 128 in flight, each message once and then from the start, and return the figures."""
    host, _, port = address.rpartition(":")
    with tempfile.TemporaryDirectory() as folder:
        headers, bodies = Path(folder) / "headers", Path(folder) / "bodies"
        headers.write_text("".join(f"{name}: {value}\n" for name, value in [*metadata, ("grpc-timeout", "20S")]))
        with bodies.open("wb") as file:
            for message in messages:
                body = message.SerializeToString()
                file.write(struct.pack(">I", len(body)) + body)
        command = [compiled(), host, port, path, headers, bodies, str(CONNECTIONS), str(IN_FLIGHT), str(calls)]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return Run(found["ok"], found["failed"], found["per_s"], found["p50_ms"], found["p99_ms"], found["statuses"])
