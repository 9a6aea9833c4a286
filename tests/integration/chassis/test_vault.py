"""Keys that live in Vault: what it refuses is told clearly, and a rotation finds every client again."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis import errors, vault
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.crypto import Undecipherable
from services.chassis.vault import VaultTransit, open_keyring
from tests.support.pages import OtherHouse

OURS, THEIRS = "practice-ours", "practice-theirs"
KEY = bytes(range(32))


class Vault:
    """The transit engine of a Vault, as far as its documented answers go, on a real port."""

    def __init__(self) -> None:
        self.versions = [AESGCM.generate_key(256)]
        self.status = 200
        self.pause_s = 0.0
        self.garbage = b""
        self.tokens: list[str] = []
        self._house = OtherHouse(self._page)
        self.url = self._house.url
        self.close = self._house.close

    def _page(self, path: str, headers: Mapping[str, str], asked: bytes) -> tuple[int, bytes]:
        time.sleep(self.pause_s)
        self.tokens.append(headers.get("X-Vault-Token", ""))
        status, answer = self.answer(path, json.loads(asked))
        return (200, self.garbage) if self.garbage else (status, json.dumps(answer).encode())

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do what transit does; derived keys by context, versions in the ciphertext."""
        if self.status != 200:
            return self.status, {"errors": ["permission denied" if self.status == 403 else "Vault is sealed"]}
        operation = path.removeprefix("/v1/transit/").removesuffix("/kept")
        if operation == "hmac":
            version = asked.get("key_version", len(self.versions))
            if version > len(self.versions):
                return 400, {"errors": ["invalid key version"]}
            digest = hashlib.sha256(self.versions[version - 1] + base64.b64decode(asked["input"])).digest()
            return 200, {"data": {"hmac": f"vault:v{version}:{base64.b64encode(digest).decode()}"}}
        context = base64.b64decode(asked["context"])
        if operation == "encrypt":
            sealed = self.derived(len(self.versions), context).encrypt(
                b"\0" * 12, base64.b64decode(asked["plaintext"]), b""
            )
            return 200, {"data": {"ciphertext": f"vault:v{len(self.versions)}:{base64.b64encode(sealed).decode()}"}}
        try:
            _, version_name, sealed_text = asked["ciphertext"].split(":")
            opened = self.derived(int(version_name[1:]), context).decrypt(
                b"\0" * 12, base64.b64decode(sealed_text), b""
            )
        except (InvalidTag, ValueError, IndexError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        if operation == "rewrap":
            sealed = self.derived(len(self.versions), context).encrypt(b"\0" * 12, opened, b"")
            return 200, {"data": {"ciphertext": f"vault:v{len(self.versions)}:{base64.b64encode(sealed).decode()}"}}
        return 200, {"data": {"plaintext": base64.b64encode(opened).decode()}}

    def derived(self, version: int, context: bytes) -> AESGCM:
        """The key of a version for a context."""
        return AESGCM(hashlib.sha256(self.versions[version - 1] + context).digest())

    def rotate(self) -> None:
        """Begin a new version; old ones still open what they sealed."""
        self.versions.append(AESGCM.generate_key(256))


@pytest.fixture
def house() -> Iterator[Vault]:
    """A Vault with one key version."""
    made = Vault()
    yield made
    made.close()


@pytest.fixture
async def keyring(house: Vault) -> AsyncIterator[VaultTransit]:
    """A keyring whose keys are there."""
    made = VaultTransit(house.url, "s.token")
    await made.open()
    yield made
    await made.close()


async def test_a_key_comes_back_for_its_practice_alone(house: Vault, keyring: VaultTransit) -> None:
    """The practice is the context: another practice's key opens nothing."""
    wrapped = await keyring.wrap(OURS, KEY)

    assert await keyring.unwrap(OURS, wrapped) == KEY
    assert KEY not in wrapped
    assert set(house.tokens) == {"s.token"}
    with pytest.raises(Undecipherable):
        await keyring.unwrap(THEIRS, wrapped)


async def test_what_was_changed_is_refused(keyring: VaultTransit) -> None:
    """A flipped byte, a cut text, no ciphertext at all."""
    wrapped = await keyring.wrap(OURS, KEY)
    for broken in (wrapped[:-6] + b"AAAA==", wrapped[:20], b"", b"\xff\xfe"):
        with pytest.raises(Undecipherable):
            await keyring.unwrap(OURS, broken)


async def test_a_rotation_opens_old_keys_and_finds_old_clients(house: Vault, keyring: VaultTransit) -> None:
    """New keys name the new version; the blind index stays what it was, also in a process started later."""
    old, index = await keyring.wrap(OURS, KEY), keyring.blind_index(OURS, "email", "ada@example.org")

    house.rotate()
    later = VaultTransit(house.url, "s.token")
    await later.open()

    assert await later.unwrap(OURS, old) == KEY
    assert (await later.wrap(OURS, KEY)).startswith(b"vault:v2:")
    assert later.blind_index(OURS, "email", "ada@example.org") == index
    assert later.blind_index(THEIRS, "email", "ada@example.org") != index
    await later.close()


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_vault_that_refuses_or_is_sealed_is_told_as_unavailable(
    house: Vault, keyring: VaultTransit, status: int
) -> None:
    """With its status and never with what was asked of it."""
    house.status = status

    with pytest.raises(errors.Unavailable) as refusal:
        await keyring.wrap(OURS, KEY)

    assert refusal.value.metadata == {"dependency": "vault", "code": str(status)}


async def test_a_vault_that_hangs_or_is_gone_is_told_in_time(house: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the time-out; nothing waits for ever."""
    monkeypatch.setattr(vault, "TIMEOUT_S", 0.3)
    house.pause_s = 2.0
    for url in (house.url, "http://127.0.0.1:1"):
        hanging = VaultTransit(url, "s.token")
        started = time.monotonic()
        with pytest.raises(errors.Unavailable):
            await hanging.open()
        assert time.monotonic() - started < 1.5
        await hanging.close()


@pytest.mark.parametrize("garbage", [b"<html>", b"{}", b'{"data": {}}', b'{"data": {"plaintext": "not base64!"}}'])
async def test_an_answer_that_is_none_is_told_as_unavailable(
    house: Vault, keyring: VaultTransit, garbage: bytes
) -> None:
    """A proxy's page in Vault's place is no key."""
    house.garbage = garbage

    with pytest.raises(errors.Unavailable):
        await keyring.unwrap(OURS, b"vault:v1:AAAA")


async def test_a_process_without_any_keyring_does_not_start(house: Vault, tmp_path: Path) -> None:
    """Vault when it is named, else the file, else a clear word."""
    named = ProcessConfig(service="booking", instance="test", vault_url=house.url, keys_dir=tmp_path)

    keyring = await open_keyring(named, {"VAULT_TOKEN": "s.token"})

    assert isinstance(keyring, VaultTransit)
    await keyring.close()
    with pytest.raises(Misconfigured, match="keyring"):
        await open_keyring(ProcessConfig(service="booking", instance="test", keys_dir=tmp_path), {})
