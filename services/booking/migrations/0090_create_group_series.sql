-- Groups: rules they meet by, members seated by themselves, seats that clients take, sessions that move.

alter table groups add column is_self_bookable boolean not null default false;

-- A session by a rule names it. A move that was taken back is barred, so that no retry takes the ledger's old answer.
alter table group_sessions add column group_series_id uuid;
alter table group_sessions add column abandoned_claim_version bigint;
create index group_sessions_time_idx on group_sessions (practice_id, start_time, group_session_id);
create index group_sessions_series_idx on group_sessions (practice_id, group_series_id, start_time)
    where group_series_id is not null;

-- The columns are those of series, so that one reader reads both; the group stands where a client does.
create table group_series (
    practice_id uuid not null,
    group_series_id uuid not null,
    group_id uuid not null,
    therapist_id uuid not null,
    session_type_id uuid not null,
    modality smallint not null,
    rule text not null,
    start_local text not null,
    time_zone text not null,
    horizon_days smallint not null,
    state text not null,
    booked_until_date date not null,
    -- When the next look is due: at the horizon, or at sessions that are to be called off; null when there is none.
    top_up_time timestamptz,
    version bigint not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    create_actor_id text not null,
    constraint group_series_pkey primary key (practice_id, group_series_id),
    constraint group_series_group_fkey foreign key (practice_id, group_id) references groups (practice_id, group_id),
    constraint group_series_state_check check (state in ('ACTIVE', 'CANCELLED')),
    constraint group_series_horizon_check check (horizon_days between 1 and 366),
    constraint group_series_version_check check (version >= 1)
);
-- A group meets by one rule at a time.
create unique index group_series_running_key on group_series (practice_id, group_id) where state = 'ACTIVE';
create index group_series_group_idx on group_series (practice_id, group_id, create_time);
create index group_series_due_idx on group_series (top_up_time) where top_up_time is not null;

-- One row for each time a rule names; where a session takes place stands in the session.
create table group_occurrences (
    practice_id uuid not null,
    group_series_id uuid not null,
    original_start_local text not null,
    start_time timestamptz not null,
    fate text not null,
    group_session_id uuid,
    conflict_reason text,
    conflict_message text,
    alternative jsonb,
    constraint group_occurrences_pkey primary key (practice_id, group_series_id, original_start_local),
    constraint group_occurrences_session_key unique (practice_id, group_session_id),
    constraint group_occurrences_series_fkey
        foreign key (practice_id, group_series_id) references group_series (practice_id, group_series_id),
    constraint group_occurrences_session_fkey
        foreign key (practice_id, group_session_id) references group_sessions (practice_id, group_session_id),
    constraint group_occurrences_fate_check check (fate in ('BOOKED', 'CONFLICT')),
    constraint group_occurrences_whole_check check (
        (fate = 'BOOKED') = (group_session_id is not null) and (fate = 'CONFLICT') = (conflict_reason is not null)
    )
);

-- Sessions in which somebody may be waiting for a seat. Danger: rows are only added and deleted, never found to be there
-- already: a call that comes while an earlier one is being answered is answered after it.
create table group_seat_calls (
    practice_id uuid not null,
    seat_call_id uuid not null,
    group_session_id uuid not null,
    due_time timestamptz not null,
    -- How often the ledger has said that no seat is left.
    tries smallint not null default 0,
    constraint group_seat_calls_pkey primary key (practice_id, seat_call_id),
    constraint group_seat_calls_session_fkey
        foreign key (practice_id, group_session_id) references group_sessions (practice_id, group_session_id)
);
create index group_seat_calls_session_idx on group_seat_calls (practice_id, group_session_id);
create index group_seat_calls_due_idx on group_seat_calls (due_time);

select kept_protect('group_series');
select kept_protect('group_occurrences');
select kept_protect('group_seat_calls');

-- Rules that are due to be looked at, in any practice.
create function group_series_due(batch integer) returns table (practice_id uuid, group_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select s.practice_id, s.group_id
  from public.group_series s
 where s.top_up_time <= now()
 order by s.top_up_time
 limit batch
$$;

-- Sessions in which somebody is to be seated, in any practice.
create function group_seat_calls_due(batch integer) returns table (practice_id uuid, group_session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.group_session_id
  from public.group_seat_calls c
 where c.due_time <= now()
 group by c.practice_id, c.group_session_id
 order by min(c.due_time)
 limit batch
$$;

do $$
begin
    revoke all on function group_series_due(integer), group_seat_calls_due(integer) from public;
    execute format(
        'grant execute on function group_series_due(integer), group_seat_calls_due(integer) to %I', kept_role('server')
    );
end
$$;
