"""What intake forms need of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.chassis.context import Call
from services.matching.domain.answers import Scored
from services.matching.domain.consents import Document, Due, Signature
from services.matching.domain.forms import Form


@dataclass(frozen=True, slots=True)
class Response:
    """A form being answered, or answered; everything said is sealed where it is kept."""

    response_id: str
    client_id: str
    form_id: str
    form_version: int
    answers: Mapping[str, Sequence[str]]
    create_time: datetime
    complete_time: datetime | None = None
    scores: tuple[Scored, ...] = ()
    flag_id: str = ""
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to save."""
        return f"v{self.version}"


class Forms(Protocol):
    """Keeps forms and consent documents by version."""

    async def find(self, call: Call, form_id: str, version: int = 0) -> Form | None:
        """Return a form's newest version, or another; not expanded."""

    async def add(self, call: Call, form: Form, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""

    async def page(self, call: Call, *, after: tuple[str, str], limit: int) -> list[Form]:
        """Return newest versions by title and id."""

    async def document(self, call: Call, document_id: str, version: int = 0) -> Document | None:
        """Return a document's newest version, or another."""

    async def add_document(self, call: Call, document: Document, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""

    async def documents(self, call: Call, *, after: tuple[str, str], limit: int) -> list[Document]:
        """Return newest versions by title and id."""

    async def due_first(self, call: Call) -> list[tuple[str, str]]:
        """Return (form, document) that every new client has to see to; one of the two is empty."""


class Filings(Protocol):
    """Keeps what clients answered, signed, and have to see to; sealed."""

    async def open_response(self, call: Call, client_id: str, form_id: str) -> Response | None:
        """Return the response in progress, locked, or None."""

    async def add_response(self, call: Call, response: Response) -> None:
        """Store a new response."""

    async def lock_response(self, call: Call, response_id: str) -> Response:
        """Return one that nobody else can change until this call ends. Raises ResponseNotFound."""

    async def save_response(self, call: Call, response: Response) -> None:
        """Store a response's answers and how it stands; a completed one is said."""

    async def responses(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Response]:
        """Return at most limit responses older than the given id, newest first."""

    async def prefills(self, call: Call, client_id: str) -> dict[str, list[str]]:
        """Return a client's last answers by prefill key."""

    async def keep_prefills(self, call: Call, client_id: str, prefills: Mapping[str, Sequence[str]]) -> None:
        """Store a client's last answers by prefill key."""

    async def sign(self, call: Call, signature: Signature) -> None:
        """Store a signature."""

    async def signatures(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Signature]:
        """Return at most limit signatures of a client older than the given id, newest first."""

    async def add_due(self, call: Call, due: Due) -> Due:
        """Store a due and say so; return the open one there is already, if so."""

    async def lock_due(self, call: Call, due_id: str) -> Due:
        """Return one that nobody else can change until this call ends. Raises DueNotFound."""

    async def lock_open_due(
        self, call: Call, client_id: str, *, form_id: str = "", document_id: str = ""
    ) -> Due | None:
        """Return a client's open due of a form or document, locked, or None."""

    async def save_due(self, call: Call, due: Due) -> None:
        """Store how a due ended, and say so."""

    async def dues(self, call: Call, client_id: str, *, after: tuple[int, str], limit: int) -> list[Due]:
        """Return at most limit things a client has, and had, to see to after (state, id), the open first."""

    async def has_dues(self, call: Call, client_id: str) -> bool:
        """Tell whether a client was ever given anything to see to."""
