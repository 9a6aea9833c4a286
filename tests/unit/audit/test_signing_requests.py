"""Requests to S3 are signed as S3 expects, by its own published examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.audit.adapters.archive_s3 import Credentials, sign

PUBLISHED = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "https://examplebucket.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signature"),
    [
        (
            "GET",
            "/test.txt",
            {"range": "bytes=0-9"},
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test%24file.text",
            {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/?lifecycle", {}, b"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "GET",
            "/?max-keys=2&prefix=J",
            {},
            b"",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_the_published_examples_are_signed_alike(
    method: str, path: str, headers: dict[str, str], body: bytes, signature: str
) -> None:
    """Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header", its four examples."""
    signed = sign(method, HOST + path, headers, body, credentials=PUBLISHED, region="us-east-1", at=AT)

    assert signed["authorization"].endswith(f"Signature={signature}")


def test_a_borrowed_key_sends_its_token_signed() -> None:
    """Temporary credentials are refused without it."""
    borrowed = Credentials("a", "b", "token")

    signed = sign("GET", f"{HOST}/x", {}, b"", credentials=borrowed, region="r", at=AT)

    assert signed["x-amz-security-token"] == "token"
    assert "x-amz-security-token" in signed["authorization"]
