"""Begins a form for a client, or takes up the one they left."""

from __future__ import annotations

from services.chassis.context import Call
from services.chassis.errors import InvalidRequest
from services.matching.domain import errors
from services.matching.domain.answers import merged
from services.matching.domain.forms import Form, FormSide
from services.matching.usecases.answer_form import Office, Seen, form_of, see, side_of
from services.matching.usecases.form_ports import Response


async def start_form(client_id: str, form_id: str, call: Call, *, office: Office) -> Seen:
    """
    Return the response in progress, or a new one filled in with what the client answered before under prefill keys.

    Raises:
        FormNotFound: There is no such form. (NOT_FOUND)
        Retired: It is given to nobody any more. (FAILED_PRECONDITION)
    """
    left = await office.filings.open_response(call, client_id, form_id)
    if left is not None:
        return see(await form_of(left, call, office), left, side_of(call, client_id))
    newest = await office.forms.find(call, form_id)
    if newest is None:
        raise errors.FormNotFound("There is no such form.", form_id=form_id)
    if newest.is_retired:
        raise errors.Retired("The form is given to nobody any more.", form_id=form_id)
    form = newest.expanded()
    answers = _filled(form, await office.filings.prefills(call, client_id))
    response = Response(office.new_id(), client_id, form_id, newest.version, answers, office.clock())
    await office.filings.add_response(call, response)
    return see(form, response, side_of(call, client_id))


def _filled(form: Form, prefills: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the answers that the form can be filled in with; one that does not fit this form any more is left out."""
    found: dict[str, list[str]] = {}
    for item in form.walk():
        if item.prefill_key in prefills and item.side is FormSide.EITHER and not item.is_self_harm:
            try:
                found = merged(form, found, [(item.link_id, prefills[item.prefill_key])], FormSide.EITHER)
            except InvalidRequest:
                continue
    return found
