"""A person gets an appointment, is reminded, moves it, cancels it, and can prove who looked."""

from __future__ import annotations

import pytest

from deploy.local import load_examples, story
from deploy.local.people import PRACTICE_ID
from deploy.local.suite import Suite
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_the_walk_of_the_demo_goes_through(pointed: Suite) -> None:
    """Search, book, refuse, remind, confirm, move, cancel, audit: the same steps `make demo` shows."""
    assert await story.main() == 0


async def test_loading_the_example_twice_loads_it_once(pointed: Suite) -> None:
    """Rerunning the loader adds nothing."""
    count = "select count(*) from clients where practice_id = %s"
    before = rows(pointed, "booking", count, PRACTICE_ID)

    assert await load_examples.main() == 0

    assert rows(pointed, "booking", count, PRACTICE_ID) == before == [(200,)]
