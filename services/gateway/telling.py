"""Describes the messages that receivers of webhooks get: the `webhooks` of the API document."""

from __future__ import annotations

from typing import Any

from services.chassis.told import Telling, catalogue

MESSAGE: dict[str, Any] = {
    "type": "object",
    "title": "WebhookMessage",
    "description": "Standard Webhooks 1.0.0. An id and a version: fetch the rest, under your own rights.",
    "required": ["type", "timestamp", "data"],
    "properties": {
        "type": {"type": "string", "enum": list(catalogue())},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
        "data": {
            "type": "object",
            "required": ["id", "version"],
            "properties": {
                "id": {"type": "string", "format": "uuid", "description": "What it happened to."},
                "version": {
                    "type": "integer",
                    "description": "Counts its changes; order is not promised, a number below yours is old.",
                },
            },
        },
    },
}

_HEADERS = {
    "webhook-id": "Names the message: the same for every try, so that a second one is known.",
    "webhook-timestamp": "Is when it was signed, in seconds since 1970; refuse what is minutes old.",
    "webhook-signature": '"v1," and HMAC-SHA-256 of `id.timestamp.body` under your secret; two while it is changed.',
}

_ANSWERS = {
    "2XX": {"description": "Taken; it is not said again."},
    "410": {"description": "Nobody is there any more: nothing is sent until an admin starts it again."},
    "default": {"description": "Not taken: it is tried again for three days, later and later, after Retry-After."},
}


def webhooks() -> dict[str, Any]:
    """Return a description of each kind of message, by its name."""
    return {kind: {"post": _described(telling)} for kind, telling in catalogue().items()}


def _described(telling: Telling) -> dict[str, Any]:
    thing, _, what = telling.kind.partition(".")
    words = f"Tells that {thing.replace('_', ' ')} `data.id` was or is {what.replace('_', ' ')}"
    read = f"read it at `GET {telling.path}`" if telling.path else "its lists tell more"
    example = {
        "type": telling.kind,
        "timestamp": "2030-01-07T09:00:00Z",
        "data": {"id": "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11", "version": 1},
    }
    return {
        "operationId": "on" + "".join(part.capitalize() for part in telling.kind.replace(".", "_").split("_")),
        "summary": telling.kind,
        "description": f"{words}; {read}. docs/events.md says when `{telling.event_name}` happens.",
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "allOf": [
                            {"$ref": "#/components/schemas/WebhookMessage"},
                            {"properties": {"type": {"const": telling.kind}}},
                        ]
                    },
                    "example": example,
                }
            },
        },
        "responses": _ANSWERS,
    }
