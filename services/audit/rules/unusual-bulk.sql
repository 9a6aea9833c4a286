-- name: unusual-bulk
-- severity: MEDIUM
-- summary: Staff opened three times as many clients within a clock hour as they do in their own usual hour of 30 days.
-- explained-by: nothing
-- reexplained: 0
-- From a third of what counts as many on; more than that is the rule `bulk`. Whoever is not known for 20 hours has no usual one.
select n.last_seq as seq, n.last_time as occur_time, n.actor_id, null::uuid as client_id, n.name as subject_id,
       n.actor_id || '|' || n.name as finding_key, null::text as explanation, null::bigint as evidence_seq,
       '' as evidence_id
  from (
    select touched.actor_id, touched.hour, to_char(touched.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') as name,
           count(distinct r.client_id) as clients, max(r.seq) as last_seq, max(r.occur_time) as last_time
      from (select distinct l.actor_id, date_trunc('hour', l.occur_time) as hour from looks l) touched
      join records r
        on r.practice_id = %(practice_id)s and r.actor_id = touched.actor_id and r.client_id is not null
       and r.stage = 'complete' and r.operation not like 'audit.%%'
       and r.occur_time >= touched.hour and r.occur_time < touched.hour + interval '1 hour' and r.seq < %(to_seq)s
     group by touched.actor_id, touched.hour
  ) n
 cross join lateral (
    select avg(h.clients) as usual, count(*) as hours
      from (
        select count(distinct b.client_id) as clients
          -- Bounded: the last of a busy person's month are enough to tell what is usual.
          from (select r.occur_time, r.client_id, r.stage, r.operation from records r
                 where r.practice_id = %(practice_id)s and r.actor_id = n.actor_id and r.seq < n.last_seq
                 order by r.seq desc limit 20000) b
         where b.client_id is not null and b.stage = 'complete' and b.operation not like 'audit.%%'
           and b.occur_time >= n.hour - interval '30 days' and b.occur_time < n.hour
         group by date_trunc('hour', b.occur_time)
      ) h
  ) own
 where n.clients * 3 >= %(threshold)s and n.clients < %(threshold)s and own.hours >= 20 and n.clients >= 3 * own.usual
