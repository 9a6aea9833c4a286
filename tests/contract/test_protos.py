"""Contracts keep their house rules: names, comments, ids, zero values, events without personal data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "protos" / "kept").rglob("*.proto"))
PERSONAL = {"given_name", "family_name", "birth_date", "email", "phone", "display_name", "address", "text", "note"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> list[FileDescriptorProto]:
    """Our files with their comments."""
    path = tmp_path_factory.mktemp("protos") / "set.bin"
    names = [str(file.relative_to(ROOT / "protos")) for file in FILES]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "protos"), "--include_imports"]
    subprocess.run([*command, "--include_source_info", f"--descriptor_set_out={path}", *names], check=True)
    files = FileDescriptorSet.FromString(path.read_bytes()).file
    return [file for file in files if file.name in names]


def messages(file: FileDescriptorProto) -> list[DescriptorProto]:
    """All messages of a file, nested ones too, without map entries."""
    found = list(file.message_type)
    for message in found:
        found += message.nested_type
    return [message for message in found if not message.options.map_entry]


def test_everything_is_said_in_words(described: list[FileDescriptorProto]) -> None:
    """Messages, fields, enums, values, services and methods carry a comment that ends like a sentence."""
    bare = []
    for file in described:
        comments = {tuple(each.path): each.leading_comments.strip() for each in file.source_code_info.location}
        for path, comment in comments.items():
            is_element = path and len(path) % 2 == 0 and path[0] in (4, 5, 6)
            kinds = {2} if path and path[0] == 6 else {2, 3, 4}
            if is_element and kinds.issuperset(path[2::2]) and not comment.endswith("."):
                bare.append((file.name, path))

    assert bare == []


def test_a_change_ends_with_its_request_id(described: list[FileDescriptorProto]) -> None:
    """`request_id` is the last field wherever it is."""
    wrong = [
        message.name
        for file in described
        for message in messages(file)
        if any(field.name == "request_id" for field in message.field) and message.field[-1].name != "request_id"
    ]

    assert wrong == []


def test_lists_are_paged_from_the_first_day(described: list[FileDescriptorProto]) -> None:
    """List, Search and Query requests have a size and a token, their answers the next one."""
    for file in described:
        by_name = {message.name: {field.name for field in message.field} for message in messages(file)}
        for name, fields in by_name.items():
            if name.startswith(("List", "Search", "Query")) and name.endswith("Request") and "Changes" not in name:
                assert {"page_size", "page_token"} <= fields, name
                assert "next_page_token" in by_name[name.removesuffix("Request") + "Response"], name


def test_events_carry_ids_and_times_only(described: list[FileDescriptorProto]) -> None:
    """No field of an event, however deep, has a personal name; every event names its practice."""
    by_name = {f".{file.package}.{message.name}": message for file in described for message in messages(file)}

    def fields(message: DescriptorProto) -> list[FieldDescriptorProto]:
        own = list(message.field)
        return own + [deep for field in own if field.type_name in by_name for deep in fields(by_name[field.type_name])]

    for file in described:
        if file.name.endswith("_events.proto") and "audit" not in file.name:
            for message in file.message_type:
                names = {field.name for field in fields(message)}
                assert names.isdisjoint(PERSONAL), message.name
                assert {"practice_id", "version"} <= names, message.name
