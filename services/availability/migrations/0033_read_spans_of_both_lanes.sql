-- What is taken is taken in either lane; see 0012 and 0031. The constraint's index knows lane 0 alone.
create or replace function taken_spans(of_practice_id uuid, resource_ids uuid[], start_s bigint, end_s bigint)
    returns table (resource_id uuid, spans bytea)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with over as materialized (
    select o.resource_id, o.during
      from public.occupancies o
     where o.lane = 1
       and o.practice_id = of_practice_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
)
select wanted.resource_id, taken.spans
  from unnest(resource_ids) as wanted (resource_id),
       lateral (
           select multirange_send(range_agg(each.during)) as spans
             from (
                 select o.during
                   from public.occupancies o
                  where o.lane = 0
                    and o.resource_id = wanted.resource_id
                    and o.practice_id = of_practice_id
                    and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
                 union all
                 select over.during from over where over.resource_id = wanted.resource_id
             ) each
       ) taken
 where of_practice_id = any ((select public.kept_practices())::uuid[])
$$;

create index occupancies_resource_lane_1_idx on occupancies using gist (resource_id, practice_id, during) where lane = 1;
