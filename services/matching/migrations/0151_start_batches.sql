-- Batches that were started and go on by themselves. States: 1 queued, 2 running, 3 done, 4 failed, 5 cancelled.
-- What one came to names clients and rules: it is sealed under the practice's key.
create table batch_operations (
    practice_id uuid not null,
    operation_id uuid not null,
    policy smallint not null,
    is_dry_run boolean not null,
    state smallint not null,
    stage smallint not null,
    attempt_count integer not null,
    reason text not null,
    result_sealed bytea,
    actor_id text not null,
    create_time timestamptz not null,
    end_time timestamptz,
    version bigint not null,
    -- Who is at it, and until when it is theirs unless they say so again.
    lease_id uuid,
    lease_expire_time timestamptz,
    constraint batch_operations_pkey primary key (practice_id, operation_id),
    constraint batch_operations_state_check check (state between 1 and 5),
    constraint batch_operations_ended_check check ((state >= 3) = (end_time is not null)),
    constraint batch_operations_leased_check check (state = 2 or lease_id is null)
);
-- A practice has one at a time: two would give the same clients away.
create unique index batch_operations_running_key on batch_operations (practice_id) where state <= 2;
create index batch_operations_open_idx on batch_operations (create_time) where state <= 2;

-- Takes up the oldest that waits, or whose process has not been heard of for too long, in any practice.
create function batch_operations_take(lease uuid, lease_s integer)
    returns table (practice_id uuid, operation_id uuid)
    language sql volatile security definer set search_path = pg_catalog, public
    as $$
update public.batch_operations o
   set state = 2, stage = 0, attempt_count = o.attempt_count + 1, version = o.version + 1,
       lease_id = lease, lease_expire_time = now() + make_interval(secs => lease_s)
 where (o.practice_id, o.operation_id) = (
           select w.practice_id, w.operation_id from public.batch_operations w
            where w.state = 1 or (w.state = 2 and w.lease_expire_time < now())
            order by w.create_time limit 1 for update skip locked)
returning o.practice_id, o.operation_id
$$;

do $$
begin
    revoke all on function batch_operations_take(uuid, integer) from public;
    execute format('grant execute on function batch_operations_take(uuid, integer) to %I', kept_role('server'));
end
$$;

select kept_protect('batch_operations');
