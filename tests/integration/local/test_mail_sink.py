"""The local mail sink keeps every mail."""

from __future__ import annotations

import os
import smtplib
import sys
import threading
import time
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy.local import ports, processes, readiness
from deploy.local.places import Root
from deploy.local.sink_page import ACCOUNT, SinkServer

pytestmark = pytest.mark.integration


def test_a_mail_sent_to_a_client_is_kept_as_a_file(tmp_path: Path) -> None:
    """The demo reads the confirmation link from it."""
    port = ports.choose(["smtp"], remembered={})["smtp"]
    command = [sys.executable, "-m", "deploy.local.mail_sink", "--port", str(port), "--folder", str(tmp_path / "mail")]
    sink = processes.spawn(command, root=Root("unused"), env=dict(os.environ), log=tmp_path / "log")
    deadline = time.monotonic() + 20
    while not readiness.tcp_ready(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Your appointment", "desk@example.org", "client@example.org"
    mail.set_content("See you on Monday.")

    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.send_message(mail)
    processes.stop([sink.pid])

    kept = [message_from_bytes(path.read_bytes()) for path in sorted((tmp_path / "mail").glob("*.eml"))]
    assert [(mail["Subject"], mail["X-Envelope-To"]) for mail in kept] == [("Your appointment", "client@example.org")]


def test_the_page_shows_mails_and_texts_and_takes_texts_as_a_provider_does(tmp_path: Path) -> None:
    """What was sent is escaped; a reply is passed on signed, and an absent suite is said to be absent."""
    (tmp_path / "00000000001000000000-0000.eml").write_bytes(
        b"X-Envelope-To: a@example.com\r\nSubject: Hello\r\n\r\nSee <b>https://kept.example/l/x</b>\r\n"
    )
    server = SinkServer(0, tmp_path, "http://127.0.0.1:9")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"

    taken = httpx.post(
        f"{base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data={"To": "+15005550009", "Body": "C to confirm"}
    )
    page = httpx.get(base).text
    away = httpx.post(f"{base}/replies", data={"from": "+15005550009", "body": "C"})
    unknown = httpx.get(f"{base}/other")
    server.shutdown()
    server.server_close()

    assert (taken.status_code, taken.json()["status"]) == (201, "queued")
    assert "a@example.com" in page
    assert "C to confirm" in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert (away.status_code, unknown.status_code) == (502, 404)
