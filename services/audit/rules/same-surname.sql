-- name: same-surname
-- severity: LOW
-- summary: Somebody of the staff opened a client who has the same family name.
-- explained-by: a relation of care, or an appointment of the client within 30 days
-- reexplained: 30
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       why.explanation, why.evidence_seq, why.evidence_id
  from looks l
  join people_facts staff
    on staff.practice_id = %(practice_id)s and staff.kind = 'staff' and staff.person_id = l.actor_id
  join people_facts client
    on client.practice_id = %(practice_id)s and client.kind = 'client' and client.person_id = l.client_id::text
   and client.family_mark = staff.family_mark
  left join lateral explained(%(practice_id)s, l.client_id, l.actor_id, l.relation, l.policies, l.occur_time, 30) why on true
 where l.content->'actor'->>'client_id' is distinct from l.client_id::text
