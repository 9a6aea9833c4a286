"""Signs and checks calls as Twilio does: HMAC-SHA-1 over the address and the form."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlsplit, urlunsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


def signature_of(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """
    Return what stands in X-Twilio-Signature.

    Args:
        token: The account's auth token.
        url: The whole address as it was called, un-normalised.
        fields: The form's fields in any order; a value that is given twice counts once.

    Source:
        twilio-python, `request_validator.py`; its vectors in tests/unit/notifications/test_twilio_signature.py.
    """
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), hashlib.sha1)).decode("ascii")


def is_signed(token: str, url: str, fields: Mapping[str, list[str]], signature: str, *, body: bytes = b"") -> bool:
    """
    Tell whether Twilio made this call.

    Danger: *url* is built from our own public address, never from what the request says its host is: whoever sits
    between could choose that.

    Args:
        body: What came as JSON; its hash then stands in the address as bodySHA256, and *fields* are empty.
    """
    if not signature.isascii():
        return False
    pairs = [(name, value) for name, values in fields.items() for value in values]
    claimed = parse_qs(urlsplit(url).query).get("bodySHA256")
    if claimed is not None:
        if pairs or not hmac.compare_digest(hashlib.sha256(body).hexdigest(), claimed[0].lower()):
            return False
    elif body:
        return False
    matches = [hmac.compare_digest(signature_of(token, each, pairs), signature) for each in _with_and_without_port(url)]
    return any(matches)


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    return urlunsplit(parts._replace(netloc=f"{host}:{port}")), urlunsplit(parts._replace(netloc=host))
