-- name: unusual-place
-- severity: LOW
-- summary: Staff signed in from a network they had not signed in from in 90 days; networks are known as keyed hashes only.
-- explained-by: nothing
-- reexplained: 0
select s.seq, s.occur_time, s.actor_id, null::uuid as client_id, '' as subject_id, s.seq::text as finding_key,
       null::text as explanation, null::bigint as evidence_seq, '' as evidence_id
  from seen s
 cross join lateral (
    select count(*) as known,
           count(*) filter (where record_content(o.canonical)->'net'->>'mark' = s.content->'net'->>'mark') as same
      from records o
     where o.practice_id = %(practice_id)s and o.actor_id = s.actor_id and o.operation = 'gateway.SignIn'
       and o.seq < s.seq and o.stage = 'complete' and o.occur_time >= s.occur_time - interval '90 days'
       and coalesce(record_content(o.canonical)->'net'->>'mark', '') <> ''
  ) before
 where s.operation = 'gateway.SignIn' and s.stage = 'complete' and coalesce(s.content->'net'->>'mark', '') <> ''
   and string_to_array(s.content->'actor'->>'role', ',')
       && '{front_desk,therapist,practice_admin,compliance_officer,biller}'::text[]
   and before.known > 0 and before.same = 0
