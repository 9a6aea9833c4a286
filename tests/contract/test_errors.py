"""Reasons are a contract: well-formed, written down, and known to the gateway or covered by their status."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

from services.chassis import errors
from services.chassis.rpc.status import CODES, from_wire, to_wire

ROOT = Path(__file__).parents[2]
CATALOGUE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SERVICES = ("availability", "booking", "notifications", "matching", "audit")
MODULES = ["services.chassis.errors", *(f"services.{name}.domain.errors" for name in SERVICES)]
REFUSALS = [
    each
    for module in MODULES
    for _, each in inspect.getmembers(importlib.import_module(module), inspect.isclass)
    if issubclass(each, errors.ServiceError) and each is not errors.ServiceError and each.__module__ == module
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_reason_is_well_formed_and_written_down(refusal: type[errors.ServiceError]) -> None:
    """At most 63 characters, upper snake case (AIP-193), a gRPC status, and a row in docs/errors.md."""
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+[A-Z0-9]", refusal.reason)
    assert len(refusal.reason) <= 63
    assert refusal.status in CODES
    assert refusal.reason in CATALOGUE


class _Answered:
    """Stands where grpc's error does."""

    def __init__(self, code: object, details: bytes) -> None:
        self._code, self._details = code, details

    def code(self) -> object:
        return self._code

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        return (("grpc-status-details-bin", self._details),)


@pytest.mark.parametrize(
    "refusal",
    [
        errors.InvalidRequest("No.", field="a"),
        errors.Unauthenticated("No.", reason="TOKEN_EXPIRED"),
        errors.Forbidden("No."),
        errors.NotFound("No."),
        errors.AlreadyExists("No.", reason="REQUEST_ID_REUSED"),
        errors.RuleViolated("No.", reason="SLOT_TAKEN"),
        errors.Stale("No."),
        errors.Exhausted("No.", retry_after_s=2.5),
        errors.Unavailable("No.", dependency="postgresql"),
    ],
    ids=lambda each: each.status,
)
def test_a_refusal_comes_back_from_the_wire_as_it_went(refusal: errors.ServiceError) -> None:
    """Class, message, reason and metadata survive."""
    code, _, details = to_wire(refusal, service="booking")

    back = from_wire(_Answered(code, details))  # type: ignore[arg-type]

    assert (type(back), back.message, back.reason, back.metadata) == (
        type(refusal), refusal.message, refusal.reason, refusal.metadata,
    )  # fmt: skip
    assert getattr(back, "retry_after_s", None) == getattr(refusal, "retry_after_s", None)
