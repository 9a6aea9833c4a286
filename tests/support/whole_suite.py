"""Lends tests the whole suite with the example practice in it, and people to call it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import psycopg
import pytest

from deploy.local import load_examples, people
from deploy.local.house_calls import SUITE_FILE, Person, sign_in
from deploy.local.places import ROOT_VARIABLE, Root
from deploy.local.suite import Suite
from services.chassis.oidc import DevelopmentIssuer
from tests.support.clamd_double import ClamdDouble
from tests.support.pages import OtherHouse

PAGES: dict[str, bytes] = {}
"""What a partner's house serves, by path; tests put pages there."""

PARTNER = OtherHouse(lambda path, _, body: (200, PAGES[path]) if path in PAGES else (404, b""))
"""A partner's house, whose pages may call the suite's API."""

OTHER_PRACTICE_ID = people.id_of("practice", "somewhere-else")


@contextmanager
def running_suite() -> Iterator[Suite]:
    """Run every process, on the servers of the test run, with the example practice loaded."""
    with scanning() as scanner_url:
        yield from _running(scanner_url)


@contextmanager
def scanning() -> Iterator[str]:
    """Run a virus scanner in a thread of its own, and return where it listens."""
    loop, double = asyncio.new_event_loop(), ClamdDouble()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(double.start(), loop).result()
    try:
        yield double.url
    finally:
        asyncio.run_coroutine_threadsafe(double.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _running(scanner_url: str) -> Iterator[Suite]:
    environment = {
        "KEPT_SCANNER_URL": scanner_url,
        "KEPT_RATE_LIMITS": "off",
        "KEPT_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "KEPT_PARTNER_ORIGINS": PARTNER.url,
    }
    with Suite(Root("test"), extra_env=environment) as suite:
        with pytest.MonkeyPatch.context() as patch:
            point_at(suite, patch)
            assert asyncio.run(load_examples.main()) == 0
        yield suite


def point_at(suite: Suite, patch: pytest.MonkeyPatch) -> None:
    """Tell programs of `deploy.local` that run in this process which suite to call."""
    patch.setenv(SUITE_FILE, str(suite.root.suite_file))
    patch.setenv(ROOT_VARIABLE, str(suite.root.path))


@pytest.fixture
async def http(whole_suite: Suite) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's side of the gateway."""
    async with httpx.AsyncClient(base_url=whole_suite.gateway_url, timeout=30) as client:
        yield client


@pytest.fixture
async def desk(http: httpx.AsyncClient) -> Person:
    """Somebody at the front desk."""
    return await sign_in(http, "desk")


@pytest.fixture
async def officer(http: httpx.AsyncClient) -> Person:
    """The compliance officer."""
    return await sign_in(http, "officer")


@pytest.fixture
def issuer(whole_suite: Suite) -> DevelopmentIssuer:
    """The development issuer with its real key: it signs whom a test asks for."""
    users = [
        *people.USERS,
        *(
            replace(user, user=f"other-{user.user}", practice_id=OTHER_PRACTICE_ID)
            for user in people.USERS
            if user.user in ("desk", "officer", "admin")
        ),
    ]
    made = DevelopmentIssuer.read(
        f"{whole_suite.gateway_url}/dev-issuer", whole_suite.root.keys / "gateway" / "oidc.key", None
    )
    made._users = {user.user: user for user in users}
    return made


def rows(suite: Suite, service: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Read a service's database as its owner."""
    with psycopg.connect(suite.stack.database_url(service, "owner")) as conn:
        return conn.execute(statement.encode(), values).fetchall()
