"""Serves the gateway: uvicorn, uvloop, one process."""

from __future__ import annotations

import gc
import socket

import uvicorn

from services.chassis import logs, metrics, tracing
from services.chassis.config import read_config
from services.gateway.bootstrap import bootstrap
from services.gateway.config import read_protection, read_sign_in
from services.gateway.protocol import GuardedProtocol

KEEP_ALIVE_S = 75
GRACE_S = 20

GC_AFTER_OBJECTS = 20_000
"""
New objects after which the garbage collector looks for cycles among them.

Source: a full collection walks the two hundred thousand objects that the routes are; nothing is answered for 0.1 s.
"""


class Stopping(uvicorn.Server):
    """Lets the readers of streams go before it waits for requests: they would be waited for to the end."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; what is there by then stays, and no collection of garbage walks it again."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_AFTER_OBJECTS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self.config.app.state.hub.end_all()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main() -> None:
    """Answer until told to stop; requests at hand are finished first."""
    config = read_config("gateway")
    logs.configure(service="gateway", process="server", style=config.log_format, level=config.log_level)
    tracing.configure("gateway")
    metrics.serve(config.metrics_host, config.metrics_port)
    host, _, port = config.http_listen.rpartition(":")
    app = bootstrap(config, read_sign_in(config), read_protection())
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        loop="uvloop",
        http=GuardedProtocol,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    server = Stopping(settings)
    server.run()
    if not server.started:
        raise SystemExit(3)


if __name__ == "__main__":
    main()
