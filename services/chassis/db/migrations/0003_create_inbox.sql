-- What arrived: each event once, what became of it, and what a person has to look at.

create table inbox (
    practice_id uuid not null,
    event_id uuid not null,
    position bigint generated always as identity,
    source text not null,
    type text not null,
    aggregate_id text not null,
    version bigint not null,
    body text not null,
    actor text not null default '',
    traceparent text not null default '',
    causation_id text not null default '',
    publish_time timestamptz,
    receive_time timestamptz not null default now(),
    state text not null default 'pending',
    is_replayed boolean not null default false,
    attempt_count integer not null default 0,
    next_attempt_time timestamptz not null default '-infinity',
    handle_time timestamptz,
    last_error text not null default '',
    constraint inbox_pkey primary key (practice_id, event_id),
    constraint inbox_state_check check (state in ('pending', 'done', 'skipped', 'refused', 'quarantined'))
);
create index inbox_pending_position on inbox (position) where state = 'pending';
create index inbox_aggregate on inbox (practice_id, source, aggregate_id, version, position);
create index inbox_handle_time on inbox using brin (handle_time);
select kept_protect('inbox');
select kept_carry('inbox', 'select, insert, update');

create table quarantine (
    practice_id uuid not null,
    quarantine_id uuid not null,
    origin text not null,
    queue text not null default '',
    event_id text not null default '',
    type text not null default '',
    headers jsonb not null default '{}',
    body bytea not null,
    reason text not null,
    detail text not null default '',
    create_time timestamptz not null default now(),
    replay_time timestamptz,
    constraint quarantine_pkey primary key (practice_id, quarantine_id),
    constraint quarantine_origin_check check (origin in ('consume', 'inbox'))
);
select kept_protect('quarantine');
select kept_carry('quarantine', 'select, insert, update, delete');

-- Ids of due events, oldest first, whose aggregate is not held back by an earlier one that waits for its retry.
create function inbox_pending(batch integer)
    returns table (practice_id uuid, source text, aggregate_id text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select distinct due.practice_id, due.source, due.aggregate_id
  from (
    select i.practice_id, i.source, i.aggregate_id
      from public.inbox i
     where i.state = 'pending' and i.next_attempt_time <= now()
       and not exists (
           select 1 from public.inbox b
            where b.practice_id = i.practice_id and b.source = i.source and b.aggregate_id = i.aggregate_id
              and (b.version, b.position) < (i.version, i.position)
              and b.state = 'pending' and b.next_attempt_time > now())
     order by i.position
     limit batch
  ) due
$$;

create function inbox_backlog() returns table (pending bigint, oldest_age_s double precision)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select count(*), coalesce(extract(epoch from now() - min(i.receive_time)), 0)::double precision
  from public.inbox i where i.state = 'pending'
$$;

-- Forgets handled events after the time in which a broker could deliver them again.
create function inbox_sweep(keep interval, batch integer) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$
with gone as (
    delete from public.inbox
     where ctid = any (array(select ctid from public.inbox
                              where handle_time < now() - keep and state in ('done', 'skipped', 'refused')
                              limit batch))
    returning 1
)
select count(*) from gone
$$;

do $$
declare
    name text;
begin
    foreach name in array array['inbox_pending(integer)', 'inbox_backlog()', 'inbox_sweep(interval, integer)'] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
