-- name: vip
-- severity: MEDIUM
-- summary: Staff opened a client of whom the practice has said that people may be curious.
-- explained-by: a relation of care, or an appointment of the client within 30 days
-- reexplained: 30
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       why.explanation, why.evidence_seq, why.evidence_id
  from looks l
  join people_facts client
    on client.practice_id = %(practice_id)s and client.kind = 'client' and client.person_id = l.client_id::text
   and client.is_vip
  left join lateral explained(%(practice_id)s, l.client_id, l.actor_id, l.relation, l.policies, l.occur_time, 30) why on true
