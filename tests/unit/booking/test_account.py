"""Codes of invitations."""

from __future__ import annotations

import re

from services.booking.domain.account import code_hash, is_same_day, new_code


def test_a_code_is_long_and_read_in_any_spelling() -> None:
    """Three groups of four; case, blanks, hyphens and look-alikes don't matter."""
    code = new_code()

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code != new_code()
    assert code_hash("p", "7KQ0-M1XZ-90TD") == code_hash("p", " 7kqo mlxz 9otd")
    assert code_hash("p", code) != code_hash("q", code)


def test_an_unknown_birth_date_is_nobody_s() -> None:
    """A client without one is verified by nothing."""
    assert is_same_day("1990-04-01", "1990-04-01")
    assert not is_same_day("1990-04-01", "1990-04-02")
    assert not is_same_day("", "")
