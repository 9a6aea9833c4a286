"""The local mail sink keeps every mail."""

from __future__ import annotations

import os
import smtplib
import sys
import time
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.local import ports, processes, readiness
from deploy.local.places import Root

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
