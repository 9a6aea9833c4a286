-- name: terminated-user
-- severity: HIGH
-- summary: Somebody did something, or tried to, after they had left the practice.
-- explained-by: nothing
-- reexplained: 0
select s.seq, s.occur_time, s.actor_id, s.client_id, '' as subject_id, s.seq::text as finding_key,
       null::text as explanation, null::bigint as evidence_seq, '' as evidence_id
  from seen s
  join people_facts staff
    on staff.practice_id = %(practice_id)s and staff.kind = 'staff' and staff.person_id = s.actor_id
   and staff.leave_time <= s.occur_time
