-- Who waits for a therapist. What they asked for is sealed under their own key; states are the contract's numbers:
-- 1 waiting, 2 proposed, 3 placed, 4 withdrawn.
create table intakes (
    practice_id uuid not null,
    intake_id uuid not null,
    client_id uuid not null,
    need_sealed bytea not null,
    priority smallint not null,
    state smallint not null,
    create_time timestamptz not null,
    settle_time timestamptz,
    version bigint not null,
    constraint intakes_pkey primary key (practice_id, intake_id),
    constraint intakes_client_fkey
        foreign key (practice_id, client_id) references client_keys (practice_id, client_id),
    constraint intakes_state_check check (state between 1 and 4),
    constraint intakes_settled_check check ((state >= 3) = (settle_time is not null))
);
-- A client waits once.
create unique index intakes_waiting_key on intakes (practice_id, client_id) where state <= 2;
create index intakes_state_idx on intakes (practice_id, state, create_time, intake_id);
create index intakes_time_idx on intakes (practice_id, create_time);

-- Therapists an intake was offered and will not be offered again.
create table intake_refusals (
    practice_id uuid not null,
    intake_id uuid not null,
    therapist_id uuid not null,
    constraint intake_refusals_pkey primary key (practice_id, intake_id, therapist_id),
    constraint intake_refusals_intake_fkey
        foreign key (practice_id, intake_id) references intakes (practice_id, intake_id)
);

-- Batches with all they were solved from, so that each can be solved again: ids, codes' points and limits, no need.
create table batches (
    practice_id uuid not null,
    batch_id uuid not null,
    policy smallint not null,
    weights_version text not null,
    seed text not null,
    inputs bytea not null,
    pairs bytea not null,
    -- Set when a place came free: the rest is to be solved again.
    is_stale boolean not null,
    create_time timestamptz not null,
    constraint batches_pkey primary key (practice_id, batch_id)
);
create index batches_stale_idx on batches (create_time) where is_stale;

-- Therapists proposed to clients; states: 1 open, 2 accepted, 3 declined, 4 expired, 5 withdrawn.
create table proposals (
    practice_id uuid not null,
    proposal_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    intake_id uuid,
    batch_id uuid,
    match_id uuid,
    fit_ratio double precision not null,
    weights_version text not null,
    state smallint not null,
    expire_time timestamptz not null,
    create_time timestamptz not null,
    settle_time timestamptz,
    appointment_id uuid,
    declined_by smallint not null,
    reason smallint not null,
    version bigint not null,
    constraint proposals_pkey primary key (practice_id, proposal_id),
    constraint proposals_state_check check (state between 1 and 5),
    constraint proposals_accepted_check check ((state = 2) = (appointment_id is not null)),
    constraint proposals_declined_check check ((state = 3) = (reason > 0) and (state = 3) = (declined_by > 0)),
    constraint proposals_settled_check check ((state > 1) = (settle_time is not null))
);
-- A client has one open proposal of a therapist.
create unique index proposals_open_key on proposals (practice_id, client_id, therapist_id) where state = 1;
create index proposals_client_idx on proposals (practice_id, client_id, proposal_id);
create index proposals_therapist_idx on proposals (practice_id, therapist_id, proposal_id);
create index proposals_asked_idx on proposals (practice_id, therapist_id) where state = 1;
create index proposals_due_idx on proposals (expire_time) where state = 1;

-- Open proposals whose time is over, in any practice.
create function proposals_due(batch integer) returns table (practice_id uuid, proposal_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select p.practice_id, p.proposal_id from public.proposals p
 where p.state = 1 and p.expire_time <= now() order by p.expire_time limit batch
$$;

-- Batches of which something came back, in any practice.
create function batches_stale(batch integer) returns table (practice_id uuid, batch_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select b.practice_id, b.batch_id from public.batches b where b.is_stale order by b.create_time limit batch
$$;

do $$
begin
    revoke all on function proposals_due(integer) from public;
    revoke all on function batches_stale(integer) from public;
    execute format('grant execute on function proposals_due(integer) to %I', kept_role('server'));
    execute format('grant execute on function batches_stale(integer) to %I', kept_role('server'));
end
$$;

select kept_protect('intakes');
select kept_protect('intake_refusals');
select kept_protect('batches');
select kept_protect('proposals');
