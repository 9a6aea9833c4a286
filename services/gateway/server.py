"""Serves the gateway: uvicorn, uvloop, one process."""

from __future__ import annotations

import uvicorn

from services.chassis import logs, metrics, tracing
from services.chassis.config import read_config
from services.gateway.bootstrap import bootstrap
from services.gateway.config import read_protection, read_sign_in
from services.gateway.protocol import GuardedProtocol

KEEP_ALIVE_S = 75
GRACE_S = 20


def main() -> None:
    """Answer until told to stop; requests at hand are finished first."""
    config = read_config("gateway")
    logs.configure(service="gateway", process="server", style=config.log_format, level=config.log_level)
    tracing.configure("gateway")
    metrics.serve(config.metrics_host, config.metrics_port)
    host, _, port = config.http_listen.rpartition(":")
    uvicorn.run(
        bootstrap(config, read_sign_in(config), read_protection()),
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


if __name__ == "__main__":
    main()
