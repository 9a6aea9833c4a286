"""Reads which archive and which witnesses the process is told to use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from services.audit.adapters.archive_files import FileArchive
from services.audit.adapters.archive_s3 import Credentials, S3Archive
from services.audit.usecases.retention_ports import Archive
from services.chassis.config import Misconfigured

ARCHIVE, WITNESSES = "KEPT_ARCHIVE", "KEPT_WITNESSES"


def read_archive(environ: Mapping[str, str]) -> Archive | None:
    """Return where records past their time are exported to, or None. Raises Misconfigured."""
    text = environ.get(ARCHIVE, "")
    return _open(text, environ) if text else None


def read_witnesses(environ: Mapping[str, str]) -> list[Archive]:
    """Return where checkpoints are copied to. Raises Misconfigured."""
    return [_open(text.strip(), environ) for text in environ.get(WITNESSES, "").split(",") if text.strip()]


def _open(text: str, environ: Mapping[str, str]) -> Archive:
    """Open `file:/folder` or `s3://bucket/prefix?region=eu-central-1&endpoint=https://host`."""
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.path.startswith("/"):
        return FileArchive(Path(parts.path))
    if parts.scheme == "s3" and parts.netloc:
        told = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        region = told.get("region") or environ.get("AWS_REGION", "")
        key_id, secret = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SECRET_ACCESS_KEY", "")
        if not (region and key_id and secret):
            raise Misconfigured(f"s3://{parts.netloc} needs region=, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        return S3Archive(
            told.get("endpoint") or f"https://s3.{region}.amazonaws.com",
            parts.netloc,
            parts.path,
            region=region,
            credentials=Credentials(key_id, secret, environ.get("AWS_SESSION_TOKEN", "")),
        )
    raise Misconfigured(f"an archive is file:/folder or s3://bucket/prefix?region=..., not {text.partition('?')[0]}")
