"""Reaches the officer's desk, through the gateway or at the service itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from kept.audit.v1 import watch_service_pb2 as contract

from services.audit.adapters.gateway import checked
from services.audit.adapters.rpc_door import RpcDoor
from services.audit.usecases.door import Refused, Unreachable

PAGE: Final = 200

LISTS: Final = {"alarms": "ListAlarms", "cases": "ListCases", "findings": "ListFindings", "digests": "ListDigests"}

STEPS: Final = {
    ("alarms", "acknowledgements"): "AcknowledgeAlarm",
    ("alarms", "resolutions"): "ResolveAlarm",
    ("cases", "assignments"): "AssignCase",
    ("cases", "decisions"): "DecideCase",
    ("cases", "sign-offs"): "SignOffCase",
}
"""By the path's words; gRPC knows them by the method's name."""

NAMES: Final = {"alarms": "alarm_id", "cases": "case_id"}

Told = Mapping[str, str | bool]


class HttpDesk:
    """The desk over HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def listed(self, what: str, told: Told, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Return a page of a list, and where to go on."""
        parameters = {name: str(value).lower() if isinstance(value, bool) else value for name, value in told.items()}
        body = self._send("GET", f"/v1/audit/{what}", params={**parameters, "limit": PAGE, "cursor": cursor})
        return body[what], body["next_cursor"]

    def step(self, what: str, id_: str, step: str, told: Told, etag: str) -> dict[str, Any]:
        """Do a step; return what it came to."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), **({"If-Match": f'"{etag}"'} if etag else {})}
        return self._send("POST", f"/v1/audit/{what}/{id_}/{step}", json=dict(told) or None, headers=headers)

    def _send(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            return checked(self._http.request(method, path, **more), path)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None


class RpcDesk:
    """The desk over gRPC."""

    def __init__(self, target: str, token: str, *, tls_dir: Path | None) -> None:
        self._door = RpcDoor(target, token, tls_dir=tls_dir)

    def close(self) -> None:
        """Give the connection back."""
        self._door.close()

    def listed(self, what: str, told: Told, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Return a page of a list, and where to go on."""
        body = self._send(LISTS[what], {**told, "page_size": PAGE, "page_token": cursor})
        return body[what], body["next_page_token"]

    def step(self, what: str, id_: str, step: str, told: Told, etag: str) -> dict[str, Any]:
        """Do a step; return what it came to."""
        known = {NAMES[what]: id_, "request_id": str(uuid.uuid4()), **({"etag": etag} if etag else {})}
        outcome = {"outcome": f"OUTCOME_{told['outcome']}"} if "outcome" in told else {}
        return self._send(STEPS[what, step], {**told, **known, **outcome})

    def _send(self, method: str, told: Mapping[str, Any]) -> dict[str, Any]:
        try:
            request = ParseDict(dict(told), getattr(contract, f"{method}Request")())
        except ParseError as error:
            raise Refused(str(error)) from None
        answer = self._door.ask(method, request)
        plain = MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        found: dict[str, Any] = _without_prefix(plain)
        return found


def _without_prefix(value: Any) -> Any:
    """Name states and outcomes as the gateway does."""
    if isinstance(value, dict):
        return {name: _without_prefix(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_prefix(each) for each in value]
    return value.removeprefix("STATE_").removeprefix("OUTCOME_") if isinstance(value, str) else value
