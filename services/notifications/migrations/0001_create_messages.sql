-- What was said to whom: contact points, the appointments they are about, messages and the links in them.

create table contact_points (
    practice_id uuid not null,
    client_id uuid not null,
    wrapped_dek bytea not null,
    email_sealed bytea not null,
    time_zone text not null,
    locale text not null,
    has_consent boolean not null,
    version bigint not null default 1,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint contact_points_pkey primary key (practice_id, client_id),
    constraint contact_points_locale_check check (locale in ('en', 'es'))
);
select kept_protect('contact_points');

-- The newest that is known of each appointment; booking owns the truth.
create table appointments (
    practice_id uuid not null,
    appointment_id uuid not null,
    client_id uuid not null,
    version bigint not null,
    state text not null,
    placed_version bigint not null,
    start_time timestamptz not null,
    update_time timestamptz not null default now(),
    constraint appointments_pkey primary key (practice_id, appointment_id),
    constraint appointments_state_check check (state in ('BOOKED', 'CONFIRMED', 'ATTENDED', 'CANCELLED'))
);
select kept_protect('appointments');

-- Ids and times only: the words are made when the message is sent, from what holds then.
create table messages (
    practice_id uuid not null,
    message_id uuid not null,
    client_id uuid not null,
    appointment_id uuid not null,
    appointment_version bigint not null,
    kind text not null,
    state text not null,
    reason text,
    start_time timestamptz not null,
    due_time timestamptz not null,
    send_time timestamptz,
    attempts int not null,
    revision bigint not null,
    claim_id uuid,
    claim_expire_time timestamptz,
    create_time timestamptz not null default now(),
    constraint messages_pkey primary key (practice_id, message_id),
    constraint messages_once_key unique (practice_id, appointment_id, appointment_version, kind),
    constraint messages_appointment_fkey foreign key (practice_id, appointment_id) references appointments,
    constraint messages_kind_check check (kind in ('CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED')),
    constraint messages_state_check check (state in ('PLANNED', 'SENDING', 'SENT', 'SUPPRESSED', 'FAILED')),
    constraint messages_reason_check check (state not in ('SUPPRESSED', 'FAILED') or reason is not null)
) with (fillfactor = 80);
create index messages_due_idx on messages (due_time) where state = 'PLANNED';
create index messages_stuck_idx on messages (claim_expire_time) where state = 'SENDING';
create index messages_client_idx on messages (practice_id, client_id, message_id);
select kept_protect('messages');

-- The secret is in the mail alone; here is its hash.
create table action_links (
    practice_id uuid not null,
    message_id uuid not null,
    action text not null,
    token_hash bytea not null,
    time_zone text not null,
    use_time timestamptz,
    create_time timestamptz not null default now(),
    constraint action_links_pkey primary key (practice_id, message_id),
    constraint action_links_message_fkey foreign key (practice_id, message_id) references messages,
    constraint action_links_action_check check (action in ('CONFIRM')),
    constraint action_links_hash_check check (octet_length(token_hash) = 32)
);
create index action_links_token_idx on action_links (token_hash);
select kept_protect('action_links');

-- Leases due messages of every practice to one sender; ids only, the rows stay behind the wall.
create function claim_due_messages(claim uuid, most int, lease interval, now_time timestamptz)
returns table (practice_id uuid, message_id uuid)
language sql security definer set search_path = pg_catalog, public
as $$
    update public.messages m set claim_id = claim, claim_expire_time = now_time + lease
    from (
        select d.practice_id, d.message_id from public.messages d
        where d.state = 'PLANNED' and d.due_time <= now_time
          and (d.claim_expire_time is null or d.claim_expire_time <= now_time)
        order by d.due_time
        limit most
        for update skip locked
    ) due
    where m.practice_id = due.practice_id and m.message_id = due.message_id
    returning m.practice_id, m.message_id
$$;

-- Leases messages whose sender died, or never came back, between SENDING and the outcome. The sender's own
-- claim stays on the row: if it does come back, the outcome it brings still counts.
create function claim_stuck_messages(most int, lease interval, now_time timestamptz)
returns table (practice_id uuid, message_id uuid, claim_id uuid)
language sql security definer set search_path = pg_catalog, public
as $$
    update public.messages m set claim_expire_time = now_time + lease
    from (
        select d.practice_id, d.message_id from public.messages d
        where d.state = 'SENDING' and d.claim_expire_time <= now_time
        order by d.claim_expire_time
        limit most
        for update skip locked
    ) stuck
    where m.practice_id = stuck.practice_id and m.message_id = stuck.message_id
    returning m.practice_id, m.message_id, m.claim_id
$$;

-- Tells whose link a secret opens: who holds a link can't say which practice it is of.
create function find_action_link(hash bytea)
returns table (practice_id uuid, client_id uuid, message_id uuid)
language sql stable security definer set search_path = pg_catalog, public
as $$
    select m.practice_id, m.client_id, m.message_id
    from public.action_links l
    join public.messages m on m.practice_id = l.practice_id and m.message_id = l.message_id
    where l.token_hash = hash
$$;

do $$
declare
    name text;
begin
    foreach name in array array[
        'claim_due_messages(uuid, int, interval, timestamptz)',
        'claim_stuck_messages(int, interval, timestamptz)',
        'find_action_link(bytea)'
    ] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
