"""Asks the gateway, as any front end does: access, audit and every rule hold by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

TRIES = 6
"""Times a request is sent at most, always under the same key, while the gateway asks for patience."""

WAIT_MOST_S = 30.0
"""Seconds to wait at most, whatever Retry-After says."""

PAGE = 200


class Unreachable(Exception):
    """The gateway does not answer."""


class Refused(Exception):
    """The gateway does not let this account do this at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said: a resource, or a problem."""

    status: int
    body: dict[str, Any]

    @property
    def is_missing(self) -> bool:
        """Tell whether there is no such thing."""
        return self.status == httpx.codes.NOT_FOUND

    @property
    def is_refused(self) -> bool:
        """Tell whether this is a problem."""
        return self.status >= httpx.codes.BAD_REQUEST

    @property
    def reason(self) -> str:
        """Return the stable reason."""
        return str(self.body.get("reason") or self.body.get("type", "").removeprefix("/problems/"))

    @property
    def detail(self) -> str:
        """Return the sentence that goes with it."""
        return str(self.body.get("detail") or self.body.get("title", ""))


class Door:
    """The gateway over HTTP."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token, self._sleep = token, sleep
        self._http = httpx.Client(base_url=url, timeout=30, transport=transport)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def get(self, path: str, **query: str | int) -> Answer:
        """Read. Raises Unreachable, Refused."""
        return self._ask("GET", path, query=query)

    def search(self, path: str, body: dict[str, Any]) -> Answer:
        """Search: a POST that changes nothing. Raises Unreachable, Refused."""
        return self._ask("POST", path, body)

    def write(self, method: str, path: str, body: dict[str, Any], key: str) -> Answer:
        """Change something, once under one key. Raises Unreachable, Refused."""
        return self._ask(method, path, body, key=key)

    def every(self, path: str, member: str) -> list[dict[str, Any]]:
        """Return a whole list, page by page. Raises Unreachable, Refused."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = self.get(path, limit=PAGE, cursor=cursor)
            if answer.is_refused:
                raise Refused(f"{answer.reason}: {answer.detail}")
            found += answer.body[member]
            cursor = answer.body["next_cursor"]
            if not cursor:
                return found

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str = "",
        query: dict[str, str | int] | None = None,
    ) -> Answer:
        token, failed = self._token(), "no answer"
        for number in range(TRIES):
            headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
            wait = min(WAIT_MOST_S, 0.5 * 2**number)
            try:
                answer = self._http.request(method, path, json=body, headers=headers, params=query or None)
            except httpx.TransportError as error:
                failed = str(error) or type(error).__name__
            else:
                if answer.status_code == httpx.codes.UNAUTHORIZED and self._token() != token:
                    token = self._token()
                    continue
                if answer.status_code not in (429, 502, 503, 504):
                    return _read(answer, method, path)
                failed = f"{answer.status_code} from {path}"
                wait = _patience(answer, wait)
            if number < TRIES - 1:
                self._sleep(wait)
        raise Unreachable(failed)


def _read(answer: httpx.Response, method: str, path: str) -> Answer:
    try:
        body = answer.json()
    except ValueError:
        raise Unreachable(f"{answer.status_code} from {path}, and no JSON") from None
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or not isinstance(body, dict):
        raise Unreachable(f"{answer.status_code} from {path}")
    found = Answer(answer.status_code, body)
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise Refused(f"{method} {path.split('?')[0].split('/')[2]}: {found.reason}: {found.detail}")
    return found


def _patience(answer: httpx.Response, wait: float) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(WAIT_MOST_S, float(said)) if said.isdigit() else wait
