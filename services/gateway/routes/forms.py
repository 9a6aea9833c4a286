"""Intake forms, consents, and what clients have to see to."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.matching.v1 import forms_pb2, forms_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Id, Name
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    SignedIn,
    answers,
    edited,
    edits,
    respond,
)

router = APIRouter(prefix="/v1", tags=["forms"])
FORM, DOCUMENT = forms_pb2.Form.DESCRIPTOR, forms_pb2.ConsentDocument.DESCRIPTOR
RESPONSE, DUE = forms_pb2.FormResponse.DESCRIPTOR, forms_pb2.Due.DESCRIPTOR

LinkId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["sleep"])]
Version = Annotated[int, Query(ge=0, le=2_000_000_000, description="0 for the newest.")]


class OptionIn(Body):
    """One option of a choice."""

    code: Name
    text: str = Field(max_length=2_000)
    score: int = Field(0, ge=-1_000, le=1_000)


class ConditionIn(Body):
    """When an item is shown; it looks at a question further up."""

    link_id: LinkId
    operator: Literal["EXISTS", "EQUALS", "NOT_EQUALS", "GREATER", "LESS"]
    value: str = Field("", max_length=120)


class ItemIn(Body):
    """A section, a text or a question."""

    link_id: LinkId
    type: Literal[
        "GROUP", "DISPLAY", "BOOLEAN", "INTEGER", "DECIMAL", "DATE", "STRING", "TEXT", "CHOICE", "MULTI_CHOICE",
        "INSTRUMENT",
    ]  # fmt: skip
    text: str = Field("", max_length=2_000)
    is_required: bool = False
    options: list[OptionIn] = Field(default_factory=list, max_length=100)
    enable_when: list[ConditionIn] = Field(default_factory=list, max_length=10)
    is_any_enough: bool = False
    items: list[ItemIn] = Field(default_factory=list, max_length=300)
    max_length: int = Field(0, ge=0, le=4_000)
    least: float = 0.0
    most: float = 0.0
    least_is_set: bool = False
    most_is_set: bool = False
    side: Literal["CLIENT", "GUARDIAN"] | None = None
    prefill_key: str = Field("", max_length=64)
    is_self_harm: bool = False
    instrument: Literal["", "PHQ-9", "GAD-7", "C-SSRS"] = ""


class BandIn(Body):
    """A band of a score."""

    least: int = Field(ge=-1_000_000, le=1_000_000)
    code: Name


class ScoreIn(Body):
    """A sum over choices."""

    code: Name
    link_ids: list[LinkId] = Field(min_length=1, max_length=300)
    bands: list[BandIn] = Field(default_factory=list, max_length=20)


class FormIn(Body):
    """A form in the shape of a FHIR Questionnaire."""

    title: Name
    locale: str = Field("en", max_length=35)
    items: list[ItemIn] = Field(min_length=1, max_length=300)
    scores: list[ScoreIn] = Field(default_factory=list, max_length=20)
    is_due_first: bool = False
    is_retired: bool = False
    source: str = Field("", max_length=2_000)
    permission: str = Field("", max_length=2_000, description="Required with scores.")


class DocumentIn(Body):
    """A document that clients sign."""

    title: Name
    text: str = Field(min_length=1, max_length=50_000)
    locale: str = Field("en", max_length=35)
    is_due_first: bool = False
    is_retired: bool = False


class DueIn(Body):
    """What a client has to see to: exactly one of the two."""

    form_id: Id | None = None
    document_id: Id | None = None
    is_before_first: bool = False


class StartIn(Body):
    """Which form to begin, or to take up."""

    form_id: Id


class AnswerIn(Body):
    """Values of one item; none takes an answer back."""

    link_id: LinkId
    values: list[Annotated[str, Field(max_length=4_000)]] = Field(max_length=100)


class AnswersIn(Body):
    """Answers to save, all or none."""

    answers: list[AnswerIn] = Field(default_factory=list, max_length=300)
    is_submitted: bool = Field(False, description="The caller has finished: required questions must be answered.")
    locale: str = Field("en", max_length=35, description="The language help is shown in.")


class SignatureIn(Body):
    """A signature under the text that was shown."""

    document_id: Id
    text_hash: str = Field(pattern=r"^[0-9a-f]{64}$", examples=["ab" * 32])
    signer_name: Name


@router.put("/forms/{form_id}", operation_id="putForm", summary="Store a form's next version", responses=edits(FORM))
async def put_form(
    form_id: PathId, body: FormIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates a form under your id (If-Match "v0"), or changes it; answers keep the version they began with."""
    request = filled(
        forms_service_pb2.PutFormRequest,
        form={"form_id": form_id, **body.model_dump()},
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("PutForm", request), lambda: _form(caller, form_id))


@router.get("/forms/{form_id}", operation_id="getForm", summary="Read a form", responses=answers(FORM, 404))
async def get_form(form_id: PathId, caller: SignedIn, version: Version = 0) -> Response:
    """Returns it with instruments written out."""
    return respond(await _form(caller, form_id, version))


@router.get(
    "/forms",
    operation_id="listForms",
    summary="List forms",
    responses=answers(forms_service_pb2.ListFormsResponse.DESCRIPTOR),
)
async def list_forms(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists newest versions by title, without items."""
    request = forms_service_pb2.ListFormsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListForms", request))


@router.put(
    "/consent-documents/{document_id}",
    operation_id="putConsentDocument",
    summary="Store a consent document's next version",
    responses=edits(DOCUMENT),
)
async def put_document(
    document_id: PathId, body: DocumentIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates a document under your id (If-Match "v0"), or changes it; signatures stay under the text of then."""
    request = filled(
        forms_service_pb2.PutConsentDocumentRequest,
        document={"document_id": document_id, **body.model_dump()},
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("PutConsentDocument", request), lambda: _document(caller, document_id))


@router.get(
    "/consent-documents/{document_id}",
    operation_id="getConsentDocument",
    summary="Read a consent document",
    responses=answers(DOCUMENT, 404),
)
async def get_document(document_id: PathId, caller: SignedIn, version: Version = 0) -> Response:
    """Returns its text, and the hash a signature stands under."""
    return respond(await _document(caller, document_id, version))


@router.get(
    "/consent-documents",
    operation_id="listConsentDocuments",
    summary="List consent documents",
    responses=answers(forms_service_pb2.ListConsentDocumentsResponse.DESCRIPTOR),
)
async def list_documents(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists newest versions by title, without text."""
    request = forms_service_pb2.ListConsentDocumentsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListConsentDocuments", request))


@router.post(
    "/clients/{client_id}/dues",
    operation_id="assignDue",
    summary="Give a client a form or a document",
    status_code=201,
    responses=answers(DUE, 404, 409, status=201),
)
async def assign(client_id: PathId, body: DueIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Gives it; with `is_before_first` the first session does not begin without it."""
    request = filled(
        forms_service_pb2.AssignDueRequest,
        client_id=client_id,
        request_id=caller.request_id(key),
        **body.model_dump(),
    )
    return respond(await caller.matching("AssignDue", request), 201)


@router.get(
    "/clients/{client_id}/dues",
    operation_id="listDues",
    summary="See what a client has to see to",
    responses=answers(forms_service_pb2.ListDuesResponse.DESCRIPTOR, 404),
)
async def list_dues(client_id: PathId, caller: SignedIn, limit: Limit = 200, cursor: Cursor = "") -> Response:
    """Lists the open first."""
    request = forms_service_pb2.ListDuesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListDues", request))


@router.post("/dues/{due_id}/waive", operation_id="waiveDue", summary="Give a due up", responses=answers(DUE, 404, 409))
async def waive(due_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lets the first session begin without it."""
    request = forms_service_pb2.WaiveDueRequest(due_id=due_id, request_id=caller.request_id(key))
    return respond(await caller.matching("WaiveDue", request))


@router.post(
    "/clients/{client_id}/form-responses",
    operation_id="startFormResponse",
    summary="Begin a form, or take it up",
    status_code=201,
    responses=answers(RESPONSE, 404, 409, status=201),
)
async def start(client_id: PathId, body: StartIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Returns the response in progress, or a new one filled in where the form says so."""
    request = forms_service_pb2.StartFormResponseRequest(
        client_id=client_id, form_id=body.form_id, request_id=caller.request_id(key)
    )
    return respond(await caller.matching("StartFormResponse", request), 201)


@router.post(
    "/form-responses/{response_id}/answers",
    operation_id="saveFormResponse",
    summary="Save answers",
    responses=edits(forms_service_pb2.SaveFormResponseResponse.DESCRIPTOR),
)
async def save(
    response_id: PathId, body: AnswersIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Saves all or none; when `crisis_resources` is there, show it first. Without If-Match the last word counts."""
    request = filled(
        forms_service_pb2.SaveFormResponseRequest,
        response_id=response_id,
        etag=unquoted(if_match),
        request_id=caller.request_id(key),
        **body.model_dump(),
    )
    return await edited(caller.matching("SaveFormResponse", request), lambda: _response(caller, response_id))


@router.get(
    "/form-responses/{response_id}",
    operation_id="getFormResponse",
    summary="Read a response",
    responses=answers(RESPONSE, 404),
)
async def get_response(response_id: PathId, caller: SignedIn) -> Response:
    """Returns the answers the caller may see."""
    return respond(await _response(caller, response_id))


@router.get(
    "/clients/{client_id}/form-responses",
    operation_id="listFormResponses",
    summary="See a client's forms",
    responses=answers(forms_service_pb2.ListFormResponsesResponse.DESCRIPTOR, 404),
)
async def list_responses(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists scores and states, newest first; never answers."""
    request = forms_service_pb2.ListFormResponsesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListFormResponses", request))


@router.post(
    "/clients/{client_id}/signatures",
    operation_id="signConsent",
    summary="Sign a consent document",
    status_code=201,
    responses=answers(forms_pb2.ConsentSignature.DESCRIPTOR, 404, 409, status=201),
)
async def sign(client_id: PathId, body: SignatureIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Keeps who signed which text, and when."""
    request = filled(
        forms_service_pb2.SignConsentRequest,
        client_id=client_id,
        request_id=caller.request_id(key),
        **body.model_dump(),
    )
    return respond(await caller.matching("SignConsent", request), 201)


@router.get(
    "/clients/{client_id}/signatures",
    operation_id="listConsentSignatures",
    summary="See what a client has signed",
    responses=answers(forms_service_pb2.ListConsentSignaturesResponse.DESCRIPTOR, 404),
)
async def list_signatures(client_id: PathId, caller: SignedIn, limit: Limit = 200, cursor: Cursor = "") -> Response:
    """Lists the newest first."""
    request = forms_service_pb2.ListConsentSignaturesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListConsentSignatures", request))


async def _form(caller: Caller, form_id: str, version: int = 0) -> forms_pb2.Form:
    found: forms_pb2.Form = await caller.matching(
        "GetForm", forms_service_pb2.GetFormRequest(form_id=form_id, version=version)
    )
    return found


async def _document(caller: Caller, document_id: str, version: int = 0) -> forms_pb2.ConsentDocument:
    request = forms_service_pb2.GetConsentDocumentRequest(document_id=document_id, version=version)
    found: forms_pb2.ConsentDocument = await caller.matching("GetConsentDocument", request)
    return found


async def _response(caller: Caller, response_id: str) -> forms_pb2.FormResponse:
    request = forms_service_pb2.GetFormResponseRequest(response_id=response_id)
    found: forms_pb2.FormResponse = await caller.matching("GetFormResponse", request)
    return found
