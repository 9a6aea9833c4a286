-- What every rule begins with: the new records, and among them what people of the staff saw or changed of a client.
with seen as (
    select r.seq, r.client_id, r.actor_id, r.operation, r.stage, r.occur_time, record_content(r.canonical) as content
      from records r
     where r.practice_id = %(practice_id)s and r.seq >= %(from_seq)s and r.seq < %(to_seq)s
),
looks as (
    select s.seq, s.client_id, s.actor_id, s.operation, s.occur_time, s.content,
           coalesce(s.content->'actor'->>'relation', 'none') as relation,
           coalesce(s.content->'decision'->'policies', '[]'::jsonb) as policies
      from seen s
     where s.stage = 'complete' and s.client_id is not null and s.content->'actor'->>'kind' = 'user'
       and string_to_array(s.content->'actor'->>'role', ',')
           && '{front_desk,therapist,practice_admin,compliance_officer,biller}'::text[]
       -- Who queries the trail about a client has not seen the client.
       and s.content->'object'->>'class' is distinct from 'trail'
)
