-- The ledger of time. Every minute of a therapist, a room or a client that is taken is a row of occupancies,
-- and every way to take one goes through occupancies_overlap_excl.

create table claims (
    practice_id uuid not null,
    claim_id uuid not null,
    state text not null,
    client_id uuid not null,
    session_type_id uuid not null,
    therapist_id uuid not null,
    room_id uuid,
    site_id uuid,
    modality smallint not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    -- Kept with the claim: the session type may change later, what is blocked may not.
    buffer_before_min integer not null,
    buffer_after_min integer not null,
    start_local text not null,
    time_zone text not null,
    fold smallint not null,
    tzdata_version text not null,
    -- What was asked for, as a digest: the same hold again is told from another one under the same id.
    wish_digest bytea not null,
    hold_expire_time timestamptz not null,
    -- A pending move: where to, when it lapses, and the version it was made at.
    move jsonb,
    -- When the owner is asked (again) for its word; null when nothing waits for one.
    ask_time timestamptz,
    ask_count integer not null default 0,
    version bigint not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint claims_pkey primary key (practice_id, claim_id),
    constraint claims_state_check check (state in ('held', 'confirmed', 'released')),
    constraint claims_interval_check check (start_time < end_time),
    constraint claims_ask_check check ((ask_time is not null) = (state = 'held' or move is not null)),
    constraint claims_version_check check (version >= 1)
);
create index claims_ask_idx on claims (ask_time) where ask_time is not null;

create table time_offs (
    practice_id uuid not null,
    time_off_id uuid not null,
    therapist_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    create_time timestamptz not null default now(),
    constraint time_offs_pkey primary key (practice_id, time_off_id),
    constraint time_offs_interval_check check (start_time < end_time)
);

-- Danger: a row here blocks, whatever its claim's state: releasing is deleting. piece 0 is the agreed time (a
-- therapist's with its buffers), 1 and 2 are what a pending move needs beside it.
create table occupancies (
    practice_id uuid not null,
    claim_id uuid not null,
    resource_id uuid not null,
    piece smallint not null,
    resource_kind text not null,
    during tstzrange not null,
    constraint occupancies_pkey primary key (practice_id, claim_id, resource_id, piece),
    constraint occupancies_kind_check check (resource_kind in ('therapist', 'room', 'client')),
    constraint occupancies_during_check check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    -- resource_id comes first because it tells rows apart best; which column is first does not change the rule.
    constraint occupancies_overlap_excl exclude using gist (resource_id with =, practice_id with =, during with &&)
);

select kept_protect('claims');
select kept_protect('time_offs');
select kept_protect('occupancies');

-- Danger: both functions run as the owner, past the wall, and therefore name the wall themselves. They exist because
-- "&&" is not leakproof: behind row-level security the planner would read a resource's whole history to find one hour.

-- What is taken of the given resources in the given stretches (epoch seconds), but for the rows of one claim.
create function occupied(practice_ids uuid[], resource_ids uuid[], starts bigint[], ends bigint[], but_claim_id uuid)
    returns table (practice_id uuid, resource_id uuid, start_s bigint, end_s bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.practice_id, o.resource_id,
       extract(epoch from lower(o.during))::bigint, ceil(extract(epoch from upper(o.during)))::bigint
  from unnest(practice_ids, resource_ids, starts, ends) as wanted (practice_id, resource_id, start_s, end_s)
  join public.occupancies o
    on o.resource_id = wanted.resource_id
   and o.practice_id = wanted.practice_id
   and o.during && tstzrange(to_timestamp(wanted.start_s), to_timestamp(wanted.end_s))
 where wanted.practice_id = any ((select public.kept_practices())::uuid[])
   and o.claim_id is distinct from but_claim_id
$$;

-- What is taken of many resources in one stretch, a line a resource: "start end start end ...", in epoch seconds.
-- Text, because a driver reads a long array slowly.
create function taken_times(of_practice_id uuid, resource_ids uuid[], start_s bigint, end_s bigint)
    returns table (resource_id uuid, spans text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.resource_id,
       string_agg(extract(epoch from lower(o.during))::bigint || ' ' || ceil(extract(epoch from upper(o.during)))::bigint, ' ')
  from public.occupancies o
 where o.resource_id = any (resource_ids)
   and o.practice_id = of_practice_id
   and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
   and of_practice_id = any ((select public.kept_practices())::uuid[])
 group by o.resource_id
$$;

-- Ids of claims whose owner is due to be asked for its word, in any practice.
create function claims_due(batch integer) returns table (practice_id uuid, claim_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.claim_id
  from public.claims c
 where c.ask_time <= now()
 order by c.ask_time
 limit batch
$$;

do $$
declare
    name text;
begin
    foreach name in array array[
        'occupied(uuid[], uuid[], bigint[], bigint[], uuid)',
        'taken_times(uuid, uuid[], bigint, bigint)',
        'claims_due(integer)'
    ] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
