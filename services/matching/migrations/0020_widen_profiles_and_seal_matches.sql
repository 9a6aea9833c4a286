-- What else is known of a therapist: codes, numbers and ids, each checked by the domain before it is stored.
alter table therapist_profiles add column particulars jsonb not null default '{}';

-- How much of a week each client takes, and when their last known appointment is: who has none for long takes no room.
alter table caseload_clients add column weekly_min integer not null default 60;
alter table caseload_clients add column last_time timestamptz;

-- A run holds what a client asked for: it is sealed under their key, with the need it answered. Runs of before keep their
-- plain answer until the server has sealed them too.
alter table matches alter column answer drop not null;
alter table matches add column sealed bytea;
alter table matches add constraint matches_kept_check check (answer is not null or sealed is not null);
create index matches_plain_idx on matches (practice_id, match_id) where answer is not null;
create index matches_time_idx on matches (practice_id, create_time);

-- Runs that are still plain, in any practice.
create function matches_plain(batch integer) returns table (practice_id uuid, match_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select m.practice_id, m.match_id from public.matches m where m.answer is not null limit batch
$$;

-- How a practice matches: one row a version, never changed.
create table match_rules (
    practice_id uuid not null,
    version integer not null,
    rules jsonb not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint match_rules_pkey primary key (practice_id, version)
);

-- Runs in which nobody suited, without a name: the rule that left out most, and the codes that were asked for.
create table unmet_needs (
    practice_id uuid not null,
    need_id uuid not null,
    binding_rule text not null,
    facts text[] not null,
    create_time timestamptz not null,
    constraint unmet_needs_pkey primary key (practice_id, need_id)
);
create index unmet_needs_time_idx on unmet_needs (practice_id, create_time);

do $$
begin
    revoke all on function matches_plain(integer) from public;
    execute format('grant execute on function matches_plain(integer) to %I', kept_role('server'));
end
$$;

select kept_protect('match_rules');
select kept_protect('unmet_needs');
