// Written by `make docs` from docs/openapi.json; change the routes, not this file.

/** A refusal (RFC 9457). `body.reason` is stable; see docs/errors.md. */
export class KeptProblem extends Error {
  status: number;
  body: Problem;
  headers: Headers;
}

/** What a call gives. `etag` is what `if_match` of a change wants; "" where there is none. */
export interface Answer<T> {
  data: T;
  etag: string;
  status: number;
  headers: Headers;
}

export interface Settings {
  /** Where the API is; "" for the page's own origin, where the portal's session signs in. */
  baseUrl?: string;
  /** Gives the access token; none where a session signs in. */
  token?: () => string | Promise<string>;
  fetch?: typeof fetch;
}
export interface Absence {
  absence_id: string;
  therapist_id: string;
  interval: Interval | null;
  is_closed: boolean;
  open_items: number;
  items: number;
}
export interface AbsenceCase {
  absence_id: string;
  therapist_id: string;
  interval: Interval | null;
  open_count: number;
  escalated_count: number;
  affected_count: number;
  counts: (AffectedCount)[];
  wording: AbsenceWording | null;
  approved_wording_version: number;
  create_time: string | null;
}
export interface AbsenceIn {
  therapist_id: string;
  start_time: string;
  end_time: string;
}
export interface AbsenceItem {
  claim_id: string;
  client_id: string;
  session_type_id: string;
  start_time: string | null;
  need_rank: number;
  state: "UNSPECIFIED" | "OPEN" | "OFFERED" | "MOVED" | "CANCELLED" | "COVERED" | "BY_VIDEO" | "KEPT";
}
export interface AbsenceOffer {
  offer_id: string;
  absence_id: string;
  appointment_id: string;
  client_id: string;
  state: "UNSPECIFIED" | "PREPARED" | "MADE" | "ACCEPTED" | "DECLINED" | "EXPIRED" | "WITHDRAWN" | "EMPTY";
  options: (AbsenceOption)[];
  expire_time: string | null;
  wording: string;
  accepted_option_id: string;
  is_confidential: boolean;
  make_time: string | null;
  close_time: string | null;
  etag: string;
}
export interface AbsenceOption {
  option_id: string;
  kind: "UNSPECIFIED" | "COVER" | "VIDEO" | "OTHER_TIME";
  therapist_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  why: string;
}
export interface AbsenceWording {
  wording_version: number;
  body: string;
  is_approved: boolean;
  author_id: string;
  approve_actor_id: string;
  approve_time: string | null;
}
export interface AcceptanceIn {
  session_type_id: string;
  local_start: string;
  time_zone: string;
  fold?: 0 | 1 | 2;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
}
export interface Account {
  account_id: string;
  client_id: string;
  actor_id: string;
  link_time: string | null;
}
export interface AccountLinkIn {
  code: string;
  birth_date: string;
}
export interface AddressIn {
  channel: "EMAIL" | "SMS";
  address: string;
  /** None when it is the client's own. */
  guardian_id?: string | null;
  /** Used instead of all others of its channel; why is not asked. */
  is_alternative?: boolean;
  /** No message may be left there: others may see it. */
  is_unsafe?: boolean;
  /** Empty means the client's. */
  time_zone?: string;
  locale?: "" | "en" | "es";
}
export interface AffectedAppointment {
  absence_id: string;
  appointment_id: string;
  client_id: string;
  session_type_id: string;
  start_time: string | null;
  need_rank: number;
  need: AffectedNeed | null;
  state: "UNSPECIFIED" | "PENDING" | "OPEN" | "ASKED" | "OFFERED" | "MOVED" | "COVERED" | "BY_VIDEO" | "CANCELLED" | "KEPT" | "NEVER_BOOKED";
  note: string;
  is_escalated: boolean;
  escalate_time: string | null;
  offer: AbsenceOffer | null;
  settle_time: string | null;
}
export interface AffectedCount {
  state: "UNSPECIFIED" | "PENDING" | "OPEN" | "ASKED" | "OFFERED" | "MOVED" | "COVERED" | "BY_VIDEO" | "CANCELLED" | "KEPT" | "NEVER_BOOKED";
  count: number;
}
export interface AffectedNeed {
  is_high_need: boolean;
  is_crisis: boolean;
  gap_days: number;
  load_weight: number;
  words: string;
}
export interface Alarm {
  alarm_id: string;
  kind: string;
  severity: string;
  summary: string;
  subject: string;
  evidence: (Exhibit)[];
  first_time: string | null;
  last_time: string | null;
  sightings: number;
  acknowledged_by: string;
  acknowledge_time: string | null;
  resolve_time: string | null;
  resolution: string;
  resolved_by: string;
  is_shared: boolean;
}
export interface AnswerFitResponse {
}
export interface AnswerScreeningResponse {
  screening: Screening | null;
  crisis_resources: CrisisResources | null;
}
export interface AnswersIn {
  answers?: (services__gateway__routes__forms__AnswerIn)[];
  /** The caller has finished: required questions must be answered. */
  is_submitted?: boolean;
  /** The language help is shown in. */
  locale?: string;
}
export interface Appointment {
  appointment_id: string;
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  state: "UNSPECIFIED" | "BOOKED" | "CONFIRMED" | "CHECKED_IN" | "IN_SESSION" | "COMPLETED" | "CANCELLED" | "NO_SHOW";
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  tzdata_version: string;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  room_id: string;
  cancelled_by: "UNSPECIFIED" | "CLIENT" | "PRACTICE";
  is_late_cancellation: boolean;
  etag: string;
  version: number;
  create_time: string | null;
  update_time: string | null;
  warnings: (string)[];
  confirm_by_time: string | null;
  is_confidential: boolean;
  extra_client_ids: (string)[];
  restores_appointment_id: string;
  group_session_id: string;
}
export interface AppointmentChange {
  version: number;
  state: "UNSPECIFIED" | "BOOKED" | "CONFIRMED" | "CHECKED_IN" | "IN_SESSION" | "COMPLETED" | "CANCELLED" | "NO_SHOW";
  start_time: string | null;
  actor_id: string;
  change_time: string | null;
  previous_start_time: string | null;
  reason: "UNSPECIFIED" | "ILLNESS" | "CRISIS" | "CONFLICT" | "TRANSPORT" | "THERAPIST_ABSENT" | "PRACTICE" | "NOT_NEEDED" | "UNDONE";
}
export interface AppointmentIn {
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  local_start: string;
  time_zone: string;
  /** Which of two equal wall times: 1 first, 2 second. */
  fold?: 0 | 1 | 2;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  /** Further clients of the same session: couples, families. */
  extra_client_ids?: (string)[];
  /** Whoever acts for the client does not see it. */
  is_confidential?: boolean;
  /** Why a cap or what is kept for others is passed over; staff only, no names. */
  override_reason?: string;
}
export interface ApprovalIn {
  wording_version: number;
}
export interface AssignmentIn {
  assignee_id?: string;
}
export interface Attachment {
  attachment_id: string;
  client_id: string;
  file_name: string;
  media_type: string;
  size_bytes: number;
}
export interface Authorisation {
  authorisation_id: string;
  client_id: string;
  visit_count: number;
  used_count: number;
  from_date: string;
  to_date: string;
  session_type_ids: (string)[];
  forbids_fees: boolean;
  etag: string;
}
export interface AuthorisationIn {
  visit_count: number;
  from_date: string;
  to_date: string;
  session_type_ids?: (string)[];
  forbids_fees?: boolean;
}
export interface BandIn {
  least: number;
  code: string;
}
export interface Batch {
  batch_id: string;
  policy: "UNSPECIFIED" | "FLOW" | "STABLE";
  weights_version: string;
  seed: string;
  placements: (Placement)[];
  urgent_count: number;
  high_count: number;
  served_count: number;
  points: number;
  spread: LoadSpread | null;
  held_count: number;
  create_time: string | null;
}
export interface BatchIn {
  policy?: "FLOW" | "STABLE";
  is_dry_run?: boolean;
}
export interface BatchOperation {
  operation_id: string;
  state: "UNSPECIFIED" | "QUEUED" | "RUNNING" | "DONE" | "FAILED" | "CANCELLED";
  stage: "UNSPECIFIED" | "READING" | "SEARCHING" | "JUDGING" | "SOLVING" | "PROPOSING";
  done_ratio: number;
  policy: "UNSPECIFIED" | "FLOW" | "STABLE";
  is_dry_run: boolean;
  attempt_count: number;
  reason: string;
  batch: Batch | null;
  create_time: string | null;
  end_time: string | null;
  etag: string;
}
export interface BreakGlass {
  break_glass_id: string;
  client_id: string;
  actor_id: string;
  reason: "UNSPECIFIED" | "CRISIS" | "TEAM_UNREACHABLE" | "OTHER_TREATMENT";
  scopes: ("UNSPECIFIED" | "SCHEDULE" | "REGISTRY" | "CONTACT" | "INTAKE")[];
  start_time: string | null;
  expire_time: string | null;
  review_due_time: string | null;
  finding: "UNSPECIFIED" | "JUSTIFIED" | "VIOLATION";
  reviewer_id: string;
}
export interface BreakGlassIn {
  reason: "CRISIS" | "TEAM_UNREACHABLE" | "OTHER_TREATMENT";
  explanation: string;
  scopes: ("SCHEDULE" | "REGISTRY" | "CONTACT" | "INTAKE")[];
  length_min?: number;
}
export interface Cadence {
  client_id: string;
  therapist_id: string;
  every_days: number;
  lead_days: number;
  etag: string;
}
export interface CadenceIn {
  /** 0 ends the agreement. */
  every_days: number;
  lead_days?: number;
}
export interface CadenceReality {
  cadence: Cadence | null;
  standing: "UNSPECIFIED" | "ON_TRACK" | "GAP_AHEAD" | "OVERDUE";
  last_time: string | null;
  next_time: string | null;
  due_date: string;
  gap_days: number;
  kept_count: number;
  agreed_count: number;
}
export interface CalendarFeed {
  feed_id: string;
  therapist_id: string;
  client_id: string;
  label: "UNSPECIFIED" | "BUSY" | "APPOINTMENT" | "REFERENCE";
  create_time: string | null;
  expire_time: string | null;
  last_read_time: string | null;
}
export interface Candidate {
  therapist_id: string;
  display_name: string;
  fit_ratio: number;
  reasons: (Reason)[];
  earliest_slot: Slot | null;
}
export interface Caps {
  therapist_id: string;
  max_sessions_day: number;
  max_sessions_week: number;
  max_minutes_day: number;
  max_minutes_week: number;
  max_load_day: number;
  max_load_week: number;
  max_consecutive: number;
  break_min: number;
  max_intakes_week: number;
  crisis_cool_down_min: number;
  etag: string;
}
export interface CapsIn {
  max_sessions_day?: number;
  max_sessions_week?: number;
  max_minutes_day?: number;
  max_minutes_week?: number;
  max_load_day?: number;
  max_load_week?: number;
  max_consecutive?: number;
  /** At least 1 where max_consecutive is set. */
  break_min?: number;
  max_intakes_week?: number;
  crisis_cool_down_min?: number;
}
export interface CareTeamMember {
  client_id: string;
  therapist_id: string;
  since_time: string | null;
  cover_until: string | null;
}
export interface Case {
  case_id: string;
  rule: string;
  severity: string;
  state: "UNSPECIFIED" | "OPEN" | "ASSIGNED" | "AWAITS_SIGN_OFF" | "CLOSED";
  actor_id: string;
  client_id: string;
  subject_id: string;
  findings: number;
  first_seq: number;
  last_seq: number;
  assignee_id: string;
  outcome: "UNSPECIFIED" | "JUSTIFIED" | "VIOLATION" | "INCONCLUSIVE" | "SETTLED";
  decided_by: string;
  signed_off_by: string;
  due_time: string | null;
  create_time: string | null;
  close_time: string | null;
  etag: string;
}
export interface Checkpoint {
  note: string;
  size: number;
  root: string;
}
export interface ChoiceIn {
  option_id: string;
}
export interface Client {
  client_id: string;
  given_name: string;
  family_name: string;
  birth_date: string;
  email: string;
  phone: string;
  time_zone: string;
  etag: string;
  create_time: string | null;
}
export interface ClientAccess {
  occur_time: string | null;
  actor_role: string;
  action: string;
  object_class: string;
  purpose: string;
  finding: string;
}
export interface ClientIn {
  given_name: string;
  family_name: string;
  birth_date?: string;
  email?: string;
  phone?: string;
  time_zone: string;
  client_id?: string | null;
  locale?: "en" | "es";
  has_consent?: boolean;
}
export interface ClientMarks {
  client_id: string;
  has_home_address: boolean;
  is_vip: boolean;
}
export interface ClientMarksIn {
  home_address?: string;
  is_vip?: boolean;
}
export interface ClientPriority {
  client_id: string;
  is_high_need: boolean;
  until_date: string;
  audiences: ("UNSPECIFIED" | "HIGH_NEED" | "ESTABLISHED" | "STANDING")[];
  etag: string;
}
export interface ClientSearchIn {
  email?: string;
  phone?: string;
}
export interface ClientSlotIn {
  therapist_id: string;
  session_type_id: string;
  local_start: string;
  time_zone: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
}
export interface ClosingIn {
  outcome: "SAFETY_PLAN" | "REFERRED" | "ASSESSED" | "MISTAKE";
}
export interface Closure {
  closure_id: string;
  site_id: string;
  from_date: string;
  to_date: string;
  display_name: string;
  etag: string;
}
export interface ClosureIn {
  site_id?: string | null;
  from_date: string;
  to_date: string;
  display_name: string;
}
export interface Compact {
  code: string;
  regions: (string)[];
  is_remote_only: boolean;
}
export interface CompactIn {
  code: string;
  regions: (string)[];
  is_remote_only?: boolean;
}
export interface CompareCadencesResponse {
  cadences: (CadenceReality)[];
  next_cursor: string;
  on_track_count: number;
  gap_ahead_count: number;
  overdue_count: number;
}
export interface ConditionIn {
  link_id: string;
  operator: "EXISTS" | "EQUALS" | "NOT_EQUALS" | "GREATER" | "LESS";
  value?: string;
}
export interface ConfidentialityIn {
  /** One appointment; none means the client and all of theirs. */
  appointment_id?: string | null;
  is_confidential: boolean;
}
export interface Consent {
  consent_id: string;
  guardian_id: string;
  purpose: "UNSPECIFIED" | "APPOINTMENTS" | "OFFERS" | "CARE" | "MESSAGES";
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  is_granted: boolean;
  source: string;
  evidence: string;
  create_time: string | null;
}
export interface ConsentDocument {
  document_id: string;
  version: number;
  title: string;
  text: string;
  text_hash: string;
  locale: string;
  is_due_first: boolean;
  is_retired: boolean;
  etag: string;
}
export interface ConsentIn {
  is_granted: boolean;
  /** UNSPECIFIED means every purpose. */
  purpose?: "UNSPECIFIED" | "APPOINTMENTS" | "OFFERS" | "CARE" | "MESSAGES";
  /** UNSPECIFIED means every channel. */
  channel?: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  guardian_id?: string | null;
  /** A code of the proof, no words. */
  evidence?: string;
}
export interface ConsentSignature {
  signature_id: string;
  client_id: string;
  document_id: string;
  version: number;
  text_hash: string;
  signer_name: string;
  signer_actor_id: string;
  side: "UNSPECIFIED" | "CLIENT" | "GUARDIAN";
  sign_time: string | null;
}
export interface ConsistencyProof {
  first_size: number;
  second_size: number;
  hashes: (string)[];
}
export interface ContactAddress {
  contact_point_id: string;
  guardian_id: string;
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  address: string;
  state: "UNSPECIFIED" | "PENDING" | "ACTIVE" | "ENDED";
  is_verified: boolean;
  is_alternative: boolean;
  is_unsafe: boolean;
  time_zone: string;
  locale: string;
  suppression: string;
}
export interface ContactCodeIn {
  code: string;
}
export interface ContactIn {
  email: string;
  time_zone: string;
  locale?: "en" | "es";
  has_consent?: boolean;
}
export interface ContactPoint {
  client_id: string;
  email: string;
  time_zone: string;
  locale: string;
  has_consent: boolean;
}
export interface CourseGroup {
  group: string;
  course_count: number;
  rated_count: number;
  mean_rating: number;
  dropout_count: number;
  change_count: number;
}
export interface CreateCalendarFeedResponse {
  feed: CalendarFeed | null;
  secret: string;
}
export interface CreateWebhookResponse {
  webhook: Webhook | null;
  secret: string;
}
export interface CrisisFlag {
  flag_id: string;
  client_id: string;
  state: "UNSPECIFIED" | "RAISED" | "ACKNOWLEDGED" | "CLOSED";
  cause: "UNSPECIFIED" | "ANSWER" | "SAID";
  raise_time: string | null;
  acknowledge_actor_id: string;
  acknowledge_time: string | null;
  close_actor_id: string;
  close_time: string | null;
  outcome: "UNSPECIFIED" | "SAFETY_PLAN" | "REFERRED" | "ASSESSED" | "MISTAKE";
  etag: string;
}
export interface CrisisResources {
  locale: string;
  lines: (string)[];
  call_number: string;
  text_number: string;
  emergency_number: string;
}
export interface DangerIn {
  locale?: string;
}
export interface DateOverride {
  therapist_id: string;
  local_date: string;
  kind: "UNSPECIFIED" | "REPLACE" | "EXTEND";
  hours: (DayHours)[];
  etag: string;
}
export interface DayHours {
  start_local: string;
  end_local: string;
  site_id: string;
  modalities: ("UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE")[];
}
export interface DayHoursIn {
  start_local: string;
  end_local: string;
  site_id?: string | null;
  modalities: ("IN_PERSON" | "VIDEO" | "PHONE")[];
}
export interface DecisionIn {
  outcome: "JUSTIFIED" | "VIOLATION" | "INCONCLUSIVE";
}
export interface DeletePriorityWindowResponse {
}
export interface DeleteReservationResponse {
}
export interface Delivery {
  number: number;
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  provider: string;
  outcome: string;
  code: string;
  segments: number;
  deliver_time: string | null;
  report: string;
  report_time: string | null;
}
export interface Detached {
  end_seq: number;
  note: string;
}
export interface Detachment {
  detachment_id: string;
  state: "UNSPECIFIED" | "EXPORTING" | "EXPORTED" | "DETACHING" | "DETACHED" | "CANCELLED" | "FAILED";
  end_seq: number;
  exported_count: number;
  removed_count: number;
  held_count: number;
  request_actor_id: string;
  request_time: string | null;
  approve_actor_id: string;
  approve_time: string | null;
  update_time: string | null;
  version: number;
}
export interface DetectionRule {
  name: string;
  severity: string;
  summary: string;
  explained_by: string;
}
export interface Digest {
  digest_id: string;
  week: string;
  from_time: string | null;
  to_time: string | null;
  create_time: string | null;
  lines: (DigestLine)[];
}
export interface DigestLine {
  name: string;
  count: number;
}
export interface Disclosure {
  disclosure_id: string;
  client_id: string;
  recipient_name: string;
  recipient_address: string;
  contents: ("UNSPECIFIED" | "SCHEDULE" | "REGISTRY" | "BILLING" | "INTAKE" | "PART2")[];
  purpose: "UNSPECIFIED" | "CLIENT_REQUEST" | "TREATMENT" | "PAYMENT" | "LEGAL" | "PUBLIC_HEALTH" | "DANGER" | "REQUIRED_BY_LAW";
  basis: "UNSPECIFIED" | "AUTHORISATION" | "PART2_CONSENT" | "LAW" | "OPERATIONS";
  disclose_time: string | null;
  actor_id: string;
}
export interface DisclosureIn {
  disclosure_id?: string | null;
  recipient_name: string;
  recipient_address?: string;
  contents: ("SCHEDULE" | "REGISTRY" | "BILLING" | "INTAKE" | "PART2")[];
  purpose: "CLIENT_REQUEST" | "TREATMENT" | "PAYMENT" | "LEGAL" | "PUBLIC_HEALTH" | "DANGER" | "REQUIRED_BY_LAW";
  basis: "AUTHORISATION" | "PART2_CONSENT" | "LAW" | "OPERATIONS";
  disclose_time: string;
}
export interface DismissalIn {
  reason: "CLIENT_DECLINED" | "CARE_ENDED" | "REFERRED" | "ARRANGED_ELSEWHERE";
}
export interface DocumentIn {
  title: string;
  text: string;
  locale?: string;
  is_due_first?: boolean;
  is_retired?: boolean;
}
export interface DryRunIn {
  /** None means those in force. */
  steps?: (StepIn)[];
  /** None means all of them. */
  session_type_id?: string | null;
  /** None means a month before the end. */
  from_time?: string | null;
  /** None means now. */
  to_time?: string | null;
}
export interface DryRunLine {
  step: string;
  reason: string;
  count: number;
  waited_count: number;
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
}
export interface DryRunWorkflowResponse {
  appointment_count: number;
  lines: (DryRunLine)[];
  is_cut: boolean;
}
export interface Due {
  due_id: string;
  client_id: string;
  form_id: string;
  document_id: string;
  is_before_first: boolean;
  state: "UNSPECIFIED" | "OPEN" | "SETTLED" | "WAIVED";
  create_time: string | null;
}
export interface DueIn {
  form_id?: string | null;
  document_id?: string | null;
  is_before_first?: boolean;
}
export interface EndIn {
  /** Calls every session ahead off that was scheduled by the rule. */
  calls_off?: boolean;
}
export interface Equipment {
  equipment_id: string;
  site_id: string;
  kind: string;
  display_name: string;
  etag: string;
}
export interface EquipmentIn {
  site_id: string;
  kind: string;
  display_name: string;
}
export interface Erasure {
  erasure_id: string;
  client_id: string;
  state: "UNSPECIFIED" | "REQUESTED" | "ORDERED" | "ERASED" | "CANCELLED";
  request_actor_id: string;
  request_time: string | null;
  approve_actor_id: string;
  approve_time: string | null;
  parts: (Part)[];
  certificate: string;
  version: number;
}
export interface ErasureIn {
  client_id: string;
}
export interface Exclusion {
  therapist_id: string;
  code: string;
}
export interface Exhibit {
  name: string;
  value: string;
}
export interface ExpiringLicence {
  therapist_id: string;
  licence: Licence | null;
  is_expired: boolean;
}
export interface ExplainClientSlotResponse {
  is_offered: boolean;
  rules: (HidingRule)[];
  refusals: (string)[];
  warnings: (string)[];
}
export interface ExplainSlotResponse {
  is_offered: boolean;
  rules: (HidingRule)[];
}
export interface ExplanationIn {
  therapist_id: string;
  session_type_id: string;
  local_start: string;
  time_zone: string;
  fold?: 0 | 1 | 2;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  /** For whom it is asked; heeded from staff only. */
  audiences?: ("HIGH_NEED" | "ESTABLISHED" | "STANDING")[];
}
export interface Fee {
  fee_id: string;
  client_id: string;
  appointment_id: string;
  kind: "UNSPECIFIED" | "LATE_CANCEL" | "NO_SHOW";
  amount_minor: number;
  currency: string;
  state: "UNSPECIFIED" | "PROPOSED" | "WAIVED" | "ACCEPTED";
  reason: "UNSPECIFIED" | "FIRST_TIME" | "ILLNESS" | "CRISIS" | "INSURER_FORBIDS" | "UNDONE" | "PRACTICE_MISTAKE" | "HARDSHIP" | "GOODWILL";
  decide_actor_id: string;
  create_time: string | null;
  etag: string;
}
export interface FeedIn {
  /** What every entry is called. */
  label?: "BUSY" | "APPOINTMENT" | "REFERENCE";
  /** Days until it ends by itself; 0: when it is revoked. */
  expire_days?: number;
}
export interface Fence {
  fence_id: string;
  client_ids: (string)[];
  site_id: string;
  gap_min: number;
  reason: "UNSPECIFIED" | "COURT_ORDER" | "THREAT" | "CONFLICT";
  etag: string;
}
export interface FenceIn {
  client_ids: (string)[];
  /** None holds at every site. */
  site_id?: string | null;
  /** Minutes between their sessions; 0 means 60. */
  gap_min?: number;
  reason: "COURT_ORDER" | "THREAT" | "CONFLICT";
}
export interface FindClientSlotsResponse {
  slots: (Slot)[];
  next_cursor: string;
}
export interface FindClientsResponse {
  clients: (Client)[];
}
export interface Finding {
  seq: number;
  rule: string;
  occur_time: string | null;
  actor_id: string;
  client_id: string;
  explanation: string;
  evidence_seq: number | null;
  evidence_id: string;
  case_id: string;
}
export interface FindingIn {
  finding: "JUSTIFIED" | "VIOLATION";
}
export interface FitIn {
  therapist_id: string;
  /** From 1, not at all, to 5, very well. */
  rating: number;
}
export interface FollowUp {
  follow_up_id: string;
  client_id: string;
  therapist_id: string;
  kind: "UNSPECIFIED" | "NEXT_SESSION" | "MEDICATION_CHECK" | "PROGRESS_REVIEW" | "REBOOKING" | "CADENCE";
  due_date: string;
  state: "UNSPECIFIED" | "OPEN" | "BOOKED" | "DISMISSED";
  dismiss_reason: "UNSPECIFIED" | "CLIENT_DECLINED" | "CARE_ENDED" | "REFERRED" | "ARRANGED_ELSEWHERE" | "UNDONE";
  cause_appointment_id: string;
  create_time: string | null;
  etag: string;
  prompt_time: string | null;
  is_prompted: boolean;
}
export interface FollowUpRule {
  rule_id: string;
  trigger: "UNSPECIFIED" | "COMPLETED" | "LOST";
  session_type_id: string;
  every_sessions: number;
  kind: "UNSPECIFIED" | "NEXT_SESSION" | "MEDICATION_CHECK" | "PROGRESS_REVIEW" | "REBOOKING" | "CADENCE";
  due_in_days: number;
  answer_session_type_id: string;
  lead_days: number;
  etag: string;
}
export interface FollowUpRuleIn {
  trigger: "COMPLETED" | "LOST";
  session_type_id?: string | null;
  /** 0 means every one. */
  every_sessions?: number;
  kind: "NEXT_SESSION" | "MEDICATION_CHECK" | "PROGRESS_REVIEW" | "REBOOKING";
  due_in_days: number;
  answer_session_type_id?: string | null;
  /** Days before the due day that client and team are prompted. */
  lead_days?: number;
}
export interface Form {
  form_id: string;
  version: number;
  title: string;
  locale: string;
  items: (FormItem)[];
  scores: (FormScore)[];
  is_due_first: boolean;
  is_retired: boolean;
  source: string;
  permission: string;
  etag: string;
}
export interface FormAnswer {
  link_id: string;
  values: (string)[];
}
export interface FormBand {
  least: number;
  code: string;
}
export interface FormCondition {
  link_id: string;
  operator: "UNSPECIFIED" | "EXISTS" | "EQUALS" | "NOT_EQUALS" | "GREATER" | "LESS";
  value: string;
}
export interface FormIn {
  title: string;
  locale?: string;
  items: (ItemIn)[];
  scores?: (ScoreIn)[];
  is_due_first?: boolean;
  is_retired?: boolean;
  source?: string;
  /** Required with scores. */
  permission?: string;
}
export interface FormItem {
  link_id: string;
  text: string;
  type: "UNSPECIFIED" | "GROUP" | "DISPLAY" | "BOOLEAN" | "INTEGER" | "DECIMAL" | "DATE" | "STRING" | "TEXT" | "CHOICE" | "MULTI_CHOICE" | "INSTRUMENT";
  is_required: boolean;
  options: (FormOption)[];
  enable_when: (FormCondition)[];
  is_any_enough: boolean;
  items: (FormItem)[];
  max_length: number;
  least: number;
  most: number;
  least_is_set: boolean;
  most_is_set: boolean;
  side: "UNSPECIFIED" | "CLIENT" | "GUARDIAN";
  prefill_key: string;
  is_self_harm: boolean;
  instrument: string;
  wording: Instrument | null;
}
export interface FormOption {
  code: string;
  text: string;
  score: number;
}
export interface FormResponse {
  response_id: string;
  client_id: string;
  form_id: string;
  form_version: number;
  state: "UNSPECIFIED" | "IN_PROGRESS" | "COMPLETED";
  answers: (FormAnswer)[];
  scores: (FormScored)[];
  enabled_link_ids: (string)[];
  missing_link_ids: (string)[];
  waits_for: "UNSPECIFIED" | "CLIENT" | "GUARDIAN";
  flag_id: string;
  create_time: string | null;
  complete_time: string | null;
  etag: string;
}
export interface FormScore {
  code: string;
  link_ids: (string)[];
  bands: (FormBand)[];
}
export interface FormScored {
  code: string;
  total: number;
  is_complete: boolean;
  band: string;
}
export interface Gap {
  code: string;
  excluded_count: number;
  sole_count: number;
}
export interface GetFairnessReportResponse {
  spread: LoadSpread | null;
  groups: (GroupWait)[];
}
export interface GetFeedbackReportResponse {
  groups: (CourseGroup)[];
}
export interface GetHiringReportResponse {
  needs: (HiringNeed)[];
  match_count: number;
  unmatched_count: number;
}
export interface GetOpeningResponse {
  opening: Opening | null;
  offers: (Offer)[];
  candidates: (NextInLine)[];
}
export interface Group {
  group_id: string;
  display_name: string;
  therapist_id: string;
  co_therapist_ids: (string)[];
  session_type_id: string;
  is_open: boolean;
  needs_screening: boolean;
  min_seats: number;
  decide_h: number;
  etag: string;
  version: number;
  create_time: string | null;
  is_self_bookable: boolean;
}
export interface GroupChangeIn {
  /** The first time to move; none means the first ahead. */
  original_start_local?: string | null;
  /** Where it goes; later ones go as far, at most 6 days. */
  local_start: string;
}
export interface GroupIn {
  display_name: string;
  therapist_id: string;
  co_therapist_ids?: (string)[];
  /** Its capacity is the number of seats of each session. */
  session_type_id: string;
  /** People may join after the first session has begun. */
  is_open?: boolean;
  /** Nobody has a seat before a screening. */
  needs_screening?: boolean;
  /** Clients see when it meets, and may take a seat themselves. */
  is_self_bookable?: boolean;
  /** Seats that must be taken for a session to run. */
  min_seats?: number;
  /** Hours before the start it is called off with fewer; 0: never. */
  decide_h?: number;
}
export interface GroupMember {
  group_id: string;
  client_id: string;
  state: "UNSPECIFIED" | "SCREENING" | "ACTIVE" | "DECLINED" | "LEFT";
  create_time: string | null;
  update_time: string | null;
}
export interface GroupMemberIn {
  client_id: string;
}
export interface GroupMoveIn {
  local_start: string;
  time_zone: string;
  fold?: number;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  reason?: "ILLNESS" | "CRISIS" | "CONFLICT" | "TRANSPORT" | "THERAPIST_ABSENT" | "PRACTICE" | "NOT_NEEDED" | null;
}
export interface GroupOccurrence {
  original_start_wall: WallTime | null;
  fate: "UNSPECIFIED" | "FREE" | "BOOKED" | "CONFLICT" | "PAUSED" | "DISMISSED";
  start_time: string | null;
  group_session_id: string;
  conflict: SeriesConflict | null;
}
export interface GroupPlanIn {
  local_start: string;
  time_zone: string;
  /** RFC 5545. */
  rule: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  /** How far ahead it is scheduled; 0 means 182. */
  horizon_days?: number;
}
export interface GroupRefusal {
  client_id: string;
  reason: string;
}
export interface GroupSeat {
  appointment_id: string;
  client_id: string;
  state: "UNSPECIFIED" | "BOOKED" | "CONFIRMED" | "CHECKED_IN" | "IN_SESSION" | "COMPLETED" | "CANCELLED" | "NO_SHOW";
}
export interface GroupSeries {
  group_series_id: string;
  group_id: string;
  plan: GroupSeriesPlan | null;
  state: "UNSPECIFIED" | "ACTIVE" | "ENDED" | "PAUSED";
  booked_until_date: string;
  etag: string;
  version: number;
  create_time: string | null;
  pause_from_date: string;
  pause_to_date: string;
  keeps_time: boolean;
}
export interface GroupSeriesIn {
  local_start: string;
  time_zone: string;
  /** RFC 5545. */
  rule: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  /** How far ahead it is scheduled; 0 means 182. */
  horizon_days?: number;
  commit?: "ALL_OR_NONE" | "ALL_BUT_CONFLICTS";
}
export interface GroupSeriesOutcome {
  series: GroupSeries | null;
  occurrences: (GroupOccurrence)[];
  conflict_count: number;
}
export interface GroupSeriesPlan {
  start_wall: WallTime | null;
  rule: string;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  horizon_days: number;
}
export interface GroupSession {
  group_session_id: string;
  group_id: string;
  state: "UNSPECIFIED" | "SCHEDULED" | "CANCELLED";
  therapist_id: string;
  co_therapist_ids: (string)[];
  session_type_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  room_id: string;
  min_seats: number;
  decide_time: string | null;
  seats: (GroupSeat)[];
  etag: string;
  version: number;
  group_series_id: string;
}
export interface GroupSessionIn {
  local_start: string;
  time_zone: string;
  /** Which of two equal wall times: 1 first, 2 second. */
  fold?: number;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  /** The conflict of the group's rule this settles. */
  original_start_local?: string | null;
}
export interface GroupWait {
  group: string;
  client_count: number;
  placed_count: number;
  mean_wait_days: number;
}
export interface HidingRule {
  rule: "UNSPECIFIED" | "PAST" | "CLOSURE" | "TIME_OFF" | "OVERRIDE" | "HOLIDAY" | "TRAVEL" | "OUTSIDE_HOURS" | "MODALITY" | "GRID" | "TYPE_NOT_GIVEN" | "NOT_SELF_BOOKABLE" | "SAME_DAY" | "NOTICE" | "HORIZON" | "TAKEN" | "BUFFER" | "NO_ROOM" | "RESERVED" | "PRIORITY_WINDOW" | "CAP";
  words: string;
  is_for_clients_only: boolean;
  source_id: string;
  interval: Interval | null;
}
export interface HiringNeed {
  binding_rule: string;
  facts: (string)[];
  count: number;
}
export interface Holiday {
  local_date: string;
  display_name: string;
}
export interface HolidayCalendar {
  site_id: string;
  country: string;
  subdivision: string;
  worked_dates: (string)[];
  etag: string;
}
export interface HolidayCalendarIn {
  country: string;
  subdivision?: string;
  worked_dates?: (string)[];
}
export interface ImportTherapistProfilesResponse {
  rows: (ImportedProfile)[];
  stored_count: number;
}
export interface ImportedProfile {
  row: number;
  therapist_id: string;
  reason: string;
  message: string;
}
export interface ImportedProfileIn {
  display_name: string;
  licensed_regions?: (string)[];
  licences?: (LicenceIn)[];
  privileges?: (PrivilegeIn)[];
  credentials?: (string)[];
  specialties?: (string)[];
  approaches?: (string)[];
  populations?: (string)[];
  languages?: (string)[];
  insurers?: (string)[];
  plans?: (string)[];
  accessibility?: (string)[];
  site_ids?: (string)[];
  attributes?: (string)[];
  youngest_age: number;
  oldest_age: number;
  modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  is_accepting: boolean;
  capacity: number;
  /** Minutes a week for clients; 0 does not limit. */
  panel_min?: number;
  experience_years?: number;
  strengths?: (StrengthIn)[];
  therapist_id?: string | null;
}
export interface InboxEntry {
  message: Message | null;
  start_local: string;
  time_zone: string;
  read_time: string | null;
}
export interface InclusionProof {
  seq: number;
  tree_size: number;
  hashes: (string)[];
}
export interface Instrument {
  code: string;
  locale: string;
  preamble: string;
  items: (InstrumentItem)[];
  options: (string)[];
  source: string;
  permission: string;
  version: number;
  etag: string;
}
export interface InstrumentItem {
  link_id: string;
  loinc: string;
  text: string;
  is_self_harm: boolean;
  options: (string)[];
  needs_link_id: string;
}
export interface Intake {
  intake_id: string;
  client_id: string;
  need: Need | null;
  priority: "UNSPECIFIED" | "ROUTINE" | "HIGH" | "URGENT";
  state: "UNSPECIFIED" | "WAITING" | "PROPOSED" | "PLACED" | "WITHDRAWN";
  create_time: string | null;
  etag: string;
}
export interface IntakeIn {
  need: NeedIn;
  priority?: "ROUTINE" | "HIGH" | "URGENT" | null;
}
export interface Interval {
  start_time: string | null;
  end_time: string | null;
}
export interface Invitation {
  invitation_id: string;
  client_id: string;
  code: string;
  expire_time: string | null;
}
export interface InvitationIn {
  /** None: the code is in the answer, to be handed over. */
  channel?: "EMAIL" | null;
}
export interface ItemAnswerIn {
  link_id: string;
  /** The place of the chosen option. */
  value: number;
}
export interface ItemIn {
  link_id: string;
  type: "GROUP" | "DISPLAY" | "BOOLEAN" | "INTEGER" | "DECIMAL" | "DATE" | "STRING" | "TEXT" | "CHOICE" | "MULTI_CHOICE" | "INSTRUMENT";
  text?: string;
  is_required?: boolean;
  options?: (OptionIn)[];
  enable_when?: (ConditionIn)[];
  is_any_enough?: boolean;
  items?: (ItemIn)[];
  max_length?: number;
  least?: number;
  most?: number;
  least_is_set?: boolean;
  most_is_set?: boolean;
  side?: "CLIENT" | "GUARDIAN" | null;
  prefill_key?: string;
  is_self_harm?: boolean;
  instrument?: "" | "PHQ-9" | "GAD-7" | "C-SSRS";
}
export interface JoinAppointmentResponse {
  url: string;
  expire_time: string | null;
  is_moderator: boolean;
}
export interface KeepIn {
  reason: "THERAPIST_COMES" | "ARRANGED";
}
export interface LegalHold {
  hold_id: string;
  client_id: string;
  reason: "UNSPECIFIED" | "LITIGATION" | "INVESTIGATION" | "REGULATOR" | "CLIENT_REQUEST" | "MINOR";
  reference: string;
  set_actor_id: string;
  set_time: string | null;
  lift_actor_id: string;
  lift_time: string | null;
  version: number;
}
export interface LegalHoldIn {
  /** Empty holds the whole practice. */
  client_id?: string | null;
  reason: "LITIGATION" | "INVESTIGATION" | "REGULATOR" | "CLIENT_REQUEST" | "MINOR";
  /** The number of a file or case. */
  reference?: string;
}
export interface Licence {
  region: string;
  expire_date: string;
  verify_actor_id: string;
  verify_time: string | null;
}
export interface LicenceIn {
  region: string;
  /** The last day; empty: no end. */
  expire_date?: string;
}
export interface ListAbsenceCasesResponse {
  cases: (AbsenceCase)[];
  next_cursor: string;
}
export interface ListAbsenceItemsResponse {
  items: (AbsenceItem)[];
  next_cursor: string;
}
export interface ListAbsenceOffersResponse {
  offers: (AbsenceOffer)[];
  next_cursor: string;
}
export interface ListAbsencesResponse {
  absences: (Absence)[];
  next_cursor: string;
}
export interface ListAccountsResponse {
  accounts: (Account)[];
  next_cursor: string;
}
export interface ListAffectedAppointmentsResponse {
  affected: (AffectedAppointment)[];
  next_cursor: string;
}
export interface ListAlarmsResponse {
  alarms: (Alarm)[];
  next_cursor: string;
}
export interface ListAppointmentChangesResponse {
  client_id: string;
  changes: (AppointmentChange)[];
}
export interface ListAppointmentsResponse {
  appointments: (Appointment)[];
  next_cursor: string;
}
export interface ListAuthorisationsResponse {
  authorisations: (Authorisation)[];
  next_cursor: string;
}
export interface ListBatchOperationsResponse {
  operations: (BatchOperation)[];
  next_cursor: string;
}
export interface ListBreakGlassesResponse {
  break_glasses: (BreakGlass)[];
  next_cursor: string;
}
export interface ListCadencesResponse {
  cadences: (Cadence)[];
  next_cursor: string;
}
export interface ListCalendarFeedsResponse {
  feeds: (CalendarFeed)[];
  next_cursor: string;
}
export interface ListCareTeamResponse {
  members: (CareTeamMember)[];
  next_cursor: string;
}
export interface ListCareThreadsResponse {
  threads: (Thread)[];
  next_cursor: string;
}
export interface ListCasesResponse {
  cases: (Case)[];
  next_cursor: string;
}
export interface ListClientAccessesResponse {
  accesses: (ClientAccess)[];
  next_cursor: string;
}
export interface ListClosuresResponse {
  closures: (Closure)[];
  next_cursor: string;
}
export interface ListConsentDocumentsResponse {
  documents: (ConsentDocument)[];
  next_cursor: string;
}
export interface ListConsentSignaturesResponse {
  signatures: (ConsentSignature)[];
  next_cursor: string;
}
export interface ListConsentsResponse {
  consents: (Consent)[];
  next_cursor: string;
}
export interface ListContactAddressesResponse {
  addresses: (ContactAddress)[];
  next_cursor: string;
}
export interface ListCrisisFlagsResponse {
  flags: (CrisisFlag)[];
  next_cursor: string;
}
export interface ListDeliveriesResponse {
  deliveries: (Delivery)[];
  next_cursor: string;
}
export interface ListDetachmentsResponse {
  detachments: (Detachment)[];
  next_cursor: string;
}
export interface ListDetectionRulesResponse {
  rules: (DetectionRule)[];
  next_cursor: string;
}
export interface ListDigestsResponse {
  digests: (Digest)[];
  next_cursor: string;
}
export interface ListDisclosuresResponse {
  disclosures: (Disclosure)[];
  next_cursor: string;
}
export interface ListDuesResponse {
  dues: (Due)[];
  next_cursor: string;
}
export interface ListEquipmentResponse {
  equipment: (Equipment)[];
  next_cursor: string;
}
export interface ListErasuresResponse {
  erasures: (Erasure)[];
  next_cursor: string;
}
export interface ListExpiringLicencesResponse {
  licences: (ExpiringLicence)[];
  next_cursor: string;
}
export interface ListFeesResponse {
  fees: (Fee)[];
  next_cursor: string;
}
export interface ListFencesResponse {
  fences: (Fence)[];
  next_cursor: string;
}
export interface ListFindingsResponse {
  findings: (Finding)[];
  next_cursor: string;
}
export interface ListFollowUpRulesResponse {
  rules: (FollowUpRule)[];
  next_cursor: string;
}
export interface ListFollowUpsResponse {
  follow_ups: (FollowUp)[];
  next_cursor: string;
}
export interface ListFormResponsesResponse {
  responses: (FormResponse)[];
  next_cursor: string;
}
export interface ListFormsResponse {
  forms: (Form)[];
  next_cursor: string;
}
export interface ListGroupMembersResponse {
  members: (GroupMember)[];
  next_cursor: string;
}
export interface ListGroupOccurrencesResponse {
  occurrences: (GroupOccurrence)[];
  next_cursor: string;
}
export interface ListGroupSessionsResponse {
  sessions: (GroupSession)[];
  next_cursor: string;
}
export interface ListGroupsResponse {
  groups: (Group)[];
  next_cursor: string;
}
export interface ListHolidayCalendarsResponse {
  holiday_calendars: (HolidayCalendar)[];
  next_cursor: string;
}
export interface ListHolidaysResponse {
  holidays: (Holiday)[];
  next_cursor: string;
}
export interface ListInboxResponse {
  entries: (InboxEntry)[];
  next_cursor: string;
}
export interface ListIntakesResponse {
  intakes: (Intake)[];
  next_cursor: string;
}
export interface ListLegalHoldsResponse {
  legal_holds: (LegalHold)[];
  next_cursor: string;
}
export interface ListMessagesResponse {
  messages: (Message)[];
  next_cursor: string;
}
export interface ListNudgesResponse {
  nudges: (Nudge)[];
  next_cursor: string;
}
export interface ListOffersResponse {
  offers: (Offer)[];
  next_cursor: string;
}
export interface ListOnCallContactsResponse {
  contacts: (OnCallContact)[];
  next_cursor: string;
}
export interface ListOpenGroupSessionsResponse {
  sessions: (OpenGroupSession)[];
  next_cursor: string;
}
export interface ListOpeningsResponse {
  openings: (Opening)[];
  next_cursor: string;
}
export interface ListOverridesResponse {
  overrides: (DateOverride)[];
  next_cursor: string;
}
export interface ListPagesResponse {
  pages: (Page)[];
  next_cursor: string;
}
export interface ListPlacementsResponse {
  placements: (Placement)[];
  next_cursor: string;
}
export interface ListPoliciesResponse {
  policies: (Policy)[];
  next_cursor: string;
}
export interface ListPostsResponse {
  posts: (Post)[];
  next_cursor: string;
}
export interface ListPriorityWindowsResponse {
  windows: (PriorityWindow)[];
  next_cursor: string;
}
export interface ListProposalsResponse {
  proposals: (Proposal)[];
  next_cursor: string;
}
export interface ListProxiesResponse {
  proxies: (Proxy)[];
  next_cursor: string;
  is_confidential: boolean;
}
export interface ListRepliesResponse {
  replies: (Reply)[];
  next_cursor: string;
}
export interface ListReportsResponse {
  reports: (ReportDescription)[];
  next_cursor: string;
}
export interface ListRequirementsResponse {
  requirements: (Requirement)[];
  next_cursor: string;
}
export interface ListReservationsResponse {
  reservations: (Reservation)[];
  next_cursor: string;
}
export interface ListRoomsResponse {
  rooms: (Room)[];
  next_cursor: string;
}
export interface ListSchedulesResponse {
  schedules: (Schedule)[];
  next_cursor: string;
}
export interface ListScreeningsResponse {
  screenings: (Screening)[];
  next_cursor: string;
}
export interface ListSeriesConflictsResponse {
  occurrences: (SeriesOccurrence)[];
  next_cursor: string;
}
export interface ListSeriesOccurrencesResponse {
  client_id: string;
  occurrences: (SeriesOccurrence)[];
  next_cursor: string;
}
export interface ListSeriesResponse {
  series: (Series)[];
  next_cursor: string;
}
export interface ListSessionTypesResponse {
  session_types: (SessionType)[];
  next_cursor: string;
}
export interface ListSitesResponse {
  sites: (Site)[];
  next_cursor: string;
}
export interface ListStaffMembersResponse {
  staff_members: (StaffMember)[];
  next_cursor: string;
}
export interface ListTemplatesResponse {
  templates: (MessageTemplate)[];
  next_cursor: string;
}
export interface ListTherapistProfilesResponse {
  therapist_profiles: (TherapistProfile)[];
  next_cursor: string;
}
export interface ListThreadsResponse {
  threads: (Thread)[];
  next_cursor: string;
}
export interface ListTimeOffsResponse {
  time_offs: (TimeOff)[];
  next_cursor: string;
}
export interface ListTravelTimesResponse {
  travel_times: (TravelTime)[];
  next_cursor: string;
}
export interface ListTravelsResponse {
  travels: (Travel)[];
  next_cursor: string;
}
export interface ListWebhookDeliveriesResponse {
  deliveries: (WebhookDelivery)[];
  next_cursor: string;
}
export interface ListWebhooksResponse {
  webhooks: (Webhook)[];
  next_cursor: string;
}
export interface ListWishesResponse {
  wishes: (Wish)[];
  next_cursor: string;
}
export interface ListWorkflowVersionsResponse {
  workflows: (Workflow)[];
  next_cursor: string;
}
export interface LoadSpread {
  gini_ratio: number;
  jain_ratio: number;
  idle_therapist_ids: (string)[];
  most_count: number;
}
export interface Match {
  match_id: string;
  client_id: string;
  candidates: (Candidate)[];
  exclusions: (Exclusion)[];
  binding_rule: string;
  weights_version: string;
  create_time: string | null;
  gaps: (Gap)[];
  previous_match_id: string;
  changes: (MatchChange)[];
}
export interface MatchChange {
  therapist_id: string;
  previous_place: number;
  place: number;
  previous_code: string;
  code: string;
}
export interface MatchIn {
  client_id: string;
  region?: string;
  specialties?: (string)[];
  languages?: (string)[];
  insurer?: string;
  age?: number;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  session_type_id?: string | null;
  approaches?: (string)[];
  populations?: (string)[];
  plan?: string;
  accessibility?: (string)[];
  preferences?: (PreferenceIn)[];
  previous_therapist_id?: string | null;
  excluded_therapist_ids?: (string)[];
  /** Nearest first. */
  site_ids?: (string)[];
  parts_of_day?: ("MORNING" | "AFTERNOON" | "EVENING")[];
  time_zone?: string;
  /** Minutes a week the client will take. */
  weekly_min?: number;
  previous_match_id?: string | null;
  /** The language of the reasons. */
  locale?: string;
}
export interface MatchRules {
  version: string;
  weights: Weights | null;
  compacts: (Compact)[];
  load_weight: number;
  accept_window_h: number;
  ageing_weeks: number;
  etag: string;
  actor_id: string;
}
export interface MatchRulesIn {
  weights: WeightsIn;
  compacts?: (CompactIn)[];
  /** Points a fifth of a panel costs in a batch. */
  load_weight?: number;
  accept_window_h?: number;
  /** Weeks after which routine counts as high; 0 never. */
  ageing_weeks?: number;
}
export interface Message {
  message_id: string;
  client_id: string;
  appointment_id: string;
  kind: "UNSPECIFIED" | "CONFIRMATION" | "REMINDER" | "MOVED" | "CANCELLED" | "UNCONFIRMED" | "AFTER_SESSION" | "NO_SHOW" | "OFFER" | "OFFER_TAKEN" | "OFFER_WITHDRAWN" | "FOLLOW_UP" | "FORM" | "MEDICATION" | "CHECK_IN" | "MESSAGE_WAITING" | "CONTACT_CODE" | "CONTACT_CHANGED" | "PROPOSAL" | "ABSENCE_OFFER" | "INVITATION";
  state: "UNSPECIFIED" | "PLANNED" | "SENT" | "SUPPRESSED" | "FAILED" | "SENDING";
  reason: string;
  due_time: string | null;
  send_time: string | null;
  attempts: number;
  step: string;
  about: "UNSPECIFIED" | "APPOINTMENT" | "OFFER" | "FOLLOW_UP" | "FORM" | "NUDGE" | "THREAD" | "CONTACT" | "MATCH" | "ABSENCE";
  urgency: "UNSPECIFIED" | "TRANSACTIONAL" | "ROUTINE" | "CRISIS";
  channels: ("UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK")[];
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  guardian_id: string;
  template_key: string;
  template_version: number;
  workflow_version: number;
}
export interface MessageReport {
  steps: (StepCounts)[];
  reasons: (ReasonCount)[];
  open_reply_count: number;
}
export interface MessageSettings {
  version: number;
  sender_label: string;
  phone: string;
  quiet_from: string;
  quiet_to: string;
  forbidden_words: (string)[];
  texts_a_day: number;
  texts_a_week: number;
  mails_a_day: number;
  mails_a_week: number;
}
export interface MessageSettingsIn {
  /** The version that was seen. */
  version?: number;
  /** Neutral: it is seen by whoever sees the telephone. */
  sender_label?: string;
  phone?: string;
  quiet_from?: string;
  quiet_to?: string;
  forbidden_words?: (string)[];
  /** Routine texts one number gets a day at most. */
  texts_a_day?: number;
  /** In seven days; at least as many as a day. */
  texts_a_week?: number;
  /** Routine mails one address gets a day at most. */
  mails_a_day?: number;
  /** In seven days; at least as many as a day. */
  mails_a_week?: number;
}
export interface MessageTemplate {
  template_key: string;
  locale: string;
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  subject: string;
  body: string;
  version: number;
}
export interface MoveIn {
  local_start: string;
  time_zone: string;
  fold?: 0 | 1 | 2;
  therapist_id?: string | null;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  reason?: "ILLNESS" | "CRISIS" | "CONFLICT" | "TRANSPORT" | "THERAPIST_ABSENT" | "PRACTICE" | "NOT_NEEDED" | null;
  /** Why a cap or what is kept for others is passed over; staff only, no names. */
  override_reason?: string;
}
export interface Need {
  client_id: string;
  region: string;
  specialties: (string)[];
  languages: (string)[];
  insurer: string;
  age: number;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  session_type_id: string;
  approaches: (string)[];
  populations: (string)[];
  plan: string;
  accessibility: (string)[];
  preferences: (Preference)[];
  previous_therapist_id: string;
  excluded_therapist_ids: (string)[];
  site_ids: (string)[];
  parts_of_day: ("UNSPECIFIED" | "MORNING" | "AFTERNOON" | "EVENING")[];
  time_zone: string;
  weekly_min: number;
}
export interface NeedIn {
  client_id: string;
  region?: string;
  specialties?: (string)[];
  languages?: (string)[];
  insurer?: string;
  age?: number;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  session_type_id?: string | null;
  approaches?: (string)[];
  populations?: (string)[];
  plan?: string;
  accessibility?: (string)[];
  preferences?: (PreferenceIn)[];
  previous_therapist_id?: string | null;
  excluded_therapist_ids?: (string)[];
  /** Nearest first. */
  site_ids?: (string)[];
  parts_of_day?: ("MORNING" | "AFTERNOON" | "EVENING")[];
  time_zone?: string;
  /** Minutes a week the client will take. */
  weekly_min?: number;
}
export interface NextInLine {
  wish_id: string;
  client_id: string;
  reason: OfferReason | null;
}
export interface Nudge {
  nudge_id: string;
  client_id: string;
  trigger: string;
  wall_time: string;
  every_days: number;
  from_date: string;
  until_date: string;
  next_time: string | null;
  is_ended: boolean;
}
export interface NudgeIn {
  trigger: "MEDICATION" | "CHECK_IN" | "FORM_DUE";
  wall_time: string;
  every_days: number;
  from_date: string;
  until_date: string;
}
export interface OccurrenceScope {
  scope: "THIS" | "FOLLOWING" | "ALL";
  /** Which occurrence, as the rule has it; none with ALL. */
  original_start_local?: string | null;
}
export interface Offer {
  offer_id: string;
  opening_id: string;
  wish_id: string;
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  state: "UNSPECIFIED" | "PREPARED" | "MADE" | "ACCEPTED" | "DECLINED" | "EXPIRED" | "TAKEN" | "WITHDRAWN" | "PASSED_OVER";
  expire_time: string | null;
  is_batch: boolean;
  reason: OfferReason | null;
  pass_reason: string;
  make_time: string | null;
  close_time: string | null;
  etag: string;
}
export interface OfferAffectedResponse {
  asked_count: number;
  passed_count: number;
}
export interface OfferReason {
  waited_days: number;
  urgency: "UNSPECIFIED" | "ROUTINE" | "SOON" | "URGENT";
  urgency_days: number;
  fit_days: number;
  fits: (string)[];
  place: number;
  fitting_count: number;
  words: string;
}
export interface OffersIn {
  /** None means all that are open. */
  appointment_ids?: (string)[];
  kinds: ("COVER" | "VIDEO" | "OTHER_TIME")[];
  /** Hours to answer; near the session it is less. */
  answer_h?: number;
}
export interface OnCallContact {
  contact_id: string;
  level: number;
  email: string;
  locale: string;
  is_active: boolean;
  duty: string;
}
export interface OnCallContactIn {
  /** 1 is paged at once, 2 after 2 minutes, 3 after 5 minutes. */
  level: number;
  email: string;
  locale?: "en" | "es";
  is_active?: boolean;
  duty?: "crisis" | "compliance" | "care" | "desk";
}
export interface OpenGroupSession {
  group_session_id: string;
  group_id: string;
  display_name: string;
  therapist_ids: (string)[];
  session_type_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  needs_screening: boolean;
}
export interface Opening {
  opening_id: string;
  cause: "UNSPECIFIED" | "CANCELLED" | "MOVED";
  appointment_id: string;
  therapist_id: string;
  session_type_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  state: "UNSPECIFIED" | "WAITING" | "OFFERING" | "FILLED" | "UNDONE" | "GIVEN_BACK" | "LOST" | "REGAINED";
  close_reason: string;
  create_time: string | null;
  close_time: string | null;
  look_time: string | null;
  etag: string;
}
export interface OptionIn {
  code: string;
  text: string;
  score?: number;
}
export interface OverrideIn {
  kind: "REPLACE" | "EXTEND";
  hours: (DayHoursIn)[];
}
export interface Page {
  flag_id: string;
  raise_time: string | null;
  rounds: number;
  end_time: string | null;
  reached: number;
}
export interface Part {
  service: string;
  keys_destroyed: number;
  erase_time: string | null;
}
export interface ParticularsIn {
  given_name: string;
  family_name: string;
  birth_date?: string;
  email?: string;
  phone?: string;
  time_zone: string;
}
export interface PauseIn {
  from_date: string;
  to_date: string;
  /** Keeps the time blocked; otherwise it is lent out. */
  keeps_time: boolean;
}
export interface Placement {
  client_id: string;
  therapist_id: string;
  fit_ratio: number;
  proposal_id: string;
  best_therapist_id: string;
  lost_fit_ratio: number;
  binding_rule: string;
}
export interface PlannedWords {
  step: string;
  kind: "UNSPECIFIED" | "CONFIRMATION" | "REMINDER" | "MOVED" | "CANCELLED" | "UNCONFIRMED" | "AFTER_SESSION" | "NO_SHOW" | "OFFER" | "OFFER_TAKEN" | "OFFER_WITHDRAWN" | "FOLLOW_UP" | "FORM" | "MEDICATION" | "CHECK_IN" | "MESSAGE_WAITING" | "CONTACT_CODE" | "CONTACT_CHANGED" | "PROPOSAL" | "ABSENCE_OFFER" | "INVITATION";
  due_time: string | null;
  reason: string;
  is_for_guardian: boolean;
  channels: ("UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK")[];
  rendered: (RenderedTemplate)[];
}
export interface Policy {
  session_type_id: string;
  late_cancel_h: number;
  late_cancel_fee_minor: number;
  no_show_fee_minor: number;
  currency: string;
  forgives_first: boolean;
  forgives_illness: boolean;
  forgives_crisis: boolean;
  confirm_by_h: number;
  card: "UNSPECIFIED" | "FLAG" | "REFUSE";
  consent: "UNSPECIFIED" | "FLAG" | "REFUSE";
  visits: "UNSPECIFIED" | "FLAG" | "REFUSE";
  etag: string;
}
export interface PolicyIn {
  /** None is the practice's own default. */
  session_type_id?: string | null;
  /** 0 means 24. */
  late_cancel_h?: number;
  late_cancel_fee_minor?: number;
  no_show_fee_minor?: number;
  currency?: string;
  forgives_first?: boolean;
  forgives_illness?: boolean;
  forgives_crisis?: boolean;
  confirm_by_h?: number;
  card?: "UNSPECIFIED" | "FLAG" | "REFUSE";
  consent?: "UNSPECIFIED" | "FLAG" | "REFUSE";
  visits?: "UNSPECIFIED" | "FLAG" | "REFUSE";
}
export interface Post {
  post_id: string;
  thread_id: string;
  client_id: string;
  side: "UNSPECIFIED" | "CLIENT" | "CARE_TEAM";
  author_id: string;
  words: string;
  attachments: (Attachment)[];
  create_time: string | null;
  read_time: string | null;
}
export interface PostIn {
  words: string;
  /** Files you uploaded. */
  attachment_ids?: (string)[];
}
export interface Preference {
  attribute: string;
  importance: "UNSPECIFIED" | "MUST" | "WANT";
}
export interface PreferenceIn {
  attribute: string;
  importance: "MUST" | "WANT";
}
export interface PreflightGroupSeriesResponse {
  occurrences: (GroupOccurrence)[];
  conflict_count: number;
}
export interface PreflightSeriesResponse {
  occurrences: (SeriesOccurrence)[];
  conflict_count: number;
}
export interface PreviewAbsenceResponse {
  items: (AbsenceItem)[];
}
export interface PreviewTemplateResponse {
  rendered: (RenderedTemplate)[];
}
export interface PreviewWorkflowResponse {
  messages: (PlannedWords)[];
}
export interface PriorityWindow {
  window_id: string;
  therapist_id: string;
  session_type_id: string;
  audiences: ("UNSPECIFIED" | "HIGH_NEED" | "ESTABLISHED" | "STANDING")[];
  open_days: number;
  etag: string;
}
export interface PriorityWindowIn {
  /** Whose; none means all therapists'. */
  therapist_id?: string | null;
  /** Which; none means all session types. */
  session_type_id?: string | null;
  audiences: ("HIGH_NEED" | "ESTABLISHED" | "STANDING")[];
  /** From how many days before on everybody may book. */
  open_days: number;
}
export interface Privilege {
  compact: string;
  expire_date: string;
}
export interface PrivilegeIn {
  compact: string;
  /** The last day; empty: no end. */
  expire_date?: string;
}
export interface Problem {
  type: "/problems/account-linked" | "/problems/already-exists" | "/problems/audit-lagging" | "/problems/audit-unavailable" | "/problems/body-too-large" | "/problems/client-exists" | "/problems/client-overlap" | "/problems/foreign-site" | "/problems/fresh-sign-in-needed" | "/problems/head-too-large" | "/problems/idempotency-key-missing" | "/problems/idempotency-key-reused" | "/problems/internal" | "/problems/interval-reversed" | "/problems/invitation-wrong" | "/problems/link-expired" | "/problems/link-unknown" | "/problems/malformed" | "/problems/merge-patch-needed" | "/problems/method-not-allowed" | "/problems/move-pending" | "/problems/not-allowed" | "/problems/not-found" | "/problems/offer-closed" | "/problems/offer-expired" | "/problems/offer-taken" | "/problems/outside-policy" | "/problems/personal-data-in-url" | "/problems/precondition-required" | "/problems/proof-invalid" | "/problems/proof-nonce-needed" | "/problems/rate-limited" | "/problems/rule-violated" | "/problems/seats-taken" | "/problems/series-conflicts" | "/problems/session-ended" | "/problems/sessions-unavailable" | "/problems/sign-in-failed" | "/problems/sign-in-interrupted" | "/problems/slot-in-past" | "/problems/slot-not-offered" | "/problems/slot-taken" | "/problems/state-forbids" | "/problems/time-ambiguous" | "/problems/time-does-not-exist" | "/problems/time-zone-unknown" | "/problems/timed-out" | "/problems/token-expired" | "/problems/too-slow" | "/problems/unauthenticated" | "/problems/unavailable" | "/problems/url-too-long" | "/problems/version-conflict";
  title: string;
  status: number;
  detail?: string;
  /** Stable reason of the service behind, see docs/errors.md. */
  reason?: string;
  errors?: ({
    pointer: string;
    detail: string;
  })[];
  alternatives?: (Slot)[];
  /** Every occurrence that can't be. */
  conflicts?: (SeriesOccurrence)[];
  /** What the resource is now, as its GET answers it. */
  current?: Record<string, unknown>;
}
export interface ProfileIn {
  display_name: string;
  licensed_regions?: (string)[];
  licences?: (LicenceIn)[];
  privileges?: (PrivilegeIn)[];
  credentials?: (string)[];
  specialties?: (string)[];
  approaches?: (string)[];
  populations?: (string)[];
  languages?: (string)[];
  insurers?: (string)[];
  plans?: (string)[];
  accessibility?: (string)[];
  site_ids?: (string)[];
  attributes?: (string)[];
  youngest_age: number;
  oldest_age: number;
  modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  is_accepting: boolean;
  capacity: number;
  /** Minutes a week for clients; 0 does not limit. */
  panel_min?: number;
  experience_years?: number;
  strengths?: (StrengthIn)[];
}
export interface ProfilesIn {
  therapist_profiles: (ImportedProfileIn)[];
  /** Says what would happen, and stores nothing. */
  is_dry_run?: boolean;
}
export interface Proposal {
  proposal_id: string;
  client_id: string;
  therapist_id: string;
  intake_id: string;
  batch_id: string;
  match_id: string;
  fit_ratio: number;
  state: "UNSPECIFIED" | "OPEN" | "ACCEPTED" | "DECLINED" | "EXPIRED" | "WITHDRAWN";
  expire_time: string | null;
  create_time: string | null;
  appointment_id: string;
  declined_by: "UNSPECIFIED" | "CLIENT" | "THERAPIST" | "DESK";
  reason: "UNSPECIFIED" | "HOURS" | "PREFERENCE" | "SCOPE" | "NO_ROOM" | "CONFLICT" | "COST" | "NOT_NEEDED";
  etag: string;
  reasons: (Reason)[];
}
export interface ProposalIn {
  match_id: string;
  therapist_id: string;
}
export interface Proxy {
  client_id: string;
  proxy_client_id: string;
  scopes: ("UNSPECIFIED" | "APPOINTMENTS" | "PARTICULARS")[];
  expire_time: string | null;
  etag: string;
}
export interface ProxyIn {
  scopes: ("APPOINTMENTS" | "PARTICULARS")[];
  expire_time: string;
}
export interface PutFenceResponse {
  fence: Fence | null;
  conflicting_appointment_ids: (string)[];
}
export interface PutOnCallContactResponse {
  contact_id: string;
}
export interface QueryRecordsResponse {
  records: (Record)[];
  next_cursor: string;
}
export interface ReadingIn {
  post_id: string;
}
export interface Reason {
  code: string;
  text: string;
  weight_ratio: number;
  facts: (string)[];
}
export interface ReasonCount {
  state: "UNSPECIFIED" | "PLANNED" | "SENT" | "SUPPRESSED" | "FAILED" | "SENDING";
  reason: string;
  count: number;
}
export interface ReasonIn {
  reason?: "ILLNESS" | "CRISIS" | "CONFLICT" | "TRANSPORT" | "THERAPIST_ABSENT" | "PRACTICE" | "NOT_NEEDED" | null;
}
export interface Record {
  seq: number;
  canonical: string;
  leaf_hash: string;
  record_time: string | null;
  client_id: string;
  actor_id: string;
  operation: string;
  stage: string;
  occur_time: string | null;
  /** The canonical record, parsed. */
  content?: Record<string, unknown>;
}
export interface RefillGroup {
  notice_from_h: number;
  notice_to_h: number;
  freed_count: number;
  offered_count: number;
  filled_count: number;
  undone_count: number;
  regained_count: number;
  given_back_count: number;
  lost_count: number;
  offers_made_count: number;
  offers_accepted_count: number;
  offers_declined_count: number;
  offers_expired_count: number;
  offers_taken_count: number;
  fill_median_s: number;
  fill_p90_s: number;
  recovered_min: number;
}
export interface RefillReport {
  groups: (RefillGroup)[];
}
export interface RefusalIn {
  reason: "HOURS" | "PREFERENCE" | "SCOPE" | "NO_ROOM" | "CONFLICT" | "COST" | "NOT_NEEDED";
}
export interface RemoveCareTeamMemberResponse {
}
export interface RemoveFenceResponse {
}
export interface RemoveFollowUpRuleResponse {
}
export interface RemoveProxyResponse {
}
export interface RenderedTemplate {
  locale: string;
  channel: "UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK";
  subject: string;
  text: string;
  html: string;
  segments: number;
  warnings: (string)[];
}
export interface ReplayBatchResponse {
  is_identical: boolean;
  served_count: number;
  points: number;
}
export interface ReplayIn {
  /** Why they failed. */
  reason: string;
  from_time: string;
  /** At most 92 days later. */
  to_time: string;
}
export interface ReplayMessagesResponse {
  replayed_count: number;
  has_more: boolean;
}
export interface Reply {
  reply_id: string;
  client_id: string;
  sender: string;
  words: string;
  meaning: string;
  state: "UNSPECIFIED" | "HANDLED" | "OPEN" | "CLOSED";
  appointment_id: string;
  receive_time: string | null;
  closed_by: string;
  close_time: string | null;
}
export interface ReportDangerResponse {
  flag: CrisisFlag | null;
  crisis_resources: CrisisResources | null;
}
export interface ReportDescription {
  name: string;
  summary: string;
  required: (string)[];
  optional: (string)[];
  max_days: number;
}
export interface ReportRow {
  seq: number;
  occur_time: string | null;
  actor_id: string;
  actor_role: string;
  relation: string;
  via: string;
  client_id: string;
  operation: string;
  action: string;
  stage: string;
  reason: string;
  object_class: string;
  object_id: string;
  purpose: string;
  policies: (string)[];
  break_glass_id: string;
  cause_id: string;
  finding: string;
  evidence_seq: number | null;
  evidence_id: string;
  count: number;
}
export interface Requirement {
  client_id: string;
  kind: "UNSPECIFIED" | "CARD" | "CONSENT";
  expire_time: string | null;
}
export interface RequirementIn {
  kind: "CARD" | "CONSENT";
  /** When it ends to hold; none for never. */
  expire_time?: string | null;
}
export interface Reservation {
  reservation_id: string;
  therapist_id: string;
  weekday: number;
  start_local: string;
  end_local: string;
  audience: "UNSPECIFIED" | "HIGH_NEED" | "ESTABLISHED" | "STANDING";
  release_hours: number;
  etag: string;
}
export interface ReservationIn {
  /** Whose; none means all therapists'. */
  therapist_id?: string | null;
  weekday: number;
  start_local: string;
  end_local: string;
  audience: "HIGH_NEED";
  release_hours: number;
}
export interface ResolutionIn {
  resolution: "EXPLAINED" | "REPAIRED" | "INCIDENT";
}
export interface Retention {
  years: number;
  version: number;
  actor_id: string;
  update_time: string | null;
}
export interface RetentionIn {
  /** No practice keeps less than 6. */
  years: number;
}
export interface Room {
  room_id: string;
  site_id: string;
  display_name: string;
  etag: string;
}
export interface RoomIn {
  site_id: string;
  display_name: string;
}
export interface RunIn {
  client_id?: string | null;
  actor_id?: string;
  from_time?: string | null;
  to_time?: string | null;
  day?: string | null;
  time_zone?: string | null;
  opens?: string | null;
  closes?: string | null;
  /** Clients within an hour that are many. */
  threshold?: number | null;
  within_min?: number | null;
  near_days?: number | null;
  /** The record to explain. */
  seq?: number | null;
  limit?: number;
  cursor?: string;
}
export interface RunReportResponse {
  rows: (ReportRow)[];
  lines: (string)[];
  header: string;
  next_cursor: string;
}
export interface SaveFormResponseResponse {
  response: FormResponse | null;
  crisis_resources: CrisisResources | null;
}
export interface Schedule {
  therapist_id: string;
  time_zone: string;
  weekly_hours: (WeeklyHours)[];
  session_type_ids: (string)[];
  version: number;
  etag: string;
}
export interface ScheduleGroupSessionResponse {
  session: GroupSession | null;
  refusals: (GroupRefusal)[];
}
export interface ScheduleIn {
  time_zone: string;
  weekly_hours: (WeeklyHoursIn)[];
  session_type_ids: (string)[];
}
export interface ScoreIn {
  code: string;
  link_ids: (string)[];
  bands?: (BandIn)[];
}
export interface Screening {
  screening_id: string;
  client_id: string;
  instrument: string;
  is_complete: boolean;
  score: number;
  severity: string;
  priority: "UNSPECIFIED" | "ROUTINE" | "HIGH" | "URGENT";
  rules: (string)[];
  rules_version: string;
  flag_id: string;
  create_time: string | null;
}
export interface SearchMessagesResponse {
  messages: (Message)[];
  next_cursor: string;
}
export interface SearchSlotsResponse {
  slots: (Slot)[];
  next_cursor: string;
}
export interface Series {
  series_id: string;
  plan: SeriesPlan | null;
  client_id: string;
  state: "UNSPECIFIED" | "ACTIVE" | "PAUSED" | "CANCELLED";
  booked_until_date: string;
  pause_from_date: string;
  pause_to_date: string;
  keeps_time: boolean;
  etag: string;
  version: number;
  create_time: string | null;
  update_time: string | null;
}
export interface SeriesChangeIn {
  scope: "THIS" | "FOLLOWING" | "ALL";
  /** Which occurrence, as the rule has it; none with ALL. */
  original_start_local?: string | null;
  /** Where the occurrence goes; none keeps the time. */
  local_start?: string | null;
  therapist_id?: string | null;
  commit?: "ALL_OR_NONE" | "ALL_BUT_CONFLICTS";
}
export interface SeriesConflict {
  reason: string;
  message: string;
  alternative: Slot | null;
}
export interface SeriesIn {
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  local_start: string;
  time_zone: string;
  /** RFC 5545. */
  rule: string;
  /** How far ahead it is booked; 0 means 182. */
  horizon_days?: number;
  commit?: "ALL_OR_NONE" | "ALL_BUT_CONFLICTS";
}
export interface SeriesOccurrence {
  series_id: string;
  original_start_wall: WallTime | null;
  fate: "UNSPECIFIED" | "FREE" | "BOOKED" | "CONFLICT" | "PAUSED" | "DISMISSED";
  start_time: string | null;
  appointment: Appointment | null;
  conflict: SeriesConflict | null;
  has_first_refusal: boolean;
  client_id: string;
  therapist_id: string;
}
export interface SeriesOutcome {
  series: Series | null;
  occurrences: (SeriesOccurrence)[];
  conflict_count: number;
}
export interface SeriesPlan {
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  start_wall: WallTime | null;
  rule: string;
  horizon_days: number;
}
export interface SeriesPlanIn {
  client_id: string;
  therapist_id: string;
  session_type_id: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  local_start: string;
  time_zone: string;
  /** RFC 5545. */
  rule: string;
  /** How far ahead it is booked; 0 means 182. */
  horizon_days?: number;
}
export interface SessionOut {
  session_id: string;
  /** client, desk or compliance. */
  portal: string;
  actor_id: string;
  practice_id: string;
  roles: (string)[];
  client_id: string;
  therapist_id: string;
  /** mfa, or how else the person proved who they are. */
  strength: string;
  /** When they last did. */
  auth_time: string;
  /** When the session ends, whatever happens. */
  expire_time: string;
  /** Seconds after which it ends without a request. */
  idle_s: number;
}
export interface SessionType {
  session_type_id: string;
  display_name: string;
  length_min: number;
  buffer_before_min: number;
  buffer_after_min: number;
  notice_min: number;
  horizon_days: number;
  grid_min: number;
  modalities: ("UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE")[];
  is_self_bookable: boolean | null;
  is_same_day_allowed: boolean | null;
  load_weight: number;
  capacity: number;
  needs_room: boolean | null;
  is_intake: boolean;
  is_crisis: boolean;
  equipment_kinds: (string)[];
  etag: string;
}
export interface SessionTypeIn {
  display_name: string;
  length_min: number;
  buffer_before_min?: number;
  buffer_after_min?: number;
  notice_min?: number;
  horizon_days: number;
  grid_min: number;
  modalities: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  /** Clients may book it themselves. */
  is_self_bookable?: boolean;
  /** Clients may book it for the same day. */
  is_same_day_allowed?: boolean;
  load_weight?: number;
  capacity?: number;
  needs_room?: boolean;
  is_intake?: boolean;
  is_crisis?: boolean;
  equipment_kinds?: (string)[];
}
export interface SessionsOut {
  sessions: (SessionOut)[];
}
export interface SetConfidentialResponse {
}
export interface SignOffIn {
  is_sent_back?: boolean;
}
export interface SignatureIn {
  document_id: string;
  text_hash: string;
  signer_name: string;
}
export interface SignedOutOut {
  /** Sessions that ended. */
  ended: number;
  /** Where the browser signs out at the identity provider too; may be empty. */
  sign_out_url: string;
}
export interface SimulateIntakesResponse {
  as_is: SimulatedRun | null;
  what_if: SimulatedRun | null;
  intake_count: number;
}
export interface SimulatedRun {
  placed_count: number;
  waiting_count: number;
  mean_wait_days: number;
  urgent_wait_days: number;
  mean_fit_ratio: number;
  spread: LoadSpread | null;
}
export interface SimulationIn {
  from_time: string;
  to_time: string;
  /** None keeps those in force. */
  weights?: WeightsIn | null;
  load_weight?: number;
  capacity_ratio?: number;
  every_days?: number;
}
export interface Site {
  site_id: string;
  display_name: string;
  time_zone: string;
  etag: string;
}
export interface SiteIn {
  display_name: string;
  time_zone: string;
}
export interface SkipIn {
  wish_id: string;
  reason: "CLIENT_CANNOT" | "NOT_REACHABLE" | "NOT_SUITABLE" | "GREATER_NEED";
}
export interface Slot {
  therapist_id: string;
  session_type_id: string;
  start_time: string | null;
  end_time: string | null;
  start_wall: WallTime | null;
  modality: "UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE";
  site_id: string;
  viewer_wall: WallTime | null;
  local_date: string;
}
export interface SlotSearchIn {
  session_type_id: string;
  therapist_ids?: (string)[];
  from_time: string;
  to_time: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  site_id?: string | null;
  /** Gives only the first slot of each therapist. */
  next_available?: boolean;
  /** Parts of the day and local days are meant there. */
  viewer_time_zone?: string | null;
  parts_of_day?: ("MORNING" | "AFTERNOON" | "EVENING")[];
  /** Shows reserved capacity too; heeded from staff only. */
  is_high_need?: boolean;
  /** Shows what others may not book yet; heeded from staff only. */
  audiences?: ("HIGH_NEED" | "ESTABLISHED" | "STANDING")[];
  limit?: number;
  cursor?: string;
}
export interface StaffMember {
  actor_id: string;
  has_family_name: boolean;
  has_home_address: boolean;
  has_phone: boolean;
  leave_time: string | null;
}
export interface StaffMemberIn {
  actor_id: string;
  family_name?: string;
  home_address?: string;
  phone?: string;
  leave_time?: string | null;
}
export interface StartIn {
  form_id: string;
}
export interface StepCounts {
  kind: "UNSPECIFIED" | "CONFIRMATION" | "REMINDER" | "MOVED" | "CANCELLED" | "UNCONFIRMED" | "AFTER_SESSION" | "NO_SHOW" | "OFFER" | "OFFER_TAKEN" | "OFFER_WITHDRAWN" | "FOLLOW_UP" | "FORM" | "MEDICATION" | "CHECK_IN" | "MESSAGE_WAITING" | "CONTACT_CODE" | "CONTACT_CHANGED" | "PROPOSAL" | "ABSENCE_OFFER" | "INVITATION";
  step: string;
  planned_count: number;
  sent_count: number;
  delivered_count: number;
  answered_count: number;
  confirmed_count: number;
  answer_median_s: number;
}
export interface StepIn {
  name: string;
  trigger: "BOOKED" | "MOVED" | "CANCELLED" | "BEFORE_SESSION" | "AFTER_SESSION" | "UNCONFIRMED" | "NO_SHOW" | "OFFER_MADE" | "OFFER_TAKEN" | "OFFER_WITHDRAWN" | "FOLLOW_UP_DUE" | "FORM_DUE" | "MEDICATION" | "CHECK_IN" | "MESSAGE_WAITING" | "PROPOSAL_MADE" | "ABSENCE_OFFERED";
  /** Tried in this order. */
  channels: ("EMAIL" | "SMS" | "INBOX" | "WEBHOOK")[];
  /** Before the start, or after what set it off. */
  offset?: number;
  /** Elapsed hours, or days of the calendar. */
  unit?: "HOURS" | "DAYS";
  urgency?: "TRANSACTIONAL" | "ROUTINE";
  template_key?: string;
  first_visit?: "UNSPECIFIED" | "YES" | "NO";
  modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  high_risk?: "UNSPECIFIED" | "YES" | "NO";
  confirmed?: "UNSPECIFIED" | "YES" | "NO";
  skips_client?: boolean;
  to_guardians?: boolean;
}
export interface StoredTemplateIn {
  template_key: string;
  locale: "en" | "es";
  channel: "EMAIL" | "SMS";
  subject?: string;
  body?: string;
  seen_version?: number;
  /** Goes back to the built-in words. */
  resets?: boolean;
}
export interface Strength {
  domain: string;
  level: "UNSPECIFIED" | "EFFECTIVE" | "NEUTRAL" | "INEFFECTIVE";
  case_count: number;
}
export interface StrengthIn {
  domain: string;
  level: "EFFECTIVE" | "NEUTRAL" | "INEFFECTIVE";
  case_count: number;
}
export interface SuppressionIn {
  is_suppressed: boolean;
}
export interface TemplateIn {
  template_key: string;
  locale: "en" | "es";
  channel: "EMAIL" | "SMS";
  subject?: string;
  body?: string;
}
export interface TemplatePreviewIn {
  templates: (TemplateIn)[];
}
export interface TherapistProfile {
  therapist_id: string;
  display_name: string;
  licensed_regions: (string)[];
  specialties: (string)[];
  languages: (string)[];
  insurers: (string)[];
  youngest_age: number;
  oldest_age: number;
  modalities: ("UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE")[];
  is_accepting: boolean;
  capacity: number;
  caseload: number;
  version: number;
  licences: (Licence)[];
  credentials: (string)[];
  approaches: (string)[];
  populations: (string)[];
  plans: (string)[];
  accessibility: (string)[];
  site_ids: (string)[];
  attributes: (string)[];
  experience_years: number;
  panel_min: number;
  caseload_min: number;
  strengths: (Strength)[];
  privileges: (Privilege)[];
}
export interface Thread {
  thread_id: string;
  client_id: string;
  topic: string;
  create_time: string | null;
  last_post_time: string | null;
  last_side: "UNSPECIFIED" | "CLIENT" | "CARE_TEAM";
  post_count: number;
  unread_count: number;
}
export interface ThreadIn {
  words: string;
  /** Files you uploaded. */
  attachment_ids?: (string)[];
  topic: string;
}
export interface Tile {
  hashes: string;
}
export interface TimeOff {
  time_off_id: string;
  therapist_id: string;
  interval: Interval | null;
}
export interface TimeOffIn {
  start_time: string;
  end_time: string;
}
export interface Travel {
  travel_id: string;
  therapist_id: string;
  from_date: string;
  to_date: string;
  time_zone: string;
  etag: string;
}
export interface TravelIn {
  therapist_id: string;
  from_date: string;
  to_date: string;
  time_zone: string;
}
export interface TravelTime {
  site_id: string;
  other_site_id: string;
  minutes: number;
  etag: string;
}
export interface TravelTimeIn {
  minutes: number;
}
export interface VerificationIn {
  expire_date?: string;
}
export interface WaiverIn {
  reason: "FIRST_TIME" | "ILLNESS" | "CRISIS" | "INSURER_FORBIDS" | "UNDONE" | "PRACTICE_MISTAKE" | "HARDSHIP" | "GOODWILL";
}
export interface WallTime {
  local: string;
  time_zone: string;
  fold: number;
}
export interface WatchSettings {
  time_zone: string;
  opens: string;
  closes: string;
  bulk_clients: number;
}
export interface WatchSettingsIn {
  time_zone?: string | null;
  opens?: string | null;
  closes?: string | null;
  bulk_clients?: number | null;
}
export interface Webhook {
  webhook_id: string;
  url: string;
  event_types: (string)[];
  is_active: boolean;
  stop_reason: string;
  create_time: string | null;
  etag: string;
}
export interface WebhookChangeIn {
  url: string;
  /** What it is told of, of the kinds that `webhooks` of this document lists; empty: everything. */
  event_types?: (string)[];
  is_active?: boolean;
}
export interface WebhookDelivery {
  delivery_id: string;
  webhook_id: string;
  event_type: string;
  resource_id: string;
  resource_version: number;
  state: "UNSPECIFIED" | "PENDING" | "DELIVERED" | "FAILED";
  attempts: number;
  last_status: number;
  last_error: string;
  last_attempt_time: string | null;
  next_attempt_time: string | null;
  occur_time: string | null;
}
export interface WebhookIn {
  url: string;
  /** What it is told of, of the kinds that `webhooks` of this document lists; empty: everything. */
  event_types?: (string)[];
}
export interface WebhookMessage {
  type: "schedule.changed" | "absence.started" | "absence.closed" | "absence_offer.made" | "absence_offer.closed" | "client.registered" | "client.updated" | "appointment.booked" | "appointment.confirmed" | "appointment.rescheduled" | "appointment.cancelled" | "appointment.attended" | "appointment.undone" | "follow_up.opened" | "follow_up.closed" | "follow_up.due" | "client.erased" | "group_session.scheduled" | "group_session.cancelled" | "group_session.moved" | "group_series.changed" | "group_series.conflicted" | "fee.proposed" | "fee.waived" | "fee.accepted" | "appointment.unconfirmed" | "series.created" | "series.changed" | "series.cancelled" | "series.conflicted" | "offer.made" | "offer.accepted" | "offer.declined" | "offer.expired" | "offer.taken" | "offer.withdrawn" | "wish.created" | "wish.changed" | "wish.closed" | "opening.opened" | "opening.closed" | "form.due" | "form.settled" | "form.completed" | "intake.changed" | "proposal.made" | "proposal.accepted" | "proposal.declined" | "proposal.expired" | "proposal.withdrawn" | "match.proposed" | "message.sent" | "message.failed" | "reply.received" | "thread.posted" | "thread.read";
  /** When it happened. */
  timestamp: string;
  data: {
    /** What it happened to. */
    id: string;
    /** Counts its changes; order is not promised, a number below yours is old. */
    version: number;
  };
}
export interface WeeklyHours {
  weekday: number;
  start_local: string;
  end_local: string;
  site_id: string;
  modalities: ("UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE")[];
  every_weeks: number;
  anchor_date: string;
  from_date: string;
  to_date: string;
}
export interface WeeklyHoursIn {
  weekday: number;
  start_local: string;
  end_local: string;
  site_id?: string | null;
  modalities: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  every_weeks?: number;
  /** The Monday of a week in which they take place. */
  anchor_date?: string;
  from_date?: string;
  to_date?: string;
}
export interface Weights {
  specialty: number;
  approach: number;
  population: number;
  preference: number;
  availability: number;
  language: number;
  continuity: number;
  distance: number;
  experience: number;
  strength: number;
  room: number;
}
export interface WeightsIn {
  specialty: number;
  approach: number;
  population: number;
  preference: number;
  availability: number;
  language: number;
  continuity: number;
  distance: number;
  experience: number;
  strength: number;
  room: number;
}
export interface WindowIn {
  /** 1 Monday to 7 Sunday. */
  weekday: number;
  from_local: string;
  to_local: string;
}
export interface Wish {
  wish_id: string;
  client_id: string;
  therapist_ids: (string)[];
  session_type_ids: (string)[];
  windows: (WishWindow)[];
  time_zone: string;
  modalities: ("UNSPECIFIED" | "IN_PERSON" | "VIDEO" | "PHONE")[];
  site_ids: (string)[];
  notice_min: number | null;
  from_date: string;
  to_date: string;
  urgency: "UNSPECIFIED" | "ROUTINE" | "SOON" | "URGENT";
  is_confidential: boolean;
  state: "UNSPECIFIED" | "WAITING" | "FULFILLED" | "WITHDRAWN" | "EXPIRED";
  since_time: string | null;
  update_time: string | null;
  etag: string;
  offer_count: number;
}
export interface WishIn {
  /** None means any. */
  therapist_ids?: (string)[];
  session_type_ids: (string)[];
  /** None means any time. */
  windows?: (WindowIn)[];
  time_zone: string;
  modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  site_ids?: (string)[];
  /** Minutes before a start; none means 120. */
  notice_min?: number | null;
  from_date?: string | null;
  /** At most 366 days ahead; none means 184. */
  to_date?: string | null;
  /** Heeded from staff only. */
  urgency?: "ROUTINE" | "SOON" | "URGENT" | null;
  is_confidential?: boolean;
  client_id: string;
}
export interface WishWantedIn {
  /** None means any. */
  therapist_ids?: (string)[];
  session_type_ids: (string)[];
  /** None means any time. */
  windows?: (WindowIn)[];
  time_zone: string;
  modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
  site_ids?: (string)[];
  /** Minutes before a start; none means 120. */
  notice_min?: number | null;
  from_date?: string | null;
  /** At most 366 days ahead; none means 184. */
  to_date?: string | null;
  /** Heeded from staff only. */
  urgency?: "ROUTINE" | "SOON" | "URGENT" | null;
  is_confidential?: boolean;
}
export interface WishWindow {
  weekday: number;
  from_local: string;
  to_local: string;
}
export interface WordedItemIn {
  link_id: string;
  text: string;
  /** In their order, the first worth 0. */
  options: (string)[];
}
export interface Workflow {
  session_type_id: string;
  version: number;
  steps: (WorkflowStep)[];
  create_time: string | null;
}
export interface WorkflowIn {
  /** None is the practice's own, for every type without one. */
  session_type_id?: string | null;
  /** None goes back to the practice's, or the built-in ones. */
  steps?: (StepIn)[];
  /** The version that was seen; the change is refused if it moved on. */
  seen_version?: number;
}
export interface WorkflowPreviewIn {
  /** None means those in force. */
  steps?: (StepIn)[];
  session_type_id?: string | null;
  book_time: string;
  start_time: string;
  time_zone: string;
  modality?: "IN_PERSON" | "VIDEO" | "PHONE" | null;
  is_returning?: boolean;
  earlier_misses?: number;
  is_confirmed?: boolean;
  has_guardian?: boolean;
}
export interface WorkflowStep {
  name: string;
  trigger: "UNSPECIFIED" | "BOOKED" | "MOVED" | "CANCELLED" | "BEFORE_SESSION" | "AFTER_SESSION" | "UNCONFIRMED" | "NO_SHOW" | "OFFER_MADE" | "OFFER_TAKEN" | "OFFER_WITHDRAWN" | "FOLLOW_UP_DUE" | "FORM_DUE" | "MEDICATION" | "CHECK_IN" | "MESSAGE_WAITING" | "PROPOSAL_MADE" | "ABSENCE_OFFERED";
  channels: ("UNSPECIFIED" | "EMAIL" | "SMS" | "INBOX" | "WEBHOOK")[];
  offset: number;
  unit: "UNSPECIFIED" | "HOURS" | "DAYS";
  urgency: "UNSPECIFIED" | "TRANSACTIONAL" | "ROUTINE" | "CRISIS";
  template_key: string;
  first_visit: "UNSPECIFIED" | "YES" | "NO";
  modalities: (string)[];
  high_risk: "UNSPECIFIED" | "YES" | "NO";
  confirmed: "UNSPECIFIED" | "YES" | "NO";
  skips_client: boolean;
  to_guardians: boolean;
}
export interface services__gateway__routes__absence_cases__WordingIn {
  /** One neutral line, the same for everybody: no names, contacts, links or clinical words. */
  body: string;
}
export interface services__gateway__routes__absences__AnswerIn {
  state: "OFFERED" | "MOVED" | "CANCELLED" | "COVERED" | "BY_VIDEO" | "KEPT";
}
export interface services__gateway__routes__forms__AnswerIn {
  link_id: string;
  values: (string)[];
}
export interface services__gateway__routes__groups__ScreeningIn {
  is_suitable: boolean;
}
export interface services__gateway__routes__intakes__PriorityIn {
  priority: "ROUTINE" | "HIGH" | "URGENT";
}
export interface services__gateway__routes__priority__PriorityIn {
  is_high_need: boolean;
  /** The last day of it; none means until it is taken back. */
  until_date?: string;
}
export interface services__gateway__routes__triage__ScreeningIn {
  instrument: "PHQ-9" | "GAD-7" | "C-SSRS";
  answers: (ItemAnswerIn)[];
  /** The language help is shown in. */
  locale?: string;
}
export interface services__gateway__routes__triage__WordingIn {
  preamble?: string;
  items: (WordedItemIn)[];
  /** By what permission the text is shown. */
  permission: string;
}
export class Kept {
  constructor(settings?: Settings);
  /** List the cases of absences. `GET /v1/absence-cases` */
  listAbsenceCases(call?: { has_settled?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListAbsenceCasesResponse>>;
  /** See the case of an absence. `GET /v1/absences/{absence_id}/case` */
  getAbsenceCase(call: { absence_id: string }): Promise<Answer<AbsenceCase>>;
  /** List the appointments an absence hits. `GET /v1/absences/{absence_id}/appointments` */
  listAffectedAppointments(call: { absence_id: string; is_open_only?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListAffectedAppointmentsResponse>>;
  /** Write what clients are told. `POST /v1/absences/{absence_id}/wordings` */
  putAbsenceWording(call: { absence_id: string; idempotency_key?: string; body: services__gateway__routes__absence_cases__WordingIn }): Promise<Answer<AbsenceCase>>;
  /** Approve what clients are told. `POST /v1/absences/{absence_id}/wordings/approvals` */
  approveAbsenceWording(call: { absence_id: string; idempotency_key?: string; body: ApprovalIn }): Promise<Answer<AbsenceCase>>;
  /** Offer many clients something instead. `POST /v1/absences/{absence_id}/offers` */
  offerAffected(call: { absence_id: string; idempotency_key?: string; body: OffersIn }): Promise<Answer<OfferAffectedResponse>>;
  /** State that an appointment takes place as agreed. `POST /v1/absences/{absence_id}/appointments/{appointment_id}/keepings` */
  keepAffected(call: { absence_id: string; appointment_id: string; idempotency_key?: string; body: KeepIn }): Promise<Answer<AffectedAppointment>>;
  /** See what is offered instead. `GET /v1/absence-offers/{offer_id}` */
  getAbsenceOffer(call: { offer_id: string }): Promise<Answer<AbsenceOffer>>;
  /** List what a client is offered instead. `GET /v1/clients/{client_id}/absence-offers` */
  listAbsenceOffers(call: { client_id: string; is_open_only?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListAbsenceOffersResponse>>;
  /** Take one of the options. `POST /v1/absence-offers/{offer_id}/acceptances` */
  acceptAbsenceOption(call: { offer_id: string; idempotency_key?: string; body: ChoiceIn }): Promise<Answer<Appointment>>;
  /** Say no to all options. `POST /v1/absence-offers/{offer_id}/refusals` */
  declineAbsenceOffer(call: { offer_id: string; idempotency_key?: string }): Promise<Answer<AbsenceOffer>>;
  /** Take an offer back. `POST /v1/absence-offers/{offer_id}/withdrawals` */
  withdrawAbsenceOffer(call: { offer_id: string; idempotency_key?: string }): Promise<Answer<AbsenceOffer>>;
  /** See what an absence would hit. `POST /v1/searches/absences` */
  previewAbsence(call: { body: AbsenceIn }): Promise<Answer<PreviewAbsenceResponse>>;
  /** Start an absence. `POST /v1/absences` */
  startAbsence(call: { idempotency_key?: string; body: AbsenceIn }): Promise<Answer<Absence>>;
  /** List absences. `GET /v1/absences` */
  listAbsences(call?: { therapist_id?: string; is_open?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListAbsencesResponse>>;
  /** See an absence. `GET /v1/absences/{absence_id}` */
  getAbsence(call: { absence_id: string }): Promise<Answer<Absence>>;
  /** List what an absence hits. `GET /v1/absences/{absence_id}/items` */
  listAbsenceItems(call: { absence_id: string; limit?: number; cursor?: string }): Promise<Answer<ListAbsenceItemsResponse>>;
  /** Say what became of a claim. `POST /v1/absences/{absence_id}/items/{claim_id}/answers` */
  answerAbsenceItem(call: { absence_id: string; claim_id: string; idempotency_key?: string; body: services__gateway__routes__absences__AnswerIn }): Promise<Answer<AbsenceItem>>;
  /** Close the case of an absence. `POST /v1/absences/{absence_id}/closings` */
  closeAbsence(call: { absence_id: string; idempotency_key?: string }): Promise<Answer<Absence>>;
  /** Break the glass of a client. `POST /v1/clients/{client_id}/break-glasses` */
  startBreakGlass(call: { client_id: string; idempotency_key?: string; body: BreakGlassIn }): Promise<Answer<BreakGlass>>;
  /** End an emergency access. `POST /v1/break-glasses/{break_glass_id}/end` */
  endBreakGlass(call: { break_glass_id: string; idempotency_key?: string }): Promise<Answer<BreakGlass>>;
  /** List emergency accesses. `GET /v1/break-glasses` */
  listBreakGlasses(call?: { only_unreviewed?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListBreakGlassesResponse>>;
  /** Review an emergency access. `POST /v1/break-glasses/{break_glass_id}/review` */
  reviewBreakGlass(call: { break_glass_id: string; idempotency_key?: string; body: FindingIn }): Promise<Answer<BreakGlass>>;
  /** Invite a client to sign in. `POST /v1/clients/{client_id}/invitations` */
  inviteClient(call: { client_id: string; idempotency_key?: string; body?: InvitationIn | null }): Promise<Answer<Invitation>>;
  /** Link one's own sign-in. `POST /v1/account` */
  linkAccount(call: { idempotency_key?: string; body: AccountLinkIn }): Promise<Answer<Account>>;
  /** See which client one is. `GET /v1/account` */
  getOwnAccount(): Promise<Answer<Account>>;
  /** See a client's sign-ins. `GET /v1/clients/{client_id}/accounts` */
  listAccounts(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListAccountsResponse>>;
  /** Take a sign-in from a client. `DELETE /v1/clients/{client_id}/accounts/{account_id}` */
  unlinkAccount(call: { client_id: string; account_id: string; idempotency_key?: string }): Promise<Answer<Account>>;
  /** Book a slot. `POST /v1/appointments` */
  bookAppointment(call: { idempotency_key?: string; body: AppointmentIn }): Promise<Answer<Appointment>>;
  /** List appointments. `GET /v1/appointments` */
  listAppointments(call: { from_time: string; to_time: string; client_id?: string; therapist_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListAppointmentsResponse>>;
  /** See an appointment. `GET /v1/appointments/{appointment_id}` */
  getAppointment(call: { appointment_id: string }): Promise<Answer<Appointment>>;
  /** See an appointment's history. `GET /v1/appointments/{appointment_id}/changes` */
  listAppointmentChanges(call: { appointment_id: string }): Promise<Answer<ListAppointmentChangesResponse>>;
  /** Move an appointment. `POST /v1/appointments/{appointment_id}/moves` */
  moveAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body: MoveIn }): Promise<Answer<Appointment>>;
  /** Say that the client will come. `POST /v1/appointments/{appointment_id}/confirmations` */
  confirmAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Call the appointment off. `POST /v1/appointments/{appointment_id}/cancellations` */
  cancelAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Say that the client has arrived. `POST /v1/appointments/{appointment_id}/check-ins` */
  checkInAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Say that the session has begun. `POST /v1/appointments/{appointment_id}/starts` */
  startAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Say that the session took place. `POST /v1/appointments/{appointment_id}/completions` */
  completeAppointment(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Take the last step back, within 15 minutes. `POST /v1/appointments/{appointment_id}/undos` */
  undoAppointmentChange(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Say that the client did not come. `POST /v1/appointments/{appointment_id}/no-shows` */
  markNoShow(call: { appointment_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<Appointment>>;
  /** Query the trail. `GET /v1/audit/records` */
  queryAuditRecords(call?: { client_id?: string; actor_id?: string; from_time?: string | null; to_time?: string | null; is_evidence?: boolean; limit?: number; cursor?: string }): Promise<Answer<QueryRecordsResponse>>;
  /** See a record. `GET /v1/audit/records/{seq}` */
  getAuditRecord(call: { seq: number }): Promise<Answer<Record>>;
  /** Prove that a record is in the tree. `GET /v1/audit/records/{seq}/proof` */
  getInclusionProof(call: { seq: number; tree_size: number }): Promise<Answer<InclusionProof>>;
  /** Get the latest signed checkpoint. `GET /v1/audit/checkpoint` */
  getCheckpoint(): Promise<Answer<Checkpoint>>;
  /** Prove that a tree only grew. `GET /v1/audit/consistency` */
  getConsistencyProof(call: { first_size: number; second_size: number }): Promise<Answer<ConsistencyProof>>;
  /** List the reports. `GET /v1/audit/reports` */
  listAuditReports(call?: { limit?: number; cursor?: string }): Promise<Answer<ListReportsResponse>>;
  /** Run a report. `POST /v1/audit/reports/{report}/runs` */
  runAuditReport(call: { report: string; format?: "json" | "jsonl" | "csv" | "fhir" | null; body: RunIn }): Promise<Answer<RunReportResponse>>;
  /** See who saw a client's data. `GET /v1/clients/{client_id}/accesses` */
  listClientAccesses(call: { client_id: string; from_time?: string | null; to_time?: string | null; limit?: number; cursor?: string }): Promise<Answer<ListClientAccessesResponse>>;
  /** See how far records were archived and taken out. `GET /v1/audit/detached` */
  getDetached(): Promise<Answer<Detached>>;
  /** Get a bundle of records. `GET /v1/audit/tile/entries/{place}` */
  getEntries(call: { place: string }): Promise<Answer<unknown>>;
  /** Get a tile of hashes. `GET /v1/audit/tile/{level}/{place}` */
  getTile(call: { level: number; place: string }): Promise<Answer<unknown>>;
  /** List alarms. `GET /v1/audit/alarms` */
  listAlarms(call?: { only_open?: boolean; kind?: string; limit?: number; cursor?: string }): Promise<Answer<ListAlarmsResponse>>;
  /** Say that you have seen an alarm. `POST /v1/audit/alarms/{alarm_id}/acknowledgements` */
  acknowledgeAlarm(call: { alarm_id: string; idempotency_key?: string }): Promise<Answer<Alarm>>;
  /** Say what an alarm was. `POST /v1/audit/alarms/{alarm_id}/resolutions` */
  resolveAlarm(call: { alarm_id: string; idempotency_key?: string; body: ResolutionIn }): Promise<Answer<Alarm>>;
  /** List the rules that look through the trail. `GET /v1/audit/rules` */
  listDetectionRules(call?: { limit?: number; cursor?: string }): Promise<Answer<ListDetectionRulesResponse>>;
  /** List cases. `GET /v1/audit/cases` */
  listCases(call?: { only_open?: boolean; only_overdue?: boolean; rule?: string; assignee_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListCasesResponse>>;
  /** See a case. `GET /v1/audit/cases/{case_id}` */
  getCase(call: { case_id: string }): Promise<Answer<Case>>;
  /** List what rules found. `GET /v1/audit/findings` */
  listFindings(call?: { case_id?: string; rule?: string; only_explained?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListFindingsResponse>>;
  /** Give a case to somebody. `POST /v1/audit/cases/{case_id}/assignments` */
  assignCase(call: { case_id: string; idempotency_key?: string; if_match?: string; body: AssignmentIn }): Promise<Answer<Case>>;
  /** Say what was found out. `POST /v1/audit/cases/{case_id}/decisions` */
  decideCase(call: { case_id: string; idempotency_key?: string; if_match?: string; body: DecisionIn }): Promise<Answer<Case>>;
  /** Agree with an outcome, or send the case back. `POST /v1/audit/cases/{case_id}/sign-offs` */
  signOffCase(call: { case_id: string; idempotency_key?: string; if_match?: string; body: SignOffIn }): Promise<Answer<Case>>;
  /** List weeks in numbers. `GET /v1/audit/digests` */
  listDigests(call?: { limit?: number; cursor?: string }): Promise<Answer<ListDigestsResponse>>;
  /** See how the practice is watched. `GET /v1/audit/watch-settings` */
  getWatchSettings(): Promise<Answer<WatchSettings>>;
  /** Say how the practice is watched. `PUT /v1/audit/watch-settings` */
  putWatchSettings(call: { idempotency_key?: string; body: WatchSettingsIn }): Promise<Answer<WatchSettings>>;
  /** Start giving all who wait to therapists. `POST /v1/intake-batch-operations` */
  startIntakeBatch(call: { idempotency_key?: string; body: BatchIn }): Promise<Answer<BatchOperation>>;
  /** List batches that were started. `GET /v1/intake-batch-operations` */
  listIntakeBatchOperations(call?: { limit?: number; cursor?: string }): Promise<Answer<ListBatchOperationsResponse>>;
  /** See how far a batch is. `GET /v1/intake-batch-operations/{operation_id}` */
  getIntakeBatchOperation(call: { operation_id: string }): Promise<Answer<BatchOperation>>;
  /** Give a batch up. `POST /v1/intake-batch-operations/{operation_id}/cancel` */
  cancelIntakeBatchOperation(call: { operation_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<BatchOperation>>;
  /** See whom a batch gave to whom. `GET /v1/intake-batch-operations/{operation_id}/placements` */
  listIntakePlacements(call: { operation_id: string; limit?: number; cursor?: string }): Promise<Answer<ListPlacementsResponse>>;
  /** List schedules. `GET /v1/schedules` */
  listSchedules(call?: { limit?: number; cursor?: string }): Promise<Answer<ListSchedulesResponse>>;
  /** Set other hours for a date. `PUT /v1/therapists/{therapist_id}/overrides/{local_date}` */
  putOverride(call: { therapist_id: string; local_date: string; idempotency_key?: string; if_match?: string; body: OverrideIn }): Promise<Answer<DateOverride>>;
  /** Let a date be as the week has it. `DELETE /v1/therapists/{therapist_id}/overrides/{local_date}` */
  deleteOverride(call: { therapist_id: string; local_date: string; idempotency_key?: string }): Promise<Answer<DateOverride>>;
  /** List a therapist's other hours. `GET /v1/therapists/{therapist_id}/overrides` */
  listOverrides(call: { therapist_id: string; limit?: number; cursor?: string }): Promise<Answer<ListOverridesResponse>>;
  /** Say that a therapist works from elsewhere. `PUT /v1/travels/{travel_id}` */
  putTravel(call: { travel_id: string; idempotency_key?: string; if_match?: string; body: TravelIn }): Promise<Answer<Travel>>;
  /** Delete a travel. `DELETE /v1/travels/{travel_id}` */
  deleteTravel(call: { travel_id: string; idempotency_key?: string }): Promise<Answer<Travel>>;
  /** List a therapist's travels. `GET /v1/therapists/{therapist_id}/travels` */
  listTravels(call: { therapist_id: string; limit?: number; cursor?: string }): Promise<Answer<ListTravelsResponse>>;
  /** List a therapist's time off. `GET /v1/therapists/{therapist_id}/time-off` */
  listTimeOff(call: { therapist_id: string; limit?: number; cursor?: string }): Promise<Answer<ListTimeOffsResponse>>;
  /** Take time off. `POST /v1/therapists/{therapist_id}/time-off` */
  createTimeOff(call: { therapist_id: string; idempotency_key?: string; body: TimeOffIn }): Promise<Answer<TimeOff>>;
  /** Give time off back. `DELETE /v1/time-off/{time_off_id}` */
  deleteTimeOff(call: { time_off_id: string; idempotency_key?: string }): Promise<Answer<TimeOff>>;
  /** Close the practice or a site. `PUT /v1/closures/{closure_id}` */
  putClosure(call: { closure_id: string; idempotency_key?: string; if_match?: string; body: ClosureIn }): Promise<Answer<Closure>>;
  /** Delete a closure. `DELETE /v1/closures/{closure_id}` */
  deleteClosure(call: { closure_id: string; idempotency_key?: string }): Promise<Answer<Closure>>;
  /** List closures. `GET /v1/closures` */
  listClosures(call?: { limit?: number; cursor?: string }): Promise<Answer<ListClosuresResponse>>;
  /** Say which holidays are kept. `PUT /v1/holiday-calendar` */
  putHolidayCalendar(call: { site_id?: string; idempotency_key?: string; if_match?: string; body: HolidayCalendarIn }): Promise<Answer<HolidayCalendar>>;
  /** Keep no holidays. `DELETE /v1/holiday-calendar` */
  deleteHolidayCalendar(call?: { site_id?: string; idempotency_key?: string }): Promise<Answer<HolidayCalendar>>;
  /** List holiday calendars. `GET /v1/holiday-calendars` */
  listHolidayCalendars(call?: { limit?: number; cursor?: string }): Promise<Answer<ListHolidayCalendarsResponse>>;
  /** List the holidays that are kept. `GET /v1/holidays` */
  listHolidays(call: { from_date: string; to_date: string; site_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListHolidaysResponse>>;
  /** Add a therapist to a care team. `PUT /v1/clients/{client_id}/care-team/{therapist_id}` */
  putCareTeamMember(call: { client_id: string; therapist_id: string; idempotency_key?: string }): Promise<Answer<CareTeamMember>>;
  /** Take a therapist off a care team. `DELETE /v1/clients/{client_id}/care-team/{therapist_id}` */
  removeCareTeamMember(call: { client_id: string; therapist_id: string; idempotency_key?: string }): Promise<Answer<RemoveCareTeamMemberResponse>>;
  /** List a care team. `GET /v1/clients/{client_id}/care-team` */
  listCareTeam(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListCareTeamResponse>>;
  /** List follow-ups. `GET /v1/follow-ups` */
  listFollowUps(call?: { client_id?: string; therapist_id?: string; state?: "OPEN" | "BOOKED" | "DISMISSED" | null; due_by_date?: string; limit?: number; cursor?: string }): Promise<Answer<ListFollowUpsResponse>>;
  /** See a follow-up. `GET /v1/follow-ups/{follow_up_id}` */
  getFollowUp(call: { follow_up_id: string }): Promise<Answer<FollowUp>>;
  /** Set a follow-up aside. `POST /v1/follow-ups/{follow_up_id}/dismissals` */
  dismissFollowUp(call: { follow_up_id: string; idempotency_key?: string; if_match?: string; body: DismissalIn }): Promise<Answer<FollowUp>>;
  /** Create or replace a rule that opens follow-ups. `PUT /v1/follow-up-rules/{rule_id}` */
  putFollowUpRule(call: { rule_id: string; idempotency_key?: string; if_match?: string; body: FollowUpRuleIn }): Promise<Answer<FollowUpRule>>;
  /** Remove a rule that opens follow-ups. `DELETE /v1/follow-up-rules/{rule_id}` */
  removeFollowUpRule(call: { rule_id: string; idempotency_key?: string }): Promise<Answer<RemoveFollowUpRuleResponse>>;
  /** List rules that open follow-ups. `GET /v1/follow-up-rules` */
  listFollowUpRules(call?: { limit?: number; cursor?: string }): Promise<Answer<ListFollowUpRulesResponse>>;
  /** Compare agreed cadences with what is booked. `GET /v1/reports/cadences` */
  compareCadences(call?: { client_id?: string; therapist_id?: string; standing?: "ON_TRACK" | "GAP_AHEAD" | "OVERDUE" | null; limit?: number; cursor?: string }): Promise<Answer<CompareCadencesResponse>>;
  /** Record how often two agreed to meet. `PUT /v1/clients/{client_id}/cadences/{therapist_id}` */
  putCadence(call: { client_id: string; therapist_id: string; idempotency_key?: string; if_match?: string; body: CadenceIn }): Promise<Answer<Cadence>>;
  /** List how often a client agreed to meet. `GET /v1/clients/{client_id}/cadences` */
  listCadences(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListCadencesResponse>>;
  /** Register a client. `POST /v1/clients` */
  registerClient(call: { idempotency_key?: string; body: ClientIn }): Promise<Answer<Client>>;
  /** Change a client's particulars. `PUT /v1/clients/{client_id}` */
  updateClient(call: { client_id: string; idempotency_key?: string; if_match?: string; body: ParticularsIn }): Promise<Answer<Client>>;
  /** See a client. `GET /v1/clients/{client_id}` */
  getClient(call: { client_id: string }): Promise<Answer<Client>>;
  /** Change some of a client. `PATCH /v1/clients/{client_id}` */
  patchClient(call: { client_id: string; idempotency_key?: string; if_match?: string; body: {
    given_name?: string;
    family_name?: string;
    birth_date?: string;
    email?: string;
    phone?: string;
    time_zone?: string;
  } }): Promise<Answer<Client>>;
  /** Find a client by e-mail or phone. `POST /v1/searches/clients` */
  searchClients(call: { body: ClientSearchIn }): Promise<Answer<FindClientsResponse>>;
  /** See where a client may be reached. `GET /v1/clients/{client_id}/contact-point` */
  getContactPoint(call: { client_id: string }): Promise<Answer<ContactPoint>>;
  /** Say where a client may be reached. `PUT /v1/clients/{client_id}/contact-point` */
  putContactPoint(call: { client_id: string; idempotency_key?: string; body: ContactIn }): Promise<Answer<ContactPoint>>;
  /** See what was said to a client. `GET /v1/clients/{client_id}/messages` */
  listMessages(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListMessagesResponse>>;
  /** Add an address. `POST /v1/clients/{client_id}/addresses` */
  putContactAddress(call: { client_id: string; idempotency_key?: string; body: AddressIn }): Promise<Answer<ContactAddress>>;
  /** See where a client may be reached. `GET /v1/clients/{client_id}/addresses` */
  listContactAddresses(call: { client_id: string; with_ended?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListContactAddressesResponse>>;
  /** End an address. `DELETE /v1/clients/{client_id}/addresses/{contact_point_id}` */
  endContactAddress(call: { client_id: string; contact_point_id: string; idempotency_key?: string }): Promise<Answer<ContactAddress>>;
  /** Send a code to an address. `POST /v1/clients/{client_id}/addresses/{contact_point_id}/codes` */
  sendContactCode(call: { client_id: string; contact_point_id: string; idempotency_key?: string }): Promise<Answer<ContactAddress>>;
  /** Prove an address by its code. `POST /v1/clients/{client_id}/addresses/{contact_point_id}/verifications` */
  verifyContactAddress(call: { client_id: string; contact_point_id: string; idempotency_key?: string; body: ContactCodeIn }): Promise<Answer<ContactAddress>>;
  /** Say whether anything may be sent to an address. `PUT /v1/clients/{client_id}/addresses/{contact_point_id}/suppression` */
  setSuppression(call: { client_id: string; contact_point_id: string; idempotency_key?: string; body: SuppressionIn }): Promise<Answer<ContactAddress>>;
  /** Record what somebody agreed to. `POST /v1/clients/{client_id}/consents` */
  recordConsent(call: { client_id: string; idempotency_key?: string; body: ConsentIn }): Promise<Answer<Consent>>;
  /** See what was agreed to. `GET /v1/clients/{client_id}/consents` */
  listConsents(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListConsentsResponse>>;
  /** Say something again and again. `PUT /v1/clients/{client_id}/nudges/{nudge_id}` */
  putNudge(call: { client_id: string; nudge_id: string; idempotency_key?: string; body: NudgeIn }): Promise<Answer<Nudge>>;
  /** Say it no more. `DELETE /v1/clients/{client_id}/nudges/{nudge_id}` */
  endNudge(call: { client_id: string; nudge_id: string; idempotency_key?: string }): Promise<Answer<Nudge>>;
  /** See what is said again and again. `GET /v1/clients/{client_id}/nudges` */
  listNudges(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListNudgesResponse>>;
  /** Keep that something of a client was given out. `POST /v1/clients/{client_id}/disclosures` */
  recordDisclosure(call: { client_id: string; idempotency_key?: string; body: DisclosureIn }): Promise<Answer<Disclosure>>;
  /** See what of a client was given out. `GET /v1/clients/{client_id}/disclosures` */
  listDisclosures(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListDisclosuresResponse>>;
  /** Say how well a therapist fits. `POST /v1/clients/{client_id}/fit` */
  answerFit(call: { client_id: string; idempotency_key?: string; body: FitIn }): Promise<Answer<AnswerFitResponse>>;
  /** See what came of matches. `GET /v1/reports/feedback` */
  getFeedbackReport(call: { from_time: string; to_time: string }): Promise<Answer<GetFeedbackReportResponse>>;
  /** Replay intakes under other weights or capacity. `POST /v1/simulations/intakes` */
  simulateIntakes(call: { body: SimulationIn }): Promise<Answer<SimulateIntakesResponse>>;
  /** Make a calendar feed. `POST /v1/calendar-feeds` */
  createCalendarFeed(call: { idempotency_key?: string; body: FeedIn }): Promise<Answer<CreateCalendarFeedResponse>>;
  /** See one's calendar feeds. `GET /v1/calendar-feeds` */
  listCalendarFeeds(call?: { limit?: number; cursor?: string }): Promise<Answer<ListCalendarFeedsResponse>>;
  /** Revoke a calendar feed. `DELETE /v1/calendar-feeds/{feed_id}` */
  revokeCalendarFeed(call: { feed_id: string; idempotency_key?: string }): Promise<Answer<CalendarFeed>>;
  /** Store a form's next version. `PUT /v1/forms/{form_id}` */
  putForm(call: { form_id: string; idempotency_key?: string; if_match?: string; body: FormIn }): Promise<Answer<Form>>;
  /** Read a form. `GET /v1/forms/{form_id}` */
  getForm(call: { form_id: string; version?: number }): Promise<Answer<Form>>;
  /** List forms. `GET /v1/forms` */
  listForms(call?: { limit?: number; cursor?: string }): Promise<Answer<ListFormsResponse>>;
  /** Store a consent document's next version. `PUT /v1/consent-documents/{document_id}` */
  putConsentDocument(call: { document_id: string; idempotency_key?: string; if_match?: string; body: DocumentIn }): Promise<Answer<ConsentDocument>>;
  /** Read a consent document. `GET /v1/consent-documents/{document_id}` */
  getConsentDocument(call: { document_id: string; version?: number }): Promise<Answer<ConsentDocument>>;
  /** List consent documents. `GET /v1/consent-documents` */
  listConsentDocuments(call?: { limit?: number; cursor?: string }): Promise<Answer<ListConsentDocumentsResponse>>;
  /** Give a client a form or a document. `POST /v1/clients/{client_id}/dues` */
  assignDue(call: { client_id: string; idempotency_key?: string; body: DueIn }): Promise<Answer<Due>>;
  /** See what a client has to see to. `GET /v1/clients/{client_id}/dues` */
  listDues(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListDuesResponse>>;
  /** Give a due up. `POST /v1/dues/{due_id}/waive` */
  waiveDue(call: { due_id: string; idempotency_key?: string }): Promise<Answer<Due>>;
  /** Begin a form, or take it up. `POST /v1/clients/{client_id}/form-responses` */
  startFormResponse(call: { client_id: string; idempotency_key?: string; body: StartIn }): Promise<Answer<FormResponse>>;
  /** See a client's forms. `GET /v1/clients/{client_id}/form-responses` */
  listFormResponses(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListFormResponsesResponse>>;
  /** Save answers. `POST /v1/form-responses/{response_id}/answers` */
  saveFormResponse(call: { response_id: string; idempotency_key?: string; if_match?: string; body: AnswersIn }): Promise<Answer<SaveFormResponseResponse>>;
  /** Read a response. `GET /v1/form-responses/{response_id}` */
  getFormResponse(call: { response_id: string }): Promise<Answer<FormResponse>>;
  /** Sign a consent document. `POST /v1/clients/{client_id}/signatures` */
  signConsent(call: { client_id: string; idempotency_key?: string; body: SignatureIn }): Promise<Answer<ConsentSignature>>;
  /** See what a client has signed. `GET /v1/clients/{client_id}/signatures` */
  listConsentSignatures(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListConsentSignaturesResponse>>;
  /** Try a rule a group may meet by. `POST /v1/groups/{group_id}/series-trials` */
  preflightGroupSeries(call: { group_id: string; body: GroupPlanIn }): Promise<Answer<PreflightGroupSeriesResponse>>;
  /** Let a group meet by a rule. `POST /v1/groups/{group_id}/series` */
  createGroupSeries(call: { group_id: string; idempotency_key?: string; body: GroupSeriesIn }): Promise<Answer<GroupSeriesOutcome>>;
  /** See the rule a group meets by. `GET /v1/groups/{group_id}/series` */
  getGroupSeries(call: { group_id: string }): Promise<Answer<GroupSeries>>;
  /** List the times a group's rule names. `GET /v1/groups/{group_id}/occurrences` */
  listGroupOccurrences(call: { group_id: string; limit?: number; cursor?: string }): Promise<Answer<ListGroupOccurrencesResponse>>;
  /** Move a group's session and every later one. `POST /v1/groups/{group_id}/series/changes` */
  changeGroupSeries(call: { group_id: string; idempotency_key?: string; if_match?: string; body: GroupChangeIn }): Promise<Answer<GroupSeriesOutcome>>;
  /** Pause the rule a group meets by. `POST /v1/groups/{group_id}/series/pauses` */
  pauseGroupSeries(call: { group_id: string; idempotency_key?: string; if_match?: string; body: PauseIn }): Promise<Answer<GroupSeriesOutcome>>;
  /** End a group's pause early. `POST /v1/groups/{group_id}/series/resumptions` */
  resumeGroupSeries(call: { group_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<GroupSeriesOutcome>>;
  /** Let a group meet by its rule no more. `POST /v1/groups/{group_id}/series/endings` */
  endGroupSeries(call: { group_id: string; idempotency_key?: string; if_match?: string; body?: EndIn | null }): Promise<Answer<GroupSeries>>;
  /** Create a group. `POST /v1/groups` */
  createGroup(call: { idempotency_key?: string; body: GroupIn }): Promise<Answer<Group>>;
  /** List groups. `GET /v1/groups` */
  listGroups(call?: { limit?: number; cursor?: string }): Promise<Answer<ListGroupsResponse>>;
  /** Change a group's terms. `PUT /v1/groups/{group_id}` */
  putGroup(call: { group_id: string; idempotency_key?: string; if_match?: string; body: GroupIn }): Promise<Answer<Group>>;
  /** See a group. `GET /v1/groups/{group_id}` */
  getGroup(call: { group_id: string }): Promise<Answer<Group>>;
  /** Put a client onto the roster. `POST /v1/groups/{group_id}/members` */
  addGroupMember(call: { group_id: string; idempotency_key?: string; body: GroupMemberIn }): Promise<Answer<GroupMember>>;
  /** See the roster. `GET /v1/groups/{group_id}/members` */
  listGroupMembers(call: { group_id: string; limit?: number; cursor?: string }): Promise<Answer<ListGroupMembersResponse>>;
  /** Say what a screening found. `POST /v1/groups/{group_id}/members/{client_id}/screenings` */
  screenGroupMember(call: { group_id: string; client_id: string; idempotency_key?: string; body: services__gateway__routes__groups__ScreeningIn }): Promise<Answer<GroupMember>>;
  /** Take a client off the roster. `DELETE /v1/groups/{group_id}/members/{client_id}` */
  removeGroupMember(call: { group_id: string; client_id: string; idempotency_key?: string }): Promise<Answer<GroupMember>>;
  /** Let a group meet. `POST /v1/groups/{group_id}/sessions` */
  scheduleGroupSession(call: { group_id: string; idempotency_key?: string; body: GroupSessionIn }): Promise<Answer<ScheduleGroupSessionResponse>>;
  /** List a group's sessions. `GET /v1/groups/{group_id}/sessions` */
  listGroupSessions(call: { group_id: string; limit?: number; cursor?: string }): Promise<Answer<ListGroupSessionsResponse>>;
  /** List sessions of groups by time. `GET /v1/group-sessions` */
  listAllGroupSessions(call: { from_time: string; to_time: string; therapist_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListGroupSessionsResponse>>;
  /** List sessions of groups that clients may book. `GET /v1/open-group-sessions` */
  listOpenGroupSessions(call: { from_time: string; to_time: string; session_type_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListOpenGroupSessionsResponse>>;
  /** See a session of a group. `GET /v1/group-sessions/{group_session_id}` */
  getGroupSession(call: { group_session_id: string }): Promise<Answer<GroupSession>>;
  /** Book a seat in a session of a group. `POST /v1/group-sessions/{group_session_id}/seats` */
  bookGroupSeat(call: { group_session_id: string; idempotency_key?: string; body: GroupMemberIn }): Promise<Answer<Appointment>>;
  /** Move a session of a group. `POST /v1/group-sessions/{group_session_id}/moves` */
  moveGroupSession(call: { group_session_id: string; idempotency_key?: string; if_match?: string; body: GroupMoveIn }): Promise<Answer<GroupSession>>;
  /** Call a session of a group off. `POST /v1/group-sessions/{group_session_id}/cancellations` */
  cancelGroupSession(call: { group_session_id: string; idempotency_key?: string; if_match?: string; body?: ReasonIn | null }): Promise<Answer<GroupSession>>;
  /** See who is signed in. `GET /v1/me` */
  getMe(): Promise<Answer<Record<string, unknown>>>;
  /** Put a client on the waitlist for a therapist. `POST /v1/intakes` */
  openIntake(call: { idempotency_key?: string; body: IntakeIn }): Promise<Answer<Intake>>;
  /** List who waits for a therapist. `GET /v1/intakes` */
  listIntakes(call?: { state?: "WAITING" | "PROPOSED" | "PLACED" | "WITHDRAWN"; limit?: number; cursor?: string }): Promise<Answer<ListIntakesResponse>>;
  /** See an intake. `GET /v1/intakes/{intake_id}` */
  getIntake(call: { intake_id: string }): Promise<Answer<Intake>>;
  /** Say how soon a client needs a therapist. `PUT /v1/intakes/{intake_id}/priority` */
  setIntakePriority(call: { intake_id: string; idempotency_key?: string; if_match?: string; body: services__gateway__routes__intakes__PriorityIn }): Promise<Answer<Intake>>;
  /** Take a client off the waitlist. `POST /v1/intakes/{intake_id}/withdraw` */
  withdrawIntake(call: { intake_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<Intake>>;
  /** Give all who wait to therapists. `POST /v1/intake-batches` */
  runIntakeBatch(call: { idempotency_key?: string; body: BatchIn }): Promise<Answer<Batch>>;
  /** Solve a stored batch again. `GET /v1/intake-batches/{batch_id}/replay` */
  replayIntakeBatch(call: { batch_id: string }): Promise<Answer<ReplayBatchResponse>>;
  /** See how fairly caseloads and waits are spread. `GET /v1/reports/fairness` */
  getFairnessReport(call: { from_time: string; to_time: string }): Promise<Answer<GetFairnessReportResponse>>;
  /** See a therapist's caps. `GET /v1/therapists/{therapist_id}/caps` */
  getCaps(call: { therapist_id: string }): Promise<Answer<Caps>>;
  /** Cap what a therapist takes on. `PUT /v1/therapists/{therapist_id}/caps` */
  putCaps(call: { therapist_id: string; idempotency_key?: string; if_match?: string; body: CapsIn }): Promise<Answer<Caps>>;
  /** Create or replace a piece of equipment. `PUT /v1/equipment/{equipment_id}` */
  putEquipment(call: { equipment_id: string; idempotency_key?: string; if_match?: string; body: EquipmentIn }): Promise<Answer<Equipment>>;
  /** See a piece of equipment. `GET /v1/equipment/{equipment_id}` */
  getEquipment(call: { equipment_id: string }): Promise<Answer<Equipment>>;
  /** Set the time between two sites. `PUT /v1/sites/{site_id}/travel-times/{other_site_id}` */
  putTravelTime(call: { site_id: string; other_site_id: string; idempotency_key?: string; if_match?: string; body: TravelTimeIn }): Promise<Answer<TravelTime>>;
  /** See the time between two sites. `GET /v1/sites/{site_id}/travel-times/{other_site_id}` */
  getTravelTime(call: { site_id: string; other_site_id: string }): Promise<Answer<TravelTime>>;
  /** Reserve capacity. `PUT /v1/reservations/{reservation_id}` */
  putReservation(call: { reservation_id: string; idempotency_key?: string; if_match?: string; body: ReservationIn }): Promise<Answer<Reservation>>;
  /** Open reserved capacity. `DELETE /v1/reservations/{reservation_id}` */
  deleteReservation(call: { reservation_id: string; idempotency_key?: string }): Promise<Answer<DeleteReservationResponse>>;
  /** See reserved capacity. `GET /v1/reservations/{reservation_id}` */
  getReservation(call: { reservation_id: string }): Promise<Answer<Reservation>>;
  /** List priority booking windows. `GET /v1/priority-windows` */
  listPriorityWindows(call?: { limit?: number; cursor?: string }): Promise<Answer<ListPriorityWindowsResponse>>;
  /** Let some book earlier than others. `PUT /v1/priority-windows/{window_id}` */
  putPriorityWindow(call: { window_id: string; idempotency_key?: string; if_match?: string; body: PriorityWindowIn }): Promise<Answer<PriorityWindow>>;
  /** See a priority booking window. `GET /v1/priority-windows/{window_id}` */
  getPriorityWindow(call: { window_id: string }): Promise<Answer<PriorityWindow>>;
  /** Let everybody book alike. `DELETE /v1/priority-windows/{window_id}` */
  deletePriorityWindow(call: { window_id: string; idempotency_key?: string }): Promise<Answer<DeletePriorityWindowResponse>>;
  /** List equipment. `GET /v1/equipment` */
  listEquipment(call?: { limit?: number; cursor?: string }): Promise<Answer<ListEquipmentResponse>>;
  /** List travel times. `GET /v1/travel-times` */
  listTravelTimes(call?: { limit?: number; cursor?: string }): Promise<Answer<ListTravelTimesResponse>>;
  /** List reserved capacity. `GET /v1/reservations` */
  listReservations(call?: { limit?: number; cursor?: string }): Promise<Answer<ListReservationsResponse>>;
  /** See how the practice matches. `GET /v1/match-rules` */
  getMatchRules(call?: { version?: string }): Promise<Answer<MatchRules>>;
  /** Set how the practice matches. `PUT /v1/match-rules` */
  putMatchRules(call: { idempotency_key?: string; if_match?: string; body: MatchRulesIn }): Promise<Answer<MatchRules>>;
  /** See for whom nobody suited. `GET /v1/reports/hiring` */
  getHiringReport(call: { from_time: string; to_time: string }): Promise<Answer<GetHiringReportResponse>>;
  /** Create or replace a therapist's profile. `PUT /v1/therapists/{therapist_id}` */
  putTherapist(call: { therapist_id: string; idempotency_key?: string; body: ProfileIn }): Promise<Answer<TherapistProfile>>;
  /** See a therapist's profile. `GET /v1/therapists/{therapist_id}` */
  getTherapist(call: { therapist_id: string }): Promise<Answer<TherapistProfile>>;
  /** Create or replace many profiles. `POST /v1/imports/therapists` */
  importTherapists(call: { idempotency_key?: string; body: ProfilesIn }): Promise<Answer<ImportTherapistProfilesResponse>>;
  /** Say that a licence was looked up. `POST /v1/therapists/{therapist_id}/licences/{region}/verify` */
  verifyLicence(call: { therapist_id: string; region: string; idempotency_key?: string; body: VerificationIn }): Promise<Answer<TherapistProfile>>;
  /** See which licences end. `GET /v1/expiring-licences` */
  listExpiringLicences(call?: { within_days?: number; limit?: number; cursor?: string }): Promise<Answer<ListExpiringLicencesResponse>>;
  /** List therapists. `GET /v1/therapists` */
  listTherapists(call?: { limit?: number; cursor?: string }): Promise<Answer<ListTherapistProfilesResponse>>;
  /** Find who suits a client. `POST /v1/matches` */
  matchClient(call: { idempotency_key?: string; body: MatchIn }): Promise<Answer<Match>>;
  /** See a match again. `GET /v1/matches/{match_id}` */
  getMatch(call: { match_id: string; locale?: string }): Promise<Answer<Match>>;
  /** Search the delivery log. `GET /v1/messages` */
  searchMessages(call?: { client_id?: string; state?: "PLANNED" | "SENDING" | "SENT" | "SUPPRESSED" | "FAILED" | null; reason?: string; kind?: string; channel?: "EMAIL" | "SMS" | "INBOX" | "WEBHOOK" | null; from_time?: string | null; to_time?: string | null; limit?: number; cursor?: string }): Promise<Answer<SearchMessagesResponse>>;
  /** Look at a message. `GET /v1/messages/{message_id}` */
  getMessage(call: { message_id: string }): Promise<Answer<Message>>;
  /** See every try of a message. `GET /v1/messages/{message_id}/deliveries` */
  listDeliveries(call: { message_id: string; limit?: number; cursor?: string }): Promise<Answer<ListDeliveriesResponse>>;
  /** Say a message once more. `POST /v1/messages/{message_id}/resends` */
  resendMessage(call: { message_id: string; idempotency_key?: string }): Promise<Answer<Message>>;
  /** Say failed messages once more. `POST /v1/messages/replays` */
  replayMessages(call: { idempotency_key?: string; body: ReplayIn }): Promise<Answer<ReplayMessagesResponse>>;
  /** Count messages and their answers. `GET /v1/reports/messages` */
  getMessageReport(call: { from_time: string; to_time: string }): Promise<Answer<MessageReport>>;
  /** See what people texted back. `GET /v1/replies` */
  listReplies(call?: { is_open_only?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListRepliesResponse>>;
  /** Say that a reply was seen to. `POST /v1/replies/{reply_id}/closings` */
  closeReply(call: { reply_id: string; idempotency_key?: string }): Promise<Answer<Reply>>;
  /** Read a client's inbox. `GET /v1/clients/{client_id}/inbox` */
  listInbox(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListInboxResponse>>;
  /** Say that a notice was seen. `POST /v1/inbox/{message_id}/readings` */
  markInboxRead(call: { message_id: string; idempotency_key?: string }): Promise<Answer<InboxEntry>>;
  /** Set a workflow. `PUT /v1/workflows` */
  putWorkflow(call: { idempotency_key?: string; body: WorkflowIn }): Promise<Answer<Workflow>>;
  /** See the workflow in force. `GET /v1/workflows` */
  getWorkflow(call?: { session_type_id?: string }): Promise<Answer<Workflow>>;
  /** List a workflow's versions. `GET /v1/workflows/versions` */
  listWorkflowVersions(call?: { session_type_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListWorkflowVersionsResponse>>;
  /** See what a workflow would say. `POST /v1/workflows/previews` */
  previewWorkflow(call: { body: WorkflowPreviewIn }): Promise<Answer<PreviewWorkflowResponse>>;
  /** Try a workflow on the past. `POST /v1/workflows/dry-runs` */
  dryRunWorkflow(call: { body: DryRunIn }): Promise<Answer<DryRunWorkflowResponse>>;
  /** Set a template. `PUT /v1/message-templates` */
  putMessageTemplate(call: { idempotency_key?: string; body: StoredTemplateIn }): Promise<Answer<MessageTemplate>>;
  /** List the practice's own templates. `GET /v1/message-templates` */
  listMessageTemplates(call?: { limit?: number; cursor?: string }): Promise<Answer<ListTemplatesResponse>>;
  /** See a template in every locale and channel. `GET /v1/message-templates/{template_key}` */
  getMessageTemplate(call: { template_key: string }): Promise<Answer<ListTemplatesResponse>>;
  /** See how templates would read. `POST /v1/message-templates/previews` */
  previewMessageTemplates(call: { body: TemplatePreviewIn }): Promise<Answer<PreviewTemplateResponse>>;
  /** Set how messages look and when they may come. `PUT /v1/message-settings` */
  putMessageSettings(call: { idempotency_key?: string; body: MessageSettingsIn }): Promise<Answer<MessageSettings>>;
  /** See how messages look and when they may come. `GET /v1/message-settings` */
  getMessageSettings(): Promise<Answer<MessageSettings>>;
  /** Say who is paged. `PUT /v1/on-call-contacts/{contact_id}` */
  putOnCallContact(call: { contact_id: string; idempotency_key?: string; body: OnCallContactIn }): Promise<Answer<PutOnCallContactResponse>>;
  /** See who is paged. `GET /v1/on-call-contacts` */
  listOnCallContacts(call?: { limit?: number; cursor?: string }): Promise<Answer<ListOnCallContactsResponse>>;
  /** See what staff is paged about. `GET /v1/pages` */
  listPages(call?: { only_open?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListPagesResponse>>;
  /** Say who somebody of the staff is. `POST /v1/staff-members` */
  putStaffMember(call: { idempotency_key?: string; body: StaffMemberIn }): Promise<Answer<StaffMember>>;
  /** List the staff members that were told of. `GET /v1/staff-members` */
  listStaffMembers(call?: { limit?: number; cursor?: string }): Promise<Answer<ListStaffMembersResponse>>;
  /** Say where a client lives and whether people may be curious. `PUT /v1/clients/{client_id}/marks` */
  markClient(call: { client_id: string; idempotency_key?: string; body: ClientMarksIn }): Promise<Answer<ClientMarks>>;
  /** Set a policy. `PUT /v1/policies` */
  putPolicy(call: { idempotency_key?: string; if_match?: string; body: PolicyIn }): Promise<Answer<Policy>>;
  /** List policies. `GET /v1/policies` */
  listPolicies(call?: { limit?: number; cursor?: string }): Promise<Answer<ListPoliciesResponse>>;
  /** List fees. `GET /v1/fees` */
  listFees(call?: { client_id?: string; state?: "PROPOSED" | "WAIVED" | "ACCEPTED" | null; limit?: number; cursor?: string }): Promise<Answer<ListFeesResponse>>;
  /** See a fee. `GET /v1/fees/{fee_id}` */
  getFee(call: { fee_id: string }): Promise<Answer<Fee>>;
  /** Give a fee up. `POST /v1/fees/{fee_id}/waivers` */
  waiveFee(call: { fee_id: string; idempotency_key?: string; if_match?: string; body: WaiverIn }): Promise<Answer<Fee>>;
  /** Take a fee over. `POST /v1/fees/{fee_id}/acceptances` */
  acceptFee(call: { fee_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<Fee>>;
  /** Record what a client has given. `PUT /v1/clients/{client_id}/requirements` */
  recordRequirement(call: { client_id: string; idempotency_key?: string; body: RequirementIn }): Promise<Answer<Requirement>>;
  /** List what a client has given. `GET /v1/clients/{client_id}/requirements` */
  listRequirements(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListRequirementsResponse>>;
  /** Create or replace an authorisation. `PUT /v1/clients/{client_id}/authorisations/{authorisation_id}` */
  putAuthorisation(call: { client_id: string; authorisation_id: string; idempotency_key?: string; if_match?: string; body: AuthorisationIn }): Promise<Answer<Authorisation>>;
  /** List a client's authorisations. `GET /v1/clients/{client_id}/authorisations` */
  listAuthorisations(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListAuthorisationsResponse>>;
  /** Create or replace a site. `PUT /v1/sites/{site_id}` */
  putSite(call: { site_id: string; idempotency_key?: string; if_match?: string; body: SiteIn }): Promise<Answer<Site>>;
  /** See a site. `GET /v1/sites/{site_id}` */
  getSite(call: { site_id: string }): Promise<Answer<Site>>;
  /** Change some of a site. `PATCH /v1/sites/{site_id}` */
  patchSite(call: { site_id: string; idempotency_key?: string; if_match?: string; body: {
    display_name?: string;
    time_zone?: string;
  } }): Promise<Answer<Site>>;
  /** List sites. `GET /v1/sites` */
  listSites(call?: { limit?: number; cursor?: string }): Promise<Answer<ListSitesResponse>>;
  /** List rooms. `GET /v1/rooms` */
  listRooms(call?: { site_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListRoomsResponse>>;
  /** See a room. `GET /v1/rooms/{room_id}` */
  getRoom(call: { room_id: string }): Promise<Answer<Room>>;
  /** Create or replace a room. `PUT /v1/rooms/{room_id}` */
  putRoom(call: { room_id: string; idempotency_key?: string; if_match?: string; body: RoomIn }): Promise<Answer<Room>>;
  /** Change some of a room. `PATCH /v1/rooms/{room_id}` */
  patchRoom(call: { room_id: string; idempotency_key?: string; if_match?: string; body: {
    site_id?: string;
    display_name?: string;
  } }): Promise<Answer<Room>>;
  /** Create or replace a session type. `PUT /v1/session-types/{session_type_id}` */
  putSessionType(call: { session_type_id: string; idempotency_key?: string; if_match?: string; body: SessionTypeIn }): Promise<Answer<SessionType>>;
  /** See a session type. `GET /v1/session-types/{session_type_id}` */
  getSessionType(call: { session_type_id: string }): Promise<Answer<SessionType>>;
  /** Change some of a session type. `PATCH /v1/session-types/{session_type_id}` */
  patchSessionType(call: { session_type_id: string; idempotency_key?: string; if_match?: string; body: {
    display_name?: string;
    length_min?: number;
    buffer_before_min?: number;
    buffer_after_min?: number;
    notice_min?: number;
    horizon_days?: number;
    grid_min?: number;
    modalities?: ("IN_PERSON" | "VIDEO" | "PHONE")[];
    /** Clients may book it themselves. */
    is_self_bookable?: boolean;
    /** Clients may book it for the same day. */
    is_same_day_allowed?: boolean;
    load_weight?: number;
    capacity?: number;
    needs_room?: boolean;
    is_intake?: boolean;
    is_crisis?: boolean;
    equipment_kinds?: (string)[];
  } }): Promise<Answer<SessionType>>;
  /** List session types. `GET /v1/session-types` */
  listSessionTypes(call?: { limit?: number; cursor?: string }): Promise<Answer<ListSessionTypesResponse>>;
  /** See a therapist's schedule. `GET /v1/therapists/{therapist_id}/schedule` */
  getSchedule(call: { therapist_id: string }): Promise<Answer<Schedule>>;
  /** Set a therapist's schedule. `PUT /v1/therapists/{therapist_id}/schedule` */
  putSchedule(call: { therapist_id: string; idempotency_key?: string; if_match?: string; body: ScheduleIn }): Promise<Answer<Schedule>>;
  /** Find free slots. `POST /v1/searches/slots` */
  searchSlots(call: { body: SlotSearchIn }): Promise<Answer<SearchSlotsResponse>>;
  /** Ask why a start is, or is not, offered. `POST /v1/searches/explanations` */
  explainSlot(call: { body: ExplanationIn }): Promise<Answer<ExplainSlotResponse>>;
  /** Say that a client is in high need. `PUT /v1/clients/{client_id}/priority` */
  putClientPriority(call: { client_id: string; idempotency_key?: string; if_match?: string; body: services__gateway__routes__priority__PriorityIn }): Promise<Answer<ClientPriority>>;
  /** See who a client is to rules of priority. `GET /v1/clients/{client_id}/priority` */
  getClientPriority(call: { client_id: string }): Promise<Answer<ClientPriority>>;
  /** Find free slots for a client. `POST /v1/clients/{client_id}/searches/slots` */
  findClientSlots(call: { client_id: string; body: SlotSearchIn }): Promise<Answer<FindClientSlotsResponse>>;
  /** Say whether a client could book a start, and what hides it. `POST /v1/clients/{client_id}/searches/slot-explanations` */
  explainClientSlot(call: { client_id: string; body: ClientSlotIn }): Promise<Answer<ExplainClientSlotResponse>>;
  /** Propose a therapist to a client. `POST /v1/proposals` */
  proposeTherapist(call: { idempotency_key?: string; body: ProposalIn }): Promise<Answer<Proposal>>;
  /** List proposals of a client or a therapist. `GET /v1/proposals` */
  listProposals(call?: { client_id?: string; therapist_id?: string; state?: "OPEN" | "ACCEPTED" | "DECLINED" | "EXPIRED" | "WITHDRAWN" | null; limit?: number; cursor?: string }): Promise<Answer<ListProposalsResponse>>;
  /** See a proposal, and what speaks for it. `GET /v1/proposals/{proposal_id}` */
  getProposal(call: { proposal_id: string; locale?: string }): Promise<Answer<Proposal>>;
  /** Accept a proposal with a first appointment. `POST /v1/proposals/{proposal_id}/accept` */
  acceptProposal(call: { proposal_id: string; idempotency_key?: string; if_match?: string; body: AcceptanceIn }): Promise<Answer<Proposal>>;
  /** Decline a proposal. `POST /v1/proposals/{proposal_id}/decline` */
  declineProposal(call: { proposal_id: string; idempotency_key?: string; if_match?: string; body: RefusalIn }): Promise<Answer<Proposal>>;
  /** See how long the trail is kept. `GET /v1/audit/retention` */
  getRetention(): Promise<Answer<Retention>>;
  /** Say how long the trail is kept. `PUT /v1/audit/retention` */
  setRetention(call: { idempotency_key?: string; body: RetentionIn }): Promise<Answer<Retention>>;
  /** Hold a client or the practice. `POST /v1/audit/legal-holds` */
  setLegalHold(call: { idempotency_key?: string; body: LegalHoldIn }): Promise<Answer<LegalHold>>;
  /** List holds. `GET /v1/audit/legal-holds` */
  listLegalHolds(call?: { only_open?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListLegalHoldsResponse>>;
  /** Lift a hold. `POST /v1/audit/legal-holds/{hold_id}/lift` */
  liftLegalHold(call: { hold_id: string; idempotency_key?: string }): Promise<Answer<LegalHold>>;
  /** Ask to take out what is past its time. `POST /v1/audit/detachments` */
  requestDetachment(call?: { idempotency_key?: string }): Promise<Answer<Detachment>>;
  /** List detachments. `GET /v1/audit/detachments` */
  listDetachments(call?: { limit?: number; cursor?: string }): Promise<Answer<ListDetachmentsResponse>>;
  /** Agree to a detachment. `POST /v1/audit/detachments/{detachment_id}/approve` */
  approveDetachment(call: { detachment_id: string; idempotency_key?: string }): Promise<Answer<Detachment>>;
  /** Call a detachment off. `POST /v1/audit/detachments/{detachment_id}/cancel` */
  cancelDetachment(call: { detachment_id: string; idempotency_key?: string }): Promise<Answer<Detachment>>;
  /** See how far a detachment is. `GET /v1/audit/detachments/{detachment_id}` */
  getDetachment(call: { detachment_id: string }): Promise<Answer<Detachment>>;
  /** Ask to erase a client. `POST /v1/audit/erasures` */
  requestErasure(call: { idempotency_key?: string; body: ErasureIn }): Promise<Answer<Erasure>>;
  /** List erasures. `GET /v1/audit/erasures` */
  listErasures(call?: { limit?: number; cursor?: string }): Promise<Answer<ListErasuresResponse>>;
  /** Agree to an erasure. `POST /v1/audit/erasures/{erasure_id}/approve` */
  approveErasure(call: { erasure_id: string; idempotency_key?: string }): Promise<Answer<Erasure>>;
  /** Call an erasure off. `POST /v1/audit/erasures/{erasure_id}/cancel` */
  cancelErasure(call: { erasure_id: string; idempotency_key?: string }): Promise<Answer<Erasure>>;
  /** See how far an erasure is. `GET /v1/audit/erasures/{erasure_id}` */
  getErasure(call: { erasure_id: string }): Promise<Answer<Erasure>>;
  /** Let somebody act for a client. `PUT /v1/clients/{client_id}/proxies/{proxy_client_id}` */
  putProxy(call: { client_id: string; proxy_client_id: string; idempotency_key?: string; if_match?: string; body: ProxyIn }): Promise<Answer<Proxy>>;
  /** Let somebody act for a client no more. `DELETE /v1/clients/{client_id}/proxies/{proxy_client_id}` */
  removeProxy(call: { client_id: string; proxy_client_id: string; idempotency_key?: string }): Promise<Answer<RemoveProxyResponse>>;
  /** List who may act for a client. `GET /v1/clients/{client_id}/proxies` */
  listProxies(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListProxiesResponse>>;
  /** Hide a client or an appointment from whoever acts for them. `PUT /v1/clients/{client_id}/confidentiality` */
  setConfidential(call: { client_id: string; idempotency_key?: string; body: ConfidentialityIn }): Promise<Answer<SetConfidentialResponse>>;
  /** Keep two clients apart. `PUT /v1/fences/{fence_id}` */
  putFence(call: { fence_id: string; idempotency_key?: string; if_match?: string; body: FenceIn }): Promise<Answer<PutFenceResponse>>;
  /** See a fence. `GET /v1/fences/{fence_id}` */
  getFence(call: { fence_id: string }): Promise<Answer<Fence>>;
  /** Take a fence away. `DELETE /v1/fences/{fence_id}` */
  removeFence(call: { fence_id: string; idempotency_key?: string }): Promise<Answer<RemoveFenceResponse>>;
  /** List fences. `GET /v1/fences` */
  listFences(call?: { client_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListFencesResponse>>;
  /** Try a standing hour. `POST /v1/searches/series` */
  preflightSeries(call: { body: SeriesPlanIn }): Promise<Answer<PreflightSeriesResponse>>;
  /** Book a standing hour. `POST /v1/series` */
  createSeries(call: { idempotency_key?: string; body: SeriesIn }): Promise<Answer<SeriesOutcome>>;
  /** List series. `GET /v1/series` */
  listSeries(call?: { client_id?: string; therapist_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListSeriesResponse>>;
  /** See a series. `GET /v1/series/{series_id}` */
  getSeries(call: { series_id: string }): Promise<Answer<Series>>;
  /** List a series' occurrences. `GET /v1/series/{series_id}/occurrences` */
  listSeriesOccurrences(call: { series_id: string; limit?: number; cursor?: string }): Promise<Answer<ListSeriesOccurrencesResponse>>;
  /** List what could not be placed. `GET /v1/series-conflicts` */
  listSeriesConflicts(call?: { therapist_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListSeriesConflictsResponse>>;
  /** Move one occurrence, later ones, or all. `POST /v1/series/{series_id}/changes` */
  changeSeries(call: { series_id: string; idempotency_key?: string; if_match?: string; body: SeriesChangeIn }): Promise<Answer<SeriesOutcome>>;
  /** Call one occurrence, later ones, or all off. `POST /v1/series/{series_id}/cancellations` */
  cancelSeries(call: { series_id: string; idempotency_key?: string; if_match?: string; body: OccurrenceScope }): Promise<Answer<SeriesOutcome>>;
  /** Pause a series. `POST /v1/series/{series_id}/pauses` */
  pauseSeries(call: { series_id: string; idempotency_key?: string; if_match?: string; body: PauseIn }): Promise<Answer<SeriesOutcome>>;
  /** End a pause early. `POST /v1/series/{series_id}/resumptions` */
  resumeSeries(call: { series_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<SeriesOutcome>>;
  /** See the browser's session. `GET /v1/session` */
  getSession(): Promise<Answer<SessionOut>>;
  /** Sign out here. `DELETE /v1/session` */
  endSession(): Promise<Answer<SignedOutOut>>;
  /** See where one is signed in. `GET /v1/sessions` */
  listSessions(): Promise<Answer<SessionsOut>>;
  /** Sign out everywhere. `DELETE /v1/sessions` */
  endSessions(): Promise<Answer<SignedOutOut>>;
  /** Join a session by video. `POST /v1/appointments/{appointment_id}/joins` */
  joinAppointment(call: { appointment_id: string }): Promise<Answer<JoinAppointmentResponse>>;
  /** Begin a thread. `POST /v1/clients/{client_id}/threads` */
  createThread(call: { client_id: string; idempotency_key?: string; body: ThreadIn }): Promise<Answer<Thread>>;
  /** List the threads of a client. `GET /v1/clients/{client_id}/threads` */
  listThreads(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListThreadsResponse>>;
  /** List the threads of all in your care. `GET /v1/threads` */
  listCareThreads(call?: { is_unread_only?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListCareThreadsResponse>>;
  /** Read a thread. `GET /v1/threads/{thread_id}/posts` */
  listPosts(call: { thread_id: string; limit?: number; cursor?: string }): Promise<Answer<ListPostsResponse>>;
  /** Write in a thread. `POST /v1/threads/{thread_id}/posts` */
  createPost(call: { thread_id: string; idempotency_key?: string; body: PostIn }): Promise<Answer<Post>>;
  /** Say how far you have read. `POST /v1/threads/{thread_id}/readings` */
  markThreadRead(call: { thread_id: string; idempotency_key?: string; body: ReadingIn }): Promise<Answer<Thread>>;
  /** Upload a file. `POST /v1/clients/{client_id}/attachments` */
  createAttachment(call: { client_id: string; content_disposition?: string; idempotency_key?: string; body: string }): Promise<Answer<Attachment>>;
  /** Download a file. `GET /v1/attachments/{attachment_id}/content` */
  getAttachment(call: { attachment_id: string }): Promise<Answer<unknown>>;
  /** Read an instrument. `GET /v1/instruments/{code}` */
  getInstrument(call: { code: string; locale?: string }): Promise<Answer<Instrument>>;
  /** Bring the wording of an instrument. `PUT /v1/instruments/{code}/wordings/{locale}` */
  putInstrumentWording(call: { code: "PHQ-9" | "GAD-7" | "C-SSRS"; locale: string; idempotency_key?: string; if_match?: string; body: services__gateway__routes__triage__WordingIn }): Promise<Answer<Instrument>>;
  /** Answer an instrument. `POST /v1/clients/{client_id}/screenings` */
  answerScreening(call: { client_id: string; idempotency_key?: string; body: services__gateway__routes__triage__ScreeningIn }): Promise<Answer<AnswerScreeningResponse>>;
  /** See a client's scores. `GET /v1/clients/{client_id}/screenings` */
  listScreenings(call: { client_id: string; limit?: number; cursor?: string }): Promise<Answer<ListScreeningsResponse>>;
  /** Say that a client is in danger. `POST /v1/clients/{client_id}/danger` */
  reportDanger(call: { client_id: string; idempotency_key?: string; body: DangerIn }): Promise<Answer<ReportDangerResponse>>;
  /** List who may be in danger. `GET /v1/crisis-flags` */
  listCrisisFlags(call?: { with_closed?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListCrisisFlagsResponse>>;
  /** Take a flag over. `POST /v1/crisis-flags/{flag_id}/acknowledge` */
  acknowledgeCrisisFlag(call: { flag_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<CrisisFlag>>;
  /** Close a flag. `POST /v1/crisis-flags/{flag_id}/close` */
  closeCrisisFlag(call: { flag_id: string; idempotency_key?: string; if_match?: string; body: ClosingIn }): Promise<Answer<CrisisFlag>>;
  /** Wait for a slot. `POST /v1/wishes` */
  createWish(call: { idempotency_key?: string; body: WishIn }): Promise<Answer<Wish>>;
  /** List wishes. `GET /v1/wishes` */
  listWishes(call?: { client_id?: string; therapist_id?: string; session_type_id?: string; limit?: number; cursor?: string }): Promise<Answer<ListWishesResponse>>;
  /** See a wish. `GET /v1/wishes/{wish_id}` */
  getWish(call: { wish_id: string }): Promise<Answer<Wish>>;
  /** Change a wish. `PUT /v1/wishes/{wish_id}` */
  updateWish(call: { wish_id: string; idempotency_key?: string; if_match?: string; body: WishWantedIn }): Promise<Answer<Wish>>;
  /** Stop waiting. `POST /v1/wishes/{wish_id}/withdrawals` */
  withdrawWish(call: { wish_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<Wish>>;
  /** List a client's offers. `GET /v1/clients/{client_id}/offers` */
  listOffers(call: { client_id: string; is_open_only?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListOffersResponse>>;
  /** See an offer. `GET /v1/offers/{offer_id}` */
  getOffer(call: { offer_id: string }): Promise<Answer<Offer>>;
  /** Take an offer. `POST /v1/offers/{offer_id}/acceptances` */
  acceptOffer(call: { offer_id: string; idempotency_key?: string }): Promise<Answer<Appointment>>;
  /** Decline an offer. `POST /v1/offers/{offer_id}/refusals` */
  declineOffer(call: { offer_id: string; idempotency_key?: string }): Promise<Answer<Offer>>;
  /** List freed slots. `GET /v1/openings` */
  listOpenings(call?: { therapist_id?: string; has_closed?: boolean; limit?: number; cursor?: string }): Promise<Answer<ListOpeningsResponse>>;
  /** See a freed slot. `GET /v1/openings/{opening_id}` */
  getOpening(call: { opening_id: string }): Promise<Answer<GetOpeningResponse>>;
  /** Pass a client over for one slot. `POST /v1/openings/{opening_id}/skips` */
  skipWaiter(call: { opening_id: string; idempotency_key?: string; body: SkipIn }): Promise<Answer<Offer>>;
  /** Give a freed slot back to everybody. `POST /v1/openings/{opening_id}/closings` */
  closeOpening(call: { opening_id: string; idempotency_key?: string; if_match?: string }): Promise<Answer<Opening>>;
  /** Count what came free and was filled. `GET /v1/reports/refills` */
  getRefillReport(call: { from_time: string; to_time: string; therapist_id?: string }): Promise<Answer<RefillReport>>;
  /** Add a webhook. `POST /v1/webhooks` */
  createWebhook(call: { idempotency_key?: string; body: WebhookIn }): Promise<Answer<CreateWebhookResponse>>;
  /** See the webhooks. `GET /v1/webhooks` */
  listWebhooks(call?: { limit?: number; cursor?: string }): Promise<Answer<ListWebhooksResponse>>;
  /** See a webhook. `GET /v1/webhooks/{webhook_id}` */
  getWebhook(call: { webhook_id: string }): Promise<Answer<Webhook>>;
  /** Change a webhook. `PUT /v1/webhooks/{webhook_id}` */
  updateWebhook(call: { webhook_id: string; idempotency_key?: string; if_match?: string; body: WebhookChangeIn }): Promise<Answer<Webhook>>;
  /** Remove a webhook. `DELETE /v1/webhooks/{webhook_id}` */
  deleteWebhook(call: { webhook_id: string; idempotency_key?: string }): Promise<Answer<Webhook>>;
  /** Change some of a webhook. `PATCH /v1/webhooks/{webhook_id}` */
  patchWebhook(call: { webhook_id: string; idempotency_key?: string; if_match?: string; body: {
    url?: string;
    /** What it is told of, of the kinds that `webhooks` of this document lists; empty: everything. */
    event_types?: (string)[];
    is_active?: boolean;
  } }): Promise<Answer<Webhook>>;
  /** Give a webhook a new secret. `POST /v1/webhooks/{webhook_id}/secrets` */
  rotateWebhookSecret(call: { webhook_id: string; idempotency_key?: string }): Promise<Answer<CreateWebhookResponse>>;
  /** See what was said to a webhook. `GET /v1/webhooks/{webhook_id}/deliveries` */
  listWebhookDeliveries(call: { webhook_id: string; limit?: number; cursor?: string }): Promise<Answer<ListWebhookDeliveriesResponse>>;
  /** Say something to a webhook again. `POST /v1/webhook-deliveries/{delivery_id}/replays` */
  replayWebhookDelivery(call: { delivery_id: string; idempotency_key?: string }): Promise<Answer<WebhookDelivery>>;
  /** See a week of the practice. `GET /v1/week` */
  getWeek(call: { from_time: string; to_time: string; therapist_id?: string }): Promise<Answer<{
    appointments: (Appointment)[];
    schedules: (Schedule)[];
    closures: (Closure)[];
    sites: (Site)[];
    rooms: (Room)[];
    session_types: (SessionType)[];
    therapists: (TherapistProfile)[];
    /** Parts whose service did not answer in time; their lists are empty. */
    missing: ("appointments" | "schedules" | "closures" | "sites" | "rooms" | "session_types" | "therapists")[];
    /** Parts of which there is more. */
    cut: ("appointments" | "schedules" | "closures" | "sites" | "rooms" | "session_types" | "therapists")[];
  }>>;
}
