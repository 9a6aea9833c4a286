-- Who may act for a client, for what and until when.
create table client_proxies (
    practice_id uuid not null,
    client_id uuid not null,
    proxy_client_id uuid not null,
    scopes text[] not null,
    expire_time timestamptz not null,
    actor_id text not null,
    constraint client_proxies_pkey primary key (practice_id, client_id, proxy_client_id),
    constraint client_proxies_pair_check check (client_id <> proxy_client_id)
);

-- A confidential client is not shown to whoever acts for them.
alter table clients add column is_confidential boolean not null default false;

-- Further clients of a session.
create table appointment_participants (
    practice_id uuid not null,
    appointment_id uuid not null,
    client_id uuid not null,
    constraint appointment_participants_pkey primary key (practice_id, appointment_id, client_id),
    constraint appointment_participants_appointment_fkey
        foreign key (practice_id, appointment_id) references appointments (practice_id, appointment_id)
);
create index appointment_participants_client_idx on appointment_participants (practice_id, client_id);

-- Pairs who must not meet; the lower id comes first, so that a pair is one row to lock. The nil site means all.
create table fences (
    practice_id uuid not null,
    fence_id uuid not null,
    client_id uuid not null,
    other_client_id uuid not null,
    site_id uuid not null,
    gap_min integer not null,
    reason text not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint fences_pkey primary key (practice_id, fence_id),
    constraint fences_pair_key unique (practice_id, client_id, other_client_id, site_id),
    constraint fences_pair_check check (client_id < other_client_id)
);
create index fences_other_idx on fences (practice_id, other_client_id);

select kept_protect('client_proxies');
select kept_protect('appointment_participants');
select kept_protect('fences');
