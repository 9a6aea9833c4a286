-- Emergency access to a client, for a short while; each one is reviewed. The explanation is ciphertext under the client's key.
create table break_glasses (
    practice_id uuid not null,
    break_glass_id uuid not null,
    client_id uuid not null,
    actor_id text not null,
    reason text not null,
    explanation bytea not null,
    scopes text[] not null,
    start_time timestamptz not null,
    expire_time timestamptz not null,
    review_due_time timestamptz not null,
    finding text not null default '',
    reviewer_id text not null default '',
    review_time timestamptz,
    overdue_time timestamptz,
    version bigint not null default 1,
    constraint break_glasses_pkey primary key (practice_id, break_glass_id),
    constraint break_glasses_client_fkey
        foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint break_glasses_length_check check (expire_time <= start_time + interval '60 minutes'),
    constraint break_glasses_review_check check ((finding = '') = (review_time is null))
);
create index break_glasses_live_idx on break_glasses (practice_id, actor_id, client_id, expire_time);
create index break_glasses_unreviewed_idx on break_glasses (practice_id, break_glass_id) where finding = '';
create index break_glasses_due_idx on break_glasses (review_due_time) where finding = '' and overdue_time is null;
select kept_protect('break_glasses');

-- Names due reviews of every practice; the rows themselves stay behind their walls.
create function break_glasses_overdue(batch integer) returns table (practice_id uuid, break_glass_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select b.practice_id, b.break_glass_id from public.break_glasses b
 where b.finding = '' and b.overdue_time is null and b.review_due_time < now()
 order by b.review_due_time limit batch
$$;
do $$
begin
    revoke all on function break_glasses_overdue(integer) from public;
    execute format('grant execute on function break_glasses_overdue(integer) to %I', kept_role('server'));
end
$$;

-- A cover stands in for a therapist until it ends; null is a member of the team, without an end.
alter table care_team add column cover_until timestamptz;
