"""The API document says everything a front end needs to know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.gateway.bootstrap import routes
from services.gateway.problems import BASE, TYPES

DOCUMENT = routes().openapi()
OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def test_the_document_is_openapi_3_1() -> None:
    """With a sign-in and every problem type."""
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {BASE + name for name in TYPES} <= set(
        DOCUMENT["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    )


def test_operations_have_names_of_their_own() -> None:
    """A generated client has one method each."""
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", name) for name in names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_an_operation_says_what_it_does_and_how_it_refuses(path: str, method: str, operation: dict[str, Any]) -> None:
    """Summary, description, an answer, and problem documents for its refusals."""
    refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}

    assert operation["summary"]
    assert operation["description"]
    assert any(status < "300" for status in operation["responses"])
    assert {"400", "401", "403", "422", "429", "503"} <= refusals.keys()
    assert all(set(answer["content"]) == {"application/problem+json"} for answer in refusals.values())
    if "{" in path and method == "get":
        assert "404" in refusals or path.endswith("/messages")


def test_every_reference_leads_somewhere() -> None:
    """No schema is named that is not there."""
    text = str(DOCUMENT)
    named = set(re.findall(r"#/components/schemas/(\w+)", text))

    assert named <= DOCUMENT["components"]["schemas"].keys()


def test_nothing_personal_is_asked_for_in_a_url() -> None:
    """Names, addresses and numbers travel in bodies."""
    asked = {parameter["name"] for _, _, operation in OPERATIONS for parameter in operation.get("parameters", [])}

    assert asked.isdisjoint({"email", "phone", "given_name", "family_name", "birth_date", "name"})


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_every_body_and_answer_has_an_example_that_fits(path: str, method: str, operation: dict[str, Any]) -> None:
    """A front end's developer reads it, a mock server answers it: it must be what the schema says."""
    bodies = [operation.get("requestBody", {}).get("content", {})]
    bodies += [answer.get("content", {}) for code, answer in operation["responses"].items() if code < "300"]
    for content in bodies:
        for media, each in content.items():
            assert "example" in each, (path, method, media)
            if "json" in media:
                schema = {**each["schema"], "components": DOCUMENT["components"]}
                Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
                    each["example"]
                )
