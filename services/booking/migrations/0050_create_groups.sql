-- Groups: an episode of care with a roster and sessions. A member's seat in a session is an appointment of their own.

create table groups (
    practice_id uuid not null,
    group_id uuid not null,
    display_name text not null,
    therapist_id uuid not null,
    co_therapist_ids uuid[] not null,
    session_type_id uuid not null,
    is_open boolean not null,
    needs_screening boolean not null,
    min_seats smallint not null,
    decide_h smallint not null,
    version bigint not null,
    create_time timestamptz not null,
    constraint groups_pkey primary key (practice_id, group_id),
    constraint groups_version_check check (version >= 1)
);
create index groups_create_idx on groups (practice_id, create_time, group_id);

create table group_members (
    practice_id uuid not null,
    group_id uuid not null,
    client_id uuid not null,
    state text not null,
    actor_id text not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    constraint group_members_pkey primary key (practice_id, group_id, client_id),
    constraint group_members_group_fkey foreign key (practice_id, group_id) references groups (practice_id, group_id),
    constraint group_members_client_fkey foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint group_members_state_check check (state in ('SCREENING', 'ACTIVE', 'DECLINED', 'LEFT'))
);

-- Danger: a session's id stands in appointments as abandoned, inserted with it. The answer to a lapsed hold inserts the
-- same row first, so the key decides which of the two was there: time is never given back under a session.
create table group_sessions (
    practice_id uuid not null,
    group_session_id uuid not null,
    group_id uuid not null,
    state text not null,
    therapist_id uuid not null,
    session_type_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    start_local text not null,
    time_zone text not null,
    fold smallint not null,
    tzdata_version text not null,
    modality smallint not null,
    site_id uuid,
    room_id uuid,
    claim_version bigint not null,
    co_therapist_ids uuid[] not null,
    min_seats smallint not null,
    -- When it is called off if too few seats are taken; null when it never is, or was decided to run.
    decide_time timestamptz,
    version bigint not null,
    constraint group_sessions_pkey primary key (practice_id, group_session_id),
    constraint group_sessions_group_fkey foreign key (practice_id, group_id) references groups (practice_id, group_id),
    constraint group_sessions_state_check check (state in ('SCHEDULED', 'CANCELLED'))
);
create index group_sessions_start_idx on group_sessions (practice_id, group_id, start_time, group_session_id);
create index group_sessions_decide_idx on group_sessions (decide_time)
    where decide_time is not null and state = 'SCHEDULED';

alter table appointments add column group_session_id uuid;
create index appointments_group_session_idx on appointments (practice_id, group_session_id)
    where group_session_id is not null;

select kept_protect('groups');
select kept_protect('group_members');
select kept_protect('group_sessions');

-- Sessions of any practice for which it is time to decide whether they run.
create function group_sessions_undecided(batch integer) returns table (practice_id uuid, group_session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select s.practice_id, s.group_session_id
  from public.group_sessions s
 where s.decide_time <= now() and s.state = 'SCHEDULED'
 order by s.decide_time
 limit batch
$$;
do $$
begin
    revoke all on function group_sessions_undecided(integer) from public;
    execute format('grant execute on function group_sessions_undecided(integer) to %I', kept_role('server'));
end
$$;
