"""Gives clients forms to answer and documents to sign."""

from __future__ import annotations

from services.chassis.context import Call
from services.chassis.errors import InvalidRequest
from services.matching.domain import errors
from services.matching.domain.consents import Due
from services.matching.usecases.answer_form import Office


async def assign_due(
    client_id: str, form_id: str, document_id: str, call: Call, *, is_before_first: bool, office: Office
) -> Due:
    """
    Give a client something to see to; while it is open, again changes nothing.

    Raises:
        InvalidRequest: Not exactly one of the two is named. (INVALID_ARGUMENT)
        FormNotFound, DocumentNotFound: There is no such thing. (NOT_FOUND)
        Retired: It is given to nobody any more. (FAILED_PRECONDITION)
    """
    if bool(form_id) == bool(document_id):
        raise InvalidRequest("Name a form or a document.", field="form_id")
    found = await (office.forms.find(call, form_id) if form_id else office.forms.document(call, document_id))
    if found is None:
        raise errors.FormNotFound("There is no such form or document.")
    if found.is_retired:
        raise errors.Retired("It is given to nobody any more.")
    due = Due(office.new_id(), client_id, form_id, document_id, is_before_first, office.clock())
    return await office.filings.add_due(call, due)


async def assign_first(client_id: str, call: Call, *, office: Office) -> None:
    """Give a new client what everybody sees to before their first session; whoever was ever given something has it."""
    if await office.filings.has_dues(call, client_id):
        return
    for form_id, document_id in await office.forms.due_first(call):
        due = Due(office.new_id(), client_id, form_id, document_id, is_before_first=True, create_time=office.clock())
        await office.filings.add_due(call, due)
