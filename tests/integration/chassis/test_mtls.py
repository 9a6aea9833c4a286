"""Services show each other certificates of the suite's own authority, and renew them without a restart."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2

from services.chassis.config import ProcessConfig
from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from services.chassis.rpc import channels
from services.chassis.rpc.channels import channel
from services.chassis.rpc.server import Application, Server
from tests.integration.chassis.test_rpc import SERVICE, Servicer
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "suite")])
        self.certificate = self._sign(self.name, self.key.public_key(), until=NOW + DAY, is_authority=True)

    def mount(self, folder: Path, *, until: datetime.datetime = NOW + DAY, trusting: Authority | None = None) -> Path:
        """Write ca.crt, tls.crt and tls.key as cert-manager mounts them."""
        folder.mkdir(exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "service")])
        certificate = self._sign(name, key.public_key(), until=until, is_authority=False)
        pem = serialization.Encoding.PEM
        (folder / "ca.crt").write_bytes((trusting or self).certificate.public_bytes(pem))
        (folder / "tls.crt").write_bytes(certificate.public_bytes(pem))
        (folder / "tls.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return folder

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, until: datetime.datetime, is_authority: bool
    ) -> x509.Certificate:
        addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(addresses, critical=False)
            .sign(self.key, hashes.SHA256())
        )


@dataclass
class Secure:
    """A server that asks for certificates, and the authority it trusts."""

    server: Server
    authority: Authority
    folder: Path
    mine: Path

    async def is_answered(self, folder: Path, *, timeout_s: float = 3.0) -> bool:
        """Ask for the server's health with the certificate in *folder*."""
        opened = channel(self.target, config(folder))
        try:
            return await ask(opened, timeout_s=timeout_s)
        finally:
            await opened.close()

    @property
    def target(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self.server.port}"


def config(folder: Path | None) -> ProcessConfig:
    """Settings of a caller."""
    return ProcessConfig(service="booking", instance="test", tls_dir=folder)


async def ask(opened: channels.Channel, *, timeout_s: float = 3.0) -> bool:
    """Whether a call gets through."""
    check = opened.unary_unary(
        "/grpc.health.v1.Health/Check",
        lambda message: message.SerializeToString(),
        health_pb2.HealthCheckResponse.FromString,
    )
    try:
        await check(health_pb2.HealthCheckRequest(service="live"), timeout=timeout_s)
    except grpc.aio.AioRpcError as error:
        return error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    return True


@pytest.fixture
async def secure(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Secure]:
    """A running server with its certificate mounted."""
    authority, keys = Authority(), SuiteKeys(tmp_path / "keys")
    folder = authority.mount(tmp_path / "server")
    database = await Database.connect(fresh.server_url, emitter="matching/test")
    app = Application(
        "matching",
        keys.config("matching", tls_dir=folder),
        database,
        [(SERVICE, Servicer())],
        keyring=FileKeyring(keys.keyring_path),
    )
    server = Server(app)
    await server.start()
    yield Secure(server, authority, folder, authority.mount(tmp_path / "mine"))
    await server.stop(1)
    await database.close()


async def test_a_caller_with_a_certificate_of_the_suite_is_answered(secure: Secure) -> None:
    """Both sides trust the one authority."""
    assert await secure.is_answered(secure.mine)


async def test_a_caller_without_a_certificate_is_refused(secure: Secure) -> None:
    """Neither in plain text, nor with a server's certificate alone."""
    plain = channel(secure.target, config(None))
    assert not await ask(plain, timeout_s=1.0)
    await plain.close()
    credentials = grpc.ssl_channel_credentials((secure.folder / "ca.crt").read_bytes())
    nameless = grpc.aio.secure_channel(secure.target, credentials)
    assert not await ask(nameless, timeout_s=1.0)
    await nameless.close()


async def test_a_stranger_is_refused_and_trusted_by_nobody(secure: Secure, tmp_path: Path) -> None:
    """A certificate of another authority opens nothing, and such a server is not believed."""
    stranger = Authority()
    assert not await secure.is_answered(stranger.mount(tmp_path / "stranger", trusting=secure.authority), timeout_s=1.0)
    assert not await secure.is_answered(secure.authority.mount(tmp_path / "ours", trusting=stranger), timeout_s=1.0)


async def test_an_expired_certificate_is_refused(secure: Secure, tmp_path: Path) -> None:
    """However good it was."""
    assert not await secure.is_answered(secure.authority.mount(tmp_path / "old", until=NOW - DAY), timeout_s=1.0)


async def test_a_server_shows_a_renewed_certificate_without_a_restart(secure: Secure, tmp_path: Path) -> None:
    """The whole authority is replaced: callers of the new one are answered, those of the old one no more."""
    renewed = Authority()
    renewed.mount(secure.folder)

    assert await secure.is_answered(renewed.mount(tmp_path / "new"))
    assert not await secure.is_answered(secure.mine, timeout_s=1.0)


async def test_a_caller_shows_a_renewed_certificate_without_a_restart(
    secure: Secure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One channel, held open for the life of a process, outlives its certificate."""
    monkeypatch.setattr(channels, "LOOK_EVERY_S", 0.0)
    secure.authority.mount(secure.mine, until=NOW + DAY)
    opened = channel(secure.target, config(secure.mine))
    assert await ask(opened)

    renewed = Authority()
    renewed.mount(secure.folder)
    renewed.mount(secure.mine)

    answers = [await ask(opened) for _ in range(3)]
    await asyncio.wait_for(opened.close(), 5)
    assert answers == [True, True, True]
