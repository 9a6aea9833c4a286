"""Makes ways into rooms of a Jitsi Meet, by tokens that its Prosody verifies."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jwt

from services.booking.domain import errors
from services.booking.domain.telehealth import Entry
from services.booking.usecases.join_appointment import Rooms
from services.chassis.config import Misconfigured

SECRET_MIN_BYTES = 32
"""Bytes of the shared secret at least. Source: RFC 7518, 3.2, for HS256."""

SKEW_S = 30
"""Seconds a Jitsi's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class JitsiRooms:
    """
    Signs tokens with the secret that Prosody shares (HS256).

    Rooms and people are named by keyed hashes: without the secret nobody can guess one from ids, or tell who is in it.
    No name of a person and no practice is in a token.
    """

    url: str
    app_id: str
    secret: bytes

    def address(self, entry: Entry) -> str:
        """Return the address that lets one person in."""
        room = self._hidden("room", entry.room_seed)
        claims = {
            "iss": self.app_id,
            "aud": self.app_id,
            "sub": urlsplit(self.url).hostname,
            "room": room,
            "nbf": int(entry.from_time.timestamp()) - SKEW_S,
            "exp": int(entry.expire_time.timestamp()),
            "context": {
                "user": {
                    "id": self._hidden("person", entry.person_seed),
                    "moderator": "true" if entry.is_moderator else "false",
                },
                "features": {"recording": "false", "livestreaming": "false", "transcription": "false"},
            },
        }
        return f"{self.url}/{room}?jwt={jwt.encode(claims, self.secret, algorithm='HS256')}"

    def _hidden(self, kind: str, seed: str) -> str:
        return hmac.digest(self.secret, f"kept-{kind}|{seed}".encode(), hashlib.sha256).hex()[:40]


class NoRooms:
    """Stands where no Jitsi is configured: every session is refused, and nobody is sent to a public server."""

    def address(self, entry: Entry) -> str:
        """Refuse."""
        raise errors.TelehealthUnconfigured("Sessions by video are not set up here.")


def read_rooms(environ: Mapping[str, str] = os.environ) -> Rooms:
    """
    Read KEPT_JITSI_URL, KEPT_JITSI_APP_ID and KEPT_JITSI_SECRET_FILE; none of them means no rooms.

    Raises:
        Misconfigured: Only some are set, the address is not https, or the secret is missing or short.
    """
    url, app_id, file = (environ.get(f"KEPT_JITSI_{name}", "") for name in ("URL", "APP_ID", "SECRET_FILE"))
    if not (url or app_id or file):
        return NoRooms()
    if not (url and app_id and file):
        raise Misconfigured("KEPT_JITSI_URL, KEPT_JITSI_APP_ID and KEPT_JITSI_SECRET_FILE belong together")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise Misconfigured("KEPT_JITSI_URL is no https address")
    if not Path(file).is_file():
        raise Misconfigured("KEPT_JITSI_SECRET_FILE names no file")
    secret = Path(file).read_bytes().strip()
    if len(secret) < SECRET_MIN_BYTES:
        raise Misconfigured(f"The secret in KEPT_JITSI_SECRET_FILE is shorter than {SECRET_MIN_BYTES} bytes")
    return JitsiRooms(url.rstrip("/"), app_id, secret)
