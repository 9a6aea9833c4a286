"""A text costs what its letters cost."""

from __future__ import annotations

import pytest

from services.notifications.domain.segments import is_gsm, plain, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        # 152 places and a letter of two: it does not fit into the 153 of the first segment.
        ("a" * 152 + "€" + "a" * 152, 3),
    ],
)
def test_a_text_takes_so_many_segments(text: str, count: int) -> None:
    """Seven bits, two places, and two bytes."""
    assert count == segments(text)


def test_a_typographic_quote_makes_no_text_dearer() -> None:
    """149 letters with a curly quote: three segments as written, one as sent."""
    text = "It\u2019s time. " + "a" * 138

    assert (segments(text), segments(plain(text)), is_gsm(plain(text))) == (3, 1, True)


def test_spanish_is_sent_in_seven_bits_where_the_alphabet_allows() -> None:
    """ñ, ¿ and é are in the telephone's alphabet; í is not."""
    assert is_gsm("¿Mañana a las 3? é")
    assert not is_gsm("día")
