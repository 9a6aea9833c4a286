"""Writes the API document: OpenAPI 3.1, its answers taken from the contracts."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_pb2, series_pb2

from services.gateway.conversion import schemas_of
from services.gateway.examples import add_examples
from services.gateway.problems import BASE, TYPES
from services.gateway.routes.describing import DESCRIBED, refusal
from services.gateway.telling import MESSAGE, webhooks

NAMED = (availability_pb2.Slot.DESCRIPTOR, booking_pb2.Appointment.DESCRIPTOR, series_pb2.SeriesOccurrence.DESCRIPTOR)
"""Messages that problems hold, whatever the routes answer with."""

DESCRIPTION = """\
Schedules mental-health care: appointments kept, confidences kept.

Every answer about a person is in the audit trail before it is sent.
Errors are problem documents (RFC 9457) with stable types.
Every change needs an `Idempotency-Key`; a change of something with an ETag needs `If-Match` too.
What is found by POST `/v1/searches/<name>` can be asked by QUERY `/v1/<name>` as well.
Times are RFC 3339 in UTC, beside the wall time and IANA zone they were agreed in.
"""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": sorted(BASE + name for name in {*TYPES, "method-not-allowed"})},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Stable reason of the service behind, see docs/errors.md."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
        "alternatives": {"type": "array", "items": {"$ref": "#/components/schemas/Slot"}, "maxItems": 5},
        "conflicts": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SeriesOccurrence"},
            "description": "Every occurrence that can't be.",
        },
        "current": {"type": "object", "description": "What the resource is now, as its GET answers it."},
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document, made anew."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=DESCRIPTION,
        routes=app.routes,
    )
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {}).update(
        schemas_of(*NAMED, *DESCRIBED.values()) | {"Problem": PROBLEM, "WebhookMessage": MESSAGE}
    )
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    record = parts["schemas"]["Record"]["properties"]
    record["content"] = {"type": "object", "description": "The canonical record, parsed."}
    parts["securitySchemes"] = {"signIn": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    _describe_large_bodies(document)
    document["security"] = [{"signIn": []}]
    add_examples(document)
    document["webhooks"] = webhooks()
    return document


def _describe_large_bodies(document: dict[str, Any]) -> None:
    """Whatever takes a body refuses one that is too large, before its route is asked."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["responses"].setdefault("413", refusal(413))


def serve_document(app: FastAPI) -> None:
    """
    Answer /openapi.json, made once and beside the other requests: it takes a second.

    Cost:
        What is kept is text: as objects the document took 10 MB more of an idle gateway.
    """
    kept: list[bytes] = []
    making = asyncio.Lock()

    async def answer() -> Response:
        async with making:
            if not kept:
                kept.append(await asyncio.to_thread(lambda: orjson.dumps(app.openapi())))
        return Response(kept[0], media_type="application/json")

    app.add_api_route("/openapi.json", answer, include_in_schema=False)
