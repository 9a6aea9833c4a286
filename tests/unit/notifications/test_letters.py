"""A mail on the wire is what the standard library reads back, and no value becomes a header of its own."""

from __future__ import annotations

import email
from email.policy import SMTP

import pytest

from services.notifications.adapters.letters import LONGEST_LINE, wire

HEADERS = {
    "MIME-Version": "1.0",
    "From": "Appointments <appointments@kept.example>",
    "To": "client@example.com",
    "Subject": "=?utf-8?q?Su_cita_est=C3=A1_reservada?=",
    "Content-Type": 'multipart/alternative; boundary="kept-1"',
}
TEXT = "Tiene una cita el miércoles.\n\n.a dot in front\n" + "x" * 300 + "\nHasta mañana, 1 = 1\n"


def test_what_is_written_is_read_back_word_for_word() -> None:
    """Umlauts, long lines, leading dots and equals signs survive; every line is short, seven bits and ends in CRLF."""
    mail = wire(HEADERS, {"plain": TEXT, "html": "<p>mañana</p>\n"}, "kept-1")

    letter = email.message_from_bytes(mail, policy=SMTP)
    for kind, text in (("plain", TEXT), ("html", "<p>mañana</p>\n")):
        part = letter.get_body((kind,))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n") == text
    assert letter["Subject"] == "Su cita está reservada"
    assert mail.isascii()
    assert mail.count(b"\n") == mail.count(b"\r\n")
    assert max(map(len, mail.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "value", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: y", "x" * LONGEST_LINE, "ñ@b.example"]
)
def test_a_header_that_does_not_fit_in_its_line_is_refused(value: str) -> None:
    """Neither a second header nor an endless line leaves the house."""
    with pytest.raises(ValueError, match="header"):
        wire(HEADERS | {"To": value}, {"plain": "words"}, "kept-1")
