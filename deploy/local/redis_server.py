"""Runs a private Redis that keeps nothing on disk."""

from __future__ import annotations

import os
import shutil
from subprocess import Popen

from deploy.local import processes
from deploy.local.places import Root, write_private
from deploy.local.rabbitmq import wait_listening


def start(root: Root, *, port: int, password: str) -> Popen[bytes]:
    """Start Redis and wait until it answers; the password stands in a private file, not in the process list."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("Redis is not installed: run `make install`")
    home = root.path / "redis"
    home.mkdir(mode=0o700, exist_ok=True)
    settings = ["bind 127.0.0.1", f"port {port}", 'save ""', "appendonly no", f"requirepass {password}", f"dir {home}"]
    write_private(home / "redis.conf", "\n".join([*settings, "maxmemory 128mb", "maxmemory-policy allkeys-lru", ""]))
    log = root.logs / "redis.log"
    child = processes.spawn(
        [program, home / "redis.conf"], root=root, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, log=log
    )
    wait_listening(child, port=port, log=log, greeting=b"PING\r\n")
    return child


def url(*, port: int, password: str) -> str:
    """The cache's URL for every process of the suite."""
    return f"redis://:{password}@127.0.0.1:{port}/0"
