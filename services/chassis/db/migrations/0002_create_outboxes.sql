-- What leaves with a change: events, audit records, and the answer a retry is given.

create table outbox (
    practice_id uuid not null,
    event_id uuid not null,
    position bigint generated always as identity,
    type text not null,
    aggregate_id text not null,
    version bigint not null,
    body text not null,
    actor text not null default '',
    traceparent text not null default '',
    causation_id text not null default '',
    create_time timestamptz not null default now(),
    attempt_count integer not null default 0,
    next_attempt_time timestamptz not null default '-infinity',
    last_error text not null default '',
    constraint outbox_pkey primary key (practice_id, event_id)
);
create index outbox_position on outbox (position);
-- Nearly always empty: events the broker refused, which hold back later ones of their aggregate.
create index outbox_refused on outbox (practice_id, aggregate_id, position) where attempt_count > 0;
select kept_protect('outbox');
select kept_carry('outbox', 'select, update, delete');

create table audit_outbox (
    practice_id uuid not null,
    emitter text not null,
    emitter_seq bigint not null,
    record text not null,
    create_time timestamptz not null default now(),
    constraint audit_outbox_pkey primary key (practice_id, emitter, emitter_seq)
);
create index audit_outbox_chain on audit_outbox (emitter, emitter_seq);
select kept_protect('audit_outbox');
select kept_carry('audit_outbox', 'select, delete');

-- One row a process, no practice's data: the number and hash of the last record it wrote.
-- Danger: the row is locked last in a transaction and until commit; that order makes the sequence dense.
create table audit_emitters (
    emitter text not null,
    emitter_seq bigint not null default 0,
    head text not null default repeat('0', 64),
    create_time timestamptz not null default now(),
    constraint audit_emitters_pkey primary key (emitter)
) with (fillfactor = 10);
alter table audit_emitters enable row level security;
alter table audit_emitters force row level security;

create table requests (
    practice_id uuid not null,
    request_id uuid not null,
    method text not null,
    body_hash bytea not null,
    response bytea not null,
    create_time timestamptz not null default now(),
    constraint requests_pkey primary key (practice_id, request_id)
);
create index requests_create_time on requests using brin (create_time);
select kept_protect('requests');

do $$
begin
    execute format('create policy emitters_all on audit_emitters to %I, %I using (true) with check (true)',
                   kept_role('server'), kept_role('owner'));
    execute format('grant select, insert, update on audit_emitters to %I', kept_role('server'));
end
$$;

-- Forgets answers no client retries any more.
create function requests_sweep(keep interval, batch integer) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$
with gone as (
    delete from public.requests
     where ctid = any (array(select ctid from public.requests where create_time < now() - keep limit batch))
    returning 1
)
select count(*) from gone
$$;

do $$
begin
    revoke all on function requests_sweep(interval, integer) from public;
    execute format('grant execute on function requests_sweep(interval, integer) to %I', kept_role('server'));
end
$$;
