"""
Calls the HTTP API of Kept. Needs httpx.

Written by `make docs` from docs/openapi.json; change the routes, not this file.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar
from urllib.parse import quote

import httpx

T = TypeVar("T")


class KeptProblem(Exception):
    """A refusal (RFC 9457). `body["reason"]` is stable; see docs/errors.md."""

    def __init__(self, status: int, body: dict[str, Any], headers: httpx.Headers) -> None:
        super().__init__(body.get("title", f"HTTP {status}"))
        self.status, self.body, self.headers = status, body, headers


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a call gives. `etag` is what `if_match` of a change wants; "" where there is none."""

    data: T
    etag: str
    status: int
    headers: httpx.Headers


class Absence(TypedDict):
    """Absence"""

    absence_id: str
    therapist_id: str
    interval: Interval | None
    is_closed: bool
    open_items: int
    items: int


class AbsenceCase(TypedDict):
    """AbsenceCase"""

    absence_id: str
    therapist_id: str
    interval: Interval | None
    open_count: int
    escalated_count: int
    affected_count: int
    counts: list[AffectedCount]
    wording: AbsenceWording | None
    approved_wording_version: int
    create_time: str | None


class AbsenceIn(TypedDict):
    """Who is away, and when; at most 184 days."""

    therapist_id: str
    start_time: str
    end_time: str


class AbsenceItem(TypedDict):
    """AbsenceItem"""

    claim_id: str
    client_id: str
    session_type_id: str
    start_time: str | None
    need_rank: int
    state: Literal['UNSPECIFIED', 'OPEN', 'OFFERED', 'MOVED', 'CANCELLED', 'COVERED', 'BY_VIDEO', 'KEPT']


class AbsenceOffer(TypedDict):
    """AbsenceOffer"""

    offer_id: str
    absence_id: str
    appointment_id: str
    client_id: str
    state: Literal['UNSPECIFIED', 'PREPARED', 'MADE', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN', 'EMPTY']
    options: list[AbsenceOption]
    expire_time: str | None
    wording: str
    accepted_option_id: str
    is_confidential: bool
    make_time: str | None
    close_time: str | None
    etag: str


class AbsenceOption(TypedDict):
    """AbsenceOption"""

    option_id: str
    kind: Literal['UNSPECIFIED', 'COVER', 'VIDEO', 'OTHER_TIME']
    therapist_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    why: str


class AbsenceWording(TypedDict):
    """AbsenceWording"""

    wording_version: int
    body: str
    is_approved: bool
    author_id: str
    approve_actor_id: str
    approve_time: str | None


class AcceptanceIn(TypedDict):
    """When the first appointment is wanted."""

    session_type_id: str
    local_start: str
    time_zone: str
    fold: NotRequired[Literal[0, 1, 2]]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]


class Account(TypedDict):
    """Account"""

    account_id: str
    client_id: str
    actor_id: str
    link_time: str | None


class AccountLinkIn(TypedDict):
    """What somebody who was invited proves it by."""

    code: str
    birth_date: str


class AddressIn(TypedDict):
    """An e-mail address or a telephone number."""

    channel: Literal['EMAIL', 'SMS']
    address: str
    guardian_id: NotRequired[str | None]
    is_alternative: NotRequired[bool]
    is_unsafe: NotRequired[bool]
    time_zone: NotRequired[str]
    locale: NotRequired[Literal['', 'en', 'es']]


class AffectedAppointment(TypedDict):
    """AffectedAppointment"""

    absence_id: str
    appointment_id: str
    client_id: str
    session_type_id: str
    start_time: str | None
    need_rank: int
    need: AffectedNeed | None
    state: Literal['UNSPECIFIED', 'PENDING', 'OPEN', 'ASKED', 'OFFERED', 'MOVED', 'COVERED', 'BY_VIDEO', 'CANCELLED', 'KEPT', 'NEVER_BOOKED']
    note: str
    is_escalated: bool
    escalate_time: str | None
    offer: AbsenceOffer | None
    settle_time: str | None


class AffectedCount(TypedDict):
    """AffectedCount"""

    state: Literal['UNSPECIFIED', 'PENDING', 'OPEN', 'ASKED', 'OFFERED', 'MOVED', 'COVERED', 'BY_VIDEO', 'CANCELLED', 'KEPT', 'NEVER_BOOKED']
    count: int


class AffectedNeed(TypedDict):
    """AffectedNeed"""

    is_high_need: bool
    is_crisis: bool
    gap_days: int
    load_weight: int
    words: str


class Alarm(TypedDict):
    """Alarm"""

    alarm_id: str
    kind: str
    severity: str
    summary: str
    subject: str
    evidence: list[Exhibit]
    first_time: str | None
    last_time: str | None
    sightings: int
    acknowledged_by: str
    acknowledge_time: str | None
    resolve_time: str | None
    resolution: str
    resolved_by: str
    is_shared: bool


class AnswerFitResponse(TypedDict):
    """AnswerFitResponse"""

    pass

class AnswerScreeningResponse(TypedDict):
    """AnswerScreeningResponse"""

    screening: Screening | None
    crisis_resources: CrisisResources | None


class AnswersIn(TypedDict):
    """Answers to save, all or none."""

    answers: NotRequired[list[services__gateway__routes__forms__AnswerIn]]
    is_submitted: NotRequired[bool]
    locale: NotRequired[str]


class Appointment(TypedDict):
    """Appointment"""

    appointment_id: str
    client_id: str
    therapist_id: str
    session_type_id: str
    state: Literal['UNSPECIFIED', 'BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION', 'COMPLETED', 'CANCELLED', 'NO_SHOW']
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    tzdata_version: str
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    room_id: str
    cancelled_by: Literal['UNSPECIFIED', 'CLIENT', 'PRACTICE']
    is_late_cancellation: bool
    etag: str
    version: int
    create_time: str | None
    update_time: str | None
    warnings: list[str]
    confirm_by_time: str | None
    is_confidential: bool
    extra_client_ids: list[str]
    restores_appointment_id: str
    group_session_id: str


class AppointmentChange(TypedDict):
    """AppointmentChange"""

    version: int
    state: Literal['UNSPECIFIED', 'BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION', 'COMPLETED', 'CANCELLED', 'NO_SHOW']
    start_time: str | None
    actor_id: str
    change_time: str | None
    previous_start_time: str | None
    reason: Literal['UNSPECIFIED', 'ILLNESS', 'CRISIS', 'CONFLICT', 'TRANSPORT', 'THERAPIST_ABSENT', 'PRACTICE', 'NOT_NEEDED', 'UNDONE']


class AppointmentIn(TypedDict):
    """An appointment to book."""

    client_id: str
    therapist_id: str
    session_type_id: str
    local_start: str
    time_zone: str
    fold: NotRequired[Literal[0, 1, 2]]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    extra_client_ids: NotRequired[list[str]]
    is_confidential: NotRequired[bool]
    override_reason: NotRequired[str]


class ApprovalIn(TypedDict):
    """Which wording is approved."""

    wording_version: int


class AssignmentIn(TypedDict):
    """Who is to work on a case; nobody named means you."""

    assignee_id: NotRequired[str]


class Attachment(TypedDict):
    """Attachment"""

    attachment_id: str
    client_id: str
    file_name: str
    media_type: str
    size_bytes: int


class Authorisation(TypedDict):
    """Authorisation"""

    authorisation_id: str
    client_id: str
    visit_count: int
    used_count: int
    from_date: str
    to_date: str
    session_type_ids: list[str]
    forbids_fees: bool
    etag: str


class AuthorisationIn(TypedDict):
    """An insurer's leave for a number of visits."""

    visit_count: int
    from_date: str
    to_date: str
    session_type_ids: NotRequired[list[str]]
    forbids_fees: NotRequired[bool]


class BandIn(TypedDict):
    """A band of a score."""

    least: int
    code: str


class Batch(TypedDict):
    """Batch"""

    batch_id: str
    policy: Literal['UNSPECIFIED', 'FLOW', 'STABLE']
    weights_version: str
    seed: str
    placements: list[Placement]
    urgent_count: int
    high_count: int
    served_count: int
    points: float
    spread: LoadSpread | None
    held_count: int
    create_time: str | None


class BatchIn(TypedDict):
    """How all who wait are given to therapists."""

    policy: NotRequired[Literal['FLOW', 'STABLE']]
    is_dry_run: NotRequired[bool]


class BatchOperation(TypedDict):
    """BatchOperation"""

    operation_id: str
    state: Literal['UNSPECIFIED', 'QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED']
    stage: Literal['UNSPECIFIED', 'READING', 'SEARCHING', 'JUDGING', 'SOLVING', 'PROPOSING']
    done_ratio: float
    policy: Literal['UNSPECIFIED', 'FLOW', 'STABLE']
    is_dry_run: bool
    attempt_count: int
    reason: str
    batch: Batch | None
    create_time: str | None
    end_time: str | None
    etag: str


class BreakGlass(TypedDict):
    """BreakGlass"""

    break_glass_id: str
    client_id: str
    actor_id: str
    reason: Literal['UNSPECIFIED', 'CRISIS', 'TEAM_UNREACHABLE', 'OTHER_TREATMENT']
    scopes: list[Literal['UNSPECIFIED', 'SCHEDULE', 'REGISTRY', 'CONTACT', 'INTAKE']]
    start_time: str | None
    expire_time: str | None
    review_due_time: str | None
    finding: Literal['UNSPECIFIED', 'JUSTIFIED', 'VIOLATION']
    reviewer_id: str


class BreakGlassIn(TypedDict):
    """Why a client who is not yours must be read now."""

    reason: Literal['CRISIS', 'TEAM_UNREACHABLE', 'OTHER_TREATMENT']
    explanation: str
    scopes: list[Literal['SCHEDULE', 'REGISTRY', 'CONTACT', 'INTAKE']]
    length_min: NotRequired[int]


class Cadence(TypedDict):
    """Cadence"""

    client_id: str
    therapist_id: str
    every_days: int
    lead_days: int
    etag: str


class CadenceIn(TypedDict):
    """How often a client and a therapist agreed to meet."""

    every_days: int
    lead_days: NotRequired[int]


class CadenceReality(TypedDict):
    """CadenceReality"""

    cadence: Cadence | None
    standing: Literal['UNSPECIFIED', 'ON_TRACK', 'GAP_AHEAD', 'OVERDUE']
    last_time: str | None
    next_time: str | None
    due_date: str
    gap_days: int
    kept_count: int
    agreed_count: int


class CalendarFeed(TypedDict):
    """CalendarFeed"""

    feed_id: str
    therapist_id: str
    client_id: str
    label: Literal['UNSPECIFIED', 'BUSY', 'APPOINTMENT', 'REFERENCE']
    create_time: str | None
    expire_time: str | None
    last_read_time: str | None


class Candidate(TypedDict):
    """Candidate"""

    therapist_id: str
    display_name: str
    fit_ratio: float
    reasons: list[Reason]
    earliest_slot: Slot | None


class Caps(TypedDict):
    """Caps"""

    therapist_id: str
    max_sessions_day: int
    max_sessions_week: int
    max_minutes_day: int
    max_minutes_week: int
    max_load_day: int
    max_load_week: int
    max_consecutive: int
    break_min: int
    max_intakes_week: int
    crisis_cool_down_min: int
    etag: str


class CapsIn(TypedDict):
    """How much a therapist takes on; 0 means no such cap."""

    max_sessions_day: NotRequired[int]
    max_sessions_week: NotRequired[int]
    max_minutes_day: NotRequired[int]
    max_minutes_week: NotRequired[int]
    max_load_day: NotRequired[int]
    max_load_week: NotRequired[int]
    max_consecutive: NotRequired[int]
    break_min: NotRequired[int]
    max_intakes_week: NotRequired[int]
    crisis_cool_down_min: NotRequired[int]


class CareTeamMember(TypedDict):
    """CareTeamMember"""

    client_id: str
    therapist_id: str
    since_time: str | None
    cover_until: str | None


class Case(TypedDict):
    """Case"""

    case_id: str
    rule: str
    severity: str
    state: Literal['UNSPECIFIED', 'OPEN', 'ASSIGNED', 'AWAITS_SIGN_OFF', 'CLOSED']
    actor_id: str
    client_id: str
    subject_id: str
    findings: int
    first_seq: int
    last_seq: int
    assignee_id: str
    outcome: Literal['UNSPECIFIED', 'JUSTIFIED', 'VIOLATION', 'INCONCLUSIVE', 'SETTLED']
    decided_by: str
    signed_off_by: str
    due_time: str | None
    create_time: str | None
    close_time: str | None
    etag: str


class Checkpoint(TypedDict):
    """Checkpoint"""

    note: str
    size: int
    root: str


class ChoiceIn(TypedDict):
    """What a client chose."""

    option_id: str


class Client(TypedDict):
    """Client"""

    client_id: str
    given_name: str
    family_name: str
    birth_date: str
    email: str
    phone: str
    time_zone: str
    etag: str
    create_time: str | None


class ClientAccess(TypedDict):
    """ClientAccess"""

    occur_time: str | None
    actor_role: str
    action: str
    object_class: str
    purpose: str
    finding: str


class ClientIn(TypedDict):
    """A client to register; the e-mail address becomes the contact point too."""

    given_name: str
    family_name: str
    birth_date: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    time_zone: str
    client_id: NotRequired[str | None]
    locale: NotRequired[Literal['en', 'es']]
    has_consent: NotRequired[bool]


class ClientMarks(TypedDict):
    """ClientMarks"""

    client_id: str
    has_home_address: bool
    is_vip: bool


class ClientMarksIn(TypedDict):
    """What is to be known of a client beside the registry; the address is hashed and not stored."""

    home_address: NotRequired[str]
    is_vip: NotRequired[bool]


class ClientPriority(TypedDict):
    """ClientPriority"""

    client_id: str
    is_high_need: bool
    until_date: str
    audiences: list[Literal['UNSPECIFIED', 'HIGH_NEED', 'ESTABLISHED', 'STANDING']]
    etag: str


class ClientSearchIn(TypedDict):
    """Whom to find: by e-mail or by phone."""

    email: NotRequired[str]
    phone: NotRequired[str]


class ClientSlotIn(TypedDict):
    """A start a client may want."""

    therapist_id: str
    session_type_id: str
    local_start: str
    time_zone: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]


class ClosingIn(TypedDict):
    """Why a flag is closed."""

    outcome: Literal['SAFETY_PLAN', 'REFERRED', 'ASSESSED', 'MISTAKE']


class Closure(TypedDict):
    """Closure"""

    closure_id: str
    site_id: str
    from_date: str
    to_date: str
    display_name: str
    etag: str


class ClosureIn(TypedDict):
    """Days on which the practice, or one site, is closed."""

    site_id: NotRequired[str | None]
    from_date: str
    to_date: str
    display_name: str


class Compact(TypedDict):
    """Compact"""

    code: str
    regions: list[str]
    is_remote_only: bool


class CompactIn(TypedDict):
    """An agreement between states that licences count among."""

    code: str
    regions: list[str]
    is_remote_only: NotRequired[bool]


class CompareCadencesResponse(TypedDict):
    """CompareCadencesResponse"""

    cadences: list[CadenceReality]
    next_cursor: str
    on_track_count: int
    gap_ahead_count: int
    overdue_count: int


class ConditionIn(TypedDict):
    """When an item is shown; it looks at a question further up."""

    link_id: str
    operator: Literal['EXISTS', 'EQUALS', 'NOT_EQUALS', 'GREATER', 'LESS']
    value: NotRequired[str]


class ConfidentialityIn(TypedDict):
    """What whoever acts for a client does not see."""

    appointment_id: NotRequired[str | None]
    is_confidential: bool


class Consent(TypedDict):
    """Consent"""

    consent_id: str
    guardian_id: str
    purpose: Literal['UNSPECIFIED', 'APPOINTMENTS', 'OFFERS', 'CARE', 'MESSAGES']
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    is_granted: bool
    source: str
    evidence: str
    create_time: str | None


class ConsentDocument(TypedDict):
    """ConsentDocument"""

    document_id: str
    version: int
    title: str
    text: str
    text_hash: str
    locale: str
    is_due_first: bool
    is_retired: bool
    etag: str


class ConsentIn(TypedDict):
    """What somebody agreed to, or took back."""

    is_granted: bool
    purpose: NotRequired[Literal['UNSPECIFIED', 'APPOINTMENTS', 'OFFERS', 'CARE', 'MESSAGES']]
    channel: NotRequired[Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']]
    guardian_id: NotRequired[str | None]
    evidence: NotRequired[str]


class ConsentSignature(TypedDict):
    """ConsentSignature"""

    signature_id: str
    client_id: str
    document_id: str
    version: int
    text_hash: str
    signer_name: str
    signer_actor_id: str
    side: Literal['UNSPECIFIED', 'CLIENT', 'GUARDIAN']
    sign_time: str | None


class ConsistencyProof(TypedDict):
    """ConsistencyProof"""

    first_size: int
    second_size: int
    hashes: list[str]


class ContactAddress(TypedDict):
    """ContactAddress"""

    contact_point_id: str
    guardian_id: str
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    address: str
    state: Literal['UNSPECIFIED', 'PENDING', 'ACTIVE', 'ENDED']
    is_verified: bool
    is_alternative: bool
    is_unsafe: bool
    time_zone: str
    locale: str
    suppression: str


class ContactCodeIn(TypedDict):
    """The code that was sent to an address."""

    code: str


class ContactIn(TypedDict):
    """Where a client may be reached."""

    email: str
    time_zone: str
    locale: NotRequired[Literal['en', 'es']]
    has_consent: NotRequired[bool]


class ContactPoint(TypedDict):
    """ContactPoint"""

    client_id: str
    email: str
    time_zone: str
    locale: str
    has_consent: bool


class CourseGroup(TypedDict):
    """CourseGroup"""

    group: str
    course_count: int
    rated_count: int
    mean_rating: float
    dropout_count: int
    change_count: int


class CreateCalendarFeedResponse(TypedDict):
    """CreateCalendarFeedResponse"""

    feed: CalendarFeed | None
    secret: str


class CreateWebhookResponse(TypedDict):
    """CreateWebhookResponse"""

    webhook: Webhook | None
    secret: str


class CrisisFlag(TypedDict):
    """CrisisFlag"""

    flag_id: str
    client_id: str
    state: Literal['UNSPECIFIED', 'RAISED', 'ACKNOWLEDGED', 'CLOSED']
    cause: Literal['UNSPECIFIED', 'ANSWER', 'SAID']
    raise_time: str | None
    acknowledge_actor_id: str
    acknowledge_time: str | None
    close_actor_id: str
    close_time: str | None
    outcome: Literal['UNSPECIFIED', 'SAFETY_PLAN', 'REFERRED', 'ASSESSED', 'MISTAKE']
    etag: str


class CrisisResources(TypedDict):
    """CrisisResources"""

    locale: str
    lines: list[str]
    call_number: str
    text_number: str
    emergency_number: str


class DangerIn(TypedDict):
    """In which language help is shown."""

    locale: NotRequired[str]


class DateOverride(TypedDict):
    """DateOverride"""

    therapist_id: str
    local_date: str
    kind: Literal['UNSPECIFIED', 'REPLACE', 'EXTEND']
    hours: list[DayHours]
    etag: str


class DayHours(TypedDict):
    """DayHours"""

    start_local: str
    end_local: str
    site_id: str
    modalities: list[Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']]


class DayHoursIn(TypedDict):
    """One stretch of working hours of a single date."""

    start_local: str
    end_local: str
    site_id: NotRequired[str | None]
    modalities: list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]


class DecisionIn(TypedDict):
    """What was found out."""

    outcome: Literal['JUSTIFIED', 'VIOLATION', 'INCONCLUSIVE']


class DeletePriorityWindowResponse(TypedDict):
    """DeletePriorityWindowResponse"""

    pass

class DeleteReservationResponse(TypedDict):
    """DeleteReservationResponse"""

    pass

class Delivery(TypedDict):
    """Delivery"""

    number: int
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    provider: str
    outcome: str
    code: str
    segments: int
    deliver_time: str | None
    report: str
    report_time: str | None


class Detached(TypedDict):
    """Detached"""

    end_seq: int
    note: str


class Detachment(TypedDict):
    """Detachment"""

    detachment_id: str
    state: Literal['UNSPECIFIED', 'EXPORTING', 'EXPORTED', 'DETACHING', 'DETACHED', 'CANCELLED', 'FAILED']
    end_seq: int
    exported_count: int
    removed_count: int
    held_count: int
    request_actor_id: str
    request_time: str | None
    approve_actor_id: str
    approve_time: str | None
    update_time: str | None
    version: int


class DetectionRule(TypedDict):
    """DetectionRule"""

    name: str
    severity: str
    summary: str
    explained_by: str


class Digest(TypedDict):
    """Digest"""

    digest_id: str
    week: str
    from_time: str | None
    to_time: str | None
    create_time: str | None
    lines: list[DigestLine]


class DigestLine(TypedDict):
    """DigestLine"""

    name: str
    count: int


class Disclosure(TypedDict):
    """Disclosure"""

    disclosure_id: str
    client_id: str
    recipient_name: str
    recipient_address: str
    contents: list[Literal['UNSPECIFIED', 'SCHEDULE', 'REGISTRY', 'BILLING', 'INTAKE', 'PART2']]
    purpose: Literal['UNSPECIFIED', 'CLIENT_REQUEST', 'TREATMENT', 'PAYMENT', 'LEGAL', 'PUBLIC_HEALTH', 'DANGER', 'REQUIRED_BY_LAW']
    basis: Literal['UNSPECIFIED', 'AUTHORISATION', 'PART2_CONSENT', 'LAW', 'OPERATIONS']
    disclose_time: str | None
    actor_id: str


class DisclosureIn(TypedDict):
    """What was given out, to whom, what for and on which ground."""

    disclosure_id: NotRequired[str | None]
    recipient_name: str
    recipient_address: NotRequired[str]
    contents: list[Literal['SCHEDULE', 'REGISTRY', 'BILLING', 'INTAKE', 'PART2']]
    purpose: Literal['CLIENT_REQUEST', 'TREATMENT', 'PAYMENT', 'LEGAL', 'PUBLIC_HEALTH', 'DANGER', 'REQUIRED_BY_LAW']
    basis: Literal['AUTHORISATION', 'PART2_CONSENT', 'LAW', 'OPERATIONS']
    disclose_time: str


class DismissalIn(TypedDict):
    """Why a follow-up is set aside."""

    reason: Literal['CLIENT_DECLINED', 'CARE_ENDED', 'REFERRED', 'ARRANGED_ELSEWHERE']


class DocumentIn(TypedDict):
    """A document that clients sign."""

    title: str
    text: str
    locale: NotRequired[str]
    is_due_first: NotRequired[bool]
    is_retired: NotRequired[bool]


class DryRunIn(TypedDict):
    """A span of the past."""

    steps: NotRequired[list[StepIn]]
    session_type_id: NotRequired[str | None]
    from_time: NotRequired[str | None]
    to_time: NotRequired[str | None]


class DryRunLine(TypedDict):
    """DryRunLine"""

    step: str
    reason: str
    count: int
    waited_count: int
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']


class DryRunWorkflowResponse(TypedDict):
    """DryRunWorkflowResponse"""

    appointment_count: int
    lines: list[DryRunLine]
    is_cut: bool


class Due(TypedDict):
    """Due"""

    due_id: str
    client_id: str
    form_id: str
    document_id: str
    is_before_first: bool
    state: Literal['UNSPECIFIED', 'OPEN', 'SETTLED', 'WAIVED']
    create_time: str | None


class DueIn(TypedDict):
    """What a client has to see to: exactly one of the two."""

    form_id: NotRequired[str | None]
    document_id: NotRequired[str | None]
    is_before_first: NotRequired[bool]


class EndIn(TypedDict):
    """What becomes of what is scheduled."""

    calls_off: NotRequired[bool]


class Equipment(TypedDict):
    """Equipment"""

    equipment_id: str
    site_id: str
    kind: str
    display_name: str
    etag: str


class EquipmentIn(TypedDict):
    """A piece of equipment at a site."""

    site_id: str
    kind: str
    display_name: str


class Erasure(TypedDict):
    """Erasure"""

    erasure_id: str
    client_id: str
    state: Literal['UNSPECIFIED', 'REQUESTED', 'ORDERED', 'ERASED', 'CANCELLED']
    request_actor_id: str
    request_time: str | None
    approve_actor_id: str
    approve_time: str | None
    parts: list[Part]
    certificate: str
    version: int


class ErasureIn(TypedDict):
    """Whose keys are to be destroyed."""

    client_id: str


class Exclusion(TypedDict):
    """Exclusion"""

    therapist_id: str
    code: str


class Exhibit(TypedDict):
    """Exhibit"""

    name: str
    value: str


class ExpiringLicence(TypedDict):
    """ExpiringLicence"""

    therapist_id: str
    licence: Licence | None
    is_expired: bool


class ExplainClientSlotResponse(TypedDict):
    """ExplainClientSlotResponse"""

    is_offered: bool
    rules: list[HidingRule]
    refusals: list[str]
    warnings: list[str]


class ExplainSlotResponse(TypedDict):
    """ExplainSlotResponse"""

    is_offered: bool
    rules: list[HidingRule]


class ExplanationIn(TypedDict):
    """A start to ask about."""

    therapist_id: str
    session_type_id: str
    local_start: str
    time_zone: str
    fold: NotRequired[Literal[0, 1, 2]]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    audiences: NotRequired[list[Literal['HIGH_NEED', 'ESTABLISHED', 'STANDING']]]


class Fee(TypedDict):
    """Fee"""

    fee_id: str
    client_id: str
    appointment_id: str
    kind: Literal['UNSPECIFIED', 'LATE_CANCEL', 'NO_SHOW']
    amount_minor: int
    currency: str
    state: Literal['UNSPECIFIED', 'PROPOSED', 'WAIVED', 'ACCEPTED']
    reason: Literal['UNSPECIFIED', 'FIRST_TIME', 'ILLNESS', 'CRISIS', 'INSURER_FORBIDS', 'UNDONE', 'PRACTICE_MISTAKE', 'HARDSHIP', 'GOODWILL']
    decide_actor_id: str
    create_time: str | None
    etag: str


class FeedIn(TypedDict):
    """A feed of one's own sessions."""

    label: NotRequired[Literal['BUSY', 'APPOINTMENT', 'REFERENCE']]
    expire_days: NotRequired[int]


class Fence(TypedDict):
    """Fence"""

    fence_id: str
    client_ids: list[str]
    site_id: str
    gap_min: int
    reason: Literal['UNSPECIFIED', 'COURT_ORDER', 'THREAT', 'CONFLICT']
    etag: str


class FenceIn(TypedDict):
    """Two clients who must not meet."""

    client_ids: list[str]
    site_id: NotRequired[str | None]
    gap_min: NotRequired[int]
    reason: Literal['COURT_ORDER', 'THREAT', 'CONFLICT']


class FindClientSlotsResponse(TypedDict):
    """FindClientSlotsResponse"""

    slots: list[Slot]
    next_cursor: str


class FindClientsResponse(TypedDict):
    """FindClientsResponse"""

    clients: list[Client]


class Finding(TypedDict):
    """Finding"""

    seq: int
    rule: str
    occur_time: str | None
    actor_id: str
    client_id: str
    explanation: str
    evidence_seq: int | None
    evidence_id: str
    case_id: str


class FindingIn(TypedDict):
    """What the review found."""

    finding: Literal['JUSTIFIED', 'VIOLATION']


class FitIn(TypedDict):
    """How well a therapist fits."""

    therapist_id: str
    rating: int


class FollowUp(TypedDict):
    """FollowUp"""

    follow_up_id: str
    client_id: str
    therapist_id: str
    kind: Literal['UNSPECIFIED', 'NEXT_SESSION', 'MEDICATION_CHECK', 'PROGRESS_REVIEW', 'REBOOKING', 'CADENCE']
    due_date: str
    state: Literal['UNSPECIFIED', 'OPEN', 'BOOKED', 'DISMISSED']
    dismiss_reason: Literal['UNSPECIFIED', 'CLIENT_DECLINED', 'CARE_ENDED', 'REFERRED', 'ARRANGED_ELSEWHERE', 'UNDONE']
    cause_appointment_id: str
    create_time: str | None
    etag: str
    prompt_time: str | None
    is_prompted: bool


class FollowUpRule(TypedDict):
    """FollowUpRule"""

    rule_id: str
    trigger: Literal['UNSPECIFIED', 'COMPLETED', 'LOST']
    session_type_id: str
    every_sessions: int
    kind: Literal['UNSPECIFIED', 'NEXT_SESSION', 'MEDICATION_CHECK', 'PROGRESS_REVIEW', 'REBOOKING', 'CADENCE']
    due_in_days: int
    answer_session_type_id: str
    lead_days: int
    etag: str


class FollowUpRuleIn(TypedDict):
    """What opens a follow-up."""

    trigger: Literal['COMPLETED', 'LOST']
    session_type_id: NotRequired[str | None]
    every_sessions: NotRequired[int]
    kind: Literal['NEXT_SESSION', 'MEDICATION_CHECK', 'PROGRESS_REVIEW', 'REBOOKING']
    due_in_days: int
    answer_session_type_id: NotRequired[str | None]
    lead_days: NotRequired[int]


class Form(TypedDict):
    """Form"""

    form_id: str
    version: int
    title: str
    locale: str
    items: list[FormItem]
    scores: list[FormScore]
    is_due_first: bool
    is_retired: bool
    source: str
    permission: str
    etag: str


class FormAnswer(TypedDict):
    """FormAnswer"""

    link_id: str
    values: list[str]


class FormBand(TypedDict):
    """FormBand"""

    least: int
    code: str


class FormCondition(TypedDict):
    """FormCondition"""

    link_id: str
    operator: Literal['UNSPECIFIED', 'EXISTS', 'EQUALS', 'NOT_EQUALS', 'GREATER', 'LESS']
    value: str


class FormIn(TypedDict):
    """A form in the shape of a FHIR Questionnaire."""

    title: str
    locale: NotRequired[str]
    items: list[ItemIn]
    scores: NotRequired[list[ScoreIn]]
    is_due_first: NotRequired[bool]
    is_retired: NotRequired[bool]
    source: NotRequired[str]
    permission: NotRequired[str]


class FormItem(TypedDict):
    """FormItem"""

    link_id: str
    text: str
    type: Literal['UNSPECIFIED', 'GROUP', 'DISPLAY', 'BOOLEAN', 'INTEGER', 'DECIMAL', 'DATE', 'STRING', 'TEXT', 'CHOICE', 'MULTI_CHOICE', 'INSTRUMENT']
    is_required: bool
    options: list[FormOption]
    enable_when: list[FormCondition]
    is_any_enough: bool
    items: list[FormItem]
    max_length: int
    least: float
    most: float
    least_is_set: bool
    most_is_set: bool
    side: Literal['UNSPECIFIED', 'CLIENT', 'GUARDIAN']
    prefill_key: str
    is_self_harm: bool
    instrument: str
    wording: Instrument | None


class FormOption(TypedDict):
    """FormOption"""

    code: str
    text: str
    score: int


class FormResponse(TypedDict):
    """FormResponse"""

    response_id: str
    client_id: str
    form_id: str
    form_version: int
    state: Literal['UNSPECIFIED', 'IN_PROGRESS', 'COMPLETED']
    answers: list[FormAnswer]
    scores: list[FormScored]
    enabled_link_ids: list[str]
    missing_link_ids: list[str]
    waits_for: Literal['UNSPECIFIED', 'CLIENT', 'GUARDIAN']
    flag_id: str
    create_time: str | None
    complete_time: str | None
    etag: str


class FormScore(TypedDict):
    """FormScore"""

    code: str
    link_ids: list[str]
    bands: list[FormBand]


class FormScored(TypedDict):
    """FormScored"""

    code: str
    total: int
    is_complete: bool
    band: str


class Gap(TypedDict):
    """Gap"""

    code: str
    excluded_count: int
    sole_count: int


class GetFairnessReportResponse(TypedDict):
    """GetFairnessReportResponse"""

    spread: LoadSpread | None
    groups: list[GroupWait]


class GetFeedbackReportResponse(TypedDict):
    """GetFeedbackReportResponse"""

    groups: list[CourseGroup]


class GetHiringReportResponse(TypedDict):
    """GetHiringReportResponse"""

    needs: list[HiringNeed]
    match_count: int
    unmatched_count: int


class GetOpeningResponse(TypedDict):
    """GetOpeningResponse"""

    opening: Opening | None
    offers: list[Offer]
    candidates: list[NextInLine]


class Group(TypedDict):
    """Group"""

    group_id: str
    display_name: str
    therapist_id: str
    co_therapist_ids: list[str]
    session_type_id: str
    is_open: bool
    needs_screening: bool
    min_seats: int
    decide_h: int
    etag: str
    version: int
    create_time: str | None
    is_self_bookable: bool


class GroupChangeIn(TypedDict):
    """From when on a group meets at another time."""

    original_start_local: NotRequired[str | None]
    local_start: str


class GroupIn(TypedDict):
    """On what terms a group meets."""

    display_name: str
    therapist_id: str
    co_therapist_ids: NotRequired[list[str]]
    session_type_id: str
    is_open: NotRequired[bool]
    needs_screening: NotRequired[bool]
    is_self_bookable: NotRequired[bool]
    min_seats: NotRequired[int]
    decide_h: NotRequired[int]


class GroupMember(TypedDict):
    """GroupMember"""

    group_id: str
    client_id: str
    state: Literal['UNSPECIFIED', 'SCREENING', 'ACTIVE', 'DECLINED', 'LEFT']
    create_time: str | None
    update_time: str | None


class GroupMemberIn(TypedDict):
    """Who comes onto the roster."""

    client_id: str


class GroupMoveIn(TypedDict):
    """Another time for a session."""

    local_start: str
    time_zone: str
    fold: NotRequired[int]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    reason: NotRequired[Literal['ILLNESS', 'CRISIS', 'CONFLICT', 'TRANSPORT', 'THERAPIST_ABSENT', 'PRACTICE', 'NOT_NEEDED'] | None]


class GroupOccurrence(TypedDict):
    """GroupOccurrence"""

    original_start_wall: WallTime | None
    fate: Literal['UNSPECIFIED', 'FREE', 'BOOKED', 'CONFLICT', 'PAUSED', 'DISMISSED']
    start_time: str | None
    group_session_id: str
    conflict: SeriesConflict | None


class GroupPlanIn(TypedDict):
    """When a group is to meet, time after time."""

    local_start: str
    time_zone: str
    rule: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    horizon_days: NotRequired[int]


class GroupRefusal(TypedDict):
    """GroupRefusal"""

    client_id: str
    reason: str


class GroupSeat(TypedDict):
    """GroupSeat"""

    appointment_id: str
    client_id: str
    state: Literal['UNSPECIFIED', 'BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION', 'COMPLETED', 'CANCELLED', 'NO_SHOW']


class GroupSeries(TypedDict):
    """GroupSeries"""

    group_series_id: str
    group_id: str
    plan: GroupSeriesPlan | None
    state: Literal['UNSPECIFIED', 'ACTIVE', 'ENDED', 'PAUSED']
    booked_until_date: str
    etag: str
    version: int
    create_time: str | None
    pause_from_date: str
    pause_to_date: str
    keeps_time: bool


class GroupSeriesIn(TypedDict):
    """A rule to meet by."""

    local_start: str
    time_zone: str
    rule: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    horizon_days: NotRequired[int]
    commit: NotRequired[Literal['ALL_OR_NONE', 'ALL_BUT_CONFLICTS']]


class GroupSeriesOutcome(TypedDict):
    """GroupSeriesOutcome"""

    series: GroupSeries | None
    occurrences: list[GroupOccurrence]
    conflict_count: int


class GroupSeriesPlan(TypedDict):
    """GroupSeriesPlan"""

    start_wall: WallTime | None
    rule: str
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    horizon_days: int


class GroupSession(TypedDict):
    """GroupSession"""

    group_session_id: str
    group_id: str
    state: Literal['UNSPECIFIED', 'SCHEDULED', 'CANCELLED']
    therapist_id: str
    co_therapist_ids: list[str]
    session_type_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    room_id: str
    min_seats: int
    decide_time: str | None
    seats: list[GroupSeat]
    etag: str
    version: int
    group_series_id: str


class GroupSessionIn(TypedDict):
    """When a group meets."""

    local_start: str
    time_zone: str
    fold: NotRequired[int]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    original_start_local: NotRequired[str | None]


class GroupWait(TypedDict):
    """GroupWait"""

    group: str
    client_count: int
    placed_count: int
    mean_wait_days: float


class HidingRule(TypedDict):
    """HidingRule"""

    rule: Literal['UNSPECIFIED', 'PAST', 'CLOSURE', 'TIME_OFF', 'OVERRIDE', 'HOLIDAY', 'TRAVEL', 'OUTSIDE_HOURS', 'MODALITY', 'GRID', 'TYPE_NOT_GIVEN', 'NOT_SELF_BOOKABLE', 'SAME_DAY', 'NOTICE', 'HORIZON', 'TAKEN', 'BUFFER', 'NO_ROOM', 'RESERVED', 'PRIORITY_WINDOW', 'CAP']
    words: str
    is_for_clients_only: bool
    source_id: str
    interval: Interval | None


class HiringNeed(TypedDict):
    """HiringNeed"""

    binding_rule: str
    facts: list[str]
    count: int


class Holiday(TypedDict):
    """Holiday"""

    local_date: str
    display_name: str


class HolidayCalendar(TypedDict):
    """HolidayCalendar"""

    site_id: str
    country: str
    subdivision: str
    worked_dates: list[str]
    etag: str


class HolidayCalendarIn(TypedDict):
    """Which public holidays are kept."""

    country: str
    subdivision: NotRequired[str]
    worked_dates: NotRequired[list[str]]


class ImportTherapistProfilesResponse(TypedDict):
    """ImportTherapistProfilesResponse"""

    rows: list[ImportedProfile]
    stored_count: int


class ImportedProfile(TypedDict):
    """ImportedProfile"""

    row: int
    therapist_id: str
    reason: str
    message: str


class ImportedProfileIn(TypedDict):
    """One row of an import."""

    display_name: str
    licensed_regions: NotRequired[list[str]]
    licences: NotRequired[list[LicenceIn]]
    privileges: NotRequired[list[PrivilegeIn]]
    credentials: NotRequired[list[str]]
    specialties: NotRequired[list[str]]
    approaches: NotRequired[list[str]]
    populations: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    insurers: NotRequired[list[str]]
    plans: NotRequired[list[str]]
    accessibility: NotRequired[list[str]]
    site_ids: NotRequired[list[str]]
    attributes: NotRequired[list[str]]
    youngest_age: int
    oldest_age: int
    modalities: NotRequired[list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]]
    is_accepting: bool
    capacity: int
    panel_min: NotRequired[int]
    experience_years: NotRequired[int]
    strengths: NotRequired[list[StrengthIn]]
    therapist_id: NotRequired[str | None]


class InboxEntry(TypedDict):
    """InboxEntry"""

    message: Message | None
    start_local: str
    time_zone: str
    read_time: str | None


class InclusionProof(TypedDict):
    """InclusionProof"""

    seq: int
    tree_size: int
    hashes: list[str]


class Instrument(TypedDict):
    """Instrument"""

    code: str
    locale: str
    preamble: str
    items: list[InstrumentItem]
    options: list[str]
    source: str
    permission: str
    version: int
    etag: str


class InstrumentItem(TypedDict):
    """InstrumentItem"""

    link_id: str
    loinc: str
    text: str
    is_self_harm: bool
    options: list[str]
    needs_link_id: str


class Intake(TypedDict):
    """Intake"""

    intake_id: str
    client_id: str
    need: Need | None
    priority: Literal['UNSPECIFIED', 'ROUTINE', 'HIGH', 'URGENT']
    state: Literal['UNSPECIFIED', 'WAITING', 'PROPOSED', 'PLACED', 'WITHDRAWN']
    create_time: str | None
    etag: str


class IntakeIn(TypedDict):
    """Who waits, for whom, and how soon."""

    need: NeedIn
    priority: NotRequired[Literal['ROUTINE', 'HIGH', 'URGENT'] | None]


class Interval(TypedDict):
    """Interval"""

    start_time: str | None
    end_time: str | None


class Invitation(TypedDict):
    """Invitation"""

    invitation_id: str
    client_id: str
    code: str
    expire_time: str | None


class InvitationIn(TypedDict):
    """How an invitation reaches whom it is for."""

    channel: NotRequired[Literal['EMAIL'] | None]


class ItemAnswerIn(TypedDict):
    """One answer."""

    link_id: str
    value: int


class ItemIn(TypedDict):
    """A section, a text or a question."""

    link_id: str
    type: Literal['GROUP', 'DISPLAY', 'BOOLEAN', 'INTEGER', 'DECIMAL', 'DATE', 'STRING', 'TEXT', 'CHOICE', 'MULTI_CHOICE', 'INSTRUMENT']
    text: NotRequired[str]
    is_required: NotRequired[bool]
    options: NotRequired[list[OptionIn]]
    enable_when: NotRequired[list[ConditionIn]]
    is_any_enough: NotRequired[bool]
    items: NotRequired[list[ItemIn]]
    max_length: NotRequired[int]
    least: NotRequired[float]
    most: NotRequired[float]
    least_is_set: NotRequired[bool]
    most_is_set: NotRequired[bool]
    side: NotRequired[Literal['CLIENT', 'GUARDIAN'] | None]
    prefill_key: NotRequired[str]
    is_self_harm: NotRequired[bool]
    instrument: NotRequired[Literal['', 'PHQ-9', 'GAD-7', 'C-SSRS']]


class JoinAppointmentResponse(TypedDict):
    """JoinAppointmentResponse"""

    url: str
    expire_time: str | None
    is_moderator: bool


class KeepIn(TypedDict):
    """Why an appointment takes place as agreed."""

    reason: Literal['THERAPIST_COMES', 'ARRANGED']


class LegalHold(TypedDict):
    """LegalHold"""

    hold_id: str
    client_id: str
    reason: Literal['UNSPECIFIED', 'LITIGATION', 'INVESTIGATION', 'REGULATOR', 'CLIENT_REQUEST', 'MINOR']
    reference: str
    set_actor_id: str
    set_time: str | None
    lift_actor_id: str
    lift_time: str | None
    version: int


class LegalHoldIn(TypedDict):
    """What must not be destroyed, and why."""

    client_id: NotRequired[str | None]
    reason: Literal['LITIGATION', 'INVESTIGATION', 'REGULATOR', 'CLIENT_REQUEST', 'MINOR']
    reference: NotRequired[str]


class Licence(TypedDict):
    """Licence"""

    region: str
    expire_date: str
    verify_actor_id: str
    verify_time: str | None


class LicenceIn(TypedDict):
    """Leave to practise in one state."""

    region: str
    expire_date: NotRequired[str]


class ListAbsenceCasesResponse(TypedDict):
    """ListAbsenceCasesResponse"""

    cases: list[AbsenceCase]
    next_cursor: str


class ListAbsenceItemsResponse(TypedDict):
    """ListAbsenceItemsResponse"""

    items: list[AbsenceItem]
    next_cursor: str


class ListAbsenceOffersResponse(TypedDict):
    """ListAbsenceOffersResponse"""

    offers: list[AbsenceOffer]
    next_cursor: str


class ListAbsencesResponse(TypedDict):
    """ListAbsencesResponse"""

    absences: list[Absence]
    next_cursor: str


class ListAccountsResponse(TypedDict):
    """ListAccountsResponse"""

    accounts: list[Account]
    next_cursor: str


class ListAffectedAppointmentsResponse(TypedDict):
    """ListAffectedAppointmentsResponse"""

    affected: list[AffectedAppointment]
    next_cursor: str


class ListAlarmsResponse(TypedDict):
    """ListAlarmsResponse"""

    alarms: list[Alarm]
    next_cursor: str


class ListAppointmentChangesResponse(TypedDict):
    """ListAppointmentChangesResponse"""

    client_id: str
    changes: list[AppointmentChange]


class ListAppointmentsResponse(TypedDict):
    """ListAppointmentsResponse"""

    appointments: list[Appointment]
    next_cursor: str


class ListAuthorisationsResponse(TypedDict):
    """ListAuthorisationsResponse"""

    authorisations: list[Authorisation]
    next_cursor: str


class ListBatchOperationsResponse(TypedDict):
    """ListBatchOperationsResponse"""

    operations: list[BatchOperation]
    next_cursor: str


class ListBreakGlassesResponse(TypedDict):
    """ListBreakGlassesResponse"""

    break_glasses: list[BreakGlass]
    next_cursor: str


class ListCadencesResponse(TypedDict):
    """ListCadencesResponse"""

    cadences: list[Cadence]
    next_cursor: str


class ListCalendarFeedsResponse(TypedDict):
    """ListCalendarFeedsResponse"""

    feeds: list[CalendarFeed]
    next_cursor: str


class ListCareTeamResponse(TypedDict):
    """ListCareTeamResponse"""

    members: list[CareTeamMember]
    next_cursor: str


class ListCareThreadsResponse(TypedDict):
    """ListCareThreadsResponse"""

    threads: list[Thread]
    next_cursor: str


class ListCasesResponse(TypedDict):
    """ListCasesResponse"""

    cases: list[Case]
    next_cursor: str


class ListClientAccessesResponse(TypedDict):
    """ListClientAccessesResponse"""

    accesses: list[ClientAccess]
    next_cursor: str


class ListClosuresResponse(TypedDict):
    """ListClosuresResponse"""

    closures: list[Closure]
    next_cursor: str


class ListConsentDocumentsResponse(TypedDict):
    """ListConsentDocumentsResponse"""

    documents: list[ConsentDocument]
    next_cursor: str


class ListConsentSignaturesResponse(TypedDict):
    """ListConsentSignaturesResponse"""

    signatures: list[ConsentSignature]
    next_cursor: str


class ListConsentsResponse(TypedDict):
    """ListConsentsResponse"""

    consents: list[Consent]
    next_cursor: str


class ListContactAddressesResponse(TypedDict):
    """ListContactAddressesResponse"""

    addresses: list[ContactAddress]
    next_cursor: str


class ListCrisisFlagsResponse(TypedDict):
    """ListCrisisFlagsResponse"""

    flags: list[CrisisFlag]
    next_cursor: str


class ListDeliveriesResponse(TypedDict):
    """ListDeliveriesResponse"""

    deliveries: list[Delivery]
    next_cursor: str


class ListDetachmentsResponse(TypedDict):
    """ListDetachmentsResponse"""

    detachments: list[Detachment]
    next_cursor: str


class ListDetectionRulesResponse(TypedDict):
    """ListDetectionRulesResponse"""

    rules: list[DetectionRule]
    next_cursor: str


class ListDigestsResponse(TypedDict):
    """ListDigestsResponse"""

    digests: list[Digest]
    next_cursor: str


class ListDisclosuresResponse(TypedDict):
    """ListDisclosuresResponse"""

    disclosures: list[Disclosure]
    next_cursor: str


class ListDuesResponse(TypedDict):
    """ListDuesResponse"""

    dues: list[Due]
    next_cursor: str


class ListEquipmentResponse(TypedDict):
    """ListEquipmentResponse"""

    equipment: list[Equipment]
    next_cursor: str


class ListErasuresResponse(TypedDict):
    """ListErasuresResponse"""

    erasures: list[Erasure]
    next_cursor: str


class ListExpiringLicencesResponse(TypedDict):
    """ListExpiringLicencesResponse"""

    licences: list[ExpiringLicence]
    next_cursor: str


class ListFeesResponse(TypedDict):
    """ListFeesResponse"""

    fees: list[Fee]
    next_cursor: str


class ListFencesResponse(TypedDict):
    """ListFencesResponse"""

    fences: list[Fence]
    next_cursor: str


class ListFindingsResponse(TypedDict):
    """ListFindingsResponse"""

    findings: list[Finding]
    next_cursor: str


class ListFollowUpRulesResponse(TypedDict):
    """ListFollowUpRulesResponse"""

    rules: list[FollowUpRule]
    next_cursor: str


class ListFollowUpsResponse(TypedDict):
    """ListFollowUpsResponse"""

    follow_ups: list[FollowUp]
    next_cursor: str


class ListFormResponsesResponse(TypedDict):
    """ListFormResponsesResponse"""

    responses: list[FormResponse]
    next_cursor: str


class ListFormsResponse(TypedDict):
    """ListFormsResponse"""

    forms: list[Form]
    next_cursor: str


class ListGroupMembersResponse(TypedDict):
    """ListGroupMembersResponse"""

    members: list[GroupMember]
    next_cursor: str


class ListGroupOccurrencesResponse(TypedDict):
    """ListGroupOccurrencesResponse"""

    occurrences: list[GroupOccurrence]
    next_cursor: str


class ListGroupSessionsResponse(TypedDict):
    """ListGroupSessionsResponse"""

    sessions: list[GroupSession]
    next_cursor: str


class ListGroupsResponse(TypedDict):
    """ListGroupsResponse"""

    groups: list[Group]
    next_cursor: str


class ListHolidayCalendarsResponse(TypedDict):
    """ListHolidayCalendarsResponse"""

    holiday_calendars: list[HolidayCalendar]
    next_cursor: str


class ListHolidaysResponse(TypedDict):
    """ListHolidaysResponse"""

    holidays: list[Holiday]
    next_cursor: str


class ListInboxResponse(TypedDict):
    """ListInboxResponse"""

    entries: list[InboxEntry]
    next_cursor: str


class ListIntakesResponse(TypedDict):
    """ListIntakesResponse"""

    intakes: list[Intake]
    next_cursor: str


class ListLegalHoldsResponse(TypedDict):
    """ListLegalHoldsResponse"""

    legal_holds: list[LegalHold]
    next_cursor: str


class ListMessagesResponse(TypedDict):
    """ListMessagesResponse"""

    messages: list[Message]
    next_cursor: str


class ListNudgesResponse(TypedDict):
    """ListNudgesResponse"""

    nudges: list[Nudge]
    next_cursor: str


class ListOffersResponse(TypedDict):
    """ListOffersResponse"""

    offers: list[Offer]
    next_cursor: str


class ListOnCallContactsResponse(TypedDict):
    """ListOnCallContactsResponse"""

    contacts: list[OnCallContact]
    next_cursor: str


class ListOpenGroupSessionsResponse(TypedDict):
    """ListOpenGroupSessionsResponse"""

    sessions: list[OpenGroupSession]
    next_cursor: str


class ListOpeningsResponse(TypedDict):
    """ListOpeningsResponse"""

    openings: list[Opening]
    next_cursor: str


class ListOverridesResponse(TypedDict):
    """ListOverridesResponse"""

    overrides: list[DateOverride]
    next_cursor: str


class ListPagesResponse(TypedDict):
    """ListPagesResponse"""

    pages: list[Page]
    next_cursor: str


class ListPlacementsResponse(TypedDict):
    """ListPlacementsResponse"""

    placements: list[Placement]
    next_cursor: str


class ListPoliciesResponse(TypedDict):
    """ListPoliciesResponse"""

    policies: list[Policy]
    next_cursor: str


class ListPostsResponse(TypedDict):
    """ListPostsResponse"""

    posts: list[Post]
    next_cursor: str


class ListPriorityWindowsResponse(TypedDict):
    """ListPriorityWindowsResponse"""

    windows: list[PriorityWindow]
    next_cursor: str


class ListProposalsResponse(TypedDict):
    """ListProposalsResponse"""

    proposals: list[Proposal]
    next_cursor: str


class ListProxiesResponse(TypedDict):
    """ListProxiesResponse"""

    proxies: list[Proxy]
    next_cursor: str
    is_confidential: bool


class ListRepliesResponse(TypedDict):
    """ListRepliesResponse"""

    replies: list[Reply]
    next_cursor: str


class ListReportsResponse(TypedDict):
    """ListReportsResponse"""

    reports: list[ReportDescription]
    next_cursor: str


class ListRequirementsResponse(TypedDict):
    """ListRequirementsResponse"""

    requirements: list[Requirement]
    next_cursor: str


class ListReservationsResponse(TypedDict):
    """ListReservationsResponse"""

    reservations: list[Reservation]
    next_cursor: str


class ListRoomsResponse(TypedDict):
    """ListRoomsResponse"""

    rooms: list[Room]
    next_cursor: str


class ListSchedulesResponse(TypedDict):
    """ListSchedulesResponse"""

    schedules: list[Schedule]
    next_cursor: str


class ListScreeningsResponse(TypedDict):
    """ListScreeningsResponse"""

    screenings: list[Screening]
    next_cursor: str


class ListSeriesConflictsResponse(TypedDict):
    """ListSeriesConflictsResponse"""

    occurrences: list[SeriesOccurrence]
    next_cursor: str


class ListSeriesOccurrencesResponse(TypedDict):
    """ListSeriesOccurrencesResponse"""

    client_id: str
    occurrences: list[SeriesOccurrence]
    next_cursor: str


class ListSeriesResponse(TypedDict):
    """ListSeriesResponse"""

    series: list[Series]
    next_cursor: str


class ListSessionTypesResponse(TypedDict):
    """ListSessionTypesResponse"""

    session_types: list[SessionType]
    next_cursor: str


class ListSitesResponse(TypedDict):
    """ListSitesResponse"""

    sites: list[Site]
    next_cursor: str


class ListStaffMembersResponse(TypedDict):
    """ListStaffMembersResponse"""

    staff_members: list[StaffMember]
    next_cursor: str


class ListTemplatesResponse(TypedDict):
    """ListTemplatesResponse"""

    templates: list[MessageTemplate]
    next_cursor: str


class ListTherapistProfilesResponse(TypedDict):
    """ListTherapistProfilesResponse"""

    therapist_profiles: list[TherapistProfile]
    next_cursor: str


class ListThreadsResponse(TypedDict):
    """ListThreadsResponse"""

    threads: list[Thread]
    next_cursor: str


class ListTimeOffsResponse(TypedDict):
    """ListTimeOffsResponse"""

    time_offs: list[TimeOff]
    next_cursor: str


class ListTravelTimesResponse(TypedDict):
    """ListTravelTimesResponse"""

    travel_times: list[TravelTime]
    next_cursor: str


class ListTravelsResponse(TypedDict):
    """ListTravelsResponse"""

    travels: list[Travel]
    next_cursor: str


class ListWebhookDeliveriesResponse(TypedDict):
    """ListWebhookDeliveriesResponse"""

    deliveries: list[WebhookDelivery]
    next_cursor: str


class ListWebhooksResponse(TypedDict):
    """ListWebhooksResponse"""

    webhooks: list[Webhook]
    next_cursor: str


class ListWishesResponse(TypedDict):
    """ListWishesResponse"""

    wishes: list[Wish]
    next_cursor: str


class ListWorkflowVersionsResponse(TypedDict):
    """ListWorkflowVersionsResponse"""

    workflows: list[Workflow]
    next_cursor: str


class LoadSpread(TypedDict):
    """LoadSpread"""

    gini_ratio: float
    jain_ratio: float
    idle_therapist_ids: list[str]
    most_count: int


class Match(TypedDict):
    """Match"""

    match_id: str
    client_id: str
    candidates: list[Candidate]
    exclusions: list[Exclusion]
    binding_rule: str
    weights_version: str
    create_time: str | None
    gaps: list[Gap]
    previous_match_id: str
    changes: list[MatchChange]


class MatchChange(TypedDict):
    """MatchChange"""

    therapist_id: str
    previous_place: int
    place: int
    previous_code: str
    code: str


class MatchIn(TypedDict):
    """Whom a client needs, and the run that is contested."""

    client_id: str
    region: NotRequired[str]
    specialties: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    insurer: NotRequired[str]
    age: NotRequired[int]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    session_type_id: NotRequired[str | None]
    approaches: NotRequired[list[str]]
    populations: NotRequired[list[str]]
    plan: NotRequired[str]
    accessibility: NotRequired[list[str]]
    preferences: NotRequired[list[PreferenceIn]]
    previous_therapist_id: NotRequired[str | None]
    excluded_therapist_ids: NotRequired[list[str]]
    site_ids: NotRequired[list[str]]
    parts_of_day: NotRequired[list[Literal['MORNING', 'AFTERNOON', 'EVENING']]]
    time_zone: NotRequired[str]
    weekly_min: NotRequired[int]
    previous_match_id: NotRequired[str | None]
    locale: NotRequired[str]


class MatchRules(TypedDict):
    """MatchRules"""

    version: str
    weights: Weights | None
    compacts: list[Compact]
    load_weight: int
    accept_window_h: int
    ageing_weeks: int
    etag: str
    actor_id: str


class MatchRulesIn(TypedDict):
    """How the practice matches from the next run on."""

    weights: WeightsIn
    compacts: NotRequired[list[CompactIn]]
    load_weight: NotRequired[int]
    accept_window_h: NotRequired[int]
    ageing_weeks: NotRequired[int]


class Message(TypedDict):
    """Message"""

    message_id: str
    client_id: str
    appointment_id: str
    kind: Literal['UNSPECIFIED', 'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER', 'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING', 'CONTACT_CODE', 'CONTACT_CHANGED', 'PROPOSAL', 'ABSENCE_OFFER', 'INVITATION']
    state: Literal['UNSPECIFIED', 'PLANNED', 'SENT', 'SUPPRESSED', 'FAILED', 'SENDING']
    reason: str
    due_time: str | None
    send_time: str | None
    attempts: int
    step: str
    about: Literal['UNSPECIFIED', 'APPOINTMENT', 'OFFER', 'FOLLOW_UP', 'FORM', 'NUDGE', 'THREAD', 'CONTACT', 'MATCH', 'ABSENCE']
    urgency: Literal['UNSPECIFIED', 'TRANSACTIONAL', 'ROUTINE', 'CRISIS']
    channels: list[Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']]
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    guardian_id: str
    template_key: str
    template_version: int
    workflow_version: int


class MessageReport(TypedDict):
    """MessageReport"""

    steps: list[StepCounts]
    reasons: list[ReasonCount]
    open_reply_count: int


class MessageSettings(TypedDict):
    """MessageSettings"""

    version: int
    sender_label: str
    phone: str
    quiet_from: str
    quiet_to: str
    forbidden_words: list[str]
    texts_a_day: int
    texts_a_week: int
    mails_a_day: int
    mails_a_week: int


class MessageSettingsIn(TypedDict):
    """How messages look and when they may come."""

    version: NotRequired[int]
    sender_label: NotRequired[str]
    phone: NotRequired[str]
    quiet_from: NotRequired[str]
    quiet_to: NotRequired[str]
    forbidden_words: NotRequired[list[str]]
    texts_a_day: NotRequired[int]
    texts_a_week: NotRequired[int]
    mails_a_day: NotRequired[int]
    mails_a_week: NotRequired[int]


class MessageTemplate(TypedDict):
    """MessageTemplate"""

    template_key: str
    locale: str
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    subject: str
    body: str
    version: int


class MoveIn(TypedDict):
    """Another time for an appointment."""

    local_start: str
    time_zone: str
    fold: NotRequired[Literal[0, 1, 2]]
    therapist_id: NotRequired[str | None]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    reason: NotRequired[Literal['ILLNESS', 'CRISIS', 'CONFLICT', 'TRANSPORT', 'THERAPIST_ABSENT', 'PRACTICE', 'NOT_NEEDED'] | None]
    override_reason: NotRequired[str]


class Need(TypedDict):
    """Need"""

    client_id: str
    region: str
    specialties: list[str]
    languages: list[str]
    insurer: str
    age: int
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    session_type_id: str
    approaches: list[str]
    populations: list[str]
    plan: str
    accessibility: list[str]
    preferences: list[Preference]
    previous_therapist_id: str
    excluded_therapist_ids: list[str]
    site_ids: list[str]
    parts_of_day: list[Literal['UNSPECIFIED', 'MORNING', 'AFTERNOON', 'EVENING']]
    time_zone: str
    weekly_min: int


class NeedIn(TypedDict):
    """Whom a client needs; codes only."""

    client_id: str
    region: NotRequired[str]
    specialties: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    insurer: NotRequired[str]
    age: NotRequired[int]
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    session_type_id: NotRequired[str | None]
    approaches: NotRequired[list[str]]
    populations: NotRequired[list[str]]
    plan: NotRequired[str]
    accessibility: NotRequired[list[str]]
    preferences: NotRequired[list[PreferenceIn]]
    previous_therapist_id: NotRequired[str | None]
    excluded_therapist_ids: NotRequired[list[str]]
    site_ids: NotRequired[list[str]]
    parts_of_day: NotRequired[list[Literal['MORNING', 'AFTERNOON', 'EVENING']]]
    time_zone: NotRequired[str]
    weekly_min: NotRequired[int]


class NextInLine(TypedDict):
    """NextInLine"""

    wish_id: str
    client_id: str
    reason: OfferReason | None


class Nudge(TypedDict):
    """Nudge"""

    nudge_id: str
    client_id: str
    trigger: str
    wall_time: str
    every_days: int
    from_date: str
    until_date: str
    next_time: str | None
    is_ended: bool


class NudgeIn(TypedDict):
    """What is said again and again until it ends."""

    trigger: Literal['MEDICATION', 'CHECK_IN', 'FORM_DUE']
    wall_time: str
    every_days: int
    from_date: str
    until_date: str


class OccurrenceScope(TypedDict):
    """How much of a series is meant."""

    scope: Literal['THIS', 'FOLLOWING', 'ALL']
    original_start_local: NotRequired[str | None]


class Offer(TypedDict):
    """Offer"""

    offer_id: str
    opening_id: str
    wish_id: str
    client_id: str
    therapist_id: str
    session_type_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    state: Literal['UNSPECIFIED', 'PREPARED', 'MADE', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'TAKEN', 'WITHDRAWN', 'PASSED_OVER']
    expire_time: str | None
    is_batch: bool
    reason: OfferReason | None
    pass_reason: str
    make_time: str | None
    close_time: str | None
    etag: str


class OfferAffectedResponse(TypedDict):
    """OfferAffectedResponse"""

    asked_count: int
    passed_count: int


class OfferReason(TypedDict):
    """OfferReason"""

    waited_days: float
    urgency: Literal['UNSPECIFIED', 'ROUTINE', 'SOON', 'URGENT']
    urgency_days: float
    fit_days: float
    fits: list[str]
    place: int
    fitting_count: int
    words: str


class OffersIn(TypedDict):
    """Whom to offer what."""

    appointment_ids: NotRequired[list[str]]
    kinds: list[Literal['COVER', 'VIDEO', 'OTHER_TIME']]
    answer_h: NotRequired[int]


class OnCallContact(TypedDict):
    """OnCallContact"""

    contact_id: str
    level: int
    email: str
    locale: str
    is_active: bool
    duty: str


class OnCallContactIn(TypedDict):
    """Somebody of the staff who is paged."""

    level: int
    email: str
    locale: NotRequired[Literal['en', 'es']]
    is_active: NotRequired[bool]
    duty: NotRequired[Literal['crisis', 'compliance', 'care', 'desk']]


class OpenGroupSession(TypedDict):
    """OpenGroupSession"""

    group_session_id: str
    group_id: str
    display_name: str
    therapist_ids: list[str]
    session_type_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    needs_screening: bool


class Opening(TypedDict):
    """Opening"""

    opening_id: str
    cause: Literal['UNSPECIFIED', 'CANCELLED', 'MOVED']
    appointment_id: str
    therapist_id: str
    session_type_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    state: Literal['UNSPECIFIED', 'WAITING', 'OFFERING', 'FILLED', 'UNDONE', 'GIVEN_BACK', 'LOST', 'REGAINED']
    close_reason: str
    create_time: str | None
    close_time: str | None
    look_time: str | None
    etag: str


class OptionIn(TypedDict):
    """One option of a choice."""

    code: str
    text: str
    score: NotRequired[int]


class OverrideIn(TypedDict):
    """Other hours for one date: in the place of all others, or beside them."""

    kind: Literal['REPLACE', 'EXTEND']
    hours: list[DayHoursIn]


class Page(TypedDict):
    """Page"""

    flag_id: str
    raise_time: str | None
    rounds: int
    end_time: str | None
    reached: int


class Part(TypedDict):
    """Part"""

    service: str
    keys_destroyed: int
    erase_time: str | None


class ParticularsIn(TypedDict):
    """Who a client is, and where the registry finds them."""

    given_name: str
    family_name: str
    birth_date: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    time_zone: str


class PauseIn(TypedDict):
    """A stretch without sessions."""

    from_date: str
    to_date: str
    keeps_time: bool


class Placement(TypedDict):
    """Placement"""

    client_id: str
    therapist_id: str
    fit_ratio: float
    proposal_id: str
    best_therapist_id: str
    lost_fit_ratio: float
    binding_rule: str


class PlannedWords(TypedDict):
    """PlannedWords"""

    step: str
    kind: Literal['UNSPECIFIED', 'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER', 'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING', 'CONTACT_CODE', 'CONTACT_CHANGED', 'PROPOSAL', 'ABSENCE_OFFER', 'INVITATION']
    due_time: str | None
    reason: str
    is_for_guardian: bool
    channels: list[Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']]
    rendered: list[RenderedTemplate]


class Policy(TypedDict):
    """Policy"""

    session_type_id: str
    late_cancel_h: int
    late_cancel_fee_minor: int
    no_show_fee_minor: int
    currency: str
    forgives_first: bool
    forgives_illness: bool
    forgives_crisis: bool
    confirm_by_h: int
    card: Literal['UNSPECIFIED', 'FLAG', 'REFUSE']
    consent: Literal['UNSPECIFIED', 'FLAG', 'REFUSE']
    visits: Literal['UNSPECIFIED', 'FLAG', 'REFUSE']
    etag: str


class PolicyIn(TypedDict):
    """What a practice agrees with its clients."""

    session_type_id: NotRequired[str | None]
    late_cancel_h: NotRequired[int]
    late_cancel_fee_minor: NotRequired[int]
    no_show_fee_minor: NotRequired[int]
    currency: NotRequired[str]
    forgives_first: NotRequired[bool]
    forgives_illness: NotRequired[bool]
    forgives_crisis: NotRequired[bool]
    confirm_by_h: NotRequired[int]
    card: NotRequired[Literal['UNSPECIFIED', 'FLAG', 'REFUSE']]
    consent: NotRequired[Literal['UNSPECIFIED', 'FLAG', 'REFUSE']]
    visits: NotRequired[Literal['UNSPECIFIED', 'FLAG', 'REFUSE']]


class Post(TypedDict):
    """Post"""

    post_id: str
    thread_id: str
    client_id: str
    side: Literal['UNSPECIFIED', 'CLIENT', 'CARE_TEAM']
    author_id: str
    words: str
    attachments: list[Attachment]
    create_time: str | None
    read_time: str | None


class PostIn(TypedDict):
    """Something to write."""

    words: str
    attachment_ids: NotRequired[list[str]]


class Preference(TypedDict):
    """Preference"""

    attribute: str
    importance: Literal['UNSPECIFIED', 'MUST', 'WANT']


class PreferenceIn(TypedDict):
    """What a client would like of a therapist's style or identity."""

    attribute: str
    importance: Literal['MUST', 'WANT']


class PreflightGroupSeriesResponse(TypedDict):
    """PreflightGroupSeriesResponse"""

    occurrences: list[GroupOccurrence]
    conflict_count: int


class PreflightSeriesResponse(TypedDict):
    """PreflightSeriesResponse"""

    occurrences: list[SeriesOccurrence]
    conflict_count: int


class PreviewAbsenceResponse(TypedDict):
    """PreviewAbsenceResponse"""

    items: list[AbsenceItem]


class PreviewTemplateResponse(TypedDict):
    """PreviewTemplateResponse"""

    rendered: list[RenderedTemplate]


class PreviewWorkflowResponse(TypedDict):
    """PreviewWorkflowResponse"""

    messages: list[PlannedWords]


class PriorityWindow(TypedDict):
    """PriorityWindow"""

    window_id: str
    therapist_id: str
    session_type_id: str
    audiences: list[Literal['UNSPECIFIED', 'HIGH_NEED', 'ESTABLISHED', 'STANDING']]
    open_days: int
    etag: str


class PriorityWindowIn(TypedDict):
    """Hours that only some may book until so many days before."""

    therapist_id: NotRequired[str | None]
    session_type_id: NotRequired[str | None]
    audiences: list[Literal['HIGH_NEED', 'ESTABLISHED', 'STANDING']]
    open_days: int


class Privilege(TypedDict):
    """Privilege"""

    compact: str
    expire_date: str


class PrivilegeIn(TypedDict):
    """Leave to practise in all states of a compact."""

    compact: str
    expire_date: NotRequired[str]


class Problem(TypedDict):
    """RFC 9457."""

    type: Literal['/problems/account-linked', '/problems/already-exists', '/problems/audit-lagging', '/problems/audit-unavailable', '/problems/body-too-large', '/problems/client-exists', '/problems/client-overlap', '/problems/foreign-site', '/problems/fresh-sign-in-needed', '/problems/head-too-large', '/problems/idempotency-key-missing', '/problems/idempotency-key-reused', '/problems/internal', '/problems/interval-reversed', '/problems/invitation-wrong', '/problems/link-expired', '/problems/link-unknown', '/problems/malformed', '/problems/merge-patch-needed', '/problems/method-not-allowed', '/problems/move-pending', '/problems/not-allowed', '/problems/not-found', '/problems/offer-closed', '/problems/offer-expired', '/problems/offer-taken', '/problems/outside-policy', '/problems/personal-data-in-url', '/problems/precondition-required', '/problems/proof-invalid', '/problems/proof-nonce-needed', '/problems/rate-limited', '/problems/rule-violated', '/problems/seats-taken', '/problems/series-conflicts', '/problems/session-ended', '/problems/sessions-unavailable', '/problems/sign-in-failed', '/problems/sign-in-interrupted', '/problems/slot-in-past', '/problems/slot-not-offered', '/problems/slot-taken', '/problems/state-forbids', '/problems/time-ambiguous', '/problems/time-does-not-exist', '/problems/time-zone-unknown', '/problems/timed-out', '/problems/token-expired', '/problems/too-slow', '/problems/unauthenticated', '/problems/unavailable', '/problems/url-too-long', '/problems/version-conflict']
    title: str
    status: int
    detail: NotRequired[str]
    reason: NotRequired[str]
    errors: NotRequired[list[dict[str, Any]]]
    alternatives: NotRequired[list[Slot]]
    conflicts: NotRequired[list[SeriesOccurrence]]
    current: NotRequired[dict[str, Any]]


class ProfileIn(TypedDict):
    """What clients and the matching may know of a therapist."""

    display_name: str
    licensed_regions: NotRequired[list[str]]
    licences: NotRequired[list[LicenceIn]]
    privileges: NotRequired[list[PrivilegeIn]]
    credentials: NotRequired[list[str]]
    specialties: NotRequired[list[str]]
    approaches: NotRequired[list[str]]
    populations: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    insurers: NotRequired[list[str]]
    plans: NotRequired[list[str]]
    accessibility: NotRequired[list[str]]
    site_ids: NotRequired[list[str]]
    attributes: NotRequired[list[str]]
    youngest_age: int
    oldest_age: int
    modalities: NotRequired[list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]]
    is_accepting: bool
    capacity: int
    panel_min: NotRequired[int]
    experience_years: NotRequired[int]
    strengths: NotRequired[list[StrengthIn]]


class ProfilesIn(TypedDict):
    """Profiles to create or replace, all or none."""

    therapist_profiles: list[ImportedProfileIn]
    is_dry_run: NotRequired[bool]


class Proposal(TypedDict):
    """Proposal"""

    proposal_id: str
    client_id: str
    therapist_id: str
    intake_id: str
    batch_id: str
    match_id: str
    fit_ratio: float
    state: Literal['UNSPECIFIED', 'OPEN', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN']
    expire_time: str | None
    create_time: str | None
    appointment_id: str
    declined_by: Literal['UNSPECIFIED', 'CLIENT', 'THERAPIST', 'DESK']
    reason: Literal['UNSPECIFIED', 'HOURS', 'PREFERENCE', 'SCOPE', 'NO_ROOM', 'CONFLICT', 'COST', 'NOT_NEEDED']
    etag: str
    reasons: list[Reason]


class ProposalIn(TypedDict):
    """A candidate of a match."""

    match_id: str
    therapist_id: str


class Proxy(TypedDict):
    """Proxy"""

    client_id: str
    proxy_client_id: str
    scopes: list[Literal['UNSPECIFIED', 'APPOINTMENTS', 'PARTICULARS']]
    expire_time: str | None
    etag: str


class ProxyIn(TypedDict):
    """What somebody may do for a client, and until when."""

    scopes: list[Literal['APPOINTMENTS', 'PARTICULARS']]
    expire_time: str


class PutFenceResponse(TypedDict):
    """PutFenceResponse"""

    fence: Fence | None
    conflicting_appointment_ids: list[str]


class PutOnCallContactResponse(TypedDict):
    """PutOnCallContactResponse"""

    contact_id: str


class QueryRecordsResponse(TypedDict):
    """QueryRecordsResponse"""

    records: list[Record]
    next_cursor: str


class ReadingIn(TypedDict):
    """How far somebody has read."""

    post_id: str


class Reason(TypedDict):
    """Reason"""

    code: str
    text: str
    weight_ratio: float
    facts: list[str]


class ReasonCount(TypedDict):
    """ReasonCount"""

    state: Literal['UNSPECIFIED', 'PLANNED', 'SENT', 'SUPPRESSED', 'FAILED', 'SENDING']
    reason: str
    count: int


class ReasonIn(TypedDict):
    """Why something changes, as a code; words about a person's reasons are not kept."""

    reason: NotRequired[Literal['ILLNESS', 'CRISIS', 'CONFLICT', 'TRANSPORT', 'THERAPIST_ABSENT', 'PRACTICE', 'NOT_NEEDED'] | None]


class Record(TypedDict):
    """Record"""

    seq: int
    canonical: str
    leaf_hash: str
    record_time: str | None
    client_id: str
    actor_id: str
    operation: str
    stage: str
    occur_time: str | None
    content: NotRequired[dict[str, Any]]


class RefillGroup(TypedDict):
    """RefillGroup"""

    notice_from_h: int
    notice_to_h: int
    freed_count: int
    offered_count: int
    filled_count: int
    undone_count: int
    regained_count: int
    given_back_count: int
    lost_count: int
    offers_made_count: int
    offers_accepted_count: int
    offers_declined_count: int
    offers_expired_count: int
    offers_taken_count: int
    fill_median_s: int
    fill_p90_s: int
    recovered_min: int


class RefillReport(TypedDict):
    """RefillReport"""

    groups: list[RefillGroup]


class RefusalIn(TypedDict):
    """Why it is declined, as a code; words are not kept."""

    reason: Literal['HOURS', 'PREFERENCE', 'SCOPE', 'NO_ROOM', 'CONFLICT', 'COST', 'NOT_NEEDED']


class RemoveCareTeamMemberResponse(TypedDict):
    """RemoveCareTeamMemberResponse"""

    pass

class RemoveFenceResponse(TypedDict):
    """RemoveFenceResponse"""

    pass

class RemoveFollowUpRuleResponse(TypedDict):
    """RemoveFollowUpRuleResponse"""

    pass

class RemoveProxyResponse(TypedDict):
    """RemoveProxyResponse"""

    pass

class RenderedTemplate(TypedDict):
    """RenderedTemplate"""

    locale: str
    channel: Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']
    subject: str
    text: str
    html: str
    segments: int
    warnings: list[str]


class ReplayBatchResponse(TypedDict):
    """ReplayBatchResponse"""

    is_identical: bool
    served_count: int
    points: float


class ReplayIn(TypedDict):
    """Which failed messages to say once more."""

    reason: str
    from_time: str
    to_time: str


class ReplayMessagesResponse(TypedDict):
    """ReplayMessagesResponse"""

    replayed_count: int
    has_more: bool


class Reply(TypedDict):
    """Reply"""

    reply_id: str
    client_id: str
    sender: str
    words: str
    meaning: str
    state: Literal['UNSPECIFIED', 'HANDLED', 'OPEN', 'CLOSED']
    appointment_id: str
    receive_time: str | None
    closed_by: str
    close_time: str | None


class ReportDangerResponse(TypedDict):
    """ReportDangerResponse"""

    flag: CrisisFlag | None
    crisis_resources: CrisisResources | None


class ReportDescription(TypedDict):
    """ReportDescription"""

    name: str
    summary: str
    required: list[str]
    optional: list[str]
    max_days: int


class ReportRow(TypedDict):
    """ReportRow"""

    seq: int
    occur_time: str | None
    actor_id: str
    actor_role: str
    relation: str
    via: str
    client_id: str
    operation: str
    action: str
    stage: str
    reason: str
    object_class: str
    object_id: str
    purpose: str
    policies: list[str]
    break_glass_id: str
    cause_id: str
    finding: str
    evidence_seq: int | None
    evidence_id: str
    count: int


class Requirement(TypedDict):
    """Requirement"""

    client_id: str
    kind: Literal['UNSPECIFIED', 'CARD', 'CONSENT']
    expire_time: str | None


class RequirementIn(TypedDict):
    """What a client has given."""

    kind: Literal['CARD', 'CONSENT']
    expire_time: NotRequired[str | None]


class Reservation(TypedDict):
    """Reservation"""

    reservation_id: str
    therapist_id: str
    weekday: int
    start_local: str
    end_local: str
    audience: Literal['UNSPECIFIED', 'HIGH_NEED', 'ESTABLISHED', 'STANDING']
    release_hours: int
    etag: str


class ReservationIn(TypedDict):
    """A weekly stretch kept for an audience until some time before it begins."""

    therapist_id: NotRequired[str | None]
    weekday: int
    start_local: str
    end_local: str
    audience: Literal['HIGH_NEED']
    release_hours: int


class ResolutionIn(TypedDict):
    """What an alarm was."""

    resolution: Literal['EXPLAINED', 'REPAIRED', 'INCIDENT']


class Retention(TypedDict):
    """Retention"""

    years: int
    version: int
    actor_id: str
    update_time: str | None


class RetentionIn(TypedDict):
    """How long."""

    years: int


class Room(TypedDict):
    """Room"""

    room_id: str
    site_id: str
    display_name: str
    etag: str


class RoomIn(TypedDict):
    """A room at a site."""

    site_id: str
    display_name: str


class RunIn(TypedDict):
    """What a report is told; what it does not take is refused."""

    client_id: NotRequired[str | None]
    actor_id: NotRequired[str]
    from_time: NotRequired[str | None]
    to_time: NotRequired[str | None]
    day: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    opens: NotRequired[str | None]
    closes: NotRequired[str | None]
    threshold: NotRequired[int | None]
    within_min: NotRequired[int | None]
    near_days: NotRequired[int | None]
    seq: NotRequired[int | None]
    limit: NotRequired[int]
    cursor: NotRequired[str]


class RunReportResponse(TypedDict):
    """RunReportResponse"""

    rows: list[ReportRow]
    lines: list[str]
    header: str
    next_cursor: str


class SaveFormResponseResponse(TypedDict):
    """SaveFormResponseResponse"""

    response: FormResponse | None
    crisis_resources: CrisisResources | None


class Schedule(TypedDict):
    """Schedule"""

    therapist_id: str
    time_zone: str
    weekly_hours: list[WeeklyHours]
    session_type_ids: list[str]
    version: int
    etag: str


class ScheduleGroupSessionResponse(TypedDict):
    """ScheduleGroupSessionResponse"""

    session: GroupSession | None
    refusals: list[GroupRefusal]


class ScheduleIn(TypedDict):
    """When and how a therapist works."""

    time_zone: str
    weekly_hours: list[WeeklyHoursIn]
    session_type_ids: list[str]


class ScoreIn(TypedDict):
    """A sum over choices."""

    code: str
    link_ids: list[str]
    bands: NotRequired[list[BandIn]]


class Screening(TypedDict):
    """Screening"""

    screening_id: str
    client_id: str
    instrument: str
    is_complete: bool
    score: int
    severity: str
    priority: Literal['UNSPECIFIED', 'ROUTINE', 'HIGH', 'URGENT']
    rules: list[str]
    rules_version: str
    flag_id: str
    create_time: str | None


class SearchMessagesResponse(TypedDict):
    """SearchMessagesResponse"""

    messages: list[Message]
    next_cursor: str


class SearchSlotsResponse(TypedDict):
    """SearchSlotsResponse"""

    slots: list[Slot]
    next_cursor: str


class Series(TypedDict):
    """Series"""

    series_id: str
    plan: SeriesPlan | None
    client_id: str
    state: Literal['UNSPECIFIED', 'ACTIVE', 'PAUSED', 'CANCELLED']
    booked_until_date: str
    pause_from_date: str
    pause_to_date: str
    keeps_time: bool
    etag: str
    version: int
    create_time: str | None
    update_time: str | None


class SeriesChangeIn(TypedDict):
    """Other times for a series."""

    scope: Literal['THIS', 'FOLLOWING', 'ALL']
    original_start_local: NotRequired[str | None]
    local_start: NotRequired[str | None]
    therapist_id: NotRequired[str | None]
    commit: NotRequired[Literal['ALL_OR_NONE', 'ALL_BUT_CONFLICTS']]


class SeriesConflict(TypedDict):
    """SeriesConflict"""

    reason: str
    message: str
    alternative: Slot | None


class SeriesIn(TypedDict):
    """A standing hour to book."""

    client_id: str
    therapist_id: str
    session_type_id: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    local_start: str
    time_zone: str
    rule: str
    horizon_days: NotRequired[int]
    commit: NotRequired[Literal['ALL_OR_NONE', 'ALL_BUT_CONFLICTS']]


class SeriesOccurrence(TypedDict):
    """SeriesOccurrence"""

    series_id: str
    original_start_wall: WallTime | None
    fate: Literal['UNSPECIFIED', 'FREE', 'BOOKED', 'CONFLICT', 'PAUSED', 'DISMISSED']
    start_time: str | None
    appointment: Appointment | None
    conflict: SeriesConflict | None
    has_first_refusal: bool
    client_id: str
    therapist_id: str


class SeriesOutcome(TypedDict):
    """SeriesOutcome"""

    series: Series | None
    occurrences: list[SeriesOccurrence]
    conflict_count: int


class SeriesPlan(TypedDict):
    """SeriesPlan"""

    client_id: str
    therapist_id: str
    session_type_id: str
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    start_wall: WallTime | None
    rule: str
    horizon_days: int


class SeriesPlanIn(TypedDict):
    """What a standing hour is to be."""

    client_id: str
    therapist_id: str
    session_type_id: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    local_start: str
    time_zone: str
    rule: str
    horizon_days: NotRequired[int]


class SessionOut(TypedDict):
    """A session: never the secret that opens it."""

    session_id: str
    portal: str
    actor_id: str
    practice_id: str
    roles: list[str]
    client_id: str
    therapist_id: str
    strength: str
    auth_time: str
    expire_time: str
    idle_s: int


class SessionType(TypedDict):
    """SessionType"""

    session_type_id: str
    display_name: str
    length_min: int
    buffer_before_min: int
    buffer_after_min: int
    notice_min: int
    horizon_days: int
    grid_min: int
    modalities: list[Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']]
    is_self_bookable: bool | None
    is_same_day_allowed: bool | None
    load_weight: int
    capacity: int
    needs_room: bool | None
    is_intake: bool
    is_crisis: bool
    equipment_kinds: list[str]
    etag: str


class SessionTypeIn(TypedDict):
    """A kind of session."""

    display_name: str
    length_min: int
    buffer_before_min: NotRequired[int]
    buffer_after_min: NotRequired[int]
    notice_min: NotRequired[int]
    horizon_days: int
    grid_min: int
    modalities: list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]
    is_self_bookable: NotRequired[bool]
    is_same_day_allowed: NotRequired[bool]
    load_weight: NotRequired[int]
    capacity: NotRequired[int]
    needs_room: NotRequired[bool]
    is_intake: NotRequired[bool]
    is_crisis: NotRequired[bool]
    equipment_kinds: NotRequired[list[str]]


class SessionsOut(TypedDict):
    """Where a person is signed in."""

    sessions: list[SessionOut]


class SetConfidentialResponse(TypedDict):
    """SetConfidentialResponse"""

    pass

class SignOffIn(TypedDict):
    """Whether you agree."""

    is_sent_back: NotRequired[bool]


class SignatureIn(TypedDict):
    """A signature under the text that was shown."""

    document_id: str
    text_hash: str
    signer_name: str


class SignedOutOut(TypedDict):
    """What a sign-out came to."""

    ended: int
    sign_out_url: str


class SimulateIntakesResponse(TypedDict):
    """SimulateIntakesResponse"""

    as_is: SimulatedRun | None
    what_if: SimulatedRun | None
    intake_count: int


class SimulatedRun(TypedDict):
    """SimulatedRun"""

    placed_count: int
    waiting_count: int
    mean_wait_days: float
    urgent_wait_days: float
    mean_fit_ratio: float
    spread: LoadSpread | None


class SimulationIn(TypedDict):
    """Which intakes are replayed, and under what."""

    from_time: str
    to_time: str
    weights: NotRequired[WeightsIn | None]
    load_weight: NotRequired[int]
    capacity_ratio: NotRequired[float]
    every_days: NotRequired[int]


class Site(TypedDict):
    """Site"""

    site_id: str
    display_name: str
    time_zone: str
    etag: str


class SiteIn(TypedDict):
    """A place with rooms."""

    display_name: str
    time_zone: str


class SkipIn(TypedDict):
    """Whom to pass over for one slot, and why."""

    wish_id: str
    reason: Literal['CLIENT_CANNOT', 'NOT_REACHABLE', 'NOT_SUITABLE', 'GREATER_NEED']


class Slot(TypedDict):
    """Slot"""

    therapist_id: str
    session_type_id: str
    start_time: str | None
    end_time: str | None
    start_wall: WallTime | None
    modality: Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']
    site_id: str
    viewer_wall: WallTime | None
    local_date: str


class SlotSearchIn(TypedDict):
    """What free slots are wanted."""

    session_type_id: str
    therapist_ids: NotRequired[list[str]]
    from_time: str
    to_time: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    site_id: NotRequired[str | None]
    next_available: NotRequired[bool]
    viewer_time_zone: NotRequired[str | None]
    parts_of_day: NotRequired[list[Literal['MORNING', 'AFTERNOON', 'EVENING']]]
    is_high_need: NotRequired[bool]
    audiences: NotRequired[list[Literal['HIGH_NEED', 'ESTABLISHED', 'STANDING']]]
    limit: NotRequired[int]
    cursor: NotRequired[str]


class StaffMember(TypedDict):
    """StaffMember"""

    actor_id: str
    has_family_name: bool
    has_home_address: bool
    has_phone: bool
    leave_time: str | None


class StaffMemberIn(TypedDict):
    """Who somebody of the staff is; what is said is hashed and not stored."""

    actor_id: str
    family_name: NotRequired[str]
    home_address: NotRequired[str]
    phone: NotRequired[str]
    leave_time: NotRequired[str | None]


class StartIn(TypedDict):
    """Which form to begin, or to take up."""

    form_id: str


class StepCounts(TypedDict):
    """StepCounts"""

    kind: Literal['UNSPECIFIED', 'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER', 'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING', 'CONTACT_CODE', 'CONTACT_CHANGED', 'PROPOSAL', 'ABSENCE_OFFER', 'INVITATION']
    step: str
    planned_count: int
    sent_count: int
    delivered_count: int
    answered_count: int
    confirmed_count: int
    answer_median_s: int


class StepIn(TypedDict):
    """One thing said at one point."""

    name: str
    trigger: Literal['BOOKED', 'MOVED', 'CANCELLED', 'BEFORE_SESSION', 'AFTER_SESSION', 'UNCONFIRMED', 'NO_SHOW', 'OFFER_MADE', 'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP_DUE', 'FORM_DUE', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING', 'PROPOSAL_MADE', 'ABSENCE_OFFERED']
    channels: list[Literal['EMAIL', 'SMS', 'INBOX', 'WEBHOOK']]
    offset: NotRequired[int]
    unit: NotRequired[Literal['HOURS', 'DAYS']]
    urgency: NotRequired[Literal['TRANSACTIONAL', 'ROUTINE']]
    template_key: NotRequired[str]
    first_visit: NotRequired[Literal['UNSPECIFIED', 'YES', 'NO']]
    modalities: NotRequired[list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]]
    high_risk: NotRequired[Literal['UNSPECIFIED', 'YES', 'NO']]
    confirmed: NotRequired[Literal['UNSPECIFIED', 'YES', 'NO']]
    skips_client: NotRequired[bool]
    to_guardians: NotRequired[bool]


class StoredTemplateIn(TypedDict):
    """A template to store."""

    template_key: str
    locale: Literal['en', 'es']
    channel: Literal['EMAIL', 'SMS']
    subject: NotRequired[str]
    body: NotRequired[str]
    seen_version: NotRequired[int]
    resets: NotRequired[bool]


class Strength(TypedDict):
    """Strength"""

    domain: str
    level: Literal['UNSPECIFIED', 'EFFECTIVE', 'NEUTRAL', 'INEFFECTIVE']
    case_count: int


class StrengthIn(TypedDict):
    """How a therapist's past clients fared in one domain, as measured."""

    domain: str
    level: Literal['EFFECTIVE', 'NEUTRAL', 'INEFFECTIVE']
    case_count: int


class SuppressionIn(TypedDict):
    """Whether anything may be sent to an address."""

    is_suppressed: bool


class TemplateIn(TypedDict):
    """A template in one locale and channel."""

    template_key: str
    locale: Literal['en', 'es']
    channel: Literal['EMAIL', 'SMS']
    subject: NotRequired[str]
    body: NotRequired[str]


class TemplatePreviewIn(TypedDict):
    """Templates to look at; without words, the one in force is shown."""

    templates: list[TemplateIn]


class TherapistProfile(TypedDict):
    """TherapistProfile"""

    therapist_id: str
    display_name: str
    licensed_regions: list[str]
    specialties: list[str]
    languages: list[str]
    insurers: list[str]
    youngest_age: int
    oldest_age: int
    modalities: list[Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']]
    is_accepting: bool
    capacity: int
    caseload: int
    version: int
    licences: list[Licence]
    credentials: list[str]
    approaches: list[str]
    populations: list[str]
    plans: list[str]
    accessibility: list[str]
    site_ids: list[str]
    attributes: list[str]
    experience_years: int
    panel_min: int
    caseload_min: int
    strengths: list[Strength]
    privileges: list[Privilege]


class Thread(TypedDict):
    """Thread"""

    thread_id: str
    client_id: str
    topic: str
    create_time: str | None
    last_post_time: str | None
    last_side: Literal['UNSPECIFIED', 'CLIENT', 'CARE_TEAM']
    post_count: int
    unread_count: int


class ThreadIn(TypedDict):
    """A thread to begin, with its first words."""

    words: str
    attachment_ids: NotRequired[list[str]]
    topic: str


class Tile(TypedDict):
    """Tile"""

    hashes: str


class TimeOff(TypedDict):
    """TimeOff"""

    time_off_id: str
    therapist_id: str
    interval: Interval | None


class TimeOffIn(TypedDict):
    """A stretch of time off."""

    start_time: str
    end_time: str


class Travel(TypedDict):
    """Travel"""

    travel_id: str
    therapist_id: str
    from_date: str
    to_date: str
    time_zone: str
    etag: str


class TravelIn(TypedDict):
    """A while in another zone."""

    therapist_id: str
    from_date: str
    to_date: str
    time_zone: str


class TravelTime(TypedDict):
    """TravelTime"""

    site_id: str
    other_site_id: str
    minutes: int
    etag: str


class TravelTimeIn(TypedDict):
    """How long the way takes."""

    minutes: int


class VerificationIn(TypedDict):
    """What was found when a licence was looked up."""

    expire_date: NotRequired[str]


class WaiverIn(TypedDict):
    """Why a fee is given up."""

    reason: Literal['FIRST_TIME', 'ILLNESS', 'CRISIS', 'INSURER_FORBIDS', 'UNDONE', 'PRACTICE_MISTAKE', 'HARDSHIP', 'GOODWILL']


class WallTime(TypedDict):
    """WallTime"""

    local: str
    time_zone: str
    fold: int


class WatchSettings(TypedDict):
    """WatchSettings"""

    time_zone: str
    opens: str
    closes: str
    bulk_clients: int


class WatchSettingsIn(TypedDict):
    """How the practice is watched."""

    time_zone: NotRequired[str | None]
    opens: NotRequired[str | None]
    closes: NotRequired[str | None]
    bulk_clients: NotRequired[int | None]


class Webhook(TypedDict):
    """Webhook"""

    webhook_id: str
    url: str
    event_types: list[str]
    is_active: bool
    stop_reason: str
    create_time: str | None
    etag: str


class WebhookChangeIn(TypedDict):
    """A receiver as it is to be."""

    url: str
    event_types: NotRequired[list[str]]
    is_active: NotRequired[bool]


class WebhookDelivery(TypedDict):
    """WebhookDelivery"""

    delivery_id: str
    webhook_id: str
    event_type: str
    resource_id: str
    resource_version: int
    state: Literal['UNSPECIFIED', 'PENDING', 'DELIVERED', 'FAILED']
    attempts: int
    last_status: int
    last_error: str
    last_attempt_time: str | None
    next_attempt_time: str | None
    occur_time: str | None


class WebhookIn(TypedDict):
    """A receiver of webhooks."""

    url: str
    event_types: NotRequired[list[str]]


class WebhookMessage(TypedDict):
    """Standard Webhooks 1.0.0. An id and a version: fetch the rest, under your own rights."""

    type: Literal['schedule.changed', 'absence.started', 'absence.closed', 'absence_offer.made', 'absence_offer.closed', 'client.registered', 'client.updated', 'appointment.booked', 'appointment.confirmed', 'appointment.rescheduled', 'appointment.cancelled', 'appointment.attended', 'appointment.undone', 'follow_up.opened', 'follow_up.closed', 'follow_up.due', 'client.erased', 'group_session.scheduled', 'group_session.cancelled', 'group_session.moved', 'group_series.changed', 'group_series.conflicted', 'fee.proposed', 'fee.waived', 'fee.accepted', 'appointment.unconfirmed', 'series.created', 'series.changed', 'series.cancelled', 'series.conflicted', 'offer.made', 'offer.accepted', 'offer.declined', 'offer.expired', 'offer.taken', 'offer.withdrawn', 'wish.created', 'wish.changed', 'wish.closed', 'opening.opened', 'opening.closed', 'form.due', 'form.settled', 'form.completed', 'intake.changed', 'proposal.made', 'proposal.accepted', 'proposal.declined', 'proposal.expired', 'proposal.withdrawn', 'match.proposed', 'message.sent', 'message.failed', 'reply.received', 'thread.posted', 'thread.read']
    timestamp: str
    data: dict[str, Any]


class WeeklyHours(TypedDict):
    """WeeklyHours"""

    weekday: int
    start_local: str
    end_local: str
    site_id: str
    modalities: list[Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']]
    every_weeks: int
    anchor_date: str
    from_date: str
    to_date: str


class WeeklyHoursIn(TypedDict):
    """One weekly stretch of working hours."""

    weekday: int
    start_local: str
    end_local: str
    site_id: NotRequired[str | None]
    modalities: list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]
    every_weeks: NotRequired[int]
    anchor_date: NotRequired[str]
    from_date: NotRequired[str]
    to_date: NotRequired[str]


class Weights(TypedDict):
    """Weights"""

    specialty: int
    approach: int
    population: int
    preference: int
    availability: int
    language: int
    continuity: int
    distance: int
    experience: int
    strength: int
    room: int


class WeightsIn(TypedDict):
    """Whole numbers that add up to 100."""

    specialty: int
    approach: int
    population: int
    preference: int
    availability: int
    language: int
    continuity: int
    distance: int
    experience: int
    strength: int
    room: int


class WindowIn(TypedDict):
    """A stretch of the week."""

    weekday: int
    from_local: str
    to_local: str


class Wish(TypedDict):
    """Wish"""

    wish_id: str
    client_id: str
    therapist_ids: list[str]
    session_type_ids: list[str]
    windows: list[WishWindow]
    time_zone: str
    modalities: list[Literal['UNSPECIFIED', 'IN_PERSON', 'VIDEO', 'PHONE']]
    site_ids: list[str]
    notice_min: int | None
    from_date: str
    to_date: str
    urgency: Literal['UNSPECIFIED', 'ROUTINE', 'SOON', 'URGENT']
    is_confidential: bool
    state: Literal['UNSPECIFIED', 'WAITING', 'FULFILLED', 'WITHDRAWN', 'EXPIRED']
    since_time: str | None
    update_time: str | None
    etag: str
    offer_count: int


class WishIn(TypedDict):
    """A wish of a client."""

    therapist_ids: NotRequired[list[str]]
    session_type_ids: list[str]
    windows: NotRequired[list[WindowIn]]
    time_zone: str
    modalities: NotRequired[list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]]
    site_ids: NotRequired[list[str]]
    notice_min: NotRequired[int | None]
    from_date: NotRequired[str | None]
    to_date: NotRequired[str | None]
    urgency: NotRequired[Literal['ROUTINE', 'SOON', 'URGENT'] | None]
    is_confidential: NotRequired[bool]
    client_id: str


class WishWantedIn(TypedDict):
    """What somebody waits for."""

    therapist_ids: NotRequired[list[str]]
    session_type_ids: list[str]
    windows: NotRequired[list[WindowIn]]
    time_zone: str
    modalities: NotRequired[list[Literal['IN_PERSON', 'VIDEO', 'PHONE']]]
    site_ids: NotRequired[list[str]]
    notice_min: NotRequired[int | None]
    from_date: NotRequired[str | None]
    to_date: NotRequired[str | None]
    urgency: NotRequired[Literal['ROUTINE', 'SOON', 'URGENT'] | None]
    is_confidential: NotRequired[bool]


class WishWindow(TypedDict):
    """WishWindow"""

    weekday: int
    from_local: str
    to_local: str


class WordedItemIn(TypedDict):
    """How one item is asked, and how its options are called."""

    link_id: str
    text: str
    options: list[str]


class Workflow(TypedDict):
    """Workflow"""

    session_type_id: str
    version: int
    steps: list[WorkflowStep]
    create_time: str | None


class WorkflowIn(TypedDict):
    """The steps of a session type."""

    session_type_id: NotRequired[str | None]
    steps: NotRequired[list[StepIn]]
    seen_version: NotRequired[int]


class WorkflowPreviewIn(TypedDict):
    """A made-up appointment."""

    steps: NotRequired[list[StepIn]]
    session_type_id: NotRequired[str | None]
    book_time: str
    start_time: str
    time_zone: str
    modality: NotRequired[Literal['IN_PERSON', 'VIDEO', 'PHONE'] | None]
    is_returning: NotRequired[bool]
    earlier_misses: NotRequired[int]
    is_confirmed: NotRequired[bool]
    has_guardian: NotRequired[bool]


class WorkflowStep(TypedDict):
    """WorkflowStep"""

    name: str
    trigger: Literal['UNSPECIFIED', 'BOOKED', 'MOVED', 'CANCELLED', 'BEFORE_SESSION', 'AFTER_SESSION', 'UNCONFIRMED', 'NO_SHOW', 'OFFER_MADE', 'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP_DUE', 'FORM_DUE', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING', 'PROPOSAL_MADE', 'ABSENCE_OFFERED']
    channels: list[Literal['UNSPECIFIED', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK']]
    offset: int
    unit: Literal['UNSPECIFIED', 'HOURS', 'DAYS']
    urgency: Literal['UNSPECIFIED', 'TRANSACTIONAL', 'ROUTINE', 'CRISIS']
    template_key: str
    first_visit: Literal['UNSPECIFIED', 'YES', 'NO']
    modalities: list[str]
    high_risk: Literal['UNSPECIFIED', 'YES', 'NO']
    confirmed: Literal['UNSPECIFIED', 'YES', 'NO']
    skips_client: bool
    to_guardians: bool


class services__gateway__routes__absence_cases__WordingIn(TypedDict):
    """What clients are told."""

    body: str


class services__gateway__routes__absences__AnswerIn(TypedDict):
    """What became of a claim that an absence hits."""

    state: Literal['OFFERED', 'MOVED', 'CANCELLED', 'COVERED', 'BY_VIDEO', 'KEPT']


class services__gateway__routes__forms__AnswerIn(TypedDict):
    """Values of one item; none takes an answer back."""

    link_id: str
    values: list[str]


class services__gateway__routes__groups__ScreeningIn(TypedDict):
    """What a screening found."""

    is_suitable: bool


class services__gateway__routes__intakes__PriorityIn(TypedDict):
    """How soon, by a human's word."""

    priority: Literal['ROUTINE', 'HIGH', 'URGENT']


class services__gateway__routes__priority__PriorityIn(TypedDict):
    """Whether a client is in high need."""

    is_high_need: bool
    until_date: NotRequired[str]


class services__gateway__routes__triage__ScreeningIn(TypedDict):
    """Answers to an instrument, finished or not."""

    instrument: Literal['PHQ-9', 'GAD-7', 'C-SSRS']
    answers: list[ItemAnswerIn]
    locale: NotRequired[str]


class services__gateway__routes__triage__WordingIn(TypedDict):
    """An instrument's text in one language, from a source the practice may use."""

    preamble: NotRequired[str]
    items: list[WordedItemIn]
    permission: str


class Kept:
    """The API, called with somebody's access token."""

    def __init__(self, http: httpx.Client, token: str = "") -> None:
        self._http = http
        self._token = token

    def _send(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, str | None],
        body: Any = None,
        media: str = "",
    ) -> Answer[Any]:
        sent = {name: value for name, value in headers.items() if value is not None}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        given = {name: value for name, value in query.items() if value is not None}
        if media:
            sent["Content-Type"] = media
        content = json.dumps(body) if "json" in media and body is not None else body
        answer = self._http.request(method, path, params=given or None, headers=sent, content=content)
        data = answer.json() if "json" in answer.headers.get("content-type", "") else answer.content
        if answer.is_error:
            raise KeptProblem(answer.status_code, data if isinstance(data, dict) else {}, answer.headers)
        return Answer(data, answer.headers.get("etag", ""), answer.status_code, answer.headers)

    def list_absence_cases(self, *, has_settled: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAbsenceCasesResponse]:
        """List the cases of absences."""
        return self._send("GET", "/v1/absence-cases", {"has_settled": has_settled, "limit": limit, "cursor": cursor}, {})

    def get_absence_case(self, *, absence_id: str) -> Answer[AbsenceCase]:
        """See the case of an absence."""
        return self._send("GET", f"/v1/absences/{quote(str(absence_id))}/case", {}, {})

    def list_affected_appointments(self, *, absence_id: str, is_open_only: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAffectedAppointmentsResponse]:
        """List the appointments an absence hits."""
        return self._send("GET", f"/v1/absences/{quote(str(absence_id))}/appointments", {"is_open_only": is_open_only, "limit": limit, "cursor": cursor}, {})

    def put_absence_wording(self, *, absence_id: str, body: services__gateway__routes__absence_cases__WordingIn, idempotency_key: str | None = None) -> Answer[AbsenceCase]:
        """Write what clients are told."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/wordings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def approve_absence_wording(self, *, absence_id: str, body: ApprovalIn, idempotency_key: str | None = None) -> Answer[AbsenceCase]:
        """Approve what clients are told."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/wordings/approvals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def offer_affected(self, *, absence_id: str, body: OffersIn, idempotency_key: str | None = None) -> Answer[OfferAffectedResponse]:
        """Offer many clients something instead."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/offers", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def keep_affected(self, *, absence_id: str, appointment_id: str, body: KeepIn, idempotency_key: str | None = None) -> Answer[AffectedAppointment]:
        """State that an appointment takes place as agreed."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/appointments/{quote(str(appointment_id))}/keepings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_absence_offer(self, *, offer_id: str) -> Answer[AbsenceOffer]:
        """See what is offered instead."""
        return self._send("GET", f"/v1/absence-offers/{quote(str(offer_id))}", {}, {})

    def list_absence_offers(self, *, client_id: str, is_open_only: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAbsenceOffersResponse]:
        """List what a client is offered instead."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/absence-offers", {"is_open_only": is_open_only, "limit": limit, "cursor": cursor}, {})

    def accept_absence_option(self, *, offer_id: str, body: ChoiceIn, idempotency_key: str | None = None) -> Answer[Appointment]:
        """Take one of the options."""
        return self._send("POST", f"/v1/absence-offers/{quote(str(offer_id))}/acceptances", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def decline_absence_offer(self, *, offer_id: str, idempotency_key: str | None = None) -> Answer[AbsenceOffer]:
        """Say no to all options."""
        return self._send("POST", f"/v1/absence-offers/{quote(str(offer_id))}/refusals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def withdraw_absence_offer(self, *, offer_id: str, idempotency_key: str | None = None) -> Answer[AbsenceOffer]:
        """Take an offer back."""
        return self._send("POST", f"/v1/absence-offers/{quote(str(offer_id))}/withdrawals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def preview_absence(self, *, body: AbsenceIn) -> Answer[PreviewAbsenceResponse]:
        """See what an absence would hit."""
        return self._send("POST", "/v1/searches/absences", {}, {}, body, "application/json")

    def start_absence(self, *, body: AbsenceIn, idempotency_key: str | None = None) -> Answer[Absence]:
        """Start an absence."""
        return self._send("POST", "/v1/absences", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_absences(self, *, therapist_id: str | None = None, is_open: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAbsencesResponse]:
        """List absences."""
        return self._send("GET", "/v1/absences", {"therapist_id": therapist_id, "is_open": is_open, "limit": limit, "cursor": cursor}, {})

    def get_absence(self, *, absence_id: str) -> Answer[Absence]:
        """See an absence."""
        return self._send("GET", f"/v1/absences/{quote(str(absence_id))}", {}, {})

    def list_absence_items(self, *, absence_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListAbsenceItemsResponse]:
        """List what an absence hits."""
        return self._send("GET", f"/v1/absences/{quote(str(absence_id))}/items", {"limit": limit, "cursor": cursor}, {})

    def answer_absence_item(self, *, absence_id: str, claim_id: str, body: services__gateway__routes__absences__AnswerIn, idempotency_key: str | None = None) -> Answer[AbsenceItem]:
        """Say what became of a claim."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/items/{quote(str(claim_id))}/answers", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def close_absence(self, *, absence_id: str, idempotency_key: str | None = None) -> Answer[Absence]:
        """Close the case of an absence."""
        return self._send("POST", f"/v1/absences/{quote(str(absence_id))}/closings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def start_break_glass(self, *, client_id: str, body: BreakGlassIn, idempotency_key: str | None = None) -> Answer[BreakGlass]:
        """Break the glass of a client."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/break-glasses", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def end_break_glass(self, *, break_glass_id: str, idempotency_key: str | None = None) -> Answer[BreakGlass]:
        """End an emergency access."""
        return self._send("POST", f"/v1/break-glasses/{quote(str(break_glass_id))}/end", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_break_glasses(self, *, only_unreviewed: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListBreakGlassesResponse]:
        """List emergency accesses."""
        return self._send("GET", "/v1/break-glasses", {"only_unreviewed": only_unreviewed, "limit": limit, "cursor": cursor}, {})

    def review_break_glass(self, *, break_glass_id: str, body: FindingIn, idempotency_key: str | None = None) -> Answer[BreakGlass]:
        """Review an emergency access."""
        return self._send("POST", f"/v1/break-glasses/{quote(str(break_glass_id))}/review", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def invite_client(self, *, client_id: str, idempotency_key: str | None = None, body: InvitationIn | None | None = None) -> Answer[Invitation]:
        """Invite a client to sign in."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/invitations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def link_account(self, *, body: AccountLinkIn, idempotency_key: str | None = None) -> Answer[Account]:
        """Link one's own sign-in."""
        return self._send("POST", "/v1/account", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_own_account(self) -> Answer[Account]:
        """See which client one is."""
        return self._send("GET", "/v1/account", {}, {})

    def list_accounts(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListAccountsResponse]:
        """See a client's sign-ins."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/accounts", {"limit": limit, "cursor": cursor}, {})

    def unlink_account(self, *, client_id: str, account_id: str, idempotency_key: str | None = None) -> Answer[Account]:
        """Take a sign-in from a client."""
        return self._send("DELETE", f"/v1/clients/{quote(str(client_id))}/accounts/{quote(str(account_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def book_appointment(self, *, body: AppointmentIn, idempotency_key: str | None = None) -> Answer[Appointment]:
        """Book a slot."""
        return self._send("POST", "/v1/appointments", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_appointments(self, *, from_time: str, to_time: str, client_id: str | None = None, therapist_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAppointmentsResponse]:
        """List appointments."""
        return self._send("GET", "/v1/appointments", {"from_time": from_time, "to_time": to_time, "client_id": client_id, "therapist_id": therapist_id, "limit": limit, "cursor": cursor}, {})

    def get_appointment(self, *, appointment_id: str) -> Answer[Appointment]:
        """See an appointment."""
        return self._send("GET", f"/v1/appointments/{quote(str(appointment_id))}", {}, {})

    def list_appointment_changes(self, *, appointment_id: str) -> Answer[ListAppointmentChangesResponse]:
        """See an appointment's history."""
        return self._send("GET", f"/v1/appointments/{quote(str(appointment_id))}/changes", {}, {})

    def move_appointment(self, *, appointment_id: str, body: MoveIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Appointment]:
        """Move an appointment."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/moves", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def confirm_appointment(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Say that the client will come."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/confirmations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def cancel_appointment(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Call the appointment off."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/cancellations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def check_in_appointment(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Say that the client has arrived."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/check-ins", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def start_appointment(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Say that the session has begun."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/starts", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def complete_appointment(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Say that the session took place."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/completions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def undo_appointment_change(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Take the last step back, within 15 minutes."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/undos", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def mark_no_show(self, *, appointment_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[Appointment]:
        """Say that the client did not come."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/no-shows", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def query_audit_records(self, *, client_id: str | None = None, actor_id: str | None = None, from_time: str | None | None = None, to_time: str | None | None = None, is_evidence: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[QueryRecordsResponse]:
        """Query the trail."""
        return self._send("GET", "/v1/audit/records", {"client_id": client_id, "actor_id": actor_id, "from_time": from_time, "to_time": to_time, "is_evidence": is_evidence, "limit": limit, "cursor": cursor}, {})

    def get_audit_record(self, *, seq: int) -> Answer[Record]:
        """See a record."""
        return self._send("GET", f"/v1/audit/records/{quote(str(seq))}", {}, {})

    def get_inclusion_proof(self, *, seq: int, tree_size: int) -> Answer[InclusionProof]:
        """Prove that a record is in the tree."""
        return self._send("GET", f"/v1/audit/records/{quote(str(seq))}/proof", {"tree_size": tree_size}, {})

    def get_checkpoint(self) -> Answer[Checkpoint]:
        """Get the latest signed checkpoint."""
        return self._send("GET", "/v1/audit/checkpoint", {}, {})

    def get_consistency_proof(self, *, first_size: int, second_size: int) -> Answer[ConsistencyProof]:
        """Prove that a tree only grew."""
        return self._send("GET", "/v1/audit/consistency", {"first_size": first_size, "second_size": second_size}, {})

    def list_audit_reports(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListReportsResponse]:
        """List the reports."""
        return self._send("GET", "/v1/audit/reports", {"limit": limit, "cursor": cursor}, {})

    def run_audit_report(self, *, report: str, body: RunIn, format: Literal['json', 'jsonl', 'csv', 'fhir'] | None | None = None) -> Answer[RunReportResponse]:
        """Run a report."""
        return self._send("POST", f"/v1/audit/reports/{quote(str(report))}/runs", {"format": format}, {}, body, "application/json")

    def list_client_accesses(self, *, client_id: str, from_time: str | None | None = None, to_time: str | None | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListClientAccessesResponse]:
        """See who saw a client's data."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/accesses", {"from_time": from_time, "to_time": to_time, "limit": limit, "cursor": cursor}, {})

    def get_detached(self) -> Answer[Detached]:
        """See how far records were archived and taken out."""
        return self._send("GET", "/v1/audit/detached", {}, {})

    def get_entries(self, *, place: str) -> Answer[Any]:
        """Get a bundle of records."""
        return self._send("GET", f"/v1/audit/tile/entries/{quote(str(place))}", {}, {})

    def get_tile(self, *, level: int, place: str) -> Answer[Any]:
        """Get a tile of hashes."""
        return self._send("GET", f"/v1/audit/tile/{quote(str(level))}/{quote(str(place))}", {}, {})

    def list_alarms(self, *, only_open: bool | None = None, kind: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListAlarmsResponse]:
        """List alarms."""
        return self._send("GET", "/v1/audit/alarms", {"only_open": only_open, "kind": kind, "limit": limit, "cursor": cursor}, {})

    def acknowledge_alarm(self, *, alarm_id: str, idempotency_key: str | None = None) -> Answer[Alarm]:
        """Say that you have seen an alarm."""
        return self._send("POST", f"/v1/audit/alarms/{quote(str(alarm_id))}/acknowledgements", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def resolve_alarm(self, *, alarm_id: str, body: ResolutionIn, idempotency_key: str | None = None) -> Answer[Alarm]:
        """Say what an alarm was."""
        return self._send("POST", f"/v1/audit/alarms/{quote(str(alarm_id))}/resolutions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_detection_rules(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListDetectionRulesResponse]:
        """List the rules that look through the trail."""
        return self._send("GET", "/v1/audit/rules", {"limit": limit, "cursor": cursor}, {})

    def list_cases(self, *, only_open: bool | None = None, only_overdue: bool | None = None, rule: str | None = None, assignee_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListCasesResponse]:
        """List cases."""
        return self._send("GET", "/v1/audit/cases", {"only_open": only_open, "only_overdue": only_overdue, "rule": rule, "assignee_id": assignee_id, "limit": limit, "cursor": cursor}, {})

    def get_case(self, *, case_id: str) -> Answer[Case]:
        """See a case."""
        return self._send("GET", f"/v1/audit/cases/{quote(str(case_id))}", {}, {})

    def list_findings(self, *, case_id: str | None = None, rule: str | None = None, only_explained: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListFindingsResponse]:
        """List what rules found."""
        return self._send("GET", "/v1/audit/findings", {"case_id": case_id, "rule": rule, "only_explained": only_explained, "limit": limit, "cursor": cursor}, {})

    def assign_case(self, *, case_id: str, body: AssignmentIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Case]:
        """Give a case to somebody."""
        return self._send("POST", f"/v1/audit/cases/{quote(str(case_id))}/assignments", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def decide_case(self, *, case_id: str, body: DecisionIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Case]:
        """Say what was found out."""
        return self._send("POST", f"/v1/audit/cases/{quote(str(case_id))}/decisions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def sign_off_case(self, *, case_id: str, body: SignOffIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Case]:
        """Agree with an outcome, or send the case back."""
        return self._send("POST", f"/v1/audit/cases/{quote(str(case_id))}/sign-offs", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def list_digests(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListDigestsResponse]:
        """List weeks in numbers."""
        return self._send("GET", "/v1/audit/digests", {"limit": limit, "cursor": cursor}, {})

    def get_watch_settings(self) -> Answer[WatchSettings]:
        """See how the practice is watched."""
        return self._send("GET", "/v1/audit/watch-settings", {}, {})

    def put_watch_settings(self, *, body: WatchSettingsIn, idempotency_key: str | None = None) -> Answer[WatchSettings]:
        """Say how the practice is watched."""
        return self._send("PUT", "/v1/audit/watch-settings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def start_intake_batch(self, *, body: BatchIn, idempotency_key: str | None = None) -> Answer[BatchOperation]:
        """Start giving all who wait to therapists."""
        return self._send("POST", "/v1/intake-batch-operations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_intake_batch_operations(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListBatchOperationsResponse]:
        """List batches that were started."""
        return self._send("GET", "/v1/intake-batch-operations", {"limit": limit, "cursor": cursor}, {})

    def get_intake_batch_operation(self, *, operation_id: str) -> Answer[BatchOperation]:
        """See how far a batch is."""
        return self._send("GET", f"/v1/intake-batch-operations/{quote(str(operation_id))}", {}, {})

    def cancel_intake_batch_operation(self, *, operation_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[BatchOperation]:
        """Give a batch up."""
        return self._send("POST", f"/v1/intake-batch-operations/{quote(str(operation_id))}/cancel", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def list_intake_placements(self, *, operation_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListPlacementsResponse]:
        """See whom a batch gave to whom."""
        return self._send("GET", f"/v1/intake-batch-operations/{quote(str(operation_id))}/placements", {"limit": limit, "cursor": cursor}, {})

    def list_schedules(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListSchedulesResponse]:
        """List schedules."""
        return self._send("GET", "/v1/schedules", {"limit": limit, "cursor": cursor}, {})

    def put_override(self, *, therapist_id: str, local_date: str, body: OverrideIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[DateOverride]:
        """Set other hours for a date."""
        return self._send("PUT", f"/v1/therapists/{quote(str(therapist_id))}/overrides/{quote(str(local_date))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_override(self, *, therapist_id: str, local_date: str, idempotency_key: str | None = None) -> Answer[DateOverride]:
        """Let a date be as the week has it."""
        return self._send("DELETE", f"/v1/therapists/{quote(str(therapist_id))}/overrides/{quote(str(local_date))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_overrides(self, *, therapist_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListOverridesResponse]:
        """List a therapist's other hours."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}/overrides", {"limit": limit, "cursor": cursor}, {})

    def put_travel(self, *, travel_id: str, body: TravelIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Travel]:
        """Say that a therapist works from elsewhere."""
        return self._send("PUT", f"/v1/travels/{quote(str(travel_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_travel(self, *, travel_id: str, idempotency_key: str | None = None) -> Answer[Travel]:
        """Delete a travel."""
        return self._send("DELETE", f"/v1/travels/{quote(str(travel_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_travels(self, *, therapist_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListTravelsResponse]:
        """List a therapist's travels."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}/travels", {"limit": limit, "cursor": cursor}, {})

    def list_time_off(self, *, therapist_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListTimeOffsResponse]:
        """List a therapist's time off."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}/time-off", {"limit": limit, "cursor": cursor}, {})

    def create_time_off(self, *, therapist_id: str, body: TimeOffIn, idempotency_key: str | None = None) -> Answer[TimeOff]:
        """Take time off."""
        return self._send("POST", f"/v1/therapists/{quote(str(therapist_id))}/time-off", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def delete_time_off(self, *, time_off_id: str, idempotency_key: str | None = None) -> Answer[TimeOff]:
        """Give time off back."""
        return self._send("DELETE", f"/v1/time-off/{quote(str(time_off_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def put_closure(self, *, closure_id: str, body: ClosureIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Closure]:
        """Close the practice or a site."""
        return self._send("PUT", f"/v1/closures/{quote(str(closure_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_closure(self, *, closure_id: str, idempotency_key: str | None = None) -> Answer[Closure]:
        """Delete a closure."""
        return self._send("DELETE", f"/v1/closures/{quote(str(closure_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_closures(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListClosuresResponse]:
        """List closures."""
        return self._send("GET", "/v1/closures", {"limit": limit, "cursor": cursor}, {})

    def put_holiday_calendar(self, *, body: HolidayCalendarIn, site_id: str | None = None, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[HolidayCalendar]:
        """Say which holidays are kept."""
        return self._send("PUT", "/v1/holiday-calendar", {"site_id": site_id}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_holiday_calendar(self, *, site_id: str | None = None, idempotency_key: str | None = None) -> Answer[HolidayCalendar]:
        """Keep no holidays."""
        return self._send("DELETE", "/v1/holiday-calendar", {"site_id": site_id}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_holiday_calendars(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListHolidayCalendarsResponse]:
        """List holiday calendars."""
        return self._send("GET", "/v1/holiday-calendars", {"limit": limit, "cursor": cursor}, {})

    def list_holidays(self, *, from_date: str, to_date: str, site_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListHolidaysResponse]:
        """List the holidays that are kept."""
        return self._send("GET", "/v1/holidays", {"from_date": from_date, "to_date": to_date, "site_id": site_id, "limit": limit, "cursor": cursor}, {})

    def put_care_team_member(self, *, client_id: str, therapist_id: str, idempotency_key: str | None = None) -> Answer[CareTeamMember]:
        """Add a therapist to a care team."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/care-team/{quote(str(therapist_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def remove_care_team_member(self, *, client_id: str, therapist_id: str, idempotency_key: str | None = None) -> Answer[RemoveCareTeamMemberResponse]:
        """Take a therapist off a care team."""
        return self._send("DELETE", f"/v1/clients/{quote(str(client_id))}/care-team/{quote(str(therapist_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_care_team(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListCareTeamResponse]:
        """List a care team."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/care-team", {"limit": limit, "cursor": cursor}, {})

    def list_follow_ups(self, *, client_id: str | None = None, therapist_id: str | None = None, state: Literal['OPEN', 'BOOKED', 'DISMISSED'] | None | None = None, due_by_date: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListFollowUpsResponse]:
        """List follow-ups."""
        return self._send("GET", "/v1/follow-ups", {"client_id": client_id, "therapist_id": therapist_id, "state": state, "due_by_date": due_by_date, "limit": limit, "cursor": cursor}, {})

    def get_follow_up(self, *, follow_up_id: str) -> Answer[FollowUp]:
        """See a follow-up."""
        return self._send("GET", f"/v1/follow-ups/{quote(str(follow_up_id))}", {}, {})

    def dismiss_follow_up(self, *, follow_up_id: str, body: DismissalIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[FollowUp]:
        """Set a follow-up aside."""
        return self._send("POST", f"/v1/follow-ups/{quote(str(follow_up_id))}/dismissals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def put_follow_up_rule(self, *, rule_id: str, body: FollowUpRuleIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[FollowUpRule]:
        """Create or replace a rule that opens follow-ups."""
        return self._send("PUT", f"/v1/follow-up-rules/{quote(str(rule_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def remove_follow_up_rule(self, *, rule_id: str, idempotency_key: str | None = None) -> Answer[RemoveFollowUpRuleResponse]:
        """Remove a rule that opens follow-ups."""
        return self._send("DELETE", f"/v1/follow-up-rules/{quote(str(rule_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_follow_up_rules(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListFollowUpRulesResponse]:
        """List rules that open follow-ups."""
        return self._send("GET", "/v1/follow-up-rules", {"limit": limit, "cursor": cursor}, {})

    def compare_cadences(self, *, client_id: str | None = None, therapist_id: str | None = None, standing: Literal['ON_TRACK', 'GAP_AHEAD', 'OVERDUE'] | None | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[CompareCadencesResponse]:
        """Compare agreed cadences with what is booked."""
        return self._send("GET", "/v1/reports/cadences", {"client_id": client_id, "therapist_id": therapist_id, "standing": standing, "limit": limit, "cursor": cursor}, {})

    def put_cadence(self, *, client_id: str, therapist_id: str, body: CadenceIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Cadence]:
        """Record how often two agreed to meet."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/cadences/{quote(str(therapist_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def list_cadences(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListCadencesResponse]:
        """List how often a client agreed to meet."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/cadences", {"limit": limit, "cursor": cursor}, {})

    def register_client(self, *, body: ClientIn, idempotency_key: str | None = None) -> Answer[Client]:
        """Register a client."""
        return self._send("POST", "/v1/clients", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def update_client(self, *, client_id: str, body: ParticularsIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Client]:
        """Change a client's particulars."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_client(self, *, client_id: str) -> Answer[Client]:
        """See a client."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}", {}, {})

    def patch_client(self, *, client_id: str, body: dict[str, Any], idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Client]:
        """Change some of a client."""
        return self._send("PATCH", f"/v1/clients/{quote(str(client_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/merge-patch+json")

    def search_clients(self, *, body: ClientSearchIn) -> Answer[FindClientsResponse]:
        """Find a client by e-mail or phone."""
        return self._send("POST", "/v1/searches/clients", {}, {}, body, "application/json")

    def get_contact_point(self, *, client_id: str) -> Answer[ContactPoint]:
        """See where a client may be reached."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/contact-point", {}, {})

    def put_contact_point(self, *, client_id: str, body: ContactIn, idempotency_key: str | None = None) -> Answer[ContactPoint]:
        """Say where a client may be reached."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/contact-point", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_messages(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListMessagesResponse]:
        """See what was said to a client."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/messages", {"limit": limit, "cursor": cursor}, {})

    def put_contact_address(self, *, client_id: str, body: AddressIn, idempotency_key: str | None = None) -> Answer[ContactAddress]:
        """Add an address."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/addresses", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_contact_addresses(self, *, client_id: str, with_ended: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListContactAddressesResponse]:
        """See where a client may be reached."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/addresses", {"with_ended": with_ended, "limit": limit, "cursor": cursor}, {})

    def end_contact_address(self, *, client_id: str, contact_point_id: str, idempotency_key: str | None = None) -> Answer[ContactAddress]:
        """End an address."""
        return self._send("DELETE", f"/v1/clients/{quote(str(client_id))}/addresses/{quote(str(contact_point_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def send_contact_code(self, *, client_id: str, contact_point_id: str, idempotency_key: str | None = None) -> Answer[ContactAddress]:
        """Send a code to an address."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/addresses/{quote(str(contact_point_id))}/codes", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def verify_contact_address(self, *, client_id: str, contact_point_id: str, body: ContactCodeIn, idempotency_key: str | None = None) -> Answer[ContactAddress]:
        """Prove an address by its code."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/addresses/{quote(str(contact_point_id))}/verifications", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def set_suppression(self, *, client_id: str, contact_point_id: str, body: SuppressionIn, idempotency_key: str | None = None) -> Answer[ContactAddress]:
        """Say whether anything may be sent to an address."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/addresses/{quote(str(contact_point_id))}/suppression", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def record_consent(self, *, client_id: str, body: ConsentIn, idempotency_key: str | None = None) -> Answer[Consent]:
        """Record what somebody agreed to."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/consents", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_consents(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListConsentsResponse]:
        """See what was agreed to."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/consents", {"limit": limit, "cursor": cursor}, {})

    def put_nudge(self, *, client_id: str, nudge_id: str, body: NudgeIn, idempotency_key: str | None = None) -> Answer[Nudge]:
        """Say something again and again."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/nudges/{quote(str(nudge_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def end_nudge(self, *, client_id: str, nudge_id: str, idempotency_key: str | None = None) -> Answer[Nudge]:
        """Say it no more."""
        return self._send("DELETE", f"/v1/clients/{quote(str(client_id))}/nudges/{quote(str(nudge_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_nudges(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListNudgesResponse]:
        """See what is said again and again."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/nudges", {"limit": limit, "cursor": cursor}, {})

    def record_disclosure(self, *, client_id: str, body: DisclosureIn, idempotency_key: str | None = None) -> Answer[Disclosure]:
        """Keep that something of a client was given out."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/disclosures", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_disclosures(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListDisclosuresResponse]:
        """See what of a client was given out."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/disclosures", {"limit": limit, "cursor": cursor}, {})

    def answer_fit(self, *, client_id: str, body: FitIn, idempotency_key: str | None = None) -> Answer[AnswerFitResponse]:
        """Say how well a therapist fits."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/fit", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_feedback_report(self, *, from_time: str, to_time: str) -> Answer[GetFeedbackReportResponse]:
        """See what came of matches."""
        return self._send("GET", "/v1/reports/feedback", {"from_time": from_time, "to_time": to_time}, {})

    def simulate_intakes(self, *, body: SimulationIn) -> Answer[SimulateIntakesResponse]:
        """Replay intakes under other weights or capacity."""
        return self._send("POST", "/v1/simulations/intakes", {}, {}, body, "application/json")

    def create_calendar_feed(self, *, body: FeedIn, idempotency_key: str | None = None) -> Answer[CreateCalendarFeedResponse]:
        """Make a calendar feed."""
        return self._send("POST", "/v1/calendar-feeds", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_calendar_feeds(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListCalendarFeedsResponse]:
        """See one's calendar feeds."""
        return self._send("GET", "/v1/calendar-feeds", {"limit": limit, "cursor": cursor}, {})

    def revoke_calendar_feed(self, *, feed_id: str, idempotency_key: str | None = None) -> Answer[CalendarFeed]:
        """Revoke a calendar feed."""
        return self._send("DELETE", f"/v1/calendar-feeds/{quote(str(feed_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def put_form(self, *, form_id: str, body: FormIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Form]:
        """Store a form's next version."""
        return self._send("PUT", f"/v1/forms/{quote(str(form_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_form(self, *, form_id: str, version: int | None = None) -> Answer[Form]:
        """Read a form."""
        return self._send("GET", f"/v1/forms/{quote(str(form_id))}", {"version": version}, {})

    def list_forms(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListFormsResponse]:
        """List forms."""
        return self._send("GET", "/v1/forms", {"limit": limit, "cursor": cursor}, {})

    def put_consent_document(self, *, document_id: str, body: DocumentIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[ConsentDocument]:
        """Store a consent document's next version."""
        return self._send("PUT", f"/v1/consent-documents/{quote(str(document_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_consent_document(self, *, document_id: str, version: int | None = None) -> Answer[ConsentDocument]:
        """Read a consent document."""
        return self._send("GET", f"/v1/consent-documents/{quote(str(document_id))}", {"version": version}, {})

    def list_consent_documents(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListConsentDocumentsResponse]:
        """List consent documents."""
        return self._send("GET", "/v1/consent-documents", {"limit": limit, "cursor": cursor}, {})

    def assign_due(self, *, client_id: str, body: DueIn, idempotency_key: str | None = None) -> Answer[Due]:
        """Give a client a form or a document."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/dues", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_dues(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListDuesResponse]:
        """See what a client has to see to."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/dues", {"limit": limit, "cursor": cursor}, {})

    def waive_due(self, *, due_id: str, idempotency_key: str | None = None) -> Answer[Due]:
        """Give a due up."""
        return self._send("POST", f"/v1/dues/{quote(str(due_id))}/waive", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def start_form_response(self, *, client_id: str, body: StartIn, idempotency_key: str | None = None) -> Answer[FormResponse]:
        """Begin a form, or take it up."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/form-responses", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_form_responses(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListFormResponsesResponse]:
        """See a client's forms."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/form-responses", {"limit": limit, "cursor": cursor}, {})

    def save_form_response(self, *, response_id: str, body: AnswersIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SaveFormResponseResponse]:
        """Save answers."""
        return self._send("POST", f"/v1/form-responses/{quote(str(response_id))}/answers", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_form_response(self, *, response_id: str) -> Answer[FormResponse]:
        """Read a response."""
        return self._send("GET", f"/v1/form-responses/{quote(str(response_id))}", {}, {})

    def sign_consent(self, *, client_id: str, body: SignatureIn, idempotency_key: str | None = None) -> Answer[ConsentSignature]:
        """Sign a consent document."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/signatures", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_consent_signatures(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListConsentSignaturesResponse]:
        """See what a client has signed."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/signatures", {"limit": limit, "cursor": cursor}, {})

    def preflight_group_series(self, *, group_id: str, body: GroupPlanIn) -> Answer[PreflightGroupSeriesResponse]:
        """Try a rule a group may meet by."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series-trials", {}, {}, body, "application/json")

    def create_group_series(self, *, group_id: str, body: GroupSeriesIn, idempotency_key: str | None = None) -> Answer[GroupSeriesOutcome]:
        """Let a group meet by a rule."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_group_series(self, *, group_id: str) -> Answer[GroupSeries]:
        """See the rule a group meets by."""
        return self._send("GET", f"/v1/groups/{quote(str(group_id))}/series", {}, {})

    def list_group_occurrences(self, *, group_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListGroupOccurrencesResponse]:
        """List the times a group's rule names."""
        return self._send("GET", f"/v1/groups/{quote(str(group_id))}/occurrences", {"limit": limit, "cursor": cursor}, {})

    def change_group_series(self, *, group_id: str, body: GroupChangeIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[GroupSeriesOutcome]:
        """Move a group's session and every later one."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series/changes", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def pause_group_series(self, *, group_id: str, body: PauseIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[GroupSeriesOutcome]:
        """Pause the rule a group meets by."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series/pauses", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def resume_group_series(self, *, group_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[GroupSeriesOutcome]:
        """End a group's pause early."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series/resumptions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def end_group_series(self, *, group_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: EndIn | None | None = None) -> Answer[GroupSeries]:
        """Let a group meet by its rule no more."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/series/endings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def create_group(self, *, body: GroupIn, idempotency_key: str | None = None) -> Answer[Group]:
        """Create a group."""
        return self._send("POST", "/v1/groups", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_groups(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListGroupsResponse]:
        """List groups."""
        return self._send("GET", "/v1/groups", {"limit": limit, "cursor": cursor}, {})

    def put_group(self, *, group_id: str, body: GroupIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Group]:
        """Change a group's terms."""
        return self._send("PUT", f"/v1/groups/{quote(str(group_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_group(self, *, group_id: str) -> Answer[Group]:
        """See a group."""
        return self._send("GET", f"/v1/groups/{quote(str(group_id))}", {}, {})

    def add_group_member(self, *, group_id: str, body: GroupMemberIn, idempotency_key: str | None = None) -> Answer[GroupMember]:
        """Put a client onto the roster."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/members", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_group_members(self, *, group_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListGroupMembersResponse]:
        """See the roster."""
        return self._send("GET", f"/v1/groups/{quote(str(group_id))}/members", {"limit": limit, "cursor": cursor}, {})

    def screen_group_member(self, *, group_id: str, client_id: str, body: services__gateway__routes__groups__ScreeningIn, idempotency_key: str | None = None) -> Answer[GroupMember]:
        """Say what a screening found."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/members/{quote(str(client_id))}/screenings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def remove_group_member(self, *, group_id: str, client_id: str, idempotency_key: str | None = None) -> Answer[GroupMember]:
        """Take a client off the roster."""
        return self._send("DELETE", f"/v1/groups/{quote(str(group_id))}/members/{quote(str(client_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def schedule_group_session(self, *, group_id: str, body: GroupSessionIn, idempotency_key: str | None = None) -> Answer[ScheduleGroupSessionResponse]:
        """Let a group meet."""
        return self._send("POST", f"/v1/groups/{quote(str(group_id))}/sessions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_group_sessions(self, *, group_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListGroupSessionsResponse]:
        """List a group's sessions."""
        return self._send("GET", f"/v1/groups/{quote(str(group_id))}/sessions", {"limit": limit, "cursor": cursor}, {})

    def list_all_group_sessions(self, *, from_time: str, to_time: str, therapist_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListGroupSessionsResponse]:
        """List sessions of groups by time."""
        return self._send("GET", "/v1/group-sessions", {"from_time": from_time, "to_time": to_time, "therapist_id": therapist_id, "limit": limit, "cursor": cursor}, {})

    def list_open_group_sessions(self, *, from_time: str, to_time: str, session_type_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListOpenGroupSessionsResponse]:
        """List sessions of groups that clients may book."""
        return self._send("GET", "/v1/open-group-sessions", {"from_time": from_time, "to_time": to_time, "session_type_id": session_type_id, "limit": limit, "cursor": cursor}, {})

    def get_group_session(self, *, group_session_id: str) -> Answer[GroupSession]:
        """See a session of a group."""
        return self._send("GET", f"/v1/group-sessions/{quote(str(group_session_id))}", {}, {})

    def book_group_seat(self, *, group_session_id: str, body: GroupMemberIn, idempotency_key: str | None = None) -> Answer[Appointment]:
        """Book a seat in a session of a group."""
        return self._send("POST", f"/v1/group-sessions/{quote(str(group_session_id))}/seats", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def move_group_session(self, *, group_session_id: str, body: GroupMoveIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[GroupSession]:
        """Move a session of a group."""
        return self._send("POST", f"/v1/group-sessions/{quote(str(group_session_id))}/moves", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def cancel_group_session(self, *, group_session_id: str, idempotency_key: str | None = None, if_match: str | None = None, body: ReasonIn | None | None = None) -> Answer[GroupSession]:
        """Call a session of a group off."""
        return self._send("POST", f"/v1/group-sessions/{quote(str(group_session_id))}/cancellations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_me(self) -> Answer[dict[str, Any]]:
        """See who is signed in."""
        return self._send("GET", "/v1/me", {}, {})

    def open_intake(self, *, body: IntakeIn, idempotency_key: str | None = None) -> Answer[Intake]:
        """Put a client on the waitlist for a therapist."""
        return self._send("POST", "/v1/intakes", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_intakes(self, *, state: Literal['WAITING', 'PROPOSED', 'PLACED', 'WITHDRAWN'] | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListIntakesResponse]:
        """List who waits for a therapist."""
        return self._send("GET", "/v1/intakes", {"state": state, "limit": limit, "cursor": cursor}, {})

    def get_intake(self, *, intake_id: str) -> Answer[Intake]:
        """See an intake."""
        return self._send("GET", f"/v1/intakes/{quote(str(intake_id))}", {}, {})

    def set_intake_priority(self, *, intake_id: str, body: services__gateway__routes__intakes__PriorityIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Intake]:
        """Say how soon a client needs a therapist."""
        return self._send("PUT", f"/v1/intakes/{quote(str(intake_id))}/priority", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def withdraw_intake(self, *, intake_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Intake]:
        """Take a client off the waitlist."""
        return self._send("POST", f"/v1/intakes/{quote(str(intake_id))}/withdraw", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def run_intake_batch(self, *, body: BatchIn, idempotency_key: str | None = None) -> Answer[Batch]:
        """Give all who wait to therapists."""
        return self._send("POST", "/v1/intake-batches", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def replay_intake_batch(self, *, batch_id: str) -> Answer[ReplayBatchResponse]:
        """Solve a stored batch again."""
        return self._send("GET", f"/v1/intake-batches/{quote(str(batch_id))}/replay", {}, {})

    def get_fairness_report(self, *, from_time: str, to_time: str) -> Answer[GetFairnessReportResponse]:
        """See how fairly caseloads and waits are spread."""
        return self._send("GET", "/v1/reports/fairness", {"from_time": from_time, "to_time": to_time}, {})

    def get_caps(self, *, therapist_id: str) -> Answer[Caps]:
        """See a therapist's caps."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}/caps", {}, {})

    def put_caps(self, *, therapist_id: str, body: CapsIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Caps]:
        """Cap what a therapist takes on."""
        return self._send("PUT", f"/v1/therapists/{quote(str(therapist_id))}/caps", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def put_equipment(self, *, equipment_id: str, body: EquipmentIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Equipment]:
        """Create or replace a piece of equipment."""
        return self._send("PUT", f"/v1/equipment/{quote(str(equipment_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_equipment(self, *, equipment_id: str) -> Answer[Equipment]:
        """See a piece of equipment."""
        return self._send("GET", f"/v1/equipment/{quote(str(equipment_id))}", {}, {})

    def put_travel_time(self, *, site_id: str, other_site_id: str, body: TravelTimeIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[TravelTime]:
        """Set the time between two sites."""
        return self._send("PUT", f"/v1/sites/{quote(str(site_id))}/travel-times/{quote(str(other_site_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_travel_time(self, *, site_id: str, other_site_id: str) -> Answer[TravelTime]:
        """See the time between two sites."""
        return self._send("GET", f"/v1/sites/{quote(str(site_id))}/travel-times/{quote(str(other_site_id))}", {}, {})

    def put_reservation(self, *, reservation_id: str, body: ReservationIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Reservation]:
        """Reserve capacity."""
        return self._send("PUT", f"/v1/reservations/{quote(str(reservation_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_reservation(self, *, reservation_id: str, idempotency_key: str | None = None) -> Answer[DeleteReservationResponse]:
        """Open reserved capacity."""
        return self._send("DELETE", f"/v1/reservations/{quote(str(reservation_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def get_reservation(self, *, reservation_id: str) -> Answer[Reservation]:
        """See reserved capacity."""
        return self._send("GET", f"/v1/reservations/{quote(str(reservation_id))}", {}, {})

    def list_priority_windows(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListPriorityWindowsResponse]:
        """List priority booking windows."""
        return self._send("GET", "/v1/priority-windows", {"limit": limit, "cursor": cursor}, {})

    def put_priority_window(self, *, window_id: str, body: PriorityWindowIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[PriorityWindow]:
        """Let some book earlier than others."""
        return self._send("PUT", f"/v1/priority-windows/{quote(str(window_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_priority_window(self, *, window_id: str) -> Answer[PriorityWindow]:
        """See a priority booking window."""
        return self._send("GET", f"/v1/priority-windows/{quote(str(window_id))}", {}, {})

    def delete_priority_window(self, *, window_id: str, idempotency_key: str | None = None) -> Answer[DeletePriorityWindowResponse]:
        """Let everybody book alike."""
        return self._send("DELETE", f"/v1/priority-windows/{quote(str(window_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_equipment(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListEquipmentResponse]:
        """List equipment."""
        return self._send("GET", "/v1/equipment", {"limit": limit, "cursor": cursor}, {})

    def list_travel_times(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListTravelTimesResponse]:
        """List travel times."""
        return self._send("GET", "/v1/travel-times", {"limit": limit, "cursor": cursor}, {})

    def list_reservations(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListReservationsResponse]:
        """List reserved capacity."""
        return self._send("GET", "/v1/reservations", {"limit": limit, "cursor": cursor}, {})

    def get_match_rules(self, *, version: str | None = None) -> Answer[MatchRules]:
        """See how the practice matches."""
        return self._send("GET", "/v1/match-rules", {"version": version}, {})

    def put_match_rules(self, *, body: MatchRulesIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[MatchRules]:
        """Set how the practice matches."""
        return self._send("PUT", "/v1/match-rules", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_hiring_report(self, *, from_time: str, to_time: str) -> Answer[GetHiringReportResponse]:
        """See for whom nobody suited."""
        return self._send("GET", "/v1/reports/hiring", {"from_time": from_time, "to_time": to_time}, {})

    def put_therapist(self, *, therapist_id: str, body: ProfileIn, idempotency_key: str | None = None) -> Answer[TherapistProfile]:
        """Create or replace a therapist's profile."""
        return self._send("PUT", f"/v1/therapists/{quote(str(therapist_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_therapist(self, *, therapist_id: str) -> Answer[TherapistProfile]:
        """See a therapist's profile."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}", {}, {})

    def import_therapists(self, *, body: ProfilesIn, idempotency_key: str | None = None) -> Answer[ImportTherapistProfilesResponse]:
        """Create or replace many profiles."""
        return self._send("POST", "/v1/imports/therapists", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def verify_licence(self, *, therapist_id: str, region: str, body: VerificationIn, idempotency_key: str | None = None) -> Answer[TherapistProfile]:
        """Say that a licence was looked up."""
        return self._send("POST", f"/v1/therapists/{quote(str(therapist_id))}/licences/{quote(str(region))}/verify", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_expiring_licences(self, *, within_days: int | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListExpiringLicencesResponse]:
        """See which licences end."""
        return self._send("GET", "/v1/expiring-licences", {"within_days": within_days, "limit": limit, "cursor": cursor}, {})

    def list_therapists(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListTherapistProfilesResponse]:
        """List therapists."""
        return self._send("GET", "/v1/therapists", {"limit": limit, "cursor": cursor}, {})

    def match_client(self, *, body: MatchIn, idempotency_key: str | None = None) -> Answer[Match]:
        """Find who suits a client."""
        return self._send("POST", "/v1/matches", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_match(self, *, match_id: str, locale: str | None = None) -> Answer[Match]:
        """See a match again."""
        return self._send("GET", f"/v1/matches/{quote(str(match_id))}", {"locale": locale}, {})

    def search_messages(self, *, client_id: str | None = None, state: Literal['PLANNED', 'SENDING', 'SENT', 'SUPPRESSED', 'FAILED'] | None | None = None, reason: str | None = None, kind: str | None = None, channel: Literal['EMAIL', 'SMS', 'INBOX', 'WEBHOOK'] | None | None = None, from_time: str | None | None = None, to_time: str | None | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[SearchMessagesResponse]:
        """Search the delivery log."""
        return self._send("GET", "/v1/messages", {"client_id": client_id, "state": state, "reason": reason, "kind": kind, "channel": channel, "from_time": from_time, "to_time": to_time, "limit": limit, "cursor": cursor}, {})

    def get_message(self, *, message_id: str) -> Answer[Message]:
        """Look at a message."""
        return self._send("GET", f"/v1/messages/{quote(str(message_id))}", {}, {})

    def list_deliveries(self, *, message_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListDeliveriesResponse]:
        """See every try of a message."""
        return self._send("GET", f"/v1/messages/{quote(str(message_id))}/deliveries", {"limit": limit, "cursor": cursor}, {})

    def resend_message(self, *, message_id: str, idempotency_key: str | None = None) -> Answer[Message]:
        """Say a message once more."""
        return self._send("POST", f"/v1/messages/{quote(str(message_id))}/resends", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def replay_messages(self, *, body: ReplayIn, idempotency_key: str | None = None) -> Answer[ReplayMessagesResponse]:
        """Say failed messages once more."""
        return self._send("POST", "/v1/messages/replays", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_message_report(self, *, from_time: str, to_time: str) -> Answer[MessageReport]:
        """Count messages and their answers."""
        return self._send("GET", "/v1/reports/messages", {"from_time": from_time, "to_time": to_time}, {})

    def list_replies(self, *, is_open_only: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListRepliesResponse]:
        """See what people texted back."""
        return self._send("GET", "/v1/replies", {"is_open_only": is_open_only, "limit": limit, "cursor": cursor}, {})

    def close_reply(self, *, reply_id: str, idempotency_key: str | None = None) -> Answer[Reply]:
        """Say that a reply was seen to."""
        return self._send("POST", f"/v1/replies/{quote(str(reply_id))}/closings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_inbox(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListInboxResponse]:
        """Read a client's inbox."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/inbox", {"limit": limit, "cursor": cursor}, {})

    def mark_inbox_read(self, *, message_id: str, idempotency_key: str | None = None) -> Answer[InboxEntry]:
        """Say that a notice was seen."""
        return self._send("POST", f"/v1/inbox/{quote(str(message_id))}/readings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def put_workflow(self, *, body: WorkflowIn, idempotency_key: str | None = None) -> Answer[Workflow]:
        """Set a workflow."""
        return self._send("PUT", "/v1/workflows", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_workflow(self, *, session_type_id: str | None = None) -> Answer[Workflow]:
        """See the workflow in force."""
        return self._send("GET", "/v1/workflows", {"session_type_id": session_type_id}, {})

    def list_workflow_versions(self, *, session_type_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListWorkflowVersionsResponse]:
        """List a workflow's versions."""
        return self._send("GET", "/v1/workflows/versions", {"session_type_id": session_type_id, "limit": limit, "cursor": cursor}, {})

    def preview_workflow(self, *, body: WorkflowPreviewIn) -> Answer[PreviewWorkflowResponse]:
        """See what a workflow would say."""
        return self._send("POST", "/v1/workflows/previews", {}, {}, body, "application/json")

    def dry_run_workflow(self, *, body: DryRunIn) -> Answer[DryRunWorkflowResponse]:
        """Try a workflow on the past."""
        return self._send("POST", "/v1/workflows/dry-runs", {}, {}, body, "application/json")

    def put_message_template(self, *, body: StoredTemplateIn, idempotency_key: str | None = None) -> Answer[MessageTemplate]:
        """Set a template."""
        return self._send("PUT", "/v1/message-templates", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_message_templates(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListTemplatesResponse]:
        """List the practice's own templates."""
        return self._send("GET", "/v1/message-templates", {"limit": limit, "cursor": cursor}, {})

    def get_message_template(self, *, template_key: str) -> Answer[ListTemplatesResponse]:
        """See a template in every locale and channel."""
        return self._send("GET", f"/v1/message-templates/{quote(str(template_key))}", {}, {})

    def preview_message_templates(self, *, body: TemplatePreviewIn) -> Answer[PreviewTemplateResponse]:
        """See how templates would read."""
        return self._send("POST", "/v1/message-templates/previews", {}, {}, body, "application/json")

    def put_message_settings(self, *, body: MessageSettingsIn, idempotency_key: str | None = None) -> Answer[MessageSettings]:
        """Set how messages look and when they may come."""
        return self._send("PUT", "/v1/message-settings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def get_message_settings(self) -> Answer[MessageSettings]:
        """See how messages look and when they may come."""
        return self._send("GET", "/v1/message-settings", {}, {})

    def put_on_call_contact(self, *, contact_id: str, body: OnCallContactIn, idempotency_key: str | None = None) -> Answer[PutOnCallContactResponse]:
        """Say who is paged."""
        return self._send("PUT", f"/v1/on-call-contacts/{quote(str(contact_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_on_call_contacts(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListOnCallContactsResponse]:
        """See who is paged."""
        return self._send("GET", "/v1/on-call-contacts", {"limit": limit, "cursor": cursor}, {})

    def list_pages(self, *, only_open: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListPagesResponse]:
        """See what staff is paged about."""
        return self._send("GET", "/v1/pages", {"only_open": only_open, "limit": limit, "cursor": cursor}, {})

    def put_staff_member(self, *, body: StaffMemberIn, idempotency_key: str | None = None) -> Answer[StaffMember]:
        """Say who somebody of the staff is."""
        return self._send("POST", "/v1/staff-members", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_staff_members(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListStaffMembersResponse]:
        """List the staff members that were told of."""
        return self._send("GET", "/v1/staff-members", {"limit": limit, "cursor": cursor}, {})

    def mark_client(self, *, client_id: str, body: ClientMarksIn, idempotency_key: str | None = None) -> Answer[ClientMarks]:
        """Say where a client lives and whether people may be curious."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/marks", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def put_policy(self, *, body: PolicyIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Policy]:
        """Set a policy."""
        return self._send("PUT", "/v1/policies", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def list_policies(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListPoliciesResponse]:
        """List policies."""
        return self._send("GET", "/v1/policies", {"limit": limit, "cursor": cursor}, {})

    def list_fees(self, *, client_id: str | None = None, state: Literal['PROPOSED', 'WAIVED', 'ACCEPTED'] | None | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListFeesResponse]:
        """List fees."""
        return self._send("GET", "/v1/fees", {"client_id": client_id, "state": state, "limit": limit, "cursor": cursor}, {})

    def get_fee(self, *, fee_id: str) -> Answer[Fee]:
        """See a fee."""
        return self._send("GET", f"/v1/fees/{quote(str(fee_id))}", {}, {})

    def waive_fee(self, *, fee_id: str, body: WaiverIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Fee]:
        """Give a fee up."""
        return self._send("POST", f"/v1/fees/{quote(str(fee_id))}/waivers", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def accept_fee(self, *, fee_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Fee]:
        """Take a fee over."""
        return self._send("POST", f"/v1/fees/{quote(str(fee_id))}/acceptances", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def record_requirement(self, *, client_id: str, body: RequirementIn, idempotency_key: str | None = None) -> Answer[Requirement]:
        """Record what a client has given."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/requirements", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_requirements(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListRequirementsResponse]:
        """List what a client has given."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/requirements", {"limit": limit, "cursor": cursor}, {})

    def put_authorisation(self, *, client_id: str, authorisation_id: str, body: AuthorisationIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Authorisation]:
        """Create or replace an authorisation."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/authorisations/{quote(str(authorisation_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def list_authorisations(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListAuthorisationsResponse]:
        """List a client's authorisations."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/authorisations", {"limit": limit, "cursor": cursor}, {})

    def put_site(self, *, site_id: str, body: SiteIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Site]:
        """Create or replace a site."""
        return self._send("PUT", f"/v1/sites/{quote(str(site_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_site(self, *, site_id: str) -> Answer[Site]:
        """See a site."""
        return self._send("GET", f"/v1/sites/{quote(str(site_id))}", {}, {})

    def patch_site(self, *, site_id: str, body: dict[str, Any], idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Site]:
        """Change some of a site."""
        return self._send("PATCH", f"/v1/sites/{quote(str(site_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/merge-patch+json")

    def list_sites(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListSitesResponse]:
        """List sites."""
        return self._send("GET", "/v1/sites", {"limit": limit, "cursor": cursor}, {})

    def list_rooms(self, *, site_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListRoomsResponse]:
        """List rooms."""
        return self._send("GET", "/v1/rooms", {"site_id": site_id, "limit": limit, "cursor": cursor}, {})

    def get_room(self, *, room_id: str) -> Answer[Room]:
        """See a room."""
        return self._send("GET", f"/v1/rooms/{quote(str(room_id))}", {}, {})

    def put_room(self, *, room_id: str, body: RoomIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Room]:
        """Create or replace a room."""
        return self._send("PUT", f"/v1/rooms/{quote(str(room_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def patch_room(self, *, room_id: str, body: dict[str, Any], idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Room]:
        """Change some of a room."""
        return self._send("PATCH", f"/v1/rooms/{quote(str(room_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/merge-patch+json")

    def put_session_type(self, *, session_type_id: str, body: SessionTypeIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SessionType]:
        """Create or replace a session type."""
        return self._send("PUT", f"/v1/session-types/{quote(str(session_type_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_session_type(self, *, session_type_id: str) -> Answer[SessionType]:
        """See a session type."""
        return self._send("GET", f"/v1/session-types/{quote(str(session_type_id))}", {}, {})

    def patch_session_type(self, *, session_type_id: str, body: dict[str, Any], idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SessionType]:
        """Change some of a session type."""
        return self._send("PATCH", f"/v1/session-types/{quote(str(session_type_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/merge-patch+json")

    def list_session_types(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListSessionTypesResponse]:
        """List session types."""
        return self._send("GET", "/v1/session-types", {"limit": limit, "cursor": cursor}, {})

    def get_schedule(self, *, therapist_id: str) -> Answer[Schedule]:
        """See a therapist's schedule."""
        return self._send("GET", f"/v1/therapists/{quote(str(therapist_id))}/schedule", {}, {})

    def put_schedule(self, *, therapist_id: str, body: ScheduleIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Schedule]:
        """Set a therapist's schedule."""
        return self._send("PUT", f"/v1/therapists/{quote(str(therapist_id))}/schedule", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def search_slots(self, *, body: SlotSearchIn) -> Answer[SearchSlotsResponse]:
        """Find free slots."""
        return self._send("POST", "/v1/searches/slots", {}, {}, body, "application/json")

    def explain_slot(self, *, body: ExplanationIn) -> Answer[ExplainSlotResponse]:
        """Ask why a start is, or is not, offered."""
        return self._send("POST", "/v1/searches/explanations", {}, {}, body, "application/json")

    def put_client_priority(self, *, client_id: str, body: services__gateway__routes__priority__PriorityIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[ClientPriority]:
        """Say that a client is in high need."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/priority", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_client_priority(self, *, client_id: str) -> Answer[ClientPriority]:
        """See who a client is to rules of priority."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/priority", {}, {})

    def find_client_slots(self, *, client_id: str, body: SlotSearchIn) -> Answer[FindClientSlotsResponse]:
        """Find free slots for a client."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/searches/slots", {}, {}, body, "application/json")

    def explain_client_slot(self, *, client_id: str, body: ClientSlotIn) -> Answer[ExplainClientSlotResponse]:
        """Say whether a client could book a start, and what hides it."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/searches/slot-explanations", {}, {}, body, "application/json")

    def propose_therapist(self, *, body: ProposalIn, idempotency_key: str | None = None) -> Answer[Proposal]:
        """Propose a therapist to a client."""
        return self._send("POST", "/v1/proposals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_proposals(self, *, client_id: str | None = None, therapist_id: str | None = None, state: Literal['OPEN', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN'] | None | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListProposalsResponse]:
        """List proposals of a client or a therapist."""
        return self._send("GET", "/v1/proposals", {"client_id": client_id, "therapist_id": therapist_id, "state": state, "limit": limit, "cursor": cursor}, {})

    def get_proposal(self, *, proposal_id: str, locale: str | None = None) -> Answer[Proposal]:
        """See a proposal, and what speaks for it."""
        return self._send("GET", f"/v1/proposals/{quote(str(proposal_id))}", {"locale": locale}, {})

    def accept_proposal(self, *, proposal_id: str, body: AcceptanceIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Proposal]:
        """Accept a proposal with a first appointment."""
        return self._send("POST", f"/v1/proposals/{quote(str(proposal_id))}/accept", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def decline_proposal(self, *, proposal_id: str, body: RefusalIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Proposal]:
        """Decline a proposal."""
        return self._send("POST", f"/v1/proposals/{quote(str(proposal_id))}/decline", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_retention(self) -> Answer[Retention]:
        """See how long the trail is kept."""
        return self._send("GET", "/v1/audit/retention", {}, {})

    def set_retention(self, *, body: RetentionIn, idempotency_key: str | None = None) -> Answer[Retention]:
        """Say how long the trail is kept."""
        return self._send("PUT", "/v1/audit/retention", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def set_legal_hold(self, *, body: LegalHoldIn, idempotency_key: str | None = None) -> Answer[LegalHold]:
        """Hold a client or the practice."""
        return self._send("POST", "/v1/audit/legal-holds", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_legal_holds(self, *, only_open: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListLegalHoldsResponse]:
        """List holds."""
        return self._send("GET", "/v1/audit/legal-holds", {"only_open": only_open, "limit": limit, "cursor": cursor}, {})

    def lift_legal_hold(self, *, hold_id: str, idempotency_key: str | None = None) -> Answer[LegalHold]:
        """Lift a hold."""
        return self._send("POST", f"/v1/audit/legal-holds/{quote(str(hold_id))}/lift", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def request_detachment(self, *, idempotency_key: str | None = None) -> Answer[Detachment]:
        """Ask to take out what is past its time."""
        return self._send("POST", "/v1/audit/detachments", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_detachments(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListDetachmentsResponse]:
        """List detachments."""
        return self._send("GET", "/v1/audit/detachments", {"limit": limit, "cursor": cursor}, {})

    def approve_detachment(self, *, detachment_id: str, idempotency_key: str | None = None) -> Answer[Detachment]:
        """Agree to a detachment."""
        return self._send("POST", f"/v1/audit/detachments/{quote(str(detachment_id))}/approve", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def cancel_detachment(self, *, detachment_id: str, idempotency_key: str | None = None) -> Answer[Detachment]:
        """Call a detachment off."""
        return self._send("POST", f"/v1/audit/detachments/{quote(str(detachment_id))}/cancel", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def get_detachment(self, *, detachment_id: str) -> Answer[Detachment]:
        """See how far a detachment is."""
        return self._send("GET", f"/v1/audit/detachments/{quote(str(detachment_id))}", {}, {})

    def request_erasure(self, *, body: ErasureIn, idempotency_key: str | None = None) -> Answer[Erasure]:
        """Ask to erase a client."""
        return self._send("POST", "/v1/audit/erasures", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_erasures(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListErasuresResponse]:
        """List erasures."""
        return self._send("GET", "/v1/audit/erasures", {"limit": limit, "cursor": cursor}, {})

    def approve_erasure(self, *, erasure_id: str, idempotency_key: str | None = None) -> Answer[Erasure]:
        """Agree to an erasure."""
        return self._send("POST", f"/v1/audit/erasures/{quote(str(erasure_id))}/approve", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def cancel_erasure(self, *, erasure_id: str, idempotency_key: str | None = None) -> Answer[Erasure]:
        """Call an erasure off."""
        return self._send("POST", f"/v1/audit/erasures/{quote(str(erasure_id))}/cancel", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def get_erasure(self, *, erasure_id: str) -> Answer[Erasure]:
        """See how far an erasure is."""
        return self._send("GET", f"/v1/audit/erasures/{quote(str(erasure_id))}", {}, {})

    def put_proxy(self, *, client_id: str, proxy_client_id: str, body: ProxyIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Proxy]:
        """Let somebody act for a client."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/proxies/{quote(str(proxy_client_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def remove_proxy(self, *, client_id: str, proxy_client_id: str, idempotency_key: str | None = None) -> Answer[RemoveProxyResponse]:
        """Let somebody act for a client no more."""
        return self._send("DELETE", f"/v1/clients/{quote(str(client_id))}/proxies/{quote(str(proxy_client_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_proxies(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListProxiesResponse]:
        """List who may act for a client."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/proxies", {"limit": limit, "cursor": cursor}, {})

    def set_confidential(self, *, client_id: str, body: ConfidentialityIn, idempotency_key: str | None = None) -> Answer[SetConfidentialResponse]:
        """Hide a client or an appointment from whoever acts for them."""
        return self._send("PUT", f"/v1/clients/{quote(str(client_id))}/confidentiality", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def put_fence(self, *, fence_id: str, body: FenceIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[PutFenceResponse]:
        """Keep two clients apart."""
        return self._send("PUT", f"/v1/fences/{quote(str(fence_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def get_fence(self, *, fence_id: str) -> Answer[Fence]:
        """See a fence."""
        return self._send("GET", f"/v1/fences/{quote(str(fence_id))}", {}, {})

    def remove_fence(self, *, fence_id: str, idempotency_key: str | None = None) -> Answer[RemoveFenceResponse]:
        """Take a fence away."""
        return self._send("DELETE", f"/v1/fences/{quote(str(fence_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_fences(self, *, client_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListFencesResponse]:
        """List fences."""
        return self._send("GET", "/v1/fences", {"client_id": client_id, "limit": limit, "cursor": cursor}, {})

    def preflight_series(self, *, body: SeriesPlanIn) -> Answer[PreflightSeriesResponse]:
        """Try a standing hour."""
        return self._send("POST", "/v1/searches/series", {}, {}, body, "application/json")

    def create_series(self, *, body: SeriesIn, idempotency_key: str | None = None) -> Answer[SeriesOutcome]:
        """Book a standing hour."""
        return self._send("POST", "/v1/series", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_series(self, *, client_id: str | None = None, therapist_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListSeriesResponse]:
        """List series."""
        return self._send("GET", "/v1/series", {"client_id": client_id, "therapist_id": therapist_id, "limit": limit, "cursor": cursor}, {})

    def get_series(self, *, series_id: str) -> Answer[Series]:
        """See a series."""
        return self._send("GET", f"/v1/series/{quote(str(series_id))}", {}, {})

    def list_series_occurrences(self, *, series_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListSeriesOccurrencesResponse]:
        """List a series' occurrences."""
        return self._send("GET", f"/v1/series/{quote(str(series_id))}/occurrences", {"limit": limit, "cursor": cursor}, {})

    def list_series_conflicts(self, *, therapist_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListSeriesConflictsResponse]:
        """List what could not be placed."""
        return self._send("GET", "/v1/series-conflicts", {"therapist_id": therapist_id, "limit": limit, "cursor": cursor}, {})

    def change_series(self, *, series_id: str, body: SeriesChangeIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SeriesOutcome]:
        """Move one occurrence, later ones, or all."""
        return self._send("POST", f"/v1/series/{quote(str(series_id))}/changes", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def cancel_series(self, *, series_id: str, body: OccurrenceScope, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SeriesOutcome]:
        """Call one occurrence, later ones, or all off."""
        return self._send("POST", f"/v1/series/{quote(str(series_id))}/cancellations", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def pause_series(self, *, series_id: str, body: PauseIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SeriesOutcome]:
        """Pause a series."""
        return self._send("POST", f"/v1/series/{quote(str(series_id))}/pauses", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def resume_series(self, *, series_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[SeriesOutcome]:
        """End a pause early."""
        return self._send("POST", f"/v1/series/{quote(str(series_id))}/resumptions", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def get_session(self) -> Answer[SessionOut]:
        """See the browser's session."""
        return self._send("GET", "/v1/session", {}, {})

    def end_session(self) -> Answer[SignedOutOut]:
        """Sign out here."""
        return self._send("DELETE", "/v1/session", {}, {})

    def list_sessions(self) -> Answer[SessionsOut]:
        """See where one is signed in."""
        return self._send("GET", "/v1/sessions", {}, {})

    def end_sessions(self) -> Answer[SignedOutOut]:
        """Sign out everywhere."""
        return self._send("DELETE", "/v1/sessions", {}, {})

    def join_appointment(self, *, appointment_id: str) -> Answer[JoinAppointmentResponse]:
        """Join a session by video."""
        return self._send("POST", f"/v1/appointments/{quote(str(appointment_id))}/joins", {}, {})

    def create_thread(self, *, client_id: str, body: ThreadIn, idempotency_key: str | None = None) -> Answer[Thread]:
        """Begin a thread."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/threads", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_threads(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListThreadsResponse]:
        """List the threads of a client."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/threads", {"limit": limit, "cursor": cursor}, {})

    def list_care_threads(self, *, is_unread_only: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListCareThreadsResponse]:
        """List the threads of all in your care."""
        return self._send("GET", "/v1/threads", {"is_unread_only": is_unread_only, "limit": limit, "cursor": cursor}, {})

    def list_posts(self, *, thread_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListPostsResponse]:
        """Read a thread."""
        return self._send("GET", f"/v1/threads/{quote(str(thread_id))}/posts", {"limit": limit, "cursor": cursor}, {})

    def create_post(self, *, thread_id: str, body: PostIn, idempotency_key: str | None = None) -> Answer[Post]:
        """Write in a thread."""
        return self._send("POST", f"/v1/threads/{quote(str(thread_id))}/posts", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def mark_thread_read(self, *, thread_id: str, body: ReadingIn, idempotency_key: str | None = None) -> Answer[Thread]:
        """Say how far you have read."""
        return self._send("POST", f"/v1/threads/{quote(str(thread_id))}/readings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def create_attachment(self, *, client_id: str, body: str, content_disposition: str | None = None, idempotency_key: str | None = None) -> Answer[Attachment]:
        """Upload a file."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/attachments", {}, {"Content-Disposition": content_disposition, "Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/octet-stream")

    def get_attachment(self, *, attachment_id: str) -> Answer[Any]:
        """Download a file."""
        return self._send("GET", f"/v1/attachments/{quote(str(attachment_id))}/content", {}, {})

    def get_instrument(self, *, code: str, locale: str | None = None) -> Answer[Instrument]:
        """Read an instrument."""
        return self._send("GET", f"/v1/instruments/{quote(str(code))}", {"locale": locale}, {})

    def put_instrument_wording(self, *, code: Literal['PHQ-9', 'GAD-7', 'C-SSRS'], locale: str, body: services__gateway__routes__triage__WordingIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Instrument]:
        """Bring the wording of an instrument."""
        return self._send("PUT", f"/v1/instruments/{quote(str(code))}/wordings/{quote(str(locale))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def answer_screening(self, *, client_id: str, body: services__gateway__routes__triage__ScreeningIn, idempotency_key: str | None = None) -> Answer[AnswerScreeningResponse]:
        """Answer an instrument."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/screenings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_screenings(self, *, client_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListScreeningsResponse]:
        """See a client's scores."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/screenings", {"limit": limit, "cursor": cursor}, {})

    def report_danger(self, *, client_id: str, body: DangerIn, idempotency_key: str | None = None) -> Answer[ReportDangerResponse]:
        """Say that a client is in danger."""
        return self._send("POST", f"/v1/clients/{quote(str(client_id))}/danger", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_crisis_flags(self, *, with_closed: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListCrisisFlagsResponse]:
        """List who may be in danger."""
        return self._send("GET", "/v1/crisis-flags", {"with_closed": with_closed, "limit": limit, "cursor": cursor}, {})

    def acknowledge_crisis_flag(self, *, flag_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[CrisisFlag]:
        """Take a flag over."""
        return self._send("POST", f"/v1/crisis-flags/{quote(str(flag_id))}/acknowledge", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def close_crisis_flag(self, *, flag_id: str, body: ClosingIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[CrisisFlag]:
        """Close a flag."""
        return self._send("POST", f"/v1/crisis-flags/{quote(str(flag_id))}/close", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def create_wish(self, *, body: WishIn, idempotency_key: str | None = None) -> Answer[Wish]:
        """Wait for a slot."""
        return self._send("POST", "/v1/wishes", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_wishes(self, *, client_id: str | None = None, therapist_id: str | None = None, session_type_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListWishesResponse]:
        """List wishes."""
        return self._send("GET", "/v1/wishes", {"client_id": client_id, "therapist_id": therapist_id, "session_type_id": session_type_id, "limit": limit, "cursor": cursor}, {})

    def get_wish(self, *, wish_id: str) -> Answer[Wish]:
        """See a wish."""
        return self._send("GET", f"/v1/wishes/{quote(str(wish_id))}", {}, {})

    def update_wish(self, *, wish_id: str, body: WishWantedIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Wish]:
        """Change a wish."""
        return self._send("PUT", f"/v1/wishes/{quote(str(wish_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def withdraw_wish(self, *, wish_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Wish]:
        """Stop waiting."""
        return self._send("POST", f"/v1/wishes/{quote(str(wish_id))}/withdrawals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def list_offers(self, *, client_id: str, is_open_only: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListOffersResponse]:
        """List a client's offers."""
        return self._send("GET", f"/v1/clients/{quote(str(client_id))}/offers", {"is_open_only": is_open_only, "limit": limit, "cursor": cursor}, {})

    def get_offer(self, *, offer_id: str) -> Answer[Offer]:
        """See an offer."""
        return self._send("GET", f"/v1/offers/{quote(str(offer_id))}", {}, {})

    def accept_offer(self, *, offer_id: str, idempotency_key: str | None = None) -> Answer[Appointment]:
        """Take an offer."""
        return self._send("POST", f"/v1/offers/{quote(str(offer_id))}/acceptances", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def decline_offer(self, *, offer_id: str, idempotency_key: str | None = None) -> Answer[Offer]:
        """Decline an offer."""
        return self._send("POST", f"/v1/offers/{quote(str(offer_id))}/refusals", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_openings(self, *, therapist_id: str | None = None, has_closed: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Answer[ListOpeningsResponse]:
        """List freed slots."""
        return self._send("GET", "/v1/openings", {"therapist_id": therapist_id, "has_closed": has_closed, "limit": limit, "cursor": cursor}, {})

    def get_opening(self, *, opening_id: str) -> Answer[GetOpeningResponse]:
        """See a freed slot."""
        return self._send("GET", f"/v1/openings/{quote(str(opening_id))}", {}, {})

    def skip_waiter(self, *, opening_id: str, body: SkipIn, idempotency_key: str | None = None) -> Answer[Offer]:
        """Pass a client over for one slot."""
        return self._send("POST", f"/v1/openings/{quote(str(opening_id))}/skips", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def close_opening(self, *, opening_id: str, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Opening]:
        """Give a freed slot back to everybody."""
        return self._send("POST", f"/v1/openings/{quote(str(opening_id))}/closings", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match})

    def get_refill_report(self, *, from_time: str, to_time: str, therapist_id: str | None = None) -> Answer[RefillReport]:
        """Count what came free and was filled."""
        return self._send("GET", "/v1/reports/refills", {"from_time": from_time, "to_time": to_time, "therapist_id": therapist_id}, {})

    def create_webhook(self, *, body: WebhookIn, idempotency_key: str | None = None) -> Answer[CreateWebhookResponse]:
        """Add a webhook."""
        return self._send("POST", "/v1/webhooks", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}, body, "application/json")

    def list_webhooks(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[ListWebhooksResponse]:
        """See the webhooks."""
        return self._send("GET", "/v1/webhooks", {"limit": limit, "cursor": cursor}, {})

    def get_webhook(self, *, webhook_id: str) -> Answer[Webhook]:
        """See a webhook."""
        return self._send("GET", f"/v1/webhooks/{quote(str(webhook_id))}", {}, {})

    def update_webhook(self, *, webhook_id: str, body: WebhookChangeIn, idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Webhook]:
        """Change a webhook."""
        return self._send("PUT", f"/v1/webhooks/{quote(str(webhook_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/json")

    def delete_webhook(self, *, webhook_id: str, idempotency_key: str | None = None) -> Answer[Webhook]:
        """Remove a webhook."""
        return self._send("DELETE", f"/v1/webhooks/{quote(str(webhook_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def patch_webhook(self, *, webhook_id: str, body: dict[str, Any], idempotency_key: str | None = None, if_match: str | None = None) -> Answer[Webhook]:
        """Change some of a webhook."""
        return self._send("PATCH", f"/v1/webhooks/{quote(str(webhook_id))}", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "If-Match": if_match}, body, "application/merge-patch+json")

    def rotate_webhook_secret(self, *, webhook_id: str, idempotency_key: str | None = None) -> Answer[CreateWebhookResponse]:
        """Give a webhook a new secret."""
        return self._send("POST", f"/v1/webhooks/{quote(str(webhook_id))}/secrets", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def list_webhook_deliveries(self, *, webhook_id: str, limit: int | None = None, cursor: str | None = None) -> Answer[ListWebhookDeliveriesResponse]:
        """See what was said to a webhook."""
        return self._send("GET", f"/v1/webhooks/{quote(str(webhook_id))}/deliveries", {"limit": limit, "cursor": cursor}, {})

    def replay_webhook_delivery(self, *, delivery_id: str, idempotency_key: str | None = None) -> Answer[WebhookDelivery]:
        """Say something to a webhook again."""
        return self._send("POST", f"/v1/webhook-deliveries/{quote(str(delivery_id))}/replays", {}, {"Idempotency-Key": idempotency_key or str(uuid.uuid4())})

    def get_week(self, *, from_time: str, to_time: str, therapist_id: str | None = None) -> Answer[dict[str, Any]]:
        """See a week of the practice."""
        return self._send("GET", "/v1/week", {"from_time": from_time, "to_time": to_time, "therapist_id": therapist_id}, {})
