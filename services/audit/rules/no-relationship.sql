-- name: no-relationship
-- severity: MEDIUM
-- summary: Staff opened a client whom they have nothing to do with, and who has no appointment within 30 days.
-- explained-by: a relation, an appointment of the client within 30 days, or a policy for whoever is near
-- reexplained: 30
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       why.explanation, why.evidence_seq, why.evidence_id
  from looks l
  left join lateral explained(%(practice_id)s, l.client_id, l.actor_id, l.relation, l.policies, l.occur_time, 30) why on true
 where l.relation = 'none'
