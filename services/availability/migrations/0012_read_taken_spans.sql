-- What is taken of many resources in one stretch (epoch seconds), a row a resource: a multirange as PostgreSQL sends it,
-- sorted, what touches as one, null where nothing is. It takes half of the time of taken_times, which writes every edge as text, and leaves
-- less to read; that one stays until no process of the release before asks for it.
-- One look into the index a resource: asked for all of them at once, the planner reads the whole practice's stretch.
-- Danger: it runs as the owner, past the wall, and therefore names the wall itself, as in 0002.
create function taken_spans(of_practice_id uuid, resource_ids uuid[], start_s bigint, end_s bigint)
    returns table (resource_id uuid, spans bytea)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select wanted.resource_id, taken.spans
  from unnest(resource_ids) as wanted (resource_id),
       lateral (
           select multirange_send(range_agg(o.during)) as spans
             from public.occupancies o
            where o.resource_id = wanted.resource_id
              and o.practice_id = of_practice_id
              and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
       ) taken
 where of_practice_id = any ((select public.kept_practices())::uuid[])
$$;

do $$
begin
    revoke all on function taken_spans(uuid, uuid[], bigint, bigint) from public;
    execute format('grant execute on function taken_spans(uuid, uuid[], bigint, bigint) to %I', kept_role('server'));
end
$$;
