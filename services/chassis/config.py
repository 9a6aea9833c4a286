"""Reads what a process is told by its environment."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NEIGHBOURS = ("availability", "booking", "matching", "notifications", "audit")


class Misconfigured(Exception):
    """A setting is missing or can't be read; the process does not start."""


@dataclass(frozen=True, slots=True)
class ProcessConfig:
    """
    Settings of one process; every field names its variable.

    Source: environment variables KEPT_*; a list with meanings stands in README.md, section Settings.
    """

    service: str
    """KEPT_SERVICE: the service's name."""

    instance: str
    """KEPT_INSTANCE: tells this process from its replicas; names the audit emitter. Default: host and pid."""

    database_url: str = ""
    """KEPT_DATABASE_URL: PostgreSQL, as the role this process runs as."""

    migrate_database_url: str = ""
    """KEPT_MIGRATE_DATABASE_URL: PostgreSQL, as the owner of the tables."""

    broker_url: str = ""
    """KEPT_BROKER_URL: amqp://user:password@host:port/vhost."""

    redis_url: str = ""
    """KEPT_REDIS_URL: redis://host:port/db; may be gone."""

    grpc_listen: str = "127.0.0.1:50051"
    """KEPT_GRPC_LISTEN: host:port."""

    http_listen: str = "127.0.0.1:8080"
    """KEPT_HTTP_LISTEN: host:port, gateway only."""

    metrics_port: int = 0
    """KEPT_METRICS_PORT: Prometheus; 0 serves none."""

    metrics_host: str = "127.0.0.1"
    """KEPT_METRICS_HOST: address the metrics listen on."""

    keys_dir: Path | None = None
    """KEPT_KEYS_DIR: keys of this process, see `identity.py` and `crypto.py`."""

    tls_dir: Path | None = None
    """KEPT_TLS_DIR: ca.crt, tls.crt, tls.key; mutual TLS when set."""

    public_url: str = ""
    """KEPT_PUBLIC_URL: where clients reach the gateway."""

    smtp_url: str = ""
    """KEPT_SMTP_URL: smtp://host:port."""

    oidc_issuer: str = ""
    """KEPT_OIDC_ISSUER: empty means the embedded development issuer."""

    oidc_jwks_url: str = ""
    """KEPT_OIDC_JWKS_URL: the issuer's keys."""

    oidc_audience: str = "kept"
    """KEPT_OIDC_AUDIENCE: the audience access tokens must name."""

    vault_url: str = ""
    """KEPT_VAULT_URL: Vault Transit for the keyring; empty means the file keyring."""

    log_format: str = "json"
    """KEPT_LOG_FORMAT: json or text."""

    log_level: str = "info"
    """KEPT_LOG_LEVEL: debug, info, warning or error."""

    policies: Path = Path(__file__).parents[2] / "policies" / "kept.cedar"
    """KEPT_POLICIES: the Cedar policies."""

    audit_lag_max_s: int = 900
    """KEPT_AUDIT_LAG_MAX_S: seconds audit records may wait; then clients are not read."""

    audit_waiting_max: int = 500_000
    """KEPT_AUDIT_WAITING_MAX: audit records that may wait; then clients are not read."""

    targets: Mapping[str, str] = field(default_factory=dict)
    """KEPT_TARGET_<SERVICE>: gRPC targets of the neighbours."""

    def target(self, service: str) -> str:
        """Return where a neighbour answers. Raises Misconfigured when it is not set."""
        try:
            return self.targets[service]
        except KeyError:
            raise Misconfigured(f"KEPT_TARGET_{service.upper()} is not set") from None


def read_config(service: str, environ: Mapping[str, str] = os.environ) -> ProcessConfig:
    """
    Read the settings of a process of *service*.

    Raises:
        Misconfigured: A number is none, or a folder is not there.
    """

    def folder(name: str) -> Path | None:
        text = environ.get(name, "")
        if text and not Path(text).is_dir():
            raise Misconfigured(f"{name} names no folder: {text}")
        return Path(text) if text else None

    metrics_port = environ.get("KEPT_METRICS_PORT", "0")
    if not metrics_port.isdigit():
        raise Misconfigured(f"KEPT_METRICS_PORT is no port: {metrics_port}")
    default = ProcessConfig(service=service, instance="")

    def number(name: str, otherwise: int) -> int:
        text = environ.get(name, "")
        if text and not (text.isascii() and text.isdigit()):
            raise Misconfigured(f"{name} is no whole number: {text}")
        return int(text) if text else otherwise

    return ProcessConfig(
        service=environ.get("KEPT_SERVICE") or service,
        instance=environ.get("KEPT_INSTANCE") or f"{socket.gethostname()}-{os.getpid()}",
        database_url=environ.get("KEPT_DATABASE_URL", ""),
        migrate_database_url=environ.get("KEPT_MIGRATE_DATABASE_URL", ""),
        broker_url=environ.get("KEPT_BROKER_URL", ""),
        redis_url=environ.get("KEPT_REDIS_URL", ""),
        grpc_listen=environ.get("KEPT_GRPC_LISTEN", default.grpc_listen),
        http_listen=environ.get("KEPT_HTTP_LISTEN", default.http_listen),
        metrics_port=int(metrics_port),
        metrics_host=environ.get("KEPT_METRICS_HOST", default.metrics_host),
        keys_dir=folder("KEPT_KEYS_DIR"),
        tls_dir=folder("KEPT_TLS_DIR"),
        public_url=environ.get("KEPT_PUBLIC_URL", "").rstrip("/"),
        smtp_url=environ.get("KEPT_SMTP_URL", ""),
        oidc_issuer=environ.get("KEPT_OIDC_ISSUER", ""),
        oidc_jwks_url=environ.get("KEPT_OIDC_JWKS_URL", ""),
        oidc_audience=environ.get("KEPT_OIDC_AUDIENCE", default.oidc_audience),
        vault_url=environ.get("KEPT_VAULT_URL", ""),
        log_format=environ.get("KEPT_LOG_FORMAT", default.log_format),
        log_level=environ.get("KEPT_LOG_LEVEL", default.log_level),
        policies=Path(environ.get("KEPT_POLICIES") or default.policies),
        audit_lag_max_s=number("KEPT_AUDIT_LAG_MAX_S", default.audit_lag_max_s),
        audit_waiting_max=number("KEPT_AUDIT_WAITING_MAX", default.audit_waiting_max),
        targets={name: environ[key] for name in NEIGHBOURS if environ.get(key := f"KEPT_TARGET_{name.upper()}")},
    )
