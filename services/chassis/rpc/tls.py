"""Mutual TLS from mounted files, read again when they change."""

from __future__ import annotations

from pathlib import Path

import grpc

FILES = ("ca.crt", "tls.crt", "tls.key")
"""Names as cert-manager mounts them."""


def server_credentials(folder: Path) -> grpc.ServerCredentials:
    """Return credentials that ask every caller for a certificate and pick up renewed files without a restart."""
    seen = stamps(folder)

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal seen
        now = stamps(folder)
        if now == seen:
            return None
        seen = now
        return _configuration(folder)

    return grpc.dynamic_ssl_server_credentials(_configuration(folder), renewed, require_client_authentication=True)


def channel_credentials(folder: Path) -> grpc.ChannelCredentials:
    """Return credentials that show our certificate and trust the suite's authority alone."""
    authority, certificate, key = (folder.joinpath(name).read_bytes() for name in FILES)
    return grpc.ssl_channel_credentials(authority, key, certificate)


def stamps(folder: Path) -> tuple[int, ...]:
    """Return when each file was last written: another tuple is another certificate."""
    return tuple(folder.joinpath(name).stat().st_mtime_ns for name in FILES)


def _configuration(folder: Path) -> grpc.ServerCertificateConfiguration:
    authority, certificate, key = (folder.joinpath(name).read_bytes() for name in FILES)
    return grpc.ssl_server_certificate_configuration([(key, certificate)], root_certificates=authority)
