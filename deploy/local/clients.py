"""Writes the clients of the HTTP API, in TypeScript's types and JavaScript, and in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local.places import REPO

FOLDER = REPO / "clients"
NOTICE = "Written by `make docs` from docs/openapi.json; change the routes, not this file."

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """What an operation takes beside its body."""

    name: str
    """As a client's caller writes it."""
    wire: str
    """As it is sent."""
    place: str
    schema: Schema
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One method of a client."""

    name: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    needs_body: bool
    media: str
    answer: Schema | None


def operations(document: Schema) -> Iterator[Operation]:
    """Give every operation; a stream is no call, and is left to EventSource."""
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            answer = next(each["responses"][code] for code in sorted(each["responses"]) if code < "300")
            content = answer.get("content", {})
            if "text/event-stream" in content:
                continue
            body = each.get("requestBody", {})
            media = next(iter(body.get("content", {})), "")
            yield Operation(
                each["operationId"],
                method.upper(),
                path,
                each["summary"],
                tuple(_parameter(one) for one in each.get("parameters", [])),
                body.get("content", {}).get(media, {}).get("schema"),
                bool(body.get("required")),
                media,
                content.get("application/json", {}).get("schema"),
            )


def files(document: Schema) -> dict[Any, str]:
    """Return every file of the clients with its text."""
    return {
        FOLDER / "typescript" / "kept.d.ts": _declarations(document),
        FOLDER / "typescript" / "kept.js": _module(document),
        FOLDER / "python" / "kept_client.py": _python(document),
    }


def _parameter(one: Schema) -> Parameter:
    name = re.sub(r"[^a-z0-9]+", "_", one["name"].lower())
    return Parameter(
        name, one["name"], one["in"], one.get("schema", {}), one["in"] == "path" or one.get("required", False)
    )


# ---- TypeScript and JavaScript --------------------------------------------------------------------

_TS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

_TS_HEAD = """\
// {notice}

/** A refusal (RFC 9457). `body.reason` is stable; see docs/errors.md. */
export class KeptProblem extends Error {{
  status: number;
  body: Problem;
  headers: Headers;
}}

/** What a call gives. `etag` is what `if_match` of a change wants; "" where there is none. */
export interface Answer<T> {{
  data: T;
  etag: string;
  status: number;
  headers: Headers;
}}

export interface Settings {{
  /** Where the API is; "" for the page's own origin, where the portal's session signs in. */
  baseUrl?: string;
  /** Gives the access token; none where a session signs in. */
  token?: () => string | Promise<string>;
  fetch?: typeof fetch;
}}
"""

_JS_HEAD = """\
// {notice}

export class KeptProblem extends Error {{
  constructor(status, body, headers) {{
    super(body.title ?? `HTTP ${{status}}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }}
}}

export class Kept {{
  constructor({{ baseUrl = "", token, fetch = globalThis.fetch.bind(globalThis) }} = {{}}) {{
    this.baseUrl = baseUrl;
    this.token = token;
    this.fetch = fetch;
  }}

  async send(method, path, query, headers, body, media = "application/json") {{
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = given.length ? `?${{new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}}` : "";
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    if (body !== undefined) sent["Content-Type"] = media;
    if (this.token) sent["Authorization"] = `Bearer ${{await this.token()}}`;
    const answer = await this.fetch(this.baseUrl + path + text, {{
      method,
      headers: sent,
      body: body === undefined || !media.includes("json") ? body : JSON.stringify(body),
    }});
    const kind = answer.headers.get("content-type") ?? "";
    const data = kind.includes("json") ? await answer.json() : kind ? await answer.blob() : undefined;
    if (!answer.ok) throw new KeptProblem(answer.status, data ?? {{}}, answer.headers);
    return {{ data, etag: answer.headers.get("etag") ?? "", status: answer.status, headers: answer.headers }};
  }}
"""


def _declarations(document: Schema) -> str:
    parts = [_TS_HEAD.format(notice=NOTICE)]
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts.append(f"export interface {name} {_ts_object(schema, '')}\n")
    parts.append("export class Kept {\n  constructor(settings?: Settings);\n")
    for each in operations(document):
        wanted = [
            *(f"{one.name}{'' if one.is_required else '?'}: {_ts(one.schema)}" for one in each.parameters),
            *([f"body{'' if each.needs_body else '?'}: {_ts(each.body)}"] if each.body else []),
        ]
        is_optional = not any(one.is_required for one in each.parameters) and not each.needs_body
        taken = f"call{'?' if is_optional else ''}: {{ {'; '.join(wanted)} }}" if wanted else ""
        parts.append(f"  /** {each.summary}. `{each.method} {each.path}` */\n")
        parts.append(f"  {each.name}({taken}): Promise<Answer<{_ts(each.answer) if each.answer else 'unknown'}>>;\n")
    return "".join([*parts, "}\n"])


def _ts_object(schema: Schema, indent: str) -> str:
    required = set(schema.get("required", ()))
    lines = []
    for name, each in schema.get("properties", {}).items():
        if said := each.get("description"):
            lines.append(f"{indent}  /** {_one_line(said)} */\n")
        lines.append(f"{indent}  {name}{'' if name in required else '?'}: {_ts(each)};\n")
    return "{\n" + "".join(lines) + indent + "}"


def _ts(schema: Schema | None) -> str:
    if not schema:
        return "unknown"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_ts, schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)
    kind = schema.get("type")
    if kind == "array":
        return f"({_ts(schema.get('items'))})[]"
    if kind == "object" or "properties" in schema:
        if schema.get("properties"):
            return _ts_object(schema, "  ")
        more = schema.get("additionalProperties")
        return f"Record<string, {_ts(more) if isinstance(more, dict) else 'unknown'}>"
    return _TS.get(str(kind), "unknown")


def _module(document: Schema) -> str:
    parts = [_JS_HEAD.format(notice=NOTICE)]
    for each in operations(document):
        path = re.sub(r"\{(\w+)\}", r"${encodeURIComponent(call.\1).replaceAll('%2F', '/')}", each.path)
        query = ", ".join(f"{one.wire}: call.{one.name}" for one in each.parameters if one.place == "query")
        headers = ", ".join(f'"{one.wire}": {_js_header(one)}' for one in each.parameters if one.place == "header")
        body = f', call.body, "{each.media}"' if each.body else ""
        parts.append(f"\n  {each.name}(call = {{}}) {{\n")
        parts.append(f'    return this.send("{each.method}", `{path}`, {{ {query} }}, {{ {headers} }}{body});\n  }}\n')
    return "".join([*parts, "}\n"]).replace("{  }", "{}")


def _js_header(one: Parameter) -> str:
    # Whoever names no key gets one: a call that is made twice is two calls, unless its caller says otherwise.
    return f"call.{one.name} ?? crypto.randomUUID()" if one.wire == "Idempotency-Key" else f"call.{one.name}"


# ---- Python ---------------------------------------------------------------------------------------

_PY = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

_PY_HEAD = '''\
"""
Calls the HTTP API of Kept. Needs httpx.

{notice}
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar
from urllib.parse import quote

import httpx

T = TypeVar("T")


class KeptProblem(Exception):
    """A refusal (RFC 9457). `body["reason"]` is stable; see docs/errors.md."""

    def __init__(self, status: int, body: dict[str, Any], headers: httpx.Headers) -> None:
        super().__init__(body.get("title", f"HTTP {{status}}"))
        self.status, self.body, self.headers = status, body, headers


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a call gives. `etag` is what `if_match` of a change wants; "" where there is none."""

    data: T
    etag: str
    status: int
    headers: httpx.Headers
'''

_PY_CLASS = '''

class Kept:
    """The API, called with somebody's access token."""

    def __init__(self, http: httpx.Client, token: str = "") -> None:
        self._http = http
        self._token = token

    def _send(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, str | None],
        body: Any = None,
        media: str = "",
    ) -> Answer[Any]:
        sent = {name: value for name, value in headers.items() if value is not None}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        given = {name: value for name, value in query.items() if value is not None}
        if media:
            sent["Content-Type"] = media
        content = json.dumps(body) if "json" in media and body is not None else body
        answer = self._http.request(method, path, params=given or None, headers=sent, content=content)
        data = answer.json() if "json" in answer.headers.get("content-type", "") else answer.content
        if answer.is_error:
            raise KeptProblem(answer.status_code, data if isinstance(data, dict) else {}, answer.headers)
        return Answer(data, answer.headers.get("etag", ""), answer.status_code, answer.headers)
'''


def _python(document: Schema) -> str:
    parts = [_PY_HEAD.format(notice=NOTICE)]
    for name, schema in sorted(document["components"]["schemas"].items()):
        required = set(schema.get("required", ()))
        fields = [
            f"    {field}: {_py(each) if field in required else f'NotRequired[{_py(each)}]'}\n"
            for field, each in schema.get("properties", {}).items()
        ]
        said = _one_line(schema.get("description", name)).replace('"', "'")
        parts.append(f'\n\nclass {name}(TypedDict):\n    """{said}"""\n\n{"".join(fields) or "    pass"}')
    parts.append(_PY_CLASS)
    for each in operations(document):
        parts.append(_py_method(each))
    return "".join(parts)


def _py_method(each: Operation) -> str:
    needed = [f"{one.name}: {_py(one.schema)}" for one in each.parameters if one.is_required]
    if each.body:
        needed += [f"body: {_py(each.body)}"] if each.needs_body else []
    optional = [f"{one.name}: {_py(one.schema)} | None = None" for one in each.parameters if not one.is_required]
    if each.body and not each.needs_body:
        optional.append(f"body: {_py(each.body)} | None = None")
    taken = ", ".join(["self", *(["*"] if needed or optional else []), *needed, *optional])
    path = re.sub(r"\{(\w+)\}", r"{quote(str(\1))}", each.path)
    query = ", ".join(f'"{one.wire}": {one.name}' for one in each.parameters if one.place == "query")
    headers = ", ".join(f'"{one.wire}": {_py_header(one)}' for one in each.parameters if one.place == "header")
    text = f'f"{path}"' if "{" in path else f'"{path}"'
    name = re.sub(r"(?<!^)([A-Z])", r"_\1", each.name).lower()
    answer = _py(each.answer) if each.answer else "Any"
    body = f', body, "{each.media}"' if each.body else ""
    return (
        f"\n    def {name}({taken}) -> Answer[{answer}]:\n"
        f'        """{each.summary}."""\n'
        f'        return self._send("{each.method}", {text}, {{{query}}}, {{{headers}}}{body})\n'
    )


def _py_header(one: Parameter) -> str:
    return f"{one.name} or str(uuid.uuid4())" if one.wire == "Idempotency-Key" else one.name


def _py(schema: Schema | None) -> str:
    if not schema:
        return "Any"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_py, schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema.get('enum', [schema.get('const')]))}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_py(schema.get('items'))}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {_py(more) if isinstance(more, dict) else 'Any'}]"
    return _PY.get(str(kind), "Any")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("*/", "* /")
