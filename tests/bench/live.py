"""Measures idle event streams of one gateway: `python -m tests.bench.live --streams 10000`."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from deploy.local import people
from deploy.local.places import Root
from deploy.local.suite import Suite
from services.chassis.events.announce import Announcer
from services.chassis.events.outbox import Outgoing
from services.chassis.oidc import DevelopmentIssuer
from tests.bench import figures

AT_ONCE = 200
"""Streams opened at the same time."""

WAIT_S = 120.0
FACT = b"event: booking.AppointmentBooked"


class Reader(asyncio.Protocol):
    """One stream: notes when it is open and when the fact came."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._tail = b""
        self.is_open = asyncio.get_running_loop().create_future()
        self.fact_time = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        """Look for the stream's beginning, then for the fact."""
        seen = self._tail + data
        if not self.is_open.done() and b"retry:" in seen:
            self.is_open.set_result(None)
        if not self.fact_time and FACT in seen:
            self.fact_time = time.monotonic()
        self._tail = seen[-len(FACT) :]

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the stream ended before it was open."""
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError("the gateway closed a stream"))


async def measure(suite: Suite, streams: int, rounds: int) -> tuple[float, list[float]]:
    """Open the streams; return the gateway's memory in MB, and per round the ms until a fact had reached all."""
    issuer = DevelopmentIssuer.read(
        f"{suite.gateway_url}/dev-issuer", suite.root.keys / "gateway" / "oidc.key", suite.root.path / "users.json"
    )
    token = issuer.sign_in("desk", people.PASSWORD)
    head = f"GET /v1/events/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    port = suite.ports["gateway"]
    readers: list[Reader] = []
    while len(readers) < streams:
        wave = [
            loop.create_connection(lambda: Reader(head), "127.0.0.1", port)
            for _ in range(min(AT_ONCE, streams - len(readers)))
        ]
        opened = [reader for _, reader in await asyncio.gather(*wave)]
        await asyncio.wait_for(asyncio.gather(*(reader.is_open for reader in opened)), WAIT_S)
        readers += opened
    size = resident_mb(suite.pid("gateway"))
    announcer = Announcer(suite.stack.redis_url)
    taken: list[float] = []
    for number in range(rounds):
        for reader in readers:
            reader.fact_time = 0.0
        started = time.monotonic()
        await asyncio.to_thread(announcer.announce, [fact(number)])
        while not all(reader.fact_time for reader in readers):
            if time.monotonic() - started > WAIT_S:
                missing = sum(not reader.fact_time for reader in readers)
                raise RuntimeError(f"{missing} of {streams} streams did not hear of the fact")
            await asyncio.sleep(0.01)
        taken.append((max(reader.fact_time for reader in readers) - started) * 1000)
    return max(size, resident_mb(suite.pid("gateway"))), taken


def fact(version: int) -> Outgoing:
    """Return a fact of the example practice."""
    appointment_id = str(uuid.uuid4())
    return Outgoing(
        message_id=str(uuid.uuid4()),
        type="kept.booking.v1.AppointmentBooked",
        body=json.dumps({"appointment": {"appointmentId": appointment_id}}),
        subject=appointment_id,
        version=version + 1,
        practice_id=people.PRACTICE_ID,
        create_time=datetime.now(UTC),
        position=1,
    )


def resident_mb(pid: int) -> float:
    """Return a process's resident memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def main(arguments: Sequence[str]) -> int:
    """Start a gateway alone, measure, write `.local/bench.json`, stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live", description=__doc__)
    parser.add_argument("--streams", type=int, default=10_000, help="streams that are open at once")
    parser.add_argument("--rounds", type=int, default=5, help="facts sent to all of them")
    options = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"})
    suite.stack.remove()
    try:
        suite.start(only=("gateway",))
        size, taken = asyncio.run(measure(suite, options.streams, options.rounds))
    finally:
        suite.stop(with_stack=True)
    figures.merge(
        {
            f"sse_{options.streams}_mb": ([size], "MB"),
            "sse_fanout_ms": (taken, "ms"),
            "sse_fanout_streams": ([float(options.streams)], "streams"),
        }
    )
    print(f"{options.streams} streams: {size:.0f} MB, a fact reached all within {max(taken):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
