-- name: break-glass
-- severity: HIGH
-- summary: Somebody broke the glass of a client; each time is reviewed.
-- explained-by: the review by an officer, once it is in the trail
-- reexplained: 0
select s.seq, s.occur_time, s.actor_id, s.client_id, coalesce(s.content->'object'->>'id', '') as subject_id,
       s.seq::text as finding_key, case when review.seq is not null then 'review' end as explanation,
       review.seq as evidence_seq, coalesce(review.actor_id, '') as evidence_id
  from seen s
  left join lateral reviewed(%(practice_id)s, s.client_id, s.content->'object'->>'id') review on true
 where s.operation = 'booking.StartBreakGlass' and s.stage = 'complete' and s.content->'object'->>'id' <> ''
