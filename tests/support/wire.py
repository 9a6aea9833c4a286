"""A wire between two processes that can be made to lose everything, and be cut."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Self

CHUNK = 65_536


class Wire:
    """
    Passes bytes on to a port of this machine, by a thread of its own.

    What is sent while it swallows is taken and never comes to the other end, as on a network that lost its way; both
    ends learn of nothing until the wire is cut.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._swallows = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)

    def __enter__(self) -> Self:
        """Begin to pass bytes on."""
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Cut it for good."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def swallow(self) -> None:
        """Lose whatever is sent from now on, in both directions."""
        self._swallows = True

    def cut(self) -> None:
        """Reset every connection; what is opened afterwards gets through."""

        def abort() -> None:
            self._swallows = False
            for each in list(self._ends):
                each.transport.abort()

        self._loop.call_soon_threadsafe(abort)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        for each in self._ends:
            each.transport.abort()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._ends -= {writer, far_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if not self._swallows:
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()
