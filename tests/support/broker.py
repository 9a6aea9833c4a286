"""Lends tests a private RabbitMQ node and a Redis."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest

from deploy.local import ports, processes, rabbitmq, redis_server
from deploy.local.places import Root
from tests.support.postgres import private_root


class OwnBroker:
    """A broker node that a test may stop and start."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._ports = ports.choose(["broker", "dist", "epmd"], remembered={})
        self._passwords = {"broker": secrets.token_hex(16), "cookie": secrets.token_hex(16)}
        self._children: dict[str, Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """How to reach the node; the same after a restart."""
        return rabbitmq.url(port=self._ports["broker"], password=self._passwords["broker"])

    def start(self) -> None:
        """Start, or start again with the same queues."""
        self._children = rabbitmq.start(self._root, ports=self._ports, passwords=self._passwords)

    def stop(self) -> None:
        """Stop the node and its name server."""
        for name in ("broker", "epmd"):
            if child := self._children.pop(name, None):
                processes.stop([child.pid])
                child.wait()


@contextmanager
def private_broker() -> Iterator[OwnBroker]:
    """Run a throwaway node with its own name, folders and name server."""
    with private_root() as root:
        broker = OwnBroker(root)
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """The test run's broker: the one `make test` started, or one of our own."""
    if url := os.environ.get("KEPT_TEST_BROKER_URL"):
        yield url
        return
    with private_broker() as broker:
        yield broker.url


@pytest.fixture
def own_broker() -> Iterator[OwnBroker]:
    """A broker that this one test may stop and start."""
    with private_broker() as broker:
        yield broker


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The test run's Redis: the one `make test` started, or one of our own."""
    if url := os.environ.get("KEPT_TEST_REDIS_URL"):
        yield url
        return
    with private_root() as root:
        port = ports.choose(["redis"], remembered={})["redis"]
        password = secrets.token_hex(16)
        child = redis_server.start(root, port=port, password=password)
        try:
            yield redis_server.url(port=port, password=password)
        finally:
            processes.stop([child.pid])
