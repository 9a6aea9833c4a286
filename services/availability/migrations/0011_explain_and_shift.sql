-- Danger: both functions run as the owner, past the wall. The first names the wall itself; the second gives ids only.

-- Who takes a resource's time in a stretch (epoch seconds): the whole stretch with what is kept free around it, and
-- the inner one that is really used.
create function takers(of_practice_id uuid, of_resource_id uuid, start_s bigint, end_s bigint)
    returns table (kind text, source_id uuid, start_s bigint, end_s bigint, inner_start_s bigint, inner_end_s bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
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
  from public.occupancies o
  left join public.claims c on c.practice_id = o.practice_id and c.claim_id = o.claim_id
  left join public.time_offs t on t.practice_id = o.practice_id and t.time_off_id = o.claim_id
 where o.resource_id = of_resource_id
   and o.practice_id = of_practice_id
   and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
   and of_practice_id = any ((select public.kept_practices())::uuid[])
 order by lower(o.during), o.claim_id
$$;

-- Ids of claims that still lie ahead and whose instants come from another release of the zone rules.
create function claims_of_other_rules(tzdata_version text, after_practice_id uuid, after_claim_id uuid, batch integer)
    returns table (practice_id uuid, claim_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.claim_id
  from public.claims c
 where c.tzdata_version <> claims_of_other_rules.tzdata_version
   and c.state <> 'released'
   and c.end_time > now()
   and (c.practice_id, c.claim_id) > (after_practice_id, after_claim_id)
 order by c.practice_id, c.claim_id
 limit batch
$$;

do $$
declare
    name text;
begin
    foreach name in array array[
        'takers(uuid, uuid, bigint, bigint)',
        'claims_of_other_rules(text, uuid, uuid, integer)'
    ] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
