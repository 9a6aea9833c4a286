"""Runs a private RabbitMQ node that can't meet another one."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen

from deploy.local import debian, processes
from deploy.local.places import Root, write_private

VHOST = "kept"
USER = "kept"
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"


def start(root: Root, *, ports: Mapping[str, int], passwords: Mapping[str, str]) -> dict[str, Popen[bytes]]:
    """
    Start the node and its name server, and wait until it speaks AMQP.

    The name server is ours as well: RabbitMQ would otherwise start one that outlives it,
    on the port where every other node of this machine registers.
    """
    home = root.path / "rabbitmq"
    home.mkdir(mode=0o700, exist_ok=True)
    cookie = home / ".erlang.cookie"
    if not cookie.exists():
        write_private(cookie, passwords["cookie"])
        cookie.chmod(0o400)
    configure(home, port=ports["broker"], password=passwords["broker"])
    env = environment(root, home, ports=ports)
    log = root.logs / "rabbitmq.log"
    epmd = shutil.which("epmd")
    if epmd is None or not debian.RABBITMQ_SERVER.exists():
        raise SystemExit("RabbitMQ is not installed: run `make install`")
    started = {
        "epmd": processes.spawn(
            [epmd, "-port", str(ports["epmd"]), "-address", "127.0.0.1"], root=root, env=env, log=log, cwd=home
        )
    }
    wait_listening(started["epmd"], port=ports["epmd"], log=log)
    started["broker"] = processes.spawn([debian.RABBITMQ_SERVER], root=root, env=env, log=log, cwd=home)
    wait_listening(started["broker"], port=ports["broker"], log=log, greeting=PROTOCOL_HEADER)
    return started


def url(*, port: int, password: str) -> str:
    """The broker's URL for every process of the suite."""
    return f"amqp://{USER}:{password}@127.0.0.1:{port}/{VHOST}"


def configure(home: Path, *, port: int, password: str) -> None:
    """Write the node's settings; small write-ahead files, because a laptop has many nodes' worth to do."""
    settings = {
        "listeners.tcp.1": f"127.0.0.1:{port}",
        "default_vhost": VHOST,
        "default_user": USER,
        "default_pass": password,
        "loopback_users.kept": "true",
        "vm_memory_high_watermark.absolute": "1GB",
        "disk_free_limit.absolute": "100MB",
        "raft.wal_max_size_bytes": "67108864",
        "log.console": "true",
        "log.console.level": "warning",
        "log.file": "false",
    }
    write_private(home / "rabbitmq.conf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
    (home / "enabled_plugins").write_text("[].\n")


def environment(root: Root, home: Path, *, ports: Mapping[str, int]) -> dict[str, str]:
    """Every place and port the node would otherwise share with the machine's own RabbitMQ."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_ALLOW_INPUT": "1",  # The Erlang machine replaces the script, so signals reach it.
        "RABBITMQ_SERVER_START_ARGS": "-noinput +B i",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none",
        "RABBITMQ_NODENAME": f"kept-{root.name}@localhost",
        "RABBITMQ_DIST_PORT": str(ports["dist"]),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none.conf"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "none.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_SCHEMA_DIR": str(home / "schema"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
    }


def wait_listening(child: Popen[bytes], *, port: int, log: Path, greeting: bytes = b"", timeout_s: float = 180) -> None:
    """Return when the port accepts a connection, and answers the greeting if there is one."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
                probe.sendall(greeting)
                if not greeting or probe.recv(8):
                    return
        except OSError:
            pass
        if child.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{Path(str(child.args[-1])).name} did not start; see {log}")  # type: ignore[index]
        time.sleep(0.05)
