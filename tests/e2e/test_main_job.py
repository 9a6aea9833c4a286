"""A person gets an appointment, is reminded, moves it, cancels it, and can prove who looked."""

from __future__ import annotations

import pytest
import yaml

from deploy.local import load_examples, story
from deploy.local.people import PRACTICE_ID, id_of
from deploy.local.places import REPO
from deploy.local.suite import Suite
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_the_walk_of_the_demo_goes_through(pointed: Suite) -> None:
    """Search, book, refuse, remind, confirm, move, cancel, audit: the same steps `make demo` shows."""
    assert await story.main() == 0


async def test_loading_the_example_twice_loads_it_once(pointed: Suite) -> None:
    """Rerunning the loader adds nothing."""
    # Other tests register clients of their own in this practice.
    practice = yaml.safe_load((REPO / "examples" / "practice.yaml").read_text(encoding="utf-8"))
    ours = [id_of("client", each["id"]) for each in practice["clients"]]
    count = "select count(*), count(*) filter (where client_id = any(%s::uuid[])) from clients where practice_id = %s"
    before = rows(pointed, "booking", count, ours, PRACTICE_ID)

    assert await load_examples.main() == 0

    assert rows(pointed, "booking", count, ours, PRACTICE_ID) == before
    assert before[0][1] == 200
