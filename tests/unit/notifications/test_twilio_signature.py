"""Who calls as the provider is the provider."""

from __future__ import annotations

import hashlib

import pytest

from services.notifications.adapters.twilio_signature import is_signed, signature_of

VOICE = (
    "12345",
    "https://mycompany.com/myapp.php?foo=1&bar=2",
    {
        "CallSid": ["CA1234567890ABCDE"],
        "From": ["+12349013030"],
        "To": ["+18005551212"],
        "Caller": ["+12349013030"],
        "Digits": ["1234"],
    },
    "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
)
STATUS = (
    "test_token",
    "https://notify.example.org/v1/webhooks/twilio/status",
    {
        "AccountSid": ["AC" + "0" * 32],
        "ApiVersion": ["2010-04-01"],
        "From": ["+15005550006"],
        "MessageSid": ["SM" + "1" * 32],
        "MessageStatus": ["delivered"],
        "SmsSid": ["SM" + "1" * 32],
        "SmsStatus": ["delivered"],
        "To": ["+15005550009"],
    },
    "DZPslWZIJ+cxtInpOGD3Fhzd72Y=",
)
BARE = "https://kept.example/x"
Vector = tuple[str, str, dict[str, list[str]], str]


@pytest.mark.parametrize("vector", [VOICE, STATUS])
def test_the_providers_own_vectors_are_accepted(vector: Vector) -> None:
    """Both published calls, and with the default port written out."""
    token, url, fields, signature = vector

    assert is_signed(token, url, fields, signature)
    assert is_signed(token, url.replace(".org/", ".org:443/").replace(".com/", ".com:443/"), fields, signature)


@pytest.mark.parametrize("vector", [VOICE, STATUS])
def test_one_changed_byte_is_refused(vector: Vector) -> None:
    """Address, field, token, signature, scheme: any of them changed."""
    token, url, fields, signature = vector
    name = sorted(fields)[0]

    assert not is_signed(token, url, fields | {name: [fields[name][0] + "x"]}, signature)
    assert not is_signed(token, url, {key: fields[key] for key in fields if key != name}, signature)
    assert not is_signed(token + "x", url, fields, signature)
    assert not is_signed(token, url.replace("https:", "http:"), fields, signature)
    assert not is_signed(token, url, fields, signature[:-2] + "A=")
    assert not is_signed(token, url, fields, "")
    assert not is_signed(token, url, fields, "é")


def test_a_value_given_twice_counts_once_and_order_does_not_matter() -> None:
    """As the provider's own library collapses them."""
    url = "https://kept.example/v1/providers/a/replies"
    signature = signature_of("key", url, [("b", "2"), ("a", "1"), ("a", "1"), ("a", "0")])

    assert is_signed("key", url, {"a": ["0", "1"], "b": ["2"]}, signature)


def test_a_json_body_is_bound_by_its_hash_in_the_address() -> None:
    """A space more, or no hash at all, and it is refused."""
    body = b'{"MessageStatus": "delivered"}'
    url = f"https://kept.example/x?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = signature_of("key", url, [])

    assert is_signed("key", url, {}, signature, body=body)
    assert not is_signed("key", url, {}, signature, body=body + b" ")
    assert not is_signed("key", url, {"a": ["1"]}, signature, body=body)
    assert not is_signed(
        "key", "https://kept.example/x", {}, signature_of("key", "https://kept.example/x", []), body=body
    )
