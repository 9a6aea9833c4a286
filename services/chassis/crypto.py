"""Encrypts personal fields under a key per client; finds e-mail and phone by blind index."""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from email_validator import EmailNotValidError, validate_email

from services.chassis import errors

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FORMAT: Final = b"\x01"
"""First byte of every ciphertext: AES-256-GCM, 12-byte nonce, 16-byte tag."""

REMEMBERED = 10_000
"""Unwrapped client keys kept per process; a wrapped key costs a derivation or a call to the key service."""

DEFAULT_REGION = "US"
"""Country a phone number without a country code is read in (ISO 3166-1)."""


class Undecipherable(Exception):
    """A ciphertext was changed, moved to another row, or its key is gone."""


class Keyring(Protocol):
    """Holds the practices' keys; client keys leave it only wrapped."""

    async def wrap(self, practice_id: str, key: bytes) -> bytes:
        """Encrypt a client's key under the practice's."""

    async def unwrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Decrypt a client's key. Raises Undecipherable."""

    def blind_index(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Return the keyed hash a value is found by; equal values of one practice and field give equal hashes."""


class FileKeyring:
    """
    A keyring in a JSON file, for development and single machines: `{"current": "1", "keys": {"1": b64}, "blind": b64}`.

    The practice's key is derived (HKDF-SHA-256) from a master key; old versions stay for unwrapping.
    """

    def __init__(self, path: Path) -> None:
        stored = json.loads(path.read_text(encoding="utf-8"))
        self._current = str(stored["current"])
        self._masters = {str(version): base64.b64decode(key) for version, key in stored["keys"].items()}
        self._index = BlindIndex(base64.b64decode(stored["blind"]))
        self._derived: dict[tuple[str, str], AESGCM] = {}

    async def wrap(self, practice_id: str, key: bytes) -> bytes:
        """Wrap under the current version, which is written in front."""
        sealed = _seal(self._key(self._current, practice_id), key, f"wrap|{practice_id}")
        return self._current.encode() + b":" + sealed

    async def unwrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Unwrap with the version that stands in front."""
        version, _, sealed = wrapped.partition(b":")
        if version.decode("ascii", "replace") not in self._masters:
            raise Undecipherable("The key's version is not in the keyring.")
        return _open(self._key(version.decode(), practice_id), sealed, f"wrap|{practice_id}")

    def blind_index(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Hash under the index key, which encrypts nothing."""
        return self._index.of(practice_id, field, normalized)

    def _key(self, version: str, practice_id: str) -> AESGCM:
        known = self._derived.get((version, practice_id))
        if known is None:
            info = f"kept practice key {practice_id}".encode()
            derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(self._masters[version])
            known = self._derived[version, practice_id] = AESGCM(derived)
        return known


class BlindIndex:
    """HMAC-SHA-256 of a normalised value, per practice and field."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Return 32 bytes. Leaks equality within a practice, and nothing else without the key."""
        return hmac.digest(self._key, f"{practice_id}|{field}|{normalized}".encode(), hashlib.sha256)


class ClientCipher:
    """Encrypts and decrypts the fields of one client under the client's own key."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys: dict[bytes, AESGCM] = {}

    async def new_key(self, practice_id: str) -> tuple[bytes, bytes]:
        """Make a client's key; return it, and wrapped as it is stored."""
        key = AESGCM.generate_key(KEY_BYTES * 8)
        return key, await self._keyring.wrap(practice_id, key)

    async def encrypt(self, practice_id: str, client_id: str, wrapped_key: bytes, field: str, plaintext: str) -> bytes:
        """Encrypt a field; the ciphertext is bound to practice, client and field."""
        return _seal(
            await self._key(practice_id, wrapped_key), plaintext.encode(), f"{practice_id}|{client_id}|{field}"
        )

    async def decrypt(self, practice_id: str, client_id: str, wrapped_key: bytes, field: str, sealed: bytes) -> str:
        """Decrypt a field. Raises Undecipherable when it was changed, moved, or the key is another."""
        return _open(await self._key(practice_id, wrapped_key), sealed, f"{practice_id}|{client_id}|{field}").decode()

    async def encrypt_bytes(
        self, practice_id: str, client_id: str, wrapped_key: bytes, field: str, content: bytes
    ) -> bytes:
        """Encrypt a file; bound as a field is."""
        return _seal(await self._key(practice_id, wrapped_key), content, f"{practice_id}|{client_id}|{field}")

    async def decrypt_bytes(
        self, practice_id: str, client_id: str, wrapped_key: bytes, field: str, sealed: bytes
    ) -> bytes:
        """Decrypt a file. Raises Undecipherable when it was changed, moved, or the key is another."""
        return _open(await self._key(practice_id, wrapped_key), sealed, f"{practice_id}|{client_id}|{field}")

    async def _key(self, practice_id: str, wrapped_key: bytes) -> AESGCM:
        known = self._keys.get(wrapped_key)
        if known is None:
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            known = self._keys[wrapped_key] = AESGCM(await self._keyring.unwrap(practice_id, wrapped_key))
        return known


class AnswerCipher:
    """Encrypts the stored answers of methods that open personal data: a retry reads them, a stolen table does not."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys: dict[str, AESGCM] = {}

    def seal(self, practice_id: str, request_id: str, response: bytes) -> bytes:
        """Encrypt an answer; the ciphertext is bound to practice and request."""
        return _seal(self._key(practice_id), response, f"{practice_id}|{request_id}")

    def open(self, practice_id: str, request_id: str, sealed: bytes) -> bytes:
        """Decrypt an answer. Raises Undecipherable when it was changed, moved, or the keyring is another."""
        return _open(self._key(practice_id), sealed, f"{practice_id}|{request_id}")

    def _key(self, practice_id: str) -> AESGCM:
        known = self._keys.get(practice_id)
        if known is None:
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            # A keyed hash nobody stores, of a field no client has: a key of the practice, without asking Vault.
            derived = self._keyring.blind_index(practice_id, "stored answers", "key")
            known = self._keys[practice_id] = AESGCM(derived)
        return known


def _seal(key: AESGCM, plaintext: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, plaintext, bound_to.encode())


def _open(key: AESGCM, sealed: bytes, bound_to: str) -> bytes:
    if sealed[:1] != FORMAT:
        raise Undecipherable("The ciphertext has an unknown format.")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, body, bound_to.encode())
    except (InvalidTag, ValueError):
        raise Undecipherable("The ciphertext does not belong here, or was changed.") from None


@lru_cache(maxsize=1024)
def normalize_email(email: str) -> str:
    """
    Return the address as it is compared: trimmed, NFKC, lower case.

    Raises:
        InvalidRequest: EMAIL_MALFORMED; the domain is not asked. (INVALID_ARGUMENT)
    """
    try:
        found = validate_email(unicodedata.normalize("NFKC", email).strip(), check_deliverability=False)
    except EmailNotValidError:
        raise errors.InvalidRequest("The e-mail address is not well formed.", reason="EMAIL_MALFORMED") from None
    return found.normalized.lower()


@lru_cache(maxsize=1024)
def normalize_phone(phone: str, region: str = DEFAULT_REGION) -> str:
    """
    Return the number in E.164.

    Args:
        phone: With a country code, or in the form used within *region*.
        region: ISO 3166-1 code.

    Raises:
        InvalidRequest: PHONE_MALFORMED. (INVALID_ARGUMENT)
    """
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise errors.InvalidRequest("The phone number is not well formed.", reason="PHONE_MALFORMED")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def write_keyring(path: Path) -> None:
    """Make a keyring for development; readable by its owner only."""
    stored = {
        "current": "1",
        "keys": {"1": base64.b64encode(os.urandom(KEY_BYTES)).decode()},
        "blind": base64.b64encode(os.urandom(KEY_BYTES)).decode(),
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(stored, file)


def main() -> None:
    """Make a keyring: `python -m services.chassis.crypto new-keyring PATH`."""
    parser = argparse.ArgumentParser(description="Makes keys that personal data is encrypted with.")
    commands = parser.add_subparsers(required=True)
    new_keyring = commands.add_parser("new-keyring", help="make a keyring; an existing one is never overwritten")
    new_keyring.add_argument("path", type=Path, help="where the keyring goes (JSON)")
    write_keyring(parser.parse_args().path)


if __name__ == "__main__":
    main()
