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
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const read = await answer.text();
    const data = read ? JSON.parse(read) : undefined;
    if (!answer.ok) throw new KeptProblem(answer.status, data ?? {}, answer.headers);
    return { data, etag: answer.headers.get("etag") ?? "", status: answer.status, headers: answer.headers };
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
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id)}`, {}, {});
  }

  listAbsenceItems(call = {}) {
    return this.send("GET", `/v1/absences/${encodeURIComponent(call.absence_id)}/items`, { limit: call.limit, cursor: call.cursor }, {});
  }

  answerAbsenceItem(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id)}/items/${encodeURIComponent(call.claim_id)}/answers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  closeAbsence(call = {}) {
    return this.send("POST", `/v1/absences/${encodeURIComponent(call.absence_id)}/closings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  startBreakGlass(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id)}/break-glasses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  endBreakGlass(call = {}) {
    return this.send("POST", `/v1/break-glasses/${encodeURIComponent(call.break_glass_id)}/end`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listBreakGlasses(call = {}) {
    return this.send("GET", `/v1/break-glasses`, { only_unreviewed: call.only_unreviewed, limit: call.limit, cursor: call.cursor }, {});
  }

  reviewBreakGlass(call = {}) {
    return this.send("POST", `/v1/break-glasses/${encodeURIComponent(call.break_glass_id)}/review`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  bookAppointment(call = {}) {
    return this.send("POST", `/v1/appointments`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listAppointments(call = {}) {
    return this.send("GET", `/v1/appointments`, { from_time: call.from_time, to_time: call.to_time, client_id: call.client_id, therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getAppointment(call = {}) {
    return this.send("GET", `/v1/appointments/${encodeURIComponent(call.appointment_id)}`, {}, {});
  }

  listAppointmentChanges(call = {}) {
    return this.send("GET", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/changes`, {}, {});
  }

  moveAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/moves`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  confirmAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/confirmations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  cancelAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  checkInAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/check-ins`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  startAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/starts`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  completeAppointment(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/completions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  undoAppointmentChange(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/undos`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  markNoShow(call = {}) {
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/no-shows`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  queryAuditRecords(call = {}) {
    return this.send("GET", `/v1/audit/records`, { client_id: call.client_id, actor_id: call.actor_id, from_time: call.from_time, to_time: call.to_time, limit: call.limit, cursor: call.cursor }, {});
  }

  getAuditRecord(call = {}) {
    return this.send("GET", `/v1/audit/records/${encodeURIComponent(call.seq)}`, {}, {});
  }

  getInclusionProof(call = {}) {
    return this.send("GET", `/v1/audit/records/${encodeURIComponent(call.seq)}/proof`, { tree_size: call.tree_size }, {});
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
    return this.send("POST", `/v1/audit/reports/${encodeURIComponent(call.report)}/runs`, { format: call.format }, {}, call.body, "application/json");
  }

  listClientAccesses(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/accesses`, { from_time: call.from_time, to_time: call.to_time, limit: call.limit, cursor: call.cursor }, {});
  }

  listSchedules(call = {}) {
    return this.send("GET", `/v1/schedules`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putOverride(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/overrides/${encodeURIComponent(call.local_date)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteOverride(call = {}) {
    return this.send("DELETE", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/overrides/${encodeURIComponent(call.local_date)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listOverrides(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/overrides`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putTravel(call = {}) {
    return this.send("PUT", `/v1/travels/${encodeURIComponent(call.travel_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteTravel(call = {}) {
    return this.send("DELETE", `/v1/travels/${encodeURIComponent(call.travel_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listTravels(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/travels`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listTimeOff(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/time-off`, { limit: call.limit, cursor: call.cursor }, {});
  }

  createTimeOff(call = {}) {
    return this.send("POST", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/time-off`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  deleteTimeOff(call = {}) {
    return this.send("DELETE", `/v1/time-off/${encodeURIComponent(call.time_off_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  putClosure(call = {}) {
    return this.send("PUT", `/v1/closures/${encodeURIComponent(call.closure_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteClosure(call = {}) {
    return this.send("DELETE", `/v1/closures/${encodeURIComponent(call.closure_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
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
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/care-team/${encodeURIComponent(call.therapist_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  removeCareTeamMember(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id)}/care-team/${encodeURIComponent(call.therapist_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listCareTeam(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/care-team`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listFollowUps(call = {}) {
    return this.send("GET", `/v1/follow-ups`, { client_id: call.client_id, therapist_id: call.therapist_id, state: call.state, due_by_date: call.due_by_date, limit: call.limit, cursor: call.cursor }, {});
  }

  getFollowUp(call = {}) {
    return this.send("GET", `/v1/follow-ups/${encodeURIComponent(call.follow_up_id)}`, {}, {});
  }

  dismissFollowUp(call = {}) {
    return this.send("POST", `/v1/follow-ups/${encodeURIComponent(call.follow_up_id)}/dismissals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  putFollowUpRule(call = {}) {
    return this.send("PUT", `/v1/follow-up-rules/${encodeURIComponent(call.rule_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  removeFollowUpRule(call = {}) {
    return this.send("DELETE", `/v1/follow-up-rules/${encodeURIComponent(call.rule_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listFollowUpRules(call = {}) {
    return this.send("GET", `/v1/follow-up-rules`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putCadence(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/cadences/${encodeURIComponent(call.therapist_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listCadences(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/cadences`, { limit: call.limit, cursor: call.cursor }, {});
  }

  registerClient(call = {}) {
    return this.send("POST", `/v1/clients`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  updateClient(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getClient(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}`, {}, {});
  }

  patchClient(call = {}) {
    return this.send("PATCH", `/v1/clients/${encodeURIComponent(call.client_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  searchClients(call = {}) {
    return this.send("POST", `/v1/searches/clients`, {}, {}, call.body, "application/json");
  }

  getContactPoint(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/contact-point`, {}, {});
  }

  putContactPoint(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/contact-point`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listMessages(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/messages`, { limit: call.limit, cursor: call.cursor }, {});
  }

  createCalendarFeed(call = {}) {
    return this.send("POST", `/v1/calendar-feeds`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listCalendarFeeds(call = {}) {
    return this.send("GET", `/v1/calendar-feeds`, { limit: call.limit, cursor: call.cursor }, {});
  }

  revokeCalendarFeed(call = {}) {
    return this.send("DELETE", `/v1/calendar-feeds/${encodeURIComponent(call.feed_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  createGroup(call = {}) {
    return this.send("POST", `/v1/groups`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroups(call = {}) {
    return this.send("GET", `/v1/groups`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putGroup(call = {}) {
    return this.send("PUT", `/v1/groups/${encodeURIComponent(call.group_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getGroup(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id)}`, {}, {});
  }

  addGroupMember(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id)}/members`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroupMembers(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id)}/members`, { limit: call.limit, cursor: call.cursor }, {});
  }

  screenGroupMember(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id)}/members/${encodeURIComponent(call.client_id)}/screenings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  removeGroupMember(call = {}) {
    return this.send("DELETE", `/v1/groups/${encodeURIComponent(call.group_id)}/members/${encodeURIComponent(call.client_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  scheduleGroupSession(call = {}) {
    return this.send("POST", `/v1/groups/${encodeURIComponent(call.group_id)}/sessions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listGroupSessions(call = {}) {
    return this.send("GET", `/v1/groups/${encodeURIComponent(call.group_id)}/sessions`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getGroupSession(call = {}) {
    return this.send("GET", `/v1/group-sessions/${encodeURIComponent(call.group_session_id)}`, {}, {});
  }

  bookGroupSeat(call = {}) {
    return this.send("POST", `/v1/group-sessions/${encodeURIComponent(call.group_session_id)}/seats`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  cancelGroupSession(call = {}) {
    return this.send("POST", `/v1/group-sessions/${encodeURIComponent(call.group_session_id)}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getMe(call = {}) {
    return this.send("GET", `/v1/me`, {}, {});
  }

  getCaps(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/caps`, {}, {});
  }

  putCaps(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/caps`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  putEquipment(call = {}) {
    return this.send("PUT", `/v1/equipment/${encodeURIComponent(call.equipment_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getEquipment(call = {}) {
    return this.send("GET", `/v1/equipment/${encodeURIComponent(call.equipment_id)}`, {}, {});
  }

  putTravelTime(call = {}) {
    return this.send("PUT", `/v1/sites/${encodeURIComponent(call.site_id)}/travel-times/${encodeURIComponent(call.other_site_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getTravelTime(call = {}) {
    return this.send("GET", `/v1/sites/${encodeURIComponent(call.site_id)}/travel-times/${encodeURIComponent(call.other_site_id)}`, {}, {});
  }

  putReservation(call = {}) {
    return this.send("PUT", `/v1/reservations/${encodeURIComponent(call.reservation_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteReservation(call = {}) {
    return this.send("DELETE", `/v1/reservations/${encodeURIComponent(call.reservation_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getReservation(call = {}) {
    return this.send("GET", `/v1/reservations/${encodeURIComponent(call.reservation_id)}`, {}, {});
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
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  getTherapist(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}`, {}, {});
  }

  importTherapists(call = {}) {
    return this.send("POST", `/v1/imports/therapists`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  verifyLicence(call = {}) {
    return this.send("POST", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/licences/${encodeURIComponent(call.region)}/verify`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
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
    return this.send("GET", `/v1/matches/${encodeURIComponent(call.match_id)}`, {}, {});
  }

  putOnCallContact(call = {}) {
    return this.send("PUT", `/v1/on-call-contacts/${encodeURIComponent(call.contact_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listOnCallContacts(call = {}) {
    return this.send("GET", `/v1/on-call-contacts`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listPages(call = {}) {
    return this.send("GET", `/v1/pages`, { only_open: call.only_open, limit: call.limit, cursor: call.cursor }, {});
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
    return this.send("GET", `/v1/fees/${encodeURIComponent(call.fee_id)}`, {}, {});
  }

  waiveFee(call = {}) {
    return this.send("POST", `/v1/fees/${encodeURIComponent(call.fee_id)}/waivers`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  acceptFee(call = {}) {
    return this.send("POST", `/v1/fees/${encodeURIComponent(call.fee_id)}/acceptances`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  recordRequirement(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/requirements`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listRequirements(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/requirements`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putAuthorisation(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/authorisations/${encodeURIComponent(call.authorisation_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  listAuthorisations(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/authorisations`, { limit: call.limit, cursor: call.cursor }, {});
  }

  putSite(call = {}) {
    return this.send("PUT", `/v1/sites/${encodeURIComponent(call.site_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getSite(call = {}) {
    return this.send("GET", `/v1/sites/${encodeURIComponent(call.site_id)}`, {}, {});
  }

  patchSite(call = {}) {
    return this.send("PATCH", `/v1/sites/${encodeURIComponent(call.site_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  listSites(call = {}) {
    return this.send("GET", `/v1/sites`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listRooms(call = {}) {
    return this.send("GET", `/v1/rooms`, { site_id: call.site_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getRoom(call = {}) {
    return this.send("GET", `/v1/rooms/${encodeURIComponent(call.room_id)}`, {}, {});
  }

  putRoom(call = {}) {
    return this.send("PUT", `/v1/rooms/${encodeURIComponent(call.room_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  patchRoom(call = {}) {
    return this.send("PATCH", `/v1/rooms/${encodeURIComponent(call.room_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  putSessionType(call = {}) {
    return this.send("PUT", `/v1/session-types/${encodeURIComponent(call.session_type_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  getSessionType(call = {}) {
    return this.send("GET", `/v1/session-types/${encodeURIComponent(call.session_type_id)}`, {}, {});
  }

  patchSessionType(call = {}) {
    return this.send("PATCH", `/v1/session-types/${encodeURIComponent(call.session_type_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  listSessionTypes(call = {}) {
    return this.send("GET", `/v1/session-types`, { limit: call.limit, cursor: call.cursor }, {});
  }

  getSchedule(call = {}) {
    return this.send("GET", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/schedule`, {}, {});
  }

  putSchedule(call = {}) {
    return this.send("PUT", `/v1/therapists/${encodeURIComponent(call.therapist_id)}/schedule`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  searchSlots(call = {}) {
    return this.send("POST", `/v1/searches/slots`, {}, {}, call.body, "application/json");
  }

  explainSlot(call = {}) {
    return this.send("POST", `/v1/searches/explanations`, {}, {}, call.body, "application/json");
  }

  putProxy(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/proxies/${encodeURIComponent(call.proxy_client_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  removeProxy(call = {}) {
    return this.send("DELETE", `/v1/clients/${encodeURIComponent(call.client_id)}/proxies/${encodeURIComponent(call.proxy_client_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listProxies(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/proxies`, { limit: call.limit, cursor: call.cursor }, {});
  }

  setConfidential(call = {}) {
    return this.send("PUT", `/v1/clients/${encodeURIComponent(call.client_id)}/confidentiality`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  putFence(call = {}) {
    return this.send("PUT", `/v1/fences/${encodeURIComponent(call.fence_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  removeFence(call = {}) {
    return this.send("DELETE", `/v1/fences/${encodeURIComponent(call.fence_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
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
    return this.send("GET", `/v1/series/${encodeURIComponent(call.series_id)}`, {}, {});
  }

  listSeriesOccurrences(call = {}) {
    return this.send("GET", `/v1/series/${encodeURIComponent(call.series_id)}/occurrences`, { limit: call.limit, cursor: call.cursor }, {});
  }

  listSeriesConflicts(call = {}) {
    return this.send("GET", `/v1/series-conflicts`, { therapist_id: call.therapist_id, limit: call.limit, cursor: call.cursor }, {});
  }

  changeSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id)}/changes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  cancelSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id)}/cancellations`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  pauseSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id)}/pauses`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  resumeSeries(call = {}) {
    return this.send("POST", `/v1/series/${encodeURIComponent(call.series_id)}/resumptions`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
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
    return this.send("POST", `/v1/appointments/${encodeURIComponent(call.appointment_id)}/joins`, {}, {});
  }

  getInstrument(call = {}) {
    return this.send("GET", `/v1/instruments/${encodeURIComponent(call.code)}`, {}, {});
  }

  answerScreening(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id)}/screenings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listScreenings(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/screenings`, { limit: call.limit, cursor: call.cursor }, {});
  }

  reportDanger(call = {}) {
    return this.send("POST", `/v1/clients/${encodeURIComponent(call.client_id)}/danger`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listCrisisFlags(call = {}) {
    return this.send("GET", `/v1/crisis-flags`, { with_closed: call.with_closed, limit: call.limit, cursor: call.cursor }, {});
  }

  acknowledgeCrisisFlag(call = {}) {
    return this.send("POST", `/v1/crisis-flags/${encodeURIComponent(call.flag_id)}/acknowledge`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  closeCrisisFlag(call = {}) {
    return this.send("POST", `/v1/crisis-flags/${encodeURIComponent(call.flag_id)}/close`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  createWish(call = {}) {
    return this.send("POST", `/v1/wishes`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  listWishes(call = {}) {
    return this.send("GET", `/v1/wishes`, { client_id: call.client_id, therapist_id: call.therapist_id, session_type_id: call.session_type_id, limit: call.limit, cursor: call.cursor }, {});
  }

  getWish(call = {}) {
    return this.send("GET", `/v1/wishes/${encodeURIComponent(call.wish_id)}`, {}, {});
  }

  updateWish(call = {}) {
    return this.send("PUT", `/v1/wishes/${encodeURIComponent(call.wish_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  withdrawWish(call = {}) {
    return this.send("POST", `/v1/wishes/${encodeURIComponent(call.wish_id)}/withdrawals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
  }

  listOffers(call = {}) {
    return this.send("GET", `/v1/clients/${encodeURIComponent(call.client_id)}/offers`, { is_open_only: call.is_open_only, limit: call.limit, cursor: call.cursor }, {});
  }

  getOffer(call = {}) {
    return this.send("GET", `/v1/offers/${encodeURIComponent(call.offer_id)}`, {}, {});
  }

  acceptOffer(call = {}) {
    return this.send("POST", `/v1/offers/${encodeURIComponent(call.offer_id)}/acceptances`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  declineOffer(call = {}) {
    return this.send("POST", `/v1/offers/${encodeURIComponent(call.offer_id)}/refusals`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listOpenings(call = {}) {
    return this.send("GET", `/v1/openings`, { therapist_id: call.therapist_id, has_closed: call.has_closed, limit: call.limit, cursor: call.cursor }, {});
  }

  getOpening(call = {}) {
    return this.send("GET", `/v1/openings/${encodeURIComponent(call.opening_id)}`, {}, {});
  }

  skipWaiter(call = {}) {
    return this.send("POST", `/v1/openings/${encodeURIComponent(call.opening_id)}/skips`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() }, call.body, "application/json");
  }

  closeOpening(call = {}) {
    return this.send("POST", `/v1/openings/${encodeURIComponent(call.opening_id)}/closings`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match });
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
    return this.send("GET", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}`, {}, {});
  }

  updateWebhook(call = {}) {
    return this.send("PUT", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/json");
  }

  deleteWebhook(call = {}) {
    return this.send("DELETE", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  patchWebhook(call = {}) {
    return this.send("PATCH", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID(), "If-Match": call.if_match }, call.body, "application/merge-patch+json");
  }

  rotateWebhookSecret(call = {}) {
    return this.send("POST", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}/secrets`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  listWebhookDeliveries(call = {}) {
    return this.send("GET", `/v1/webhooks/${encodeURIComponent(call.webhook_id)}/deliveries`, { limit: call.limit, cursor: call.cursor }, {});
  }

  replayWebhookDelivery(call = {}) {
    return this.send("POST", `/v1/webhook-deliveries/${encodeURIComponent(call.delivery_id)}/replays`, {}, { "Idempotency-Key": call.idempotency_key ?? crypto.randomUUID() });
  }

  getWeek(call = {}) {
    return this.send("GET", `/v1/week`, { from_time: call.from_time, to_time: call.to_time, therapist_id: call.therapist_id }, {});
  }
}
