"""Serves one page on a real port, as another house's service would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type

Answer = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]
"""From path, headers and body to status and body."""


class OtherHouse:
    """An HTTP server on a free loopback port, until closed."""

    def __init__(self, answer: Answer) -> None:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, body = answer(self.path, dict(self.headers), asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Type", guess_type(self.path)[0] or "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name http.server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
