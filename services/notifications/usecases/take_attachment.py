"""Takes a file in: its type by its content, past the scanner, within a client's room."""

from __future__ import annotations

from typing import Protocol

from services.notifications.domain import errors
from services.notifications.domain.file import checked_name, media_type_of
from services.notifications.domain.thread import MOST_STORED_BYTES, Attachment


class Scanner(Protocol):
    """Looks for harm in files."""

    async def is_clean(self, content: bytes) -> bool:
        """
        Tell whether nothing harmful was found.

        Raises:
            ScannerAway: It does not answer, so nothing is known. (UNAVAILABLE)
            ScannerMissing: None is set up, so no file is taken. (FAILED_PRECONDITION)
        """


class Shelf(Protocol):
    """The files of one practice's clients, inside one transaction."""

    async def put(self, attachment: Attachment, content: bytes) -> int:
        """Store a file; return how many bytes its client has stored with it."""


async def check_file(file_name: str, content: bytes, *, scanner: Scanner) -> tuple[str, str]:
    """
    Check a file before any transaction is open; return its name and type.

    Raises:
        FileEmpty, FileTooLarge, FileTypeRefused, FileNameMalformed: As named. (INVALID_ARGUMENT)
        FileInfected: The scanner found harm. (INVALID_ARGUMENT)
        ScannerAway, ScannerMissing: Nothing is known of it, so it is not taken. (UNAVAILABLE, FAILED_PRECONDITION)
    """
    name, media_type = checked_name(file_name), media_type_of(content)
    if not await scanner.is_clean(content):
        raise errors.FileInfected("The scanner refused the file.", field="content")
    return name, media_type


async def take_attachment(shelf: Shelf, attachment: Attachment, content: bytes) -> Attachment:
    """Store a checked file. Raises TooMuchStored when the client has no room left. (FAILED_PRECONDITION)"""
    if await shelf.put(attachment, content) > MOST_STORED_BYTES:
        raise errors.TooMuchStored("The client has stored as much as there may be.", most=str(MOST_STORED_BYTES))
    return attachment
