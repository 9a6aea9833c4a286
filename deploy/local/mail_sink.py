"""Receives every mail and text of a local suite, keeps them as files, shows them as a page."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
import threading
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.sink_page import SinkServer


class Sink:
    """Stores what arrives; nothing ever leaves the machine."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail, named so that files sort by arrival; a reader never sees half a file."""
        name = f"{time.time_ns():020d}-{next(self._numbers):04d}.eml"
        recipients = ", ".join(envelope.rcpt_tos)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        draft = self._folder / f".{name}"
        draft.write_bytes(f"X-Envelope-To: {recipients}\r\n".encode() + content)
        draft.rename(self._folder / name)
        print(f"mail.stored to={recipients} file={name}", flush=True)
        return "250 Message accepted for delivery"


async def serve(folder: Path, *, port: int, page_port: int, gateway_url: str) -> None:
    """Listen on loopback until asked to stop; with *page_port* what was sent is shown there, and texts are taken."""
    sink = Sink(folder)
    if page_port:
        page = SinkServer(page_port, folder, gateway_url)
        threading.Thread(target=page.serve_forever, name="sink page", daemon=True).start()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--page-port", type=int, default=0)
    parser.add_argument("--gateway-url", default="")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.folder, port=chosen.port, page_port=chosen.page_port, gateway_url=chosen.gateway_url))
