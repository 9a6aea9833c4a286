"""Seals page tokens, so that a cursor says nothing and can't be made up or passed on."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis import errors

NONCE_BYTES = 12


class Cursors:
    """
    Turns page tokens into cursors and back (AES-GCM).

    Args:
        key: 32 bytes, the same in every replica.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, token: str, place: str) -> str:
        """Return the cursor of a page token; *place* names who asks for what list."""
        if not token:
            return ""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, token.encode(), place.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def open(self, cursor: str, place: str) -> str:
        """
        Return the page token of a cursor.

        Raises:
            InvalidRequest: It was not given to this person for this list. (INVALID_ARGUMENT)
        """
        if not cursor:
            return ""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except (binascii.Error, InvalidTag, ValueError):
            raise errors.InvalidRequest("The cursor is not one of this list.", field="cursor") from None
