"""Lends tests a private PostgreSQL and migrated databases with their three roles."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen

import psycopg
import pytest
from psycopg import conninfo, sql

from deploy.local import ports, processes
from deploy.local import postgres as local_postgres
from deploy.local.places import Root
from services.chassis.db.migrate import apply_migrations


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """A database of its own and the ways in."""

    name: str
    admin_url: str
    """Superuser, at the server's `postgres` database."""
    owner_url: str
    server_url: str
    worker_url: str

    def drop(self) -> None:
        """Remove the database and its roles; whoever is still connected is thrown out."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.name)))
            for kind in (*local_postgres.ROLES, *local_postgres.TRAIL_ROLES):
                admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{self.name}_{kind}")))


class PostgresServer:
    """A server, and the superuser's way in."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    def fresh_database(self, service: str, *, migrate: bool = True) -> FreshDatabase:
        """Create a database with its roles as the local stack does, and migrate it for *service*."""
        name = f"kept_{service}_{secrets.token_hex(4)}"
        urls = {}
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            for kind in local_postgres.ROLES:
                role, password = f"{name}_{kind}", secrets.token_hex(16)
                admin.execute(
                    sql.SQL("create role {} login nosuperuser nobypassrls password {}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
                urls[kind] = _url(self.admin_url, dbname=name, user=role, password=password)
            if service == "audit":
                local_postgres.part_trail_roles(admin, database=name)
            local_postgres.create_database(admin, database=name, url=self.admin_url)
        if migrate:
            apply_migrations(urls["owner"], service)
        return FreshDatabase(name, self.admin_url, urls["owner"], urls["server"], urls["worker"])


class OwnPostgres(PostgresServer):
    """A server that a test may stop and start."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._port = ports.choose(["postgres"], remembered={})["postgres"]
        self._password = secrets.token_hex(16)
        self._child: Popen[bytes] | None = None
        super().__init__(local_postgres.admin_url(port=self._port, password=self._password))

    def start(self) -> None:
        """Start, or start again with the same data on the same port."""
        self._child = local_postgres.start(
            self._root, port=self._port, passwords={local_postgres.ADMIN: self._password}
        )

    def stop(self) -> None:
        """Stop without a checkpoint, as a crash would."""
        if self._child is not None:
            processes.stop([self._child.pid], first=signal.SIGQUIT)
            self._child.wait()
            self._child = None


@contextmanager
def private_postgres() -> Iterator[OwnPostgres]:
    """Run a throwaway server on a free port; fsync stays on, or the tests would prove nothing."""
    with private_root() as root:
        server = OwnPostgres(root)
        server.start()
        try:
            yield server
        finally:
            server.stop()
            local_postgres.remove_data(root)


@contextmanager
def private_root() -> Iterator[Root]:
    """A home for servers of this test run alone."""
    root = Root(f"pytest-{secrets.token_hex(4)}")
    root.make()
    try:
        yield root
    finally:
        shutil.rmtree(root.path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The test run's server: the one `make test` started, or one of our own."""
    if url := os.environ.get("KEPT_TEST_PG_ADMIN_URL"):
        yield PostgresServer(url)
        return
    with private_postgres() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """A server that this one test may stop and start."""
    with private_postgres() as server:
        yield server


@pytest.fixture
def fresh(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database with the chassis' own tables only, gone after the test."""
    database = postgres.fresh_database("chassis")
    yield database
    database.drop()


def _url(admin_url: str, *, dbname: str, user: str, password: str) -> str:
    parts = conninfo.conninfo_to_dict(admin_url)
    return f"postgresql://{user}:{password}@{parts['host']}:{parts['port']}/{dbname}"
