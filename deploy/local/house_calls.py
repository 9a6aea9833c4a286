"""Talks to a running suite's gateway, as a front end does."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local import people

SUITE_FILE = "KEPT_SUITE_FILE"


class Unexpected(Exception):
    """The gateway answered something the walk did not expect."""


def gateway_url() -> str:
    """Return where the suite's gateway answers; the launcher says so by a file."""
    state: dict[str, Any] = json.loads(Path(os.environ[SUITE_FILE]).read_text(encoding="utf-8"))
    return str(state["gateway_url"])


@dataclass
class Person:
    """Somebody signed in at the gateway."""

    http: httpx.AsyncClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        etag: str = "",
        wanted: int = 200,
        **query: Any,
    ) -> Any:
        """Send a request and return the parsed answer; anything but the wanted status raises Unexpected."""
        answer = await self.send(method, path, body, key=key, etag=etag, **query)
        if answer.status_code != wanted:
            raise Unexpected(f"{method} {path}: {answer.status_code} instead of {wanted}: {answer.text[:600]}")
        return answer.json()

    async def send(
        self, method: str, path: str, body: Any = None, *, key: str = "", etag: str = "", **query: Any
    ) -> httpx.Response:
        """Send a request and return the answer, whatever it is; waits when the suite asks for patience."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        if etag:
            headers["If-Match"] = f'"{etag}"'
        for _ in range(20):
            answer = await self.http.request(method, path, json=body, headers=headers, params=query or None)
            if answer.status_code not in (429, 503):
                break
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        return answer


async def sign_in(http: httpx.AsyncClient, user: str) -> Person:
    """Sign a demo user in at the development issuer."""
    form = {"grant_type": "password", "username": user, "password": people.PASSWORD}
    answer = await http.post("/dev-issuer/token", data=form)
    if answer.status_code != 200:
        raise Unexpected(f"sign-in of {user}: {answer.status_code}: {answer.text[:300]}")
    return Person(http, str(answer.json()["access_token"]))
