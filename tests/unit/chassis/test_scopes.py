"""What the scopes of an app's token let it ask for."""

from __future__ import annotations

import pytest

from services.chassis.scopes import reach


@pytest.mark.parametrize(
    ("scope", "action", "effect", "wanted"),
    [
        ("patient/Appointment.rs", "appointment.read", "E", "patient"),
        ("patient/Appointment.rs", "appointment.cancel", "U", "missing"),
        ("patient/Appointment.write", "appointment.cancel", "U", "patient"),
        ("patient/*.read", "client.read", "R", "patient"),
        ("user/*.*", "client.register", "C", "user"),
        ("user/Waitlist.cruds", "waitlist.join", "C", "user"),
        ("patient/Appointment.sr", "appointment.read", "R", "missing"),
        ("patient/Appointment.rs?category=x", "appointment.read", "R", "missing"),
        ("system/Appointment.rs", "appointment.read", "R", "missing"),
        ("openid", "appointment.read", "R", "missing"),
    ],
)
def test_a_scope_says_how_far_an_app_may_go(scope: str, action: str, effect: str, wanted: str) -> None:
    """Level, resource type and letter; what is not written as SMART says gives nothing."""
    assert reach(frozenset({scope}), action, effect) == wanted


def test_the_wider_scope_wins_and_no_app_is_not_bound() -> None:
    """A user's scope beside a patient's counts; our own front ends carry none."""
    both = frozenset({"patient/Appointment.rs", "user/Appointment.rs"})

    assert reach(both, "appointment.read", "R") == "user"
    assert reach(None, "appointment.read", "R") == "unbound"
