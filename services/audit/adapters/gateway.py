"""Reads the trail through the gateway, as an officer's tools do."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx

from services.audit.domain.verification import Claimed

PAGE = 500


class Unreachable(Exception):
    """The gateway does not answer."""


class Refused(Exception):
    """The gateway answered with a problem."""


class GatewayTrail:
    """The trail over HTTP."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def practice_id(self) -> str:
        """Return whose trail the token opens."""
        return str(self._get("/v1/me")["practice_id"])

    def records(self, *, client_id: str, actor_id: str, most: int) -> Iterator[Claimed]:
        """Give records, newest first, page by page."""
        cursor, given = "", 0
        while given < most:
            limit = min(PAGE, most - given)
            page = self._get("/v1/audit/records", client_id=client_id, actor_id=actor_id, limit=limit, cursor=cursor)
            yield from map(_claimed, page["records"])
            given += len(page["records"])
            cursor = page["next_page_token"]
            if not cursor:
                return

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

    def _get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        try:
            answer = self._http.get(path, params=parameters)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from None
        body: dict[str, Any] = answer.json()
        if answer.is_error:
            raise Refused(f"{body.get('status')} {body.get('title')} {body.get('detail', '')}".strip())
        return body


def _claimed(body: dict[str, Any]) -> Claimed:
    columns = {name: str(body[name]) for name in ("client_id", "actor_id", "operation", "stage", "occur_time")}
    return Claimed(body["seq"], body["canonical"], bytes.fromhex(body["leaf_hash"]), columns)


def _hashes(body: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(each) for each in body["hashes"]]
