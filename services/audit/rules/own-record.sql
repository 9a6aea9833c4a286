-- name: own-record
-- severity: HIGH
-- summary: Somebody of the staff opened the record they have as a client, by their role as staff.
-- explained-by: a policy by which every client sees their own
-- reexplained: 0
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       case when own.policy is not null then 'policy' end as explanation, null::bigint as evidence_seq,
       coalesce(own.policy, '') as evidence_id
  from looks l
  left join lateral (
    select policy from jsonb_array_elements_text(l.policies) policy
     where policy like 'clients-%%' order by policy limit 1
  ) own on true
 where l.content->'actor'->>'client_id' = l.client_id::text
