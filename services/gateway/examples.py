"""Makes examples for the API document out of its own schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

ID: Final = "0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"
INSTANT: Final = "2030-03-05T23:00:00Z"
DEPTH: Final = 8
"""Schemas within schemas; a tree that holds itself ends there."""

NAMED: Final[Mapping[str, Any]] = {
    "time_zone": "America/Los_Angeles",
    "local": "2030-03-05T15:00",
    "email": "somebody@example.org",
    "phone": "+1 503 555 0100",
    "given_name": "Ines",
    "family_name": "Abara",
    "display_name": "Harbour",
    "birth_date": "1990-04-01",
    "etag": "v3",
    "next_cursor": "",
    "tzdata_version": "2026f",
    "locale": "en",
    "region": "US-CA",
    "url": "https://partner.example/told",
    "currency": "USD",
}
"""What a field of a name holds, where its schema says no more than that it is text."""

SPELLED: Final = (ID, "TEXT", "2030-03-05", "2030-03", "09:00", "2030-03-05T15:00", "text.text", "US-CA", "1", "")
"""What a field holds that wants a spelling and shows none; the first that fits."""


def add_examples(document: Json) -> None:
    """Give every request body and every answer an example, where it has none."""
    components = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            bodies = [operation.get("requestBody", {}).get("content", {})]
            bodies += [each.get("content", {}) for code, each in operation["responses"].items() if str(code) < "300"]
            for content in bodies:
                for each in content.values():
                    if "schema" in each and not {"example", "examples"} & each.keys():
                        each["example"] = example_of(each["schema"], components)


def example_of(schema: Json, components: Json, name: str = "", depth: int = 0) -> Any:
    """Return a value that fits a schema; the first that it names itself, where it does."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components, name, depth)
    if schema.get("examples"):
        return schema["examples"][0]
    for kind in ("anyOf", "allOf", "oneOf"):
        if kind in schema:
            first = next((each for each in schema[kind] if each.get("type") != "null"), schema[kind][0])
            return example_of(first, components, name, depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((each for each in schema["enum"] if each != "UNSPECIFIED"), schema["enum"][0])
    return _of_type(schema, components, name, depth)


def _of_type(schema: Json, components: Json, name: str, depth: int) -> Any:
    match schema.get("type", "object"):
        case "object":
            properties = schema.get("properties", {})
            return {each: example_of(field, components, each, depth + 1) for each, field in properties.items()}
        case "array":
            items = schema.get("items")
            if items is None or (depth >= DEPTH and not schema.get("minItems")):
                return []
            count = max(1, int(schema.get("minItems", 1)))
            return [example_of(items, components, name.removesuffix("s"), depth + 1) for _ in range(count)]
        case "integer":
            return max(1, int(schema.get("minimum", 1)))
        case "number":
            return float(max(1, schema.get("minimum", 1)))
        case "boolean":
            return bool(schema.get("default", True))
        case "null":
            return None
    return _text(schema, name)


def _text(schema: Json, name: str) -> str:
    if schema.get("format") == "date-time":
        return INSTANT
    if name == "id" or name.endswith("_id"):
        return ID
    found = str(schema.get("default") or NAMED.get(name) or ("2030-03-05" if name.endswith("_date") else "text"))
    if pattern := schema.get("pattern"):
        return next((each for each in (found, *SPELLED) if re.search(pattern, each)), found)
    return found.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", 200)]
