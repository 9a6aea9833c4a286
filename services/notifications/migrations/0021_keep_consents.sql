-- Where somebody may be reached by each channel, whether they agreed, and where nothing may be sent at all.

-- Every address a client, or whoever acts for them, can be reached at; sealed under the client's own key.
create table contact_addresses (
    practice_id uuid not null,
    contact_point_id uuid not null,
    client_id uuid not null,
    -- Zeros name the client; else a guardian.
    recipient_id uuid not null default '00000000-0000-0000-0000-000000000000',
    channel text not null,
    address_sealed bytea not null,
    -- Finds equal addresses; null until it is written again, for one that is older than this table.
    address_hash bytea,
    state text not null,
    is_verified boolean not null default false,
    -- The address to use instead of all others of its channel; why is not asked.
    is_alternative boolean not null default false,
    -- Whether a message may be left there: others may see it.
    is_safe boolean not null default true,
    time_zone text,
    locale text,
    code_hash bytea,
    code_sealed bytea,
    code_expire_time timestamptz,
    code_tries int not null default 0,
    version bigint not null default 1,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint contact_addresses_pkey primary key (practice_id, contact_point_id),
    constraint contact_addresses_channel_check check (channel in ('EMAIL', 'SMS')),
    constraint contact_addresses_state_check check (state in ('PENDING', 'ACTIVE', 'ENDED')),
    constraint contact_addresses_locale_check check (locale is null or locale in ('en', 'es')),
    constraint contact_addresses_hash_check check (address_hash is null or octet_length(address_hash) = 32)
);
create unique index contact_addresses_one_key on contact_addresses
    (practice_id, client_id, recipient_id, channel, is_alternative) where state = 'ACTIVE';
create index contact_addresses_client_idx on contact_addresses (practice_id, client_id);
create index contact_addresses_hash_idx on contact_addresses (practice_id, channel, address_hash)
    where state = 'ACTIVE';
select kept_protect('contact_addresses');
alter table contact_points alter column email_sealed drop not null;
insert into contact_addresses (practice_id, contact_point_id, client_id, channel, address_sealed, state)
    select practice_id, client_id, client_id, 'EMAIL', email_sealed, 'ACTIVE' from contact_points where email_sealed is not null;

-- What somebody agreed to or took back; only ever added to. The latest that fits counts.
create table consent_events (
    practice_id uuid not null,
    consent_id uuid not null,
    client_id uuid not null,
    recipient_id uuid not null default '00000000-0000-0000-0000-000000000000',
    -- '' means every purpose, or every channel.
    purpose text not null,
    channel text not null,
    is_granted boolean not null,
    source text not null,
    evidence text not null default '',
    actor_id text not null,
    create_time timestamptz not null,
    constraint consent_events_pkey primary key (practice_id, consent_id),
    constraint consent_events_purpose_check check (purpose in ('', 'APPOINTMENTS', 'OFFERS', 'CARE', 'MESSAGES')),
    constraint consent_events_channel_check check (channel in ('', 'EMAIL', 'SMS', 'INBOX', 'WEBHOOK')),
    constraint consent_events_source_check check (source in ('STAFF', 'CLIENT', 'REPLY', 'UNSUBSCRIBE', 'IMPORT'))
);
create index consent_events_client_idx on consent_events (practice_id, client_id, consent_id);
select kept_protect('consent_events');
do $$
begin
    execute format('revoke update, delete on consent_events from %I', kept_role('server'));
end
$$;
insert into consent_events
    (practice_id, consent_id, client_id, purpose, channel, is_granted, source, actor_id, create_time)
    select practice_id, gen_random_uuid(), client_id, '', '', has_consent, 'IMPORT', 'system:notifications', update_time
    from contact_points;

-- Where nothing may be sent, whoever it is of. Lifting leaves the row.
create table suppressions (
    practice_id uuid not null,
    channel text not null,
    address_hash bytea not null,
    reason text not null,
    create_time timestamptz not null,
    lift_time timestamptz,
    constraint suppressions_pkey primary key (practice_id, channel, address_hash),
    constraint suppressions_channel_check check (channel in ('EMAIL', 'SMS')),
    constraint suppressions_reason_check check (reason in ('OPTED_OUT', 'BOUNCED', 'COMPLAINED', 'STAFF'))
);
select kept_protect('suppressions');

-- Whose messages wait while a flag is open.
alter table pages add column client_id uuid;
create index pages_client_idx on pages (practice_id, client_id) where end_time is null;
