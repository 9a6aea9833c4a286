"""The suite these tests share; it is stopped after the last of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.suite import Suite
from tests.support.whole_suite import point_at, running_suite


@pytest.fixture(scope="package")
def whole_suite() -> Iterator[Suite]:
    """Every process, with the example practice in it."""
    with running_suite() as suite:
        yield suite


@pytest.fixture
def pointed(whole_suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """The suite, known to the programs of `deploy.local` in this process."""
    point_at(whole_suite, monkeypatch)
    return whole_suite
