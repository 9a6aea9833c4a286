"""Reads the trail through the gateway, as an officer's tools do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from services.audit.domain.tiles import split_hashes, tile_path
from services.audit.domain.verification import Claimed
from services.audit.usecases.door import (
    INCONSISTENT,
    Asked,
    Described,
    Inconsistent,
    Refused,
    ReportAsked,
    Unreachable,
)

KEEPING = {
    "GetRetention": ("GET", "/v1/audit/retention"),
    "SetRetention": ("PUT", "/v1/audit/retention"),
    "SetLegalHold": ("POST", "/v1/audit/legal-holds"),
    "LiftLegalHold": ("POST", "/v1/audit/legal-holds/{hold_id}/lift"),
    "ListLegalHolds": ("GET", "/v1/audit/legal-holds"),
    "RequestDetachment": ("POST", "/v1/audit/detachments"),
    "ApproveDetachment": ("POST", "/v1/audit/detachments/{detachment_id}/approve"),
    "CancelDetachment": ("POST", "/v1/audit/detachments/{detachment_id}/cancel"),
    "GetDetachment": ("GET", "/v1/audit/detachments/{detachment_id}"),
    "ListDetachments": ("GET", "/v1/audit/detachments"),
    "RequestErasure": ("POST", "/v1/audit/erasures"),
    "ApproveErasure": ("POST", "/v1/audit/erasures/{erasure_id}/approve"),
    "CancelErasure": ("POST", "/v1/audit/erasures/{erasure_id}/cancel"),
    "GetErasure": ("GET", "/v1/audit/erasures/{erasure_id}"),
    "ListErasures": ("GET", "/v1/audit/erasures"),
}
"""Verb and path of each method of keeping and destroying."""

PAGE = 1000
REPORT_PAGE = 200


class GatewayTrail:
    """The trail over HTTP."""

    is_http = True

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, transport=transport
        )

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def practice_id(self) -> str:
        """Return whose trail the token opens."""
        return str(self._get("/v1/me")["practice_id"])

    def page(self, asked: Asked, cursor: str) -> tuple[list[Claimed], str]:
        """Return records, newest first, and where to go on."""
        parameters: dict[str, str | int] = {
            "client_id": asked.client_id,
            "actor_id": asked.actor_id,
            "limit": PAGE,
            "cursor": cursor,
            "is_evidence": str(asked.is_evidence).lower(),
        }
        for name, moment in (("from_time", asked.since), ("to_time", asked.until)):
            if moment:
                parameters[name] = moment.isoformat()
        body = self._get("/v1/audit/records", **parameters)
        return [_claimed(each) for each in body["records"]], body["next_cursor"]

    def record(self, seq: int) -> Claimed:
        """Return one record."""
        return _claimed(self._get(f"/v1/audit/records/{seq}"))

    def checkpoint(self) -> str:
        """Return the latest signed note."""
        return str(self._get("/v1/audit/checkpoint")["note"])

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Return the proof that a record is in the tree."""
        return _hashes(self._get(f"/v1/audit/records/{seq}/proof", tree_size=size))

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the tree only grew."""
        return _hashes(self._get("/v1/audit/consistency", first_size=first, second_size=second))

    def detached(self) -> tuple[int, str]:
        """Return how many records, from the first on, were taken out, and the signed statement of it."""
        body = self._get("/v1/audit/detached")
        return int(body["end_seq"]), str(body["note"])

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the hashes of a tile."""
        path = f"/v1/audit/{tile_path(level, index, width)}"
        try:
            answer = self._http.get(path)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None
        if answer.is_error:
            checked(answer, path)
        return split_hashes(answer.content)

    def reports(self) -> list[Described]:
        """Return what reports there are."""
        found = self._get("/v1/audit/reports")["reports"]
        return [Described(each["name"], each["summary"], each["required"], each["optional"]) for each in found]

    def report(self, asked: ReportAsked, cursor: str) -> tuple[list[str], str]:
        """Return lines of a report, the first page with its header, and where to go on."""
        body = {**asked.parameters, "limit": REPORT_PAGE, "cursor": cursor}
        path = f"/v1/audit/reports/{asked.name}/runs"
        try:
            answer = self._http.post(path, params={"format": asked.form}, json=body)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None
        if answer.is_error:
            checked(answer, path)
        return [line for line in answer.text.split("\n") if line], answer.headers.get("Next-Cursor", "")

    def keep(self, method: str, fields: Mapping[str, str | int | bool]) -> dict[str, Any]:
        """Call a method of keeping and destroying."""
        verb, template = KEEPING[method]
        path = template.format(**fields)
        told = {name: value for name, value in fields.items() if f"{{{name}}}" not in template and value != ""}
        try:
            answer = self._http.request(
                verb,
                path,
                headers={"Idempotency-Key": str(uuid4())} if verb != "GET" else {},
                params=told if verb == "GET" else None,
                json=told if verb != "GET" and told else None,
            )
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None
        return checked(answer, path)

    def _get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        try:
            answer = self._http.get(path, params=parameters)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None
        return checked(answer, path)


def checked(answer: httpx.Response, path: str) -> dict[str, Any]:
    """Return the body of an answer. Raises Unreachable, Refused or Inconsistent."""
    try:
        body = answer.json()
    except ValueError as error:
        raise Unreachable(str(error)) from None
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or not isinstance(body, dict):
        raise Unreachable(f"{answer.status_code} from {path}")
    if answer.is_error:
        text = f"{body.get('title', answer.status_code)}: {body.get('detail') or body.get('reason', '')}"
        raise (Inconsistent if body.get("reason") == INCONSISTENT else Refused)(text)
    return body


def _claimed(body: dict[str, Any]) -> Claimed:
    columns = {name: str(body[name]) for name in ("client_id", "actor_id", "operation", "stage", "occur_time")}
    return Claimed(body["seq"], body["canonical"], bytes.fromhex(body["leaf_hash"]), columns)


def _hashes(body: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(each) for each in body["hashes"]]
