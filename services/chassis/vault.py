"""Keeps practices' keys in HashiCorp Vault's transit engine: they never leave it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Mapping
from typing import Any

import httpx

from services.chassis import errors
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.context import NO_PRACTICE
from services.chassis.crypto import FIRST_VERSION, KEY_BYTES, BlindIndex, FileKeyring, Keyring, Undecipherable

TIMEOUT_S = 5.0


class VaultTransit:
    """
    A keyring over `/v1/transit/encrypt|decrypt/<key>`, with derived keys: the practice is the context.

    The index keys are fetched once by `/v1/transit/hmac`, so that looking up a client does not wait for Vault: the
    current one, which the operator names (KEPT_INDEX_KEY_VERSION), and for look-ups its neighbours. So replicas that
    were started after Vault's rotation find each other's clients, whichever of the two versions each one writes.

    Source:
        Vault's transit secrets engine API; the key is made with `derived=true`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        key: str = "kept",
        index_version: int = 1,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers={"X-Vault-Token": token}, timeout=TIMEOUT_S, transport=transport
        )
        self._key = key
        self._index_version = index_version
        self._indexes: list[BlindIndex] = []

    async def open(self) -> None:
        """Fetch the index keys."""
        # Of named versions of the key: after a rotation another hash would find no client any more.
        current = self._index_version
        indexes = [await self._fetch_index(current)]
        for version in (current - 1, current + 1):
            if version:
                with contextlib.suppress(Undecipherable):  # no such version, or not yet
                    indexes.append(await self._fetch_index(version))
        self._indexes = indexes

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def wrap(self, practice_id: str, key: bytes) -> bytes:
        """Encrypt under the practice's derived key; the answer names its version (`vault:v1:...`)."""
        answer = await self._post("encrypt", {"plaintext": _b64(key), "context": _b64(practice_id.encode())})
        return _word(answer, "ciphertext").encode()

    async def unwrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Decrypt. Raises Undecipherable when Vault refuses the ciphertext."""
        context = _b64(practice_id.encode())
        answer = await self._post("decrypt", {"ciphertext": wrapped.decode("ascii", "replace"), "context": context})
        try:
            return base64.b64decode(_word(answer, "plaintext"), validate=True)
        except ValueError:
            raise _garbled() from None

    async def rewrap(self, practice_id: str, wrapped: bytes) -> bytes:
        """Let Vault wrap anew under the newest version; the key does not leave it."""
        body: dict[str, str | int] = {
            "ciphertext": wrapped.decode("ascii", "replace"),
            "context": _b64(practice_id.encode()),
        }
        return _word(await self._post("rewrap", body), "ciphertext").encode()

    async def current_version(self) -> str:
        """Seal nothing of anybody's, and read the version off the answer: needs no further permission."""
        probe = await self.wrap(NO_PRACTICE, bytes(KEY_BYTES))
        return probe.split(b":")[1].decode()

    @property
    def index_version(self) -> str:
        """Return which index key is current."""
        return str(self._index_version)

    def blind_index(self, practice_id: str, field: str, normalized: str) -> bytes:
        """Hash under the current index key."""
        return self.blind_indexes(practice_id, field, normalized)[0]

    def blind_indexes(self, practice_id: str, field: str, normalized: str) -> list[bytes]:
        """Hash under every index key."""
        if not self._indexes:
            raise RuntimeError("The keyring was not opened.")
        return [each.of(practice_id, field, normalized) for each in self._indexes]

    async def _fetch_index(self, version: int) -> BlindIndex:
        answer = await self._post("hmac", {"input": _b64(b"kept blind index"), "key_version": version})
        return BlindIndex(hashlib.sha256(_word(answer, "hmac").encode()).digest())

    async def _post(self, operation: str, body: dict[str, str | int]) -> dict[str, Any]:
        try:
            response = await self._http.post(f"/v1/transit/{operation}/{self._key}", json=body)
        except httpx.TransportError as error:
            raise errors.Unavailable("The key service does not answer.", dependency="vault") from error
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise Undecipherable("The key service refused the ciphertext.")
        if response.is_error:
            raise errors.Unavailable("The key service refused.", dependency="vault", code=str(response.status_code))
        try:
            data = response.json()["data"]
        except (KeyError, TypeError, ValueError):
            raise _garbled() from None
        if not isinstance(data, dict):
            raise _garbled()
        return data


def _word(answer: Mapping[str, Any], name: str) -> str:
    if not isinstance(answer.get(name), str):
        raise _garbled()
    return str(answer[name])


def _garbled() -> errors.Unavailable:
    """Say that what answers in the key service's place, a proxy perhaps, is not it."""
    return errors.Unavailable("The key service's answer can't be read.", dependency="vault")


async def open_keyring(config: ProcessConfig, environ: Mapping[str, str] = os.environ) -> Keyring:
    """
    Return the keyring a process is told to use: Vault when KEPT_VAULT_URL is set, else `keyring.json` beside its keys.

    Vault's token is read from VAULT_TOKEN.

    Raises:
        Misconfigured: Neither is there. (at start)
        Unavailable: Vault does not answer. (at start)
    """
    if config.vault_url:
        named = environ.get("KEPT_INDEX_KEY_VERSION") or FIRST_VERSION
        if not (named.isascii() and named.isdigit() and int(named)):
            raise Misconfigured(f"KEPT_INDEX_KEY_VERSION is no version: {named}")
        vault = VaultTransit(config.vault_url, environ.get("VAULT_TOKEN", ""), index_version=int(named))
        await vault.open()
        return vault
    if config.keys_dir is None or not (config.keys_dir / "keyring.json").exists():
        raise Misconfigured("There is no keyring: set KEPT_VAULT_URL, or put keyring.json into KEPT_KEYS_DIR")
    return FileKeyring(config.keys_dir / "keyring.json")


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
