"""Reads a broker's message into an event, or says why it can't be one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

EVERY_PRACTICE = "*"
"""Header of a message that holds several practices (audit records)."""

NIL = str(uuid.UUID(int=0))

QUARANTINE_NAMESPACE = uuid.UUID("6b657074-0000-4000-8000-717561727400")
"""A message put aside twice, because the worker died before its acknowledgement, is one row."""


class Unreadable(Exception):
    """The message can't be an event that this method knows; its first argument is the reason."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event as the inbox keeps it."""

    practice_id: str
    event_id: str
    source: str
    type: str
    aggregate_id: str
    version: int
    body: str
    actor: str
    traceparent: str
    causation_id: str
    publish_time: datetime


@dataclass(slots=True)
class Delivery:
    """A message in a worker's hands: what it holds, and what became of it."""

    queue: str
    body: bytes
    properties: Mapping[str, Any]
    tag: int = 0
    connection_number: int = 0
    event: Incoming | None = None
    reason: str = ""
    detail: str = ""
    is_stored: bool = False
    headers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def quarantine_id(self) -> str:
        """The same for the same message from the same queue."""
        name = f"{self.queue}|{self.properties.get('message_id', '')}|".encode() + self.body
        return str(uuid.uuid5(QUARANTINE_NAMESPACE, name.hex()))

    def headers_json(self) -> str:
        """Everything but the body, for a person to look at; PostgreSQL's JSON can't hold NUL."""
        everything = {key: value for key, value in self.properties.items() if key != "application_headers"}
        text = json.dumps(everything | {"headers": dict(self.headers)}, default=str)
        return text.replace("\\u0000", "")


def read(body: bytes, properties: Mapping[str, Any], known: Mapping[str, type[Message]]) -> Incoming:
    """
    Read a message whose type is one of *known*.

    Fields that a newer producer added are passed over: old and new versions run side by side.

    Raises:
        Unreadable: It never will be readable for this code; put it aside.
    """
    headers = properties.get("application_headers") or {}
    type_name = str(properties.get("type", ""))
    message_class = known.get(type_name)
    if message_class is None:
        raise Unreadable("UNKNOWN_TYPE", f"No method here takes {type_name[:200]!r}.")
    practice_id = str(headers.get("practice_id") or EVERY_PRACTICE)
    try:
        text = body.decode()
        json_format.Parse(text, message_class(), ignore_unknown_fields=True)
        timestamp = properties.get("timestamp")
        return Incoming(
            practice_id=NIL if practice_id == EVERY_PRACTICE else str(uuid.UUID(practice_id)),
            event_id=str(uuid.UUID(str(properties["message_id"]))),
            source=str(properties["app_id"]),
            type=type_name,
            aggregate_id=str(headers["subject"]),
            version=int(headers.get("version", 0)),
            body=text,
            actor=str(headers.get("actor", "")),
            traceparent=str(headers.get("traceparent", "")),
            causation_id=str(headers.get("causation_id", "")),
            publish_time=datetime.fromtimestamp(timestamp, UTC) if isinstance(timestamp, int) else datetime.now(UTC),
        )
    except json_format.ParseError as error:
        raise Unreadable("UNREADABLE_BODY", str(error)[:500]) from error
    except UnicodeDecodeError as error:
        raise Unreadable("UNREADABLE_BODY", "The body is not UTF-8.") from error
    except KeyError as error:
        raise Unreadable("INCOMPLETE_ENVELOPE", f"{error.args[0]} is missing.") from error
    except ValueError as error:
        raise Unreadable("INCOMPLETE_ENVELOPE", str(error)[:500]) from error
