"""Asks a ClamAV daemon about files, by INSTREAM."""

from __future__ import annotations

import asyncio
import struct
from urllib.parse import urlsplit

import structlog

from services.chassis.config import Misconfigured
from services.notifications.domain import errors

log = structlog.get_logger(__name__)

CHUNK_BYTES = 64 * 1024

TIMEOUT_S = 20.0
"""Seconds a scan may take, connecting and answering together."""

LONGEST_ANSWER_BYTES = 1024


class ClamdScanner:
    """
    One daemon, a connection a file.

    What it does not clearly call clean is not clean; what it does not answer is not known, and no file is taken then.
    """

    def __init__(self, host: str, port: int) -> None:
        """Open nothing yet."""
        self._host, self._port = host, port

    async def is_clean(self, content: bytes) -> bool:
        """Tell whether nothing harmful was found. Raises ScannerAway. (UNAVAILABLE)"""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.warning("dependency.lost", dependency="clamd", error_type=type(error).__name__)
            raise errors.ScannerAway("The scanner does not answer.") from None
        if answer.endswith("FOUND"):
            return False
        if answer != "stream: OK":
            # "INSTREAM size limit exceeded. ERROR" and the like: it has not looked at all of it.
            log.error("scanner.refused", answer_bytes=len(answer))
            raise errors.ScannerAway("The scanner could not look at the file.")
        return True

    async def _ask(self, content: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK_BYTES):
                chunk = content[start : start + CHUNK_BYTES]
                writer.write(struct.pack("!I", len(chunk)) + chunk)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return answer[:LONGEST_ANSWER_BYTES].rstrip(b"\0").decode("utf-8", "replace")


class NoScanner:
    """Stands where none is set up."""

    async def is_clean(self, content: bytes) -> bool:
        """Refuse. Raises ScannerMissing. (FAILED_PRECONDITION)"""
        raise errors.ScannerMissing("No scanner is set up here, so no file is taken.")


def read_scanner(url: str) -> ClamdScanner | NoScanner:
    """Read KEPT_SCANNER_URL, clamd://host:port; empty takes no files. Raises Misconfigured when it can't be read."""
    if not url:
        return NoScanner()
    parts = urlsplit(url)
    if parts.scheme != "clamd" or not parts.hostname:
        raise Misconfigured("KEPT_SCANNER_URL must be clamd://host:port")
    return ClamdScanner(parts.hostname, parts.port or 3310)
