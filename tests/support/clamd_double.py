"""A virus scanner that speaks INSTREAM as ClamAV does, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import struct

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner knows and nobody fears. Source: eicar.org."""


class ClamdDouble:
    """A daemon on a loopback port; *mood* is "" (behaves), "error", "cut" or "silent"."""

    def __init__(self) -> None:
        self.port = 0
        self.mood = ""
        self.scanned: list[bytes] = []
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """What KEPT_SCANNER_URL says to use it."""
        return f"clamd://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Go away."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        self.scanned.append(content)
        if self.mood != "cut":
            found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            writer.write(b"INSTREAM size limit exceeded. ERROR\0" if self.mood == "error" else found)
        writer.close()
