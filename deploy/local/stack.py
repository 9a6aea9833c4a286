"""Starts and stops one root's private PostgreSQL, RabbitMQ and Redis."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from signal import SIGINT, SIGKILL, SIGTERM
from subprocess import Popen
from typing import Literal

from deploy.local import ports, postgres, processes, rabbitmq, redis_server
from deploy.local.places import Root, write_private

Server = Literal["postgres", "broker", "redis"]
SERVERS: tuple[Server, ...] = ("postgres", "broker", "redis")
PORTS = ("postgres", "broker", "dist", "epmd", "redis")
PASSWORDS = (
    postgres.ADMIN,
    "broker",
    "cookie",
    "redis",
    *(f"kept_{service}_{role}" for service in postgres.SERVICES for role in postgres.ROLES),
)


@dataclass(slots=True)
class Record:
    """What has to be known again after a crash or in another process."""

    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    running: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Process id and start time: together they never name a stranger's process."""


class Stack:
    """
    The three servers of one root.

    The state is in the root's stack.json, so several processes may hold a Stack of the
    same root: `make test` starts it, and a chaos test stops the broker in it.
    """

    def __init__(self, root: Root) -> None:
        self.root = root
        self.record = self._read()
        self._children: list[Popen[bytes]] = []

    def start(self, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """
        Start what isn't running, all at once, and create what a service needs in it.

        Args:
            meanwhile: Called as soon as the databases are there; RabbitMQ takes seconds longer.
        """
        self.root.make()
        self.record = self._read()
        for name in PASSWORDS:
            self.record.passwords.setdefault(name, secrets.token_hex(16))
        down = [server for server in SERVERS if not self.is_running(server)]
        self._keep_ports(down)
        try:
            with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
                started = {server: pool.submit(self._start, server) for server in down}
                if "postgres" in started:
                    started["postgres"].result()
                meanwhile()
                for done in started.values():
                    done.result()
        finally:
            self._write()

    def stop(self) -> None:
        """Stop all three."""
        self.record = self._read()
        with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
            list(pool.map(self.stop_server, SERVERS))

    def is_running(self, server: str) -> bool:
        """Whether the recorded process is the one that runs under its id now."""
        known = self.record.running.get(server)
        return known is not None and processes.identity(known[0]) == tuple(known)

    def start_server(self, server: Server) -> None:
        """Start one again, on its old port."""
        self.record = self._read()
        if not self.is_running(server):
            self._start(server)
            self._write()

    def stop_server(self, server: Server, *, is_hard: bool = False) -> None:
        """Stop one; hard is kill -9, as a power cut would."""
        first = SIGKILL if is_hard else SIGINT if server == "postgres" else SIGTERM
        names = ("broker", "epmd") if server == "broker" else (server,)
        for name in names:
            if self.is_running(name):
                processes.stop([self.record.running[name][0]], first=first, grace_s=20)
        self.reap()

    def reap(self) -> None:
        """
        Let the system forget servers that ended.

        Danger: until their parent does this, a killed PostgreSQL looks alive to the next one, which won't start.
        """
        for child in self._children:
            child.poll()

    def remember_ports(self, chosen: dict[str, int]) -> None:
        """Keep the suite's ports beside the servers' own, so that links in mails survive a restart."""
        self.record.ports |= chosen
        self._write()

    def reset_databases(self) -> None:
        """Give every service an empty database again."""
        postgres.drop_databases(port=self.record.ports["postgres"], passwords=self.record.passwords)
        postgres.create_databases(port=self.record.ports["postgres"], passwords=self.record.passwords)

    def remove(self) -> None:
        """Stop everything and delete all this root ever wrote."""
        self.stop()
        postgres.remove_data(self.root)
        shutil.rmtree(self.root.path, ignore_errors=True)
        self.record = Record()

    def admin_url(self, database: str = "postgres") -> str:
        """URL of PostgreSQL's superuser."""
        port, password = self.record.ports["postgres"], self.record.passwords[postgres.ADMIN]
        return postgres.admin_url(port=port, password=password, database=database)

    def database_url(self, service: str, role: Literal["owner", "server", "worker"]) -> str:
        """URL of a service's database for one of its three roles."""
        user = f"kept_{service}_{role}"
        return (
            f"postgresql://{user}:{self.record.passwords[user]}"
            f"@127.0.0.1:{self.record.ports['postgres']}/kept_{service}"
        )

    @property
    def broker_url(self) -> str:
        """URL of RabbitMQ."""
        return rabbitmq.url(port=self.record.ports["broker"], password=self.record.passwords["broker"])

    @property
    def redis_url(self) -> str:
        """URL of Redis."""
        return redis_server.url(port=self.record.ports["redis"], password=self.record.passwords["redis"])

    def _keep_ports(self, down: list[Server]) -> None:
        """Give what is down its remembered ports, or new ones where those are taken."""
        names = {"postgres": ("postgres",), "broker": ("broker", "dist", "epmd"), "redis": ("redis",)}
        wanted = [name for server in down for name in names[server]]
        self.record.ports |= ports.choose(wanted, remembered=self.record.ports)
        self._write()

    def _start(self, server: Server) -> None:
        """Start one server and note its process."""
        record = self.record
        if server == "postgres":
            started = {"postgres": postgres.start(self.root, port=record.ports["postgres"], passwords=record.passwords)}
            postgres.create_databases(port=record.ports["postgres"], passwords=record.passwords)
        elif server == "broker":
            started = rabbitmq.start(self.root, ports=record.ports, passwords=record.passwords)
        else:
            port, password = record.ports["redis"], record.passwords["redis"]
            started = {"redis": redis_server.start(self.root, port=port, password=password)}
        self._children.extend(started.values())
        for name, child in started.items():
            record.running[name] = processes.identity(child.pid) or (child.pid, 0)

    def _read(self) -> Record:
        try:
            return Record(**json.loads(self.root.stack_file.read_text()))
        except FileNotFoundError:
            return Record()

    def _write(self) -> None:
        write_private(self.root.stack_file, json.dumps(asdict(self.record), indent=2))


def main(arguments: list[str]) -> int:
    """Stop the stack of a root by hand, or show its addresses."""
    stack = Stack(Root(arguments[1] if len(arguments) > 1 else "demo"))
    if arguments[:1] == ["stop"]:
        stack.stop()
    else:
        print(f"PostgreSQL {stack.admin_url()}\nRabbitMQ   {stack.broker_url}\nRedis      {stack.redis_url}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
