-- name: denied-then-allowed
-- severity: MEDIUM
-- summary: What was allowed within an hour after the same person was denied with the same client.
-- explained-by: a relation, or an emergency, that was there the second time
-- reexplained: 0
select l.seq, l.occur_time, l.actor_id, l.client_id, '' as subject_id, l.seq::text as finding_key,
       case when l.relation <> 'none' then 'relation' end as explanation, denied.seq as evidence_seq,
       case when l.relation <> 'none'
            then coalesce(nullif(l.content->'decision'->>'break_glass_id', ''), l.relation) else '' end as evidence_id
  from looks l
  join lateral (
    select o.seq from records o
     where o.practice_id = %(practice_id)s and o.client_id = l.client_id and o.actor_id = l.actor_id
       and o.stage = 'denied' and o.occur_time between l.occur_time - interval '1 hour' and l.occur_time
     order by o.occur_time desc limit 1
  ) denied on true
