-- name: proxy-confidential
-- severity: HIGH
-- summary: Somebody who acts for a client opened what had been made confidential towards them.
-- explained-by: nothing
-- reexplained: 0
select s.seq, s.occur_time, s.actor_id, s.client_id, coalesce(s.content->'object'->>'id', '') as subject_id,
       s.seq::text as finding_key, null::text as explanation, changed.seq as evidence_seq, changed.item as evidence_id
  from seen s
  join lateral (
    select o.seq, coalesce(record_content(o.canonical)->'object'->>'id', '') as item from records o
     where o.practice_id = %(practice_id)s and o.client_id = s.client_id and o.operation = 'booking.SetConfidential'
       and o.stage = 'complete' and o.occur_time <= s.occur_time
       and coalesce(record_content(o.canonical)->'object'->>'id', '') in ('', s.content->'object'->>'id')
     order by o.occur_time desc limit 1
  ) changed on true
 where s.stage = 'complete' and s.client_id is not null
   and 'proxy' = any (string_to_array(s.content->'actor'->>'relation', ','))
