"""Reads a response, with the answers the caller may see."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.forms import FormSide
from services.matching.usecases.answer_form import Office, Seen, form_of, see, side_of


async def read_form(response_id: str, call: Call, *, office: Office) -> Seen:
    """Return a response: to their therapists whole, to the client and whoever acts for them each their part."""
    response = await office.filings.lock_response(call, response_id)
    await call.authorize(client_ids=[response.client_id], resource_id=response_id)
    side = FormSide.EITHER if "care_team" in call.relations else side_of(call, response.client_id)
    return see(await form_of(response, call, office), response, side)
