"""Runs a private PostgreSQL with one database and three roles a service."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT
from subprocess import Popen

import psycopg
from psycopg import sql

from deploy.local import debian, processes
from deploy.local.places import REPO, Root

SERVICES = ("availability", "booking", "notifications", "matching", "audit")
ADMIN = "kept_admin"
ROLES = ("owner", "server", "worker")
TRAIL_ROLES = ("ingest", "reader")
"""Roles that the trail's server takes on for a transaction and has not by itself; nobody signs in as one."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "192MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m %q%u@%d ",
}
"""fsync and synchronous_commit stay on: a demo that loses a booking would teach the wrong lesson."""

SCHEMA_LOG = REPO / "deploy" / "k8s" / "overlays" / "dev" / "log-schema-changes.psql"
"""Writes down what is done to the trail's schema; a superuser's, so that the owner can't undo it."""

CRASHED_S = 15.0
"""Seconds in which a start that fails at once is tried again."""


def start(root: Root, *, port: int, passwords: Mapping[str, str]) -> Popen[bytes]:
    """Initialise the cluster once, start it, and wait until it answers."""
    binaries = debian.postgres_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed: run `make install`")
    data = data_directory(root, version=binaries.parent.name)
    if not (data / "PG_VERSION").exists():
        initialise(data, binaries=binaries, password=passwords[ADMIN])
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    deadline = time.monotonic() + CRASHED_S
    while True:
        child = processes.spawn(
            [binaries / "postgres", "-D", data, "-p", str(port), *options],
            root=root,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            log=root.logs / "postgres.log",
            death_signal=SIGINT,
            as_user=cluster_user(),
            cwd=data,
        )
        try:
            wait_ready(child, port=port, password=passwords[ADMIN], log=root.logs / "postgres.log")
        except SystemExit:
            # After a kill -9 the server's children live on for a moment, and the next server refuses to start beside.
            if child.poll() is None or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return child


def admin_url(*, port: int, password: str, database: str = "postgres") -> str:
    """The superuser's URL."""
    return f"postgresql://{ADMIN}:{password}@127.0.0.1:{port}/{database}"


def cluster_user() -> str | None:
    """PostgreSQL refuses to run as root; the package's own user does it then."""
    return "postgres" if os.geteuid() == 0 else None


def data_directory(root: Root, *, version: str) -> Path:
    """
    Where the cluster lives: in the root, when the user that runs it can get there.

    A checkout below root's home is closed to user postgres. The cluster then lives in
    /var/tmp, in a folder that only postgres may open, named by the root's path.
    """
    inside = root.path / f"postgres-{version}"
    user = cluster_user()
    if user is None:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    outside = Path("/var/tmp") / f"kept-{hashlib.sha256(str(root.path).encode()).hexdigest()[:12]}-{version}"  # noqa: S108
    data = inside if inside.exists() or can_pass(user, root.path) else outside
    account = pwd.getpwnam(user)
    data.mkdir(mode=0o700, exist_ok=True)
    if data.lstat().st_uid not in (0, account.pw_uid) or data.is_symlink():
        raise SystemExit(f"{data} belongs to someone else; remove it or choose another checkout")
    os.chown(data, account.pw_uid, account.pw_gid)
    return data


def becoming(user: str | None) -> list[str]:
    """The front of a command line that another user shall run."""
    return [] if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]


def can_pass(user: str, folder: Path) -> bool:
    """Whether *user* may go through every folder down to this one."""
    test = [*becoming(user), "test", "-x", str(folder)]
    return subprocess.run(test, check=False, capture_output=True).returncode == 0


def remove_data(root: Root) -> None:
    """Delete the cluster, wherever it lives."""
    binaries = debian.postgres_binaries()
    if binaries is not None:
        shutil.rmtree(data_directory(root, version=binaries.parent.name), ignore_errors=True)


def initialise(data: Path, *, binaries: Path, password: str) -> None:
    """Create an empty cluster whose superuser has this password."""
    secret = data.with_name(data.name + ".password")
    secret.write_text(password)
    secret.chmod(0o600)
    user = cluster_user()
    if user is not None:
        os.chown(secret, pwd.getpwnam(user).pw_uid, -1)
    command = [*becoming(user), str(binaries / "initdb"), "-D", str(data), "-U", ADMIN, f"--pwfile={secret}"]
    try:
        done = subprocess.run(
            [*command, "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
            cwd=data,
            env={"PATH": os.environ["PATH"]},
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        secret.unlink()
    if done.returncode != 0:
        raise SystemExit(f"initdb failed:\n{done.stdout}{done.stderr}")


def wait_ready(child: Popen[bytes], *, port: int, password: str, log: Path, timeout_s: float = 60) -> None:
    """Return when a query is answered."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            psycopg.connect(admin_url(port=port, password=password), connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if child.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL did not start ({error}); see {log}") from error
        time.sleep(0.05)


def create_databases(*, port: int, passwords: Mapping[str, str]) -> None:
    """
    Give every service a database that only its own three roles may open.

    Safe to repeat: what is there stays, and passwords are set again.
    """
    url = admin_url(port=port, password=passwords[ADMIN])
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        roles = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        databases = {row[0] for row in admin.execute("SELECT datname FROM pg_database")}
        for database in (f"kept_{service}" for service in SERVICES):
            for role in (f"{database}_{role}" for role in ROLES):
                verb = sql.SQL("ALTER" if role in roles else "CREATE")
                admin.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                        verb, sql.Identifier(role), sql.Literal(passwords[role])
                    )
                )
            if database == "kept_audit":
                part_trail_roles(admin, database=database)
            if database not in databases:
                create_database(admin, database=database, url=url)


def part_trail_roles(admin: psycopg.Connection, *, database: str) -> None:
    """Give the trail's server the roles it takes records in and reads with. Safe to repeat."""
    roles = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
    server = sql.Identifier(f"{database}_server")
    admin.execute(sql.SQL("ALTER ROLE {} NOINHERIT").format(server))
    for role in (f"{database}_{each}" for each in TRAIL_ROLES):
        if role not in roles:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), server))


def create_database(admin: psycopg.Connection, *, database: str, url: str) -> None:
    """Create one database, closed to everyone but its roles."""
    name, owner = sql.Identifier(database), sql.Identifier(f"{database}_owner")
    visitors = sql.SQL(", ").join(sql.Identifier(f"{database}_{role}") for role in ROLES)
    admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, visitors))
    with psycopg.connect(url, dbname=database, autocommit=True) as inside:
        inside.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        inside.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
        inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(visitors))
        if database.startswith("kept_audit"):
            inside.execute(SCHEMA_LOG.read_bytes())


def drop_databases(*, port: int, passwords: Mapping[str, str]) -> None:
    """Drop the five databases, whoever is connected."""
    with psycopg.connect(admin_url(port=port, password=passwords[ADMIN]), autocommit=True) as admin:
        for service in SERVICES:
            name = sql.Identifier(f"kept_{service}")
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
