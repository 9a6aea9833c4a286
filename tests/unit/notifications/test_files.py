"""A file is what its content is."""

from __future__ import annotations

import pytest

from services.chassis.errors import ServiceError
from services.notifications.domain import errors
from services.notifications.domain.file import LARGEST_FILE_BYTES, checked_name, media_type_of


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("Grüße,\nmañana\tno puedo".encode(), "text/plain"),
        (b"x" * LARGEST_FILE_BYTES, "text/plain"),
    ],
)
def test_what_people_send_is_taken(content: bytes, media_type: str) -> None:
    """Letters, photographs, notes; up to the limit exactly."""
    assert media_type == media_type_of(content)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.FileEmpty),
        (b"x" * (LARGEST_FILE_BYTES + 1), errors.FileTooLarge),
        (b"<html><script>alert(1)</script>", errors.FileTypeRefused),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", errors.FileTypeRefused),
        (b"#!/bin/sh\nrm -rf /", errors.FileTypeRefused),
        (b"MZ\x90\x00", errors.FileTypeRefused),
        (b"PK\x03\x04", errors.FileTypeRefused),
        (b"GIF89a\x01\x00", errors.FileTypeRefused),
        (b"\x00\x01\x02", errors.FileTypeRefused),
        (b"RIFF\x00\x00\x00\x00WAVE", errors.FileTypeRefused),
    ],
)
def test_everything_else_is_refused_whatever_its_name_says(content: bytes, refusal: type[ServiceError]) -> None:
    """Pages, scripts, programs, archives."""
    with pytest.raises(refusal):
        media_type_of(content)


@pytest.mark.parametrize("name", ["", " ", "..", "a/b.pdf", "a\\b.pdf", "a\nb.pdf", "x" * 121, "con:1", 'a".pdf'])
def test_a_name_is_no_path(name: str) -> None:
    """Nothing that a computer could take for a place."""
    with pytest.raises(errors.FileNameMalformed):
        checked_name(name)


def test_a_name_is_kept_as_it_was() -> None:
    """With accents and spaces."""
    assert checked_name(" Informe médico 3.pdf ") == "Informe médico 3.pdf"
