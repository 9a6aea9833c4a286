"""One program at a time runs a root."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from deploy.local import holding
from deploy.local.places import Root

pytestmark = pytest.mark.integration


@pytest.fixture
def root() -> Iterator[Root]:
    """A root nobody else has."""
    made = Root(f"holding-{os.getpid()}")
    yield made
    holding.lock_file(made, "suite").unlink(missing_ok=True)


def test_a_second_demo_is_turned_away_and_told_who_runs_the_first(root: Root) -> None:
    """Two supervisors on one stack would fight over every process."""
    held = holding.hold(root, "suite")

    with pytest.raises(SystemExit, match=str(os.getpid())):
        holding.hold(root, "suite")

    held.release()


def test_a_root_that_was_let_go_can_be_taken_again(root: Root) -> None:
    """The kernel frees the lock of a crashed holder the same way."""
    holding.hold(root, "suite").release()

    again = holding.hold(root, "suite")
    holder = holding.holder(root, "suite")
    again.release()

    assert os.getpid() == holder
    assert holding.holder(root, "suite") is None
