// Written by `make docs` from docs/openapi.json; change the routes, not this file.

export class KeptProblem extends Error {
  constructor(status, body, headers) {
    super(body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export class Kept {
  constructor({ baseUrl = "", token, fetch = globalThis.fetch.bind(globalThis) } = {}) {
    this.baseUrl = baseUrl;
    this.token = token;
    this.fetch = fetch;
  }

  async send(method, path, query, headers, body, media = "application/json") {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    if (body !== undefined) sent["Content-Type"] = media;
    if (this.token) sent["Authorization"] = `Bearer ${await this.token()}`;
    const answer = await this.fetch(this.baseUrl + path + text, {
      method,
      headers: sent,
      body: body === undefined || !media.includes("json") ? body : JSON.stringify(body),
    });
    const kind = answer.headers.get("content-type") ?? "";
    const data = kind.includes("json") ? await answer.json() : kind ? await answer.blob() : undefined;
    if (!answer.ok) throw new KeptProblem(answer.status, data ?? {}, answer.headers);
    return { data, etag: answer.headers.get("etag") ?? "", status: answer.status, headers: answer.headers };
  }

  listAbsenceCases(call = {}) {
    return this.send("GET", `/v1/absence-cases`, { has_settled: call.has_settled, limit: call.limit, cursor: call.cursor }, {});
  }

  getAbsenceCase(call = {}) {
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/case`, {}, {});
  }

  listAffectedAppointments(call = {}) {
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/appointments`, { is_open_only: call.is_open_only, limit: call.limit, cursor: call.cursor }, {});
  }

  putAbsenceWording(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/wordings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  approveAbsenceWording(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/wordings/approvals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  offerAffected(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/offers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  keepAffected(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/keepings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getAbsenceOffer(call = {}) {
    return this.send("GET", `/v1/absence-offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listAbsenceOffers(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/absence-offers`, { is_open_only: call.is_open_only, limit: call.limit, cursor: call.cursor }, {});
  }

  acceptAbsenceOption(call = {}) {
    return this.send("POST", `/v1/absence-offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}/acceptances`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  declineAbsenceOffer(call = {}) {
    return this.send("POST", `/v1/absence-offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}/refusals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  withdrawAbsenceOffer(call = {}) {
    return this.send("POST", `/v1/absence-offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}/withdrawals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  previewAbsence(call = {}) {
    return this.send("POST", `/v1/searches/absences`, {}, {}, call.body, "application/json");
  }

  startAbsence(call = {}) {
    return this.send("POST", `/v1/absences`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listAbsences(call = {}) {
    return this.send("GET", `/v1/absences`, { therapist_id: call.therapist_id, is_open: call.is_open, limit: call.limit, cursor: call.cursor }, {});
  }

  getAbsence(call = {}) {
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listAbsenceItems(call = {}) {
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/items`, { limit: call.limit, cursor: call.cursor }, {});
  }

  answerAbsenceItem(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/items/${encodeURIComponent(call.claim_id).replaceAll('%2F', '/')}/answers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  closeAbsence(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id).replaceAll('%2F', '/')}/closings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  startBreakGlass(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/break-glasses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  endBreakGlass(call = {}) {
    return this.send("POST", `/v1/break-glasses/${encodeURIComponent(call.break_glass_id).replaceAll('%2F', '/')}/end`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listBreakGlasses(call = {}) {
    return this.send("GET", `/v1/break-glasses`, { only_unreviewed: call.only_unreviewed, limit: call.limit, cursor: call.cursor }, {});
  }

  reviewBreakGlass(call = {}) {
    return this.send("POST", `/v1/break-glasses/${encodeURIComponent(call.break_glass_id).replaceAll('%2F', '/')}/review`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  inviteClient(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/invitations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  linkAccount(call = {}) {
    return this.send("POST", `/v1/account`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getOwnAccount(call = {}) {
    return this.send("GET", `/v1/account`, {}, {});
  }

  listAccounts(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/accounts`, { limit: call.limit, cursor: call.cursor }, {});
  }

  unlinkAccount(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/accounts/${encodeURIComponent(call.account_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  bookAppointment(call = {}) {
    return this.send("POST", `/v1/appointments`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listAppointments(call = {}) {
    return this.send("GET", `/v1/appointments`, { from_time: call.from_time, to_time: call.to_time, client_id: call.client_id, therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getAppointment(call = {}) {
    return this.send("GET", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listAppointmentChanges(call = {}) {
    return this.send("GET", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/changes`, {}, {});
  }

  moveAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/moves`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  confirmAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/confirmations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  cancelAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  checkInAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/check-ins`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  startAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/starts`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  completeAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/completions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  undoAppointmentChange(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/undos`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  markNoShow(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/no-shows`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  queryAuditRecords(call = {}) {
    return this.send("GET", `/v1/audit/records`, { client_id: call.client_id, actor_id: call.actor_id, from_time: call.from_time, to_time: call.to_time, is_evidence: call.is_evidence, limit: call.limit, cursor: call.cursor }, {});
  }

  getAuditRecord(call = {}) {
    return this.send("GET", `/v1/audit/records/${encodeURIComponent(call.seq).replaceAll('%2F', '/')}`, {}, {});
  }

  getInclusionProof(call = {}) {
    return this.send("GET", `/v1/audit/records/${encodeURIComponent(call.seq).replaceAll('%2F', '/')}/proof`, { tree_size: call.tree_size }, {});
  }

  getCheckpoint(call = {}) {
    return this.send("GET", `/v1/audit/checkpoint`, {}, {});
  }

  getConsistencyProof(call = {}) {
    return this.send("GET", `/v1/audit/consistency`, { first_size: call.first_size, second_size: call.second_size }, {});
  }

  listAuditReports(call = {}) {
    return this.send("GET", `/v1/audit/reports`, { limit: call.limit, cursor: call.cursor }, {});
  }

  runAuditReport(call = {}) {
    return this.send("POST", `/v1/audit/reports/${encodeURIComponent(call.report).replaceAll('%2F', '/')}/runs`, { format: call.format }, {}, call.body, "application/json");
  }

  listClientAccesses(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/accesses`, { from_time: call.from_time, to_time: call.to_time, limit: call.limit, cursor: call.cursor }, {});
  }

  getDetached(call = {}) {
    return this.send("GET", `/v1/audit/detached`, {}, {});
  }

  getEntries(call = {}) {
    return this.send("GET", `/v1/audit/tile/entries/${encodeURIComponent(call.place).replaceAll('%2F', '/')}`, {}, {});
  }

  getTile(call = {}) {
    return this.send("GET", `/v1/audit/tile/${encodeURIComponent(call.level).replaceAll('%2F', '/')}/${encodeURIComponent(call.place).replaceAll('%2F', '/')}`, {}, {});
  }

  listAlarms(call = {}) {
    return this.send("GET", `/v1/audit/alarms`, { only_open: call.only_open, kind: call.kind, limit: call.limit, cursor: call.cursor }, {});
  }

  acknowledgeAlarm(call = {}) {
    return this.send("POST", `/v1/audit/alarms/${encodeURIComponent(call.alarm_id).replaceAll('%2F', '/')}/acknowledgements`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  resolveAlarm(call = {}) {
    return this.send("POST", `/v1/audit/alarms/${encodeURIComponent(call.alarm_id).replaceAll('%2F', '/')}/resolutions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listDetectionRules(call = {}) {
    return this.send("GET", `/v1/audit/rules`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listCases(call = {}) {
    return this.send("GET", `/v1/audit/cases`, { only_open: call.only_open, only_overdue: call.only_overdue, rule: call.rule, assignee_id: call.assignee_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getCase(call = {}) {
    return this.send("GET", `/v1/audit/cases/${encodeURIComponent(call.case_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listFindings(call = {}) {
    return this.send("GET", `/v1/audit/findings`, { case_id: call.case_id, rule: call.rule, only_explained: call.only_explained, limit: call.limit, cursor: call.cursor }, {});
  }

  assignCase(call = {}) {
    return this.send("POST", `/v1/audit/cases/${encodeURIComponent(call.case_id).replaceAll('%2F', '/')}/assignments`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  decideCase(call = {}) {
    return this.send("POST", `/v1/audit/cases/${encodeURIComponent(call.case_id).replaceAll('%2F', '/')}/decisions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  signOffCase(call = {}) {
    return this.send("POST", `/v1/audit/cases/${encodeURIComponent(call.case_id).replaceAll('%2F', '/')}/sign-offs`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listDigests(call = {}) {
    return this.send("GET", `/v1/audit/digests`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getWatchSettings(call = {}) {
    return this.send("GET", `/v1/audit/watch-settings`, {}, {});
  }

  putWatchSettings(call = {}) {
    return this.send("PUT", `/v1/audit/watch-settings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  startIntakeBatch(call = {}) {
    return this.send("POST", `/v1/intake-batch-operations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listIntakeBatchOperations(call = {}) {
    return this.send("GET", `/v1/intake-batch-operations`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getIntakeBatchOperation(call = {}) {
    return this.send("GET", `/v1/intake-batch-operations/${encodeURIComponent(call.operation_id).replaceAll('%2F', '/')}`, {}, {});
  }

  cancelIntakeBatchOperation(call = {}) {
    return this.send("POST", `/v1/intake-batch-operations/${encodeURIComponent(call.operation_id).replaceAll('%2F', '/')}/cancel`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  listIntakePlacements(call = {}) {
    return this.send("GET", `/v1/intake-batch-operations/${encodeURIComponent(call.operation_id).replaceAll('%2F', '/')}/placements`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listSchedules(call = {}) {
    return this.send("GET", `/v1/schedules`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putOverride(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/overrides/${encodeURIComponent(call.local_date).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteOverride(call = {}) {
    return this.send("DELETE", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/overrides/${encodeURIComponent(call.local_date).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listOverrides(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/overrides`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putTravel(call = {}) {
    return this.send("PUT", `/v1/travels/${encodeURIComponent(call.travel_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteTravel(call = {}) {
    return this.send("DELETE", `/v1/travels/${encodeURIComponent(call.travel_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listTravels(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/travels`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listTimeOff(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/time-off`, { limit: call.limit, cursor: call.cursor }, {});
  }

  createTimeOff(call = {}) {
    return this.send("POST", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/time-off`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  deleteTimeOff(call = {}) {
    return this.send("DELETE", `/v1/time-off/${encodeURIComponent(call.time_off_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  putClosure(call = {}) {
    return this.send("PUT", `/v1/closures/${encodeURIComponent(call.closure_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteClosure(call = {}) {
    return this.send("DELETE", `/v1/closures/${encodeURIComponent(call.closure_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listClosures(call = {}) {
    return this.send("GET", `/v1/closures`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putHolidayCalendar(call = {}) {
    return this.send("PUT", `/v1/holiday-calendar`, { site_id: call.site_id }, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteHolidayCalendar(call = {}) {
    return this.send("DELETE", `/v1/holiday-calendar`, { site_id: call.site_id }, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listHolidayCalendars(call = {}) {
    return this.send("GET", `/v1/holiday-calendars`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listHolidays(call = {}) {
    return this.send("GET", `/v1/holidays`, { from_date: call.from_date, to_date: call.to_date, site_id: call.site_id, limit: call.limit, cursor: call.cursor }, {});
  }

  putCareTeamMember(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/care-team/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  removeCareTeamMember(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/care-team/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listCareTeam(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/care-team`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listFollowUps(call = {}) {
    return this.send("GET", `/v1/follow-ups`, { client_id: call.client_id, therapist_id: call.therapist_id, state: call.state, due_by_date: call.due_by_date, limit: call.limit, cursor: call.cursor }, {});
  }

  getFollowUp(call = {}) {
    return this.send("GET", `/v1/follow-ups/${encodeURIComponent(call.follow_up_id).replaceAll('%2F', '/')}`, {}, {});
  }

  dismissFollowUp(call = {}) {
    return this.send("POST", `/v1/follow-ups/${encodeURIComponent(call.follow_up_id).replaceAll('%2F', '/')}/dismissals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  putFollowUpRule(call = {}) {
    return this.send("PUT", `/v1/follow-up-rules/${encodeURIComponent(call.rule_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  removeFollowUpRule(call = {}) {
    return this.send("DELETE", `/v1/follow-up-rules/${encodeURIComponent(call.rule_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listFollowUpRules(call = {}) {
    return this.send("GET", `/v1/follow-up-rules`, { limit: call.limit, cursor: call.cursor }, {});
  }

  compareCadences(call = {}) {
    return this.send("GET", `/v1/reports/cadences`, { client_id: call.client_id, therapist_id: call.therapist_id, standing: call.standing, limit: call.limit, cursor: call.cursor }, {});
  }

  putCadence(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/cadences/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listCadences(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/cadences`, { limit: call.limit, cursor: call.cursor }, {});
  }

  registerClient(call = {}) {
    return this.send("POST", `/v1/clients`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  updateClient(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getClient(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}`, {}, {});
  }

  patchClient(call = {}) {
    return this.send("PATCH", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  searchClients(call = {}) {
    return this.send("POST", `/v1/searches/clients`, {}, {}, call.body, "application/json");
  }

  getContactPoint(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/contact-point`, {}, {});
  }

  putContactPoint(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/contact-point`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listMessages(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/messages`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putContactAddress(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listContactAddresses(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses`, { with_ended: call.with_ended, limit: call.limit, cursor: call.cursor }, {});
  }

  endContactAddress(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses/${encodeURIComponent(call.contact_point_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  sendContactCode(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses/${encodeURIComponent(call.contact_point_id).replaceAll('%2F', '/')}/codes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  verifyContactAddress(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses/${encodeURIComponent(call.contact_point_id).replaceAll('%2F', '/')}/verifications`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  setSuppression(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/addresses/${encodeURIComponent(call.contact_point_id).replaceAll('%2F', '/')}/suppression`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  recordConsent(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/consents`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listConsents(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/consents`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putNudge(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/nudges/${encodeURIComponent(call.nudge_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  endNudge(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/nudges/${encodeURIComponent(call.nudge_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listNudges(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/nudges`, { limit: call.limit, cursor: call.cursor }, {});
  }

  recordDisclosure(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/disclosures`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listDisclosures(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/disclosures`, { limit: call.limit, cursor: call.cursor }, {});
  }

  answerFit(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/fit`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getFeedbackReport(call = {}) {
    return this.send("GET", `/v1/reports/feedback`, { from_time: call.from_time, to_time: call.to_time }, {});
  }

  simulateIntakes(call = {}) {
    return this.send("POST", `/v1/simulations/intakes`, {}, {}, call.body, "application/json");
  }

  createCalendarFeed(call = {}) {
    return this.send("POST", `/v1/calendar-feeds`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listCalendarFeeds(call = {}) {
    return this.send("GET", `/v1/calendar-feeds`, { limit: call.limit, cursor: call.cursor }, {});
  }

  revokeCalendarFeed(call = {}) {
    return this.send("DELETE", `/v1/calendar-feeds/${encodeURIComponent(call.feed_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  putForm(call = {}) {
    return this.send("PUT", `/v1/forms/${encodeURIComponent(call.form_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getForm(call = {}) {
    return this.send("GET", `/v1/forms/${encodeURIComponent(call.form_id).replaceAll('%2F', '/')}`, { version: call.version }, {});
  }

  listForms(call = {}) {
    return this.send("GET", `/v1/forms`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putConsentDocument(call = {}) {
    return this.send("PUT", `/v1/consent-documents/${encodeURIComponent(call.document_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getConsentDocument(call = {}) {
    return this.send("GET", `/v1/consent-documents/${encodeURIComponent(call.document_id).replaceAll('%2F', '/')}`, { version: call.version }, {});
  }

  listConsentDocuments(call = {}) {
    return this.send("GET", `/v1/consent-documents`, { limit: call.limit, cursor: call.cursor }, {});
  }

  assignDue(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/dues`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listDues(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/dues`, { limit: call.limit, cursor: call.cursor }, {});
  }

  waiveDue(call = {}) {
    return this.send("POST", `/v1/dues/${encodeURIComponent(call.due_id).replaceAll('%2F', '/')}/waive`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  startFormResponse(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/form-responses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listFormResponses(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/form-responses`, { limit: call.limit, cursor: call.cursor }, {});
  }

  saveFormResponse(call = {}) {
    return this.send("POST", `/v1/form-responses/${encodeURIComponent(call.response_id).replaceAll('%2F', '/')}/answers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getFormResponse(call = {}) {
    return this.send("GET", `/v1/form-responses/${encodeURIComponent(call.response_id).replaceAll('%2F', '/')}`, {}, {});
  }

  signConsent(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/signatures`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listConsentSignatures(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/signatures`, { limit: call.limit, cursor: call.cursor }, {});
  }

  preflightGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series-trials`, {}, {}, call.body, "application/json");
  }

  createGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getGroupSeries(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series`, {}, {});
  }

  listGroupOccurrences(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/occurrences`, { limit: call.limit, cursor: call.cursor }, {});
  }

  changeGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series/changes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  pauseGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series/pauses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  resumeGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series/resumptions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  endGroupSeries(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/series/endings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  createGroup(call = {}) {
    return this.send("POST", `/v1/groups`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroups(call = {}) {
    return this.send("GET", `/v1/groups`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putGroup(call = {}) {
    return this.send("PUT", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getGroup(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}`, {}, {});
  }

  addGroupMember(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/members`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroupMembers(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/members`, { limit: call.limit, cursor: call.cursor }, {});
  }

  screenGroupMember(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/members/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/screenings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  removeGroupMember(call = {}) {
    return this.send("DELETE", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/members/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  scheduleGroupSession(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/sessions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroupSessions(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id).replaceAll('%2F', '/')}/sessions`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listAllGroupSessions(call = {}) {
    return this.send("GET", `/v1/group-sessions`, { from_time: call.from_time, to_time: call.to_time, therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  listOpenGroupSessions(call = {}) {
    return this.send("GET", `/v1/open-group-sessions`, { from_time: call.from_time, to_time: call.to_time, session_type_id: call.session_type_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getGroupSession(call = {}) {
    return this.send("GET", `/v1/group-sessions/${encodeURIComponent(call.group_session_id).replaceAll('%2F', '/')}`, {}, {});
  }

  bookGroupSeat(call = {}) {
    return this.send("POST", `/v1/group-sessions/${encodeURIComponent(call.group_session_id).replaceAll('%2F', '/')}/seats`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  moveGroupSession(call = {}) {
    return this.send("POST", `/v1/group-sessions/${encodeURIComponent(call.group_session_id).replaceAll('%2F', '/')}/moves`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  cancelGroupSession(call = {}) {
    return this.send("POST", `/v1/group-sessions/${encodeURIComponent(call.group_session_id).replaceAll('%2F', '/')}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getMe(call = {}) {
    return this.send("GET", `/v1/me`, {}, {});
  }

  openIntake(call = {}) {
    return this.send("POST", `/v1/intakes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listIntakes(call = {}) {
    return this.send("GET", `/v1/intakes`, { state: call.state, limit: call.limit, cursor: call.cursor }, {});
  }

  getIntake(call = {}) {
    return this.send("GET", `/v1/intakes/${encodeURIComponent(call.intake_id).replaceAll('%2F', '/')}`, {}, {});
  }

  setIntakePriority(call = {}) {
    return this.send("PUT", `/v1/intakes/${encodeURIComponent(call.intake_id).replaceAll('%2F', '/')}/priority`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  withdrawIntake(call = {}) {
    return this.send("POST", `/v1/intakes/${encodeURIComponent(call.intake_id).replaceAll('%2F', '/')}/withdraw`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  runIntakeBatch(call = {}) {
    return this.send("POST", `/v1/intake-batches`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  replayIntakeBatch(call = {}) {
    return this.send("GET", `/v1/intake-batches/${encodeURIComponent(call.batch_id).replaceAll('%2F', '/')}/replay`, {}, {});
  }

  getFairnessReport(call = {}) {
    return this.send("GET", `/v1/reports/fairness`, { from_time: call.from_time, to_time: call.to_time }, {});
  }

  getCaps(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/caps`, {}, {});
  }

  putCaps(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/caps`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  putEquipment(call = {}) {
    return this.send("PUT", `/v1/equipment/${encodeURIComponent(call.equipment_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getEquipment(call = {}) {
    return this.send("GET", `/v1/equipment/${encodeURIComponent(call.equipment_id).replaceAll('%2F', '/')}`, {}, {});
  }

  putTravelTime(call = {}) {
    return this.send("PUT", `/v1/sites/${encodeURIComponent(call.site_id).replaceAll('%2F', '/')}/travel-times/${encodeURIComponent(call.other_site_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getTravelTime(call = {}) {
    return this.send("GET", `/v1/sites/${encodeURIComponent(call.site_id).replaceAll('%2F', '/')}/travel-times/${encodeURIComponent(call.other_site_id).replaceAll('%2F', '/')}`, {}, {});
  }

  putReservation(call = {}) {
    return this.send("PUT", `/v1/reservations/${encodeURIComponent(call.reservation_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteReservation(call = {}) {
    return this.send("DELETE", `/v1/reservations/${encodeURIComponent(call.reservation_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getReservation(call = {}) {
    return this.send("GET", `/v1/reservations/${encodeURIComponent(call.reservation_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listPriorityWindows(call = {}) {
    return this.send("GET", `/v1/priority-windows`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putPriorityWindow(call = {}) {
    return this.send("PUT", `/v1/priority-windows/${encodeURIComponent(call.window_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getPriorityWindow(call = {}) {
    return this.send("GET", `/v1/priority-windows/${encodeURIComponent(call.window_id).replaceAll('%2F', '/')}`, {}, {});
  }

  deletePriorityWindow(call = {}) {
    return this.send("DELETE", `/v1/priority-windows/${encodeURIComponent(call.window_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listEquipment(call = {}) {
    return this.send("GET", `/v1/equipment`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listTravelTimes(call = {}) {
    return this.send("GET", `/v1/travel-times`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listReservations(call = {}) {
    return this.send("GET", `/v1/reservations`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getMatchRules(call = {}) {
    return this.send("GET", `/v1/match-rules`, { version: call.version }, {});
  }

  putMatchRules(call = {}) {
    return this.send("PUT", `/v1/match-rules`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getHiringReport(call = {}) {
    return this.send("GET", `/v1/reports/hiring`, { from_time: call.from_time, to_time: call.to_time }, {});
  }

  putTherapist(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getTherapist(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}`, {}, {});
  }

  importTherapists(call = {}) {
    return this.send("POST", `/v1/imports/therapists`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  verifyLicence(call = {}) {
    return this.send("POST", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/licences/${encodeURIComponent(call.region).replaceAll('%2F', '/')}/verify`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listExpiringLicences(call = {}) {
    return this.send("GET", `/v1/expiring-licences`, { within_days: call.within_days, limit: call.limit, cursor: call.cursor }, {});
  }

  listTherapists(call = {}) {
    return this.send("GET", `/v1/therapists`, { limit: call.limit, cursor: call.cursor }, {});
  }

  matchClient(call = {}) {
    return this.send("POST", `/v1/matches`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getMatch(call = {}) {
    return this.send("GET", `/v1/matches/${encodeURIComponent(call.match_id).replaceAll('%2F', '/')}`, { locale: call.locale }, {});
  }

  searchMessages(call = {}) {
    return this.send("GET", `/v1/messages`, { client_id: call.client_id, state: call.state, reason: call.reason, kind: call.kind, channel: call.channel, from_time: call.from_time, to_time: call.to_time, limit: call.limit, cursor: call.cursor }, {});
  }

  getMessage(call = {}) {
    return this.send("GET", `/v1/messages/${encodeURIComponent(call.message_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listDeliveries(call = {}) {
    return this.send("GET", `/v1/messages/${encodeURIComponent(call.message_id).replaceAll('%2F', '/')}/deliveries`, { limit: call.limit, cursor: call.cursor }, {});
  }

  resendMessage(call = {}) {
    return this.send("POST", `/v1/messages/${encodeURIComponent(call.message_id).replaceAll('%2F', '/')}/resends`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  replayMessages(call = {}) {
    return this.send("POST", `/v1/messages/replays`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getMessageReport(call = {}) {
    return this.send("GET", `/v1/reports/messages`, { from_time: call.from_time, to_time: call.to_time }, {});
  }

  listReplies(call = {}) {
    return this.send("GET", `/v1/replies`, { is_open_only: call.is_open_only, limit: call.limit, cursor: call.cursor }, {});
  }

  closeReply(call = {}) {
    return this.send("POST", `/v1/replies/${encodeURIComponent(call.reply_id).replaceAll('%2F', '/')}/closings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listInbox(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/inbox`, { limit: call.limit, cursor: call.cursor }, {});
  }

  markInboxRead(call = {}) {
    return this.send("POST", `/v1/inbox/${encodeURIComponent(call.message_id).replaceAll('%2F', '/')}/readings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  putWorkflow(call = {}) {
    return this.send("PUT", `/v1/workflows`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getWorkflow(call = {}) {
    return this.send("GET", `/v1/workflows`, { session_type_id: call.session_type_id }, {});
  }

  listWorkflowVersions(call = {}) {
    return this.send("GET", `/v1/workflows/versions`, { session_type_id: call.session_type_id, limit: call.limit, cursor: call.cursor }, {});
  }

  previewWorkflow(call = {}) {
    return this.send("POST", `/v1/workflows/previews`, {}, {}, call.body, "application/json");
  }

  dryRunWorkflow(call = {}) {
    return this.send("POST", `/v1/workflows/dry-runs`, {}, {}, call.body, "application/json");
  }

  putMessageTemplate(call = {}) {
    return this.send("PUT", `/v1/message-templates`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listMessageTemplates(call = {}) {
    return this.send("GET", `/v1/message-templates`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getMessageTemplate(call = {}) {
    return this.send("GET", `/v1/message-templates/${encodeURIComponent(call.template_key).replaceAll('%2F', '/')}`, {}, {});
  }

  previewMessageTemplates(call = {}) {
    return this.send("POST", `/v1/message-templates/previews`, {}, {}, call.body, "application/json");
  }

  putMessageSettings(call = {}) {
    return this.send("PUT", `/v1/message-settings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getMessageSettings(call = {}) {
    return this.send("GET", `/v1/message-settings`, {}, {});
  }

  putOnCallContact(call = {}) {
    return this.send("PUT", `/v1/on-call-contacts/${encodeURIComponent(call.contact_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listOnCallContacts(call = {}) {
    return this.send("GET", `/v1/on-call-contacts`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listPages(call = {}) {
    return this.send("GET", `/v1/pages`, { only_open: call.only_open, limit: call.limit, cursor: call.cursor }, {});
  }

  putStaffMember(call = {}) {
    return this.send("POST", `/v1/staff-members`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listStaffMembers(call = {}) {
    return this.send("GET", `/v1/staff-members`, { limit: call.limit, cursor: call.cursor }, {});
  }

  markClient(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/marks`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  putPolicy(call = {}) {
    return this.send("PUT", `/v1/policies`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listPolicies(call = {}) {
    return this.send("GET", `/v1/policies`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listFees(call = {}) {
    return this.send("GET", `/v1/fees`, { client_id: call.client_id, state: call.state, limit: call.limit, cursor: call.cursor }, {});
  }

  getFee(call = {}) {
    return this.send("GET", `/v1/fees/${encodeURIComponent(call.fee_id).replaceAll('%2F', '/')}`, {}, {});
  }

  waiveFee(call = {}) {
    return this.send("POST", `/v1/fees/${encodeURIComponent(call.fee_id).replaceAll('%2F', '/')}/waivers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  acceptFee(call = {}) {
    return this.send("POST", `/v1/fees/${encodeURIComponent(call.fee_id).replaceAll('%2F', '/')}/acceptances`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  recordRequirement(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/requirements`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listRequirements(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/requirements`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putAuthorisation(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/authorisations/${encodeURIComponent(call.authorisation_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listAuthorisations(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/authorisations`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putSite(call = {}) {
    return this.send("PUT", `/v1/sites/${encodeURIComponent(call.site_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getSite(call = {}) {
    return this.send("GET", `/v1/sites/${encodeURIComponent(call.site_id).replaceAll('%2F', '/')}`, {}, {});
  }

  patchSite(call = {}) {
    return this.send("PATCH", `/v1/sites/${encodeURIComponent(call.site_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  listSites(call = {}) {
    return this.send("GET", `/v1/sites`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listRooms(call = {}) {
    return this.send("GET", `/v1/rooms`, { site_id: call.site_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getRoom(call = {}) {
    return this.send("GET", `/v1/rooms/${encodeURIComponent(call.room_id).replaceAll('%2F', '/')}`, {}, {});
  }

  putRoom(call = {}) {
    return this.send("PUT", `/v1/rooms/${encodeURIComponent(call.room_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  patchRoom(call = {}) {
    return this.send("PATCH", `/v1/rooms/${encodeURIComponent(call.room_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  putSessionType(call = {}) {
    return this.send("PUT", `/v1/session-types/${encodeURIComponent(call.session_type_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getSessionType(call = {}) {
    return this.send("GET", `/v1/session-types/${encodeURIComponent(call.session_type_id).replaceAll('%2F', '/')}`, {}, {});
  }

  patchSessionType(call = {}) {
    return this.send("PATCH", `/v1/session-types/${encodeURIComponent(call.session_type_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  listSessionTypes(call = {}) {
    return this.send("GET", `/v1/session-types`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getSchedule(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/schedule`, {}, {});
  }

  putSchedule(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id).replaceAll('%2F', '/')}/schedule`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  searchSlots(call = {}) {
    return this.send("POST", `/v1/searches/slots`, {}, {}, call.body, "application/json");
  }

  explainSlot(call = {}) {
    return this.send("POST", `/v1/searches/explanations`, {}, {}, call.body, "application/json");
  }

  putClientPriority(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/priority`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getClientPriority(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/priority`, {}, {});
  }

  findClientSlots(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/searches/slots`, {}, {}, call.body, "application/json");
  }

  explainClientSlot(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/searches/slot-explanations`, {}, {}, call.body, "application/json");
  }

  proposeTherapist(call = {}) {
    return this.send("POST", `/v1/proposals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listProposals(call = {}) {
    return this.send("GET", `/v1/proposals`, { client_id: call.client_id, therapist_id: call.therapist_id, state: call.state, limit: call.limit, cursor: call.cursor }, {});
  }

  getProposal(call = {}) {
    return this.send("GET", `/v1/proposals/${encodeURIComponent(call.proposal_id).replaceAll('%2F', '/')}`, { locale: call.locale }, {});
  }

  acceptProposal(call = {}) {
    return this.send("POST", `/v1/proposals/${encodeURIComponent(call.proposal_id).replaceAll('%2F', '/')}/accept`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  declineProposal(call = {}) {
    return this.send("POST", `/v1/proposals/${encodeURIComponent(call.proposal_id).replaceAll('%2F', '/')}/decline`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getRetention(call = {}) {
    return this.send("GET", `/v1/audit/retention`, {}, {});
  }

  setRetention(call = {}) {
    return this.send("PUT", `/v1/audit/retention`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  setLegalHold(call = {}) {
    return this.send("POST", `/v1/audit/legal-holds`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listLegalHolds(call = {}) {
    return this.send("GET", `/v1/audit/legal-holds`, { only_open: call.only_open, limit: call.limit, cursor: call.cursor }, {});
  }

  liftLegalHold(call = {}) {
    return this.send("POST", `/v1/audit/legal-holds/${encodeURIComponent(call.hold_id).replaceAll('%2F', '/')}/lift`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  requestDetachment(call = {}) {
    return this.send("POST", `/v1/audit/detachments`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listDetachments(call = {}) {
    return this.send("GET", `/v1/audit/detachments`, { limit: call.limit, cursor: call.cursor }, {});
  }

  approveDetachment(call = {}) {
    return this.send("POST", `/v1/audit/detachments/${encodeURIComponent(call.detachment_id).replaceAll('%2F', '/')}/approve`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  cancelDetachment(call = {}) {
    return this.send("POST", `/v1/audit/detachments/${encodeURIComponent(call.detachment_id).replaceAll('%2F', '/')}/cancel`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getDetachment(call = {}) {
    return this.send("GET", `/v1/audit/detachments/${encodeURIComponent(call.detachment_id).replaceAll('%2F', '/')}`, {}, {});
  }

  requestErasure(call = {}) {
    return this.send("POST", `/v1/audit/erasures`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listErasures(call = {}) {
    return this.send("GET", `/v1/audit/erasures`, { limit: call.limit, cursor: call.cursor }, {});
  }

  approveErasure(call = {}) {
    return this.send("POST", `/v1/audit/erasures/${encodeURIComponent(call.erasure_id).replaceAll('%2F', '/')}/approve`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  cancelErasure(call = {}) {
    return this.send("POST", `/v1/audit/erasures/${encodeURIComponent(call.erasure_id).replaceAll('%2F', '/')}/cancel`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getErasure(call = {}) {
    return this.send("GET", `/v1/audit/erasures/${encodeURIComponent(call.erasure_id).replaceAll('%2F', '/')}`, {}, {});
  }

  putProxy(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/proxies/${encodeURIComponent(call.proxy_client_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  removeProxy(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/proxies/${encodeURIComponent(call.proxy_client_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listProxies(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/proxies`, { limit: call.limit, cursor: call.cursor }, {});
  }

  setConfidential(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/confidentiality`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  putFence(call = {}) {
    return this.send("PUT", `/v1/fences/${encodeURIComponent(call.fence_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getFence(call = {}) {
    return this.send("GET", `/v1/fences/${encodeURIComponent(call.fence_id).replaceAll('%2F', '/')}`, {}, {});
  }

  removeFence(call = {}) {
    return this.send("DELETE", `/v1/fences/${encodeURIComponent(call.fence_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listFences(call = {}) {
    return this.send("GET", `/v1/fences`, { client_id: call.client_id, limit: call.limit, cursor: call.cursor }, {});
  }

  preflightSeries(call = {}) {
    return this.send("POST", `/v1/searches/series`, {}, {}, call.body, "application/json");
  }

  createSeries(call = {}) {
    return this.send("POST", `/v1/series`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listSeries(call = {}) {
    return this.send("GET", `/v1/series`, { client_id: call.client_id, therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getSeries(call = {}) {
    return this.send("GET", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}`, {}, {});
  }

  listSeriesOccurrences(call = {}) {
    return this.send("GET", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}/occurrences`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listSeriesConflicts(call = {}) {
    return this.send("GET", `/v1/series-conflicts`, { therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  changeSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}/changes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  cancelSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  pauseSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}/pauses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  resumeSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id).replaceAll('%2F', '/')}/resumptions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  getSession(call = {}) {
    return this.send("GET", `/v1/session`, {}, {});
  }

  endSession(call = {}) {
    return this.send("DELETE", `/v1/session`, {}, {});
  }

  listSessions(call = {}) {
    return this.send("GET", `/v1/sessions`, {}, {});
  }

  endSessions(call = {}) {
    return this.send("DELETE", `/v1/sessions`, {}, {});
  }

  joinAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id).replaceAll('%2F', '/')}/joins`, {}, {});
  }

  createThread(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/threads`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listThreads(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/threads`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listCareThreads(call = {}) {
    return this.send("GET", `/v1/threads`, { is_unread_only: call.is_unread_only, limit: call.limit, cursor: call.cursor }, {});
  }

  listPosts(call = {}) {
    return this.send("GET", `/v1/threads/${encodeURIComponent(call.thread_id).replaceAll('%2F', '/')}/posts`, { limit: call.limit, cursor: call.cursor }, {});
  }

  createPost(call = {}) {
    return this.send("POST", `/v1/threads/${encodeURIComponent(call.thread_id).replaceAll('%2F', '/')}/posts`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  markThreadRead(call = {}) {
    return this.send("POST", `/v1/threads/${encodeURIComponent(call.thread_id).replaceAll('%2F', '/')}/readings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  createAttachment(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/attachments`, {}, { "Content-Disposition": call.content_disposition, "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/octet-stream");
  }

  getAttachment(call = {}) {
    return this.send("GET", `/v1/attachments/${encodeURIComponent(call.attachment_id).replaceAll('%2F', '/')}/content`, {}, {});
  }

  getInstrument(call = {}) {
    return this.send("GET", `/v1/instruments/${encodeURIComponent(call.code).replaceAll('%2F', '/')}`, { locale: call.locale }, {});
  }

  putInstrumentWording(call = {}) {
    return this.send("PUT", `/v1/instruments/${encodeURIComponent(call.code).replaceAll('%2F', '/')}/wordings/${encodeURIComponent(call.locale).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  answerScreening(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/screenings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listScreenings(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/screenings`, { limit: call.limit, cursor: call.cursor }, {});
  }

  reportDanger(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/danger`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listCrisisFlags(call = {}) {
    return this.send("GET", `/v1/crisis-flags`, { with_closed: call.with_closed, limit: call.limit, cursor: call.cursor }, {});
  }

  acknowledgeCrisisFlag(call = {}) {
    return this.send("POST", `/v1/crisis-flags/${encodeURIComponent(call.flag_id).replaceAll('%2F', '/')}/acknowledge`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  closeCrisisFlag(call = {}) {
    return this.send("POST", `/v1/crisis-flags/${encodeURIComponent(call.flag_id).replaceAll('%2F', '/')}/close`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  createWish(call = {}) {
    return this.send("POST", `/v1/wishes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listWishes(call = {}) {
    return this.send("GET", `/v1/wishes`, { client_id: call.client_id, therapist_id: call.therapist_id, session_type_id: call.session_type_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getWish(call = {}) {
    return this.send("GET", `/v1/wishes/${encodeURIComponent(call.wish_id).replaceAll('%2F', '/')}`, {}, {});
  }

  updateWish(call = {}) {
    return this.send("PUT", `/v1/wishes/${encodeURIComponent(call.wish_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  withdrawWish(call = {}) {
    return this.send("POST", `/v1/wishes/${encodeURIComponent(call.wish_id).replaceAll('%2F', '/')}/withdrawals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  listOffers(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id).replaceAll('%2F', '/')}/offers`, { is_open_only: call.is_open_only, limit: call.limit, cursor: call.cursor }, {});
  }

  getOffer(call = {}) {
    return this.send("GET", `/v1/offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}`, {}, {});
  }

  acceptOffer(call = {}) {
    return this.send("POST", `/v1/offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}/acceptances`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  declineOffer(call = {}) {
    return this.send("POST", `/v1/offers/${encodeURIComponent(call.offer_id).replaceAll('%2F', '/')}/refusals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listOpenings(call = {}) {
    return this.send("GET", `/v1/openings`, { therapist_id: call.therapist_id, has_closed: call.has_closed, limit: call.limit, cursor: call.cursor }, {});
  }

  getOpening(call = {}) {
    return this.send("GET", `/v1/openings/${encodeURIComponent(call.opening_id).replaceAll('%2F', '/')}`, {}, {});
  }

  skipWaiter(call = {}) {
    return this.send("POST", `/v1/openings/${encodeURIComponent(call.opening_id).replaceAll('%2F', '/')}/skips`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  closeOpening(call = {}) {
    return this.send("POST", `/v1/openings/${encodeURIComponent(call.opening_id).replaceAll('%2F', '/')}/closings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  getRefillReport(call = {}) {
    return this.send("GET", `/v1/reports/refills`, { from_time: call.from_time, to_time: call.to_time, therapist_id: call.therapist_id }, {});
  }

  createWebhook(call = {}) {
    return this.send("POST", `/v1/webhooks`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listWebhooks(call = {}) {
    return this.send("GET", `/v1/webhooks`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getWebhook(call = {}) {
    return this.send("GET", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}`, {}, {});
  }

  updateWebhook(call = {}) {
    return this.send("PUT", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteWebhook(call = {}) {
    return this.send("DELETE", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  patchWebhook(call = {}) {
    return this.send("PATCH", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  rotateWebhookSecret(call = {}) {
    return this.send("POST", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}/secrets`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listWebhookDeliveries(call = {}) {
    return this.send("GET", `/v1/webhooks/${encodeURIComponent(call.webhook_id).replaceAll('%2F', '/')}/deliveries`, { limit: call.limit, cursor: call.cursor }, {});
  }

  replayWebhookDelivery(call = {}) {
    return this.send("POST", `/v1/webhook-deliveries/${encodeURIComponent(call.delivery_id).replaceAll('%2F', '/')}/replays`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getWeek(call = {}) {
    return this.send("GET", `/v1/week`, { from_time: call.from_time, to_time: call.to_time, therapist_id: call.therapist_id }, {});
  }
}
