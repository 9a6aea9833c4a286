-- name: after-hours
-- severity: LOW
-- summary: Staff opened a client at a weekend or outside of the practice's hours.
-- explained-by: a relation of care, or an appointment of the client within a day
-- reexplained: 1
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       why.explanation, why.evidence_seq, why.evidence_id
  from looks l
 cross join lateral (select l.occur_time at time zone %(time_zone)s as at) local
  left join lateral explained(%(practice_id)s, l.client_id, l.actor_id, l.relation, l.policies, l.occur_time, 1) why on true
 where extract(isodow from local.at) > 5 or local.at::time < %(opens)s::time or local.at::time >= %(closes)s::time
