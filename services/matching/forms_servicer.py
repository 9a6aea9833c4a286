"""Serves the door to intake forms, consents, and what clients have to see to."""

from __future__ import annotations

from kept.matching.v1 import forms_pb2, forms_service_pb2

from services.chassis.context import Call
from services.chassis.rpc import pages
from services.chassis.rpc.callers import check_uuid
from services.matching.adapters import form_proto as to
from services.matching.adapters.triage_proto import resources_to
from services.matching.domain import errors
from services.matching.domain.consents import DueState
from services.matching.usecases.answer_form import Office, Seen, answer_form
from services.matching.usecases.assign_due import assign_due
from services.matching.usecases.put_form import put_document, put_form
from services.matching.usecases.read_form import read_form
from services.matching.usecases.sign_consent import sign_consent
from services.matching.usecases.start_form import start_form

PAGE_DEFAULT, PAGE_MOST = 50, 200
FIRST_ID, LAST_ID = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


class FormServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def PutForm(self, request: forms_service_pb2.PutFormRequest, call: Call) -> forms_pb2.Form:
        form_id = check_uuid(request.form.form_id or self._office.new_id(), "form.form_id")
        form = to.form_from(request.form, form_id=form_id)
        office = self._office
        found = await put_form(
            form, request.etag, call, forms=office.forms, wordings=office.wordings, clock=office.clock
        )
        return to.form_to(found)

    async def GetForm(self, request: forms_service_pb2.GetFormRequest, call: Call) -> forms_pb2.Form:
        form_id = check_uuid(request.form_id, "form_id")
        found = await self._office.forms.find(call, form_id, request.version)
        if found is None:
            raise errors.FormNotFound("There is no such form.", form_id=form_id)
        return to.form_to(found.expanded())

    async def ListForms(
        self, request: forms_service_pb2.ListFormsRequest, call: Call
    ) -> forms_service_pb2.ListFormsResponse:
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        title, form_id = pages.read_page_token("forms", request.page_token) or ("", FIRST_ID)
        after = str(title), check_uuid(str(form_id), "page_token")
        found = await self._office.forms.page(call, after=after, limit=size + 1)
        last = found[size - 1] if found[size:] else None
        token = pages.page_token("forms", last.title, last.form_id) if last else ""
        return forms_service_pb2.ListFormsResponse(
            forms=[to.form_to(each, with_items=False) for each in found[:size]], next_page_token=token
        )

    async def PutConsentDocument(
        self, request: forms_service_pb2.PutConsentDocumentRequest, call: Call
    ) -> forms_pb2.ConsentDocument:
        document_id = check_uuid(request.document.document_id or self._office.new_id(), "document.document_id")
        document = to.document_from(request.document, document_id=document_id)
        found = await put_document(document, request.etag, call, forms=self._office.forms, clock=self._office.clock)
        return to.document_to(found)

    async def GetConsentDocument(
        self, request: forms_service_pb2.GetConsentDocumentRequest, call: Call
    ) -> forms_pb2.ConsentDocument:
        document_id = check_uuid(request.document_id, "document_id")
        found = await self._office.forms.document(call, document_id, request.version)
        if found is None:
            raise errors.DocumentNotFound("There is no such document.", document_id=document_id)
        return to.document_to(found)

    async def ListConsentDocuments(
        self, request: forms_service_pb2.ListConsentDocumentsRequest, call: Call
    ) -> forms_service_pb2.ListConsentDocumentsResponse:
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        title, document_id = pages.read_page_token("documents", request.page_token) or ("", FIRST_ID)
        after = str(title), check_uuid(str(document_id), "page_token")
        found = await self._office.forms.documents(call, after=after, limit=size + 1)
        last = found[size - 1] if found[size:] else None
        token = pages.page_token("documents", last.title, last.document_id) if last else ""
        return forms_service_pb2.ListConsentDocumentsResponse(
            documents=[to.document_to(each, with_text=False) for each in found[:size]], next_page_token=token
        )

    async def AssignDue(self, request: forms_service_pb2.AssignDueRequest, call: Call) -> forms_pb2.Due:
        found = await assign_due(
            check_uuid(request.client_id, "client_id"),
            check_uuid(request.form_id, "form_id") if request.form_id else "",
            check_uuid(request.document_id, "document_id") if request.document_id else "",
            call,
            is_before_first=request.is_before_first,
            office=self._office,
        )
        return to.due_to(found)

    async def WaiveDue(self, request: forms_service_pb2.WaiveDueRequest, call: Call) -> forms_pb2.Due:
        before = await self._office.filings.lock_due(call, check_uuid(request.due_id, "due_id"))
        after = before.ended(DueState.WAIVED)
        await self._office.filings.save_due(call, after)
        return to.due_to(after)

    async def ListDues(
        self, request: forms_service_pb2.ListDuesRequest, call: Call
    ) -> forms_service_pb2.ListDuesResponse:
        client_id = check_uuid(request.client_id, "client_id")
        size = pages.page_size(request.page_size, default=PAGE_MOST, most=PAGE_MOST)
        query = f"dues|{client_id}"
        state, due_id = pages.read_page_token(query, request.page_token) or (0, FIRST_ID)
        after = int(state), check_uuid(str(due_id), "page_token")
        found = await self._office.filings.dues(call, client_id, after=after, limit=size + 1)
        last = found[size - 1] if found[size:] else None
        token = pages.page_token(query, int(last.state), last.due_id) if last else ""
        return forms_service_pb2.ListDuesResponse(
            dues=[to.due_to(each) for each in found[:size]], next_page_token=token
        )

    async def StartFormResponse(
        self, request: forms_service_pb2.StartFormResponseRequest, call: Call
    ) -> forms_pb2.FormResponse:
        client_id, form_id = check_uuid(request.client_id, "client_id"), check_uuid(request.form_id, "form_id")
        return _seen_to(await start_form(client_id, form_id, call, office=self._office))

    async def SaveFormResponse(
        self, request: forms_service_pb2.SaveFormResponseRequest, call: Call
    ) -> forms_service_pb2.SaveFormResponseResponse:
        seen = await answer_form(
            check_uuid(request.response_id, "response_id"),
            [(each.link_id, list(each.values)) for each in request.answers],
            call,
            is_submitted=request.is_submitted,
            etag=request.etag,
            office=self._office,
        )
        resources = resources_to(request.locale) if seen.response.flag_id else None
        return forms_service_pb2.SaveFormResponseResponse(response=_seen_to(seen), crisis_resources=resources)

    async def GetFormResponse(
        self, request: forms_service_pb2.GetFormResponseRequest, call: Call
    ) -> forms_pb2.FormResponse:
        response_id = check_uuid(request.response_id, "response_id")
        return _seen_to(await read_form(response_id, call, office=self._office))

    async def ListFormResponses(
        self, request: forms_service_pb2.ListFormResponsesRequest, call: Call
    ) -> forms_service_pb2.ListFormResponsesResponse:
        client_id = check_uuid(request.client_id, "client_id")
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = f"responses|{client_id}"
        (before,) = pages.read_page_token(query, request.page_token) or (LAST_ID,)
        before = check_uuid(str(before), "page_token")
        found = await self._office.filings.responses(call, client_id, before=before, limit=size + 1)
        token = pages.page_token(query, found[size - 1].response_id) if found[size:] else ""
        return forms_service_pb2.ListFormResponsesResponse(
            responses=[to.response_to(each) for each in found[:size]], next_page_token=token
        )

    async def SignConsent(
        self, request: forms_service_pb2.SignConsentRequest, call: Call
    ) -> forms_pb2.ConsentSignature:
        found = await sign_consent(
            check_uuid(request.client_id, "client_id"),
            check_uuid(request.document_id, "document_id"),
            request.text_hash,
            request.signer_name.strip(),
            call,
            office=self._office,
        )
        return to.signature_to(found)

    async def ListConsentSignatures(
        self, request: forms_service_pb2.ListConsentSignaturesRequest, call: Call
    ) -> forms_service_pb2.ListConsentSignaturesResponse:
        client_id = check_uuid(request.client_id, "client_id")
        size = pages.page_size(request.page_size, default=PAGE_MOST, most=PAGE_MOST)
        query = f"signatures|{client_id}"
        (before,) = pages.read_page_token(query, request.page_token) or (LAST_ID,)
        before = check_uuid(str(before), "page_token")
        found = await self._office.filings.signatures(call, client_id, before=before, limit=size + 1)
        token = pages.page_token(query, found[size - 1].signature_id) if found[size:] else ""
        return forms_service_pb2.ListConsentSignaturesResponse(
            signatures=[to.signature_to(each) for each in found[:size]], next_page_token=token
        )


def _seen_to(seen: Seen) -> forms_pb2.FormResponse:
    return to.response_to(
        seen.response, answers=seen.answers, enabled=seen.enabled, missing=seen.missing, waits_for=seen.waits_for
    )
