"""Edits by what is to change alone: JSON merge patch (RFC 7396) on what a PUT replaces."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from pydantic import BaseModel, ValidationError

from services.chassis import errors
from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import plain, unquoted
from services.gateway.credentials import add_header
from services.gateway.routes.describing import IdempotencyKey, IfMatch, PathId, SignedIn, edits

MERGE_PATCH: Final = "application/merge-patch+json"

Get = Callable[[Caller, str], Awaitable[Message]]
Put = Callable[..., Awaitable[Response]]


def merged(target: Any, patch: Any) -> Any:
    """
    Return *target* as *patch* wants it: null removes a member, another value replaces it, objects are merged.

    Source:
        RFC 7396, section 2; its examples in tests/unit/gateway/test_patching.py.
    """
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def add_patch(router: APIRouter, path: str, body: type[BaseModel], *, put: Put, get: Get, message: Descriptor) -> None:
    """
    Answer PATCH where *put* replaces: the same fields, those that are sent.

    What is there is read, merged, and put back under the version the caller has read: somebody else's change between
    is refused by that version, and nothing of it is lost.

    Args:
        router: The resource's.
        path: With one id in it, as it is declared for *put*.
        body: What *put* takes.
        put: Takes the id, the body, the caller, the key and the version, by name.
        get: Returns what is there now.
        message: What both answer with.
    """
    id_name = path.rpartition("{")[2].rstrip("}")
    thing = message.name

    async def patch(**values: Any) -> Response:
        """
        Changes the fields that are sent and leaves the others; null takes a field's default.

        The body is a JSON merge patch (RFC 7396). Needs the ETag that was read.
        """
        request, caller = values["request"], values["caller"]
        etag_required(values["if_match"], unquoted(values["if_match"]))
        change = await _change(request)
        now = plain(await get(caller, values[id_name]))
        held = {name: value for name, value in now.items() if name in body.model_fields and value is not None}
        try:
            wanted = body.model_validate(merged(held, change))
        except ValidationError as error:
            found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
            raise RequestValidationError(found) from None
        answer: Response = await put(
            **{id_name: values[id_name]}, body=wanted, caller=caller, key=values["key"], if_match=values["if_match"]
        )
        return answer

    keyword = Parameter.KEYWORD_ONLY
    patch.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(id_name, keyword, annotation=PathId),
            Parameter("request", keyword, annotation=Request),
            Parameter("caller", keyword, annotation=SignedIn),
            Parameter("key", keyword, annotation=IdempotencyKey, default=""),
            Parameter("if_match", keyword, annotation=IfMatch, default=""),
        ]
    )
    router.patch(
        path,
        operation_id=f"patch{thing}",
        summary=f"Change some of a {_words(thing)}",
        responses=edits(message, 415),
        openapi_extra={"requestBody": {"required": True, "content": {MERGE_PATCH: {"schema": _schema(body)}}}},
    )(patch)


async def _change(request: Request) -> dict[str, Any]:
    """Read a merge patch. Raises InvalidRequest: MERGE_PATCH_NEEDED, MALFORMED_REQUEST."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MERGE_PATCH:
        add_header(request, "Accept-Patch", MERGE_PATCH)
        raise errors.InvalidRequest("Send application/merge-patch+json.", reason="MERGE_PATCH_NEEDED")
    try:
        change = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise errors.InvalidRequest("The body is no JSON.", reason="BODY_UNREADABLE") from None
    if not isinstance(change, dict):
        raise errors.InvalidRequest("A merge patch of a resource is an object.")
    return change


def _schema(body: type[BaseModel]) -> dict[str, Any]:
    """The body's fields, each of which may be left out."""
    made = body.model_json_schema(ref_template="#/components/schemas/{model}")
    properties = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in made["properties"].items()
    }
    return {
        "type": "object",
        "title": f"{body.__name__}Patch",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _words(name: str) -> str:
    return "".join(f" {each.lower()}" if each.isupper() and at else each.lower() for at, each in enumerate(name))
