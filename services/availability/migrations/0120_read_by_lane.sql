-- Who takes a resource's time, and what an absence hits, lane by lane: the constraint's index knows lane 0 alone and the index of lane 1 that lane
-- alone, so a look at both at once would read the whole history of every practice from end to end. See 0011 and 0031.
create or replace function takers(of_practice_id uuid, of_resource_id uuid, start_s bigint, end_s bigint)
    returns table (kind text, source_id uuid, start_s bigint, end_s bigint, inner_start_s bigint, inner_end_s bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with taken as materialized (
    select o.claim_id, o.piece, o.during
      from public.occupancies o
     where o.lane = 0
       and o.resource_id = of_resource_id
       and o.practice_id = of_practice_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
    union all
    select o.claim_id, o.piece, o.during
      from public.occupancies o
     where o.lane = 1
       and o.resource_id = of_resource_id
       and o.practice_id = of_practice_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
)
select case when t.time_off_id is not null then 'time_off' when c.claim_id is not null then 'claim' else 'other' end,
       o.claim_id,
       extract(epoch from lower(o.during))::bigint, ceil(extract(epoch from upper(o.during)))::bigint,
       case
           when c.claim_id is null then extract(epoch from lower(o.during))
           when o.piece > 0 then (c.move ->> 'start_s')::numeric
           else extract(epoch from c.start_time)
       end::bigint,
       case
           when c.claim_id is null then ceil(extract(epoch from upper(o.during)))
           when o.piece > 0 then (c.move ->> 'end_s')::numeric
           else extract(epoch from c.end_time)
       end::bigint
  from taken o
  left join public.claims c on c.practice_id = of_practice_id and c.claim_id = o.claim_id
  left join public.time_offs t on t.practice_id = of_practice_id and t.time_off_id = o.claim_id
 where of_practice_id = any ((select public.kept_practices())::uuid[])
 order by lower(o.during), o.claim_id
$$;

create or replace function claims_hit(of_practice_id uuid, of_therapist_id uuid, start_s bigint, end_s bigint)
    returns table (claim_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with taken as materialized (
    select o.claim_id
      from public.occupancies o
     where o.lane = 0
       and o.practice_id = of_practice_id
       and o.resource_id = of_therapist_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
       and of_practice_id = any ((select public.kept_practices())::uuid[])
    union
    select o.claim_id
      from public.occupancies o
     where o.lane = 1
       and o.practice_id = of_practice_id
       and o.resource_id = of_therapist_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
       and of_practice_id = any ((select public.kept_practices())::uuid[])
),
hit as (
    select c.claim_id
      from taken
      join public.claims c on c.practice_id = of_practice_id and c.claim_id = taken.claim_id
)
select hit.claim_id from hit
union all
select s.claim_id
  from hit
  join public.claims s on s.practice_id = of_practice_id and s.seat_of_claim_id = hit.claim_id and s.state <> 'released'
$$;
