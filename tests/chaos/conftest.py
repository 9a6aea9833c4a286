"""The suite that is broken here, and a practice whose slots nobody else wants."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from deploy.local.places import Root
from deploy.local.suite import Suite
from tests.bench.practice import Practice


@pytest.fixture(scope="package")
def breakable() -> Iterator[Suite]:
    """Every process, on the servers of the test run."""
    with Suite(Root("test"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"}) as suite:
        yield suite


@pytest.fixture(scope="package")
def practice(breakable: Suite) -> Practice:
    """Two hundred pairs of therapist and client."""
    made = Practice(breakable)
    asyncio.run(made.settle_in())
    return made
