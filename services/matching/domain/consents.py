"""Holds consent documents by version, signatures, and what clients have to see to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.forms import FormSide
from services.matching.domain.limits import check_text

TEXT_MAX = 50_000
"""Characters of a consent document."""


class DueState(IntEnum):
    """Where a due stands; numbers are the contract's."""

    OPEN = 1
    SETTLED = 2
    WAIVED = 3


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document that clients sign."""

    document_id: str
    title: str
    text: str
    locale: str = "en"
    is_due_first: bool = False
    is_retired: bool = False
    version: int = 0

    @property
    def text_hash(self) -> str:
        """Return the SHA-256 of the text, in hex: what a signature stands under."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the document."""
        return f"v{self.version}"

    def followed_by(self, document: Document, *, etag: str) -> Document:
        """Return the next version. Raises StaleVersion, TooMany."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The document has changed since you looked.", etag=self.etag)
        check_text("title", document.title)
        if not 0 < len(document.text) <= TEXT_MAX:
            raise errors.TooMany("The text is empty or longer than 50,000 characters.", field="text")
        return replace(document, document_id=self.document_id, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which text, and when."""

    signature_id: str
    client_id: str
    document_id: str
    version: int
    text_hash: str
    signer_name: str
    signer_actor_id: str
    side: FormSide
    sign_time: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A form or document a client has to see to."""

    due_id: str
    client_id: str
    form_id: str
    document_id: str
    is_before_first: bool
    create_time: datetime
    state: DueState = DueState.OPEN
    version: int = 1

    def ended(self, state: DueState) -> Due:
        """Settle or waive it. Raises DueSettled."""
        if self.state is not DueState.OPEN:
            raise errors.DueSettled("It is seen to already.", due_id=self.due_id)
        return replace(self, state=state, version=self.version + 1)
