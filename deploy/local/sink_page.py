"""Shows what a local suite sent as a page; takes its texts as a provider, and texts back."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from services.notifications.adapters.twilio_signature import signature_of

SHOWN = 100
"""Messages on the page, newest first."""

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "demo", "+15005550006"
"""The account of the suite; nothing ever leaves the machine."""

LARGEST_BODY = 64 * 1024

HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>What was sent</title>"
)

STYLE = """<style>
body { font: 1rem/1.5 system-ui; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid #8884; border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0 }
pre { white-space: pre-wrap; font: inherit }
pre, a, small { overflow-wrap: anywhere }
</style>"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the page shows it."""

    time_s: float
    way: str
    to: str
    subject: str
    text: str


class SinkServer(ThreadingHTTPServer):
    """The page, and the provider's door; texts are kept beside the mails as .json files."""

    daemon_threads = True

    def __init__(self, port: int, folder: Path, gateway_url: str) -> None:
        """Listen on loopback."""
        super().__init__(("127.0.0.1", port), SinkHandler)
        self.folder = folder
        self.gateway_url = gateway_url
        self.numbers = itertools.count()


class SinkHandler(BaseHTTPRequestHandler):
    """One request."""

    server: SinkServer

    def do_GET(self) -> None:
        """Show the page."""
        if urlsplit(self.path).path != "/":
            self._write(404, "text/plain", "There is no such page.")
            return
        sent = sorted(messages_in(self.server.folder), key=lambda each: each.time_s, reverse=True)
        items = "".join(_article(each) for each in sent[:SHOWN])
        shown = f"<p>{len(sent)} in all, the newest {min(SHOWN, len(sent))} here. Nothing leaves this machine.</p>"
        self._write(200, "text/html", f"{HEAD}{STYLE}<h1>What was sent</h1>{shown}{items}</html>")

    def do_POST(self) -> None:
        """Take a text as a provider, or text something back."""
        size = int(self.headers.get("content-length", "0") or 0)
        if size > LARGEST_BODY:
            self._write(413, "text/plain", "The body is too large.")
            return
        form = dict(parse_qsl(self.rfile.read(size).decode("utf-8", "replace"), keep_blank_values=True))
        path = urlsplit(self.path).path
        if path == "/replies":
            self._reply(form)
        elif path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json" and {"To", "Body"} <= form.keys():
            self._take(form)
        else:
            self._write(404, "application/json", json.dumps({"code": 20404}))

    def _take(self, form: dict[str, str]) -> None:
        """Keep a text; a reader never sees half a file."""
        name = f"{time.time_ns():020d}-{next(self.server.numbers):04d}.json"
        draft = self.server.folder / f".{name}"
        draft.write_text(json.dumps({"to": form["To"], "body": form["Body"]}), encoding="utf-8")
        draft.rename(self.server.folder / name)
        self._write(201, "application/json", json.dumps({"sid": f"SM{time.time_ns():032x}", "status": "queued"}))

    def _reply(self, form: dict[str, str]) -> None:
        """Pass a reply on to the suite as the provider would, signed."""
        url = f"{self.server.gateway_url}/v1/providers/sink/replies"
        fields = {
            "MessageSid": f"SM{time.time_ns():032x}",
            "From": form.get("from", ""),
            "To": NUMBER,
            "Body": form.get("body", ""),
        }
        signature = signature_of(TOKEN, url, fields.items())
        try:
            answer = httpx.post(url, data=fields, headers={"X-Twilio-Signature": signature}, timeout=15)
            said = answer.raise_for_status().text
        except httpx.HTTPError as error:
            self._write(502, "text/plain", f"The suite did not take it: {error}")
            return
        said = escape(said.partition("<Message>")[2].partition("</Message>")[0] or "(nothing)")
        self._write(
            200, "text/html", f"<!doctype html><meta charset=utf-8><p>Answered: {said}</p><p><a href='/'>Back</a>"
        )

    def _write(self, status: int, media_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses stand in requests."""


def messages_in(folder: Path) -> list[Sent]:
    """Read every mail and text there is; a file that is being written has a dot in front."""
    found = []
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        time_s = int(path.name.partition("-")[0] or 0) / 1e9
        if path.suffix == ".eml":
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, EmailMessage), "the default policy makes such"
            part = mail.get_body(("plain",))
            text = str(part.get_content()) if part else ""
            found.append(Sent(time_s, "mail", str(mail["X-Envelope-To"]), str(mail["Subject"]), text))
        elif path.suffix == ".json":
            kept = json.loads(path.read_text(encoding="utf-8"))
            found.append(Sent(time_s, "text", kept["to"], "", kept["body"]))
    return found


def _article(sent: Sent) -> str:
    when = datetime.fromtimestamp(sent.time_s, UTC)
    reply = ""
    if sent.way == "text":
        reply = (
            f'<form method="post" action="/replies"><input type="hidden" name="from" value="{escape(sent.to)}">'
            '<input name="body" aria-label="Text back" placeholder="C, X, R, STOP"> <button>Text back</button></form>'
        )
    links = "".join(
        f'<p><a href="{escape(word)}">{escape(word)}</a></p>' for word in sent.text.split() if word.startswith("http")
    )
    return (
        f"<article><small>{sent.way} to {escape(sent.to)}, {when:%Y-%m-%d %H:%M:%S} UTC</small>"
        f"<h2>{escape(sent.subject)}</h2><pre>{escape(sent.text)}</pre>{links}{reply}</article>"
    )


def sms_url(port: int) -> str:
    """Return what KEPT_SMS_URLS says to send texts here."""
    query = urlencode({"from": NUMBER, "name": "sink"})
    return f"twilio+http://{ACCOUNT}:{TOKEN}@127.0.0.1:{port}/?{query}"
