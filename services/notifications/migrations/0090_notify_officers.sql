-- Who hears of what: crises are one duty, the trail is another.
alter table on_call_contacts add column duty text not null default 'crisis';
alter table on_call_contacts add constraint on_call_contacts_duty_check check (duty in ('crisis', 'compliance'));

-- What officers are told: an alarm of the trail until somebody has seen it, a week's digest once. Ids and times only.
create table officer_notices (
    practice_id uuid not null,
    notice_id uuid not null,
    topic text not null,
    raise_time timestamptz not null,
    version bigint not null,
    round int not null default 0,
    reached int not null default 0,
    next_time timestamptz,
    end_time timestamptz,
    constraint officer_notices_pkey primary key (practice_id, notice_id),
    constraint officer_notices_topic_check check (topic in ('alarm', 'digest')),
    constraint officer_notices_end_check check ((next_time is null) = (end_time is not null))
);
create index officer_notices_due_idx on officer_notices (next_time) where end_time is null;
select kept_protect('officer_notices');

-- Leases due notices of every practice to one replica; ids only, the rows stay behind the wall.
create function claim_due_notices(most int, lease interval, now_time timestamptz)
returns table (practice_id uuid, notice_id uuid)
language sql security definer set search_path = pg_catalog, public
as $$
    update public.officer_notices n set next_time = now_time + lease
    from (
        select d.practice_id, d.notice_id from public.officer_notices d
        where d.end_time is null and d.next_time <= now_time
        order by d.next_time
        limit most
        for update skip locked
    ) due
    where n.practice_id = due.practice_id and n.notice_id = due.notice_id
    returning n.practice_id, n.notice_id
$$;

do $$
begin
    revoke all on function claim_due_notices(int, interval, timestamptz) from public;
    execute format('grant execute on function claim_due_notices(int, interval, timestamptz) to %I', kept_role('server'));
end
$$;
