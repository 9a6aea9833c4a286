"""Derives ids: the same row of the same source has the same id in every run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from services.booking.imports.fates import Conflict

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def is_id(text: str) -> bool:
    """Tell whether a text is an id of ours."""
    return _UUID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Names:
    """Names things by practice, source and key."""

    practice_id: str
    source: str

    def id_of(self, kind: str, key: str) -> str:
        """Return the id of a client or a therapist."""
        return str(uuid5(UUID(self.practice_id), f"import:{kind}:{self.source}:{key}"))

    def request_key(self, kind: str, key: str) -> str:
        """Return the Idempotency-Key of the one request that writes a row."""
        return f"import-{self.id_of(f'request-{kind}', key)}"

    def appointment_id(self, key: str, actor_id: str) -> str:
        """
        Return the id that an appointment has which this actor imports.

        Danger: booking names an appointment by its request, and the gateway names the request by practice, person
        and key (`Caller.request_id`). A change there makes an import book anew what was moved meanwhile; the import
        compares what it is given with what it expects and stops.
        """
        request = uuid5(NAMESPACE_URL, f"{self.practice_id}|{actor_id}|{self.request_key('appointment', key)}|")
        return str(uuid5(UUID(self.practice_id), str(request)))

    def series_id(self, key: str, actor_id: str) -> str:
        """Return the id that a standing hour has which this actor imports; made as an appointment's."""
        request = uuid5(NAMESPACE_URL, f"{self.practice_id}|{actor_id}|{self.request_key('series', key)}|")
        return str(uuid5(UUID(self.practice_id), str(request)))


class Lookup:
    """Finds what a cell means: an id, or a name that only one thing has."""

    def __init__(self, what: str, named: Iterable[tuple[str, str]]) -> None:
        self._what = what
        self._by_name: dict[str, list[str]] = {}
        for name, id_ in named:
            self._by_name.setdefault(name.strip().casefold(), []).append(id_)

    def find(self, cell: str) -> str:
        """Return the id, or nothing when nobody has the name. Raises Conflict when several have."""
        if is_id(cell):
            return cell.lower()
        found = self._by_name.get(cell.casefold(), [])
        if len(found) > 1:
            raise Conflict("NAME_AMBIGUOUS", f"{len(found)} {self._what} have this name: write the id.")
        return found[0] if found else ""
