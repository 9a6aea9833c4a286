-- name: bulk
-- severity: HIGH
-- summary: Staff opened many clients within one clock hour.
-- explained-by: appointments of the clients within 30 days: only the others are counted
-- reexplained: 0
select hour.last_seq as seq, hour.last_time as occur_time, hour.actor_id, null::uuid as client_id,
       hour.name as subject_id,
       hour.actor_id || '|' || hour.name || case when hour.strange < %(threshold)s then '|explained' else '' end
           as finding_key,
       case when hour.strange < %(threshold)s then 'appointment' end as explanation,
       case when hour.strange < %(threshold)s then hour.evidence_seq end as evidence_seq, '' as evidence_id
  from (
    select touched.actor_id, to_char(touched.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') as name,
           max(o.last_seq) as last_seq, max(o.last_time) as last_time, count(*) as clients,
           count(*) filter (where near.seq is null) as strange, max(near.seq) as evidence_seq
      from (select distinct l.actor_id, date_trunc('hour', l.occur_time) as hour from looks l) touched
     cross join lateral (
        select r.client_id, max(r.seq) as last_seq, max(r.occur_time) as last_time
          from records r
         where r.practice_id = %(practice_id)s and r.actor_id = touched.actor_id and r.client_id is not null
           and r.stage = 'complete' and r.operation not like 'audit.%%'
           and r.occur_time >= touched.hour and r.occur_time < touched.hour + interval '1 hour'
           and r.seq < %(to_seq)s
         group by r.client_id
     ) o
      left join lateral appointment_near(%(practice_id)s, o.client_id, touched.actor_id, o.last_time, 30) near on true
     group by 1, touched.hour
  ) hour
 where hour.clients >= %(threshold)s
