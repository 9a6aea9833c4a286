"""Stores the next version of a form, or of a consent document."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.consents import Document
from services.matching.domain.forms import Form, Kind
from services.matching.usecases.form_ports import Forms
from services.matching.usecases.ports import Clock
from services.matching.usecases.read_wording import brought
from services.matching.usecases.triage_ports import Wordings


async def put_form(form: Form, etag: str, call: Call, *, forms: Forms, wordings: Wordings, clock: Clock) -> Form:
    """
    Check a form and store it as the next version; answers keep the version they began with, wordings too.

    Raises:
        FormMalformed, TooMany, PermissionMissing: It makes no sense. (INVALID_ARGUMENT)
        UnknownInstrument: It names an instrument that is none. (NOT_FOUND)
        WordingMissing: It names an instrument whose text is not here. (FAILED_PRECONDITION)
        StaleVersion: Somebody else has changed it. (ABORTED)
    """
    before = await forms.find(call, form.form_id) or Form(form.form_id, "", ())
    names = {item.instrument for item in form.walk() if item.kind is Kind.INSTRUMENT}
    found = {code: await brought(code, form.locale, call, wordings=wordings) for code in sorted(names)}
    worded = form.worded({code: wording for code, wording in found.items() if wording is not None})
    after = before.followed_by(worded.checked(), etag=etag)
    if not await forms.add(call, after, at=clock()):
        raise errors.StaleVersion("Somebody else has just changed the form; look again.")
    return after


async def put_document(document: Document, etag: str, call: Call, *, forms: Forms, clock: Clock) -> Document:
    """
    Store a document as the next version; signatures stay under the text they were given for.

    Raises:
        TooMany: The title or the text is too long. (INVALID_ARGUMENT)
        StaleVersion: Somebody else has changed it. (ABORTED)
    """
    before = await forms.document(call, document.document_id) or Document(document.document_id, "", "")
    after = before.followed_by(document, etag=etag)
    if not await forms.add_document(call, after, at=clock()):
        raise errors.StaleVersion("Somebody else has just changed the document; look again.")
    return after
