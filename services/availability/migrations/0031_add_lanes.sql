-- Lane 0 is what the constraint guards. Lane 1 is what staff booked over it on purpose, and absences under which claims
-- still stand: whoever looks sees it as taken, the constraint does not.

alter table occupancies
    add column lane smallint not null default 0,
    drop constraint occupancies_kind_check,
    drop constraint occupancies_overlap_excl;
alter table occupancies
    add constraint occupancies_kind_check check (resource_kind in ('therapist', 'room', 'client', 'equipment')),
    add constraint occupancies_lane_check check (lane in (0, 1)),
    add constraint occupancies_overlap_excl
        exclude using gist (resource_id with =, practice_id with =, during with &&) where (lane = 0);
create index occupancies_lane_1_idx on occupancies using gist (practice_id, during) where lane = 1;

-- Lane 1 is nearly empty: it is read once a practice, not once a resource.
create or replace function occupied(
    practice_ids uuid[], resource_ids uuid[], starts bigint[], ends bigint[], but_claim_id uuid
)
    returns table (practice_id uuid, resource_id uuid, start_s bigint, end_s bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.practice_id, o.resource_id,
       extract(epoch from lower(o.during))::bigint, ceil(extract(epoch from upper(o.during)))::bigint
  from unnest(practice_ids, resource_ids, starts, ends) as wanted (practice_id, resource_id, start_s, end_s)
  join public.occupancies o
    on o.lane = 0
   and o.resource_id = wanted.resource_id
   and o.practice_id = wanted.practice_id
   and o.during && tstzrange(to_timestamp(wanted.start_s), to_timestamp(wanted.end_s))
 where wanted.practice_id = any ((select public.kept_practices())::uuid[])
   and o.claim_id is distinct from but_claim_id
union all
select o.practice_id, o.resource_id,
       extract(epoch from lower(o.during))::bigint, ceil(extract(epoch from upper(o.during)))::bigint
  from (select w.practice_id, min(w.start_s) as start_s, max(w.end_s) as end_s
          from unnest(practice_ids, starts, ends) as w (practice_id, start_s, end_s)
         where w.practice_id = any ((select public.kept_practices())::uuid[])
         group by w.practice_id) as reach
  join public.occupancies o
    on o.lane = 1
   and o.practice_id = reach.practice_id
   and o.during && tstzrange(to_timestamp(reach.start_s), to_timestamp(reach.end_s))
 where o.resource_id = any (resource_ids)
   and o.claim_id is distinct from but_claim_id
$$;

create or replace function taken_times(of_practice_id uuid, resource_ids uuid[], start_s bigint, end_s bigint)
    returns table (resource_id uuid, spans text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.resource_id,
       string_agg(extract(epoch from lower(o.during))::bigint || ' ' || ceil(extract(epoch from upper(o.during)))::bigint, ' ')
  from public.occupancies o
 where o.lane = 0
   and o.resource_id = any (resource_ids)
   and o.practice_id = of_practice_id
   and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
   and of_practice_id = any ((select public.kept_practices())::uuid[])
 group by o.resource_id
union all
select o.resource_id,
       string_agg(extract(epoch from lower(o.during))::bigint || ' ' || ceil(extract(epoch from upper(o.during)))::bigint, ' ')
  from public.occupancies o
 where o.lane = 1
   and o.resource_id = any (resource_ids)
   and o.practice_id = of_practice_id
   and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
   and of_practice_id = any ((select public.kept_practices())::uuid[])
 group by o.resource_id
$$;

-- The sessions of therapists around some stretches, at their agreed and at their pending times.
create function agendas(practice_ids uuid[], therapist_ids uuid[], starts bigint[], ends bigint[])
    returns table (
        practice_id uuid, therapist_id uuid, claim_id uuid, session_type_id uuid, site_id text, start_s bigint, end_s bigint
    )
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with found as (
    select distinct o.practice_id, o.resource_id as therapist_id, o.claim_id
      from unnest(practice_ids, therapist_ids, starts, ends) as wanted (practice_id, resource_id, start_s, end_s)
      join public.occupancies o
        on o.lane = 0
       and o.resource_id = wanted.resource_id
       and o.practice_id = wanted.practice_id
       and o.during && tstzrange(to_timestamp(wanted.start_s), to_timestamp(wanted.end_s))
     where wanted.practice_id = any ((select public.kept_practices())::uuid[])
    union
    select o.practice_id, o.resource_id, o.claim_id
      from unnest(practice_ids, therapist_ids, starts, ends) as wanted (practice_id, resource_id, start_s, end_s)
      join public.occupancies o
        on o.lane = 1
       and o.practice_id = wanted.practice_id
       and o.resource_id = wanted.resource_id
       and o.during && tstzrange(to_timestamp(wanted.start_s), to_timestamp(wanted.end_s))
     where wanted.practice_id = any ((select public.kept_practices())::uuid[])
)
select f.practice_id, f.therapist_id, c.claim_id, c.session_type_id, coalesce(c.site_id::text, ''),
       extract(epoch from c.start_time)::bigint, extract(epoch from c.end_time)::bigint
  from found f
  join public.claims c on c.practice_id = f.practice_id and c.claim_id = f.claim_id
 where f.therapist_id = c.therapist_id or f.therapist_id = any (c.extra_therapist_ids)
union all
select f.practice_id, f.therapist_id, c.claim_id, c.session_type_id, c.move ->> 'site_id',
       (c.move ->> 'start_s')::bigint, (c.move ->> 'end_s')::bigint
  from found f
  join public.claims c on c.practice_id = f.practice_id and c.claim_id = f.claim_id
 where c.move is not null
   and (f.therapist_id = (c.move ->> 'therapist_id')::uuid or f.therapist_id = any (c.extra_therapist_ids))
$$;

do $$
begin
    revoke all on function agendas(uuid[], uuid[], bigint[], bigint[]) from public;
    execute format('grant execute on function agendas(uuid[], uuid[], bigint[], bigint[]) to %I', kept_role('server'));
end
$$;
