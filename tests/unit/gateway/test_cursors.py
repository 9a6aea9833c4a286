"""A cursor says nothing, and is good for one person and one list."""

from __future__ import annotations

import os

import pytest

from services.chassis import errors
from services.gateway.cursors import Cursors

PLACE = "practice|user:desk|ListFees"


def test_a_cursor_leads_back_to_its_page() -> None:
    """Sealed and opened; the first page and the last have none."""
    cursors = Cursors(os.urandom(32))

    cursor = cursors.seal("token", PLACE)

    assert "token" not in cursor
    assert cursors.open(cursor, PLACE) == "token"
    assert (cursors.seal("", PLACE), cursors.open("", PLACE)) == ("", "")


@pytest.mark.parametrize("spoil", [lambda text: text[:-2] + "AA", lambda _: "noise", lambda _: "ü", lambda _: "A"])
def test_a_cursor_that_was_made_up_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    """Whatever was changed."""
    cursors = Cursors(os.urandom(32))

    with pytest.raises(errors.InvalidRequest):
        cursors.open(spoil(cursors.seal("a page token", PLACE)), PLACE)


def test_a_cursor_of_somebody_else_is_refused() -> None:
    """Neither another person, nor another list, nor another key."""
    cursors = Cursors(os.urandom(32))
    cursor = cursors.seal("token", PLACE)

    for other, place in ((cursors, "practice|user:other|ListFees"), (Cursors(os.urandom(32)), PLACE)):
        with pytest.raises(errors.InvalidRequest):
            other.open(cursor, place)
