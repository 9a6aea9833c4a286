"""Every call has a trace, and keeps the one it came with."""

from __future__ import annotations

import re

import pytest

from services.chassis import tracing

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_given_trace_goes_on() -> None:
    """W3C Trace Context, section 3.2."""
    assert tracing.parent_of(GIVEN) == GIVEN


@pytest.mark.parametrize("given", ["", "00-xyz", GIVEN.upper(), GIVEN + "-more", "01-" + GIVEN[3:], "ada@example.org"])
def test_what_is_no_trace_is_replaced(given: str) -> None:
    """A header is a stranger's word: it goes into logs, so only its one form is kept."""
    made = tracing.parent_of(given)

    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", made)
    assert made != tracing.parent_of(given)


def test_without_an_exporter_a_span_passes_the_trace_on() -> None:
    """And costs nothing."""
    with tracing.span("booking.BookAppointment", GIVEN) as passed:
        assert passed == GIVEN
