"""Starts, watches and stops every process of the suite; tests use it as a library."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self

from deploy.local import holding, keys, plan, ports, processes, readiness
from deploy.local.console import Console
from deploy.local.containers import Containers
from deploy.local.places import REPO, Root, write_private
from deploy.local.postgres import SERVICES
from deploy.local.stack import SERVERS, Stack
from services.chassis.db.migrate import MigrationChanged, apply_migrations

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.5, 10.0
STEADY_S = 30.0
"""A process that ran this long starts again without having to wait for its earlier crashes."""
GIVE_UP_CRASHES = 4
"""Crashes in a row after which waiting for a process is over: its log says why, and time won't help."""
STOP_GRACE_S = 15.0
WATCH_EVERY_S = 0.1


@dataclass(slots=True)
class Child:
    """A process of the suite as the supervisor sees it."""

    process: Popen[bytes]
    start_time: float
    crashes: int = 0
    restarts: int = 0
    is_wanted: bool = True
    """Whether it is started again when it ends."""
    restart_time: float | None = None


class Suite:
    """
    All processes of Kept on this machine, on the servers of one root.

    A process that ends by itself is started again with a growing pause. Nothing is left
    behind: children get SIGTERM from the kernel if this process dies.
    """

    def __init__(
        self,
        root: Root,
        *,
        log_format: str = "json",
        has_console: bool = False,
        extra_env: Mapping[str, str] | None = None,
        containers: Containers | None = None,
    ) -> None:
        self.root = root
        self.stack = Stack(root)
        self.ports: dict[str, int] = {}
        self._log_format = log_format
        self._extra_env = dict(extra_env or {})
        self._containers = containers
        self._children: dict[str, Child] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._hold: holding.Hold | None = None
        root.make()
        self.console = Console(root.logs, plan.PROCESSES) if has_console else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, only: Collection[str] = tuple(plan.PROCESSES), timeout_s: float = 90) -> None:
        """Bring up servers, databases, keys and the processes named in *only*; return when all are ready."""
        self._stopping.clear()
        self._hold = holding.hold(self.root, "suite")
        for name in plan.PROCESSES:
            if self.log(name).exists():
                self.log(name).replace(self.root.logs / f"{name}.previous.log")
        if self.console is not None:
            self.console.start()
        had_stack = all(self.stack.is_running(server) for server in SERVERS)
        try:
            self.stack.start(meanwhile=lambda: self._start_first(only))
            for name in only:
                self.start_process(name)
            self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
            self._watcher.start()
            self.wait_ready(*only, timeout_s=timeout_s)
        except BaseException:
            self.stop(with_stack=not had_stack)
            raise

    def stop(self, *, with_stack: bool = False) -> None:
        """
        Stop every process, gracefully first; the servers too if *with_stack*.

        Does nothing where another program holds the root: its suite is not ours to stop.
        """
        self._stopping.set()
        if self._hold is None:
            return
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        with self._lock:
            for child in self._children.values():
                child.is_wanted = False
            pids = [child.process.pid for child in self._children.values() if child.process.poll() is None]
            forced = processes.stop(pids, grace_s=STOP_GRACE_S)
            for name, child in self._children.items():
                child.process.wait()
                if child.process.pid in forced:
                    self._say(name, f"did not stop within {STOP_GRACE_S:.0f} s and was killed")
            self._children.clear()
        self.root.suite_file.unlink(missing_ok=True)
        if self.console is not None:
            self.console.stop()
        if with_stack:
            self.stack.stop()
        self._hold.release()
        self._hold = None

    def start_process(self, name: str) -> None:
        """Start a process that is down, and keep it up from now on."""
        with self._lock:
            child = self._children.get(name)
            if child is not None and child.process.poll() is None:
                child.is_wanted = True
                return
            restarts = 0 if child is None else child.restarts + 1
            crashes = 0 if child is None else child.crashes
            self._children[name] = Child(self._spawn(name), time.monotonic(), crashes, restarts)
            self._write_state()

    def stop_process(self, name: str) -> None:
        """Stop one process gracefully; it stays down."""
        self._end(name, signal.SIGTERM, stay_down=True)

    def kill9(self, name: str, *, stay_down: bool = False) -> int:
        """Kill a process without warning; returns the id it had. The supervisor starts it again unless told not to."""
        return self._end(name, signal.SIGKILL, stay_down=stay_down)

    def restart(self, name: str, *, timeout_s: float = 60) -> None:
        """Stop a process gracefully, start it again, wait until it is ready."""
        self.stop_process(name)
        self.start_process(name)
        self.wait_ready(name, timeout_s=timeout_s)

    def wait_ready(self, *names: str, timeout_s: float = 60) -> None:
        """
        Return when these processes (default: all that were started) are ready.

        Raises:
            TimeoutError: One isn't in time, or crashes again and again; with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        waiting = list(names or self._children)
        with ThreadPoolExecutor(max_workers=len(waiting)) as pool:
            late = [
                name for name, ready in zip(waiting, pool.map(self._until(deadline), waiting), strict=True) if not ready
            ]
        if late:
            tails = "\n".join(f"--- {name}\n{self.log_tail(name)}" for name in late)
            raise TimeoutError(f"not ready: {', '.join(late)}\n{tails}")

    def is_ready(self, name: str) -> bool:
        """Ask one process now."""
        process, port = plan.PROCESSES[name], self.ports[plan.PROCESSES[name].port_names[0]]
        if process.kind == "server":
            return readiness.grpc_ready(port)
        if process.kind == "gateway":
            return readiness.http_ready(port, path="/healthz")
        return readiness.http_ready(port, path="/metrics") if process.kind == "worker" else readiness.tcp_ready(port)

    def env(self, name: str) -> dict[str, str]:
        """The environment a process gets; a test may start one of its own with it."""
        made = plan.environment(plan.PROCESSES[name], ports=self.ports, stack=self.stack, log_format=self._log_format)
        return made | self._extra_env

    def pid(self, name: str) -> int:
        """The process's id now."""
        with self._lock:
            return self._children[name].process.pid

    def restarts(self, name: str) -> int:
        """How often it was started again since the suite began."""
        with self._lock:
            return self._children[name].restarts

    def address(self, name: str) -> str:
        """Where a server or the gateway listens, as host:port."""
        return f"127.0.0.1:{self.ports[name]}"

    @property
    def gateway_url(self) -> str:
        """The suite's front door."""
        return f"http://{self.address('gateway')}"

    def log(self, name: str) -> Path:
        """The file a process logs to."""
        return self.root.logs / f"{name}.log"

    def log_tail(self, name: str, lines: int = 20) -> str:
        """The last lines of a process's log."""
        path = self.log(name)
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"

    def migrate(self, services: Iterable[str] = SERVICES) -> None:
        """Bring the databases to the newest schema, as their owners; a second run finds nothing to do."""
        try:
            for service in services:
                apply_migrations(self.stack.database_url(service, "owner"), service)
        except MigrationChanged as error:
            raise SystemExit(f"{error} To begin again with empty databases: `make clean`.") from error

    def _start_first(self, only: Collection[str]) -> None:
        """Start what needs no broker while the broker comes up: all but the workers."""
        self._choose_ports()
        keys.make_keys(self.root)
        self.migrate()
        for name in only:
            if plan.PROCESSES[name].kind != "worker":
                self.start_process(name)

    def _choose_ports(self) -> None:
        if not self.ports:
            self.ports = ports.choose(plan.PORT_NAMES, remembered=self.stack.record.ports)
            self.stack.remember_ports(self.ports)

    def _spawn(self, name: str) -> Popen[bytes]:
        process, env = plan.PROCESSES[name], self.env(name)
        command = plan.command(process, ports=self.ports, root=self.root)
        if self._containers is not None and process.kind != "mail":
            command = self._containers.command(name, command, env, self.root)
        return processes.spawn(command, root=self.root, env=env, log=self.log(name), cwd=REPO)

    def _end(self, name: str, number: signal.Signals, *, stay_down: bool) -> int:
        with self._lock:
            child = self._children[name]
            child.is_wanted, child.crashes = not stay_down, 0  # Ended on purpose, so the next start need not wait.
            if child.process.poll() is None:
                processes.stop([child.process.pid], first=number, grace_s=STOP_GRACE_S)
            child.process.wait()
            return child.process.pid

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let an interrupt end the waiting threads too, instead of waiting for them to run out of time."""
        try:
            yield
        except BaseException:
            self._stopping.set()
            raise

    def _until(self, deadline: float) -> Callable[[str], bool]:
        def ready(name: str) -> bool:
            while time.monotonic() < deadline and not self._stopping.is_set():
                if self.is_ready(name):
                    self._say(name, "ready")
                    return True
                if self._children[name].crashes >= GIVE_UP_CRASHES:
                    return False
                time.sleep(0.1)
            return False

        return ready

    def _watch(self) -> None:
        """Start again what ended; the pause doubles with every crash in a row."""
        while not self._stopping.wait(WATCH_EVERY_S):
            with self._lock:
                for name, child in self._children.items():
                    if child.is_wanted and child.process.poll() is not None:
                        self._revive(name, child, now=time.monotonic())

    def _revive(self, name: str, child: Child, *, now: float) -> None:
        if child.restart_time is None:
            child.crashes = 0 if now - child.start_time > STEADY_S else child.crashes
            pause_s = min(FIRST_BACKOFF_S * 2**child.crashes, LONGEST_BACKOFF_S)
            child.restart_time = now + pause_s
            self._say(name, f"ended with {child.process.returncode}; starts again in {pause_s:.1f} s")
        elif now >= child.restart_time:
            child.process, child.start_time, child.restart_time = self._spawn(name), now, None
            child.crashes += 1
            child.restarts += 1
            self._write_state()

    def _say(self, name: str, words: str) -> None:
        if self.console is not None:
            self.console.say(name, f"supervisor: {words}")

    def _write_state(self) -> None:
        """Tell other programs where everything is; private, since it holds the databases' passwords."""
        state = {
            "supervisor": os.getpid(),
            "gateway_url": self.gateway_url,
            "docs_url": f"{self.gateway_url}/docs",
            "smtp_url": f"smtp://{self.address('mail-sink')}",
            "mail_folder": str(self.root.mail),
            "keys_folder": str(self.root.keys),
            "broker_url": self.stack.broker_url,
            "redis_url": self.stack.redis_url,
            "environments": {name: self.env(name) for name in ("notifications-server",)},
            "databases": {service: self.stack.database_url(service, "owner") for service in SERVICES},
            "processes": {
                name: {
                    "pid": child.process.pid,
                    "restarts": child.restarts,
                    "log": str(self.log(name)),
                    "ports": {port: self.ports[port] for port in plan.PROCESSES[name].port_names},
                }
                for name, child in self._children.items()
            },
        }
        write_private(self.root.suite_file, json.dumps(state, indent=2))
