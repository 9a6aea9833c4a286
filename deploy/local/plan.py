"""Lists the processes of the suite with their commands and environments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.local import keys, people
from deploy.local.places import PYTHON, Root
from deploy.local.postgres import SERVICES
from deploy.local.sink_page import sms_url
from deploy.local.stack import Stack


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the suite."""

    name: str
    service: str
    kind: Literal["server", "worker", "gateway", "mail"]

    @property
    def port_names(self) -> tuple[str, ...]:
        """Ports this process listens on, by the names they are remembered under."""
        if self.kind == "mail":
            return (self.name, f"{self.name}.page")
        metrics = f"{self.name}.metrics"
        return (metrics,) if self.kind == "worker" else (self.name, metrics)


MAIL = Process("mail-sink", "mail", "mail")
GATEWAY = Process("gateway", "gateway", "gateway")
PROCESSES: dict[str, Process] = {
    process.name: process
    for process in (
        MAIL,
        *(Process(f"{service}-server", service, "server") for service in SERVICES),
        *(Process(f"{service}-worker", service, "worker") for service in SERVICES),
        GATEWAY,
    )
}
PORT_NAMES = tuple(name for process in PROCESSES.values() for name in process.port_names)


def command(process: Process, *, ports: Mapping[str, int], root: Root) -> list[str]:
    """What to run for *process*."""
    if process.kind == "mail":
        arguments = ["--port", str(ports[process.name]), "--folder", str(root.mail)]
        arguments += ["--page-port", str(ports[f"{process.name}.page"])]
        arguments += ["--gateway-url", f"http://127.0.0.1:{ports[GATEWAY.name]}"]
        return [str(PYTHON), "-m", "deploy.local.mail_sink", *arguments]
    module = "server" if process.kind == "gateway" else process.kind
    return [str(PYTHON), "-m", f"services.{process.service}.{module}"]


def environment(process: Process, *, ports: Mapping[str, int], stack: Stack, log_format: str) -> dict[str, str]:
    """
    Everything *process* is told, and nothing another one's secrets are in.

    The caller's own KEPT_ variables are left out: a suite must not reach a database
    that a shell happens to point at.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEPT_", "PYTHON", "PG"))}
    kept |= {"PYTHONTZPATH": "", "PYTHONUNBUFFERED": "1"}
    if process.kind == "mail":
        return kept
    kept |= {
        "KEPT_SERVICE": process.service,
        "KEPT_INSTANCE": f"{process.kind}-1",
        "KEPT_KEYS_DIR": str(keys.folder(stack.root, process.service)),
        "KEPT_METRICS_PORT": str(ports[f"{process.name}.metrics"]),
        "KEPT_REDIS_URL": stack.redis_url,
        "KEPT_PUBLIC_URL": f"http://127.0.0.1:{ports[GATEWAY.name]}",
        "KEPT_SMTP_URL": f"smtp://127.0.0.1:{ports[MAIL.name]}",
        "KEPT_LOG_FORMAT": log_format,
        **{f"KEPT_TARGET_{service.upper()}": f"127.0.0.1:{ports[f'{service}-server']}" for service in SERVICES},
    }
    if process.name in ports:
        kept["KEPT_GRPC_LISTEN"] = f"127.0.0.1:{ports[process.name]}"
    if process.kind == "gateway":
        kept["KEPT_HTTP_LISTEN"] = kept.pop("KEPT_GRPC_LISTEN")
        kept["KEPT_DEMO_USERS"] = str(people.write_users(stack.root.path / "users.json"))
        # Names under localhost are this machine's: three origins, and so three cookies, on one port.
        port = ports[GATEWAY.name]
        kept["KEPT_PORTAL_ORIGINS"] = " ".join(
            f"{face}=http://{name}.localhost:{port}" for face, name in people.PORTALS.items()
        )
        return kept
    if process.service == "notifications":
        kept["KEPT_SMS_URLS"] = sms_url(ports[f"{MAIL.name}.page"])
    role: Literal["server", "worker"] = "worker" if process.kind == "worker" else "server"
    kept["KEPT_BROKER_URL"] = stack.broker_url
    kept["KEPT_DATABASE_URL"] = stack.database_url(process.service, role)
    if process.name == "audit-server":
        kept["KEPT_ARCHIVE"] = f"file:{stack.root.path / 'archive'}"
        kept["KEPT_WITNESSES"] = f"file:{stack.root.path / 'witness'}"
    return kept
