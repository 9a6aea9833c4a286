"""Writes docs/events.md, errors.md, openapi.json and clients/ from contracts and routes."""

from __future__ import annotations

import ast
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

from deploy.local import clients, contracts
from deploy.local.places import PROTOS, REPO
from services.chassis.told import catalogue
from services.gateway.bootstrap import routes

EVENTS, ERRORS, OPENAPI = (REPO / "docs" / name for name in ("events.md", "errors.md", "openapi.json"))
NOTICE = "Written by `make docs` from its sources; change those, not this page.\n"
HTTP = {
    "INVALID_ARGUMENT": "400",
    "UNAUTHENTICATED": "401",
    "PERMISSION_DENIED": "403",
    "NOT_FOUND": "404",
    "ALREADY_EXISTS": "409",
    "FAILED_PRECONDITION": "409 or 422",
    "ABORTED": "409",
    "RESOURCE_EXHAUSTED": "429",
    "UNAVAILABLE": "503",
    "DEADLINE_EXCEEDED": "504",
}


def main(arguments: list[str]) -> int:
    """Write all pages, or with `--check` say which one is behind its sources."""
    document = routes().openapi()
    pages = {EVENTS: events_page(), ERRORS: errors_page(), OPENAPI: openapi_document(document)}
    pages |= clients.files(document)
    if "--check" not in arguments:
        for path, text in pages.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return 0
    behind = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    for path in behind:
        print(f"{path.relative_to(REPO)} is behind its sources: run `make docs` and commit the result")
    return 1 if behind else 0


def openapi_document(document: dict[str, Any]) -> str:
    """The gateway's API document, as its routes and the contracts make it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def events_page() -> str:
    """Every event with its fields, and who listens to it."""
    listeners = consumers()
    parts = [f"# Events\n\n{NOTICE}"]
    for file in described_files():
        if not file.name.endswith("_events.proto"):
            continue
        comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
        parts.append(f"\n## {file.package}\n\nExchange `{file.package.split('.')[1]}.events`.\n")
        for number, message in enumerate(file.message_type):
            parts.append(event_section(file, message, comments, (4, number), listeners.get(message.name, [])))
    return "".join(parts)


def event_section(
    file: FileDescriptorProto,
    message: DescriptorProto,
    comments: dict[tuple[int, ...], str],
    path: tuple[int, ...],
    listeners: list[str],
) -> str:
    """One event: what it says, who hears it, what it carries."""
    heard = ", ".join(f"`{name}`" for name in listeners) or "nobody yet"
    rows = "".join(
        f"| `{field.name}` | {field_type(field)} | {one_line(comments.get((*path, 2, number), ''))} |\n"
        for number, field in enumerate(message.field)
    )
    name = f"{file.package}.{message.name}"
    is_part = any(field.type_name == f".{name}" for event in file.message_type for field in event.field)
    route = "A part of the other events, never sent alone." if is_part else f"Routing key `{name}`; heard by {heard}."
    kind = next((each.kind for each in catalogue().values() if each.event_name == name), "")
    route += f"\nReceivers of webhooks hear of it as `{kind}`." if kind else ""
    return (
        f"\n### {message.name}\n\n{sentences(comments.get(path, ''))}\n\n{route}\n\n"
        f"| Field | Type | Meaning |\n|---|---|---|\n{rows}"
    )


def field_type(field: FieldDescriptorProto) -> str:
    """The type as the proto writes it."""
    name = field.type_name.lstrip(".") or FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    is_repeated = field.label == FieldDescriptorProto.LABEL_REPEATED
    return f"repeated {name}" if is_repeated else name


def one_line(comment: str) -> str:
    """A comment as the cell of a table."""
    return " ".join(comment.split()).replace("|", "\\|")


def sentences(comment: str) -> str:
    """A comment as prose, one sentence a line."""
    return one_line(comment).replace(". ", ".\n")


def described_files() -> list[FileDescriptorProto]:
    """The protos with their comments, which generated code leaves out."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "described"
        contracts.protoc(f"--descriptor_set_out={target}", "--include_source_info")
        described = FileDescriptorSet.FromString(target.read_bytes())
    wanted = {str(path.relative_to(PROTOS)) for path in contracts.sources()}
    return sorted((file for file in described.file if file.name in wanted), key=lambda file: file.name)


def consumers() -> dict[str, list[str]]:
    """Event name to the queues that take it, read from `@consumes(...)` in the workers."""
    found: dict[str, list[str]] = {}
    for path in sorted((REPO / "services").glob("*/worker.py")):
        for function in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)):
            for call in (call for call in function.decorator_list if isinstance(call, ast.Call)):
                for event in call.args if ast.unparse(call.func).endswith("consumes") else []:
                    name = ast.unparse(event).rpartition(".")[2]
                    found.setdefault(name, []).append(f"{path.parent.name}.{function.name}")
    return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason a caller may be told."""

    reason: str
    status: str
    meaning: str


def errors_page() -> str:
    """Every reason, by the service that gives it."""
    chassis = classes(REPO / "services" / "chassis" / "errors.py")
    parts = [f"# Errors\n\n{NOTICE}\nEvery refusal is a `google.rpc.Status` with one `ErrorInfo.reason` from here.\n"]
    parts.append("The gateway answers with `application/problem+json` and the same reason.\n")
    rooms: dict[str, list[Refusal]] = {}
    for folder in sorted((path.parent for path in (REPO / "services").glob("*/__init__.py")), key=room_order):
        own = chassis if folder.name == "chassis" else classes(folder / "domain" / "errors.py")
        found = [*refusals(own, chassis | own), *raised_in(folder, chassis)]
        if found:
            rooms["every service" if folder.name == "chassis" else folder.name] = found
    for room, found in rooms.items():
        parts.append(f"\n## {room}\n\n| Reason | Status | HTTP | Meaning |\n|---|---|---|---|\n")
        for (reason, status), meanings in sorted(grouped(found).items()):
            parts.append(f"| `{reason}` | {status} | {HTTP.get(status, '500')} | {' '.join(meanings)} |\n")
    return "".join(parts)


def room_order(folder: Path) -> tuple[bool, str]:
    """What every service may answer stands first."""
    return folder.name != "chassis", folder.name


def raised_in(folder: Path, chassis: dict[str, ast.ClassDef]) -> Iterator[Refusal]:
    """Reasons given where a refusal is made: `Unauthenticated("A token is needed.", reason="TOKEN_MISSING")`."""
    for path in sorted(folder.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            kind = chassis.get(ast.unparse(call.func).rpartition(".")[2])
            reasons = [word.value for word in call.keywords if word.arg == "reason"]
            given = [*call.args[:1], *reasons]
            texts = [text.value for text in given if isinstance(text, ast.Constant) and isinstance(text.value, str)]
            if kind is not None and reasons and len(texts) == len(given):
                yield Refusal(texts[-1], inherited(kind, "status", chassis), one_line(texts[0]))


def grouped(found: list[Refusal]) -> dict[tuple[str, str], list[str]]:
    """One row a reason: several classes may share one, since the caller would do the same."""
    rows: dict[tuple[str, str], list[str]] = {}
    for refusal in found:
        meanings = rows.setdefault((refusal.reason, refusal.status), [])
        if refusal.meaning not in meanings:
            meanings.append(refusal.meaning)
    return rows


def classes(path: Path) -> dict[str, ast.ClassDef]:
    """The classes of a file by name, read without running it."""
    body = ast.parse(path.read_text()).body if path.exists() else []
    return {node.name: node for node in body if isinstance(node, ast.ClassDef)}


def refusals(own: dict[str, ast.ClassDef], known: dict[str, ast.ClassDef]) -> Iterator[Refusal]:
    """The classes that name a reason."""
    for node in own.values():
        reason = attribute(node, "reason")
        if reason:
            yield Refusal(reason, inherited(node, "status", known), one_line(ast.get_docstring(node) or ""))


def attribute(node: ast.ClassDef, name: str) -> str:
    """A text the class body assigns to *name*."""
    for line in node.body:
        targets = (
            line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
        )
        value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        is_named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if is_named and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return ""


def inherited(node: ast.ClassDef, name: str, known: dict[str, ast.ClassDef]) -> str:
    """The same, looked up through the bases."""
    found = attribute(node, name)
    for base in () if found else node.bases:
        parent = known.get(ast.unparse(base).rpartition(".")[2])
        found = found or ("" if parent is None else inherited(parent, name, known))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
