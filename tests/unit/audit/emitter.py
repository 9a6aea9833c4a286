"""Writes records as a service's process does: dense numbers, each naming the one before."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any
from uuid import uuid4


class Emitter:
    """One process of a service."""

    def __init__(self, name: str = "booking/test") -> None:
        self.name = name
        self._seq = 0
        self._prev = "0" * 64

    def write(self, practice_id: str, *, client_id: str = "", actor_id: str = "user:desk", **changed: Any) -> str:
        """Return the next record's canonical text."""
        self._seq += 1
        content = {
            "v": 1,
            "event_id": str(uuid4()),
            "tenant": practice_id,
            "salt": base64.b64encode(os.urandom(16)).decode(),
            "occurred_at": f"2030-01-31T09:00:00.{self._seq % 1_000_000:06}Z",
            "stage": "complete",
            "action": "R",
            "op": "booking.GetAppointment",
            "outcome": "0",
            "actor": {"id": actor_id, "kind": "user", "role": "front_desk"},
            "client_id": client_id,
            "emitter": self.name,
            "emitter_seq": self._seq,
            "prev": self._prev,
        } | changed
        text = canonical(content)
        self._prev = hashlib.sha256(text.encode()).hexdigest()
        return text

    def several(self, count: int, practice_id: str, **more: Any) -> list[str]:
        """Return the next records of one practice."""
        return [self.write(practice_id, **more) for _ in range(count)]


def canonical(content: dict[str, Any]) -> str:
    """Return the one text of these values."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
