"""Encrypts personal fields under a key per client; finds e-mail and phone by blind index."""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import os
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

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

FIRST_VERSION: Final = "1"
"""Version of the index key where none is named."""

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

    async def rewrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Return a client's key wrapped under the current version; the key itself stays. Raises Undecipherable."""

    async def current_version(self) -> str:
        """Return the version new keys are wrapped under, as `kept_key_version` in SQL reads it; asks anew each time."""

    @property
    def index_version(self) -> str:
        """Return which index key is current; read it before the hashes: one that is too old is mended by the job."""

    def blind_index(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Return the keyed hash a value is found by; equal values of one practice and field give equal hashes."""

    def blind_indexes(self, practice_id: str, field: str, normalized: str) -> list[bytes]:
        """Return the hashes under every index key that is in use, the current one first: what look-ups ask for."""


class FileKeyring:
    """
    A keyring in a JSON file, for development and single machines.

    `{"current": "1", "keys": {"1": b64}, "blind": b64, "blind_version": "1", "old_blinds": {}}`

    The practice's key is derived (HKDF-SHA-256) from a master key; old versions stay for unwrapping. The file is read
    again when it was changed, so that a rotation needs no restart.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_time = 0
        self._derived: dict[tuple[str, str], AESGCM] = {}
        self._refresh()

    async def wrap(self, practice_id: str, key: bytes) -> bytes:
        """Wrap under the current version, which is written in front."""
        self._refresh()
        sealed = _seal(self._key(self._current, practice_id), key, f"wrap|{practice_id}")
        return self._current.encode() + b":" + sealed

    async def unwrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Unwrap with the version that stands in front."""
        version, _, sealed = wrapped.partition(b":")
        named = version.decode("ascii", "replace")
        if named not in self._masters:
            # Another process may have wrapped it after a rotation that this one has not seen yet.
            self._refresh()
        if named not in self._masters:
            raise Undecipherable("The key's version is not in the keyring.")
        return _open(self._key(named, practice_id), sealed, f"wrap|{practice_id}")

    async def rewrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Open with the version that stands in front and wrap under the current one."""
        return await self.wrap(practice_id, await self.unwrap(practice_id, wrapped))

    async def current_version(self) -> str:
        """Read the file again if it was changed."""
        self._refresh()
        return self._current

    @property
    def index_version(self) -> str:
        """Return which index key is current."""
        return self._index_version

    def blind_index(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Hash under the current index key, which encrypts nothing."""
        self._refresh()
        return self._indexes[0].of(practice_id, field, normalized)

    def blind_indexes(self, practice_id: str, field: str, normalized: str) -> list[bytes]:
        """Hash under every index key."""
        self._refresh()
        return [each.of(practice_id, field, normalized) for each in self._indexes]

    def _refresh(self) -> None:
        """Danger: a replica that misses a rotation of the index key would find no client that others indexed anew."""
        changed = self._path.stat().st_mtime_ns
        if changed == self._read_time:
            return
        stored = json.loads(self._path.read_text(encoding="utf-8"))
        self._current = str(stored["current"])
        self._masters = {str(version): base64.b64decode(key) for version, key in stored["keys"].items()}
        self._index_version = str(stored.get("blind_version", FIRST_VERSION))
        olds = stored.get("old_blinds", {})
        keys = [stored["blind"], *(olds[version] for version in sorted(olds, key=int, reverse=True))]
        self._indexes = [BlindIndex(base64.b64decode(key)) for key in keys]
        self._derived.clear()
        self._read_time = changed

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
            if not wrapped_key:
                raise errors.ClientErased("The client was erased.")
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            known = self._keys[wrapped_key] = AESGCM(await self._keyring.unwrap(practice_id, wrapped_key))
        return known


class AnswerCipher:
    """Encrypts the stored answers of methods that open personal data: a retry reads them, a stolen table does not."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys: dict[bytes, AESGCM] = {}

    def seal(self, practice_id: str, request_id: str, response: bytes) -> bytes:
        """Encrypt an answer; the ciphertext is bound to practice and request."""
        return _seal(self._ciphers(practice_id)[0], response, f"{practice_id}|{request_id}")

    def open(self, practice_id: str, request_id: str, sealed: bytes) -> bytes:
        """Decrypt an answer. Raises Undecipherable when it was changed, moved, or the keyring is another."""
        *older, last = self._ciphers(practice_id)
        for cipher in older:
            with contextlib.suppress(Undecipherable):
                return _open(cipher, sealed, f"{practice_id}|{request_id}")
        return _open(last, sealed, f"{practice_id}|{request_id}")

    def _ciphers(self, practice_id: str) -> list[AESGCM]:
        """Return the practice's keys, one an index key in use, the current one first."""
        # Keyed hashes nobody stores, of a field no client has: keys of the practice, without asking Vault.
        derived = self._keyring.blind_indexes(practice_id, "stored answers", "key")
        if len(self._keys) >= REMEMBERED:
            self._keys.clear()
        return [self._keys.setdefault(key, AESGCM(key)) for key in derived]


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
        "current": FIRST_VERSION,
        "keys": {FIRST_VERSION: _new_key()},
        "blind": _new_key(),
        "blind_version": FIRST_VERSION,
        "old_blinds": {},
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(stored, file)


def rotate_master(path: Path) -> str:
    """Add a master key and make it current; old ones stay, for what is not rewrapped yet. Return its version."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    version = str(max(map(int, stored["keys"])) + 1)
    stored["keys"][version], stored["current"] = _new_key(), version
    _replace(path, stored)
    return version


def retire_master(path: Path, version: str) -> None:
    """
    Remove an old master key: what is still wrapped under it is lost for ever, which `keys status` tells beforehand.

    Raises:
        ValueError: It is the current one, or none of the keyring's.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    if version == stored["current"] or version not in stored["keys"]:
        raise ValueError(f"{version} is the current key, or none of the keyring")
    del stored["keys"][version]
    _replace(path, stored)


def rotate_index(path: Path) -> str:
    """Begin a new index key; older ones still find what was not reindexed yet. Return its version."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    version = str(stored.get("blind_version", FIRST_VERSION))
    stored["old_blinds"] = stored.get("old_blinds", {}) | {version: stored["blind"]}
    stored["blind"], stored["blind_version"] = _new_key(), str(int(version) + 1)
    _replace(path, stored)
    return str(stored["blind_version"])


def retire_indexes(path: Path) -> None:
    """Remove the old index keys: what was not reindexed is found by no address any more."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["old_blinds"] = {}
    _replace(path, stored)


def _new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _replace(path: Path, stored: dict[str, Any]) -> None:
    """Put a new keyring in the place of the old one, whole and on disk."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(stored, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def main() -> None:
    """Make and rotate keyrings: `python -m services.chassis.crypto new-keyring|rotate|retire|... PATH`."""
    parser = argparse.ArgumentParser(description="Makes and rotates the keys that personal data is encrypted with.")
    commands = parser.add_subparsers(required=True, dest="command")
    for name, text in (
        ("new-keyring", "make a keyring; an existing one is never overwritten"),
        ("rotate", "begin a new master key; the servers rewrap every client's key under it"),
        ("retire", "remove an old master key, once `services.chassis.keys status` shows nothing under it"),
        ("rotate-index", "begin a new index key; the servers index every client anew"),
        ("retire-indexes", "remove the old index keys, once every client is indexed anew"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("path", type=Path, help="the keyring (JSON)")
        if name == "retire":
            command.add_argument("version", help="which master key")
    options = parser.parse_args()
    if options.command == "new-keyring":
        write_keyring(options.path)
    elif options.command == "rotate":
        print(rotate_master(options.path))
    elif options.command == "retire":
        try:
            retire_master(options.path, options.version)
        except ValueError as error:
            parser.error(str(error))
    elif options.command == "rotate-index":
        print(rotate_index(options.path))
    else:
        retire_indexes(options.path)


if __name__ == "__main__":
    main()
