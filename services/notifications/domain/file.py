"""What a file is, by its content; its name and what its sender says of it prove nothing."""

from __future__ import annotations

from services.notifications.domain import errors

LARGEST_FILE_BYTES = 3 * 1024 * 1024
"""Bytes of a file: a photographed form, a letter in PDF."""

LONGEST_NAME = 120

BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
"""Source: the formats' own magic numbers."""

NEVER_IN_NAMES = frozenset('/\\:*?"<>|')


def media_type_of(content: bytes) -> str:
    """
    Say what a file is.

    Raises:
        FileEmpty, FileTooLarge: As named. (INVALID_ARGUMENT)
        FileTypeRefused: None of the types that are taken: no HTML, no SVG, no archive, no program. (INVALID_ARGUMENT)
    """
    if not content:
        raise errors.FileEmpty("The file is empty.", field="content")
    if len(content) > LARGEST_FILE_BYTES:
        raise errors.FileTooLarge("The file is too large.", field="content", most_bytes=str(LARGEST_FILE_BYTES))
    for beginning, media_type in BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if _is_plain_text(content):
        return "text/plain"
    raise errors.FileTypeRefused("Files are PDF, PNG, JPEG, WebP or plain text.", field="content")


def checked_name(name: str) -> str:
    """Return a file's name as it is kept. Raises FileNameMalformed. (INVALID_ARGUMENT)"""
    kept = name.strip().strip(".")
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable() or not NEVER_IN_NAMES.isdisjoint(kept):
        raise errors.FileNameMalformed("A file's name has 1 to 120 characters and no path.", field="file_name")
    return kept


def _is_plain_text(content: bytes) -> bool:
    """Tell whether it is text that no reader takes for anything else: a page in HTML, a script or an image in SVG."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    is_readable = all(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return is_readable and not text.lstrip("\ufeff \n\r\t").startswith(("<", "#!"))
