"""Writes the API document: OpenAPI 3.1, its answers taken from the contracts."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from google.protobuf.descriptor import Descriptor
from kept.audit.v1 import audit_pb2, audit_service_pb2
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.matching.v1 import matching_pb2, matching_service_pb2
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.gateway.conversion import schemas_of
from services.gateway.problems import BASE, TYPES

ANSWERS: tuple[Descriptor, ...] = (
    booking_pb2.Appointment.DESCRIPTOR,
    booking_pb2.Client.DESCRIPTOR,
    booking_service_pb2.ListAppointmentsResponse.DESCRIPTOR,
    booking_service_pb2.ListAppointmentChangesResponse.DESCRIPTOR,
    booking_service_pb2.JoinAppointmentResponse.DESCRIPTOR,
    booking_service_pb2.FindClientsResponse.DESCRIPTOR,
    notifications_pb2.ContactPoint.DESCRIPTOR,
    notifications_service_pb2.ListMessagesResponse.DESCRIPTOR,
    availability_pb2.Site.DESCRIPTOR,
    availability_pb2.Room.DESCRIPTOR,
    availability_pb2.SessionType.DESCRIPTOR,
    availability_pb2.Schedule.DESCRIPTOR,
    availability_pb2.TimeOff.DESCRIPTOR,
    availability_service_pb2.ListSessionTypesResponse.DESCRIPTOR,
    availability_service_pb2.SearchSlotsResponse.DESCRIPTOR,
    matching_pb2.TherapistProfile.DESCRIPTOR,
    matching_pb2.Match.DESCRIPTOR,
    matching_service_pb2.ListTherapistProfilesResponse.DESCRIPTOR,
    audit_pb2.Checkpoint.DESCRIPTOR,
    audit_service_pb2.QueryRecordsResponse.DESCRIPTOR,
    audit_service_pb2.InclusionProof.DESCRIPTOR,
    audit_service_pb2.ConsistencyProof.DESCRIPTOR,
)

DESCRIPTION = """\
Schedules mental-health care: appointments kept, confidences kept.

Every answer about a person is in the audit trail before it is sent.
Errors are problem documents (RFC 9457) with stable types.
A POST that creates needs an `Idempotency-Key`, a change needs `If-Match`.
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
        "current": {"$ref": "#/components/schemas/Appointment"},
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            description=DESCRIPTION,
            routes=app.routes,
        )
        parts = document.setdefault("components", {})
        parts.setdefault("schemas", {}).update(schemas_of(*ANSWERS) | {"Problem": PROBLEM})
        for name in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(name, None)
        record = parts["schemas"]["Record"]["properties"]
        record["content"] = {"type": "object", "description": "The canonical record, parsed."}
        parts["securitySchemes"] = {"signIn": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        document["security"] = [{"signIn": []}]
        app.openapi_schema = document
    return app.openapi_schema
