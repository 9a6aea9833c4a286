"""How many segments a text takes: what it costs, and what can go missing of it."""

from __future__ import annotations

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic table. Source: 3GPP TS 23.038, 6.2.1."""

EXTENDED = frozenset("^{}\\[~]|€\f")
"""Take two places. Source: 3GPP TS 23.038, 6.2.1.1."""

GSM_ONE, GSM_MANY = 160, 153
UCS_ONE, UCS_MANY = 70, 67
"""Places of a message of one segment, and of each segment of a longer one. Source: 3GPP TS 23.040."""

PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
        "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u00a0": " ", "\u202f": " ",
    }
)  # fmt: skip
"""What word processors write for what a telephone has: one of them would make the whole text two bytes a letter."""


def plain(text: str) -> str:
    """Write typographic quotes, dashes and spaces as a telephone has them."""
    return text.translate(PLAIN)


def is_gsm(text: str) -> bool:
    """Tell whether a text fits the telephone's own alphabet."""
    return all(letter in GSM_7 or letter in EXTENDED for letter in text)


def segments(text: str) -> int:
    """
    Count the segments of a text.

    Cost:
        O(n). A letter of two places is never cut in two between segments.

    Source:
        3GPP TS 23.038 and 23.040; tests/unit/notifications/test_segments.py.
    """
    if is_gsm(text):
        sizes, one, many = [2 if letter in EXTENDED else 1 for letter in text], GSM_ONE, GSM_MANY
    else:
        sizes, one, many = [2 if ord(letter) > 0xFFFF else 1 for letter in text], UCS_ONE, UCS_MANY
    if sum(sizes) <= one:
        return 1
    count, room = 1, many
    for size in sizes:
        if size > room:
            count, room = count + 1, many
        room -= size
    return count
