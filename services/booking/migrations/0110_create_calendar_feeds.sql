-- Calendar feeds: who may be read by whoever holds a secret. The secret itself is nowhere, only its hash.
create table calendar_feeds (
    practice_id uuid not null,
    feed_id uuid not null,
    actor_id text not null,
    therapist_id uuid,
    client_id uuid,
    label text not null,
    secret_hash bytea not null,
    create_time timestamptz not null,
    expire_time timestamptz,
    revoke_time timestamptz,
    last_read_time timestamptz,
    constraint calendar_feeds_pkey primary key (practice_id, feed_id),
    constraint calendar_feeds_owner_check check ((therapist_id is null) <> (client_id is null)),
    constraint calendar_feeds_label_check check (label in ('BUSY', 'APPOINTMENT', 'REFERENCE')),
    constraint calendar_feeds_hash_check check (octet_length(secret_hash) = 32)
);
create index calendar_feeds_hash_idx on calendar_feeds (secret_hash) where revoke_time is null;
create index calendar_feeds_actor_idx on calendar_feeds (practice_id, actor_id, feed_id) where revoke_time is null;
select kept_protect('calendar_feeds');

-- Tells whose feed a secret opens: who holds one can't say which practice it is of.
create function find_calendar_feed(hash bytea) returns table (practice_id uuid, feed_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select f.practice_id, f.feed_id from public.calendar_feeds f
 where f.secret_hash = hash and f.revoke_time is null and (f.expire_time is null or f.expire_time > now())
$$;
do $$
begin
    revoke all on function find_calendar_feed(bytea) from public;
    execute format('grant execute on function find_calendar_feed(bytea) to %I', kept_role('server'));
end
$$;
