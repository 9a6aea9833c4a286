"""Personal fields: bound to their client, found blind, unreadable elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.chassis import errors
from services.chassis.crypto import (
    ClientCipher,
    FileKeyring,
    Undecipherable,
    normalize_email,
    normalize_phone,
    write_keyring,
)

PRACTICE, OTHER = "0192f000-0000-7000-8000-000000000001", "0192f000-0000-7000-8000-000000000002"
CLIENT, STRANGER = "0192f000-0000-7000-8000-00000000000a", "0192f000-0000-7000-8000-00000000000b"


@pytest.fixture
def keyring_path(tmp_path: Path) -> Path:
    """A fresh keyring."""
    write_keyring(tmp_path / "keyring.json")
    return tmp_path / "keyring.json"


def rotate(path: Path) -> None:
    """Add a second master key and make it the current one."""
    stored = json.loads(path.read_text())
    stored["keys"]["2"], stored["current"] = "B" * 43 + "=", "2"
    path.write_text(json.dumps(stored))


async def test_a_field_comes_back_as_it_went_in(keyring_path: Path) -> None:
    """Also by another process that has only the wrapped key."""
    cipher = ClientCipher(FileKeyring(keyring_path))
    _, wrapped = await cipher.new_key(PRACTICE)
    sealed = await cipher.encrypt(PRACTICE, CLIENT, wrapped, "email", "ada@example.com")

    other = ClientCipher(FileKeyring(keyring_path))

    assert await other.decrypt(PRACTICE, CLIENT, wrapped, "email", sealed) == "ada@example.com"
    assert b"ada" not in sealed


@pytest.mark.parametrize(
    ("practice", "client", "field"),
    [(OTHER, CLIENT, "email"), (PRACTICE, STRANGER, "email"), (PRACTICE, CLIENT, "phone")],
)
async def test_a_field_can_not_be_moved(keyring_path: Path, practice: str, client: str, field: str) -> None:
    """A ciphertext put into another practice, row or column does not open."""
    cipher = ClientCipher(FileKeyring(keyring_path))
    _, wrapped = await cipher.new_key(PRACTICE)
    sealed = await cipher.encrypt(PRACTICE, CLIENT, wrapped, "email", "ada@example.com")

    with pytest.raises(Undecipherable):
        await ClientCipher(FileKeyring(keyring_path)).decrypt(practice, client, wrapped, field, sealed)


async def test_every_changed_byte_is_noticed(keyring_path: Path) -> None:
    """Format, nonce, body and tag are all covered."""
    cipher = ClientCipher(FileKeyring(keyring_path))
    _, wrapped = await cipher.new_key(PRACTICE)
    sealed = await cipher.encrypt(PRACTICE, CLIENT, wrapped, "email", "ada@example.com")

    for place in range(len(sealed)):
        forged = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Undecipherable):
            await cipher.decrypt(PRACTICE, CLIENT, wrapped, "email", forged)


async def test_old_keys_open_what_they_closed_after_a_rotation(keyring_path: Path) -> None:
    """New keys are wrapped under the new version; old wrapped keys still open."""
    _, old = await ClientCipher(FileKeyring(keyring_path)).new_key(PRACTICE)
    rotate(keyring_path)
    keyring = FileKeyring(keyring_path)

    new_key, new = await ClientCipher(keyring).new_key(PRACTICE)

    assert old.startswith(b"1:")
    assert new.startswith(b"2:")
    assert len(await keyring.unwrap(PRACTICE, old)) == 32
    assert await keyring.unwrap(PRACTICE, new) == new_key


def test_equal_values_are_found_within_a_practice_only(keyring_path: Path) -> None:
    """The index leaks equality in one practice and field, and none across."""
    keyring = FileKeyring(keyring_path)

    index = keyring.blind_index(PRACTICE, "email", "ada@example.com")

    assert index == FileKeyring(keyring_path).blind_index(PRACTICE, "email", "ada@example.com")
    assert index != keyring.blind_index(OTHER, "email", "ada@example.com")
    assert index != keyring.blind_index(PRACTICE, "phone", "ada@example.com")


def test_a_keyring_is_never_overwritten(keyring_path: Path) -> None:
    """Its loss is the loss of every field it opens."""
    with pytest.raises(FileExistsError):
        write_keyring(keyring_path)
    assert keyring_path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spelling", ["Ada@Example.COM", " ada@example.com ", "ada@EXAMPLE.com"])
def test_an_address_is_found_in_any_spelling(spelling: str) -> None:
    """Case and blanks do not hide a client."""
    assert normalize_email(spelling) == "ada@example.com"


@pytest.mark.parametrize("spelling", ["(303) 555-0100", "+1 303 555 0100", "303.555.0100"])
def test_a_number_is_found_in_any_spelling(spelling: str) -> None:
    """All are one E.164 number."""
    assert normalize_phone(spelling) == "+13035550100"


@pytest.mark.parametrize(
    ("normalize", "text"), [(normalize_email, "ada@"), (normalize_phone, "12"), (normalize_phone, "call me")]
)
def test_what_is_no_address_is_refused(normalize: object, text: str) -> None:
    """With a reason, and without repeating what was given."""
    with pytest.raises(errors.InvalidRequest) as caught:
        normalize(text)  # type: ignore[operator]
    assert caught.value.reason.endswith("_MALFORMED")
    assert text not in caught.value.message
