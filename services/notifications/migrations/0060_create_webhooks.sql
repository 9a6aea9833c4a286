-- Whom to tell over HTTP that something happened, and what became of telling them. Ids and times only.
create table webhooks (
    practice_id uuid not null,
    webhook_id uuid not null,
    url text not null,
    event_types text[] not null,
    -- The receiver's own key, wrapped by the keyring, and the secrets under it: the one in use and the one before.
    wrapped_dek bytea not null,
    secret_sealed bytea not null,
    former_sealed bytea,
    former_until timestamptz,
    is_active boolean not null default true,
    stop_reason text not null default '',
    version bigint not null default 1,
    create_time timestamptz not null,
    constraint webhooks_pkey primary key (practice_id, webhook_id),
    constraint webhooks_former_check check ((former_sealed is null) = (former_until is null))
);
select kept_protect('webhooks');

create table webhook_deliveries (
    practice_id uuid not null,
    delivery_id uuid not null,
    webhook_id uuid not null,
    event_type text not null,
    resource_id uuid not null,
    resource_version bigint not null,
    occur_time timestamptz not null,
    state text not null default 'PENDING',
    attempts int not null default 0,
    last_status int not null default 0,
    last_error text not null default '',
    last_attempt_time timestamptz,
    next_attempt_time timestamptz,
    constraint webhook_deliveries_pkey primary key (practice_id, delivery_id),
    constraint webhook_deliveries_webhook_fkey
        foreign key (practice_id, webhook_id) references webhooks on delete cascade,
    constraint webhook_deliveries_state_check check (state in ('PENDING', 'DELIVERED', 'FAILED')),
    constraint webhook_deliveries_next_check check ((state = 'PENDING') = (next_attempt_time is not null))
);
create index webhook_deliveries_due_idx on webhook_deliveries (next_attempt_time) where state = 'PENDING';
create index webhook_deliveries_webhook_idx on webhook_deliveries (practice_id, webhook_id, delivery_id);
select kept_protect('webhook_deliveries');

-- Leases due deliveries of every practice to one replica; ids only, the rows stay behind the wall.
create function claim_due_webhooks(most int, lease interval, now_time timestamptz)
returns table (practice_id uuid, delivery_id uuid)
language sql security definer set search_path = pg_catalog, public
as $$
    update public.webhook_deliveries d set next_attempt_time = now_time + lease
    from (
        select w.practice_id, w.delivery_id from public.webhook_deliveries w
        where w.state = 'PENDING' and w.next_attempt_time <= now_time
        order by w.next_attempt_time
        limit most
        for update skip locked
    ) due
    where d.practice_id = due.practice_id and d.delivery_id = due.delivery_id
    returning d.practice_id, d.delivery_id
$$;
do $$
begin
    revoke all on function claim_due_webhooks(int, interval, timestamptz) from public;
    execute format('grant execute on function claim_due_webhooks(int, interval, timestamptz) to %I', kept_role('server'));
end
$$;
