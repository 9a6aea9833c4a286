"""Records a signature under the text that was shown."""

from __future__ import annotations

import hmac

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.consents import DueState, Signature
from services.matching.domain.limits import check_text
from services.matching.usecases.answer_form import Office, side_of


async def sign_consent(
    client_id: str, document_id: str, text_hash: str, signer_name: str, call: Call, *, office: Office
) -> Signature:
    """
    Store who signed which text and when, and settle the due.

    Raises:
        DocumentNotFound: There is no such document. (NOT_FOUND)
        TextChanged: The text that was shown is not the newest version's. (FAILED_PRECONDITION)
        Retired: It is given to nobody any more. (FAILED_PRECONDITION)
        TooMany: The name is empty or too long. (INVALID_ARGUMENT)
    """
    check_text("signer_name", signer_name)
    document = await office.forms.document(call, document_id)
    if document is None:
        raise errors.DocumentNotFound("There is no such document.", document_id=document_id)
    if document.is_retired:
        raise errors.Retired("It is given to nobody any more.")
    if not hmac.compare_digest(text_hash.encode(), document.text_hash.encode()):
        raise errors.TextChanged("The text has changed: show the newest version.", version=str(document.version))
    signature = Signature(
        signature_id=office.new_id(),
        client_id=client_id,
        document_id=document_id,
        version=document.version,
        text_hash=document.text_hash,
        signer_name=signer_name,
        signer_actor_id=call.actor.actor_id,
        side=side_of(call, client_id),
        sign_time=office.clock(),
    )
    await office.filings.sign(call, signature)
    due = await office.filings.lock_open_due(call, client_id, document_id=document_id)
    if due is not None:
        await office.filings.save_due(call, due.ended(DueState.SETTLED))
    return signature
