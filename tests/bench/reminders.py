"""
Measures reminders that are due in one minute: planned, sent by three senders, one of them killed.

`python -m tests.bench.reminders --reminders 100000 --past 10000000`, or as part of `make bench`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import uuid_utils

from deploy.local.places import PYTHON, REPO
from services.chassis.crypto import ClientCipher, FileKeyring, write_keyring
from services.chassis.db.pool import Database
from services.chassis.identity import write_key_pair
from services.notifications.adapters.contacts import EMAIL_FIELD
from services.notifications.adapters.timeline import PostgresTimeline
from services.notifications.domain.appointment import Report, Step
from services.notifications.usecases.follow_appointments import follow_appointments
from tests.bench import figures
from tests.support.postgres import FreshDatabase, private_postgres

DUE = datetime(2026, 3, 2, 20, tzinfo=UTC)
BOOKED = DUE - timedelta(days=9)
ZONE = "America/New_York"
SENDERS = 3
EVENTS_A_TRANSACTION = 200
"""As many as the inbox handles together."""

PLANNED_FOR_RATIO = 2_000
AFTER_LEASES = timedelta(minutes=6)
"""On the senders' clock: the leases of a killed sender have ended."""

Note = Callable[[str, float, str], None]


class Box(asyncio.Protocol):
    """One connection of a mail server that takes everything and remembers the message ids."""

    def __init__(self, taken: list[str]) -> None:
        self._taken = taken
        self._buffer = b""
        self._is_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = transport
        self._say(b"220 box\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole letter."""
        self._buffer += data
        while True:
            end = b"\r\n.\r\n" if self._is_data else b"\r\n"
            part, found, rest = self._buffer.partition(end)
            if not found:
                return
            self._buffer = rest
            if self._is_data:
                self._is_data = False
                self._taken.append(part.partition(b"Message-ID: <")[2].partition(b"@")[0].decode())
                self._say(b"250 taken\r\n")
                continue
            verb = part[:4].upper()
            self._is_data = verb == b"DATA"
            self._say({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 fine\r\n"))

    def _say(self, words: bytes) -> None:
        assert isinstance(self._transport, asyncio.Transport), "TCP gives a transport that writes"
        self._transport.write(words)


async def serve() -> list[str]:
    """Be a mail server until SIGTERM; write the port first, then how many were taken, and return their ids."""
    taken: list[str] = []
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: Box(taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        while not stopped.is_set():
            print(len(taken), flush=True)
            await asyncio.wait([asyncio.ensure_future(stopped.wait())], timeout=0.2)
    return taken


class Bench:
    """One database with reminders, and the senders at work on it."""

    def __init__(self, store: FreshDatabase, folder: Path, note: Note) -> None:
        self._store = store
        self._folder = folder
        self._note = note
        self._practice_id = str(uuid_utils.uuid7())
        write_keyring(folder / "keyring.json")

    async def plan(self, count: int) -> float:
        """Follow so many bookings as the inbox does, and return how many were planned per second."""
        clients = [str(uuid_utils.uuid7()) for _ in range(count)]
        await self._meet(clients)
        database = await Database.connect(self._store.server_url, emitter="notifications/bench")
        started = time.perf_counter()
        for first in range(0, count, EVENTS_A_TRANSACTION):
            async with database.begin([self._practice_id]) as conn:
                reports = [
                    Report(
                        Step.BOOKED,
                        str(uuid_utils.uuid7()),
                        client_id,
                        1,
                        DUE + timedelta(hours=24),
                        ZONE,
                        practice_id=self._practice_id,
                    )
                    for client_id in clients[first : first + EVENTS_A_TRANSACTION]
                ]
                await follow_appointments(
                    reports, timeline=PostgresTimeline(conn), at=BOOKED, new_id=lambda: str(uuid_utils.uuid7())
                )
        took = time.perf_counter() - started
        await database.close()
        return count / took

    async def _meet(self, clients: Sequence[str]) -> None:
        cipher = ClientCipher(FileKeyring(self._folder / "keyring.json"))
        rows = []
        for number, client_id in enumerate(clients):
            _, wrapped = await cipher.new_key(self._practice_id)
            address = f"client.{number}@example.com"
            sealed = await cipher.encrypt(self._practice_id, client_id, wrapped, EMAIL_FIELD, address)
            rows.append((self._practice_id, client_id, wrapped, sealed, ZONE))
        with psycopg.connect(self._store.owner_url) as owner, owner.cursor() as cursor:
            cursor.executemany(
                "insert into contact_points"
                " (practice_id, client_id, wrapped_dek, email_sealed, time_zone, locale, has_consent)"
                " values (%s, %s, %s, %s, %s, 'en', true)",
                rows,
            )
            owner.execute(
                "insert into contact_addresses (practice_id, contact_point_id, client_id, channel, address_sealed,"
                " address_hash, state) select practice_id, client_id, client_id, 'EMAIL', email_sealed,"
                " sha256(client_id::text::bytea), 'ACTIVE' from contact_points on conflict do nothing"
            )
            owner.execute(
                "insert into consent_events (practice_id, consent_id, client_id, purpose, channel, is_granted, source,"
                " actor_id, create_time)"
                " select practice_id, client_id, client_id, '', '', true, 'STAFF', 'bench', now()"
                " from contact_points on conflict do nothing"
            )
        # As autovacuum does within a minute; until then the planner takes any index of a practice for a good one.
        with psycopg.connect(self._store.owner_url, autocommit=True) as owner:
            owner.execute("vacuum analyze")

    def leave_only_the_reminders(self) -> int:
        """Call everything but the 24-hour reminders sent, and return how many of those wait."""
        with psycopg.connect(self._store.owner_url) as owner:
            owner.execute("update messages set state = 'SENT', send_time = due_time where step <> '24h'")
            row = owner.execute("select count(*) from messages where state = 'PLANNED' and due_time = %s", (DUE,))
            (waiting,) = row.fetchone() or (0,)
        with psycopg.connect(self._store.owner_url, autocommit=True) as owner:
            owner.execute("vacuum analyze")
        return int(waiting)

    def grow_old(self, past: int) -> None:
        """Put so many sent messages of years into the table."""
        appointment_id = str(uuid_utils.uuid7())
        with psycopg.connect(self._store.owner_url) as owner:
            owner.execute(
                "insert into appointments (practice_id, appointment_id, client_id, version, state, placed_version,"
                " start_time) values (%s, %s, %s, 1, 'CANCELLED', 1, %s)",
                (self._practice_id, appointment_id, appointment_id, BOOKED),
            )
            owner.execute(
                "insert into messages (practice_id, message_id, client_id, appointment_id, appointment_version, kind,"
                " state, start_time, due_time, send_time, begin_time, class, contact_point_id, attempts, revision)"
                " select %s, gen_random_uuid(), gen_random_uuid(), %s, n, 'REMINDER', 'SENT', %s, %s, %s, %s,"
                " 'ROUTINE', gen_random_uuid(), 1, 3 from generate_series(1, %s) n",
                (self._practice_id, appointment_id, *[BOOKED] * 4, past),
            )
        with psycopg.connect(self._store.owner_url, autocommit=True) as owner:
            owner.execute("vacuum analyze messages")

    def send(self, count: int) -> None:
        """Send with three senders, kill one in the middle, let the rest and a later sweep finish; note the figures."""
        box = _start("--box", str(self._folder / "taken"), stdout=subprocess.PIPE)
        assert box.stdout is not None, "its output is a pipe"
        port = int(box.stdout.readline())
        started = time.perf_counter()
        senders = [self._sender(port, DUE) for _ in range(SENDERS)]
        peak = 0.0
        victim: subprocess.Popen[bytes] | None = senders[0]
        for line in box.stdout:
            peak = max([peak, *(_peak_mb(each.pid) for each in senders)])
            if victim is not None and int(line) >= count // 2:
                victim.kill()
                victim = None
            if all(each.poll() is not None for each in senders):
                break
        if any(each.returncode not in (0, -signal.SIGKILL) for each in senders):
            raise RuntimeError("a sender ended before its work did")
        took = time.perf_counter() - started
        self._sender(port, DUE + AFTER_LEASES).wait()
        box.terminate()
        box.communicate()
        self._judge(count, Counter((self._folder / "taken").read_text(encoding="utf-8").split()), took, peak)

    def _judge(self, count: int, taken: Counter[str], took: float, peak: float) -> None:
        with psycopg.connect(self._store.owner_url) as owner:
            rows = owner.execute("select message_id::text, state from messages where step = '24h'").fetchall()
        unknown = {message_id for message_id, state in rows if state == "SENDING"}
        self._note("reminders_per_s", sum(taken.values()) / took, "1/s")
        self._note("reminders_doubled", sum(taken.values()) - len(taken), "messages")
        self._note("reminders_unknown", len(unknown - set(taken)), "messages")
        self._note("reminders_lost", count - len(set(taken) | unknown), "messages")
        self._note("reminders_peak_mb", peak, "MB")

    def _sender(self, port: int, at: datetime) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("KEPT_")}
        environment |= {
            "KEPT_DATABASE_URL": self._store.server_url,
            "KEPT_KEYS_DIR": str(self._folder),
            "KEPT_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "KEPT_PUBLIC_URL": "https://kept.example",
            "KEPT_INSTANCE": f"bench-{uuid_utils.uuid7()}",
            "KEPT_TARGET_BOOKING": "127.0.0.1:1",
            "KEPT_TARGET_AVAILABILITY": "127.0.0.1:1",
        }
        command = [str(PYTHON), "-m", "services.notifications.sweep", "--at", at.isoformat()]
        return subprocess.Popen(command, cwd=REPO, env=environment)


def measure(note: Note, *, reminders: int, past: int) -> None:
    """Measure in a database server of its own, and note every figure."""
    with private_postgres() as server, TemporaryDirectory() as name:
        store = server.fresh_database("notifications")
        folder = Path(name)
        _write_service_key(folder)
        bench = Bench(store, folder, note)
        note("reminders_planned_per_s", asyncio.run(bench.plan(reminders)), "1/s")
        waiting = bench.leave_only_the_reminders()
        if waiting != reminders:
            raise RuntimeError(f"{waiting} of {reminders} reminders are due in the minute")
        bench.send(reminders)
        young = asyncio.run(bench.plan(PLANNED_FOR_RATIO))
        bench.grow_old(past)
        old = asyncio.run(bench.plan(PLANNED_FOR_RATIO))
        note("reminders_plan_flat_ratio", young / old, "ratio")


def _write_service_key(folder: Path) -> None:
    write_key_pair(folder / "actor-notifications.key", folder / "notifications.pub")


def _start(*arguments: str, stdout: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(PYTHON), "-m", "tests.bench.reminders", *arguments], cwd=REPO, stdout=stdout)


def _peak_mb(pid: int) -> float:
    """Return a process's largest resident memory so far; nothing once it has ended."""
    return max(_peaks(pid), default=0.0)


def _peaks(pid: int) -> Iterator[float]:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            yield from (int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))
    except FileNotFoundError:
        return


def main(arguments: Sequence[str]) -> int:
    """Measure once and add the figures to `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reminders", description=__doc__)
    parser.add_argument("--reminders", type=int, default=100_000, help="reminders due in one minute")
    parser.add_argument("--past", type=int, default=10_000_000, help="past messages while planning is measured again")
    parser.add_argument("--box", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.box:
        options.box.write_text("\n".join(asyncio.run(serve())), encoding="utf-8")
        return 0
    found: dict[str, tuple[list[float], str]] = {}

    def note(name: str, value: float, unit: str) -> None:
        found[name] = ([value], unit)
        print(f"    {name:<28} {value:>10.2f} {unit}", flush=True)

    measure(note, reminders=options.reminders, past=options.past)
    figures.merge(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
