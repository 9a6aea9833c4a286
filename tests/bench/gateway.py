"""Measures the gateway by wrk beside a plain FastAPI: `python -m tests.bench.gateway`, or within `make bench`."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.places import PYTHON, REPO, Root
from deploy.local.ports import choose
from deploy.local.suite import Suite
from services.chassis.oidc import DemoUser, DevelopmentIssuer
from tests.bench import figures
from tests.bench.__main__ import WORKERS, Bench

CONNECTIONS = 64
HELLO = "tests.bench.hello"

_FIGURES = """
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format('{"per_s": %f, "p50_ms": %f, "p99_ms": %f, "failed": %d}\\n',
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
_IN_TURN = """
local turn = 0
request = function()
    turn = turn + 1
    return requests[(turn - 1) % #requests + 1]
end
init = function(args)
    requests = {}
    for each in io.lines(PATH) do
        local method, path, key, body = each:match('([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t(.*)')
        local headers = {['Authorization'] = 'Bearer ' .. TOKEN, ['Content-Type'] = 'application/json'}
        if key ~= '' then headers['Idempotency-Key'] = key end
        requests[#requests + 1] = wrk.format(method, path, headers, body ~= '' and body or nil)
    end
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of one run of wrk."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int


def wrk(url: str, seconds: int, *, token: str = "", requests: Iterable[Sequence[str]] = ()) -> Run:
    """Send requests in turn over 64 connections; each is method, path, idempotency key and body."""
    with tempfile.TemporaryDirectory() as folder:
        script, lines = Path(folder) / "wrk.lua", Path(folder) / "requests"
        lines.write_text("".join("\t".join(each) + "\n" for each in requests))
        names = f"PATH, TOKEN = {json.dumps(str(lines))}, {json.dumps(token)}\n"
        script.write_text((names + _IN_TURN if token else "") + _FIGURES)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"^\{.*\}$", said, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk said {said}")
    return Run(**json.loads(found[0]))


class Gateway:
    """The gateway of a running suite with a practice in it, and somebody from its desk."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._url = bench.suite.gateway_url
        key = bench.suite.root.keys / "gateway" / "oidc.key"
        user = DemoUser("bench", "", bench.practice.practice_id, ("front_desk",))
        issuer = DevelopmentIssuer.read(f"{self._url}/dev-issuer", key, None)
        self._token = DevelopmentIssuer(issuer.issuer, issuer._key, {"bench": user}).sign_in("bench", "")

    def measure(self, *, seconds: int, bookings: int) -> None:
        """Note one round: reads, the ceiling next to them, then bookings."""
        note = self._bench.note
        reads = [("GET", f"/v1/appointments/{each}", "", "") for each in self._bench.appointments()]
        read = wrk(self._url, seconds, token=self._token, requests=reads)
        hello = ceiling(seconds)
        if read.failed or hello.failed:
            raise RuntimeError(f"{read.failed} reads and {hello.failed} hellos failed")
        note("gateway_get_per_s", read.per_s, "1/s")
        note("gateway_get_p99_ms", read.p99_ms, "ms")
        note("gateway_hello_per_s", hello.per_s, "1/s")
        note("gateway_get_vs_hello", read.per_s / hello.per_s, "ratio")
        self._book(seconds, bookings)

    def _book(self, seconds: int, most: int) -> None:
        before = self._bench.stored()
        asked = [("POST", "/v1/appointments", str(uuid.uuid4()), body(each)) for each in self._bench.wishes(most)]
        booked = wrk(self._url, seconds, token=self._token, requests=asked)
        made = self._bench.stored() - before
        # wrk starts over when its list is through: a request that comes again is answered as before, and counts for
        # nothing here.
        if booked.failed or made >= most:
            raise RuntimeError(f"{booked.failed} bookings failed, {made} of {most} slots are used up")
        self._bench.note("gateway_book_per_s", made / seconds, "1/s")
        self._bench.note("gateway_book_p99_ms", booked.p99_ms, "ms")


def body(wish: object) -> str:
    """Return a wish as the gateway reads it."""
    return json.dumps(
        {
            "client_id": wish.client_id,  # type: ignore[attr-defined]
            "therapist_id": wish.therapist_id,  # type: ignore[attr-defined]
            "session_type_id": wish.session_type_id,  # type: ignore[attr-defined]
            "local_start": wish.start_wall.local,  # type: ignore[attr-defined]
            "time_zone": wish.start_wall.time_zone,  # type: ignore[attr-defined]
            "modality": "IN_PERSON",
        }
    )


def ceiling(seconds: int) -> Run:
    """Measure a FastAPI with one route, served as the gateway is."""
    port = choose(["hello"], remembered={})["hello"]
    url = f"http://127.0.0.1:{port}"
    command = [str(PYTHON), "-m", "uvicorn", f"{HELLO}:app", "--port", str(port), "--loop", "uvloop"]
    served = subprocess.Popen([*command, "--http", "httptools", "--no-access-log", "--log-level", "error"], cwd=REPO)
    try:
        until = time.monotonic() + 20
        while True:
            try:
                httpx.get(url).raise_for_status()
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        return wrk(url, seconds)
    finally:
        served.terminate()
        served.wait()


def main(arguments: Sequence[str]) -> int:
    """Measure in a suite of its own and add to `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gateway", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds; figures are medians over them")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of each run")
    parser.add_argument("--calls", type=int, default=4000, help="bookings made before")
    options = parser.parse_args(arguments)
    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning"})
    suite.stack.remove()
    with suite:
        bench = Bench(suite, options)
        asyncio.run(bench.practice.settle_in())
        for name in WORKERS:
            suite.stop_process(name)
        bench.book(options.calls)
        gateway = Gateway(bench)
        for number in range(options.rounds):
            print(f"  round {number + 1}", flush=True)
            gateway.measure(seconds=options.seconds, bookings=options.seconds * 4000)
    figures.merge(bench.found)
    for name, (values, unit) in bench.found.items():
        print(f"{name:<28} {statistics.median(values):>10.2f} {unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
