"""Signed notes as C2SP signed-note defines them, with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
"""Signature type of Ed25519 in a verifier key."""

SIGNATURES_MAX = 100
KEY_ID_BYTES = 4
_MARK = "\u2014 "


class NoteRefused(Exception):
    """A note is malformed, or no known key signed it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under; `text` is `name+keyid+base64`."""

    name: str
    public: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey line. Raises NoteRefused when it is malformed or its id does not fit its key."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise NoteRefused("the verifier key is not base64") from None
        if not _is_name(name) or len(raw) != 33 or raw[:1] != ED25519:
            raise NoteRefused("the verifier key is malformed")
        key = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        if key.key_id.hex() != key_id:
            raise NoteRefused("the verifier key's id does not fit")
        return key

    @property
    def key_id(self) -> bytes:
        """Return the four bytes a signature names its key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + _raw(self.public)).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """Return the vkey line."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + _raw(self.public)).decode()}"


def sign_note(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note: the text, a blank line, the signature. The text ends with a newline."""
    if not text.endswith("\n") or not _is_name(name) or not _is_clean(text):
        raise ValueError("A note's text ends with a newline and has no control characters; a name has no blanks.")
    key_id = VerifierKey(name, key.public_key()).key_id
    return f"{text}\n{_MARK}{name} {base64.b64encode(key_id + key.sign(text.encode())).decode()}\n"


def open_note(note: bytes, keys: Mapping[str, VerifierKey]) -> str:
    """
    Return the text of a note that at least one of *keys* (by name) signed.

    Raises:
        NoteRefused: It is malformed, a known key's signature is false, or no known key signed.
    """
    try:
        decoded = note.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused("the note is not UTF-8") from None
    if not _is_clean(decoded) or not decoded.endswith("\n"):
        raise NoteRefused("the note has control characters, or no end of line")
    at = decoded.rfind("\n\n")
    if at < 0:
        raise NoteRefused("the note has no signatures")
    text, lines = decoded[: at + 1], decoded[at + 2 :].removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteRefused("the note has too many signatures")
    signed = {name for line in lines if (name := _verified(line, text, keys))}
    if not signed:
        raise NoteRefused("no known key signed the note")
    return text


def _verified(line: str, text: str, keys: Mapping[str, VerifierKey]) -> str:
    """Return the name if a known key's signature holds; empty for unknown keys."""
    name, blank, encoded = line.removeprefix(_MARK).partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise NoteRefused("a signature is not base64") from None
    if not line.startswith(_MARK) or not blank or not _is_name(name) or len(raw) <= KEY_ID_BYTES:
        raise NoteRefused("a signature line is malformed")
    key = keys.get(name)
    if key is None or key.key_id != raw[:KEY_ID_BYTES]:
        return ""
    try:
        key.public.verify(raw[KEY_ID_BYTES:], text.encode())
    except InvalidSignature:
        raise NoteRefused("a signature is false") from None
    return name


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


def _is_clean(text: str) -> bool:
    return all(each >= " " or each == "\n" for each in text)


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
