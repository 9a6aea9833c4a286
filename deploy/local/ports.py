"""Chooses free loopback ports."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

LOWEST, HIGHEST = 20_000, 32_000
"""
Below the range Linux takes outgoing ports from (32768 on).

A listener's port from that range would be taken by any client while the listener restarts.
"""


def is_free(port: int) -> bool:
    """Whether a listener on loopback could bind the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(names: Iterable[str], *, remembered: dict[str, int]) -> dict[str, int]:
    """Give every name a port of its own: the remembered one while it is free, else a new one."""
    chosen: dict[str, int] = {}
    for name in names:
        port = remembered.get(name, 0)
        while port in chosen.values() or not port or not is_free(port):
            port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 - a port is no secret
        chosen[name] = port
    return chosen
