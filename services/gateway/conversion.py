"""Between the contracts' messages and plain JSON, and between page tokens and cursors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2

from services.chassis import errors

Json = dict[str, Any]

MODALITIES = ("IN_PERSON", "VIDEO", "PHONE")

_TIMESTAMP = "google.protobuf.Timestamp"
_RENAMED = {"next_page_token": "next_cursor"}
"""Fields that HTTP calls by another name."""

M = TypeVar("M", bound=Message)


def plain(message: Message) -> Json:
    """
    Return a message as JSON values: fields by their proto names, enums without prefix, instants as RFC 3339 UTC.

    Every field is there, so that a front end need not guess: an unset message or instant is null.
    """
    return {key: read(getattr(message, name), message) for key, name, read in _readers(message.DESCRIPTOR)}


def filled(message_class: type[M], /, **values: Any) -> M:
    """
    Return a message filled from plain values: the way back from `plain`.

    Enums are named without prefix, instants are datetimes, messages are mappings or messages; None is left unset.

    Raises:
        InvalidRequest: An enum has no value of that name. (INVALID_ARGUMENT)
    """
    message = message_class()
    _fill(message, values)
    return message


def _fill(message: Message, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if value is None:
            continue
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.is_repeated:
            _extend(getattr(message, name), field, value)
        elif field.message_type is not None:
            _copy(getattr(message, name), value)
        else:
            setattr(message, name, _number(field, value) if field.enum_type is not None else value)


def _extend(items: Any, field: Any, values: Iterable[Any]) -> None:
    if field.message_type is not None:
        for value in values:
            _copy(items.add(), value)
    else:
        items.extend(_number(field, value) if field.enum_type is not None else value for value in values)


def _copy(target: Any, value: Any) -> None:
    if isinstance(value, Message):
        target.CopyFrom(value)
    elif isinstance(value, datetime):
        target.FromDatetime(value.astimezone(UTC))
    else:
        target.SetInParent()
        _fill(target, value)


def _number(field: Any, name: str | int) -> int:
    """Return the number of an enum's value; 0 for the empty name. Raises InvalidRequest."""
    if isinstance(name, int):
        return name
    for number, each in enum_names(field.enum_type).items():
        if each == (name or "UNSPECIFIED"):
            return number
    raise errors.InvalidRequest("There is no such value.", field=field.name)


@cache
def _readers(descriptor: Descriptor) -> tuple[tuple[str, str, Callable[[Any, Message], Any]], ...]:
    return tuple((_RENAMED.get(field.name, field.name), field.name, _reader(field)) for field in descriptor.fields)


def _reader(field: FieldDescriptor) -> Callable[[Any, Message], Any]:
    if _is_map(field):
        return lambda values, _: dict(values)
    one = _value_reader(field)
    if field.is_repeated:
        return lambda values, _: [one(value) for value in values]
    if field.has_presence:
        name = field.name
        return lambda value, message: one(value) if message.HasField(name) else None
    return lambda value, _: one(value)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _value_reader(field: FieldDescriptor) -> Callable[[Any], Any]:
    if field.message_type is not None:
        return rfc3339 if field.message_type.full_name == _TIMESTAMP else plain
    if field.enum_type is not None:
        names = enum_names(field.enum_type)
        return lambda value: names.get(value, "UNSPECIFIED")
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda value: value.hex()
    return lambda value: value


@cache
def enum_names(enum: EnumDescriptor) -> dict[int, str]:
    """Return the names of an enum without the prefix they share."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {value.number: value.name.removeprefix(prefix) for value in enum.values}


def rfc3339(stamp: Timestamp) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return stamp.ToDatetime(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Return an instant as a proto timestamp."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp


def modality(name: str | None) -> availability_pb2.Modality.ValueType:
    """Return the number of a modality; none is "any"."""
    return availability_pb2.Modality.Value(f"MODALITY_{name}" if name else "MODALITY_UNSPECIFIED")


def quoted(etag: str) -> str:
    """Return a strong entity tag (RFC 9110)."""
    return f'"{etag}"'


def unquoted(header: str) -> str:
    """Return the version an If-Match header names; "*" and weak tags name none."""
    text = header.strip()
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == '"' else ""


def schema_of(descriptor: Descriptor) -> Json:
    """Return the JSON schema (2020-12) of what `plain` gives for a message."""
    properties = {_RENAMED.get(field.name, field.name): _field_schema(field) for field in descriptor.fields}
    return {"type": "object", "title": descriptor.name, "properties": properties, "required": list(properties)}


def _field_schema(field: FieldDescriptor) -> Json:
    one: Json
    if _is_map(field):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if field.message_type is not None:
        if field.message_type.full_name == _TIMESTAMP:
            one = {"type": "string", "format": "date-time"}
        else:
            one = {"$ref": f"#/components/schemas/{field.message_type.name}"}
    elif field.enum_type is not None:
        one = {"type": "string", "enum": list(enum_names(field.enum_type).values())}
    elif field.type == FieldDescriptor.TYPE_BOOL:
        one = {"type": "boolean"}
    elif field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        one = {"type": "number"}
    elif field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        one = {"type": "string"}
    else:
        one = {"type": "integer"}
    if field.is_repeated:
        return {"type": "array", "items": one}
    return {"anyOf": [one, {"type": "null"}]} if field.has_presence else one


def schemas_of(*descriptors: Descriptor) -> Json:
    """
    Return the schemas of messages and of all they hold, by name.

    Raises:
        ValueError: Two different messages have one name; a generated client could not tell them apart.
    """
    found: dict[str, Descriptor] = {}
    waiting = list(descriptors)
    while waiting:
        descriptor = waiting.pop()
        if descriptor.full_name == _TIMESTAMP:
            continue
        if (known := found.get(descriptor.name)) is None:
            found[descriptor.name] = descriptor
            waiting += [
                field.message_type
                for field in descriptor.fields
                if field.message_type is not None and not _is_map(field)
            ]
        elif known.full_name != descriptor.full_name:
            raise ValueError(f"{known.full_name} and {descriptor.full_name} have one name")
    return {name: schema_of(descriptor) for name, descriptor in sorted(found.items())}
