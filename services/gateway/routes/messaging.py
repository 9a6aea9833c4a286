"""What a practice says, when, in which words: workflows, templates and settings of messages."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Path, Response
from kept.notifications.v1 import workflow_pb2, workflow_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Clock, Id, Instant, Modality, Zone
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, QueryId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["messaging"])
WORKFLOW = workflow_pb2.Workflow.DESCRIPTOR
TEMPLATE = workflow_pb2.MessageTemplate.DESCRIPTOR
SETTINGS = workflow_pb2.MessageSettings.DESCRIPTOR
Demand = Literal["UNSPECIFIED", "YES", "NO"]
Way = Literal["EMAIL", "SMS", "INBOX", "WEBHOOK"]


class StepIn(Body):
    """One thing said at one point."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", examples=["1d"])
    trigger: Literal[
        "BOOKED", "MOVED", "CANCELLED", "BEFORE_SESSION", "AFTER_SESSION", "UNCONFIRMED", "NO_SHOW", "OFFER_MADE",
        "OFFER_TAKEN", "OFFER_WITHDRAWN", "FOLLOW_UP_DUE", "FORM_DUE", "MEDICATION", "CHECK_IN", "MESSAGE_WAITING",
        "PROPOSAL_MADE", "ABSENCE_OFFERED",
    ]  # fmt: skip
    channels: list[Way] = Field(min_length=1, max_length=4, description="Tried in this order.")
    offset: int = Field(0, ge=0, le=8784, description="Before the start, or after what set it off.")
    unit: Literal["HOURS", "DAYS"] = Field("HOURS", description="Elapsed hours, or days of the calendar.")
    urgency: Literal["TRANSACTIONAL", "ROUTINE"] = "ROUTINE"
    template_key: str = Field("", max_length=48)
    first_visit: Demand = "UNSPECIFIED"
    modalities: list[Modality] = Field(default_factory=list, max_length=3)
    high_risk: Demand = "UNSPECIFIED"
    confirmed: Demand = "UNSPECIFIED"
    skips_client: bool = False
    to_guardians: bool = False


class WorkflowIn(Body):
    """The steps of a session type."""

    session_type_id: Id | None = Field(None, description="None is the practice's own, for every type without one.")
    steps: list[StepIn] = Field(
        default_factory=list, max_length=40, description="None goes back to the practice's, or the built-in ones."
    )
    seen_version: int = Field(0, ge=0, description="The version that was seen; the change is refused if it moved on.")


class WorkflowPreviewIn(Body):
    """A made-up appointment."""

    steps: list[StepIn] = Field(default_factory=list, max_length=40, description="None means those in force.")
    session_type_id: Id | None = None
    book_time: Instant
    start_time: Instant
    time_zone: Zone
    modality: Modality | None = None
    is_returning: bool = False
    earlier_misses: int = Field(0, ge=0, le=1000)
    is_confirmed: bool = False
    has_guardian: bool = False


class DryRunIn(Body):
    """A span of the past."""

    steps: list[StepIn] = Field(default_factory=list, max_length=40, description="None means those in force.")
    session_type_id: Id | None = Field(None, description="None means all of them.")
    from_time: Instant | None = Field(None, description="None means a month before the end.")
    to_time: Instant | None = Field(None, description="None means now.")


class TemplateIn(Body):
    """A template in one locale and channel."""

    template_key: str = Field(min_length=1, max_length=48, examples=["reminder"])
    locale: Literal["en", "es"]
    channel: Literal["EMAIL", "SMS"]
    subject: str = Field("", max_length=4000)
    body: str = Field("", max_length=4000)


class StoredTemplateIn(TemplateIn):
    """A template to store."""

    seen_version: int = Field(0, ge=0)
    resets: bool = Field(False, description="Goes back to the built-in words.")


class TemplatePreviewIn(Body):
    """Templates to look at; without words, the one in force is shown."""

    templates: list[TemplateIn] = Field(min_length=1, max_length=8)


class MessageSettingsIn(Body):
    """How messages look and when they may come."""

    version: int = Field(0, ge=0, description="The version that was seen.")
    sender_label: str = Field("", max_length=40, description="Neutral: it is seen by whoever sees the telephone.")
    phone: str = Field("", max_length=24)
    quiet_from: Clock = "21:00"
    quiet_to: Clock = "08:00"
    forbidden_words: list[str] = Field(default_factory=list, max_length=50)
    texts_a_day: int = Field(1, ge=1, le=20, description="Routine texts one number gets a day at most.")
    texts_a_week: int = Field(3, ge=1, le=60, description="In seven days; at least as many as a day.")
    mails_a_day: int = Field(6, ge=1, le=20, description="Routine mails one address gets a day at most.")
    mails_a_week: int = Field(20, ge=1, le=60, description="In seven days; at least as many as a day.")


@router.put("/workflows", operation_id="putWorkflow", summary="Set a workflow", responses=answers(WORKFLOW, 409))
async def put_workflow(body: WorkflowIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Stores its next version; what was planned by an earlier one is sent as it was planned."""
    request = filled(workflow_service_pb2.PutWorkflowRequest, **_plain(body), request_id=caller.request_id(key))
    return respond(await caller.notifications("PutWorkflow", request))


@router.get("/workflows", operation_id="getWorkflow", summary="See the workflow in force", responses=answers(WORKFLOW))
async def get_workflow(caller: SignedIn, session_type_id: QueryId = "") -> Response:
    """Returns the session type's own, the practice's, or the built-in one."""
    request = workflow_service_pb2.GetWorkflowRequest(session_type_id=session_type_id)
    return respond(await caller.notifications("GetWorkflow", request))


@router.get(
    "/workflows/versions",
    operation_id="listWorkflowVersions",
    summary="List a workflow's versions",
    responses=answers(workflow_service_pb2.ListWorkflowVersionsResponse.DESCRIPTOR),
)
async def list_versions(
    caller: SignedIn, session_type_id: QueryId = "", limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists them, newest first."""
    request = workflow_service_pb2.ListWorkflowVersionsRequest(
        session_type_id=session_type_id, page_size=limit, page_token=cursor
    )
    return respond(await caller.notifications("ListWorkflowVersions", request))


@router.post(
    "/workflows/previews",
    operation_id="previewWorkflow",
    summary="See what a workflow would say",
    responses=answers(workflow_service_pb2.PreviewWorkflowResponse.DESCRIPTOR),
)
async def preview_workflow(body: WorkflowPreviewIn, caller: SignedIn) -> Response:
    """Shows every message about a made-up appointment with its time, its words, and why it would not be sent."""
    values = _plain(body) | {"modality": body.modality or ""}
    request = filled(workflow_service_pb2.PreviewWorkflowRequest, **values)
    return respond(await caller.notifications("PreviewWorkflow", request))


@router.post(
    "/workflows/dry-runs",
    operation_id="dryRunWorkflow",
    summary="Try a workflow on the past",
    responses=answers(workflow_service_pb2.DryRunWorkflowResponse.DESCRIPTOR),
)
async def dry_run(body: DryRunIn, caller: SignedIn) -> Response:
    """Counts what it would have said about last month's appointments; sends nothing."""
    request = filled(workflow_service_pb2.DryRunWorkflowRequest, **_plain(body))
    return respond(await caller.notifications("DryRunWorkflow", request))


@router.put(
    "/message-templates",
    operation_id="putMessageTemplate",
    summary="Set a template",
    responses=answers(TEMPLATE, 404, 409),
)
async def put_template(body: StoredTemplateIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Stores its next version; words that tell of care, or more than is known, are refused."""
    values = body.model_dump()
    seen_version, resets = values.pop("seen_version"), values.pop("resets")
    request = filled(
        workflow_service_pb2.PutTemplateRequest,
        template=values,
        seen_version=seen_version,
        resets=resets,
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("PutTemplate", request))


@router.get(
    "/message-templates",
    operation_id="listMessageTemplates",
    summary="List the practice's own templates",
    responses=answers(workflow_service_pb2.ListTemplatesResponse.DESCRIPTOR),
)
async def list_templates(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by key, locale and channel."""
    request = workflow_service_pb2.ListTemplatesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListTemplates", request))


@router.get(
    "/message-templates/{template_key}",
    operation_id="getMessageTemplate",
    summary="See a template in every locale and channel",
    responses=answers(workflow_service_pb2.ListTemplatesResponse.DESCRIPTOR, 404),
)
async def get_template(
    caller: SignedIn, template_key: str = Path(pattern=r"^[a-z0-9_.-]{1,48}$", examples=["reminder"])
) -> Response:
    """Returns the practice's own, or the built-in one."""
    request = workflow_service_pb2.ListTemplatesRequest(template_key=template_key)
    return respond(await caller.notifications("ListTemplates", request))


@router.post(
    "/message-templates/previews",
    operation_id="previewMessageTemplates",
    summary="See how templates would read",
    responses=answers(workflow_service_pb2.PreviewTemplateResponse.DESCRIPTOR, 404, 409),
)
async def preview_templates(body: TemplatePreviewIn, caller: SignedIn) -> Response:
    """Shows each with its segments, and what an editor should warn of."""
    request = filled(workflow_service_pb2.PreviewTemplateRequest, **body.model_dump())
    return respond(await caller.notifications("PreviewTemplate", request))


@router.put(
    "/message-settings",
    operation_id="putMessageSettings",
    summary="Set how messages look and when they may come",
    responses=answers(SETTINGS, 409),
)
async def put_settings(body: MessageSettingsIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Sets sender, telephone, quiet hours and further words that no message may say."""
    request = filled(
        workflow_service_pb2.PutMessageSettingsRequest,
        settings=body.model_dump(),
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("PutMessageSettings", request))


@router.get(
    "/message-settings",
    operation_id="getMessageSettings",
    summary="See how messages look and when they may come",
    responses=answers(SETTINGS),
)
async def get_settings(caller: SignedIn) -> Response:
    """Returns what the practice has set."""
    request = workflow_service_pb2.GetMessageSettingsRequest()
    return respond(await caller.notifications("GetMessageSettings", request))


def _plain(body: Body) -> dict[str, Any]:
    """Return a body's values, without those that are not said."""
    return {name: value for name, value in body.model_dump().items() if value is not None}
