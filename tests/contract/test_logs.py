"""What the contracts call personal, the logs refuse."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from kept.audit.v1 import audit_service_pb2
from kept.availability.v1 import availability_service_pb2
from kept.booking.v1 import booking_service_pb2, care_service_pb2, policy_service_pb2, safety_service_pb2
from kept.matching.v1 import (
    batch_service_pb2,
    feedback_service_pb2,
    forms_service_pb2,
    intake_service_pb2,
    matching_service_pb2,
    proposal_service_pb2,
    rules_service_pb2,
    triage_service_pb2,
)
from kept.notifications.v1 import (
    contact_service_pb2,
    inbox_service_pb2,
    notifications_service_pb2,
    threads_service_pb2,
)

from services.chassis.access import read_rule
from services.chassis.logs import PERSONAL_KEYS, REFUSED, refuse_personal_data

MODULES = (
    audit_service_pb2,
    availability_service_pb2,
    booking_service_pb2,
    care_service_pb2,
    policy_service_pb2,
    safety_service_pb2,
    matching_service_pb2,
    rules_service_pb2,
    batch_service_pb2,
    feedback_service_pb2,
    forms_service_pb2,
    intake_service_pb2,
    proposal_service_pb2,
    triage_service_pb2,
    notifications_service_pb2,
    contact_service_pb2,
    threads_service_pb2,
    inbox_service_pb2,
)
PERSONAL_CLASSES = {"registry", "contact", "intake"}

HARMLESS = {
    "etag", "time_zone", "locale", "page_token", "next_page_token", "state", "modality", "local", "code", "language",
    "languages", "region", "token", "reason", "weights_version", "start_local", "local_date", "binding_rule", "step",
    "rules_version", "previous_code", "action", "seed", "text_hash", "call_number", "text_number", "emergency_number",
    "lines", "template_key", "wall_time", "from_date", "until_date", "evidence", "source", "trigger", "suppression",
    "closed_by", "meaning", "media_type", "outcome", "provider", "report",
}  # fmt: skip
"""Words of those messages that tell nothing of a person by themselves."""


def words_of(message: Descriptor, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names of the text fields of a message and of those within."""
    for field in message.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield field.name
        elif field.message_type and field.message_type.full_name not in seen:
            yield from words_of(field.message_type, seen | {field.message_type.full_name})


def personal_words() -> set[str]:
    """Text fields of everything that methods about personal classes take and give."""
    found: set[str] = set()
    for module in MODULES:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                if read_rule(method).resource_class in PERSONAL_CLASSES:
                    found.update(words_of(method.input_type), words_of(method.output_type))
    return {name for name in found if not name.endswith(("_id", "_ids")) and name not in HARMLESS}


def test_every_personal_field_is_refused_by_its_name() -> None:
    """A new field of a client, a contact or an intake has to be named in the logs' list, or said to be harmless."""
    words = personal_words()

    assert {"given_name", "family_name", "email", "phone"} <= words
    assert words - PERSONAL_KEYS == set()


def test_what_is_refused_does_not_reach_a_line() -> None:
    """Whatever its value is."""
    event = {name: "Ada" for name in personal_words()} | {"event": "rpc.finished"}

    line = refuse_personal_data(None, "info", dict(event))

    assert {value for name, value in line.items() if name != "event"} == {REFUSED}
